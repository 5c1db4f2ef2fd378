"""People come and go: they are replaced, locked out, stood in for; and villages are merged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from tests.simulation.province import Province
from tests.simulation.roster import Holding
from workflow.core.people import accounts, assignments, units
from workflow.ground.vietnam_time import local_date

Later = Callable[[date, str, Callable[[datetime], None]], None]


class Staffing:
    """What an administrator does with people and units. later: puts something into the diary of the simulation."""

    def __init__(self, province: Province, later: Later) -> None:
        self._province = province
        self._roster = province.roster
        self._chance = province.chance
        self._later = later

    def day(self, day: date) -> None:
        """Plan what changes on a day: with so many people something always does."""
        rate = len(self._province.villages) / 365
        for what, deed, share in (
            ("replaced", self._replace, 0.35),
            ("locked", self._lock, 0.12),
            ("stood_in_for", self._stand_in, 0.25),
            ("wishes_changed", self._wish, 0.3),
            ("village_merged", self._merge, 0.03),
        ):
            for _ in range(int(rate * share) + (self._chance.random() < rate * share % 1)):
                self._later(day, what, deed)

    def _somebody(self, now: datetime) -> Holding | None:
        """Somebody with a role of their own, more often in a village than elsewhere."""
        province, chance = self._province, self._chance
        unit = chance.choices(
            (province.root, chance.choice(province.communes), chance.choice(province.villages)), (5, 25, 70)
        )[0]
        held = [
            one
            for one in self._roster.holdings[unit]
            if one.holds_on(local_date(now)) and one.principal is None and one.last is None
        ]
        return chance.choice(held) if held else None

    def _replace(self, now: datetime) -> None:
        """One leaves, now or in some days, and another follows, now or after a while in which nobody holds the role."""
        gone = self._somebody(now)
        if gone is None:
            return
        today = local_date(now)
        last = today + timedelta(days=self._chance.choice((-1, -1, 0, 5)))
        with self._province.database.write() as connection:
            assignments.end_assignment(connection, self._province.admin, now, gone.id, last_day=last)
        self._roster.end_holding(gone, last)
        follows = max(today, last) + timedelta(days=self._chance.choice((1, 1, 3, 12)))
        self._later(follows, "followed", lambda later: self._follow(gone, later))

    def _follow(self, gone: Holding, now: datetime) -> None:
        with self._province.database.write() as connection:
            account = self._province.hire(connection, gone.place, now)
            self._province.give(connection, account, gone.role, gone.place, now, rank=gone.rank)

    def _lock(self, now: datetime) -> None:
        someone = self._somebody(now)
        if someone is None or someone.account in self._roster.locked:
            return
        name = self._roster.names[someone.account]
        with self._province.database.write() as connection:
            accounts.lock(connection, self._province.admin, now, name, reason="Mất điện thoại")
        self._roster.locked.add(someone.account)
        back = local_date(now) + timedelta(days=self._chance.randint(1, 20))
        self._later(back, "unlocked", lambda later: self._unlock(someone.account, later))

    def _unlock(self, account: int, now: datetime) -> None:
        with self._province.database.write() as connection:
            accounts.unlock(connection, self._province.admin, now, self._roster.names[account])
        self._roster.locked.discard(account)

    def _stand_in(self, now: datetime) -> None:
        principal = self._somebody(now)
        if principal is None:
            return
        last = local_date(now) + timedelta(days=self._chance.randint(3, 30))
        with self._province.database.write() as connection:
            deputy = self._province.hire(connection, principal.place, now)
            self._province.give(
                connection, deputy, principal.role, principal.place, now, last=last, principal=principal.account
            )

    def _wish(self, now: datetime) -> None:
        someone = self._somebody(now)
        if someone is not None and someone.account not in self._roster.locked:
            with self._province.database.write() as connection:
                self._province.wish(connection, someone.account, now)

    def _merge(self, now: datetime) -> None:
        province, today = self._province, local_date(now)
        commune = self._chance.choice(province.communes)
        there = [one for one in self._roster.below[commune] if self._roster.places[one].last is None]
        if len(there) < 2:
            return
        gone, heir = self._chance.sample(there, 2)
        last = today + timedelta(days=self._chance.choice((-1, -1, 4)))
        with province.database.write() as connection:
            units.merge_into(connection, province.admin, now, province.code(gone), province.code(heir), last_day=last)
        province.reckoning.merged(gone, heir, last)
