"""Lists: every model once whatever the direction, filters and accent-blind search, and nobody sees what is not his."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.world import NOW, YEAR, World, a_draft
from workflow import access, listing, registration, transition
from workflow.access import Actor
from workflow.listing import Filters, Page
from workflow.refusals import InvalidInput
from workflow.schema import field, unit

EVERYTHING = Filters()
NAMES = ("Hiến đất mở đường", "Thắp sáng đường quê", "Nuôi bò sinh sản", "100% hộ dùng nước sạch", "Tổ hoà giải")


def filled(world: World, models: int = 23) -> list[str]:
    with world.database.write() as connection:
        drafts = [a_draft(name=f"{NAMES[n % len(NAMES)]} số {n}") for n in range(models)]
        codes = registration.create_drafts(connection, "officer.x1t1", YEAR, drafts, NOW)
        transition.apply_many(connection, codes, "submit", "officer.x1t1", NOW)
    return codes


def a_page(
    world: World, filters: Filters = EVERYTHING, place: str = "", size: int = 5, who: str | None = "staff"
) -> Page:
    with world.database.read() as connection:
        actor: Actor | None = access.actor(connection, who, NOW) if who else None
        return listing.page(connection, actor, filters, place, size)


def names(page: Page) -> list[str]:
    return [row.name for row in page.rows]


@pytest.mark.parametrize("size", [1, 5, 7, 23, 24, 200])
def test_pages_show_every_model_once_forth_and_back(world: World, size: int) -> None:
    codes = filled(world)
    forth: list[str] = []
    page = a_page(world, size=size)
    assert page.preceding is None
    while True:
        forth.extend(row.code for row in page.rows)
        if page.following is None:
            break
        page = a_page(world, place=page.following, size=size)
    assert forth == codes[::-1]
    back: list[str] = []
    while True:
        back = [row.code for row in page.rows] + back
        if page.preceding is None:
            break
        page = a_page(world, place=page.preceding, size=size)
    assert back == forth


def test_what_comes_meanwhile_neither_repeats_nor_skips(world: World) -> None:
    codes = filled(world, 10)
    first = a_page(world)
    filled(world, 3)
    second = a_page(world, place=first.following or "")
    assert [row.code for row in (*first.rows, *second.rows)] == codes[::-1]


def test_empty_list_has_no_neighbours(world: World) -> None:
    assert a_page(world) == Page([], None, None)


@pytest.mark.parametrize("place", ["x", "<", ">", "<x", "5", "<5; DROP TABLE unit", "<" + "9" * 40, "<-1", "=5"])
def test_place_that_is_none_is_refused(world: World, place: str) -> None:
    filled(world, 3)
    with pytest.raises(InvalidInput) as refusal:
        a_page(world, place=place)
    assert list(refusal.value.problems) == ["place"]


@pytest.mark.parametrize("size", [0, -5, 10**9])
def test_size_is_kept_within_bounds(world: World, size: int) -> None:
    filled(world, 3)
    assert 1 <= len(a_page(world, size=size).rows) <= listing.LARGEST_PAGE


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("hien dat", 5),
        ("HIẾN ĐẤT", 5),
        ("đất hiến", 5),
        ("duong", 10),
        ("hie\u0302\u0301n", 5),
        ("dvk-2024-00001", 1),
        ("thon na hin", 23),
        ("không có đâu", 0),
        (" ", 23),
    ],
)
def test_search_is_blind_to_accents(world: World, search: str, found: int) -> None:
    filled(world)
    assert len(a_page(world, Filters(search=search), size=200).rows) == found


@pytest.mark.parametrize("search", ["' OR 1=1 --", "x" * 100_000, '"NEAR(hien dat)" *', "khong:hien"])
def test_search_for_what_nobody_wrote_finds_nothing(world: World, search: str) -> None:
    filled(world, 6)
    assert names(a_page(world, Filters(search=search))) == []


@pytest.mark.parametrize(
    "search", ["hien%", "hien_", "hien\\", "(hien)", "hien*", '"hien', "hien -", "hien:", "{hien}"]
)
def test_signs_in_a_search_never_find_more(world: World, search: str) -> None:
    filled(world, 6)
    plain = names(a_page(world, Filters(search="hien")))
    assert set(names(a_page(world, Filters(search=search)))) <= set(plain)
    assert len(plain) == 2


def test_filters_narrow(world: World) -> None:
    filled(world, 4)
    other = a_draft(unit="KL-X2-T1", field="Kinh tế", kind="individual", person="Kha Văn Mới", name="Nuôi ong")
    registered = world.create(other, "officer.x2t1")
    world.apply(registered, "submit", "officer.x2t1")
    world.apply(registered, "accept", "staff2")
    with world.database.read() as connection:
        economy = connection.execute(sa.select(field.c.id).where(field.c.label == "Kinh tế")).scalar_one()
        path = connection.execute(sa.select(unit.c.path).where(unit.c.code == "KL-X2")).scalar_one()
    for filters in (
        Filters(states=("registered",)),
        Filters(states=("registered", "implementing")),
        Filters(field_id=economy),
        Filters(kind="individual"),
        Filters(unit_path=path),
        Filters(search="kha van moi"),
        Filters(year_id=world.year_id, kind="individual", late=False, search="ong"),
    ):
        assert names(a_page(world, filters)) == ["Nuôi ong"], filters
    assert names(a_page(world, Filters(late=True))) == []
    assert names(a_page(world, Filters(year_id=4711))) == []


def test_list_shows_what_one_may_see(world: World) -> None:
    filled(world, 2)
    world.create(a_draft(name="Bản nháp"))
    seen = {
        who: len(a_page(world, who=who).rows) for who in ("staff", "officer.x1t1", "chair2", "outsider", "villager")
    }
    assert seen == {"staff": 2, "officer.x1t1": 3, "chair2": 0, "outsider": 0, "villager": 0}
    assert len(a_page(world, who=None).rows) == 3


def test_codes_are_those_of_the_list(world: World) -> None:
    codes = filled(world, 6)
    with world.database.read() as connection:
        who = access.actor(connection, "staff", NOW)
        assert listing.codes(connection, who, Filters(), 4) == codes[::-1][:4]
        assert listing.codes(connection, who, Filters(search="khong co"), 4) == []
