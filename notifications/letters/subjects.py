"""How a thing that is owed is called, and the path within the site that leads to the one thing to do about it."""

from __future__ import annotations

from urllib.parse import quote

from sqlalchemy.engine import Connection

from workflow.across.obligations.obligation import Obligation
from workflow.core.lifecycles import store
from workflow.ground.speech import _, spoken_day


def name(connection: Connection, row: Obligation, *, outside: bool = False) -> str:
    """What is owed, in a few words; whose it is stands elsewhere. outside: without the name of an individual's work."""
    if row.subject == "registration":
        return _("Đăng ký mô hình năm %(year)s", year=row.year)
    if row.state is not None and row.model_definition is not None:
        state = store.definition(connection, row.model_definition).states[row.state]
        called = row.model_code if outside and row.model_kind == "individual" else row.model_name
        return f"{state.label}: {called}"
    if row.subject == "visit":
        # Of a visit that was called off the day is known only from what was owed for it.
        return _("Chuyến kiểm tra ngày %(day)s", day=spoken_day(row.visit_day or row.due_on))
    return row.call_label or row.meeting_title or ""


def path(row: Obligation) -> str:
    """Where it is done."""
    if row.subject == "report":
        return f"/bao-cao/{row.id}"
    if row.subject == "registration":
        return f"/mo-hinh/moi?nam={row.year}"
    if row.model_code is not None:
        return f"/mo-hinh/{quote(row.model_code)}"
    if row.subject == "meeting":
        return f"/phien-binh-xet/{row.meeting_id}"
    return f"/kiem-tra/chuyen/{row.visit_id}"
