"""Plans and results: when they may be written, how figures are read, and what is only warned about."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import ITEM_TEXTS, NOW, YEAR, World, a_draft
from workflow.across.oversight import audit
from workflow.ground.refusals import Conflict, GuardRefused, InvalidInput, NotAllowed, NotFound, NotPossible
from workflow.ground.schema import ITEMS, history
from workflow.stages.implementation import commands as implementation
from workflow.stages.registration import commands as registration
from workflow.stages.registration import model_quantities, view
from workflow.stages.registration.model_quantities import QuantityInput


def save_results(
    world: World, code: str, *rows: QuantityInput, who: str = "officer.x1t1", **more: Any
) -> tuple[str, ...]:
    """Results in a transaction of their own."""
    with world.database.write() as connection:
        return implementation.save_results(connection, who, NOW, code, rows, **more)


def figures(world: World, code: str) -> list[tuple[str, Decimal, str]]:
    """The results of a model."""
    with world.database.read() as connection:
        rows = model_quantities.quantities(connection, world.model(code).id, "result")
    return [(row.code, row.quantity.value, row.quantity.qualifier) for row in rows]


@pytest.fixture
def implementing(sqlite_world: World) -> str:
    return sqlite_world.carry(sqlite_world.create(), "implementing")


def test_plan_saved_before_the_start_and_again_after(world: World) -> None:
    code = world.carry(world.create(), "registered")
    with world.database.write() as connection:
        implementation.save_plan(connection, "officer.x1t1", NOW, code, "05/03/2024", "Họp dân.\n\n\n\nChia tổ.")
    with world.database.read() as connection:
        kept = implementation.plan_of(connection, world.model(code).id)
    assert kept is not None
    assert (kept.start_date, kept.content) == (date(2024, 3, 5), "Họp dân.\n\nChia tổ.")
    world.apply(code, "start", "officer.x1t1", start_date=date(2024, 3, 6), plan="Làm từng đoạn.")
    with world.database.read() as connection:
        kept = implementation.plan_of(connection, world.model(code).id)
        assert audit.verify(connection) == []
    assert kept is not None
    assert (kept.start_date, kept.content, world.state(code)) == (date(2024, 3, 6), "Làm từng đoạn.", "implementing")


@pytest.mark.parametrize(
    ("stated", "begins", "content"),
    [
        ({}, date(2024, 3, 5), "Họp dân."),
        ({"start_date": date(2024, 3, 8)}, date(2024, 3, 8), "Họp dân."),
        ({"plan": "Làm từng đoạn."}, date(2024, 3, 5), "Làm từng đoạn."),
    ],
)
def test_start_takes_what_is_not_stated_from_the_plan_saved_before(
    sqlite_world: World, stated: dict[str, Any], begins: date, content: str
) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "registered")
    with sqlite_world.database.write() as connection:
        implementation.save_plan(connection, "officer.x1t1", NOW, code, date(2024, 3, 5), "Họp dân.")
    sqlite_world.apply(code, "start", "officer.x1t1", **stated)
    with sqlite_world.database.read() as connection:
        kept = implementation.plan_of(connection, sqlite_world.model(code).id)
    assert kept is not None
    assert (kept.start_date, kept.content, sqlite_world.state(code)) == (begins, content, "implementing")


@pytest.mark.parametrize("stated", [{}, {"start_date": date(2024, 3, 8)}, {"plan": "Làm từng đoạn."}])
def test_start_without_a_whole_plan_is_refused(sqlite_world: World, stated: dict[str, Any]) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "registered")
    with pytest.raises(GuardRefused) as refused:
        sqlite_world.apply(code, "start", "officer.x1t1", **stated)
    assert [reason.guard for reason in refused.value.reasons] == ["plan_recorded"]


def test_plan_by_staff_names_the_registrant(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "registered")
    with sqlite_world.database.write() as connection:
        version = implementation.save_plan(connection, "staff", NOW, code, date(2024, 3, 5), "Họp dân.")
    with sqlite_world.database.read() as connection:
        entry = connection.execute(
            sa.select(history).where(history.c.subject == "model", history.c.seq == version)
        ).one()
    assert (entry.trigger, entry.role, entry.behalf) == ("plan_saved", "staff", "Thôn Nà Hin")


@pytest.mark.parametrize(
    ("start_date", "content", "form_fields"),
    [
        ("31/02/2024", "Họp dân.", {"start_date"}),
        ("03/2024", "Họp dân.", {"start_date"}),
        ("01/01/2025", "Họp dân.", {"start_date"}),
        ("05/03/2024", " \u200b", {"content"}),
        ("hôm nay" * 10_000, "ế" * 100_000, {"start_date", "content"}),
    ],
)
def test_unusable_plan_is_refused(sqlite_world: World, start_date: str, content: str, form_fields: set[str]) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "registered")
    with pytest.raises(InvalidInput) as refused, sqlite_world.database.write() as connection:
        implementation.save_plan(connection, "officer.x1t1", NOW, code, start_date, content)
    assert set(refused.value.problems) == form_fields
    with pytest.raises(InvalidInput):
        sqlite_world.apply(code, "start", "officer.x1t1", start_date=start_date, plan=content)


@pytest.mark.parametrize("state", ["draft", "submitted", "awaiting_inspection", "recognised"])
def test_plan_has_its_time(sqlite_world: World, state: str) -> None:
    code = sqlite_world.carry(sqlite_world.create(), state)
    with pytest.raises(NotPossible), sqlite_world.database.write() as connection:
        implementation.save_plan(connection, "officer.x1t1", NOW, code, "05/03/2024", "Họp dân.")


def test_results_are_read_the_vietnamese_way(world: World) -> None:
    code = world.carry(world.create(), "implementing")
    warnings = save_results(
        world,
        code,
        QuantityInput("Tiền mặt", "1,139 tỷ", "Xã hội hoá"),
        QuantityInput("cong lao dong", "trên 350 ngày công"),
        QuantityInput("land", "9.952 m2"),
        QuantityInput("", ""),
        summary="Làm xong.",
        evidence_note="Ảnh ở nhà văn hoá.",
    )
    assert warnings == ()
    assert figures(world, code) == [
        ("cash", Decimal(1_139_000_000), "exactly"),
        ("labour_days", Decimal(350), "at_least"),
        ("land", Decimal(9952), "exactly"),
    ]
    with world.database.read() as connection:
        report = implementation.results_of(connection, world.model(code).id)
        assert audit.verify(connection) == []
    assert report is not None
    assert (report.summary, report.evidence_note) == ("Làm xong.", "Ảnh ở nhà văn hoá.")


def test_absurd_figure_is_warned_about_and_kept(sqlite_world: World, implementing: str) -> None:
    (warning,) = save_results(sqlite_world, implementing, QuantityInput("road", "569 km"))
    assert "569 km" in warning
    assert figures(sqlite_world, implementing) == [("road", Decimal(569), "exactly")]
    applied = sqlite_world.apply(implementing, "report_results", "officer.x1t1", evidence_note="Ảnh ở xã.")
    assert applied.warnings == (warning,)


def test_measure_twice_is_warned_about(sqlite_world: World, implementing: str) -> None:
    rows = (QuantityInput("trees", "500 cây"), QuantityInput("Cây trồng", "500 cây"))
    (warning,) = save_results(sqlite_world, implementing, *rows)
    assert "2 lần" in warning


def test_saving_again_replaces(sqlite_world: World, implementing: str) -> None:
    save_results(sqlite_world, implementing, QuantityInput("trees", "500 cây"))
    save_results(sqlite_world, implementing, QuantityInput("trees", "600 cây"))
    assert figures(sqlite_world, implementing) == [("trees", Decimal(600), "exactly")]


def test_unusable_results_keep_what_was_there(sqlite_world: World, implementing: str) -> None:
    save_results(sqlite_world, implementing, QuantityInput("trees", "500 cây"))
    with pytest.raises(InvalidInput) as refused:
        save_results(
            sqlite_world,
            implementing,
            QuantityInput("trees", "600 cây"),
            QuantityInput("trees", "-5"),
            QuantityInput("gold", "1 kg"),
            summary="s" * 100_000,
        )
    assert set(refused.value.problems) == {"results-1-value", "results-2-measure", "summary"}
    assert figures(sqlite_world, implementing) == [("trees", Decimal(500), "exactly")]


def test_waived_items_are_filled_in_with_the_results(sqlite_world: World) -> None:
    world = sqlite_world
    with world.database.write() as connection:
        (code,) = registration.create_drafts(connection, "staff", NOW, YEAR, [a_draft(items={}, waived=ITEMS)])
    world.carry(code, "implementing")
    save_results(world, code, QuantityInput("trees", "5 cây"), items={"goals": "Trồng 5 cây.", "forces": ""})
    with world.database.read() as connection:
        form = view.form(connection, world.model(code).id)
    assert form is not None
    assert (form.items["goals"], form.waived) == ("Trồng 5 cây.", tuple(item for item in ITEMS if item != "goals"))
    with pytest.raises(InvalidInput) as refused:
        save_results(world, code, items={"goals": "Khác", "smuggled": "x", "method": "m" * 30_000})
    assert set(refused.value.problems) == {"goals", "smuggled", "method"}


def test_items_of_a_complete_form_are_not_rewritten(sqlite_world: World, implementing: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        save_results(sqlite_world, implementing, items=ITEM_TEXTS)
    assert set(refused.value.problems) == set(ITEMS)


def test_report_states_results_of_its_own(world: World) -> None:
    code = world.carry(world.create(), "implementing")
    world.apply(
        code,
        "report_results",
        "officer.x1t1",
        results=[{"measure": "trees", "value": "1.200 cây", "note": "keo lai"}, {"measure": "", "value": None}],
        evidence_note="Ảnh ở xã.",
    )
    assert figures(world, code) == [("trees", Decimal(1200), "exactly")]
    with world.database.read() as connection:
        payload = connection.execute(
            sa.select(history.c.payload).where(history.c.trigger == "report_results")
        ).scalar_one()
    expected = {"measure": "trees", "value": "1200", "unit": "cây", "qualifier": "exactly", "note": "keo lai"}
    assert json.loads(payload)["results"] == [expected]


@pytest.mark.parametrize(
    "results", [[{"measure": "trees"}], [{}], [{"value": "5 cây"}], [{"measure": ["x"], "value": {}}]]
)
def test_report_with_unusable_results_changes_nothing(
    sqlite_world: World, implementing: str, results: list[dict[str, Any]]
) -> None:
    with pytest.raises(InvalidInput):
        sqlite_world.apply(implementing, "report_results", "officer.x1t1", results=results, evidence_note="Ảnh ở xã.")
    assert sqlite_world.state(implementing) == "implementing"


def test_report_without_figures_or_evidence_is_refused(sqlite_world: World, implementing: str) -> None:
    with pytest.raises(GuardRefused) as refused:
        sqlite_world.apply(implementing, "report_results", "officer.x1t1")
    assert [reason.guard for reason in refused.value.reasons] == ["results_recorded", "evidence_attached"]


def test_results_belong_to_the_registrant_and_to_their_time(sqlite_world: World, implementing: str) -> None:
    row = QuantityInput("trees", "5 cây")
    with pytest.raises(NotAllowed):
        save_results(sqlite_world, implementing, row, who="staff")
    with pytest.raises(NotFound):
        save_results(sqlite_world, implementing, row, who="officer.x1t2")
    with pytest.raises(Conflict):
        save_results(sqlite_world, implementing, row, version=1)
    sqlite_world.apply(implementing, "withdraw", "officer.x1t1", reason="Không còn điều kiện.")
    with pytest.raises(NotPossible):
        save_results(sqlite_world, implementing, row)
