"""Which days are worked in Vietnam: weekends and what is known officially (`official_days`); an administrator corrects both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations.official_days import SpecialDay, decided_by, is_worked, official_days
from workflow.ground.refusals import InvalidInput
from workflow.ground.schema import account, day_off, decided_year
from workflow.ground.speech import _, spoken_day

SATURDAY: Final = 5
"""The first day of a weekend, as `date.weekday` counts."""
# No stretch of days off is as long; beyond it the table of days off is wrong.
_LONGEST_BREAK = 60


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The calendar with its corrections, read once for many questions. corrections: day → whether it is worked."""

    corrections: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether offices work on the day."""
        noted = self.corrections.get(day)
        if noted is not None:
            return noted
        known = is_worked(day)
        return day.weekday() < SATURDAY if known is None else known

    def roll(self, day: date) -> date:
        """The day itself if it is worked, else the next one that is (docs/domain.md, Reports and deadlines)."""
        for ahead in range(_LONGEST_BREAK + 1):
            rolled = day + timedelta(days=ahead)
            if self.is_working(rolled):
                return rolled
        raise InvalidInput(
            {
                "day": _(
                    "Từ %(day)s có hơn %(longest)s ngày nghỉ liền nhau. Hãy xem lại bảng ngày nghỉ.",
                    day=spoken_day(day),
                    longest=_LONGEST_BREAK,
                )
            }
        )


def working_days(connection: Connection) -> WorkingDays:
    """The calendar with every correction. One statement."""
    rows = connection.execute(sa.select(day_off.c.day, day_off.c.working))
    return WorkingDays({row.day: row.working for row in rows})


def is_working(connection: Connection, day: date) -> bool:
    """Whether offices work on the day."""
    return working_days(connection).is_working(day)


def roll(connection: Connection, day: date) -> date:
    """The day itself if it is worked, else the next one that is."""
    return working_days(connection).roll(day)


def undecided(connection: Connection, year: int, today: date) -> bool:
    """Whether a year that is not over has days off by reckoning alone: its Tết and its swaps are still to be decided."""
    return year >= today.year and not decision(connection, year)


def decision(connection: Connection, year: int) -> str:
    """What decided Tết and the swaps of a year: the document that an administrator named, else what is known; '' for nothing."""
    named = connection.execute(sa.select(decided_year.c.source).where(decided_year.c.year == year)).scalar()
    return str(named or decided_by(year))


def special_days(connection: Connection, first: date, last: date) -> dict[date, SpecialDay]:
    """Holidays, swapped days and what was noted, from the first day to the last; a correction stands in place of the rest."""
    known = {day: one for year in range(first.year, last.year + 1) for day, one in official_days(year).items()}
    rows = connection.execute(
        sa.select(day_off, account.c.full_name)
        .outerjoin(account, account.c.id == day_off.c.noted_by)
        .where(day_off.c.day.between(first, last))
    )
    known |= {row.day: SpecialDay(row.day, row.working, row.label, "", True, row.full_name or "") for row in rows}
    return {day: known[day] for day in sorted(known) if first <= day <= last}
