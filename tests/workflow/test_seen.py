"""How far somebody has read: it goes forward only, and never into the future."""

from __future__ import annotations

from datetime import timedelta

from tests.world import NOW, World
from workflow.people.seen import mark_seen, seen_until


def test_reading_goes_forward_only(world: World) -> None:
    me, other = world.accounts["staff"], world.accounts["chair"]
    with world.database.write() as connection:
        assert seen_until(connection, me) is None
        mark_seen(connection, me, NOW, NOW)
        mark_seen(connection, me, NOW - timedelta(days=1), NOW)
        assert seen_until(connection, me) == NOW
        mark_seen(connection, me, NOW + timedelta(days=30), NOW + timedelta(hours=1))
        assert seen_until(connection, me) == NOW + timedelta(hours=1)
        assert seen_until(connection, other) is None
