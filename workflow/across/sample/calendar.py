"""Moments of the sample year, as people in Vietnam name them: a day and an hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from workflow.across.obligations.working_days import WorkingDays
from workflow.ground.vietnam_time import ZONE


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour of a day in Vietnam."""
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def working_day_after(day: date) -> date:
    """The next day on which offices work."""
    return WorkingDays().roll(day + timedelta(days=1))
