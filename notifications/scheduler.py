"""The clockwork of one process: an interval tick that does what is due. What is due is in the database, nothing is kept here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from workflow.database import Database
from workflow.oversight import audit

EVERY = timedelta(minutes=5)

log = structlog.get_logger("scheduler")


def tick(database: Database, now: datetime) -> None:
    """Do everything that is due by now. Repeatable: a second run finds nothing left to do."""
    with database.write() as connection:
        made = audit.make_anchors(connection, now)
    if made:
        log.info("anchored", days=len(made), last=made[-1].day.isoformat())


def start(database: Database, clock: Callable[[], datetime], *, every: timedelta = EVERY) -> Callable[[], None]:
    """Tick at once and then in this interval, in a thread of its own. Returns the function that stops it.

    A tick that fails is logged; the next one finds the same work still due. Stopping waits for a tick that is running.
    """
    seconds = every.total_seconds()
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        _safely,
        "interval",
        args=(database, clock),
        seconds=seconds,
        next_run_time=clock(),
        # A laptop that slept through some ticks makes up for them with one.
        misfire_grace_time=max(1, int(seconds)),
        coalesce=True,
        max_instances=1,
    )
    scheduler.start()

    def stop() -> None:
        scheduler.shutdown(wait=True)

    return stop


def _safely(database: Database, clock: Callable[[], datetime]) -> None:
    try:
        tick(database, clock())
    except Exception:
        log.exception("tick_failed")
