"""One full transition through `transition.apply`, and ten thousand in one commit, each against its floor."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

from tests.benchmarks import dataset, floors
from tests.benchmarks.measuring import Measurement, interleaved
from tests.servers import postgres_server
from workflow import transition
from workflow.database import Database

ROUNDS = 600
BULK = 10_000
BULK_ROUNDS = 3
MODELS = BULK * BULK_ROUNDS + 5_000


def on_sqlite(folder: Path) -> list[Measurement]:
    """Single transitions at both levels of durability, the ordinary ORM way, and bulk; each way on a copy of one file."""
    original = folder / "transitions.db"
    database = Database(f"sqlite:///{original}", synchronous="NORMAL")
    built = dataset.build(database, MODELS)
    database.close()
    copies = {name: folder / f"{name}.db" for name in ("ours", "floor", "objects")}
    for copy in copies.values():
        shutil.copy(original, copy)
    found: list[Measurement] = []
    levels: tuple[tuple[Literal["NORMAL", "FULL"], float], ...] = (("NORMAL", 3.0), ("FULL", 1.5))
    for number, (level, bound) in enumerate(levels):
        first = 1 + number * (ROUNDS + 50)
        ours = Database(f"sqlite:///{copies['ours']}", synchronous=level)
        objects = Database(f"sqlite:///{copies['objects']}", synchronous=level)
        raw = floors.RawSqlite(copies["floor"], level)
        ordinary = floors.MachinePerObject(objects)
        times = interleaved(
            ROUNDS,
            lambda n, ours=ours, first=first: _accept(ours, built, first + n),  # type: ignore[misc]
            lambda n, raw=raw, first=first: raw.transition(dataset.code_of(first + n)),  # type: ignore[misc]
            lambda n, ordinary=ordinary, first=first: ordinary.transition(dataset.code_of(first + n)),  # type: ignore[misc]
            warm_up=20,
        )
        found.append(Measurement(f"one transition, SQLite synchronous={level}", times[0], times[1], bound))
        if level == "NORMAL":
            found.append(
                Measurement("… against a machine per object with the ORM", times[0], times[2], 6.0, at_least=True)
            )
        for each in (ours, objects):
            each.close()
        raw.close()
    found.append(_bulk(copies, built))
    return found


def on_postgresql() -> list[Measurement]:
    """The same on a private cluster that really waits for its disk."""
    with postgres_server(durable=True) as server, server.database() as mine, server.database() as theirs:
        ours = Database(server.url(mine))
        built = dataset.build(ours, ROUNDS + 100)
        other = Database(server.url(theirs))
        dataset.build(other, ROUNDS + 100)
        other.close()
        raw = floors.RawPostgres(server.dsn(theirs))
        times = interleaved(
            ROUNDS,
            lambda n: _accept(ours, built, 1 + n),
            lambda n: raw.transition(dataset.code_of(1 + n)),
            warm_up=20,
        )
        raw.close()
        ours.close()
    return [Measurement("one transition, PostgreSQL", times[0], times[1], 1.5)]


def _accept(database: Database, built: dataset.Dataset, number: int) -> None:
    with database.write() as connection:
        transition.apply(connection, dataset.code_of(number), "accept", built.reviewer, floors.MOMENT)


def _bulk(copies: dict[str, Path], built: dataset.Dataset) -> Measurement:
    ours = Database(f"sqlite:///{copies['ours']}", synchronous="NORMAL")
    raw = floors.RawSqlite(copies["floor"], "NORMAL")
    first = MODELS - BULK * BULK_ROUNDS

    def many(number: int) -> None:
        with ours.write() as connection:
            outcomes = transition.apply_many(
                connection, built.codes(first + number * BULK, BULK), "accept", built.reviewer, floors.MOMENT
            )
        if any(outcome.refusal for outcome in outcomes):
            raise RuntimeError(next(str(outcome.refusal) for outcome in outcomes if outcome.refusal))

    times = interleaved(BULK_ROUNDS, many, lambda n: raw.transitions(built.codes(first + n * BULK, BULK)), warm_up=0)
    ours.close()
    raw.close()
    return Measurement(f"bulk, {BULK:,} models, one commit", times[0], times[1], 2.5)
