"""The history as an administrator reads it: filters, scope, drafts left out, paging by place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.world import NOW, World, a_draft
from workflow.across.oversight import audit, audit_trail
from workflow.across.oversight.audit_trail import Filters, Line
from workflow.core import access
from workflow.core.people import accounts, assignments
from workflow.core.programmes import editing, starting
from workflow.ground.vietnam_time import local_date


def read(world: World, who: str = "admin", filters: Filters | None = None, **options: object) -> list[Line]:
    with world.database.read() as connection:
        found, _ = audit_trail.lines(connection, access.actor(connection, who, NOW), filters or Filters(), limit=500)
    return found


@pytest.fixture
def lived(world: World) -> tuple[World, str]:
    """The world with a model that went some way, a draft, and an account of another district."""
    code = world.carry(world.create(), "registered")
    world.create(a_draft(name="Bản nháp của thôn"))
    with world.database.write() as connection:
        accounts.create_account(connection, "admin", NOW + timedelta(days=3), "canbo.moi", "Lò Thị Mới", "BS-X1")
    return world, code


def test_entries_say_who_did_what_to_what(lived: tuple[World, str]) -> None:
    world, code = lived
    found = read(world)
    assert [line.trigger for line in found] == ["account_created", "accept", "submit", "created"]
    assert found[0].about == "Lò Thị Mới (canbo.moi)"
    assert (found[1].actor, found[1].code, found[1].from_state, found[1].to_state) == (
        "Vi Văn Việc",
        code,
        "submitted",
        "registered",
    )


def test_filters(lived: tuple[World, str]) -> None:
    world, code = lived
    with world.database.read() as connection:
        path = access.actor(connection, "staff", NOW).grants[0].unit_path
    today = local_date(NOW)
    assert [line.trigger for line in read(world, filters=Filters(user_name="staff2"))] == ["accept"]
    assert [line.trigger for line in read(world, filters=Filters(trigger="submit"))] == ["submit"]
    assert [line.trigger for line in read(world, filters=Filters(code=code))] == ["accept", "submit", "created"]
    assert [line.trigger for line in read(world, filters=Filters(unit_path=path))] == ["accept", "submit", "created"]
    assert [line.trigger for line in read(world, filters=Filters(until=today))] == ["accept", "submit", "created"]
    assert [line.trigger for line in read(world, filters=Filters(since=today + timedelta(days=1)))] == [
        "account_created"
    ]


def test_nobody_reads_beyond_what_he_administers(lived: tuple[World, str]) -> None:
    world, _ = lived
    assert read(world, "staff") == []
    with world.database.write() as connection:
        assignments.assign(connection, "admin", NOW, "outsider", "admin", "BS")
    assert {line.trigger for line in read(world, "outsider")} == {"account_created", "role_assigned"}


def test_pages_follow_each_other(lived: tuple[World, str]) -> None:
    world, _ = lived
    seen, place = [], ""
    with world.database.read() as connection:
        admin = access.actor(connection, "admin", NOW)
        while True:
            found, place = audit_trail.lines(connection, admin, Filters(), before=place, limit=1)
            seen += [line.hash for line in found]
            if not place:
                break
        assert seen == [line.hash for line in read(world)]
        for nonsense in ("x", "2024_1", "_", "2024-03-01T00:00:00_1", "9" * 30 + "_" + "9" * 30):
            assert audit_trail.lines(connection, admin, Filters(), before=nonsense)[0]


def test_anchors_are_listed_newest_first(lived: tuple[World, str]) -> None:
    world, _ = lived
    with world.database.write() as connection:
        made = audit.make_anchors(connection, NOW + timedelta(days=9))
        listed = audit_trail.anchors(connection)
    assert [row.root for row in listed] == [one.root for one in reversed(made)]


def test_history_of_a_year_is_its_own_and_newest_first(sqlite_world: World) -> None:
    later = NOW + timedelta(hours=1)
    with sqlite_world.database.write() as connection:
        first, second = (starting.start_year(connection, "admin", NOW, year) for year in (2030, 2031))
        editing.set_public(connection, "admin", later, 2030, True)
    with sqlite_world.database.read() as connection:
        told = audit_trail.of_year(connection, first)
        assert [line.trigger for line in audit_trail.of_year(connection, second)] == ["year_started"]
    assert [(line.trigger, line.at, line.actor) for line in told] == [
        ("year_edited", later, "Hoàng Văn Quản"),
        ("year_started", NOW, "Hoàng Văn Quản"),
    ]
    assert told[0].about == "2030"


def test_latest_year_is_the_last_one_started(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        assert starting.latest(connection) == 2024
        starting.start_year(connection, "admin", NOW, 2031)
        assert starting.latest(connection) == 2031
