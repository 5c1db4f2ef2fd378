"""The log of who opened an individual's dossier: what is written, once an hour, and who may read it."""

from __future__ import annotations

from datetime import timedelta

from tests.world import NOW, World, a_draft
from workflow.across.oversight import access_log
from workflow.across.oversight.access_log import Filters, What
from workflow.core import access
from workflow.core.engine.changes import seen
from workflow.ground.vietnam_time import local_date


def individual(world: World, name: str = "Vận động góp ngày công") -> str:
    return world.carry(
        world.create(a_draft(name=name, kind="individual", person="Lò Văn Đức", same_person=True)), "submitted"
    )


def read(world: World, who: str, codes: list[str], *, hours: float = 0, what: What = "page") -> int:
    now = NOW + timedelta(hours=hours)
    with world.database.write() as connection:
        return access_log.record(
            connection, access.actor(connection, who, now), now, [world.model(code).id for code in codes], what
        )


def told(world: World, who: str, filters: Filters | None = None) -> list[tuple[str, str, str]]:
    with world.database.read() as connection:
        found = access_log.listing(connection, access.actor(connection, who, NOW), filters or Filters())
    return [(one.user_name, one.code, one.what) for one in found]


def test_one_entry_for_each_person_model_hour_and_way(world: World) -> None:
    code = individual(world)
    assert read(world, "staff", [code]) == 1
    assert read(world, "staff", [code]) == 0
    assert read(world, "staff", [code], what="file") == 1
    assert read(world, "staff", [code], hours=1) == 1
    assert read(world, "chair", [code]) == 1
    with world.database.read() as connection:
        actor = access.actor(connection, "staff", NOW)
        assert access_log.recorded(connection, actor, NOW, world.model(code).id, "page")
        assert not access_log.recorded(connection, actor, NOW, world.model(code).id, "export")
    assert [who for who, _, _ in told(world, "admin")] == ["chair", "staff", "staff", "staff"]


def test_collective_models_and_the_units_own_people_leave_no_entry(sqlite_world: World) -> None:
    world = sqlite_world
    code = individual(world)
    collective = world.carry(world.create(), "submitted")
    assert read(world, "staff", [collective]) == 0
    for own in ("officer.x1t1", "deputy.officer", "villager"):
        assert read(world, own, [code]) == 0, own
    assert read(world, "staff", [code, collective, code], what="export") == 1
    with world.database.read() as connection:
        staff, officer = (access.actor(connection, who, NOW) for who in ("staff", "officer.x1t1"))
        assert access_log.concerns(staff, seen(connection, staff, code))
        assert not access_log.concerns(officer, seen(connection, officer, code))
        assert not access_log.concerns(staff, seen(connection, staff, collective))


def test_registrant_and_administrator_may_ask_who_has_seen_it(sqlite_world: World) -> None:
    world = sqlite_world
    code = individual(world)
    read(world, "staff", [code])
    with world.database.read() as connection:
        model = seen(connection, access.actor(connection, "staff", NOW), code)
        may = {
            who: access_log.may_ask(access.actor(connection, who, NOW), model)
            for who in ("officer.x1t1", "admin", "staff", "chair")
        }
        assert [one.full_name for one in access_log.of_model(connection, model.id)] == ["Trần Thị Giúp"]
    assert may == {"officer.x1t1": True, "admin": True, "staff": False, "chair": False}


def test_log_is_filtered_and_only_for_administrators_of_the_unit(sqlite_world: World) -> None:
    world = sqlite_world
    first, second = individual(world), individual(world, "Giúp nhau làm kinh tế vườn đồi")
    read(world, "staff", [first])
    read(world, "chair", [second], hours=48)
    everything = told(world, "admin")
    assert len(everything) == 2
    assert told(world, "staff") == []
    assert told(world, "admin", Filters(user_name="chair")) == everything[:1]
    assert told(world, "admin", Filters(code=first)) == everything[1:]
    assert told(world, "admin", Filters(until=local_date(NOW))) == everything[1:]
    assert told(world, "admin", Filters(since=local_date(NOW) + timedelta(days=1))) == everything[:1]
    with world.database.read() as connection:
        admin = access.actor(connection, "admin", NOW)
        newest = access_log.listing(connection, admin, Filters(), limit=1)
        older = access_log.listing(connection, admin, Filters(), before=newest[0].id)
    assert [newest[0].code, older[0].code] == [second, first]
    assert told(world, "admin", Filters(unit_path="/999999/")) == []
