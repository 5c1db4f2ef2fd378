"""Review meetings: agenda, frozen members and rules, who may vote how, counting, and that nothing passes a close."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.world import COMMITTEE, NOW, YEAR, World, a_draft, record_vote, replay
from workflow.core import access
from workflow.ground.refusals import GuardRefused, InvalidInput, NotAllowed, NotFound, NotPossible, Refusal
from workflow.ground.schema import (
    account,
    agenda_item,
    assignment,
    history,
    meeting_member,
    person,
    programme_year,
    vote,
)
from workflow.stages.inspection.participants import units_of
from workflow.stages.review import agenda, ballots, committee
from workflow.stages.review import commands as review
from workflow.stages.review import result as review_result
from workflow.stages.review import view as review_view
from workflow.stages.review.committee import Member

PRESENT = COMMITTEE[:4]
MINUTES = "Các thành viên thảo luận và biểu quyết."


def inspected(world: World, name: str = "Vận động nhân dân hiến đất làm đường", **changes: Any) -> str:
    return world.carry(world.create(a_draft(name=name, **changes)), "inspected")


def opened(world: World, codes: Sequence[str], present: Sequence[str] = PRESENT) -> int:
    meeting_id = world.prepare_meeting(codes)
    run(world, review.open_meeting, "chair", meeting_id, present)
    return meeting_id


def run(world: World, act: Callable[..., Any], who: str, *args: Any, **more: Any) -> Any:
    """One act in a transaction of its own."""
    with world.database.write() as connection:
        return act(connection, who, NOW, *args, **more)


def cast(
    world: World, meeting_id: int, code: str, who: str, choice: str = "for", by: str = "secretary", **more: Any
) -> None:
    run(world, record_vote, by, meeting_id, code, who, choice, **more)


def seen(world: World, meeting_id: int, who: str = "chair") -> review_view.MeetingView:
    with world.database.read() as connection:
        return review_view.meeting(connection, access.actor(connection, who, NOW), meeting_id)


def result(world: World, code: str) -> review_result.Result:
    with world.database.read() as connection:
        found = review_result.latest(connection, world.model(code).id)
    assert found is not None
    return found


def guards(refusal: Refusal) -> list[str]:
    return [reason.guard for reason in refusal.reasons]


# Counting ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("members", "needed"), [(1, 1), (3, 2), (4, 3), (5, 4), (9, 6), (10, 7)])
def test_quorum_of_two_thirds_rounds_up(members: int, needed: int) -> None:
    assert review_result.needed_present(members, 2, 3) == needed


@pytest.mark.parametrize(("members", "needed"), [(1, 1), (2, 2), (5, 3), (9, 5), (10, 6)])
def test_more_than_half_of_all_members_so_that_a_tie_fails(members: int, needed: int) -> None:
    assert review_result.needed_votes(members, 1, 2) == needed


def test_a_threshold_of_everybody_asks_for_everybody() -> None:
    assert review_result.needed_votes(9, 1, 1) == 9


def test_tie_of_members_fails_although_most_of_those_present_are_for(world: World) -> None:
    code = inspected(world)
    meeting_id = world.prepare_meeting([code], members=PRESENT)
    run(world, review.open_meeting, "chair", meeting_id, PRESENT[:3])
    for who in PRESENT[:2]:
        cast(world, meeting_id, code, who)
    cast(world, meeting_id, code, PRESENT[2], "abstain")
    (closed,) = run(world, review.close_meeting, "chair", meeting_id, MINUTES)
    assert (closed.votes_for, closed.members, closed.needed_votes, closed.quorum, closed.carried) == (
        2,
        4,
        3,
        True,
        False,
    )
    with pytest.raises(GuardRefused) as refused:
        world.apply(code, "propose", "chair")
    assert "votes_over_threshold" in guards(refused.value)


# Agenda ------------------------------------------------------------------------------------------------------------------------


def test_opening_puts_the_agenda_under_review(world: World) -> None:
    codes = [inspected(world, name) for name in ("Vận động trồng quế", "Vận động xây nhà văn hoá")]
    opened(world, codes)
    assert [world.state(code) for code in codes] == ["commune_review", "commune_review"]


@pytest.mark.parametrize("state", ["draft", "registered", "awaiting_inspection", "withdrawn"])
def test_agenda_takes_inspected_models_only(sqlite_world: World, state: str) -> None:
    code = sqlite_world.carry(sqlite_world.create(), state)
    with pytest.raises(InvalidInput) as refused:
        sqlite_world.prepare_meeting([code])
    assert list(refused.value.problems) == ["models"]


def test_agenda_refuses_a_model_of_another_commune_or_of_nobody(sqlite_world: World) -> None:
    elsewhere = sqlite_world.create(a_draft(unit="KL-X2-T1", name="Vận động chăn nuôi gà đồi"), "officer.x2t1")
    sqlite_world.carry(elsewhere, "inspected")
    for code in (elsewhere, "DVK-2024-99999", "<script>"):
        with pytest.raises(InvalidInput, match=f"Không có mô hình mã «{code}»"):
            sqlite_world.prepare_meeting([code])


def test_model_waits_on_one_meeting_only(world: World) -> None:
    code = inspected(world)
    first = world.prepare_meeting([code])
    with pytest.raises(InvalidInput, match=f"phiên số {first}"):
        world.prepare_meeting([code])
    run(world, agenda.set_agenda, "chair", first, [])
    second = world.prepare_meeting([code])
    with world.database.read() as connection:
        assert review_result.waiting_meeting(connection, world.model(code).id) == second


def test_two_meetings_reaching_for_one_model_at_once_leave_it_on_one(world: World) -> None:
    code = inspected(world)
    meetings = [world.prepare_meeting([]), world.prepare_meeting([])]
    ready = threading.Barrier(2)
    refusals: list[Refusal] = []

    def place(meeting_id: int) -> None:
        ready.wait()
        try:
            run(world, agenda.set_agenda, "chair", meeting_id, [code])
        except Refusal as refusal:
            refusals.append(refusal)

    threads = [threading.Thread(target=place, args=(meeting_id,)) for meeting_id in meetings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(refusal) for refusal in refusals] == [InvalidInput]
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(agenda_item)).scalar() == 1


def test_second_meeting_is_for_a_quorum_that_lacked(world: World) -> None:
    code = inspected(world)
    first = opened(world, [code], PRESENT[:3])
    assert not run(world, review.close_meeting, "chair", first, MINUTES)[0].quorum
    with pytest.raises(GuardRefused) as refused:
        world.apply(code, "propose", "chair")
    assert "quorum_met" in guards(refused.value)
    world.hold_meeting([code], NOW + timedelta(days=1))
    assert result(world, code).carried


def test_a_lost_vote_is_not_repeated(world: World) -> None:
    code = inspected(world)
    first = world.hold_meeting([code], choice="against")
    with pytest.raises(InvalidInput, match=f"biểu quyết tại phiên số {first}"):
        world.prepare_meeting([code])


def test_second_meeting_is_for_a_dossier_that_came_back_and_only_once(world: World) -> None:
    code = world.carry(world.create(), "proposed")
    world.apply(code, "return_dossier", "district1", NOW, reason="Biên bản thiếu chữ ký.")
    second = world.hold_meeting([code], NOW + timedelta(days=1), choice="against")
    assert result(world, code).meeting_id == second
    assert not result(world, code).carried
    with pytest.raises(InvalidInput):
        world.prepare_meeting([code], NOW + timedelta(days=2))


def test_open_review_with_a_meeting_stated_places_the_model(world: World) -> None:
    code = inspected(world)
    meeting_id = world.prepare_meeting([])
    world.apply(code, "open_review", "chair", meeting=str(meeting_id))
    assert [item.code for item in seen(world, meeting_id).agenda] == [code]


def test_open_review_refuses_a_meeting_that_is_not_being_prepared(sqlite_world: World) -> None:
    other = inspected(sqlite_world, "Vận động giữ gìn tiếng hát then")
    meeting_id = opened(sqlite_world, [other])
    code = inspected(sqlite_world)
    for stated in (meeting_id, 999):
        with pytest.raises(GuardRefused) as refused:
            sqlite_world.apply(code, "open_review", "chair", meeting=stated)
        assert guards(refused.value) == ["on_agenda"]
    assert sqlite_world.state(code) == "inspected"


def test_opening_names_a_model_that_left_meanwhile(sqlite_world: World) -> None:
    codes = [inspected(sqlite_world, name) for name in ("Vận động trồng quế", "Vận động xây nhà văn hoá")]
    meeting_id = sqlite_world.prepare_meeting(codes)
    sqlite_world.apply(codes[0], "withdraw", "officer.x1t1", reason="Đơn vị không còn điều kiện.")
    with pytest.raises(GuardRefused, match=codes[0]):
        run(sqlite_world, review.open_meeting, "chair", meeting_id, PRESENT)
    assert sqlite_world.state(codes[1]) == "inspected"
    run(sqlite_world, agenda.set_agenda, "chair", meeting_id, codes[1:])
    run(sqlite_world, review.open_meeting, "chair", meeting_id, PRESENT)
    assert sqlite_world.state(codes[1]) == "commune_review"


# Preparing ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "form_field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"held_on": "hôm nay"}, "held_on"),
        ({"ballot": "loud"}, "ballot"),
        ({"members": [Member("chair"), Member("chair")]}, "members"),
        ({"members": [Member("nobody")]}, "members"),
        ({"members": [Member("outsider.officer")]}, "members"),
        ({"members": [Member("chair", "king")]}, "members"),
        ({"members": [Member("chair", "chair"), Member("secretary", "chair")]}, "members"),
    ],
)
def test_meeting_unusable_names_the_field(sqlite_world: World, change: dict[str, Any], form_field: str) -> None:
    whole = {"title": "Phiên bình xét", "held_on": "01/03/2024"} | change
    with pytest.raises(InvalidInput) as refused:
        run(sqlite_world, lambda c, who, now: review.prepare_meeting(c, who, now, "KL-X1", YEAR, **whole), "chair")
    assert list(refused.value.problems) == [form_field]


@pytest.mark.parametrize(
    ("who", "place", "refusal"),
    [
        ("officer.x1", "KL-X1", NotAllowed),
        ("staff", "KL-X1", NotAllowed),
        ("chair2", "KL-X1", NotFound),
        ("chair", "KL-X1-T1", InvalidInput),
        ("chair", "KL", NotFound),
    ],
)
def test_meeting_is_prepared_by_the_commune_s_reviewers(
    sqlite_world: World, who: str, place: str, refusal: type[Refusal]
) -> None:
    def prepare(connection: Connection, actor: str, now: Any) -> int:
        return review.prepare_meeting(connection, actor, now, place, YEAR, title="Phiên", held_on="01/03/2024")

    with pytest.raises(refusal):
        run(sqlite_world, prepare, who)


def test_meeting_without_members_or_models_does_not_open(sqlite_world: World) -> None:
    empty = sqlite_world.prepare_meeting([])
    with pytest.raises(NotPossible) as refused:
        run(sqlite_world, review.open_meeting, "chair", empty, PRESENT)
    assert refused.value.guard == "agenda"
    alone = sqlite_world.prepare_meeting([inspected(sqlite_world)], members=())
    with pytest.raises(NotPossible) as refused:
        run(sqlite_world, review.open_meeting, "chair", alone, [])
    assert refused.value.guard == "members"


# Frozen at the opening ---------------------------------------------------------------------------------------------------------


def test_members_and_rules_stay_as_they_were_at_the_opening(world: World) -> None:
    code = inspected(world)
    meeting_id = opened(world, [code])
    with world.database.write() as connection:
        connection.execute(
            sa.update(account).where(account.c.user_name == "chair").values(full_name="Tên Khác", unit_id=None)
        )
        connection.execute(sa.update(programme_year).values(threshold_numerator=9, threshold_denominator=10))
        connection.execute(sa.update(programme_year).values(quorum_numerator=1, quorum_denominator=1))
        connection.execute(sa.delete(assignment).where(assignment.c.account_id == world.accounts["reviewer1"]))
    view = seen(world, meeting_id)
    assert [member.full_name for member in view.members][:1] == ["Vi Văn Chủ"]
    assert view.members[0].unit_name == "Xã Bản Lầu"
    assert len(view.members) == len(COMMITTEE)
    for who in PRESENT[:3]:
        cast(world, meeting_id, code, who)
    (closed,) = run(world, review.close_meeting, "chair", meeting_id, MINUTES, not_returned=True)
    assert (closed.needed_present, closed.needed_votes, closed.carried) == (4, 3, True)


def test_member_list_agenda_and_opening_are_final_once_open(sqlite_world: World) -> None:
    code = inspected(sqlite_world)
    meeting_id = opened(sqlite_world, [code])
    for act, args in (
        (committee.set_members, (meeting_id, [Member("chair")])),
        (agenda.set_agenda, (meeting_id, [])),
        (review.open_meeting, (meeting_id, PRESENT)),
    ):
        with pytest.raises(NotPossible) as refused:
            run(sqlite_world, act, "chair", *args)
        assert refused.value.guard == "meeting_status"
    assert len(seen(sqlite_world, meeting_id).members) == len(COMMITTEE)


def test_member_who_moves_out_of_the_registrant_s_unit_still_only_abstains(sqlite_world: World) -> None:
    code = inspected(sqlite_world)
    meeting_id = opened(sqlite_world, [code], COMMITTEE)
    with sqlite_world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name == "reviewer.own").values(unit_id=None))
    with pytest.raises(GuardRefused) as refused:
        cast(sqlite_world, meeting_id, code, "reviewer.own")
    assert guards(refused.value) == ["own_unit"]


# Voting ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "choice", "written", "guard"),
    [
        ("district1", "for", False, "member"),
        ("nobody", "for", False, "member"),
        ("reviewer2", "for", True, "presence"),
        ("reviewer.own", "abstain", False, "presence"),
        ("reviewer.own", "for", True, "own_unit"),
        ("reviewer.own", "against", True, "own_unit"),
        ("reviewer2", "maybe", False, "choice"),
    ],
)
def test_vote_that_cannot_stand_says_why(sqlite_world: World, who: str, choice: str, written: bool, guard: str) -> None:
    code = inspected(sqlite_world)
    meeting_id = opened(sqlite_world, [code])
    version = sqlite_world.model(code).version
    with pytest.raises(GuardRefused) as refused:
        cast(sqlite_world, meeting_id, code, who, choice, written=written)
    assert guards(refused.value) == [guard]
    assert sqlite_world.model(code).version == version


def test_member_of_the_registrant_s_unit_abstains_in_writing(sqlite_world: World) -> None:
    code = inspected(sqlite_world)
    meeting_id = opened(sqlite_world, [code])
    cast(sqlite_world, meeting_id, code, "reviewer.own", "abstain", written=True)
    item = seen(sqlite_world, meeting_id).agenda[0]
    assert item.must_abstain == {"reviewer.own"}
    assert item.written == {"reviewer.own"}
    assert (item.result.votes_for, item.result.votes_abstaining) == (0, 1)


def test_registered_person_only_abstains_on_his_own_model(sqlite_world: World) -> None:
    code = inspected(sqlite_world, kind="individual", person="Hà Văn Xét", representative="")
    with sqlite_world.database.write() as connection:
        connection.execute(sa.update(person).values(account_id=sqlite_world.accounts["reviewer2"]))
    meeting_id = opened(sqlite_world, [code])
    with pytest.raises(GuardRefused) as refused:
        cast(sqlite_world, meeting_id, code, "reviewer2", "against")
    assert guards(refused.value) == ["own_unit"]
    cast(sqlite_world, meeting_id, code, "reviewer2", "abstain")


def test_second_vote_is_refused_also_in_one_call(world: World) -> None:
    code = inspected(world)
    meeting_id = opened(world, [code])
    cast(world, meeting_id, code, "reviewer1")
    with pytest.raises(GuardRefused) as refused:
        cast(world, meeting_id, code, "reviewer1", "against")
    assert guards(refused.value) == ["second_vote"]
    twice = [(code, "reviewer2", "for", False), (code, "reviewer2", "against", False)]
    with pytest.raises(GuardRefused) as refused:
        run(world, ballots.record_votes, "secretary", meeting_id, twice)
    assert guards(refused.value) == ["second_vote"]
    assert seen(world, meeting_id).agenda[0].votes == {"reviewer1": "for"}


def test_votes_of_one_call_stand_or_fall_together(sqlite_world: World) -> None:
    code = inspected(sqlite_world)
    meeting_id = opened(sqlite_world, [code])
    votes = [(code, "chair", "for", False), (code, "nobody", "for", False), ("DVK-2024-9", "chair", "for", False)]
    with pytest.raises(GuardRefused) as refused:
        run(sqlite_world, ballots.record_votes, "secretary", meeting_id, votes)
    assert guards(refused.value) == ["member", "on_agenda"]
    assert seen(sqlite_world, meeting_id).agenda[0].votes == {}


def test_member_without_a_role_votes_for_himself_alone(sqlite_world: World) -> None:
    code = inspected(sqlite_world)
    meeting_id = sqlite_world.prepare_meeting([code], members=(*PRESENT, "officer.x1"))
    run(sqlite_world, review.open_meeting, "chair", meeting_id, [*PRESENT, "officer.x1"])
    cast(sqlite_world, meeting_id, code, "officer.x1", by="officer.x1")
    with pytest.raises(NotAllowed):
        cast(sqlite_world, meeting_id, code, "reviewer1", by="officer.x1")
    assert seen(sqlite_world, meeting_id, "officer.x1").agenda[0].votes == {"officer.x1": "for"}


@pytest.mark.parametrize(("who", "refusal"), [("staff", NotAllowed), ("chair2", NotFound), ("officer.x1t1", NotFound)])
def test_votes_are_recorded_by_the_committee_only(sqlite_world: World, who: str, refusal: type[Refusal]) -> None:
    code = inspected(sqlite_world)
    meeting_id = opened(sqlite_world, [code])
    with pytest.raises(refusal):
        cast(sqlite_world, meeting_id, code, "reviewer1", by=who)


def test_presence_follows_the_votes(sqlite_world: World) -> None:
    code = inspected(sqlite_world)
    meeting_id = opened(sqlite_world, [code])
    cast(sqlite_world, meeting_id, code, "chair")
    cast(sqlite_world, meeting_id, code, "reviewer.own", "abstain", written=True)
    for present in (PRESENT[1:], COMMITTEE, ("chair", "nobody")):
        with pytest.raises(InvalidInput) as refused:
            run(sqlite_world, committee.mark_present, "chair", meeting_id, present)
        assert list(refused.value.problems) == ["present"]
    run(sqlite_world, committee.mark_present, "chair", meeting_id, PRESENT[:3])
    assert seen(sqlite_world, meeting_id).present == 3


def test_each_vote_stands_in_the_model_s_history_and_the_history_replays(world: World) -> None:
    codes = [inspected(world, name) for name in ("Vận động trồng quế", "Vận động xây nhà văn hoá")]
    world.hold_meeting(codes)
    for code in codes:
        model = world.model(code)
        with world.database.read() as connection:
            entries = connection.execute(
                sa.select(history.c.trigger, history.c.payload)
                .where(history.c.subject == "model", history.c.subject_id == model.id)
                .order_by(history.c.seq)
            ).all()
            assert replay(connection, model.id) == (model.state, model.version)
        votes = [json.loads(entry.payload)["votes"] for entry in entries if entry.trigger == "votes_recorded"]
        assert [[one["choice"] for one in cast_] for cast_ in votes] == [["for"] * 4]
        assert entries[-1].trigger == "review_closed"


# Secret ballots ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def secret(world: World) -> tuple[World, int, str]:
    """An open meeting with a secret ballot; everybody but the absent member of the registrant's unit is there."""
    code = inspected(world)
    with world.database.write() as connection:
        meeting_id = review.prepare_meeting(
            connection,
            "chair",
            NOW,
            "KL-X1",
            YEAR,
            title="Phiên bỏ phiếu kín",
            held_on="01/03/2024",
            ballot="secret",
            members=[Member(name) for name in COMMITTEE],
            models=[code],
        )
    run(world, review.open_meeting, "chair", meeting_id, PRESENT)
    return world, meeting_id, code


def test_secret_ballots_are_counted_with_the_written_votes(secret: tuple[World, int, str]) -> None:
    world, meeting_id, code = secret
    run(world, ballots.record_ballots, "secretary", meeting_id, code, 2, 1, 0)
    run(world, ballots.record_ballots, "secretary", meeting_id, code, 3, 0, 1)
    cast(world, meeting_id, code, "reviewer.own", "abstain", written=True)
    (closed,) = run(world, review.close_meeting, "chair", meeting_id, MINUTES)
    assert (closed.votes_for, closed.votes_against, closed.votes_abstaining, closed.carried) == (3, 0, 2, True)


def test_secret_ballots_beyond_those_present_or_entitled_are_refused(secret: tuple[World, int, str]) -> None:
    world, meeting_id, code = secret
    for counts, form_field in (
        ((5, 0, 0), "ballots_for"),
        ((3, 1, 1), "ballots_abstaining"),
        ((-1, 0, 0), "ballots_for"),
    ):
        with pytest.raises(InvalidInput) as refused:
            run(world, ballots.record_ballots, "secretary", meeting_id, code, *counts)
        assert list(refused.value.problems) == [form_field]
    run(world, committee.mark_present, "chair", meeting_id, COMMITTEE)
    with pytest.raises(InvalidInput) as refused:
        run(world, ballots.record_ballots, "secretary", meeting_id, code, 4, 1, 0)
    assert list(refused.value.problems) == ["ballots_for"]
    run(world, ballots.record_ballots, "secretary", meeting_id, code, 3, 1, 1)
    with pytest.raises(InvalidInput):
        run(world, committee.mark_present, "chair", meeting_id, PRESENT)


def test_kinds_of_ballot_do_not_mix(secret: tuple[World, int, str]) -> None:
    world, meeting_id, code = secret
    with pytest.raises(GuardRefused) as refused:
        cast(world, meeting_id, code, "chair")
    assert guards(refused.value) == ["ballot"]
    run(world, review.cancel_meeting, "chair", meeting_id, "Chuyển sang công khai.")
    named = opened(world, [code])
    with pytest.raises(NotPossible):
        run(world, ballots.record_ballots, "secretary", named, code, 1, 0, 0)


# Closing -----------------------------------------------------------------------------------------------------------------------


def test_nothing_changes_after_the_close(world: World) -> None:
    code = inspected(world)
    meeting_id = world.hold_meeting([code])
    before = result(world, code), world.model(code).version
    for act, args in (
        (record_vote, (meeting_id, code, "reviewer.own", "abstain")),
        (ballots.record_ballots, (meeting_id, code, 1, 0, 0)),
        (committee.mark_present, (meeting_id, COMMITTEE)),
        (committee.set_members, (meeting_id, [Member("chair")])),
        (agenda.set_agenda, (meeting_id, [])),
        (review.open_meeting, (meeting_id, PRESENT)),
        (review.close_meeting, (meeting_id, "Sửa lại.")),
        (review.cancel_meeting, (meeting_id, "Không công nhận kết quả.")),
    ):
        with pytest.raises(NotPossible) as refused:
            run(world, act, "chair", *args)
        assert refused.value.guard == "meeting_status"
    assert (result(world, code), world.model(code).version) == before


def test_close_names_those_present_whose_vote_is_missing(world: World) -> None:
    code = inspected(world)
    meeting_id = opened(world, [code])
    for who in PRESENT[:3]:
        cast(world, meeting_id, code, who)
    name = next(one.full_name for one in seen(world, meeting_id).members if one.user_name == PRESENT[3])
    with pytest.raises(InvalidInput) as refused:
        run(world, review.close_meeting, "chair", meeting_id, MINUTES)
    assert f"{code}: {name}." in refused.value.problems["not_returned"]
    assert "«Không biểu quyết»" in refused.value.problems["not_returned"]
    assert seen(world, meeting_id).status == "open"
    # An abstention is a vote; whoever may do nothing but abstain is not asked.
    cast(world, meeting_id, code, PRESENT[3], "abstain")
    (closed,) = run(world, review.close_meeting, "chair", meeting_id, MINUTES)
    assert (closed.votes_for, closed.votes_abstaining) == (3, 1)
    assert seen(world, meeting_id).minutes == MINUTES


def test_votes_never_handed_in_stand_in_the_minutes_and_in_the_history(world: World) -> None:
    code = inspected(world)
    meeting_id = opened(world, [code], COMMITTEE)
    for who in PRESENT[:3]:
        cast(world, meeting_id, code, who)
    (closed,) = run(world, review.close_meeting, "chair", meeting_id, MINUTES, not_returned=True)
    assert (closed.voted, closed.carried) == (3, True)
    view = seen(world, meeting_id)
    name = next(one.full_name for one in view.members if one.user_name == PRESENT[3])
    assert view.minutes == f"{MINUTES}\nPhiếu không nộp lại – {code}: {name}."
    with world.database.read() as connection:
        told = connection.execute(sa.select(history.c.payload).where(history.c.trigger == "review_closed")).scalar_one()
    assert json.loads(told)["not_cast"] == 1


def test_secret_ballots_that_do_not_add_up_are_asked_for(secret: tuple[World, int, str]) -> None:
    world, meeting_id, code = secret
    run(world, ballots.record_ballots, "secretary", meeting_id, code, 2, 1, 0)
    with pytest.raises(InvalidInput, match=f"{code}: 1 phiếu"):
        run(world, review.close_meeting, "chair", meeting_id, MINUTES)
    run(world, review.close_meeting, "chair", meeting_id, MINUTES, not_returned=True)
    assert seen(world, meeting_id).minutes.endswith(f"Phiếu không nộp lại – {code}: 1 phiếu.")


def test_close_needs_minutes_and_votes(sqlite_world: World) -> None:
    code = inspected(sqlite_world)
    meeting_id = opened(sqlite_world, [code])
    with pytest.raises(InvalidInput) as refused:
        run(sqlite_world, review.close_meeting, "chair", meeting_id, " \u200b ")
    assert list(refused.value.problems) == ["minutes"]
    with pytest.raises(NotPossible, match=code):
        run(sqlite_world, review.close_meeting, "chair", meeting_id, MINUTES)
    assert seen(sqlite_world, meeting_id).status == "open"


def test_close_freezes_the_figures(sqlite_world: World) -> None:
    code = inspected(sqlite_world)
    sqlite_world.hold_meeting([code])
    before = result(sqlite_world, code)
    with sqlite_world.database.write() as connection:
        connection.execute(sa.delete(vote))
    assert result(sqlite_world, code) == before
    assert before.votes_for == 4


def test_cancelled_meeting_frees_its_models(sqlite_world: World) -> None:
    code = inspected(sqlite_world)
    meeting_id = opened(sqlite_world, [code])
    with pytest.raises(InvalidInput):
        run(sqlite_world, review.cancel_meeting, "chair", meeting_id, "")
    run(sqlite_world, review.cancel_meeting, "chair", meeting_id, "Mất điện, không họp được.")
    with sqlite_world.database.read() as connection:
        assert review_result.latest(connection, sqlite_world.model(code).id) is None
    sqlite_world.hold_meeting([code])
    assert result(sqlite_world, code).carried


def _while_held(
    world: World, first: Callable[[Connection], Any], second: Callable[[Connection], Any]
) -> Refusal | None:
    """Run `first` up to its commit, start `second` on another connection, commit the first; the second's refusal."""
    refusals: list[Refusal] = []

    def follow() -> None:
        try:
            with world.database.write() as connection:
                second(connection)
        except Refusal as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=follow)
    with world.database.write() as connection:
        first(connection)
        thread.start()
        time.sleep(0.3)
        assert thread.is_alive(), "the second transaction did not wait for the first"
    thread.join()
    return refusals[0] if refusals else None


def test_vote_that_meets_a_close_is_refused(world: World) -> None:
    code = inspected(world)
    meeting_id = opened(world, [code])
    cast(world, meeting_id, code, "chair")
    refusal = _while_held(
        world,
        lambda connection: review.close_meeting(connection, "chair", NOW, meeting_id, MINUTES, not_returned=True),
        lambda connection: record_vote(connection, "reviewer1", NOW, meeting_id, code, "reviewer1", "for"),
    )
    assert isinstance(refusal, NotPossible)
    assert result(world, code).votes_for == 1
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(vote)).scalar() == 1


def test_close_that_meets_a_vote_counts_it(world: World) -> None:
    code = inspected(world)
    meeting_id = opened(world, [code])
    cast(world, meeting_id, code, "chair")
    refusal = _while_held(
        world,
        lambda connection: record_vote(connection, "reviewer1", NOW, meeting_id, code, "reviewer1", "for"),
        lambda connection: review.close_meeting(connection, "chair", NOW, meeting_id, MINUTES, not_returned=True),
    )
    assert refusal is None
    closed = result(world, code)
    assert (closed.closed, closed.votes_for) == (True, 2)


def test_one_member_voting_twice_at_once_votes_once(world: World) -> None:
    code = inspected(world)
    meeting_id = opened(world, [code])
    refusal = _while_held(
        world,
        lambda connection: record_vote(connection, "reviewer1", NOW, meeting_id, code, "reviewer1", "for"),
        lambda connection: record_vote(connection, "secretary", NOW, meeting_id, code, "reviewer1", "against"),
    )
    assert isinstance(refusal, GuardRefused)
    assert guards(refusal) == ["second_vote"]
    assert seen(world, meeting_id).agenda[0].votes == {"reviewer1": "for"}


# Lists and belonging -----------------------------------------------------------------------------------------------------------


def test_meetings_are_listed_in_scope_and_for_members(sqlite_world: World) -> None:
    code = inspected(sqlite_world)
    meeting_id = sqlite_world.prepare_meeting([code], members=(*COMMITTEE, "officer.x1t2"))

    def listed(who: str) -> list[int]:
        with sqlite_world.database.read() as connection:
            found = review_view.meetings(connection, access.actor(connection, who, NOW), YEAR)
        assert all((one.members, one.models) == (6, 1) for one in found)
        return [one.id for one in found]

    shown = {who: listed(who) for who in ("chair", "district1", "officer.x1t2", "officer.x1t1", "chair2", "outsider")}
    assert shown == {
        "chair": [meeting_id],
        "district1": [meeting_id],
        "officer.x1t2": [meeting_id],
        "officer.x1t1": [],
        "chair2": [],
        "outsider": [],
    }


def test_units_of_agrees_with_belongs_to(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:
        accounts = list(sqlite_world.accounts.values())
        units = units_of(connection, accounts, NOW.date())
        for unit_id in sqlite_world.units.values():
            belonging = access.belongs_to(connection, accounts, unit_id, NOW.date())
            assert belonging == {who for who in accounts if unit_id in units[who]}


def test_member_names_come_from_the_opening(sqlite_world: World) -> None:
    meeting_id = sqlite_world.prepare_meeting([inspected(sqlite_world)])
    with sqlite_world.database.write() as connection:
        connection.execute(
            sa.update(account).where(account.c.user_name == "chair").values(full_name="Vi Văn Chủ (mới)")
        )
    run(sqlite_world, review.open_meeting, "chair", meeting_id, PRESENT)
    with sqlite_world.database.read() as connection:
        names = connection.execute(
            sa.select(meeting_member.c.full_name).where(meeting_member.c.account_id == sqlite_world.accounts["chair"])
        )
        assert list(names.scalars()) == ["Vi Văn Chủ (mới)"]
