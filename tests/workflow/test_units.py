"""Creating, renaming and merging units, who may, and what the history keeps."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import NOW, UNITS, World
from workflow.across.oversight import audit
from workflow.core import access
from workflow.core.people import accounts, unit_tree, units
from workflow.ground.database import Database
from workflow.ground.migrate import upgrade
from workflow.ground.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from workflow.ground.schema import history, unit


def told(world: World, unit_id: int) -> list[tuple[str, dict[str, Any]]]:
    with world.database.read() as connection:
        rows = connection.execute(
            sa.select(history.c.trigger, history.c.payload)
            .where(history.c.subject == "unit", history.c.subject_id == unit_id)
            .order_by(history.c.seq)
        ).all()
    return [(row.trigger, json.loads(row.payload)) for row in rows]


def row(world: World, code: str) -> sa.Row[Any]:
    with world.database.read() as connection:
        return connection.execute(sa.select(unit).where(unit.c.code == code)).one()


def create(world: World, who: str = "admin", **changes: Any) -> int:
    values = {"code": "KL-X3", "name": "Xã Mới", "level": "commune", "kind": "administrative", "parent_code": "KL"}
    with world.database.write() as connection:
        return units.create_unit(connection, who, **(values | changes), now=NOW)


def test_a_new_unit_lies_under_its_parent_and_is_in_its_history(world: World) -> None:
    unit_id = create(world, name="  Xã   Mới ")
    new, parent = row(world, "KL-X3"), row(world, "KL")
    assert (new.name, new.name_folded, new.path) == ("Xã Mới", "xa moi", f"{parent.path}{unit_id}/")
    assert told(world, unit_id) == [
        (
            "unit_created",
            {"code": "KL-X3", "kind": "administrative", "level": "commune", "name": "Xã Mới", "parent": "KL"},
        )
    ]
    with world.database.read() as connection:
        assert audit.verify(connection) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "kl-x1"}, "code"),
        ({"code": "có dấu"}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"name": "\u202e \u200b"}, "name"),
        ({"name": "d" * 201}, "name"),
        ({"level": "ward"}, "level"),
        ({"level": "province"}, "level"),
        ({"kind": "club"}, "kind"),
        ({"valid_from": date(2024, 2, 1), "valid_to": date(2024, 1, 1)}, "valid_to"),
    ],
)
def test_a_unit_that_cannot_be_is_refused_by_field(sqlite_world: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        create(sqlite_world, **changes)
    assert list(refused.value.problems) == [field]


def test_only_an_administrator_over_the_parent_adds_units(sqlite_world: World) -> None:
    with pytest.raises(NotAllowed):
        create(sqlite_world, "staff")
    with pytest.raises(NotFound):
        create(sqlite_world, "outsider")
    with pytest.raises(NotFound):
        create(sqlite_world, parent_code="KL-X9")


def test_renaming_keeps_both_names_and_says_when_nothing_changed(world: World) -> None:
    with world.database.write() as connection:
        assert units.rename(connection, "admin", NOW, "kl-x1", "Phường Bản Lầu")
        assert not units.rename(connection, "admin", NOW, "KL-X1", "Phường  Bản Lầu")
    assert row(world, "KL-X1").name_folded == "phuong ban lau"
    assert told(world, world.units["KL-X1"]) == [("unit_renamed", {"name": ["Xã Bản Lầu", "Phường Bản Lầu"]})]
    with pytest.raises(NotAllowed), world.database.write() as connection:
        units.rename(connection, "chair", NOW, "KL-X1", "Xã Khác")


def test_a_merged_unit_ends_and_names_its_successor(world: World) -> None:
    with world.database.write() as connection:
        units.merge_into(connection, "admin", NOW, "KL-X1", "KL-X2", last_day=date(2024, 6, 30))
    ended = row(world, "KL-X1")
    assert (ended.successor_id, ended.valid_to) == (world.units["KL-X2"], date(2024, 6, 30))
    assert [trigger for trigger, _ in told(world, ended.id)] == ["unit_merged"]
    assert told(world, world.units["KL-X2"]) == [("unit_took_over", {"predecessor": "KL-X1"})]
    with pytest.raises(InvalidInput), world.database.write() as connection:
        units.merge_into(connection, "admin", NOW, "KL-X2", "KL-X1", last_day=date(2024, 7, 1))


@pytest.mark.parametrize("successor", ["KL-X1", "KL-X1-T1"])
def test_a_unit_is_not_merged_into_itself_or_what_is_below(sqlite_world: World, successor: str) -> None:
    with pytest.raises(InvalidInput) as refused, sqlite_world.database.write() as connection:
        units.merge_into(connection, "admin", NOW, "KL-X1", successor)
    assert list(refused.value.problems) == ["successor"]


def test_a_unit_that_ended_takes_no_children_and_no_second_successor(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        units.merge_into(connection, "admin", NOW, "KL-X1", "KL-X2")
    with pytest.raises(InvalidInput) as refused:
        create(sqlite_world, code="KL-X1-T9", level="village", parent_code="KL-X1")
    assert list(refused.value.problems) == ["parent"]
    with pytest.raises(NotPossible), sqlite_world.database.write() as connection:
        units.merge_into(connection, "admin", NOW, "KL-X1", "BS-X1")


def below(parent: str | None, depth: int = 0) -> list[tuple[str, str | None, int]]:
    """What `UNITS` says of the tree, children after their parent, siblings by code."""
    return [
        line
        for code, _, _, _, above in sorted(UNITS)
        if above == parent
        for line in [(code, parent, depth), *below(code, depth + 1)]
    ]


def test_the_tree_is_in_order_and_limited_to_the_scope(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:
        everything = units.tree(connection)
        chairs = units.tree(connection, access.actor(connection, "chair", NOW))
        officers = units.tree(connection, access.actor(connection, "officer.x1", NOW))
    assert [(node.code, node.parent, node.depth) for node in everything] == below(None)
    assert [node.code for node in chairs] == ["KL-X1", "KL-X1-T1", "KL-X1-T2"]
    assert [node.code for node in officers] == ["KL-X1"]


def test_the_first_unit_is_made_once(tmp_path: Any) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    upgrade(database)
    with database.write() as connection:
        accounts.bootstrap_admin(connection, NOW, "goc", "Người Đầu", "TM", unit_name="Tỉnh Mẫu", unit_level="province")
    with pytest.raises(NotPossible), database.write() as connection:
        units.first_unit(connection, "TM2", "Tỉnh Hai", "province")
    with database.read() as connection:
        assert [node.code for node in units.tree(connection)] == ["TM"]
        assert audit.verify(connection) == []
    database.close()


def test_first_and_last_day_of_a_unit_can_be_set(sqlite_world: World) -> None:
    first, last = date(2020, 1, 1), date(2026, 12, 31)
    with sqlite_world.database.write() as connection:
        assert units.set_validity(connection, "admin", NOW, "KL-X2", first, last)
        assert not units.set_validity(connection, "admin", NOW, "KL-X2", first, last)
        with pytest.raises(InvalidInput):
            units.set_validity(connection, "admin", NOW, "KL-X2", last, first)
        with pytest.raises(NotAllowed):
            units.set_validity(connection, "staff", NOW, "KL-X2", None, None)
    found = row(sqlite_world, "KL-X2")
    assert (found.valid_from, found.valid_to) == (first, last)
    assert told(sqlite_world, found.id)[-1] == (
        "unit_validity_set",
        {"valid_from": [None, "2020-01-01"], "valid_to": [None, "2026-12-31"]},
    )


def test_last_day_that_a_merger_set_stays(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        units.merge_into(connection, "admin", NOW, "KL-X2", "KL-X1", last_day=date(2024, 6, 30))
        with pytest.raises(InvalidInput):
            units.set_validity(connection, "admin", NOW, "KL-X2", None, None)
        assert units.set_validity(connection, "admin", NOW, "KL-X2", date(2020, 1, 1), date(2024, 6, 30))


def test_a_page_of_the_tree_holds_so_much_and_tells_of_the_rest(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:
        admin = access.actor(connection, "admin", NOW)
        whole = unit_tree.branch(connection, admin)
        assert [node.code for node in whole.nodes] == ["AS"]
        assert [node.code for node in whole.nodes[0].children] == ["AS-CQ1", "BS", "KL"]
        assert [node.code for node in whole.nodes[0].children[2].children] == ["KL-CQ1", "KL-X1", "KL-X2"]
        part = unit_tree.branch(connection, admin, most=5)
        assert [(node.code, node.below, node.children) for node in part.nodes[0].children] == [
            ("AS-CQ1", 0, []),
            ("BS", 1, []),
            ("KL", 3, []),
        ]
        below = unit_tree.branch(connection, admin, "kl-x1")
        assert [node.code for node in below.nodes[0].children] == ["KL-X1-T1", "KL-X1-T2"]
        assert [code for code, _ in below.above] == ["AS", "KL"]
        assert [node.code for node in unit_tree.search(connection, admin, "ban LAU")] == ["KL-X1"]
        assert [node.code for node in unit_tree.search(connection, admin, "x1-t")] == ["KL-X1-T1", "KL-X1-T2"]
        assert unit_tree.search(connection, access.actor(connection, "staff", NOW), "xã") == []
        with pytest.raises(NotFound):
            unit_tree.branch(connection, access.actor(connection, "staff", NOW), "KL")
