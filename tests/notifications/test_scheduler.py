"""The tick does what is due, and one that fails does not stop the next."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from notifications import scheduler
from tests.world import NOW, World
from workflow.database import Database
from workflow.oversight import audit
from workflow.schema import anchor

SHORT = timedelta(milliseconds=200)


def anchored(database: Database) -> list[str]:
    """The days that have an anchor."""
    with database.read() as connection:
        return [day.isoformat() for day in connection.execute(sa.select(anchor.c.day).order_by(anchor.c.day)).scalars()]


def wait_until(condition: Callable[[], bool]) -> None:
    """Until it is so, for ten seconds at most."""
    last = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < last, "waited in vain"
        time.sleep(0.02)


def test_tick_anchors_each_finished_day_once(quiet: World) -> None:
    quiet.carry(quiet.create(), "registered")
    scheduler.tick(quiet.database, NOW)
    assert anchored(quiet.database) == []
    for hours in (24, 24, 48):
        scheduler.tick(quiet.database, NOW + timedelta(hours=hours))
    assert anchored(quiet.database) == ["2024-03-01"]
    with quiet.database.read() as connection:
        assert audit.verify(connection) == []


def test_start_ticks_at_once_and_stop_ends_it(quiet: World) -> None:
    quiet.create()
    before = threading.active_count()
    stop = scheduler.start(quiet.database, _now)
    wait_until(lambda: anchored(quiet.database) == ["2024-03-01"])
    stop()
    assert threading.active_count() == before


def test_tick_that_fails_is_logged_and_tried_again(quiet: World, capsys: pytest.CaptureFixture[str]) -> None:
    quiet.create()
    hide, show = "ALTER TABLE anchor RENAME TO hidden", "ALTER TABLE hidden RENAME TO anchor"
    with quiet.database.write() as connection:
        connection.exec_driver_sql(hide)
    logged: list[str] = []

    def failed() -> bool:
        logged.append(capsys.readouterr().out)
        return "tick_failed" in "".join(logged)

    stop = scheduler.start(quiet.database, _now, every=SHORT)
    try:
        wait_until(failed)
        with quiet.database.write() as connection:
            connection.exec_driver_sql(show)
        wait_until(lambda: anchored(quiet.database) == ["2024-03-01"])
    finally:
        stop()
    assert "no such table: anchor" in "".join(logged)


def _now() -> datetime:
    return datetime.now(UTC)
