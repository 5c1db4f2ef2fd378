"""Roles at units: who may give them, to whom, for how long, and how deputies hang on their principals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import NOW, World
from workflow.across.oversight import audit
from workflow.core import access
from workflow.core.people import accounts, assignments
from workflow.ground.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from workflow.ground.schema import assignment

TODAY = date(2024, 3, 1)


def give(world: World, *arguments: str, who: str = "admin", **options: Any) -> int:
    with world.database.write() as connection:
        user_name, role, unit = arguments
        return assignments.assign(connection, who, NOW, user_name, role, unit, **options)


def end(world: World, assignment_id: int, who: str = "admin", **options: Any) -> int:
    with world.database.write() as connection:
        return assignments.end_assignment(connection, who, NOW, assignment_id, **options)


def period(world: World, assignment_id: int) -> tuple[date, date | None] | None:
    with world.database.read() as connection:
        row = connection.execute(sa.select(assignment).where(assignment.c.id == assignment_id)).first()
    return None if row is None else (row.valid_from, row.valid_to)


def roles(world: World, user_name: str, after: timedelta = timedelta()) -> list[tuple[str, int | None]]:
    with world.database.read() as connection:
        held = access.actor(connection, user_name, NOW + after).grants
    return [(grant.role, grant.deputy_for) for grant in held]


def refused(world: World, field: str, *arguments: str, **options: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        give(world, *arguments, **options)
    assert list(caught.value.problems) == [field]
    return caught.value.message


def test_a_role_counts_from_its_first_to_its_last_day(world: World) -> None:
    key = give(
        world, "villager", "staff", "KL", valid_from=TODAY + timedelta(days=1), valid_to=TODAY + timedelta(days=2)
    )
    assert period(world, key) == (TODAY + timedelta(days=1), TODAY + timedelta(days=2))
    counts = [roles(world, "villager", timedelta(days=days)) for days in range(4)]
    assert counts == [[], [("staff", None)], [("staff", None)], []]
    with world.database.read() as connection:
        assert audit.verify(connection) == []


def test_a_role_is_known_fits_the_level_and_is_given_once(sqlite_world: World) -> None:
    assert "unit_officer" in refused(sqlite_world, "role", "villager", "mayor", "KL")
    assert "Cấp xã" in refused(sqlite_world, "unit", "villager", "commune_reviewer", "KL-X1-T1")
    refused(sqlite_world, "role", "chair", "commune_reviewer", "KL-X1")
    refused(sqlite_world, "valid_to", "villager", "staff", "KL", valid_to=TODAY - timedelta(days=1))
    give(sqlite_world, "chair", "commune_reviewer", "KL-X2")


def test_only_an_administrator_over_the_unit_gives_roles(sqlite_world: World) -> None:
    for who in ("staff", "chair", "villager"):
        with pytest.raises(NotAllowed):
            give(sqlite_world, "villager", "staff", "KL", who=who)
    give(sqlite_world, "officer.x1", "admin", "KL-X1")
    with pytest.raises(NotAllowed):
        give(sqlite_world, "villager", "staff", "KL", who="officer.x1")
    give(sqlite_world, "villager", "staff", "KL-X1", who="officer.x1")
    with pytest.raises(NotFound):
        give(sqlite_world, "nobody", "staff", "KL")


def test_nobody_gives_himself_a_role_by_whatever_name(sqlite_world: World) -> None:
    for name in ("admin", " ADMIN "):
        with pytest.raises(NotAllowed) as caught:
            give(sqlite_world, name, "staff", "KL")
        assert caught.value.reason_code == "self_grant"
    # Nor as the deputy of somebody, nor to the one they stand in for.
    with pytest.raises(NotAllowed):
        give(sqlite_world, "admin", "staff", "KL", deputy_for="staff")
    give(sqlite_world, "villager", "admin", "AS", deputy_for="admin")
    for name in ("villager", "admin"):
        with pytest.raises(NotAllowed):
            give(sqlite_world, name, "staff", "KL", who="villager")


def test_a_deputy_needs_a_principal_who_holds_the_role_there(sqlite_world: World) -> None:
    refused(sqlite_world, "deputy_for", "villager", "staff", "KL-X1", deputy_for="staff")
    refused(sqlite_world, "deputy_for", "villager", "inspector", "KL", deputy_for="staff")
    refused(sqlite_world, "deputy_for", "staff2", "staff", "KL", deputy_for="staff2")
    # A deputy has nothing of their own to hand on.
    refused(sqlite_world, "deputy_for", "villager", "staff", "KL", deputy_for="deputy.staff")
    give(sqlite_world, "villager", "staff", "KL", deputy_for="staff2")
    assert roles(sqlite_world, "villager") == [("staff", sqlite_world.accounts["staff2"])]


def test_a_deputy_does_not_outlast_his_principal(world: World) -> None:
    last = TODAY + timedelta(days=30)
    give(world, "leader", "staff", "KL", valid_to=last)
    refused(world, "valid_to", "villager", "staff", "KL", deputy_for="leader", valid_to=last + timedelta(days=1))
    key = give(world, "villager", "staff", "KL", deputy_for="leader")
    assert period(world, key) == (TODAY, last)


def test_ending_the_principals_role_ends_those_of_his_deputies(world: World) -> None:
    principal = give(world, "leader", "staff", "KL")
    deputy = give(world, "villager", "staff", "KL", deputy_for="leader", valid_to=TODAY + timedelta(days=90))
    later = give(world, "secretary", "staff", "KL", deputy_for="leader", valid_from=TODAY + timedelta(days=60))
    stranger = give(world, "chair", "staff", "KL", deputy_for="staff2")
    last = TODAY + timedelta(days=10)
    assert end(world, principal, last_day=last) == 3
    assert period(world, principal) == (TODAY, last)
    assert period(world, deputy) == (TODAY, last)
    assert period(world, later) is None
    assert period(world, stranger) == (TODAY, None)
    assert roles(world, "villager", timedelta(days=11)) == []
    with world.database.read() as connection:
        assert audit.verify(connection) == []


def test_deputies_stay_while_the_principal_goes_on_in_another_assignment(sqlite_world: World) -> None:
    first = give(sqlite_world, "leader", "staff", "KL", valid_to=TODAY + timedelta(days=10))
    give(sqlite_world, "leader", "staff", "KL", valid_from=TODAY + timedelta(days=11))
    deputy = give(sqlite_world, "villager", "staff", "KL", deputy_for="leader", valid_to=TODAY + timedelta(days=8))
    assert end(sqlite_world, first, last_day=TODAY + timedelta(days=5)) == 2
    assert period(sqlite_world, deputy) == (TODAY, TODAY + timedelta(days=5))


def test_a_role_ended_at_once_counts_no_more(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:
        held = assignments.holding(connection, NOW, "staff2", "staff", "kl")
    assert end(sqlite_world, held.id) == 1
    assert roles(sqlite_world, "staff2") == []
    with sqlite_world.database.read() as connection, pytest.raises(NotFound):
        assignments.holding(connection, NOW, "staff2", "staff", "KL")
    with pytest.raises(InvalidInput):
        end(sqlite_world, held.id)


def test_only_an_administrator_over_the_unit_ends_roles(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:
        held = assignments.holding(connection, NOW, "staff2", "staff", "KL")
    with pytest.raises(NotAllowed):
        end(sqlite_world, held.id, who="staff")
    with pytest.raises(NotFound):
        end(sqlite_world, 999_999)


def test_the_last_administrators_role_stays(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:
        held = assignments.holding(connection, NOW, "admin", "admin", "AS")
    with pytest.raises(NotPossible) as caught:
        end(sqlite_world, held.id)
    assert caught.value.reason_code == "last_admin"
    give(sqlite_world, "leader", "admin", "AS")
    with sqlite_world.database.write() as connection:
        accounts.lock(connection, "admin", NOW, "leader")
    with pytest.raises(NotPossible):
        end(sqlite_world, held.id)


def test_rank_tells_leaders_apart_and_belongs_to_nobody_else(world: World) -> None:
    give(world, "villager", "leader", "KL", rank="deputy_head")
    with world.database.read() as connection:
        (view,) = [one for one in accounts.listing(connection) if one.user_name == "villager"]
    assert [(held.role, held.rank) for held in view.assignments] == [("leader", "deputy_head")]
    refused(world, "rank", "villager", "staff", "KL", rank="head")
    refused(world, "rank", "villager", "leader", "KL-X1", rank="queen")
    refused(world, "rank", "villager", "leader", "KL", rank="head", deputy_for="leader")
