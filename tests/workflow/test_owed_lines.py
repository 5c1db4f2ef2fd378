"""Lines of the list of what is owed: who sees to it, how it stands, who was reminded by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from tests import owing
from tests.world import NOW, World
from workflow.across.obligations import chasing
from workflow.across.obligations.chasing import Filters
from workflow.across.obligations.lines import lines, reminded
from workflow.core import access
from workflow.ground.schema import account, meeting_member, reminder, review_meeting

TODAY = date(2024, 7, 10)
AT = datetime(2024, 7, 10, 3, 0, tzinfo=UTC)


def test_line_names_the_nearest_holders_and_how_it_stands(world: World) -> None:
    with world.database.write() as connection:
        late = owing.owe(connection, world, TODAY - timedelta(days=1), unit="KL-X1-T1")
        reviewed = owing.owe(connection, world, TODAY + timedelta(days=30), roles="commune_reviewer")
        nobody = owing.owe(connection, world, TODAY, unit="KL-X1-T2", roles="inspector")
        staff = access.actor(connection, "staff", NOW)
        page = chasing.page(connection, staff, Filters(standing="all"), TODAY)
        found = {line.owed.id: line for line in lines(connection, page, TODAY)}
    assert (found[late].standing, found[late].people, found[late].others) == (
        "late",
        ("Lò Thị Hin", "Hồ Văn Hộ"),
        0,
    )
    assert (found[reviewed].standing, len(found[reviewed].people), found[reviewed].others) == ("ahead", 2, 3)
    assert found[nobody].standing == "soon"
    assert found[late].owed.unit_name == "Thôn Nà Hin"
    assert found[late].owed.is_open


def test_line_names_the_members_of_a_meeting_and_nobody_locked(world: World) -> None:
    with world.database.write() as connection:
        made = {"created_at": NOW, "created_by": world.accounts["chair"], "title": "Phiên 1", "held_on": TODAY}
        meeting = connection.execute(
            sa.insert(review_meeting)
            .values(year_id=world.year_id, unit_id=world.units["KL-X1"], **made)
            .returning(review_meeting.c.id)
        ).scalar_one()
        for name in ("chair", "secretary"):
            who = {"account_id": world.accounts[name], "full_name": name, "meeting_id": meeting}
            connection.execute(sa.insert(meeting_member).values(**who))
        owing.owe(connection, world, TODAY, subject="meeting", roles=f"meeting:{meeting}", meeting_id=meeting)
        page = chasing.page(connection, access.actor(connection, "staff", NOW), Filters(standing="all"), TODAY)
        (line,) = lines(connection, page, TODAY)
        assert sorted(line.people) == ["Lò Văn Thư", "Vi Văn Chủ"]
        members = (world.accounts["chair"], world.accounts["secretary"])
        for locked, left in ((members[0], ("Lò Văn Thư",)), (members[1], ())):
            connection.execute(sa.update(account).where(account.c.id == locked).values(locked_at=NOW))
            assert lines(connection, page, TODAY)[0].people == left


def test_reminded_by_hand_are_told_since_a_moment(world: World) -> None:
    with world.database.write() as connection:
        first = owing.owe(connection, world, TODAY - timedelta(days=1))
        second = owing.owe(connection, world, TODAY - timedelta(days=1), fulfilled_at=AT)
        for name, key, step, at in (
            ("officer.x1", first, "chase:20240710", AT),
            ("officer.x1", second, "chase:20240708", AT - timedelta(days=2)),
            ("chair", first, "d+1", AT),
        ):
            values = {"obligation_id": key, "step": step, "account_id": world.accounts[name], "planned_at": at}
            connection.execute(sa.insert(reminder).values(**values, due_on=TODAY, part="reporter", status="planned"))
        owed = chasing.chosen(connection, access.actor(connection, "staff", NOW), [first, second])
        found = {one.owed.id: one for one in reminded(connection, owed, AT - timedelta(hours=1))}
    assert found[first].told == (("Vi Thị Lầu", AT),)
    assert (found[second].told, found[second].owed.is_open) == ((), False)
