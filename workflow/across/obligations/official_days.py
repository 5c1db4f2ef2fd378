"""Public holidays and swapped days of Vietnam: a table of our own first (config/days_off.toml), then the library `holidays`.

Swaps are decided days before they happen, too late for a library; what an office corrects is not here (`working_days`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import Final

import holidays

from config import definitions
from workflow.ground.data_files import DataFileInvalid, Table, parse_toml
from workflow.ground.speech import _, mark, other

COUNTRY: Final = "VN"
EARLIEST, LATEST = 2000, 2100
_KINDS: Final = {"day_off": False, "worked": True}
_TET: Final = "Lunar New Year"
_TET_HOLIDAY: Final = mark("Nghỉ Tết Nguyên đán")
_WORKED: Final = mark("Ngày làm bù")
_LIBRARY: Final = f"holidays {version('holidays')}"


class OfficialDaysInvalid(DataFileInvalid):
    """The table of days off cannot be used."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not what its day of the week says.

    source: what it rests on, a document or the library; noted: by an administrator; who noted it is empty for the command line.
    """

    day: date
    working: bool
    label: str
    source: str
    noted: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A day with its names and what it rests on. name_en: '' where the name is a word of our own."""

    day: date
    working: bool
    name: str
    name_en: str
    source: str


@dataclass(frozen=True, slots=True)
class OfficialTable:
    """The table. years: those whose Tết and swaps were decided, with the document."""

    days: tuple[Row, ...]
    years: Mapping[int, str]


@cache
def shipped() -> OfficialTable:
    """The table that comes with the program."""
    return load(definitions.days_off_text(), definitions.DAYS_OFF_FILE)


def load(text: str, origin: str) -> OfficialTable:
    """The table in a TOML text; raises OfficialDaysInvalid with every problem, each naming file and key."""
    content, problems = parse_toml(text, origin)
    if problems:
        raise OfficialDaysInvalid(problems)
    root = Table(content, origin, "", problems)
    years: dict[int, str] = {}
    for table in root.tables("years"):
        year = table.integer("year", low=EARLIEST, high=LATEST) or 0
        if year in years:
            table.problem("year", _("năm %(year)s đã có ở trên; hãy bỏ bớt một", year=year))
        years[year] = table.text("source")
        table.close()
    days: dict[date, Row] = {}
    for table in root.tables("days"):
        kind = table.name("kind", _("loại ngày"), _KINDS)
        day = table.day("day") or date.min
        row = Row(day, _KINDS.get(kind, False), table.text("name"), table.text("name_en"), table.text("source"))
        if day in days:
            table.problem("day", _("ngày %(day)s đã có ở trên; hãy bỏ bớt một", day=day))
        days[day] = row
        table.close()
    root.close()
    if problems:
        raise OfficialDaysInvalid(problems)
    return OfficialTable(tuple(days.values()), years)


def is_worked(day: date) -> bool | None:
    """Whether the day is worked by what is known of it; None when nothing is and its day of the week says so."""
    row = _rows(day.year).get(day)
    return None if row is None else row.working


def official_days(year: int) -> dict[date, SpecialDay]:
    """What is known of a year by day, named in the language spoken; weekends that are nothing else are not among them."""
    return {
        day: SpecialDay(day, row.working, other(row.name, row.name_en) if row.name_en else _(row.name), row.source)
        for day, row in _rows(year).items()
    }


def decided_by(year: int) -> str:
    """What says that Tết and the swaps of a year are decided: a document, or the library that knows a swap; '' for nothing."""
    swapped = any(row.working for row in _rows(year).values())
    return shipped().years.get(year) or (_LIBRARY if swapped else "")


@cache
def fingerprint(year: int) -> str:
    """What is known of a year and the next, as one word: another one when a release of ours or of the library knows more."""
    known = [f"{day}:{row.working}" for one in (year, year + 1) for day, row in sorted(_rows(one).items())]
    return sha256("\n".join(known).encode()).hexdigest()


@cache
def _rows(year: int) -> Mapping[date, Row]:
    of_library = holidays.country_holidays(COUNTRY, years=year, language="vi")
    in_english = holidays.country_holidays(COUNTRY, years=year, language="en_US")
    # Its working Saturdays stand apart from its days off, some of other years among them.
    found = {day: Row(day, True, _WORKED, "", _LIBRARY) for day in of_library.weekend_workdays if day.year == year}
    for day, name in of_library.items():
        # Days before Tết are named from its end on, wrong by one where the month has 29 days: one name for the whole holiday.
        tet = _TET in in_english[day]
        found[day] = Row(day, False, _TET_HOLIDAY if tet else name, "" if tet else in_english[day], _LIBRARY)
    return found | {row.day: row for row in shipped().days if row.day.year == year}
