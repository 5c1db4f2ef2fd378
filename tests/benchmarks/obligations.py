"""Obligations among a million: the first look of a day, the look after something happened, a call to thousands of units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests import world as small_world
from tests.benchmarks.measuring import Measurement, interleaved
from tests.world import NOW, World, a_draft
from workflow.across.obligations import calls
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.selector import Selector
from workflow.across.obligations.sync import sync
from workflow.ground.database import Database
from workflow.ground.reading.names import keys_of
from workflow.ground.schema import obligation, unit

IDLE: Final = 1_000_000
UNITS: Final = 3_000
ROUNDS: Final = 10

_IDLE = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
INSERT INTO obligation (key, year_id, subject, state, unit_id, roles, collector_id, due_stated, due_on, due_at, opened_at)
SELECT 'idle:' || n, {year}, 'state', 'submitted', {first} + n % {units}, 'staff', {collector}, '2025-06-10', '2025-06-10',
  '2025-06-10 17:00:00.000000', '2024-01-01 00:00:00.000000' FROM numbers
"""


def measure(folder: Path) -> list[Measurement]:
    """SQLite."""
    database = Database(f"sqlite:///{folder / 'obligations.db'}", synchronous="NORMAL")
    world = small_world.build(database)
    first = _villages(database, world)
    ours, floor = interleaved(
        ROUNDS,
        lambda _number: _undone(database, _call),
        lambda _number: _undone(database, lambda connection: _rows(connection, world, first)),
        block=1,
        warm_up=1,
    )
    with database.write() as connection:
        connection.exec_driver_sql(
            _IDLE.format(count=IDLE, year=world.year_id, first=first, units=UNITS, collector=world.units["KL"])
        )
        sync(connection, NOW)
    (day,) = interleaved(ROUNDS, lambda number: _sync(database, number + 1), block=1)
    happened = min(_after_a_step(database, world, number) for number in range(ROUNDS))
    database.close()
    return [
        Measurement(f"calling {UNITS:,} units for a report: of inserting as many rows", ours, floor, 4.0),
        Measurement(f"the first look of a day among {IDLE:,} obligations", day, None, 20e-3),
        Measurement(f"the look after one step among {IDLE:,} obligations", happened, None, 20e-3),
    ]


class _Undo(Exception):
    pass


def _undone(database: Database, work: Callable[[Connection], None]) -> None:
    try:
        with database.write() as connection:
            work(connection)
            raise _Undo
    except _Undo:
        return


def _call(connection: Connection) -> None:
    command = CallInput(2024, "KL-X1", "Báo cáo nhanh", "12/03/2024", to=Selector(levels=("village",)))
    called = calls.open_call(connection, "chair", NOW, command)
    if len(called.obligations) < UNITS:
        raise RuntimeError(f"{len(called.obligations)} units were called on")


def _rows(connection: Connection, world: World, first: int) -> None:
    connection.execute(
        sa.insert(obligation),
        [
            {
                "key": f"plain:{key}",
                "year_id": world.year_id,
                "subject": "registration",
                "unit_id": key,
                "roles": "unit_officer,commune_reviewer",
                "collector_id": world.units["KL-X1"],
                "due_stated": NOW.date(),
                "due_on": NOW.date(),
                "due_at": NOW,
                "next_step_on": NOW.date(),
                "opened_at": NOW,
            }
            for key in range(first, first + UNITS)
        ],
    )


def _sync(database: Database, days: int) -> None:
    with database.write() as connection:
        sync(connection, NOW + timedelta(days=days))


def _after_a_step(database: Database, world: World, number: int) -> float:
    now = NOW + timedelta(days=40)
    code = world.create(a_draft(name=f"Mô hình thứ {number}"), now=now)
    _sync(database, 40)
    world.apply(code, "submit", "officer.x1t1", now)
    (spent,) = interleaved(1, lambda _number: _sync(database, 40), block=1, warm_up=0)
    return spent


def _villages(database: Database, world: World) -> int:
    """Villages of a commune; the key of the first."""
    first = max(world.units.values()) + 1
    with database.write() as connection:
        path = connection.execute(sa.select(unit.c.path).where(unit.c.code == "KL-X1")).scalar_one()
        connection.execute(
            sa.insert(unit),
            [
                {
                    "id": key,
                    "code": f"V{key}",
                    "name": f"Thôn {key}",
                    **keys_of(f"Thôn {key}", 200),
                    "level": "village",
                    "kind": "administrative",
                    "parent_id": world.units["KL-X1"],
                    "path": f"{path}{key}/",
                }
                for key in range(first, first + UNITS)
            ],
        )
    return first
