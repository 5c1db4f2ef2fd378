"""What became of letters: the failed first, only to people of one's own units; who can be told in their inbox only."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from notifications.delivery import overview, undelivered
from notifications.delivery.overview import Standing
from tests import owing
from tests.world import NOW, World
from workflow.core import access
from workflow.core.access import Actor
from workflow.ground.refusals import NotFound
from workflow.ground.schema import preference
from workflow.ground.vietnam_time import local_date


def _actor(world: World, name: str) -> Actor:
    with world.database.read() as connection:
        return access.actor(connection, name, NOW)


def test_letters_are_listed_by_what_became_of_them(either: World) -> None:
    staff = _actor(either, "staff")
    with either.database.write() as connection:
        letters = {
            status: owing.send(
                connection, owing.tell(connection, either, "officer.x1"), status, error="550 không có người này"
            )
            for status in ("planned", "claimed", "sent", "failed", "skipped")
        }
        owing.send(connection, owing.tell(connection, either, "outsider.officer"), "failed")

        def listed(standing: Standing) -> list[int]:
            return [row.id for row in overview.page(connection, staff, standing).rows]

        assert listed("failed") == [letters["failed"]]
        assert listed("skipped") == [letters["skipped"]]
        assert listed("waiting") == [letters["claimed"], letters["planned"]]
        assert listed("sent") == [letters["sent"]]
        assert [row.id for row in overview.page(connection, staff, "failed", channel="apprise").rows] == []


def test_letters_given_up_of_late_are_counted(either: World) -> None:
    staff = _actor(either, "staff")
    with either.database.write() as connection:
        for at in (NOW, NOW - timedelta(days=6), NOW - timedelta(days=8)):
            owing.send(connection, owing.tell(connection, either, "officer.x1", at), "failed")
        owing.send(connection, owing.tell(connection, either, "officer.x1"), "skipped")
        owing.send(connection, owing.tell(connection, either, "outsider.officer"), "failed")
        assert overview.lately_failed(connection, staff, NOW) == 2


def test_pages_of_letters_follow_each_other(either: World) -> None:
    staff = _actor(either, "staff")
    with either.database.write() as connection:
        ids = [owing.send(connection, owing.tell(connection, either, "officer.x1"), "failed") for _ in range(3)]
        first = overview.page(connection, staff, "failed", size=2)
        second = overview.page(connection, staff, "failed", before=first.following, size=2)
    assert [[row.id for row in page.rows] for page in (first, second)] == [[ids[2], ids[1]], [ids[0]]]
    assert second.following is None


def test_letter_of_other_units_is_not_found(either: World) -> None:
    with either.database.write() as connection:
        letter = owing.send(
            connection,
            owing.tell(connection, either, "officer.x1"),
            "failed",
            events=[(NOW, "planned", ""), (NOW, "claimed", ""), (NOW, "failed", "550")],
        )
        assert overview.one(connection, _actor(either, "admin"), letter).full_name == "Vi Thị Lầu"
        assert [one.event for one in undelivered.life(connection, letter)] == ["planned", "claimed", "failed"]
        for stranger in ("outsider", "chair", "officer.x1"):
            with pytest.raises(NotFound):
                overview.one(connection, _actor(either, stranger), letter)


def test_people_without_address_are_named(either: World) -> None:
    with either.database.write() as connection:
        for name, email, by_email in (
            ("officer.x1", "lau@vi-du.vn", True),
            ("officer.x1t1", "hin@vi-du.vn", False),
            ("officer.x1t2", "", True),
        ):
            connection.execute(
                sa.insert(preference).values(
                    account_id=either.accounts[name], email=email, by_email=by_email, changed_at=NOW
                )
            )
        staff = _actor(either, "staff")
        names = {row.user_name for row in overview.without_address(connection, staff, local_date(NOW)).rows}
        first = overview.without_address(connection, staff, local_date(NOW), size=3)
        rest = overview.without_address(connection, staff, local_date(NOW), after=first.following or 0)
    assert {"officer.x1t1", "officer.x1t2", "chair", "staff"} <= names
    # Reached by mail, without a role, of another district.
    assert not names & {"officer.x1", "villager", "outsider", "outsider.officer"}
    assert {row.user_name for row in (*first.rows, *rest.rows)} == names
