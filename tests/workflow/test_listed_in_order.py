"""Units and people stand in Vietnamese order wherever they are listed: pickers, trees, files, teams, committees, who is late."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy.engine import Connection

from notifications.delivery import overview
from tests import owing
from tests.workflow.conftest import Prepare
from tests.world import NOW, World, a_draft
from workflow.across.documents import import_units, registrations_template
from workflow.across.figures import cells
from workflow.across.lists import listing
from workflow.across.lists.listing import Filters
from workflow.across.obligations import calls_view, chasing, punctuality, selector
from workflow.across.obligations.selector import Selector
from workflow.core import access
from workflow.core.people import accounts, assignments, holders, places, unit_tree, units
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection import visits
from workflow.stages.inspection.visits import VisitInput
from workflow.stages.recognition import publication
from workflow.stages.review import view as review

TODAY = local_date(NOW)
VILLAGES = ("Bản 2", "Bản 10", "Bản An", "Bản Ánh", "Bản Ăn", "Bản Ấm", "Bản Dưa", "Bản Đan")
PEOPLE = ("Nguyễn Văn An", "Trần Thị Ánh", "Lê Văn Ăn", "Đỗ Thị Dưa", "Bùi Văn Đan")
SHUFFLED = (5, 2, 7, 0, 4, 1, 6, 3)


@pytest.fixture
def crowded(world_after: Callable[[Prepare], World]) -> World:
    """Villages of commune 1 and people of the district, of which neither codes nor keys have the order of the names."""
    return world_after(_crowded)


def _crowded(world: World) -> None:
    with world.database.write() as connection:
        for number in SHUFFLED:
            name, code = VILLAGES[number], f"KL-X1-Z{9 - number}"
            units.create_unit(connection, "admin", NOW, code, name, "village", "administrative", "KL-X1")
        for number in SHUFFLED:
            if number < len(PEOPLE):
                name = f"nguoi{9 - number}"
                accounts.create_account(connection, "admin", NOW, name, PEOPLE[number], "KL", sign_in=False)
                for role, place in (("inspector", "KL"), ("staff", "KL"), ("commune_reviewer", "KL-X1")):
                    assignments.assign(connection, "admin", NOW, name, role, place)


def villages(names: Iterable[str]) -> list[str]:
    """The villages of this file among the names; a file has the code behind the name."""
    return [name for name in (name.split(" [")[0] for name in names) if name in VILLAGES]


def people(names: Iterable[str]) -> list[str]:
    return [name for name in names if name in PEOPLE]


def _named(found: Iterable[Any]) -> list[str]:
    return [one.name for one in found]


def _tree(nodes: Iterable[unit_tree.Node]) -> list[str]:
    return [name for node in nodes for name in (node.name, *_tree(node.children))]


def _cells_of(written: io.BytesIO) -> list[str]:
    written.seek(0)
    sheets = openpyxl.load_workbook(written).worksheets
    return [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row]


def _file(write: Callable[..., None], connection: Connection, *more: Any) -> list[str]:
    target = io.BytesIO()
    write(connection, target, *more)
    return _cells_of(target)


LISTS_OF_UNITS: dict[str, Callable[[Connection, access.Actor], Iterable[str]]] = {
    "where one may register": lambda c, who: _named(places.units_of(c, who, None, TODAY)),
    "filter of a list": lambda c, who: _named(places.choices_of_units(c, who, TODAY) or ()),
    "found by words": lambda c, who: _named(places.find_units(c, who, "bản")),
    "filter of the public page": lambda c, who: _named(publication.choices_of_units(c, ["village"]) or ()),
    "found on the public page": lambda c, who: _named(publication.find_units(c, "bản")),
    "tree of an administrator": lambda c, who: _tree(unit_tree.branch(c, access.actor(c, "admin", NOW)).nodes),
    "found by an administrator": lambda c, who: _named(unit_tree.search(c, access.actor(c, "admin", NOW), "bản")),
    "dvk unit list": lambda c, who: _named(units.tree(c)),
    "file of units": lambda c, who: _file(import_units.write_list, c),
    "who may be called on": lambda c, who: _named(calls_view.below(c, units.by_code(c, "KL"), TODAY)),
    "who is called on": lambda c, who: _named(
        selector.owing(c, units.by_code(c, "KL-X1"), Selector(levels=("village",)), TODAY)
    ),
    "called on by code": lambda c, who: _named(
        selector.chosen(c, units.by_code(c, "KL"), [f"KL-X1-Z{number}" for number in range(2, 10)], TODAY)[0]
    ),
    "parts of the figures": lambda c, who: _named(cells.subunits_of(c, units.by_code(c, "KL-X1").path, TODAY)),
}

LISTS_OF_PEOPLE: dict[str, Callable[[Connection, access.Actor], Iterable[str]]] = {
    "who can be named": lambda c, who: [
        one.full_name for one in places.people_for(c, units.by_code(c, "KL").path, None, TODAY)
    ],
    "who takes the step": lambda c, who: [
        one.full_name for one in holders.holders_over(c, [units.by_code(c, "KL-X1").path], {"staff"}, TODAY)
    ],
    "accounts": lambda c, who: [one.full_name for one in accounts.listing(c)],
    "without an address": lambda c, who: [row.full_name for row in overview.without_address(c, who, TODAY).rows],
}


@pytest.mark.parametrize("where", LISTS_OF_UNITS)
def test_units_by_name(crowded: World, where: str) -> None:
    with crowded.database.read() as connection:
        found = LISTS_OF_UNITS[where](connection, access.actor(connection, "staff", NOW))
        assert villages(found) == list(VILLAGES)


def test_units_of_a_drop_down_by_name(crowded: World) -> None:
    target = io.BytesIO()
    registrations_template.write_template(crowded.database, target, 2024)
    assert villages(_cells_of(target)) == list(VILLAGES)


@pytest.mark.parametrize("where", LISTS_OF_PEOPLE)
def test_people_by_given_name(crowded: World, where: str) -> None:
    with crowded.database.read() as connection:
        found = LISTS_OF_PEOPLE[where](connection, access.actor(connection, "staff", NOW))
        assert people(found) == list(PEOPLE)


def test_people_without_an_address_come_page_by_page(crowded: World) -> None:
    found: list[int] = []
    after: int | None = 0
    with crowded.database.read() as connection:
        staff = access.actor(connection, "staff", NOW)
        whole = overview.without_address(connection, staff, TODAY).rows
        while after is not None:
            page = overview.without_address(connection, staff, TODAY, after=after, size=3)
            found += [row.id for row in page.rows]
            after = page.following
    assert found == [row.id for row in whole]


def test_teams_begin_with_their_head_and_committees_with_the_chair(crowded: World) -> None:
    code = crowded.carry(crowded.create(), "awaiting_inspection")
    names = ["nguoi5", "nguoi9", "nguoi7", "nguoi8", "nguoi6"]
    with crowded.database.write() as connection:
        planned = VisitInput(TODAY, (code,), names, head="nguoi5", team_decision="12-QĐ/BCĐ")
        visit_id = visits.save(connection, "inspector1", NOW, planned)
        team = visits.get(connection, access.actor(connection, "inspector1", NOW), visit_id).members
    in_order = [PEOPLE[4], *PEOPLE[:4]]
    assert [one.full_name for one in team] == in_order
    crowded.inspect(code, members=names)
    with crowded.database.read() as connection:
        record = inspection.of_model(connection, crowded.model(code).id)[0]
    assert [one.full_name for one in record.members] == in_order
    crowded.apply(code, "pass_inspection", "inspector1")
    meeting_id = crowded.prepare_meeting([code], members=[*names, "secretary", "chair"])
    with crowded.database.read() as connection:
        members = review.meeting(connection, access.actor(connection, "chair", NOW), meeting_id).members
    assert [one.full_name for one in members] == ["Vi Văn Chủ", "Lò Văn Thư", *PEOPLE]


def test_units_that_owe_and_are_late_by_name(crowded: World) -> None:
    late = TODAY - timedelta(days=3)
    with crowded.database.write() as connection:
        call = owing.call(connection, crowded, late)
        codes = {name: f"KL-X1-Z{9 - number}" for number, name in enumerate(VILLAGES)}
        for number in SHUFFLED:
            crowded_with = World(
                crowded.database,
                {**crowded.units, "here": units.by_code(connection, codes[VILLAGES[number]]).id},
                crowded.accounts,
                crowded.year_id,
            )
            owing.owe(connection, crowded_with, late, unit="here", subject="report", call_id=call)
        staff = access.actor(connection, "staff", NOW)
        grid = chasing.grid(connection, staff, crowded.year_id, TODAY)
        paper = chasing.paper(connection, staff, chasing.Filters(), TODAY)
        page = punctuality.page(connection, staff, NOW, {"staff"}, crowded.year_id)
        first = chasing.grid(connection, staff, crowded.year_id, TODAY, size=3)
        second = chasing.grid(connection, staff, crowded.year_id, TODAY, size=9, place=first.following)
        lost = chasing.grid(connection, staff, crowded.year_id, TODAY, place="/987654/")
    assert _named(grid.units) == list(VILLAGES)
    assert [row.unit_name for row in paper.rows] == list(VILLAGES)
    assert [row.unit_name for row in page.rows] == list(VILLAGES)
    assert _named([*first.units, *second.units]) == list(VILLAGES)
    assert _named(lost.units) == list(VILLAGES)


def test_models_by_unit_follow_a_new_name_of_the_unit(crowded: World) -> None:
    one = crowded.carry(crowded.create(a_draft(name="Việc của T1")), "awaiting_inspection")
    two = crowded.carry(
        crowded.create(a_draft(unit="KL-X1-T2", name="Việc của T2"), who="officer.x1t2"), "awaiting_inspection"
    )

    def listed() -> list[list[str]]:
        with crowded.database.read() as connection:
            staff, inspector = (access.actor(connection, name, NOW) for name in ("staff", "inspector1"))
            page = listing.page(connection, staff, Filters(year_id=crowded.year_id), order="unit")
            waiting = visits.waiting(connection, inspector).rows
        return [[row.code for row in page.rows], [row.code for row in waiting]]

    assert listed() == [[one, two]] * 2
    with crowded.database.write() as connection:
        units.rename(connection, "admin", NOW, "KL-X1-T1", "Thôn 10")
        units.rename(connection, "admin", NOW, "KL-X1-T2", "Thôn 2")
    assert listed() == [[two, one]] * 2
