"""What is owed, in words: kinds of things, how far a report is, and of each thing its name and the address where it is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from notifications.letters import subjects
from workflow.across.obligations.obligation import Obligation
from workflow.ground.database import Connection
from workflow.ground.speech import _l

SUBJECTS = {
    "report": _l("Báo cáo"),
    "registration": _l("Đăng ký"),
    "state": _l("Hồ sơ mô hình"),
    "meeting": _l("Phiên họp"),
    "visit": _l("Kiểm tra"),
}


class Link(NamedTuple):
    """What a thing that is owed is called, and where it is done."""

    name: str
    path: str


def links(connection: Connection, owed: Iterable[Obligation]) -> dict[int, Link]:
    """For each of these obligations its link."""
    return {one.id: Link(subjects.name(connection, one), subjects.path(one)) for one in owed}
