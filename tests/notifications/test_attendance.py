"""Meetings and visits ahead: their members are told before the day, whatever roles they hold, and nobody afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from notifications.calendar import dates
from notifications.reminders import planning
from tests.world import NOW, World
from workflow.across.obligations.sync import sync
from workflow.core import access
from workflow.ground.schema import account, obligation, reminder
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection import visits
from workflow.stages.inspection.visits import VisitInput
from workflow.stages.review import commands as review
from workflow.stages.review.committee import Member

SOON = NOW + timedelta(days=3)


@pytest.fixture
def world(either: World) -> World:
    """The small world on either database, for one test alone."""
    return either


def told(world: World, subject: str) -> dict[str, str]:
    """Part by the name of whoever is to be told."""
    with world.database.read() as connection:
        rows = connection.execute(
            sa.select(account.c.user_name, reminder.c.part)
            .join(account, account.c.id == reminder.c.account_id)
            .join(obligation, obligation.c.id == reminder.c.obligation_id)
            .where(obligation.c.subject == subject)
        )
        return {row.user_name: row.part for row in rows}


def coming(world: World, user_name: str) -> list[Any]:
    """A person's own dates."""
    with world.database.read() as connection:
        actor = access.actor(connection, user_name, NOW)
        return dates.upcoming(connection, actor, "mine", local_date(NOW), 50)


def tick(world: World, days: int = 0) -> None:
    now = NOW + timedelta(days=days)
    with world.database.write() as connection:
        sync(connection, now)
        planning.plan(connection, now)


def test_members_of_a_meeting_are_told(world: World) -> None:
    code = world.carry(world.create(), "inspected")
    with world.database.write() as connection:
        review.prepare_meeting(
            connection,
            "chair",
            NOW,
            "KL-X1",
            2024,
            title="Phiên bình xét",
            held_on=local_date(SOON),
            place="Hội trường xã",
            members=[Member("chair", "chair"), Member("secretary", "secretary"), Member("villager", "member")],
            models=[code],
        )
    tick(world)
    assert told(world, "meeting") == {"chair": "reporter", "secretary": "reporter", "villager": "reporter"}
    assert [row.subject for row in coming(world, "villager")] == ["meeting"]
    assert [row for row in coming(world, "officer.x1t2") if row.subject == "meeting"] == []
    tick(world, days=10)
    assert len(told(world, "meeting")) == 3


def test_team_of_a_visit_is_told_save_those_locked(world: World) -> None:
    code = world.carry(world.create(), "awaiting_inspection")
    planned = VisitInput(day=local_date(SOON), models=(code,), members=("inspector1", "inspector2"))
    with world.database.write() as connection:
        visits.save(connection, "inspector1", NOW, planned)
        connection.execute(sa.update(account).where(account.c.user_name == "inspector2").values(locked_at=NOW))
    tick(world)
    assert told(world, "visit") == {"inspector1": "reporter"}
    assert "visit" in {row.subject for row in coming(world, "inspector1")}
    assert "visit" not in {row.subject for row in coming(world, "inspector3")}
