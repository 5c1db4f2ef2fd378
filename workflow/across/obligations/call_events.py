"""What happens to calls for reports and to the calendar they are reckoned by, as the history keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflow.core.events import Changed, Event, noted


@noted("call", "call_opened")
@dataclass(frozen=True, slots=True)
class CallOpened(Event):
    """Units (codes) were called on to report. due_on: the day stated, moved to a working day."""

    label: str
    due_stated: date | None
    due_on: date | None
    units: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dates:
    """The due date of a call, before and after."""

    due_stated: Changed[date | None]
    due_on: Changed[date | None]


@noted("call", "call_moved")
@dataclass(frozen=True, slots=True)
class CallMoved(Event):
    """A call has another due date."""

    changed: Dates


@noted("call", "call_withdrawn")
@dataclass(frozen=True, slots=True)
class CallWithdrawn(Event):
    """A call was called off. units: how many no longer owe."""

    units: int


@noted("call", "call_file_added")
@dataclass(frozen=True, slots=True)
class CallFileAdded(Event):
    """A file was attached to a call. content: hash."""

    file: str
    content: str


@noted("calendar", "day_noted")
@dataclass(frozen=True, slots=True)
class DayNoted(Event):
    """A day became a day off, or a working day."""

    day: date | None
    working: bool
    label: str


@noted("calendar", "day_forgotten")
@dataclass(frozen=True, slots=True)
class DayForgotten(Event):
    """A day is again what the calendar says."""

    day: date | None


@noted("calendar", "year_decided")
@dataclass(frozen=True, slots=True)
class YearDecided(Event):
    """The days off of a year were decided. source: by which paper, "" when that was taken back."""

    year: int
    source: str
