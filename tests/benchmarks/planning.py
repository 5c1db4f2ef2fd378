"""Planning reminders set-wise, against a plain INSERT … SELECT of as many rows and a job for each; a tick with nothing due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.engine import Connection

from notifications.clock import clockwork
from notifications.reminders import planning
from tests import world as small_world
from tests.benchmarks.measuring import Measurement, interleaved
from tests.letters import KEPT, SITE
from tests.world import World
from workflow.ground.database import Database
from workflow.ground.reading.names import keys_of
from workflow.ground.schema import account, assignment, obligation, reminder, report_call, unit
from workflow.ground.vietnam_time import end_of_day

UNITS: Final = 3_000
CALLS: Final = 11
PARTS: Final = 3
REMINDERS: Final = UNITS * CALLS * PARTS
"""On the due day the officer, their deputy and the head of the unit are told of each report."""
IDLE: Final = 1_000_000
JOBS: Final = 200
ROUNDS: Final = 10
DUE: Final = date(2024, 6, 10)
NOW: Final = datetime(2024, 6, 10, 2, 0, tzinfo=UTC)
QUIET: Final = datetime(2024, 7, 20, 2, 0, tzinfo=UTC)
"""A day on which no report is called for either."""

_PLAIN = """
INSERT INTO reminder (obligation_id, step, account_id, due_on, part, deputy_for_id, word, planned_at, status, why)
SELECT obligation_id, step, account_id, due_on, part, deputy_for_id, word, planned_at, status, why FROM made_ready
"""
_IDLE = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
INSERT INTO obligation (key, year_id, subject, unit_id, roles, collector_id, due_stated, due_on, due_at, next_step_on, opened_at)
SELECT 'idle:' || n, {year}, 'registration', {unit}, 'unit_officer', {collector}, '2025-06-10', '2025-06-10',
  '2025-06-10 17:00:00.000000', date('2025-05-01', (n % 30) || ' days'), '2024-01-01 00:00:00.000000' FROM numbers
"""


def measure(folder: Path) -> list[Measurement]:
    """SQLite. Every planning is taken back, so that each round plans the same."""
    database = Database(f"sqlite:///{folder / 'planning.db'}", synchronous="NORMAL")
    world = small_world.build(database)
    _owe(database, world)
    with database.write() as connection:
        planned = planning.plan(connection, NOW)
        if planned != REMINDERS:
            raise RuntimeError(f"{planned} reminders were planned")
        connection.exec_driver_sql("CREATE TABLE made_ready AS SELECT * FROM reminder")
        connection.execute(sa.delete(reminder))
        connection.execute(sa.update(obligation).values(next_step_on=DUE))
    ours, floor = interleaved(
        ROUNDS,
        _taken_back(database, lambda connection: planning.plan(connection, NOW)),
        _taken_back(database, lambda connection: connection.exec_driver_sql(_PLAIN)),
        block=1,
        warm_up=1,
    )
    job = _job_each(folder)
    idle = _idle(database, world)
    database.close()
    return [
        Measurement(f"planning {REMINDERS:,} reminders: of INSERT … SELECT", ours, floor, 3.0),
        Measurement("planning one reminder: below a job in APScheduler's store", ours / REMINDERS, job, 20.0, True),
        Measurement(f"a tick with nothing due among {IDLE:,} obligations", idle, None, 2e-3),
    ]


class _Undo(Exception):
    pass


def _taken_back(database: Database, work: Callable[[Connection], object]) -> Callable[[int], None]:
    def run(_number: int) -> None:
        try:
            with database.write() as connection:
                work(connection)
                raise _Undo
        except _Undo:
            return

    return run


def _job_each(folder: Path) -> float:
    """Seconds for one job that waits for its hour, in a store of the same database engine."""
    scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(f"sqlite:///{folder / 'jobs.db'}")})
    scheduler.start(paused=True)
    (each,) = interleaved(
        5,
        lambda number: scheduler.add_job(print, "date", run_date=datetime(2030, 1, 1, tzinfo=UTC), args=(number,)),
        block=JOBS // 5,
        warm_up=1,
    )
    scheduler.shutdown(wait=False)
    return each


def _idle(database: Database, world: World) -> float:
    """Seconds for a whole tick when every step lies ahead."""
    with database.write() as connection:
        connection.execute(sa.delete(obligation))
        connection.exec_driver_sql(
            _IDLE.format(count=IDLE, year=world.year_id, unit=world.units["KL-X1"], collector=world.units["KL"])
        )
    work = clockwork.Work({}, 0, KEPT, SITE)
    # The first one of the day throws away what is old.
    clockwork.tick(database, QUIET, work)
    (spent,) = interleaved(ROUNDS, lambda _number: clockwork.tick(database, QUIET, work))
    return spent


def _owe(database: Database, world: World) -> None:
    """Units with an officer, their deputy and a head each, and reports that all of them owe by the same day."""
    with database.write() as connection:
        place = connection.execute(sa.select(unit).where(unit.c.code == "KL")).one()
        first_unit, first_account = max(world.units.values()) + 1, max(world.accounts.values()) + 1
        units = range(first_unit, first_unit + UNITS)
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
                    "parent_id": place.id,
                    "path": f"{place.path}{key}/",
                }
                for key in units
            ],
        )
        people = range(first_account, first_account + UNITS * PARTS)
        connection.execute(
            sa.insert(account),
            [{"id": key, "user_name": f"o{key}", "full_name": f"O {key}", "created_at": NOW} for key in people],
        )
        connection.execute(
            sa.insert(assignment),
            [
                {
                    "account_id": first_account + PARTS * place + turn,
                    "role": "leader" if turn == 2 else "unit_officer",
                    "unit_id": key,
                    "valid_from": date(2020, 1, 1),
                    "deputy_for_id": first_account + PARTS * place if turn == 1 else None,
                }
                for place, key in enumerate(units)
                for turn in range(PARTS)
            ],
        )
        call = {
            "year_id": world.year_id,
            "unit_id": place.id,
            "period_from": date(2024, 1, 1),
            "period_to": date(2024, 5, 31),
            "due_stated": DUE,
            "due_on": DUE,
            "sections": [],
            "opened_at": NOW,
        }
        connection.execute(
            sa.insert(report_call), [{**call, "id": key, "label": f"Báo cáo {key}"} for key in range(1, CALLS + 1)]
        )
        owed = {
            "year_id": world.year_id,
            "subject": "report",
            "roles": "unit_officer",
            "collector_id": place.id,
            "due_stated": DUE,
            "due_on": DUE,
            "due_at": end_of_day(DUE),
            "next_step_on": DUE,
            "opened_at": NOW,
        }
        connection.execute(
            sa.insert(obligation),
            [
                {**owed, "key": f"report:{call_id}:{key}", "call_id": call_id, "unit_id": key}
                for call_id in range(1, CALLS + 1)
                for key in units
            ],
        )
