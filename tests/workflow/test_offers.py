"""What the form of a step offers to choose from, and what it has filled in already."""

from __future__ import annotations

from datetime import date

from tests.world import NOW, World, a_draft
from workflow.across.models.offers import Offers, Recorded, offers_for
from workflow.core import access
from workflow.core.engine import changes
from workflow.core.lifecycles import store
from workflow.stages.implementation import commands as implementation
from workflow.stages.registration.model_quantities import QuantityInput


def offered(world: World, code: str, trigger: str, who: str, *, whole_year: bool = False) -> Offers:
    with world.database.read() as connection:
        actor = access.actor(connection, who, NOW)
        model = changes.seen(connection, actor, code)
        definition = store.definition(connection, model.definition_hash)
        step = definition.entries(model.state, trigger)[-1]
        return offers_for(connection, actor, model, step, whole_year=whole_year)


def test_saved_plan_need_not_be_typed_again(world: World) -> None:
    code = world.carry(world.create(), "registered")
    assert offered(world, code, "start", "officer.x1t1") == Offers()
    with world.database.write() as connection:
        implementation.save_plan(connection, "officer.x1t1", NOW, code, "05/03/2024", "Họp dân.")
    assert offered(world, code, "start", "officer.x1t1").recorded == Recorded("Họp dân.", date(2024, 3, 5))
    assert offered(world, code, "start", "officer.x1t1", whole_year=True) == Offers()


def test_results_are_offered_with_the_measures_of_the_year(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "implementing")
    with sqlite_world.database.write() as connection:
        implementation.save_results(
            connection, "officer.x1t1", NOW, code, [QuantityInput("trees", "5 cây")], summary="Đã trồng."
        )
    found = offered(sqlite_world, code, "report_results", "officer.x1t1")
    assert [row.code for row in found.results] == ["trees"]
    assert "labour_days" in {measure.code for measure in found.measures}
    assert (found.recorded.summary, found.recorded.evidence_note) == ("Đã trồng.", "")


def test_shortcomings_of_the_open_record_are_the_finding(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "awaiting_inspection")
    assert offered(sqlite_world, code, "require_remediation", "inspector1").recorded == Recorded()
    sqlite_world.inspect(code)
    assert offered(sqlite_world, code, "require_remediation", "inspector1").recorded.finding is not None


def test_meetings_are_those_being_prepared(sqlite_world: World) -> None:
    world = sqlite_world
    other = world.carry(world.create(a_draft(name="Mô hình khác")), "inspected")
    code = world.carry(world.create(), "inspected")
    meeting_id = world.prepare_meeting([other])
    assert [one.id for one in offered(world, code, "open_review", "chair").meetings] == [meeting_id]
    world.hold_meeting([code])
    assert [one.status for one in offered(world, other, "open_review", "chair").meetings] == ["prepared"]


def test_submissions_are_those_with_the_model_and_decisions_of_the_kind(sqlite_world: World) -> None:
    world = sqlite_world
    recognised = world.carry(world.create(a_draft(name="Đã công nhận")), "recognised")
    waiting = world.carry(world.create(), "district_review")
    found = offered(world, waiting, "recognise", "district2")
    assert [(one.type, one.number) for one in found.decisions] == [("recognition", 100 + world.model(recognised).id)]
    revoking = offered(world, recognised, "revoke", "district2")
    assert revoking.decisions == ()
