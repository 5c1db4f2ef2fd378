"""Lines of the list of what is owed: the thing, whose it is, who sees to it, how it stands and whether anybody opened it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.engine import Connection

from notifications import subjects
from web.readings.holders import Holder, holders_over
from workflow.access import OWN_SCOPED
from workflow.ground.dialects import any_of
from workflow.obligations import chasing
from workflow.obligations.chasing import Page, Signs
from workflow.obligations.obligations import EVENTS
from workflow.schema import account, reminder

SUBJECTS = {
    "report": _l("Báo cáo"),
    "registration": _l("Đăng ký"),
    "state": _l("Hồ sơ mô hình"),
    "meeting": _l("Phiên họp"),
    "visit": _l("Kiểm tra"),
}
REPORTS = {
    "draft": _l("đang viết"),
    "submitted": _l("đã nộp"),
    "returned": _l("bị trả lại"),
    "accepted": _l("đã nhận"),
}
MOST_NAMED = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is owed. people: who sees to it, by name; empty when nobody holds the role."""

    id: int
    name: str
    link: str
    subject: str
    unit_name: str
    due_on: date
    standing: str
    people: tuple[str, ...]
    others: int
    signs: Signs


@dataclass(frozen=True, slots=True)
class Reminded:
    """What came of a reminder by hand. told: to whom it went today, and when."""

    name: str
    unit_name: str
    link: str
    open: bool
    told: tuple[tuple[str, datetime], ...]


def lines(connection: Connection, page: Page, today: date) -> list[Line]:
    """The rows of a page with who sees to each. Two statements."""
    roles = {role for row in page.rows for role in row.roles.split(",")}
    holders = holders_over(connection, {row.unit_path for row in page.rows}, roles, today)
    return [_line(connection, row, holders, page.signs[row.id], today) for row in page.rows]


def _line(connection: Connection, row: sa.Row[Any], holders: Collection[Holder], signs: Signs, today: date) -> Line:
    people = _nearest(row, holders)
    return Line(
        row.id,
        subjects.name(connection, row),
        subjects.path(row),
        row.subject,
        row.unit_name,
        row.due_on,
        "ahead" if row.subject in EVENTS else chasing.standing(row.due_on, today),
        people[:MOST_NAMED],
        max(0, len(people) - MOST_NAMED),
        signs,
    )


def _nearest(row: sa.Row[Any], holders: Collection[Holder]) -> tuple[str, ...]:
    """The holders of each role nearest to the unit that owes it."""
    found: list[str] = []
    for role in row.roles.split(","):
        fitting = [
            one
            for one in holders
            if one.role == role
            and (one.path == row.unit_path if role in OWN_SCOPED else row.unit_path.startswith(one.path))
        ]
        longest = max((len(one.path) for one in fitting), default=0)
        found += [one.full_name for one in fitting if len(one.path) == longest]
    return tuple(dict.fromkeys(found))


def reminded(connection: Connection, rows: Sequence[sa.Row[Any]], since: datetime) -> list[Reminded]:
    """For each of these obligations who was asked by hand since a moment. One statement."""
    told: dict[int, list[tuple[str, datetime]]] = {row.id: [] for row in rows}
    for one in connection.execute(
        sa.select(reminder.c.obligation_id, reminder.c.planned_at, account.c.full_name)
        .join(account, account.c.id == reminder.c.account_id)
        .where(any_of(reminder.c.obligation_id, list(told)))
        .where(reminder.c.step.startswith("chase:"), reminder.c.planned_at >= since, reminder.c.status != "skipped")
        .order_by(reminder.c.planned_at, reminder.c.id)
    ):
        told[one.obligation_id].append((one.full_name, one.planned_at))
    return [
        Reminded(
            subjects.name(connection, row),
            row.unit_name,
            subjects.path(row),
            row.fulfilled_at is None and row.withdrawn_at is None,
            tuple(told[row.id]),
        )
        for row in rows
    ]
