"""Units and who holds which role there, kept in plain Python from what the simulation did; never read from the database.

Says who has which part in what is owed, written from the rules of the domain alone and not from the planner's statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

REPORTER: Final = "reporter"
VACANT: Final = "vacant"
HEAD_OF_UNIT: Final = "head_of_unit"
STAFF: Final = "staff"
RANKS: Final = ("deputy_head", "head")
WEIGHT: Final = ("head", "deputy_head", STAFF, HEAD_OF_UNIT, REPORTER, VACANT)
"""Of several parts of one person in one step the first counts."""
ESCALATED: Final = frozenset(("head", "deputy_head", STAFF))
OFFICER: Final = "unit_officer"
"""The role that counts at the very unit only."""
MEETING: Final = "meeting:"

Part = Mapping[int, int | None]
"""Accounts that have a part, each with the account it stands in for."""


@dataclass(slots=True)
class Place:
    """A unit. last: its last day, None while there is no end to it."""

    id: int
    code: str
    level: str
    parent: int | None
    last: date | None = None
    heir: int | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it exists on the day."""
        return self.last is None or self.last >= day


@dataclass(slots=True)
class Holding:
    """A role that somebody holds at a unit. principal: account they stand in for."""

    id: int
    account: int
    role: str
    place: int
    first: date
    last: date | None = None
    principal: int | None = None
    rank: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it counts on the day."""
        return self.first <= day and (self.last is None or self.last >= day)


@dataclass(slots=True)
class Roster:
    """Everybody and every unit there is, as far as was told."""

    places: dict[int, Place] = field(default_factory=dict)
    below: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    holdings: dict[int, list[Holding]] = field(default_factory=lambda: defaultdict(list))
    by_id: dict[int, Holding] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    locked: set[int] = field(default_factory=set)
    members: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def add_place(self, place: Place) -> None:
        """A unit came to be."""
        self.places[place.id] = place
        if place.parent is not None:
            self.below[place.parent].append(place.id)

    def add_holding(self, holding: Holding) -> None:
        """Somebody was given a role."""
        self.by_id[holding.id] = holding
        self.holdings[holding.place].append(holding)

    def end_holding(self, holding: Holding, last: date) -> None:
        """A role ends, and with a person's own role those of their deputies that would run past it."""
        deputies = [] if holding.principal is not None else self._deputies(holding, last)
        for ended in (holding, *deputies):
            ended.last = last
            if last < ended.first:
                self.holdings[ended.place].remove(ended)

    def upward(self, place: int) -> Iterator[int]:
        """The unit and those above it."""
        here: int | None = place
        while here is not None:
            yield here
            here = self.places[here].parent

    def at(self, place: int, role: str, day: date) -> list[Holding]:
        """Who holds a role at this very unit and may act: no locked accounts."""
        return [
            one
            for one in self.holdings.get(place, ())
            if one.role == role and one.holds_on(day) and one.account not in self.locked
        ]

    def heir(self, place: int, day: date) -> int | None:
        """The unit that stands in its place on the day; None without any."""
        here: int | None = place
        while here is not None and not self.places[here].holds_on(day):
            here = self.places[here].heir
        return here

    def parts(self, unit: int, collector: int, roles: Sequence[str], day: date) -> dict[str, Part]:
        """Everybody who has a part in what a unit owes to a collector in these roles."""
        reporters = self.reporters(unit, roles, day)
        staff = self._nearest(collector, "staff", day)
        leaders = self._nearest(collector, "leader", day)
        found = {
            REPORTER: reporters,
            VACANT: {} if reporters else _once(staff or leaders),
            HEAD_OF_UNIT: _once(self.at(unit, "leader", day)),
            STAFF: _once(staff or leaders),
        }
        for rank in RANKS:
            found[rank] = _once([one for one in leaders if self._rank(one) == rank] or leaders or staff)
        return found

    def reporters(self, unit: int, roles: Sequence[str], day: date) -> Part:
        """Of all who hold one of the roles those nearest to the unit; of a meeting its members."""
        for role in roles:
            if role.startswith(MEETING):
                return {one: None for one in self.members[role] if one not in self.locked}
        for here in self.upward(unit):
            held = [role for role in roles if role != OFFICER or here == unit]
            if found := [one for role in held for one in self.at(here, role, day)]:
                return _once(found)
        return {}

    def _nearest(self, place: int, role: str, day: date) -> list[Holding]:
        return next((found for here in self.upward(place) if (found := self.at(here, role, day))), [])

    def _rank(self, holding: Holding) -> str:
        """A deputy stands where the person stands whom they stand in for."""
        if holding.rank or holding.principal is None:
            return holding.rank
        own = (
            one.rank
            for one in self.holdings[holding.place]
            if one.account == holding.principal and one.role == holding.role and one.principal is None
        )
        return max(own, default="")

    def _deputies(self, ended: Holding, last: date) -> list[Holding]:
        others = self.holdings[ended.place]
        if any(
            one is not ended
            and (one.account, one.role, one.principal) == (ended.account, ended.role, None)
            and one.first <= last + timedelta(days=1)
            and (one.last is None or one.last > last)
            for one in others
        ):
            return []
        return [
            one
            for one in others
            if (one.principal, one.role) == (ended.account, ended.role) and (one.last is None or one.last > last)
        ]


def _once(holdings: Sequence[Holding]) -> dict[int, int | None]:
    """Each account once: in a role of its own if it can, else for the first of those it stands in for."""
    found: dict[int, int | None] = {}
    for one in sorted(holdings, key=lambda one: (one.principal is not None, one.principal or 0)):
        found.setdefault(one.account, one.principal)
    return found
