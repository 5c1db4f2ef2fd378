"""One full transition through `transition.apply`, and ten thousand in one commit, each against its floor."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from tests.benchmarks import dataset, floors
from tests.benchmarks.measuring import BLOCK, Measurement, interleaved
from tests.servers import postgres_server
from workflow.core.engine import transition
from workflow.ground.database import Database
from workflow.ground.dialects import Synchronous

ROUNDS = 60
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
    return [
        _pair(copies, built, "NORMAL", 1, Measurement("one transition, SQLite synchronous=NORMAL", 0, 0, 3.0)),
        _pair(copies, built, "FULL", 1_000, Measurement("one transition, SQLite synchronous=FULL", 0, 0, 1.5)),
        _ordinary(copies, built, 2_000),
        _bulk(copies, built),
    ]


def _pair(
    copies: dict[str, Path], built: dataset.Dataset, level: Synchronous, first: int, asked: Measurement
) -> Measurement:
    ours = Database(f"sqlite:///{copies['ours']}", synchronous=level)
    raw = floors.RawSqlite(copies["floor"], level)
    spent, floor = interleaved(
        ROUNDS,
        lambda n: _accept(ours, built, first + n),
        lambda n: raw.transition(dataset.code_of(first + n)),
    )
    ours.close()
    raw.close()
    return replace(asked, ours=spent, floor=floor)


def _ordinary(copies: dict[str, Path], built: dataset.Dataset, first: int) -> Measurement:
    ours = Database(f"sqlite:///{copies['ours']}", synchronous="NORMAL")
    objects = Database(f"sqlite:///{copies['objects']}", synchronous="NORMAL")
    ordinary = floors.MachinePerObject(objects)
    spent, other = interleaved(
        ROUNDS,
        lambda n: _accept(ours, built, first + n),
        lambda n: ordinary.transition(dataset.code_of(first + n)),
    )
    ours.close()
    objects.close()
    return Measurement("one transition, against a machine per object with the ORM", spent, other, 6.0, at_least=True)


def on_postgresql() -> list[Measurement]:
    """The same on a private cluster that really waits for its disk."""
    with postgres_server(durable=True) as server, server.database() as mine, server.database() as theirs:
        ours = Database(server.url(mine))
        built = dataset.build(ours, (ROUNDS + 2) * BLOCK)
        other = Database(server.url(theirs))
        dataset.build(other, (ROUNDS + 2) * BLOCK)
        other.close()
        raw = floors.RawPostgres(server.dsn(theirs))
        times = interleaved(
            ROUNDS,
            lambda n: _accept(ours, built, 1 + n),
            lambda n: raw.transition(dataset.code_of(1 + n)),
        )
        raw.close()
        ours.close()
    return [Measurement("one transition, PostgreSQL", times[0], times[1], 1.5)]


def _accept(database: Database, built: dataset.Dataset, number: int) -> None:
    with database.write() as connection:
        transition.apply(connection, built.reviewer, floors.MOMENT, dataset.code_of(number), "accept")


def _bulk(copies: dict[str, Path], built: dataset.Dataset) -> Measurement:
    ours = Database(f"sqlite:///{copies['ours']}", synchronous="NORMAL")
    raw = floors.RawSqlite(copies["floor"], "NORMAL")
    first = MODELS - BULK * BULK_ROUNDS

    def many(number: int) -> None:
        with ours.write() as connection:
            outcomes = transition.apply_many(
                connection, built.reviewer, floors.MOMENT, built.codes(first + number * BULK, BULK), "accept"
            )
        if any(outcome.refusal for outcome in outcomes):
            raise RuntimeError(next(str(outcome.refusal) for outcome in outcomes if outcome.refusal))

    times = interleaved(
        BULK_ROUNDS, many, lambda n: raw.transitions(built.codes(first + n * BULK, BULK)), block=1, warm_up=0
    )
    ours.close()
    raw.close()
    return Measurement(f"bulk, {BULK:,} models, one commit", times[0], times[1], 2.5)
