"""A whole year in minutes: people act, the clock moves, ticks are made, missed, doubled and cut off; then all of it is proved."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from time import monotonic
from typing import Final

import sqlalchemy as sa

from notifications.clock import clockwork
from notifications.clock.clockwork import Work
from notifications.clock.retention import Kept
from notifications.letters.wording import sentences
from notifications.reminders.letter import Site
from tests.simulation import proof, province
from tests.simulation.life import Life
from tests.simulation.post import PostOffice, PowerCut
from tests.simulation.proof import Finding
from tests.simulation.province import Province
from tests.simulation.reckoning import Reckoning
from workflow.ground import migrate
from workflow.ground.database import Database
from workflow.ground.refusals import NotPossible
from workflow.ground.schema import account, unit
from workflow.ground.speech import Translate
from workflow.ground.vietnam_time import ZONE

YEAR: Final = 2026
LETTERS_AT_ONCE: Final = 20_000
_HOURS: Final = (0, 6, 7, 9, 12, 17, 20, 21, 23)
"""Of ticks: after midnight, at the hours people chose, in the evening when little is told."""
_KEPT: Final = Kept(timedelta(hours=1), timedelta(hours=12), timedelta(days=400))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to live through. ticks: a day; schedulers: how many processes tick at each moment; faulty: whether things go wrong."""

    units: int
    seed: int
    days: int = 365
    ticks: int = 4
    schedulers: int = 1
    faulty: bool = True


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of it. counts: of everything that happened, by name; findings: what ought not to be."""

    counts: dict[str, int]
    findings: list[Finding]
    seconds: float


@dataclass(frozen=True, slots=True)
class World:
    """A province that has lived through it, with the post office, what people did, and steps of ticks that failed."""

    province: Province
    office: PostOffice
    counts: dict[str, int]
    failures: list[str]

    @property
    def reckoning(self) -> Reckoning:
        """What had to be."""
        return self.province.reckoning


@dataclass(slots=True)
class _Clock:
    """The ticks of one simulation."""

    plan: Plan
    databases: list[Database]
    office: PostOffice
    site: Site
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def tick(self, now: datetime, reckoning: Reckoning, *, twice: bool = False) -> None:
        """All schedulers at once at this moment, and the reckoning after them; `twice`: two of them even if there is one."""
        self.office.now, self.office.turn = now, reckoning.turn + 1
        self._all(now, twice=twice)
        reckoning.tick(now)

    def _all(self, now: datetime, *, twice: bool) -> None:
        many = max(self.plan.schedulers, 2 if twice else 1)
        if many == 1:
            self._one(self.databases[0], now)
            return
        threads = [threading.Thread(target=self._one, args=(self.databases[n], now)) for n in range(many)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    def _one(self, database: Database, now: datetime) -> None:
        work = Work({"email": self.office.open_window()}, 0, _KEPT, self.site)
        try:
            done = clockwork.tick(database, now, work, limit=LETTERS_AT_ONCE)
        except PowerCut:
            self.counts["ticks_cut_off"] += 1
            return
        self.failures += [f"{now.isoformat()} {step}: {why}" for step, why in done.failures.items()]


def simulate(
    database: Database,
    plan: Plan,
    *,
    speak: Callable[[str], Translate | None] = lambda language: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Lived:
    """Live through the year in this database, which has to be empty, and prove it.

    progress: called with (days done, of how many). Raises NotPossible for a database that holds anything.
    """
    began = monotonic()
    world = live(database, plan, speak=speak, progress=progress)
    counts, findings = proof.prove(database, world.reckoning, world.office)
    findings += [Finding("tick", failure) for failure in world.failures]
    return Lived({**world.counts, **counts}, findings, monotonic() - began)


def live(
    database: Database,
    plan: Plan,
    *,
    speak: Callable[[str], Translate | None] = lambda language: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> World:
    """The same without the proof."""
    refuse_used(database)
    migrate.upgrade(database)
    chance = Random(plan.seed)
    begin = datetime(YEAR, 1, 1, 5, tzinfo=ZONE).astimezone(UTC)
    made = province.found(database, chance, YEAR, plan.units, begin)
    life = Life(made)
    site = Site("https://mo-phong.example", "mo-phong.example", lambda lang: sentences.load(None, lang), speak)
    office = PostOffice(plan.seed, plan.faulty, begin)
    with _several(database, max(plan.schedulers, 2)) as databases:
        clock = _Clock(plan, databases, office, site)
        down = _downtimes(plan, chance)
        clock.tick(begin + timedelta(hours=1), made.reckoning)
        life.begin(date(YEAR, 1, 1))
        for number in range(1, min(plan.days, 365)):
            day = date(YEAR, 1, 1) + timedelta(days=number)
            _live(life, clock, day, chance, down=day in down)
            progress(number, plan.days)
    happened = {f"did_{what}": number for what, number in sorted(life.done.items())}
    counts = {**happened, "refused": life.refused.total(), **clock.counts}
    return World(made, office, counts, clock.failures)


def refuse_used(database: Database) -> None:
    """Raise NotPossible for a database with anybody or anything in it."""
    if migrate.current(database) is None:
        return
    with database.read() as connection:
        used = [table.name for table in (account, unit) if connection.execute(sa.select(table.c.id).limit(1)).first()]
    if used:
        raise NotPossible(
            "Cơ sở dữ liệu này đã có dữ liệu. Mô phỏng chỉ chạy trên một cơ sở dữ liệu trống; hãy chỉ tới chỗ khác.",
            guard="database",
            code="not_empty",
        )


def _live(life: Life, clock: _Clock, day: date, chance: Random, *, down: bool) -> None:
    """One day: what people do and what the clock does, in their order."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    office, faulty = clock.office, clock.plan.faulty
    if faulty and chance.random() < 0.06:
        office.close_for_some_hours(chance, midnight)
    happening = list(life.day(day))
    if not down:
        hours = sorted(chance.sample(_HOURS, clock.plan.ticks))
        # Minutes that no deed begins at: seconds decide what came first.
        moments = [midnight + timedelta(hours=hour, minutes=chance.randint(1, 50), seconds=59.5) for hour in hours]
        happening += [(moment, _ticking(life, clock, chance)) for moment in moments]
    for moment, act in sorted(happening, key=lambda one: one[0]):
        act(moment.astimezone(UTC))


def _ticking(life: Life, clock: _Clock, chance: Random) -> Callable[[datetime], None]:
    def ticked(now: datetime) -> None:
        luck = chance.random() if clock.plan.faulty else 1.0
        # A power cut during one of the letters, if any goes out.
        clock.office.cut_next = luck < 0.03
        clock.tick(now, life.reckoning, twice=0.03 <= luck < 0.08)
        clock.office.cut_next = False
        if 0.08 <= luck < 0.1:
            # The clock of the machine was set back by an hour.
            clock.counts["clock_set_back"] += 1
            clock.tick(now - timedelta(hours=1), life.reckoning)

    return ticked


def _downtimes(plan: Plan, chance: Random) -> frozenset[date]:
    """Days on which nothing runs: over the half-year report's due date, and twice by chance."""
    if not plan.faulty:
        return frozenset()
    begins = [
        date(YEAR, 6, chance.randint(8, 10)),
        *(date(YEAR, 1, 10) + timedelta(days=chance.randint(0, 340)) for _ in "ab"),
    ]
    return frozenset(begin + timedelta(days=n) for begin in begins for n in range(chance.randint(2, 5)))


@contextmanager
def _several(database: Database, many: int) -> Iterator[list[Database]]:
    """The database as several processes would open it, each for itself."""
    others = [Database(database.url, synchronous="NORMAL", busy_seconds=60) for _ in range(many)]
    try:
        yield others
    finally:
        for each in others:
            each.close()
