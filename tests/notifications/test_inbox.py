"""The inbox: only one's own, newest first, page by page; what was read and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from notifications.notices import inbox
from tests import owing
from tests.world import NOW, World
from workflow.ground.refusals import InvalidInput, NotFound
from workflow.ground.schema import message


def test_pages_follow_each_other_newest_first(either: World) -> None:
    owner = either.accounts["officer.x1"]
    with either.database.write() as connection:
        ids = [owing.tell(connection, either, "officer.x1", NOW + timedelta(days=day)) for day in range(5)]
        owing.tell(connection, either, "officer.x1t1")
        first = inbox.page(connection, owner, size=2)
        second = inbox.page(connection, owner, before=first.following, size=2)
        third = inbox.page(connection, owner, before=second.following, size=2)
    assert [[row.id for row in page.rows] for page in (first, second, third)] == [
        [ids[4], ids[3]],
        [ids[2], ids[1]],
        [ids[0]],
    ]
    assert third.following is None


def test_reading_counts_down(either: World) -> None:
    owner, other = either.accounts["officer.x1"], either.accounts["officer.x1t1"]
    with either.database.write() as connection:
        ids = [owing.tell(connection, either, "officer.x1") for _ in range(3)]
        foreign = owing.tell(connection, either, "officer.x1t1")
        assert inbox.unread(connection, owner) == 3
        assert inbox.mark_read(connection, owner, NOW, ids[0])
        assert not inbox.mark_read(connection, owner, NOW + timedelta(days=1), ids[0])
        assert not inbox.mark_read(connection, owner, NOW, foreign)
        assert [row.id for row in inbox.page(connection, owner, only_unread=True).rows] == [ids[2], ids[1]]
        assert inbox.mark_all(connection, owner, NOW, ids[1]) == 1
        assert (inbox.unread(connection, owner), inbox.unread(connection, other)) == (1, 1)
        assert inbox.one(connection, owner, ids[0]).read_at == NOW


def test_message_of_somebody_else_is_not_found(either: World) -> None:
    with either.database.write() as connection:
        foreign = owing.tell(connection, either, "officer.x1t1")
        for wanted in (foreign, 987_654):
            with pytest.raises(NotFound):
                inbox.one(connection, either.accounts["officer.x1"], wanted)


def test_unread_are_counted_up_to_the_most(either: World) -> None:
    with either.database.write() as connection:
        for _ in range(inbox.MOST_COUNTED + 5):
            owing.tell(connection, either, "officer.x1")
        assert inbox.unread(connection, either.accounts["officer.x1"]) == inbox.MOST_COUNTED
        assert connection.execute(sa.select(sa.func.count()).select_from(message)).scalar_one() == 105


@pytest.mark.parametrize("written", ["x", "-1", "1" * 19, "²"])
def test_place_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput):
        inbox.place(written)
