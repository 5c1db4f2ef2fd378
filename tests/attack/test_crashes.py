"""Schedulers are killed at any moment, or several run at once: no reminder is lost, and none is told twice.

The one exception is a mail that the server had taken before that could be written down: it comes again under the same Message-ID.
"""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from notifications.clock import clockwork
from notifications.delivery.sending import LEASE
from tests import world as small_world
from tests.attack.ticking import nursery
from tests.letters import give_addresses, put, work_for
from tests.mail_server import Post, mail_server, message_id
from tests.world import NOW, World
from workflow.ground.database import Database
from workflow.ground.schema import clockwork as clockwork_table
from workflow.ground.schema import delivery, delivery_event, obligation, reminder
from workflow.ground.schema.messages import WAITING

pytestmark = pytest.mark.slow

ROUNDS = 110
"""On each database."""
MONTH = 30
BEGIN = NOW.replace(hour=1)
"""Eight in the morning: whoever is told by digest is told in the first tick of a day."""

Told = set[tuple[str, str, int, str]]


@pytest.fixture
def reachable(world: World) -> World:
    """The world, with an address for everybody in it."""
    give_addresses(world)
    return world


@pytest.fixture
def undisturbed(world_file: Path, tmp_path: Path) -> Iterator[World]:
    """The same world once more: what is told in it is what has to be told."""
    copy = tmp_path / "undisturbed.db"
    shutil.copyfile(world_file, copy)
    database = Database(f"sqlite:///{copy}", synchronous="NORMAL")
    world = small_world.found(database)
    give_addresses(world)
    yield world
    database.close()


@pytest.mark.timeout(600)
def test_killed_at_any_moment_nothing_is_lost_and_nothing_told_twice(
    reachable: World, undisturbed: World, tmp_path: Path
) -> None:
    chance = random.Random(20241101)
    database, officer = reachable.database, reachable.accounts["officer.x1t1"]
    moments, longest_life = [BEGIN], 0.4
    with mail_server() as post, nursery(database, post.port, tmp_path / "clock", every=0.1) as schedulers:
        schedulers.tick(BEGIN)
        for number in range(ROUNDS):
            # Past every lease that the one before left behind; now and then past several days and their steps.
            moments.append(moments[-1] + LEASE + timedelta(minutes=chance.choice((5, 60, 700, 1440, 4000))))
            schedulers.set_clock(moments[-1])
            with database.write() as connection:
                put(
                    connection,
                    officer,
                    [f"r{number}.{n}@khelam.example" for n in range(40)],
                    moments[-1],
                    prefix=f"r{number}",
                )
            victim = schedulers.start()
            time.sleep(chance.uniform(0, longest_life))
            schedulers.kill(victim)
            # As long as a tick takes on this machine at this hour, so that the blow falls now here, now there.
            longest_life = max(0.05, longest_life * (0.9 if _ticked(reachable) == moments[-1] else 1.1))
        retaken = sum(times > 1 for times in _claims(reachable).values())
        _finish(reachable, post, moments)
        twice = {letter for letter, times in post.ids.items() if times > 1}
    assert twice <= {letter for letter, times in _claims(reachable).items() if times > 1}
    # The killing has to have met the work, or it proves nothing.
    assert retaken > ROUNDS // 10
    _check_letters(reachable, post)
    assert _told(reachable) == _told_without_trouble(undisturbed, moments)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", [2, 4])
def test_several_schedulers_tell_in_a_month_what_one_would(
    reachable: World, undisturbed: World, count: int, tmp_path: Path
) -> None:
    chance = random.Random(count)
    database, officer = reachable.database, reachable.accounts["officer.x1t1"]
    moments: list[datetime] = []
    with mail_server() as post, nursery(database, post.port, tmp_path / "clock", every=0.1) as schedulers:
        moments.append(BEGIN)
        schedulers.tick(BEGIN)
        running = [schedulers.start() for _number in range(count)]
        for day in range(MONTH):
            moments.append(BEGIN + timedelta(days=day, minutes=1))
            with database.write() as connection:
                put(
                    connection,
                    officer,
                    [f"d{day}.{n}@khelam.example" for n in range(20)],
                    moments[-1],
                    prefix=f"d{day}",
                )
            schedulers.set_clock(moments[-1])
            _wait_for_tick(reachable, moments[-1])
            if day % 7 == 3:
                schedulers.kill(running.pop(chance.randrange(len(running))))
                running.append(schedulers.start())
        for each in running:
            schedulers.kill(each)
        _finish(reachable, post, moments)
    assert {letter for letter, times in post.ids.items() if times > 1} == set()
    _check_letters(reachable, post)
    assert _told(reachable) == _told_without_trouble(undisturbed, moments)


def _finish(world: World, post: Post, moments: list[datetime]) -> None:
    """Let one undisturbed scheduler finish what is left, on two mornings: in the evening nobody is told of what can wait."""
    work = work_for(post.port)
    for _morning in range(2):
        moments.append(moments[-1].replace(hour=BEGIN.hour, minute=0) + timedelta(days=1))
        while True:
            done = clockwork.tick(world.database, moments[-1], work)
            assert (done.failures, done.complaints) == ({}, {})
            moments.append(moments[-1] + LEASE)
            if not done.counts["composed"] and not done.counts["sent"]:
                break


def _wait_for_tick(world: World, moment: datetime) -> None:
    last = time.monotonic() + 60
    while True:
        with world.database.read() as connection:
            waiting = connection.execute(sa.select(delivery.c.id).where(WAITING).limit(1)).first()
        if _ticked(world) == moment and waiting is None:
            return
        assert time.monotonic() < last, "no scheduler came to the end of a tick"
        time.sleep(0.02)


def _ticked(world: World) -> datetime | None:
    """The moment for which a tick last came to its end."""
    with world.database.read() as connection:
        found: datetime | None = connection.execute(
            sa.select(clockwork_table.c.succeeded_at).where(clockwork_table.c.name == "tick")
        ).scalar()
    return found


def _claims(world: World) -> Counter[str]:
    """How often each letter was taken up, by Message-ID."""
    with world.database.read() as connection:
        return Counter(
            connection.execute(
                sa.select(delivery.c.rfc_message_id)
                .join(delivery_event, delivery_event.c.delivery_id == delivery.c.id)
                .where(delivery_event.c.event == "claimed")
            ).scalars()
        )


def _check_letters(world: World, post: Post) -> None:
    """Every letter went or says why not; what went arrived; what came twice is the same to the last byte."""
    with world.database.read() as connection:
        rows = list(connection.execute(sa.select(delivery.c.rfc_message_id, delivery.c.status, delivery.c.last_error)))
    assert {row.status for row in rows} <= {"sent", "skipped"}
    assert [row for row in rows if row.status == "skipped" and not row.last_error] == []
    assert {row.rfc_message_id for row in rows if row.status == "sent"} == set(post.ids)
    contents: dict[str, set[bytes]] = {}
    for raw in post.arrived:
        contents.setdefault(message_id(raw), set()).add(raw)
    assert {len(each) for each in contents.values()} == {1}


def _told(world: World) -> Told:
    """Every reminder of what was owed from the beginning, whatever became of it, named so that two databases can be compared.

    What came to be owed later has its steps from the day of its opening on, and that is the day of a tick that lived so long.
    """
    with world.database.read() as connection:
        rows = list(
            connection.execute(
                sa.select(
                    obligation.c.key,
                    reminder.c.step,
                    reminder.c.account_id,
                    reminder.c.due_on,
                    reminder.c.status,
                    reminder.c.why,
                    obligation.c.opened_at,
                ).join(obligation, obligation.c.id == reminder.c.obligation_id)
            )
        )
    assert [row for row in rows if row.status == "planned"] == []
    assert [row for row in rows if row.status == "skipped" and not row.why] == []
    told = {(row.key, row.step, row.account_id, row.due_on.isoformat()) for row in rows if row.opened_at == BEGIN}
    assert len(told) > 50
    return told


def _told_without_trouble(control: World, moments: list[datetime]) -> Told:
    with mail_server() as post:
        for moment in moments:
            clockwork.tick(control.database, moment, work_for(post.port))
        assert post.ids.total() == len(post.ids)
    return _told(control)
