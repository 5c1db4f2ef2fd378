"""Counts kept by the database: the same as counting, whatever happened to the models, added up or not; the year at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflow.conftest import Prepare
from tests.world import NOW, YEAR, World, a_draft
from workflow.across.figures import cells, overview
from workflow.across.figures.cells import COUNTED, Scope
from workflow.core import access
from workflow.core.lifecycles import parsing
from workflow.core.people import units
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.schema import emulation_model, tally_cell, tally_delta, unit
from workflow.stages.registration import commands as registration

EVERYTHING = ("field_id", "kind", "state", "origin", "late", "outstanding", "inspected", "proposed")


@pytest.fixture
def lived_in(world_after: Callable[[Prepare], World]) -> World:
    """Models that went every way there is."""
    return world_after(_every_way)


def _every_way(world: World) -> None:
    for state in ("draft", "submitted", "returned", "implementing", "remediation", "inspected", "recognised"):
        world.carry(world.create(a_draft(name=f"Việc {state}")), state)
    taken_back = world.carry(world.create(a_draft(name="Rút sau khi tiếp nhận")), "registered")
    world.apply(taken_back, "withdraw", "officer.x1t1", reason="Không còn điều kiện thực hiện.")
    for state in ("commune_recognised", "not_recognised", "revoked"):
        world.carry(world.create(a_draft(name=f"Việc {state}", field="Kinh tế")), state)
    early = world.create(a_draft(name="Rút khi chưa tiếp nhận"))
    world.apply(early, "submit", "officer.x1t1")
    world.apply(early, "withdraw", "officer.x1t1", reason="Không còn điều kiện thực hiện.")
    other = world.create(a_draft(unit="KL-X2-T1", name="Xã khác"), "officer.x2t1")
    world.apply(other, "submit", "officer.x2t1", NOW + timedelta(days=200))


def _recounted(connection: sa.Connection, year_id: int, path: str) -> Counter[tuple[Any, ...]]:
    """Every model looked at, one by one, in Python."""
    m = emulation_model.c
    rows = connection.execute(
        sa.select(emulation_model, unit.c.path).join(unit, unit.c.id == m.unit_id).where(m.year_id == year_id, COUNTED)
    )
    found: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        if row.path.startswith(path):
            inspected, proposed = row.inspected_at is not None, row.proposed_at is not None
            key = (row.field_id, row.kind, row.state, row.origin, row.late, row.outstanding, inspected, proposed)
            found[key] += 1
    return found


@pytest.mark.parametrize("folded", [False, True])
def test_kept_counts_are_those_of_counting(lived_in: World, folded: bool) -> None:
    with lived_in.database.write() as connection:
        if folded:
            assert cells.fold(connection) > 0
            assert cells.fold(connection) == 0
        for code in ("AS", "KL", "KL-X1", "KL-X1-T1", "KL-X2", "BS"):
            path = units.by_code(connection, code).path
            counted = cells.counts(connection, lived_in.year_id, Scope((path,)), EVERYTHING)
            assert counted == _recounted(connection, lived_in.year_id, path), code
        village = units.by_code(connection, "KL-X1-T1")
        alone = cells.counts(connection, lived_in.year_id, Scope((), (village.id,)), ())
        assert alone.total() == _recounted(connection, lived_in.year_id, village.path).total() == 10


def test_counts_follow_what_happens_after_they_were_added_up(lived_in: World) -> None:
    with lived_in.database.write() as connection:
        cells.fold(connection)
    code = lived_in.create(a_draft(name="Sau khi cộng"))
    lived_in.carry(code, "recognised")
    with lived_in.database.write() as connection:
        root = units.by_code(connection, "AS").path
        before = cells.counts(connection, lived_in.year_id, Scope((root,)), EVERYTHING)
        assert before == _recounted(connection, lived_in.year_id, root)
        cells.fold(connection)
        assert cells.counts(connection, lived_in.year_id, Scope((root,)), EVERYTHING) == before
        key = connection.execute(sa.select(emulation_model.c.id).where(emulation_model.c.code == code)).scalar_one()
        connection.execute(sa.update(emulation_model).where(emulation_model.c.id == key).values(outstanding=True))
        assert cells.counts(connection, lived_in.year_id, Scope((root,)), EVERYTHING) == _recounted(
            connection, lived_in.year_id, root
        )


def test_change_that_counts_nowhere_is_not_noted(lived_in: World) -> None:
    with lived_in.database.write() as connection:
        cells.fold(connection)
        connection.execute(sa.update(emulation_model).values(state=emulation_model.c.state, name="Tên khác"))
        assert connection.execute(sa.select(sa.func.count()).select_from(tally_delta)).scalar_one() == 0


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("code", ["AS", "KL", "KL-X1"])
def test_parts_add_up_to_the_whole(lived_in: World, code: str, folded: bool) -> None:
    with lived_in.database.write() as connection:
        if folded:
            cells.fold(connection)
        place = units.by_code(connection, code)
        parts = [one.path for one in cells.subunits_of(connection, place.path, NOW.date())]
        counted = cells.counts_of_subunits(connection, lived_in.year_id, place.path, parts, ("field_id", "state"))
        for part in parts:
            assert counted[part] == cells.counts(connection, lived_in.year_id, Scope((part,)), ("field_id", "state"))
        assert sum(one.total() for one in counted.values()) == 11 - (code == "KL-X1")


def test_counts_are_added_up_when_there_are_many(lived_in: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with lived_in.database.write() as connection:
        assert not cells.waiting(connection)
        monkeypatch.setattr(cells, "FOLD_ABOVE", 5)
        assert cells.waiting(connection)
        cells.fold(connection)
        assert not cells.waiting(connection)
        # Kept for the province and its districts only.
        kept = set(connection.execute(sa.select(tally_cell.c.unit_id)).scalars())
        assert kept == {lived_in.units["AS"], lived_in.units["KL"]}


@pytest.mark.parametrize(
    ("who", "total", "parts", "absent"),
    [
        ("province1", 11, ["KL"], ["AS-CQ1", "BS"]),
        ("staff", 11, ["KL-X1", "KL-X2"], ["KL-CQ1"]),
        ("chair", 10, ["KL-X1-T1"], ["KL-X1-T2"]),
        ("officer.x1t1", 10, [], []),
        ("outsider", 0, [], ["BS-X1"]),
        ("villager", 0, [], []),
    ],
)
def test_overview_is_of_what_one_sees(
    lived_in: World, who: str, total: int, parts: list[str], absent: list[str]
) -> None:
    with lived_in.database.read() as connection:
        year = stored.year(connection, YEAR)
        seen = overview.overview(connection, access.actor(connection, who, NOW), NOW, year)
    assert seen.total.total == total == sum(row.total for row in seen.rows)
    assert [part.code for part in seen.subunits] == parts
    assert [one.code for one in seen.absent] == absent
    assert seen.absent_total == len(absent)
    assert seen.last_year is None


def test_overview_of_the_whole_way(lived_in: World) -> None:
    with lived_in.database.read() as connection:
        year = stored.year(connection, YEAR)
        actor = access.actor(connection, "staff", NOW)
        seen = overview.overview(connection, actor, NOW, year)
        below = overview.overview(connection, actor, NOW, year, unit_row=units.by_code(connection, "KL-X2"))
    assert [stop.reached for stop in seen.stops] == [11, 7, 6, 4, 2]
    assert [stop.here for stop in seen.stops] == [3, 1, 2, 0, 0]
    assert seen.ended == {
        "recognised": 1,
        "commune_recognised": 1,
        "not_recognised": 1,
        "withdrawn": 1,
        "revoked": 1,
    }
    assert seen.late == 1
    assert (below.total.total, below.late) == (1, 1)
    assert sum(stop.here for stop in seen.stops) + sum(seen.ended.values()) == seen.total.total


def test_last_year_on_the_same_day(world: World) -> None:
    """A year whose predecessor has models: only what was there on the same day is compared."""
    for days in (0, 0, 40):
        code = world.create(a_draft(name=f"Việc ngày {days} {days}"), now=NOW)
        world.apply(code, "submit", "officer.x1t1", NOW + timedelta(days=days))
    now = NOW.replace(year=YEAR + 1)
    with world.database.write() as connection:
        stored.create_year(connection, NOW, YEAR + 1, standard_defaults(), parsing.standard("three_tier"))
        registration.create_draft(connection, "officer.x1t1", now, YEAR + 1, a_draft(name="Năm sau"))
        actor = access.actor(connection, "staff", now)
        seen = overview.overview(connection, actor, now, stored.year(connection, YEAR + 1))
        assert seen.last_year is not None
        assert seen.last_year.figures is not None
        assert (seen.last_year.day, seen.last_year.figures.total.total) == (NOW.date().replace(year=YEAR), 2)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(overview, "MOST_REPLAYED", 2)
            seen = overview.overview(connection, actor, now, stored.year(connection, YEAR + 1))
        assert seen.last_year is not None
        assert seen.last_year.figures is None
