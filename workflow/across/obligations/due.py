"""When a day on which something is due ends, how far away it is, and how somebody's words become such a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from workflow.ground import vietnam_time
from workflow.ground.reading.dates import DateUnreadable, parse_date_vi
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _, spoken_day

FARTHEST_YEARS = 2
"""A due date further ahead is a slip of the pen; default of ours."""


def due_at(day: date) -> datetime:
    """The first moment (UTC) at which what is due on the day is late: its 24:00 in Asia/Ho_Chi_Minh."""
    return vietnam_time.end_of_day(day)


def days_left(due_on: date, now: datetime) -> int:
    """Days until the due date: 0 on the day itself, negative when it is past."""
    return (due_on - vietnam_time.local_date(now)).days


def day_before(day: date) -> date:
    """The last due date of what is late on the day."""
    return day - timedelta(days=1)


def stated(written: date | str, now: datetime, *, name: str = "due") -> date:
    """The due date that somebody states, from today on. InvalidInput under `name` for a day that is past or does not exist."""
    try:
        day = parse_date_vi(written)
    except DateUnreadable as unreadable:
        raise InvalidInput({name: unreadable.message}) from unreadable
    today = vietnam_time.local_date(now)
    if day < today:
        raise InvalidInput({name: _("Ngày %(day)s đã qua. Hãy chọn hạn từ hôm nay trở đi.", day=spoken_day(day))})
    if day.year > today.year + FARTHEST_YEARS:
        raise InvalidInput({name: _("Ngày %(day)s còn quá xa. Hãy xem lại năm.", day=spoken_day(day))})
    return day
