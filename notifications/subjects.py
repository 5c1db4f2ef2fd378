"""How a thing that is owed is called, and the path within the site that leads to the one thing to do about it.

Asks for rows as `workflow.obligations.finding.told` gives them.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.programmes import programme
from workflow.speech import _, other, spoken_day


def name(connection: Connection, row: sa.Row[Any], *, outside: bool = False) -> str:
    """What is owed, in a few words; whose it is stands elsewhere. outside: without the name of an individual's work."""
    if row.subject == "report":
        return str(row.call_label)
    if row.subject == "registration":
        return _("Đăng ký mô hình năm %(year)s", year=row.year)
    if row.subject == "state":
        state = programme.definition(connection, row.model_definition).states[row.state]
        called = row.model_code if outside and row.model_kind == "individual" else row.model_name
        return f"{other(state.label, state.label_en)}: {called}"
    if row.subject == "meeting":
        return str(row.meeting_title)
    return _("Chuyến kiểm tra ngày %(day)s", day=spoken_day(row.visit_day))


def path(row: sa.Row[Any]) -> str:
    """Where it is done."""
    if row.subject == "report":
        return f"/bao-cao/{row.id}"
    if row.subject == "registration":
        return f"/mo-hinh/moi?nam={row.year}"
    if row.subject == "state":
        return f"/mo-hinh/{quote(row.model_code)}"
    if row.subject == "meeting":
        return f"/phien-binh-xet/{row.meeting_id}"
    return f"/kiem-tra/chuyen/{row.visit_id}"
