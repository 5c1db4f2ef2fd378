"""What the reckoning keeps in mind: what is owed, who was to be reminded of it, letters, wishes, kinds of report, models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tests.simulation.roster import ESCALATED


@dataclass(slots=True, eq=False)
class Owed:
    """Something owed. next_day: of its next step; life: from each turn on, whether it is open, and its due date; dated: days on
    which it was given one.
    """

    name: str
    subject: str
    unit: int
    collector: int
    roles: tuple[str, ...]
    stated: date
    due: date
    opened: datetime
    sequence: int = 0
    state: str = "open"
    next_day: date | None = None
    call: str = ""
    life: list[tuple[int, bool, date]] = field(default_factory=list)
    dated: set[date] = field(default_factory=set)
    reminders: list[Reminder] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether it is still owed."""
        return self.state == "open"

    def was_open(self, turn: int, due: date) -> bool:
        """Whether it was owed in a turn, by that date."""
        before = [entry for entry in self.life if entry[0] <= turn]
        return bool(before) and before[-1][1:] == (True, due)


@dataclass(slots=True, eq=False)
class Reminder:
    """One thing one person is told at one step. letter: the one that told it."""

    owed: Owed
    step: str
    account: int
    due: date
    part: str
    principal: int | None
    planned: datetime
    status: str = "planned"
    why: str = ""
    letter: Letter | None = None

    @property
    def days(self) -> int | None:
        """Of a step of the year, days after the due date; None for what somebody caused."""
        return int(self.step[1:]) if self.step[0] == "d" else None

    @property
    def escalates(self) -> bool:
        """Whether somebody in charge is told of what is late."""
        return self.step.startswith("d+") and self.part in ESCALATED


@dataclass(frozen=True, slots=True, eq=False)
class Letter:
    """What one person was told at once. ways: channel → address."""

    account: int
    at: datetime
    turn: int
    kind: str
    ways: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to be told."""

    email: str = ""
    by_email: bool = True
    hour: int = 7
    quiet: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of report of the year that the clock calls for."""

    code: str
    due: date
    opens_days: int
    caller_level: str
    level: str
    roles: tuple[str, ...]


@dataclass(slots=True)
class Call:
    """A call for reports that went out."""

    name: str
    caller: int
    stated: date
    due: date
    withdrawn: bool = False


@dataclass(slots=True)
class Model:
    """A model in its present state. limit: days in which the state is to be left; roles: who owes the next step."""

    unit: int
    state: str
    version: int
    entered: datetime
    limit: int | None
    roles: tuple[str, ...]
    cut_short: bool
    mend_by: date | None
