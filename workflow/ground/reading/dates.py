"""Dates the way they come in: typed day first, written out in words, or as a spreadsheet keeps them."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from workflow.ground.reading.text import clean, fold, shorten
from workflow.ground.refusals import Refusal
from workflow.ground.speech import _

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
EARLIEST = date(1990, 1, 1)
LATEST = date(2100, 12, 31)

_DAY_FIRST = re.compile(r"(?:ngay )?([0-9]{1,2}) ?([/.-]) ?([0-9]{1,2}) ?\2 ?([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[t ][0-9:.]{1,16}z?)?")
_IN_WORDS = re.compile(r"(?:ngay )?([0-9]{1,2}),? thang ([0-9]{1,2}),? nam ([0-9]{4})")
_SHORT_YEAR = re.compile(r"[0-9]{1,2} ?[/.-] ?[0-9]{1,2} ?[/.-] ?[0-9]{2}")
_NO_YEAR = re.compile(r"(?:ngay )?[0-9]{1,2} ?(?:[/.-]|thang) ?[0-9]{1,2}")
# Day 0 of the spreadsheet's calendar from March 1900 on; before that it counts a 29 February that never was.
_SERIAL_ZERO = date(1899, 12, 30)


class DateUnreadable(Refusal):
    """The value is no date, or not certainly one."""

    kind: ClassVar[str] = "invalid"
    code: ClassVar[str] = "date_unreadable"

    def __init__(self, written: object, why: str = "") -> None:
        """why: what is wrong with it; nothing for an empty place."""
        shown = shorten(clean(str(written)), 40)
        super().__init__(
            _(
                "Không đọc được ngày “%(shown)s”: %(why)s Hãy ghi ngày/tháng/năm, ví dụ 05/02/2024.",
                shown=shown,
                why=why,
            )
            if why
            else _("Hãy nhập ngày/tháng/năm, ví dụ 05/02/2024."),
            guard="date",
        )


def format_date(day: date) -> str:
    """05/02/2024."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def _from_text(text: str) -> date:
    folded = fold(clean(text[:100]))
    if not folded:
        raise DateUnreadable(text)
    if match := _DAY_FIRST.fullmatch(folded):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
    elif match := _IN_WORDS.fullmatch(folded):
        day, month, year = int(match[1]), int(match[2]), int(match[3])
    elif match := _YEAR_FIRST.fullmatch(folded):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif _SHORT_YEAR.fullmatch(folded):
        raise DateUnreadable(text, _("năm phải đủ bốn chữ số."))
    elif _NO_YEAR.fullmatch(folded):
        raise DateUnreadable(text, _("thiếu năm."))
    else:
        raise DateUnreadable(text, _("không đúng dạng ngày."))
    if month > 12 and day <= 12:
        raise DateUnreadable(text, _("không có tháng %(month)s; ngày đứng trước, tháng đứng sau.", month=month))
    try:
        return date(year, month, day)
    except ValueError:
        raise DateUnreadable(text, _("lịch không có ngày này.")) from None


def parse_date_vi(value: str | date | datetime | float, *, earliest: date = EARLIEST, latest: date = LATEST) -> date:
    """Read a date: text (day first, ISO or in words), a date, a moment (its day in Vietnam) or a serial.

    Raises DateUnreadable for anything else, also for a year of two digits or outside `earliest` … `latest`.
    """
    if isinstance(value, datetime):
        found = value.astimezone(VIETNAM).date() if value.tzinfo else value.date()
    elif isinstance(value, date):
        found = value
    elif isinstance(value, str):
        found = _from_text(value)
    elif isinstance(value, bool) or not math.isfinite(value) or not 61 <= value < 2_958_466:
        raise DateUnreadable(value, _("không đúng dạng ngày."))
    else:
        found = _SERIAL_ZERO + timedelta(days=int(value))
    if not earliest <= found <= latest:
        raise DateUnreadable(
            value,
            _("ngày phải từ %(earliest)s đến %(latest)s.", earliest=format_date(earliest), latest=format_date(latest)),
        )
    return found
