"""A month as a page shows it: weeks of days, each with what is due on it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for

from notifications.calendar import dates
from notifications.calendar.dates import Scope
from notifications.letters import subjects
from workflow.across.obligations import chasing
from workflow.across.obligations.life import EVENTS
from workflow.across.obligations.official_days import SpecialDay
from workflow.across.obligations.working_days import SATURDAY, undecided
from workflow.core.access import Actor
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _

EARLIEST, LATEST = 2000, 2100
FEW = 4
"""So many dates of a day are shown, more are folded away."""


@dataclass(frozen=True, slots=True)
class Item:
    """One date: what it is, whose, where it leads. standing: late, soon or ahead."""

    name: str
    about: str
    link: str
    standing: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a page; not of the month when it only fills up a week. off: nobody works; name: of the holiday or swap."""

    day: date
    of_month: bool
    off: bool
    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A month in weeks from Monday to Sunday. more: not every date is on it; undecided: nor does anybody know every day off."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    preceding: str
    following: str
    more: bool
    undecided: bool

    @property
    def items(self) -> int:
        return sum(len(day.items) for week in self.weeks for day in week)


def asked_month(written: str, today: date) -> date:
    """The first day of the month in an address (2026-11), by default of the present one. Raises InvalidInput."""
    if not written:
        return today.replace(day=1)
    year, _dash, month = written.partition("-")
    if not (year.isdecimal() and month.isdecimal() and len(written) <= 7):
        raise _unreadable()
    if not (EARLIEST <= int(year) <= LATEST and 1 <= int(month) <= 12):
        raise _unreadable()
    return date(int(year), int(month), 1)


def sheet(connection: Connection, actor: Actor, scope: Scope, first: date, today: date) -> Sheet:
    """The open dates of the month that begins on `first`."""
    following = (first + timedelta(days=31)).replace(day=1)
    last = following - timedelta(days=1)
    found = dates.between(connection, actor, scope, first, last)
    items: defaultdict[date, list[Item]] = defaultdict(list)
    for call in found.calls:
        about = _("%(units)s đơn vị · %(unit_name)s", units=call.units, unit_name=call.unit_name)
        link = f"{url_for('chasing.listed')}?tinh-trang=all&dot={call.id}"
        items[call.due_on].append(Item(call.label, about, link, "ahead"))
    for row in found.owed:
        about = row.unit_name if scope != "mine" or row.subject in ("report", "state") else ""
        standing = "ahead" if row.subject in EVENTS else chasing.standing(row.due_on, today)
        items[row.due_on].append(Item(subjects.name(connection, row), about, subjects.path(row), standing))
    start = first - timedelta(days=first.weekday())
    weeks = []
    while start <= last:
        week = [start + timedelta(days=ahead) for ahead in range(7)]
        weeks.append(
            tuple(_day(day, first <= day <= last, found.special.get(day), tuple(items.get(day, ()))) for day in week)
        )
        start += timedelta(days=7)
    return Sheet(
        first,
        tuple(weeks),
        _written(first - timedelta(days=1)),
        _written(following),
        found.more,
        undecided(connection, first.year, today),
    )


def _day(day: date, of_month: bool, special: SpecialDay | None, items: tuple[Item, ...]) -> Day:
    if special is None:
        return Day(day, of_month, day.weekday() >= SATURDAY, "", items)
    return Day(day, of_month, not special.working, special.label, items)


def _written(day: date) -> str:
    return f"{day.year}-{day.month:02}" if EARLIEST <= day.year <= LATEST else ""


def _unreadable() -> InvalidInput:
    return InvalidInput({"thang": _("Không có tháng này. Hãy viết năm-tháng, ví dụ 2026-11.")})
