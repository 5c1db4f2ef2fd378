"""Separation of duties compares people: through deputies on either side, over time, and for those at home in the unit."""

from __future__ import annotations

from typing import Any

import pytest

from tests import matrix
from tests.world import COMMITTEE, NOW, World, record_vote
from workflow.core.people import assignments
from workflow.ground.refusals import GuardRefused
from workflow.ground.vietnam_time import local_date
from workflow.stages.review import commands as review

DECISION: dict[str, Any] = {"decision_number": "31", "decision_date": local_date(NOW), "signer": "Nguyễn Văn Huyện"}


def let(world: World, who: str, role: str, place: str, *, deputy_for: str | None = None) -> None:
    """Give somebody a role, or let them stand in for somebody in it."""
    with world.database.write() as connection:
        assignments.assign(connection, "admin", NOW, who, role, place, deputy_for=deputy_for)


def refuses_to_accept(world: World, code: str, who: str) -> None:
    with pytest.raises(GuardRefused) as refusal:
        world.apply(code, "accept", who)
    assert [reason.guard for reason in refusal.value.reasons] == ["not_submitter"]
    assert world.state(code) == "submitted"


def test_principal_does_not_accept_what_his_deputy_submitted(world: World) -> None:
    code = world.create(who="deputy.staff")
    world.apply(code, "submit", "deputy.staff")
    for who in ("staff", "deputy.staff"):
        refuses_to_accept(world, code, who)
    world.apply(code, "accept", "staff2")


def test_deputy_does_not_accept_what_his_principal_submitted(world: World) -> None:
    code = world.create(who="staff")
    world.apply(code, "submit", "staff")
    for who in ("deputy.staff", "staff"):
        refuses_to_accept(world, code, who)
    world.apply(code, "accept", "chair")


def test_who_submitted_once_never_accepts_though_another_submitted_last(world: World) -> None:
    code = world.create(who="deputy.staff")
    world.apply(code, "submit", "deputy.staff")
    world.apply(code, "return_registration", "chair", reason="Chỉ tiêu chưa rõ.")
    world.apply(code, "submit", "officer.x1t1")
    for who in ("staff", "deputy.staff"):
        refuses_to_accept(world, code, who)
    world.apply(code, "accept", "staff2")


def test_officer_with_another_role_does_not_accept_his_own(world: World) -> None:
    let(world, "officer.x1t1", "staff", "KL")
    code = world.carry(world.create(), "submitted")
    refuses_to_accept(world, code, "officer.x1t1")


def test_standing_in_ends_but_what_was_done_in_it_counts(world: World) -> None:
    """A deputy who submitted in another's name cannot accept in their own after they got the role themselves."""
    code = world.create(who="deputy.staff")
    world.apply(code, "submit", "deputy.staff")
    with world.database.write() as connection:
        held = assignments.holding(connection, NOW, "deputy.staff", "staff", "KL")
        assignments.end_assignment(connection, "admin", NOW, held.id)
    let(world, "deputy.staff", "staff", "KL")
    refuses_to_accept(world, code, "deputy.staff")


def refuses_to_recognise(world: World, code: str, who: str) -> None:
    with pytest.raises(GuardRefused) as refusal:
        world.apply(code, "recognise", who, **DECISION)
    assert [reason.guard for reason in refusal.value.reasons] == ["not_proposer"]
    assert world.state(code) == "district_review"


def test_proposer_does_not_recognise_himself_nor_through_a_deputy(world: World) -> None:
    let(world, "chair", "district_reviewer", "KL")
    let(world, "leader", "district_reviewer", "KL", deputy_for="chair")
    code = world.carry(world.create(), "district_review")
    for who in ("chair", "leader"):
        refuses_to_recognise(world, code, who)
    world.apply(code, "recognise", "district1", **DECISION)


def test_principal_does_not_recognise_what_his_deputy_proposed(world: World) -> None:
    """One of the district who sits in the commune's committee too, and is stood in for there."""
    let(world, "district1", "commune_reviewer", "KL-X1")
    let(world, "leader", "commune_reviewer", "KL-X1", deputy_for="district1")
    code = world.carry(world.create(), "commune_review")
    matrix.submission(world, code)
    world.apply(code, "propose", "leader")
    world.apply(code, "receive_dossier", "staff")
    refuses_to_recognise(world, code, "district1")
    world.apply(code, "recognise", "district2", **DECISION)


@pytest.mark.parametrize("trigger", ["pass_inspection", "require_remediation"])
def test_nobody_of_the_unit_concludes_its_inspection_nor_through_a_deputy(world: World, trigger: str) -> None:
    let(world, "leader", "inspector", "KL-X1", deputy_for="inspector.own")
    code = world.carry(world.create(), "awaiting_inspection")
    world.inspect(code)
    stated: dict[str, Any] = (
        {"finding": "Thiếu sổ ghi công.", "mend_by": local_date(NOW)} if trigger == "require_remediation" else {}
    )
    for who in ("inspector.own", "leader"):
        with pytest.raises(GuardRefused) as refusal:
            world.apply(code, trigger, who, **stated)
        assert "actor_independent" in [reason.guard for reason in refusal.value.reasons]
    world.apply(code, trigger, "inspector1", **stated)


def test_officer_of_the_unit_who_inspects_elsewhere_does_not_inspect_his_own(world: World) -> None:
    """Being the unit's officer counts like being at home there."""
    let(world, "inspector3", "unit_officer", "KL-X1-T1")
    code = world.carry(world.create(), "awaiting_inspection")
    world.inspect(code)
    with pytest.raises(GuardRefused, match="thuộc đơn vị đăng ký"):
        world.apply(code, "pass_inspection", "inspector3")


@pytest.mark.parametrize("recorder", ["reviewer.own", "secretary", "chair"])
@pytest.mark.parametrize("choice", ["for", "against"])
def test_member_of_the_unit_only_abstains_whoever_records_it(world: World, recorder: str, choice: str) -> None:
    code = world.carry(world.create(), "inspected")
    meeting = world.prepare_meeting([code])
    with world.database.write() as connection:
        review.open_meeting(connection, "chair", NOW, meeting, list(COMMITTEE))
    with pytest.raises(GuardRefused, match="Không biểu quyết"), world.database.write() as connection:
        record_vote(connection, recorder, NOW, meeting, code, "reviewer.own", choice)
    with world.database.write() as connection:
        record_vote(connection, recorder, NOW, meeting, code, "reviewer.own", "abstain")
