"""The keys of order in the database: there from the first moment, renewed with each name, filled for what was there before."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.workflow.conftest import Prepare
from tests.world import NOW, World, a_draft
from workflow.across.lists import listing
from workflow.across.lists.listing import Filters
from workflow.core import access
from workflow.core.people import units
from workflow.ground import migrate
from workflow.ground.reading.order import LONGEST_KEY, LONGEST_TREE_KEY, name_order, person_order, tree_order
from workflow.ground.schema import account, emulation_model, unit
from workflow.stages.registration import commands as registration

IN_ORDER = ("An", "Ánh", "Ăn", "Ấm", "Dệt", "Dưa", "Đá", "Đan", "Thôn 2", "Thôn 10")


def wrong_keys(connection: Connection) -> list[str]:
    """What has another key than its name asks for."""
    tree: dict[int | None, str] = {None: ""}
    found = []
    for row in connection.execute(sa.select(unit).order_by(sa.func.length(unit.c.path), unit.c.id)):
        tree[row.id] = tree_order(tree[row.parent_id], row.name, row.id)
        found += [row.code] if row.tree_sort != tree[row.id] else []
    for row in connection.execute(sa.select(account)):
        found += [row.user_name] if row.name_sort != person_order(row.full_name) else []
    for row in connection.execute(sa.select(emulation_model)):
        found += [row.code] if row.name_sort != name_order(row.name) else []
    return found


def test_a_column_has_room_for_the_longest_key() -> None:
    columns = (account.c.name_sort, emulation_model.c.name_sort, unit.c.tree_sort)
    lengths = [cast(sa.String, column.type).length for column in columns]
    assert lengths == [LONGEST_KEY, LONGEST_KEY, LONGEST_TREE_KEY]


@pytest.fixture
def named(world_after: Callable[[Prepare], World]) -> World:
    """Models with names of which each other database has an order of its own, created in no order."""
    return world_after(_named)


def _named(world: World) -> None:
    for name in sorted(IN_ORDER, key=lambda name: unicodedata.normalize("NFD", name)[::-1]):
        world.carry(world.create(a_draft(name=f"{name} {name}")), "submitted")


def test_every_way_to_a_name_leads_to_its_key(world: World) -> None:
    code = world.create(a_draft(name="Đan lát"))
    with world.database.write() as connection:
        registration.edit_draft(connection, "officer.x1t1", NOW, code, a_draft(name="Ăn sạch"), version=1)
        units.create_unit(connection, "admin", NOW, "KL-X9", "Xã Ấm", "commune", "administrative", "KL")
        units.create_unit(connection, "admin", NOW, "KL-X9-T1", "Thôn 10", "village", "administrative", "KL-X9")
        units.rename(connection, "admin", NOW, "KL-X9", "Xã Áng")
        units.rename(connection, "admin", NOW, "KL", "Huyện Đổi Tên")
        assert wrong_keys(connection) == []


def test_filled_for_what_was_there_before(named: World) -> None:
    migrate.downgrade(named.database, "0002")
    migrate.upgrade(named.database)
    with named.database.read() as connection:
        assert wrong_keys(connection) == []


@pytest.mark.parametrize("narrow", [3_000, 0])
@pytest.mark.parametrize("who", ["staff", "officer.x1t1", None])
def test_models_in_the_order_of_their_names(
    named: World, monkeypatch: pytest.MonkeyPatch, who: str | None, narrow: int
) -> None:
    monkeypatch.setattr(listing, "NARROW", narrow)
    found: list[str] = []
    place: str | None = ""
    with named.database.read() as connection:
        actor = access.actor(connection, who, NOW) if who else None
        while place is not None:
            page = listing.page(connection, actor, Filters(year_id=named.year_id), place, 3, "name")
            found += [row.name for row in page.rows]
            place = page.following
    assert found == [f"{name} {name}" for name in IN_ORDER]
