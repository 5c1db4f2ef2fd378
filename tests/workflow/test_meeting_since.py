"""What others did with a meeting since somebody last saw it."""

from __future__ import annotations

from datetime import timedelta

from tests.world import COMMITTEE, NOW, World, a_draft
from workflow.stages.review import ballots, committee
from workflow.stages.review import commands as review
from workflow.stages.review.committee import Member
from workflow.stages.review.since import Member as Listed
from workflow.stages.review.since import Since, done_since

MINUTE = timedelta(minutes=1)


def since(world: World, meeting_id: int, codes: list[str], minutes: float) -> Since:
    with world.database.read() as connection:
        keys = [world.model(code).id for code in codes]
        return done_since(connection, meeting_id, keys, NOW + minutes * MINUTE)


def test_lists_stand_before_and_after_with_names(world: World) -> None:
    code = world.carry(world.create(), "inspected")
    meeting_id = world.prepare_meeting([code])
    with world.database.write() as connection:
        members = [Member("chair", "chair"), Member("secretary", "secretary"), Member("reviewer1")]
        committee.set_members(connection, "chair", NOW + MINUTE, meeting_id, members, guests=["Bí thư chi bộ"])
    (deed,) = since(world, meeting_id, [code], 0.5).deeds
    assert (deed.who, deed.trigger, deed.principal, deed.at) == ("Vi Văn Chủ", "members_set", None, NOW + MINUTE)
    assert deed.before.members is not None
    assert len(deed.before.members) == len(COMMITTEE)
    assert deed.after.members is not None
    assert set(deed.after.members) == {
        Listed("Vi Văn Chủ", "chair"),
        Listed("Lò Văn Thư", "secretary"),
        Listed("Lương Thị Bình", "member"),
    }
    assert (deed.before.guests, deed.after.guests) == (None, ("Bí thư chi bộ",))
    # What this entry does not speak of stays as it was.
    assert deed.before.agenda == deed.after.agenda == (code,)


def test_votes_are_told_once_for_each_person(sqlite_world: World) -> None:
    world = sqlite_world
    codes = [world.carry(world.create(a_draft(name=f"Mô hình số {i}")), "inspected") for i in (1, 2)]
    meeting_id = world.prepare_meeting(codes)
    with world.database.write() as connection:
        review.open_meeting(connection, "chair", NOW + MINUTE, meeting_id, list(COMMITTEE[:4]))
    for i, (code, name) in enumerate(((codes[0], "chair"), (codes[1], "chair"), (codes[0], "reviewer1")), 2):
        with world.database.write() as connection:
            votes = [(code, name, "for", False)]
            ballots.record_votes(connection, "secretary", NOW + i * MINUTE, meeting_id, votes)
    found = since(world, meeting_id, codes, 1.5)
    assert found.deeds == ()
    (written,) = found.votes
    assert (written.who, written.codes, written.at) == ("Lò Văn Thư", tuple(codes), NOW + 4 * MINUTE)


def test_presence_is_told_by_name(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "inspected")
    meeting_id = sqlite_world.prepare_meeting([code])
    with sqlite_world.database.write() as connection:
        review.open_meeting(connection, "chair", NOW + MINUTE, meeting_id, list(COMMITTEE[:4]))
    (deed,) = since(sqlite_world, meeting_id, [code], 0).deeds
    assert (deed.trigger, deed.before.present) == ("opened", None)
    assert deed.after.present is not None
    assert "Hà Văn Xét" in deed.after.present


def test_nothing_since_then_is_nothing(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "inspected")
    assert since(sqlite_world, sqlite_world.prepare_meeting([code]), [code], 0) == Since((), ())
