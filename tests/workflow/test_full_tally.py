"""Every figure of a summary report: it adds up, can be asked as of a day, and agrees with the short tally."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.world import NOW, YEAR, World, a_draft
from workflow.across.figures import cells, full_tally
from workflow.across.figures.cells import Scope
from workflow.across.figures.full_tally import FullTally
from workflow.across.figures.tally import kept_tally, tally
from workflow.core import access
from workflow.core.people import units
from workflow.stages.recognition import commands as recognition
from workflow.stages.registration import change_requests

DAY = timedelta(days=1)


@pytest.fixture
def lived_in(world: World) -> World:
    """One model on each day: the fourth is recognised, outstanding from the tenth day on; one changed its name a day later."""
    for i, state in enumerate(("submitted", "implementing", "inspected", "recognised", "not_recognised")):
        field = "Kinh tế" if i % 2 else "Nông thôn mới"
        code = world.carry(
            world.create(a_draft(name=f"Việc {state}", field=field), now=NOW + i * DAY), state, NOW + i * DAY
        )
        if state == "recognised":
            with world.database.write() as connection:
                recognition.mark_outstanding(connection, "district1", NOW + 10 * DAY, code, True)
        if state == "implementing":
            with world.database.write() as connection:
                asked = change_requests.request_change(
                    connection, "officer.x1t1", NOW + 2 * DAY, code, "name", "Tên đã sửa", "Tên cũ chưa rõ."
                )
                change_requests.decide_change(connection, "chair", NOW + 2 * DAY, asked, True, "")
    other = a_draft(unit="KL-X2-T1", name="Nuôi ong", kind="individual", person="Kha Văn Bé", origin="continued")
    world.apply(world.create(other, "officer.x2t1"), "submit", "officer.x2t1")
    return world


def _of(world: World, code: str, days: int | None = None) -> FullTally:
    with world.database.read() as connection:
        scope = Scope((units.by_code(connection, code).path,))
        as_of = (NOW + days * DAY).date() if days is not None else None
        return full_tally.full_tally(connection, YEAR, scope, as_of=as_of)


def test_all_figures_of_a_district(lived_in: World) -> None:
    found = _of(lived_in, "KL")
    assert dict(found.row("", "").figures) == {
        "registered": 6,
        "new": 5,
        "continued": 1,
        "replicated": 0,
        "late": 0,
        "implementing": 1,
        "inspected": 3,
        "proposed": 1,
        "recognised": 1,
        "commune_recognised": 0,
        "not_recognised": 1,
        "withdrawn": 0,
        "merged": 0,
        "revoked": 0,
        "outstanding": 1,
        "renamed": 1,
    }
    assert found.inspections == 3
    assert found.villages == (2, 3)


def test_rows_and_columns_add_up(lived_in: World) -> None:
    found = _of(lived_in, "AS")
    fields = {row.field for row in found.rows if row.field}
    for figure in found.figures:
        for kind in ("collective", "individual", ""):
            whole = found.row("", kind).figures[figure]
            assert whole == sum(found.row(field, kind).figures[figure] for field in fields)
        both = found.row("", "collective").figures[figure] + found.row("", "individual").figures[figure]
        assert both == found.row("", "").figures[figure]


def test_as_of_today_is_today(lived_in: World) -> None:
    for code in ("AS", "KL-X1", "KL-X2-T1"):
        assert _of(lived_in, code, 30).rows == _of(lived_in, code).rows


def test_as_of_an_earlier_day(lived_in: World) -> None:
    figures = [_of(lived_in, "AS", days).row("", "").figures for days in (-1, 0, 2, 9, 10)]
    assert [one["registered"] for one in figures] == [0, 2, 4, 6, 6]
    assert [one["renamed"] for one in figures] == [0, 0, 1, 1, 1]
    assert [one["outstanding"] for one in figures] == [0, 0, 0, 0, 1]
    assert [one["recognised"] for one in figures] == [0, 0, 0, 1, 1]


def test_quantities_are_added_by_measure(lived_in: World) -> None:
    found = {one.code: one for one in _of(lived_in, "AS").quantities or ()}
    days = found["labour_days"]
    assert days.target is not None
    assert days.result is not None
    assert (str(days.target.value), days.unit) == ("1800", "ngày công")
    assert full_tally.written(days.target) == "1.800 ngày công"
    assert full_tally.written(None) == ""


def test_kept_tally_is_the_short_one_without_registrants(lived_in: World) -> None:
    with lived_in.database.read() as connection:
        actor = access.actor(connection, "staff", NOW)
        kept = kept_tally(connection, YEAR, cells.scope_of(actor))
        counted = tally(connection, YEAR, only=access.visible(actor))
    assert (kept.rows, kept.total, kept.states) == (counted.rows, counted.total, counted.states)
    assert kept.registrants == {}


def test_very_many_are_gone_through_only_when_asked(lived_in: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full_tally, "MOST_AT_ONCE", 3)
    with lived_in.database.read() as connection:
        quick = full_tally.full_tally(connection, YEAR, cells.everywhere(connection), everything=False)
    assert (quick.quantities, quick.inspections, quick.villages) == (None, None, None)
    assert quick.rows == _of(lived_in, "AS").rows


def test_json_has_every_figure(lived_in: World) -> None:
    told = _of(lived_in, "KL").as_json()
    assert told["villages"] == {"with_models": 2, "all": 3}
    assert set(told["labels"]) <= set(told["rows"][0])
    assert told["quantities"][0]["unit"]


def test_scope_of_nothing_counts_nothing(lived_in: World) -> None:
    with lived_in.database.read() as connection:
        scope = cells.scope_of(access.actor(connection, "villager", NOW))
        assert scope.empty
        found = full_tally.full_tally(connection, YEAR, scope)
    assert found.row("", "").figures["registered"] == 0
    assert (found.inspections, found.villages) == (0, (0, 0))
