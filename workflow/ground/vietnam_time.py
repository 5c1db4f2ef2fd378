"""The one time zone of the domain: moments are kept in UTC and reckoned in Asia/Ho_Chi_Minh."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def local_date(moment: datetime) -> date:
    """The calendar day of a moment, as people in Vietnam reckon it."""
    return moment.astimezone(ZONE).date()


def end_of_day(day: date) -> datetime:
    """The first moment (UTC) that no longer belongs to the day: a day ends at 24:00 (docs/domain.md, Reports and deadlines)."""
    return datetime.combine(day + timedelta(days=1), time.min, ZONE).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """The first moment (UTC) of the day."""
    return datetime.combine(day, time.min, ZONE).astimezone(UTC)
