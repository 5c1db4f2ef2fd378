"""What surrounds a review meeting: guests, members who left meanwhile, stale pages, counts of many models, minutes and notes."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflow.test_review import MINUTES, PRESENT, cast, inspected, opened, run, seen
from tests.world import COMMITTEE, NOW, World
from workflow.across.oversight import audit
from workflow.ground.refusals import Conflict, InvalidInput, NotAllowed, NotPossible
from workflow.ground.schema import account, agenda_item, meeting_note, review_meeting
from workflow.ground.speech import speaking
from workflow.stages.review import agenda, ballots, committee, minutes
from workflow.stages.review import commands as review
from workflow.stages.review.agenda import LONGEST_AGENDA
from workflow.stages.review.ballots import BallotCount
from workflow.stages.review.committee import Member
from workflow.stages.review.minutes import add_note

MEMBERS = [Member(name) for name in COMMITTEE]


def secret(world: World, count: int = 2) -> tuple[int, list[str]]:
    """An open meeting with a secret ballot on some models."""
    codes = [inspected(world, f"Vận động trồng rừng khu {i}") for i in range(count)]
    meeting_id = world.prepare_meeting(codes)
    with world.database.write() as connection:
        connection.execute(sa.update(review_meeting).values(ballot="secret"))
    run(world, review.open_meeting, "chair", meeting_id, PRESENT)
    return meeting_id, codes


def closed(world: World) -> tuple[int, str]:
    code = inspected(world)
    meeting_id = opened(world, [code])
    for who in PRESENT:
        cast(world, meeting_id, code, who)
    run(world, review.close_meeting, "chair", meeting_id, MINUTES)
    return meeting_id, code


def test_guests_are_named_in_the_minutes_and_have_no_vote(world: World) -> None:
    code = inspected(world)
    meeting_id = world.prepare_meeting([code])
    guests = ["Ông Lò Văn Già, người có uy tín", " ", "Bà Hà Thị Mời"]
    run(world, committee.set_members, "chair", meeting_id, MEMBERS, guests=guests)
    run(world, review.open_meeting, "chair", meeting_id, PRESENT)
    view = seen(world, meeting_id)
    assert view.guests == ("Ông Lò Văn Già, người có uy tín", "Bà Hà Thị Mời")
    assert view.agenda[0].result.members == len(COMMITTEE)
    assert "Khách mời: Ông Lò Văn Già, người có uy tín; Bà Hà Thị Mời." in minutes.proposed_minutes(view)


def test_too_many_or_too_long_guests_are_refused(sqlite_world: World) -> None:
    meeting_id = sqlite_world.prepare_meeting([])
    for guests in ([f"Khách {i}" for i in range(51)], ["x" * 201]):
        with pytest.raises(InvalidInput) as refused:
            run(sqlite_world, committee.set_members, "chair", meeting_id, MEMBERS, guests=guests)
        assert list(refused.value.problems) == ["guests"]


def test_meeting_does_not_open_with_members_who_left(world: World) -> None:
    code = inspected(world)
    meeting_id = world.prepare_meeting([code])
    with world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name.in_(COMMITTEE[2:])).values(locked_at=NOW))
    with pytest.raises(NotPossible, match="Lương Thị Bình, Lò Thị Thôn, Hà Văn Xét"):
        run(world, review.open_meeting, "chair", meeting_id, PRESENT)
    assert world.state(code) == "inspected"
    run(world, committee.set_members, "chair", meeting_id, MEMBERS[:2])
    run(world, review.open_meeting, "chair", meeting_id, COMMITTEE[:2])
    assert world.state(code) == "commune_review"


def test_open_meeting_goes_on_when_all_its_members_were_replaced(world: World) -> None:
    code = inspected(world)
    meeting_id = world.prepare_meeting([code], members=COMMITTEE[2:])
    run(world, review.open_meeting, "chair", meeting_id, COMMITTEE[2:])
    with world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name.in_(COMMITTEE[2:])).values(locked_at=NOW))
    for who in COMMITTEE[2:4]:
        cast(world, meeting_id, code, who, by="chair")
    (result,) = run(world, review.close_meeting, "chair", meeting_id, MINUTES)
    assert (result.members, result.votes_for, result.carried) == (3, 2, True)


@pytest.mark.parametrize(
    ("act", "arguments"),
    [
        (committee.set_members, (MEMBERS,)),
        (agenda.set_agenda, ([],)),
        (review.open_meeting, (PRESENT,)),
    ],
)
def test_what_was_prepared_on_a_stale_page_is_refused(world: World, act: Any, arguments: tuple[Any, ...]) -> None:
    meeting_id = world.prepare_meeting([inspected(world)])
    version = seen(world, meeting_id).version
    run(world, committee.set_members, "secretary", meeting_id, MEMBERS[:3], version=version)
    with pytest.raises(Conflict):
        run(world, act, "chair", meeting_id, *arguments, version=version)
    assert len(seen(world, meeting_id).members) == 3


def test_nobody_closes_over_a_vote_he_has_not_seen(world: World) -> None:
    code = inspected(world)
    meeting_id = opened(world, [code])
    cast(world, meeting_id, code, "chair")
    version = seen(world, meeting_id).version
    cast(world, meeting_id, code, "secretary", "against")
    with pytest.raises(Conflict):
        run(world, review.close_meeting, "chair", meeting_id, MINUTES, version=version)
    now_seen = seen(world, meeting_id).version
    (result,) = run(world, review.close_meeting, "chair", meeting_id, MINUTES, version=now_seen, not_returned=True)
    assert (result.votes_for, result.votes_against) == (1, 1)


def test_counts_of_many_models_are_recorded_at_once(world: World) -> None:
    meeting_id, codes = secret(world)
    counts = [BallotCount(codes[0], 4, 0, 0, None), BallotCount(codes[1], 1, 2, 1, None)]
    run(world, ballots.record_counts, "secretary", meeting_id, counts)
    view = seen(world, meeting_id)
    assert [item.ballots for item in view.agenda] == [(4, 0, 0), (1, 2, 1)]
    assert [item.result.carried for item in view.agenda] == [True, False]
    with world.database.read() as connection:
        assert audit.verify(connection) == []


def test_one_wrong_count_keeps_all_of_them_back(world: World) -> None:
    meeting_id, codes = secret(world)
    counts = [BallotCount(codes[0], 4, 0, 0), BallotCount(codes[1], 5, 0, 0)]
    with pytest.raises(InvalidInput, match=f"{codes[1]}: Có 5 phiếu"):
        run(world, ballots.record_counts, "secretary", meeting_id, counts)
    assert [item.ballots for item in seen(world, meeting_id).agenda] == [None, None]


def test_second_secretary_does_not_overwrite_a_count_he_has_not_seen(world: World) -> None:
    meeting_id, codes = secret(world, 1)
    run(world, ballots.record_counts, "secretary", meeting_id, [BallotCount(codes[0], 3, 1, 0, None)])
    with pytest.raises(Conflict, match=codes[0]):
        run(world, ballots.record_counts, "chair", meeting_id, [BallotCount(codes[0], 4, 0, 0, None)])
    run(world, ballots.record_counts, "chair", meeting_id, [BallotCount(codes[0], 4, 0, 0, (3, 1, 0))])
    assert seen(world, meeting_id).agenda[0].ballots == (4, 0, 0)


def test_five_thousand_rows_of_agenda_are_refused_with_a_sentence(sqlite_world: World) -> None:
    meeting_id = sqlite_world.prepare_meeting([])
    pasted = [f"DVK-2024-{i:05}" for i in range(5_000)]
    with pytest.raises(InvalidInput, match=f"5000 mô hình, tối đa {LONGEST_AGENDA}"):
        run(sqlite_world, agenda.set_agenda, "chair", meeting_id, pasted)


def test_grid_shows_the_dossier_of_each_model(world: World) -> None:
    code = inspected(world)
    item = seen(world, opened(world, [code])).agenda[0]
    assert item.brief.total is not None
    assert item.brief.total > 0
    assert item.brief.band
    assert any("ngày công" in figure for figure in item.brief.results)
    assert item.must_abstain == frozenset({"reviewer.own"})


def test_minutes_are_proposed_from_the_votes(world: World) -> None:
    code = inspected(world)
    meeting_id = opened(world, [code])
    for who in PRESENT[:3]:
        cast(world, meeting_id, code, who)
    view = seen(world, meeting_id)
    text = minutes.proposed_minutes(view)
    assert "Có mặt 4/5 thành viên: Vi Văn Chủ" in text
    assert "Vắng mặt: Lò Thị Thôn." in text
    assert f"({code}, " in text
    assert "3 đồng ý, 0 không đồng ý, 0 không biểu quyết, trên 5 thành viên; đủ phiếu đề nghị công nhận." in text
    assert "Tổng số 1/1 mô hình đủ phiếu." in text


def test_minutes_are_vietnamese_whoever_reads(sqlite_world: World) -> None:
    meeting_id = opened(sqlite_world, [inspected(sqlite_world)])
    text = minutes.proposed_minutes(seen(sqlite_world, meeting_id))
    with speaking(lambda message: f"EN {message}"):
        view = seen(sqlite_world, meeting_id)
        assert view.agenda[0].result.reason.startswith("EN ")
        assert minutes.proposed_minutes(view) == text
    assert "không đủ điều kiện. Được 0/5 phiếu" in text


def test_note_stands_beside_the_minutes_and_changes_nothing(world: World) -> None:
    meeting_id, _ = closed(world)
    before = seen(world, meeting_id)
    run(world, add_note, "secretary", meeting_id, "Dòng 3: xin đọc là 42 hộ.")
    after = seen(world, meeting_id)
    assert [(note.text, note.written_by) for note in after.notes] == [("Dòng 3: xin đọc là 42 hộ.", "Lò Văn Thư")]
    assert (after.minutes, after.agenda[0].result) == (before.minutes, before.agenda[0].result)
    with world.database.read() as connection:
        assert audit.verify(connection) == []


def test_note_is_refused_before_the_close_without_text_and_from_others(world: World) -> None:
    open_meeting = opened(world, [inspected(world, "Vận động làm đường điện")])
    with pytest.raises(NotPossible):
        run(world, add_note, "chair", open_meeting, "Còn đang họp mà.")
    meeting_id, _ = closed(world)
    with pytest.raises(InvalidInput):
        run(world, add_note, "chair", meeting_id, " .. ")
    with pytest.raises(NotAllowed):
        run(world, add_note, "district1", meeting_id, "Huyện ghi chú thay xã.")
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(meeting_note)).scalar_one() == 0


def test_page_of_a_meeting_takes_as_many_statements_for_many_models_as_for_one(sqlite_world: World) -> None:
    world = sqlite_world
    statements: list[str] = []
    sa.event.listen(
        world.database.engine, "before_cursor_execute", lambda c, cursor, statement, *rest: statements.append(statement)
    )

    def count(meeting_id: int) -> int:
        statements.clear()
        assert seen(world, meeting_id).agenda
        return len(statements)

    one = opened(world, [inspected(world, "Vận động nuôi ong")])
    first = count(one)
    many = opened(world, [inspected(world, f"Vận động nuôi ong nhà {i}") for i in range(5)])
    assert count(many) == first
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(agenda_item)).scalar_one() == 6
