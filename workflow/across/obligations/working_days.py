"""Which days are worked in Vietnam: weekends and public holidays are off, and what an administrator noted corrects both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import holidays
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.refusals import InvalidInput
from workflow.ground.schema import day_off
from workflow.ground.speech import _, spoken_day, vietnamese

COUNTRY = "VN"
_SATURDAY = 5
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
        return day.weekday() < _SATURDAY and day not in public_holidays(day.year)

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


def public_holidays(year: int) -> Mapping[date, str]:
    """Public holidays of Vietnam in a year, with their names; what was swapped by decision is only known for past years."""
    return _named_holidays(year, "vi" if vietnamese() else "en_US")


@cache
def _named_holidays(year: int, language: str) -> Mapping[date, str]:
    return dict(holidays.country_holidays(COUNTRY, years=year, language=language))


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
