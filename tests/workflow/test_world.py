"""The world of the tests itself: every state of both definitions that tests ask for is reached by real steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import world as small_world
from tests.world import World, a_draft
from workflow.across.oversight import audit
from workflow.ground.database import Database

STATES = (
    "draft",
    "submitted",
    "returned",
    "registered",
    "implementing",
    "awaiting_inspection",
    "remediation",
    "inspected",
    "commune_review",
    "proposed",
    "recognised",
    "commune_recognised",
    "not_recognised",
    "withdrawn",
    "revoked",
)


def carried(world: World, states: tuple[str, ...]) -> list[str]:
    """The states in which one model for each ends."""
    codes = [world.carry(world.create(a_draft(name=f"Vận động nhân dân, việc {state}")), state) for state in states]
    with world.database.read() as connection:
        assert audit.verify(connection) == []
    return [world.state(code) for code in codes]


def test_every_state_of_three_tiers_is_reached(world: World) -> None:
    states = (*STATES, "district_review")
    assert carried(world, states) == list(states)


@pytest.mark.parametrize(
    ("lifecycle_id", "unit", "officer", "review"),
    [
        ("three_tier", "KL-CQ1", "officer.cq1", "district_review"),
        ("two_tier", "AS-CQ1", "officer.cq0", "province_review"),
    ],
)
def test_agency_goes_straight_up(tmp_path: Path, lifecycle_id: str, unit: str, officer: str, review: str) -> None:
    database = Database(f"sqlite:///{tmp_path / 'dvk.db'}", synchronous="NORMAL")
    world = small_world.build(database, lifecycle_id=lifecycle_id)
    for state in (review, "recognised", "revoked"):
        code = world.create(a_draft(unit=unit, name=f"Vận động hội viên, việc {state}"), officer)
        assert world.state(world.carry(code, state)) == state
    database.close()


def test_every_state_of_two_tiers_is_reached(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'dvk.db'}", synchronous="NORMAL")
    states = (*STATES, "province_review")
    assert carried(small_world.build(database, lifecycle_id="two_tier"), states) == list(states)
    database.close()
