"""People named by key or by user name are called by their full names."""

from __future__ import annotations

from tests.world import World
from workflow.core.people.names import names_of


def test_names_are_found_by_key_and_by_user_name(world: World) -> None:
    key = world.accounts["staff"]
    with world.database.read() as connection:
        found = names_of(connection, {key}, {"leader", "nobody"})
    assert found == {
        key: "Trần Thị Giúp",
        "staff": "Trần Thị Giúp",
        world.accounts["leader"]: "Phạm Văn Trưởng",
        "leader": "Phạm Văn Trưởng",
    }


def test_nobody_costs_no_statement(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:
        pass
    # Closed by now: a statement on it would be refused.
    assert names_of(connection, (), ()) == {}
