"""The scheduler ticks while it leads, one process at a time, and neither a failing tick nor a dead thread ends that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa

from notifications.clock import clockwork, scheduler
from notifications.clock.clockwork import Work
from notifications.clock.leadership import AdvisoryLock, LeaseRow, leadership
from tests.letters import KEPT, SITE, fate, give_addresses, put, work_for
from tests.mail_server import HANGS, mail_server
from tests.workflow.conftest import postgres_world, sqlite_world, world, world_file, world_template
from tests.world import NOW, World
from workflow.across.oversight import audit
from workflow.ground.database import Database
from workflow.ground.schema import anchor
from workflow.ground.schema import clockwork as clockwork_table

__all__ = ["postgres_world", "sqlite_world", "world", "world_file", "world_template"]

SHORT = timedelta(milliseconds=200)
LEASE = timedelta(minutes=3)


def idle() -> Work:
    """A tick's work without a mail server."""
    return Work({}, 0, KEPT, SITE)


def anchored(database: Database) -> list[str]:
    """The days that have an anchor."""
    with database.read() as connection:
        return [day.isoformat() for day in connection.execute(sa.select(anchor.c.day).order_by(anchor.c.day)).scalars()]


def wait_until(condition: Callable[[], bool]) -> None:
    """Until it is so, for half a minute at most: a busy machine is no fault of the scheduler."""
    last = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < last, "waited in vain"
        time.sleep(0.02)


def beat(database: Database, now: datetime) -> clockwork.Heartbeat:
    with database.read() as connection:
        return clockwork.heartbeat(connection, now)


def test_tick_anchors_each_finished_day_once(world: World) -> None:
    world.carry(world.create(), "registered")
    clockwork.tick(world.database, NOW, idle())
    assert anchored(world.database) == []
    for hours in (24, 24, 48):
        assert clockwork.tick(world.database, NOW + timedelta(hours=hours), idle()).failures == {}
    assert anchored(world.database) == ["2024-03-01"]
    with world.database.read() as connection:
        assert audit.verify(connection) == []


def test_tick_with_nothing_due_waits_for_nobody_who_writes(sqlite_world: World) -> None:
    sqlite_world.carry(sqlite_world.create(), "registered")
    clockwork.tick(sqlite_world.database, NOW, idle())
    hurried = Database(sqlite_world.database.url, busy_seconds=0)
    later = NOW + timedelta(hours=1)
    with sqlite_world.database.write():
        done = clockwork.tick(hurried, later, idle())
        assert (done.failures, done.counts) == ({}, dict.fromkeys(clockwork.COUNTED, 0))
        assert clockwork.tick(hurried, later + timedelta(days=1), idle()).failures != {}
    hurried.close()


def test_tick_counts_the_same_things_whether_anything_is_due_or_not(world: World) -> None:
    busy = clockwork.tick(world.database, NOW, idle())
    assert any(busy.counts.values())
    assert set(busy.counts) == set(clockwork.COUNTED)


def test_preview_counts_and_changes_nothing(world: World) -> None:
    with world.database.read() as connection:
        before = connection.execute(sa.text("SELECT count(*) FROM obligation")).scalar_one()
    first = clockwork.preview(world.database, NOW, idle())
    assert first["synced"] > 0
    assert clockwork.preview(world.database, NOW, idle()) == first
    with world.database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM obligation")).scalar_one() == before
    assert clockwork.tick(world.database, NOW, idle()).counts["synced"] == first["synced"]


def test_start_ticks_at_once_and_stop_ends_it(world: World) -> None:
    world.create()
    before = threading.active_count()
    running = scheduler.start(world.database, _now, idle())
    wait_until(lambda: anchored(world.database) == ["2024-03-01"])
    wait_until(lambda: beat(world.database, _now()).succeeded_at is not None)
    assert (running.alive, running.leading) == (True, True)
    assert running.stop()
    wait_until(lambda: not running.alive)
    wait_until(lambda: threading.active_count() == before)


def test_tick_that_fails_is_logged_noted_and_tried_again(
    sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    database = sqlite_world.database
    sqlite_world.create()
    with database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE anchor RENAME TO hidden")
    logged: list[str] = []

    def failed() -> bool:
        logged.append(capsys.readouterr().out)
        return "step_failed" in "".join(logged)

    running = scheduler.start(database, _now, idle(), every=SHORT)
    try:
        wait_until(failed)
        wait_until(lambda: "anchored: lỗi của chương trình" in beat(database, _now()).last_error)
        assert beat(database, _now()).succeeded_at is None
        with database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE hidden RENAME TO anchor")
        wait_until(lambda: anchored(database) == ["2024-03-01"])
        wait_until(lambda: beat(database, _now()).last_error == "")
    finally:
        running.stop()
    assert "no such table: anchor" in "".join(logged)


def test_step_that_fails_does_not_keep_letters_back(sqlite_world: World) -> None:
    with mail_server() as post, sqlite_world.database.write() as connection:
        put(connection, sqlite_world.accounts["officer.x1t1"], ["a@khelam.example"], NOW)
        connection.exec_driver_sql("ALTER TABLE reminder_step RENAME TO hidden_step")
        connection.exec_driver_sql("ALTER TABLE anchor RENAME TO hidden")
        connection.commit()
        done = clockwork.tick(sqlite_world.database, NOW, work_for(post.port))
        assert "anchored" in done.failures
        assert done.counts["sent"] == post.ids.total() == 1


def test_full_disk_is_told_and_the_next_tick_goes_on(sqlite_world: World) -> None:
    database = sqlite_world.database
    give_addresses(sqlite_world)
    with mail_server() as post:
        with database.write() as connection:
            pages = connection.execute(sa.text("PRAGMA page_count")).scalar_one()
            connection.execute(sa.text(f"PRAGMA max_page_count={pages}"))
        full = clockwork.tick(database, NOW, work_for(post.port))
        assert "Ổ đĩa đã đầy" in full.complaint
        with database.write() as connection:
            connection.execute(sa.text("PRAGMA max_page_count=100000"))
        assert clockwork.tick(database, NOW, work_for(post.port)).failures == {}
        assert clockwork.tick(database, NOW + LEASE * 6, work_for(post.port)).failures == {}
        assert len(post.ids) == post.ids.total() > 0


@pytest.mark.postgres
def test_server_that_drops_every_connection_stops_no_later_tick(postgres_world: World) -> None:
    database = postgres_world.database
    give_addresses(postgres_world)
    with mail_server() as post:
        assert clockwork.tick(database, NOW, work_for(post.port)).failures == {}
        with psycopg.connect(database.url.set(drivername="postgresql").render_as_string(False)) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        later = NOW + timedelta(days=4)
        # Each connection that was idle fails once, in the look before the first step or in a step.
        wait_until(lambda: clockwork.tick(database, later, work_for(post.port)).failures == {})
        assert len(post.ids) == post.ids.total() > 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_dead_thread_is_seen_and_replaced(sqlite_world: World) -> None:
    running = scheduler.start(sqlite_world.database, _now, idle(), every=SHORT)
    try:
        wait_until(lambda: running.leading)
        ticks = running._ticks
        ticks._process_jobs = _die
        ticks.wakeup()
        wait_until(lambda: running._ticks is not ticks)
        wait_until(lambda: running.alive)
        ticked = beat(sqlite_world.database, _now()).ticked_at
        wait_until(lambda: beat(sqlite_world.database, _now()).ticked_at != ticked)
    finally:
        running.stop()


def test_stop_does_not_wait_for_a_server_that_hangs(world: World) -> None:
    with mail_server() as post:
        post.at_data["cham@khelam.example"] = HANGS
        with world.database.write() as connection:
            (only,) = put(connection, world.accounts["officer.x1t1"], ["cham@khelam.example"], NOW)
        running = scheduler.start(world.database, _now, work_for(post.port))
        wait_until(lambda: fate(world.database)[only].status == "claimed" and post.connections == 1)
        began = time.monotonic()
        assert running.stop()
        assert time.monotonic() - began < 1.5
        assert fate(world.database)[only].status == "planned"


def test_two_schedulers_share_the_work_of_one(world: World) -> None:
    first = scheduler.start(world.database, _now, idle(), every=SHORT)
    wait_until(lambda: first.leading)
    second = scheduler.start(world.database, _now, idle(), every=SHORT)
    try:
        time.sleep(1)
        assert (first.leading, second.leading) == (True, False)
        first.stop()
        wait_until(lambda: second.leading)
    finally:
        second.stop()


def test_one_leads_until_it_lets_go(world: World) -> None:
    first, second = leadership(world.database, LEASE), leadership(world.database, LEASE)
    assert first.held(NOW)
    assert not second.held(NOW)
    assert first.held(NOW + timedelta(minutes=1))
    first.release()
    assert second.held(NOW + timedelta(minutes=1))
    assert not first.held(NOW + timedelta(minutes=1))
    second.release()


def test_dead_leader_is_followed_when_its_lease_runs_out(sqlite_world: World) -> None:
    first, second = LeaseRow(sqlite_world.database, LEASE), LeaseRow(sqlite_world.database, LEASE)
    assert first.held(NOW)
    assert not second.held(NOW + LEASE - timedelta(seconds=1))
    assert second.held(NOW + LEASE)
    assert not first.held(NOW + LEASE)


def test_lease_of_a_clock_that_was_set_back_keeps_nobody_waiting(sqlite_world: World) -> None:
    first, second = LeaseRow(sqlite_world.database, LEASE), LeaseRow(sqlite_world.database, LEASE)
    assert first.held(NOW)
    assert second.held(NOW - timedelta(hours=1))


@pytest.mark.postgres
def test_leader_whose_connection_is_cut_is_followed_at_once(postgres_world: World) -> None:
    database = postgres_world.database
    first, second = AdvisoryLock(database), AdvisoryLock(database)
    assert first.held(NOW)
    assert first._line is not None
    process = first._line.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
    with database.write() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:process)"), {"process": process})
    assert second.held(NOW)
    assert not first.held(NOW)
    second.release()
    assert first.held(NOW)
    first.release()


def test_heartbeat_says_never_ok_and_late(world: World) -> None:
    assert beat(world.database, NOW).state == "never"
    leader = leadership(world.database, LEASE)
    assert leader.held(NOW)
    clockwork.note(world.database, NOW, clockwork.tick(world.database, NOW, idle()))
    seen = beat(world.database, NOW + timedelta(minutes=5))
    assert (seen.state, seen.ticked_at, seen.succeeded_at, seen.backlog, seen.last_error) == ("ok", NOW, NOW, 0, "")
    assert beat(world.database, NOW + timedelta(minutes=6)).state == "late"
    with world.database.write() as connection:
        put(connection, world.accounts["officer.x1t1"], ["a@khelam.example", "b@khelam.example"], NOW)
    clockwork.note(world.database, NOW, clockwork.Ticked(failures={"planned": "ổ đĩa đầy"}))
    seen = beat(world.database, NOW)
    assert (seen.backlog, seen.last_error) == (2, "planned: ổ đĩa đầy")
    leader.release()


def test_row_of_the_clock_is_one_however_many_lead(world: World) -> None:
    for _start in range(3):
        leader = leadership(world.database, LEASE)
        assert leader.held(NOW)
        leader.release()
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(clockwork_table)).scalar_one() == 1


def test_job_that_was_dropped_is_put_back(sqlite_world: World) -> None:
    running = scheduler.start(sqlite_world.database, _now, idle(), every=SHORT)
    try:
        wait_until(lambda: running.leading)
        running._ticks.remove_all_jobs()
        ticked = beat(sqlite_world.database, _now()).ticked_at
        wait_until(lambda: beat(sqlite_world.database, _now()).ticked_at != ticked)
    finally:
        running.stop()


def test_clock_that_was_set_back_does_not_stop_the_ticks(sqlite_world: World) -> None:
    running = scheduler.start(sqlite_world.database, _now, idle(), every=SHORT)
    try:
        wait_until(lambda: running.leading)
        # An hour ahead of the clock on the wall: what APScheduler is left with when that is set back.
        job = running._ticks.get_job("tick")
        job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=1))
        ticked = beat(sqlite_world.database, _now()).ticked_at
        time.sleep(SHORT.total_seconds())
        wait_until(lambda: beat(sqlite_world.database, _now()).ticked_at != ticked)
    finally:
        running.stop()


def _die() -> None:
    raise SystemExit


def _now() -> datetime:
    return datetime.now(UTC)
