"""Deeds that people have to be told of: each does what it is named after and plans the telling, in one transaction.

Pages and commands call these instead of the domain's own functions, so that neither half can be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy.engine import Connection

from notifications.reminders import planning
from notifications.reminders.events import Chased
from workflow.across.obligations import calls, chasing, days_off, due_calls
from workflow.across.obligations.calls import Called, CallInput
from workflow.across.reports import commands as reports
from workflow.core import access, history
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput, NotFound, NotPossible
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

LONGEST_WORD: Final = 500


def open_call(connection: Connection, who: int | str, now: datetime, command: CallInput) -> Called:
    """Call for a report and tell everybody who owes it. Raises what `calls.open_call` does."""
    called = calls.open_call(connection, who, now, command)
    planning.announce(connection, now, called.obligations, planning.OPENED)
    return called


def open_due_calls(connection: Connection, now: datetime) -> list[Called]:
    """Call for the year's reports whose time has come and tell those who owe them."""
    called = due_calls.open_due_calls(connection, now)
    if called:
        planning.announce(connection, now, [key for call in called for key in call.obligations], planning.OPENED)
    return called


def move_due(
    connection: Connection,
    who: int | str,
    now: datetime,
    call_id: int,
    new_day: date | str,
    version: int | None = None,
) -> Called:
    """Give a call another due date and tell those who still owe it, once. Raises what `calls.move_due` does."""
    called = calls.move_due(connection, who, now, call_id, new_day, version)
    planning.announce(connection, now, called.obligations, planning.MOVED)
    return called


def return_report(
    connection: Connection,
    who: int | str,
    now: datetime,
    obligation_id: int,
    reason: str,
    due_on: date | str,
    *,
    version: int | None = None,
) -> date:
    """Give a report back to be mended and tell those who owe it. Returns the new due date. Raises what `reports.return_` does."""
    day = reports.return_(connection, who, now, obligation_id, reason, due_on, version=version)
    planning.announce(connection, now, [obligation_id], planning.RETURNED)
    return day


def note_day_off(
    connection: Connection, who: int | str, now: datetime, day: date | str, working: bool, label: str
) -> int:
    """Correct the calendar and tell those whose due date moved by it; how many dates moved."""
    moved = days_off.note_day(connection, who, now, day, working, label)
    planning.announce(connection, now, moved, planning.MOVED)
    return len(moved)


def forget_day_off(connection: Connection, who: int | str, now: datetime, day: date) -> int:
    """Take a correction of the calendar back and tell those whose due date moved by it; how many dates moved."""
    moved = days_off.forget_day(connection, who, now, day)
    planning.announce(connection, now, moved, planning.MOVED)
    return len(moved)


def follow_official_days(connection: Connection, now: datetime) -> int:
    """Move what is due ahead to where this release's days off put it, and tell those who owe it; how many dates moved."""
    moved = days_off.follow_official(connection, now)
    planning.announce(connection, now, moved, planning.MOVED)
    return len(moved)


def chase(
    connection: Connection, who: int | str, now: datetime, obligation_ids: Sequence[int], *, word: str = ""
) -> int:
    """Remind those who owe these now, with a word of one's own: once a day for each thing and person. Returns how many reminders.

    Raises NotFound when one of them is not the person's to look after, InvalidInput for a word that is too long, NotPossible when
    nobody is left to remind today. Each goes into the history of what is owed.
    """
    actor = access.actor(connection, who, now)
    word = clean(word)
    if len(word) > LONGEST_WORD:
        raise InvalidInput({"word": _("Lời nhắn tối đa %(longest)s ký tự. Hãy viết gọn lại.", longest=LONGEST_WORD)})
    rows = chasing.chosen(connection, actor, obligation_ids)
    if not rows or {row.id for row in rows} != set(obligation_ids):
        raise NotFound(_("Có việc không thuộc phạm vi của bạn. Hãy tải lại trang."), guard="obligation")
    open_rows = [row for row in rows if row.fulfilled_at is None and row.withdrawn_at is None]
    step = f"{planning.CHASED}{local_date(now):%Y%m%d}"
    told = planning.announce(connection, now, [row.id for row in open_rows], step, word=word)
    if not told:
        raise NotPossible(
            _("Những việc này đã xong, hoặc đã được nhắc hôm nay. Mai hãy nhắc lại."),
            guard="chase",
            code="chased_today",
        )
    for row in open_rows:
        grant = actor.require(chasing.CHASERS, row.collector_path, to=_("nhắc việc"))
        by = history.acting(actor, grant, reason=word)
        history.record(connection, by, now, row.id, Chased(row.due_on, row.unit_code))
    return told
