"""Inspection records: what may be written into one, by whom, and that a concluded one stays as it is."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import NOW, World, a_draft
from workflow.core.engine import transition
from workflow.ground.refusals import Conflict, GuardRefused, InvalidInput, NotAllowed, NotFound, NotPossible, Refusal
from workflow.ground.schema import account, emulation_model, history, person, programme_year
from workflow.ground.schema import inspection as inspection_table
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection.commands import InspectionInput

RECORD = InspectionInput(
    kind="inspection",
    held_on="01/03/2024",
    place="Nhà văn hoá thôn",
    members=("inspector1", "inspector2"),
    head="inspector1",
    scores={"leadership": "13,5", "fit": "14", "method": 18, "forces": Decimal("12"), "results": "17.25"},
)


def save(world: World, code: str, record: InspectionInput = RECORD, who: str = "inspector1", **more: Any) -> int:
    with world.database.write() as connection:
        return inspection.save_record(connection, who, NOW, code, record, **more)


def views(world: World, code: str) -> list[inspection.InspectionView]:
    with world.database.read() as connection:
        return inspection.of_model(connection, world.model(code).id)


@pytest.fixture
def waiting(world: World) -> str:
    """A model awaiting inspection."""
    return world.carry(world.create(), "awaiting_inspection")


def test_record_shows_members_scores_and_band(world: World, waiting: str) -> None:
    save(world, waiting, replace(RECORD, scores={**RECORD.scores, "durability": "15"}))
    (view,) = views(world, waiting)
    assert [(member.user_name, member.head) for member in view.members] == [("inspector1", True), ("inspector2", False)]
    assert view.total == Decimal("89.75")
    assert view.band == "Tốt"
    assert view.complete
    assert view.conclusion is None


def test_record_incomplete_is_kept_but_does_not_pass(world: World, waiting: str) -> None:
    save(world, waiting)
    (view,) = views(world, waiting)
    assert not view.complete
    with pytest.raises(GuardRefused) as refused:
        world.apply(waiting, "pass_inspection", "inspector1")
    assert [reason.guard for reason in refused.value.reasons] == ["every_criterion_scored"]


def test_scores_left_out_stay_and_empty_ones_are_taken_back(world: World, waiting: str) -> None:
    save(world, waiting)
    save(world, waiting, replace(RECORD, scores={"durability": "10", "fit": ""}))
    (view,) = views(world, waiting)
    points = {line.criterion: line.points for line in view.scores}
    assert points["leadership"] == Decimal("13.5")
    assert points["durability"] == Decimal(10)
    assert points["fit"] is None
    assert view.version == 2


@pytest.mark.parametrize(
    ("change", "form_field"),
    [
        ({"kind": "party"}, "kind"),
        ({"held_on": "02/03/2024"}, "held_on"),
        ({"held_on": ""}, "held_on"),
        ({"held_on": "31/02/2024"}, "held_on"),
        ({"mend_by": "29/02/2024"}, "mend_by"),
        ({"members": ()}, "members"),
        ({"members": ("inspector1", "nobody")}, "members"),
        ({"members": ("inspector1", "inspector1")}, "members"),
        ({"members": ("inspector1", "inspector.own")}, "members"),
        ({"members": ("inspector1", "outsider")}, "members"),
        ({"head": "inspector3"}, "head"),
        ({"scores": {"fit": "15,5"}}, "scores.fit"),
        ({"scores": {"fit": "-1"}}, "scores.fit"),
        ({"scores": {"fit": "mười"}}, "scores.fit"),
        ({"scores": {"fit": "1e1"}}, "scores.fit"),
        ({"scores": {"beauty": "3"}}, "scores.beauty"),
        ({"shortcomings": "ạ" * 100_000}, "shortcomings"),
        ({"place": "<script>" * 100}, "place"),
    ],
)
def test_record_unusable_names_the_field_and_writes_nothing(
    sqlite_world: World, change: dict[str, Any], form_field: str
) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "awaiting_inspection")
    version = sqlite_world.model(code).version
    with pytest.raises(InvalidInput) as refused:
        save(sqlite_world, code, replace(RECORD, **change))
    assert list(refused.value.problems) == [form_field]
    assert views(sqlite_world, code) == []
    assert sqlite_world.model(code).version == version


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("officer.x1t1", NotAllowed),
        ("chair", NotAllowed),
        ("inspector.own", NotAllowed),
        ("outsider", NotFound),
        ("officer.x1t2", NotFound),
    ],
)
def test_record_is_written_by_independent_inspectors_only(
    sqlite_world: World, who: str, refusal: type[Refusal]
) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "awaiting_inspection")
    with pytest.raises(refusal):
        save(sqlite_world, code, who=who)
    assert views(sqlite_world, code) == []


def test_registered_person_does_not_inspect_his_own_model(sqlite_world: World) -> None:
    code = sqlite_world.create(a_draft(kind="individual", person="Phan Văn Tra", representative=""))
    sqlite_world.carry(code, "awaiting_inspection")
    with sqlite_world.database.write() as connection:
        connection.execute(sa.update(person).values(account_id=sqlite_world.accounts["inspector1"]))
    with pytest.raises(NotAllowed):
        save(sqlite_world, code, who="inspector1")
    with pytest.raises(InvalidInput) as refused:
        save(sqlite_world, code, who="inspector2")
    assert list(refused.value.problems) == ["members"]


def test_member_who_moves_into_the_unit_blocks_the_conclusion(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "awaiting_inspection")
    sqlite_world.inspect(code)
    with sqlite_world.database.write() as connection:
        connection.execute(
            sa.update(account).where(account.c.user_name == "inspector2").values(unit_id=sqlite_world.units["KL-X1-T1"])
        )
    with pytest.raises(GuardRefused) as refused:
        sqlite_world.apply(code, "pass_inspection", "inspector1")
    assert [reason.guard for reason in refused.value.reasons] == ["inspectors_independent"]


def test_record_needs_a_model_that_awaits_it(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "implementing")
    with pytest.raises(NotPossible):
        save(sqlite_world, code)


def test_record_seen_before_somebody_else_wrote_is_a_conflict(world: World, waiting: str) -> None:
    save(world, waiting, version=0)
    with pytest.raises(Conflict):
        save(world, waiting, who="inspector2", version=0)
    save(world, waiting, who="inspector2", version=1)
    (view,) = views(world, waiting)
    assert view.version == 2


def test_two_inspectors_beginning_at_once_make_one_record(world: World, waiting: str) -> None:
    answers: list[str] = []
    ready = threading.Barrier(2)

    def write(who: str) -> None:
        ready.wait()
        try:
            save(world, waiting, who=who, version=0)
            answers.append("saved")
        except Conflict:
            answers.append("conflict")

    threads = [threading.Thread(target=write, args=(who,)) for who in ("inspector1", "inspector2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["conflict", "saved"]
    assert len(views(world, waiting)) == 1


def test_conclusion_closes_the_record_and_stands_in_the_history(world: World, waiting: str) -> None:
    world.inspect(waiting)
    world.apply(waiting, "pass_inspection", "inspector1")
    (view,) = views(world, waiting)
    assert (view.conclusion, view.concluded_at) == ("passed", NOW)
    with world.database.read() as connection:
        rows = connection.execute(
            sa.select(history.c.trigger, history.c.payload)
            .join(emulation_model, emulation_model.c.id == history.c.subject_id)
            .where(history.c.subject == "model", emulation_model.c.code == waiting)
            .order_by(history.c.seq)
        ).all()
    assert [row.trigger for row in rows][-2:] == ["inspection_recorded", "pass_inspection"]
    assert json.loads(rows[-1].payload)["conclusion"] == "passed"
    with pytest.raises(NotPossible):
        save(world, waiting)


def test_remediation_is_followed_by_a_record_of_its_own(world: World, waiting: str) -> None:
    world.inspect(waiting)
    world.apply(waiting, "require_remediation", "inspector1", finding="Thiếu sổ ghi công.", mend_by="20/03/2024")
    assert world.model(waiting).mend_by == date(2024, 3, 20)
    (first,) = views(world, waiting)
    assert first.conclusion == "remediation"
    assert first.shortcomings.endswith("\nThiếu sổ ghi công.")
    world.apply(waiting, "report_results", "officer.x1t1", NOW + timedelta(days=9))
    world.inspect(waiting)
    world.apply(waiting, "pass_inspection", "inspector2", NOW + timedelta(days=10))
    assert [view.conclusion for view in views(world, waiting)] == ["remediation", "passed"]
    assert views(world, waiting)[0] == first


def test_remediation_without_a_date_or_with_one_gone_by_is_refused(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "awaiting_inspection")
    sqlite_world.inspect(code)
    gone_by: dict[str, Any] = {"mend_by": "29/02/2024"}
    for stated in ({}, gone_by):
        with pytest.raises(GuardRefused) as refused:
            sqlite_world.apply(code, "require_remediation", "inspector1", finding="Thiếu sổ ghi công.", **stated)
        assert [reason.guard for reason in refused.value.reasons] == ["remediation_dated"]
    assert views(sqlite_world, code)[0].conclusion is None


def test_bulk_conclusion_passes_what_is_complete(sqlite_world: World) -> None:
    complete, partial = (
        sqlite_world.carry(sqlite_world.create(a_draft(name=name)), "awaiting_inspection")
        for name in ("Vận động giữ sạch đường làng", "Vận động trồng cây ven suối")
    )
    sqlite_world.inspect(complete)
    save(sqlite_world, partial)
    with sqlite_world.database.write() as connection:
        outcomes = transition.apply_many(connection, "inspector1", NOW, [complete, partial], "pass_inspection")
    assert [outcome.refusal is None for outcome in outcomes] == [True, False]
    with sqlite_world.database.read() as connection:
        concluded = connection.execute(sa.select(inspection_table.c.conclusion).order_by(inspection_table.c.id))
        assert list(concluded.scalars()) == ["passed", None]


def test_record_needs_as_many_members_as_its_year_asks(world: World, waiting: str) -> None:
    """What the office wrote into the year counts, not the number that the program comes with."""
    save(world, waiting, replace(RECORD, scores={**RECORD.scores, "durability": "15"}))
    with world.database.write() as connection:
        connection.execute(
            sa.update(programme_year).where(programme_year.c.id == world.year_id).values(min_inspectors=3)
        )
    with pytest.raises(GuardRefused) as refused:
        world.apply(waiting, "pass_inspection", "inspector1")
    assert [(reason.guard, "3" in reason.message) for reason in refused.value.reasons] == [("enough_inspectors", True)]
    with world.database.write() as connection:
        connection.execute(
            sa.update(programme_year).where(programme_year.c.id == world.year_id).values(min_inspectors=2)
        )
    assert world.apply(waiting, "pass_inspection", "inspector1").to_state == "inspected"
