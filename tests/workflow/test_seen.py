"""How far somebody has read: it goes forward only, never into the future, and moves on from visit to visit."""

from __future__ import annotations

from datetime import timedelta

from tests.world import NOW, World
from workflow.core.people.seen import VISIT_ENDS_AFTER, WRITTEN_EVERY, Seen, is_noted, look, mark_seen, seen

MINUTE = timedelta(minutes=1)


def test_reading_goes_forward_only(world: World) -> None:
    me, other = world.accounts["staff"], world.accounts["chair"]
    with world.database.write() as connection:
        assert seen(connection, me).until is None
        mark_seen(connection, me, NOW, NOW)
        mark_seen(connection, me, NOW, NOW - timedelta(days=1))
        assert seen(connection, me).until == NOW
        mark_seen(connection, me, NOW + timedelta(hours=1), NOW + timedelta(days=30))
        assert seen(connection, me).until == NOW + timedelta(hours=1)
        assert seen(connection, other).until is None


def test_next_visit_begins_where_the_last_one_ended(world: World) -> None:
    me = world.accounts["staff"]
    with world.database.write() as connection:
        look(connection, me, NOW)
        # The first visit shows everything, and so does every reload of it.
        assert seen(connection, me) == Seen(None, NOW)
        look(connection, me, NOW + 20 * MINUTE)
        look(connection, me, NOW + 45 * MINUTE)
        assert seen(connection, me) == Seen(None, NOW + 45 * MINUTE)
        tomorrow = NOW + timedelta(days=1)
        look(connection, me, tomorrow)
        assert seen(connection, me) == Seen(NOW + 45 * MINUTE, tomorrow)
        look(connection, me, tomorrow + VISIT_ENDS_AFTER)
        assert seen(connection, me).until == NOW + 45 * MINUTE


def test_marking_and_visits_do_not_take_each_other_back(world: World) -> None:
    me = world.accounts["staff"]
    with world.database.write() as connection:
        look(connection, me, NOW)
        mark_seen(connection, me, NOW + 5 * MINUTE, NOW + 5 * MINUTE)
        assert seen(connection, me) == Seen(NOW + 5 * MINUTE, NOW)
        look(connection, me, NOW + timedelta(days=1))
        assert seen(connection, me).until == NOW + 5 * MINUTE


def test_reload_within_a_minute_is_not_written_and_a_clock_that_jumped_back_is(world: World) -> None:
    with world.database.write() as connection:
        me = world.accounts["staff"]
        assert not is_noted(seen(connection, me), NOW)
        look(connection, me, NOW)
        assert is_noted(seen(connection, me), NOW + WRITTEN_EVERY / 2)
        assert not is_noted(seen(connection, me), NOW + WRITTEN_EVERY)
        assert not is_noted(seen(connection, me), NOW - MINUTE)
