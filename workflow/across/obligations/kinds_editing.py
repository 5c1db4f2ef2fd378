"""The kinds of report and the reminder steps of a programme year, as an administrator changes them.

A kind that was called for keeps its dates: a call is moved on its own page, where people are told of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import life
from workflow.across.obligations.selector import USUAL_ROLES, Selector
from workflow.core.labels import RECIPIENTS
from workflow.core.lifecycles import store
from workflow.core.programmes import deadlines, events
from workflow.core.programmes.change import Edit
from workflow.core.programmes.report_sections import default_sections
from workflow.core.programmes.terms import ObligationKind
from workflow.ground.reading.dates import DateUnreadable, parse_date_vi
from workflow.ground.schema import reminder_step, report_call, report_kind
from workflow.ground.speech import _

"""Who may be told of a step, from the reporter up."""
FARTHEST: Final = 90
"""Days of a reminder step before and after the due date."""

_DAYS = re.compile(r"([+\-−–]?)\s*([0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class KindInput:
    """One kind of report. Days and numbers as typed; levels: ids, empty for every unit below the one that calls."""

    code: str
    label: str
    kind: str
    due: str
    period_from: str
    period_to: str
    opens_days: str
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepInput:
    """One reminder step. days: as typed, with a minus before the due date."""

    days: str
    recipients: tuple[str, ...]
    with_list_of_late: bool = False


def set_report_kinds(
    connection: Connection,
    who: int | str,
    now: datetime,
    year: int,
    rows: Sequence[KindInput],
    *,
    version: int | None = None,
) -> bool:
    """Set the kinds of report of a year in this order. One that was called for stays, with its dates. False: nothing changed."""
    edit = Edit(connection, who, now, year, version)
    old = {row.code: row for row in deadlines.report_kinds(connection, edit.year.id)}
    called = _called(connection, edit.year.id)
    codes = edit.codes(rows, old)
    levels = {level.id for level in store.definition(connection, edit.year.definition_hash).levels}
    values: list[dict[str, Any]] = []
    for number, (row, code) in enumerate(zip(rows, codes, strict=True)):
        key, before = f"rows-{number}-", old.get(code)
        kept = Selector.of(before.owed_by) if before is not None else Selector(roles=USUAL_ROLES)
        if row.kind not in get_args(ObligationKind):
            edit.problems[f"{key}kind"] = _("Hãy chọn loại báo cáo.")
        if not set(row.levels) <= levels | set(kept.levels):
            edit.problems[f"{key}levels"] = _("Quy trình của năm không có cấp này. Hãy chọn lại.")
        first, last = (_day(edit, f"{key}{name}", getattr(row, name)) for name in ("period_from", "period_to"))
        if last < first:
            edit.problems[f"{key}period_to"] = _("Ngày cuối kỳ báo cáo phải từ ngày đầu kỳ trở đi.")
        value = {
            "code": code,
            "kind": row.kind,
            "label": edit.label(number, row.label, 200),
            "due_on": _day(edit, f"{key}due", row.due),
            "period_from": first,
            "period_to": last,
            "opens_days": edit.integer(f"{key}opens_days", row.opens_days, 0, 366),
            "owed_by": Selector(row.levels, kept.kinds, kept.roles, kept.called_by).as_data(),
            "sections": before.sections if before is not None else list(default_sections(row.kind)),
            "position": number,
        }
        if before is not None and before.id in called and value["due_on"] != before.due_on:
            edit.problems[f"{key}due"] = _(
                "Báo cáo này đã được yêu cầu. Hãy dời hạn ở trang của yêu cầu, để các đơn vị được báo."
            )
        values.append(value)
    edit.keep_used(old, codes, lambda row: row.id in called, _("loại báo cáo"), _("được yêu cầu"))
    return edit.store(report_kind, old, values, events.ReportKindsEdited)


def set_reminder_steps(
    connection: Connection,
    who: int | str,
    now: datetime,
    year: int,
    rows: Sequence[StepInput],
    *,
    version: int | None = None,
) -> bool:
    """Set the reminder steps of a year. What is still open follows them from today on. False: nothing changed."""
    edit = Edit(connection, who, now, year, version)
    values: dict[int, dict[str, Any]] = {}
    for number, row in enumerate(rows):
        key = f"rows-{number}-"
        match = _DAYS.fullmatch(row.days.strip())
        days = int(match[2]) * (-1 if match[1] in ("-", "−", "–") else 1) if match else FARTHEST + 1
        if abs(days) > FARTHEST:
            edit.problems[f"{key}days"] = _(
                "Hãy điền số ngày từ -%(farthest)s đến %(farthest)s; dấu trừ là trước hạn.", farthest=FARTHEST
            )
        elif days in values:
            edit.problems[f"{key}days"] = _("Đã có một bước ở ngày này. Hãy gộp người nhận vào bước ấy.")
        recipients = [recipient for recipient in RECIPIENTS if recipient in row.recipients]
        if not recipients or not set(row.recipients) <= RECIPIENTS.keys():
            edit.problems[f"{key}reporter"] = _("Hãy chọn ít nhất một người nhận.")
        values[days] = {
            "days": days,
            "recipients": ",".join(recipients),
            "with_list_of_late": row.with_list_of_late,
        }
    if not rows:
        edit.problems["rows"] = _("Cần ít nhất một dòng.")
    edit.stop_at_problems()
    after = [values[days] for days in sorted(values)]
    before = [
        {"days": row.days, "recipients": row.recipients, "with_list_of_late": row.with_list_of_late}
        for row in deadlines.reminder_steps(connection, edit.year.id)
    ]
    if before == after:
        return False
    connection.execute(sa.delete(reminder_step).where(reminder_step.c.year_id == edit.year.id))
    connection.execute(sa.insert(reminder_step), [{"year_id": edit.year.id, **value} for value in after])
    life.follow_steps(connection, now, edit.year.id)
    edit.note(events.ReminderStepsEdited(tuple(before), tuple(after)))
    return True


def _called(connection: Connection, year_id: int) -> frozenset[int]:
    statement = sa.select(report_call.c.report_kind_id).where(
        report_call.c.year_id == year_id, report_call.c.report_kind_id.is_not(None)
    )
    return frozenset(connection.execute(statement).scalars())


def _day(edit: Edit, key: str, written: str) -> date:
    try:
        return parse_date_vi(written)
    except DateUnreadable as unreadable:
        edit.problems[key] = unreadable.message
        return date(edit.year.year, 1, 1)
