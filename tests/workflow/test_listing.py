"""Lists: every order pages through everything once, filters and words find what they should, nobody sees more than they may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflow.conftest import Prepare
from tests.world import NOW, YEAR, World, a_draft
from workflow.across.lists import listing, search
from workflow.across.lists.listing import ORDERS, Filters, Order
from workflow.core import access
from workflow.core.people import units
from workflow.ground.refusals import InvalidInput
from workflow.ground.schema import emulation_model, unit
from workflow.stages.registration import commands as registration

NAMES = ("Đường hoa", "Ánh sáng vùng quê", "đường hoa", "Bếp ăn tình thương", "Đoàn kết lương giáo")


@pytest.fixture
def models(world_after: Callable[[Prepare], World]) -> World:
    """Models of two communes and an agency, in several states, and drafts."""
    return world_after(_models)


def _models(world: World) -> None:
    for i, (officer, place) in enumerate(
        [("officer.x1t1", "KL-X1-T1"), ("officer.x1t2", "KL-X1-T2"), ("officer.x2t1", "KL-X2-T1")] * 3
    ):
        code = world.create(a_draft(unit=place, name=f"{NAMES[i % 5]} {i}"), officer, NOW + timedelta(hours=i % 4))
        if i % 3 != 1:
            world.apply(code, "submit", officer, NOW + timedelta(hours=i % 5 + 4))
    for state in ("registered", "implementing", "inspected", "withdrawn"):
        world.carry(world.create(a_draft(name=f"Việc {state}")), state, NOW + timedelta(days=1))


def _all(world: World, who: str, filters: Filters, order: Order, size: int) -> tuple[list[str], list[str]]:
    """Codes page by page to the end, and back again to the beginning."""
    with world.database.read() as connection:
        actor = access.actor(connection, who, NOW)
        place, forward, backward = "", [], []
        while True:
            page = listing.page(connection, actor, filters, place, size, order)
            forward += [row.code for row in page.rows]
            if page.following is None:
                break
            place = page.following
        pages = [[row.code for row in page.rows]]
        while page.preceding is not None:
            page = listing.page(connection, actor, filters, page.preceding, size, order)
            pages.append([row.code for row in page.rows])
        backward = [code for part in reversed(pages) for code in part]
    return forward, backward


def _expected(world: World, who: str, order: Order, *where: sa.ColumnElement[bool]) -> list[str]:
    """What the visibility rule itself gives, sorted in Python."""
    with world.database.read() as connection:
        seen = access.visible(access.actor(connection, who, NOW))
        rows: list[Any] = list(
            connection.execute(
                sa.select(emulation_model, unit.c.tree_sort)
                .join(unit, unit.c.id == emulation_model.c.unit_id)
                .where(seen, *where)
            )
        )
    keys = {
        "newest": lambda row: -row.id,
        "name": lambda row: (row.name_sort, row.id),
        "unit": lambda row: (row.tree_sort, row.id),
        "state": lambda row: (row.state, row.id),
        "changed": lambda row: (-row.changed_at.timestamp(), -row.id),
    }
    return [row.code for row in sorted(rows, key=keys[order])]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("who", ["staff", "officer.x1t1", "chair", "province1", "outsider", "villager", "reviewer.own"])
def test_every_order_pages_through_everything_once(models: World, order: Order, who: str) -> None:
    wanted = _expected(models, who, order)
    for narrow in (3_000, 0):
        with pytest.MonkeyPatch.context() as patch:
            # Many and few models below a unit are found in two ways, with one result.
            patch.setattr(listing, "NARROW", narrow)
            assert _all(models, who, Filters(year_id=models.year_id), order, 3) == (wanted, wanted)


@pytest.mark.parametrize("order", ORDERS)
def test_several_states_and_kinds_in_every_order(models: World, order: Order) -> None:
    states = ("submitted", "implementing", "draft")
    wanted = _expected(models, "staff", order, emulation_model.c.state.in_(states))
    assert wanted
    filters = Filters(year_id=models.year_id, states=states, kind="collective", late=False)
    for narrow in (3_000, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(listing, "NARROW", narrow)
            assert _all(models, "staff", filters, order, 2) == (wanted, wanted)


def test_unit_filter_never_widens_what_one_sees(models: World) -> None:
    with models.database.read() as connection:
        path = units.by_code(connection, "KL").path
    for who in ("staff", "chair", "officer.x1t1", "outsider"):
        wanted = _expected(models, who, "newest", access.under(path))
        assert _all(models, who, Filters(unit_path=path), "newest", 4)[0] == wanted


def test_command_line_sees_everything(models: World) -> None:
    with models.database.read() as connection:
        everything = connection.execute(sa.select(emulation_model.c.code)).scalars().all()
        page = listing.page(connection, None, Filters(), size=200)
        assert [row.code for row in page.rows] == sorted(everything, reverse=True)
        assert listing.codes(connection, None, Filters(), 3) == sorted(everything, reverse=True)[:3]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("duong hoa", {0, 2, 5, 7}),
        ("ĐƯỜNG", {0, 2, 5, 7}),
        ("duo", {0, 2, 5, 7}),
        ("uong", set()),
        ("bep", {3, 8}),
        ("hoa duong", {0, 2, 5, 7}),
        ("doan ket muong sang", set()),
        ("duong khe ran", {2, 5}),
        ("DVK-2024-00001", {0}),
        ('"*:^(NEAR', set()),
        ("---", set(range(9))),
    ],
)
def test_words_are_found_in_both_ways(models: World, asked: str, found: set[int]) -> None:
    with models.database.read() as connection:
        seen = list(
            connection.execute(sa.select(emulation_model.c.code).order_by(emulation_model.c.id).limit(9)).scalars()
        )
        for most in (search.MOST_HITS, 0):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(search, "MOST_HITS", most)
                page = listing.page(connection, None, Filters(search=asked), size=200)
                assert {row.code for row in page.rows} & set(seen) == {seen[i] for i in found}


@pytest.mark.parametrize("most", [search.MOST_HITS, 0])
def test_words_beside_punctuation_are_found(world: World, most: int) -> None:
    name = "Hiến đất đồi, góp công (bản Mới); mở đường 9-3/2-9 “xanh”"
    with world.database.write() as connection:
        code = registration.create_draft(connection, "officer.x1t1", NOW, YEAR, a_draft(name=name))
    with world.database.read() as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "MOST_HITS", most)
        for asked in ("doi gop", "gop doi", "moi mo", "ban moi mo duong", "9-3", "xanh hien", "3 xanh"):
            found = listing.page(connection, None, Filters(search=asked), size=200)
            assert [row.code for row in found.rows] == [code], asked


def test_words_follow_a_new_name_of_the_unit(models: World) -> None:
    with models.database.write() as connection:
        units.rename(connection, "admin", NOW, "KL-X2-T1", "Bản Mới Lập")
        assert len(listing.page(connection, None, Filters(search="moi lap")).rows) == 3
        assert listing.page(connection, None, Filters(search="khe ran")).rows == []


def test_place_of_a_hidden_model_is_no_place(models: World) -> None:
    with models.database.write() as connection:
        hidden = registration.create_draft(connection, "officer.x2t1", NOW, YEAR, a_draft(unit="KL-X2-T1", name="Kín"))
        key = connection.execute(sa.select(emulation_model.c.id).where(emulation_model.c.code == hidden)).scalar_one()
        actor = access.actor(connection, "officer.x1t1", NOW)
        with pytest.raises(InvalidInput):
            listing.page(connection, actor, Filters(), f"<{key}", order="name")
        for place in ("<", "5", "<x", "<" + "9" * 19):
            with pytest.raises(InvalidInput):
                listing.page(connection, actor, Filters(), place)


def test_export_gives_one_more_than_it_may(models: World) -> None:
    with models.database.read() as connection:
        actor = access.actor(connection, "staff", NOW)
        rows = listing.exported(connection, actor, Filters(), "name", 4)
        assert len(rows) == 5
        assert {row.phone for row in rows} == {row.phone for row in rows if isinstance(row.phone, str)}


def test_first_models_are_read_over_the_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "LARGEST_PAGE", 2)
    codes = [world.create(a_draft(name=f"Việc {i}")) for i in range(5)]
    with world.database.read() as connection:
        assert [row.code for row in listing.first(connection, None, Filters())] == codes[::-1]
        assert [row.code for row in listing.first(connection, None, Filters(), 3)] == codes[:1:-1]
        assert listing.first(connection, None, Filters(), 0) == []
