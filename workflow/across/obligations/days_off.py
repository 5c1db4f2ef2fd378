"""Days off and swapped working days, as an administrator notes them; due dates that are still ahead follow at once."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import life
from workflow.across.obligations.call_events import DayForgotten, DayNoted, YearDecided
from workflow.across.obligations.life import ON_THEIR_DAY, OPEN
from workflow.across.obligations.official_days import EARLIEST, LATEST, SpecialDay, fingerprint
from workflow.across.obligations.working_days import WorkingDays, special_days, working_days
from workflow.core import access, history
from workflow.core.programmes.starting import root_grant
from workflow.ground.dialects import insert_new
from workflow.ground.reading.dates import DateUnreadable, parse_date_vi
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput
from workflow.ground.schema import calendar_followed, day_off, decided_year, obligation, report_call
from workflow.ground.speech import _, spoken_day
from workflow.ground.vietnam_time import local_date

CALENDAR: Final = 1
"""The one calendar of an installation: its history is a single chain."""
LONGEST_LABEL: Final = 200
_YEARS_AROUND: Final = 3


def listing(connection: Connection, year: int) -> list[SpecialDay]:
    """Holidays and swapped days of a year and what was noted for it, by day."""
    return list(special_days(connection, date(year, 1, 1), date(year, 12, 31)).values())


def note_day(
    connection: Connection, who: int | str, now: datetime, day: date | str, working: bool, label: str
) -> tuple[int, ...]:
    """Make a day a day off or, `working`, a working day. The ids of the obligations that it moved, for people to be told.

    Raises InvalidInput by field, NotAllowed for whoever is neither administrator nor staff of the topmost unit.
    """
    actor = access.actor(connection, who, now)
    grant = root_grant(actor)
    problems: dict[str, str] = {}
    today = local_date(now)
    meant = today
    try:
        meant = parse_date_vi(day)
    except DateUnreadable as unreadable:
        problems["day"] = unreadable.message
    if abs(meant.year - today.year) > _YEARS_AROUND:
        problems["day"] = _("Ngày %(day)s còn quá xa. Hãy xem lại năm.", day=spoken_day(meant))
    name = clean(label)
    if not name or len(name) > LONGEST_LABEL:
        problems["label"] = _("Hãy ghi lý do, tối đa %(longest)s ký tự.", longest=LONGEST_LABEL)
    if not problems and working == _usual(connection, meant):
        problems["day"] = (
            _("Ngày này vốn là ngày làm việc. Không cần ghi thêm.")
            if working
            else _("Ngày này vốn là ngày nghỉ. Không cần ghi thêm.")
        )
    if problems:
        raise InvalidInput(problems)
    connection.execute(sa.delete(day_off).where(day_off.c.day == meant))
    connection.execute(
        sa.insert(day_off).values(day=meant, working=working, label=name, noted_at=now, noted_by=actor.account_id)
    )
    history.record(connection, history.acting(actor, grant), now, CALENDAR, DayNoted(meant, working, name))
    return _follow(connection, now)


def forget_day(connection: Connection, who: int | str, now: datetime, day: date) -> tuple[int, ...]:
    """Let a day be again what the calendar says. The ids of the obligations whose due date it moved."""
    actor = access.actor(connection, who, now)
    grant = root_grant(actor)
    if connection.execute(sa.delete(day_off).where(day_off.c.day == day)).rowcount == 0:
        return ()
    history.record(connection, history.acting(actor, grant), now, CALENDAR, DayForgotten(day))
    return _follow(connection, now)


def decide_year(connection: Connection, who: int | str, now: datetime, year: int, source: str) -> None:
    """Say by which document Tết and the swaps of a year are decided; without one the year is again as the program knows it.

    Raises InvalidInput by field, NotAllowed like `note_day`.
    """
    actor = access.actor(connection, who, now)
    grant = root_grant(actor)
    name = clean(source)
    if len(name) > LONGEST_LABEL:
        raise InvalidInput({"source": _("Hãy ghi văn bản, tối đa %(longest)s ký tự.", longest=LONGEST_LABEL)})
    if not EARLIEST <= year <= LATEST:
        raise InvalidInput({"year": _("Năm phải từ %(first)s đến %(last)s.", first=EARLIEST, last=LATEST)})
    had = connection.execute(sa.delete(decided_year).where(decided_year.c.year == year)).rowcount
    if name:
        values = {"year": year, "source": name, "noted_at": now, "noted_by": actor.account_id}
        connection.execute(sa.insert(decided_year).values(values))
    if name or had:
        history.record(connection, history.acting(actor, grant), now, CALENDAR, YearDecided(year, name))


def follow_official(connection: Connection, now: datetime) -> tuple[int, ...]:
    """Roll what is due ahead by the days off that this release knows, once for each release. The ids of what moved."""
    known = fingerprint(local_date(now).year)
    # Of two processes that come at once one has inserted it, and the other waits for that and has nothing to do.
    statement = insert_new(connection, calendar_followed, ["fingerprint"]).returning(calendar_followed.c.fingerprint)
    if connection.execute(statement, {"fingerprint": known, "followed_at": now}).first() is None:
        return ()
    connection.execute(sa.delete(calendar_followed).where(calendar_followed.c.fingerprint != known))
    return _follow(connection, now)


def _usual(connection: Connection, day: date) -> bool:
    """Whether the day is worked without its own correction."""
    corrections = dict(working_days(connection).corrections)
    corrections.pop(day, None)
    return WorkingDays(corrections).is_working(day)


def _follow(connection: Connection, now: datetime) -> tuple[int, ...]:
    """Roll every due date that is still ahead by the corrected calendar: of calls, and of what is owed."""
    today, calendar = local_date(now), working_days(connection)
    calls = connection.execute(
        sa.select(report_call.c.id, report_call.c.due_stated, report_call.c.due_on).where(
            report_call.c.withdrawn_at.is_(None), report_call.c.due_on >= today
        )
    ).all()
    for call in calls:
        rolled = calendar.roll(call.due_stated)
        # Nothing becomes late by a correction that comes after the day.
        if rolled != call.due_on and rolled >= today:
            connection.execute(
                sa.update(report_call)
                .where(report_call.c.id == call.id)
                .values(due_on=rolled, version=report_call.c.version + 1)
            )
    # A due date is rolled over a handful of days, so those that are concerned were stated not long before today.
    dates = connection.execute(
        sa.select(obligation.c.due_stated, obligation.c.due_on)
        .where(
            OPEN,
            obligation.c.subject.not_in(ON_THEIR_DAY),
            obligation.c.due_on >= today,
            obligation.c.due_stated >= today - timedelta(days=60),
        )
        .distinct()
    ).all()
    affected: dict[date, list[date]] = defaultdict(list)
    for row in dates:
        rolled = calendar.roll(row.due_stated)
        if rolled != row.due_on and rolled >= today:
            affected[row.due_stated].append(row.due_on)
    moved: list[int] = []
    for stated, due_dates in affected.items():
        ids = list(
            connection.execute(
                sa.select(obligation.c.id).where(
                    OPEN,
                    obligation.c.subject.not_in(ON_THEIR_DAY),
                    obligation.c.due_stated == stated,
                    obligation.c.due_on.in_(due_dates),
                )
            ).scalars()
        )
        life.move(connection, now, ids, stated)
        moved.extend(ids)
    return tuple(sorted(moved))
