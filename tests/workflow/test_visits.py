"""Planned visits: who plans them for whom, what waits without a day, and that a plan ends with the inspection."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import NOW, World, a_draft
from workflow.core import access
from workflow.ground.refusals import Conflict, InvalidInput, NotAllowed, NotFound, NotPossible, Refusal
from workflow.ground.schema import history, visit_member
from workflow.stages.inspection import visits
from workflow.stages.inspection.visits import VisitInput

PLANNED = VisitInput(
    day="05/03/2024",
    models=(),
    members=("inspector1", "inspector2"),
    head="inspector1",
    team_decision="12-QĐ/BCĐ",
    note="Đi xe máy từ xã.",
)


def plan(world: World, planned: VisitInput, who: str = "inspector1", **more: Any) -> int:
    with world.database.write() as connection:
        return visits.save(connection, who, NOW, planned, **more)


def waiting(world: World, who: str = "inspector1") -> list[visits.Awaiting]:
    with world.database.read() as connection:
        return list(visits.waiting(connection, access.actor(connection, who, NOW)).rows)


def get(world: World, visit_id: int, who: str = "inspector1") -> visits.VisitView:
    with world.database.read() as connection:
        return visits.get(connection, access.actor(connection, who, NOW), visit_id)


@pytest.fixture
def models(world: World) -> tuple[str, str]:
    """Two models of two villages of one commune that wait for their inspection."""
    first = world.create()
    second = world.create(a_draft(unit="KL-X1-T2", name="Tổ tự quản đường hoa"), who="officer.x1t2")
    return world.carry(first, "awaiting_inspection"), world.carry(second, "awaiting_inspection")


def test_models_share_day_and_team(world: World, models: tuple[str, str]) -> None:
    assert [(row.visit, row.mine) for row in waiting(world)] == [(None, False)] * 2
    visit_id = plan(world, replace(PLANNED, models=models))
    view = get(world, visit_id)
    assert (f"{view.day:%d/%m/%Y}", view.unit_name, view.team_decision) == ("05/03/2024", "Xã Bản Lầu", "12-QĐ/BCĐ")
    assert [(one.user_name, one.head) for one in view.members] == [("inspector1", True), ("inspector2", False)]
    assert [row.visit for row in waiting(world)] == [view, view]
    assert [(row.commune, row.unit_name) for row in waiting(world)] == [
        ("Xã Bản Lầu", "Thôn Nà Hin"),
        ("Xã Bản Lầu", "Thôn Pác Cọ"),
    ]


def test_phone_is_whole_for_the_team_only(world: World, models: tuple[str, str]) -> None:
    plan(world, replace(PLANNED, models=models[:1]))
    whole = {row.code: row.phone for row in waiting(world)}
    other = {row.code: row.phone for row in waiting(world, "inspector3")}
    assert whole[models[0]].replace(" ", "").isdigit()
    assert other[models[0]] == visits.masked(whole[models[0]])
    assert whole[models[1]] == other[models[1]]
    assert visits.masked("0912 345 678") == "•••• ••• 678"


def test_plan_shows_what_was_recorded(world: World, models: tuple[str, str]) -> None:
    world.inspect(models[0])
    rows = {row.code: row for row in waiting(world)}
    assert (rows[models[0]].scored, rows[models[0]].total) == (6, Decimal(94))
    assert (rows[models[1]].scored, rows[models[1]].total) == (None, None)


def test_model_moves_to_the_visit_planned_last(world: World, models: tuple[str, str]) -> None:
    first = plan(world, replace(PLANNED, models=models))
    second = plan(world, replace(PLANNED, models=models[:1], day="08/03/2024"))
    assert [row.visit.id if row.visit else None for row in waiting(world)] == [second, first]


def test_change_of_day_stands_in_the_history_of_each_model(world: World, models: tuple[str, str]) -> None:
    visit_id = plan(world, replace(PLANNED, models=models))
    plan(world, replace(PLANNED, models=models, note="Đi ô tô."), visit_id=visit_id, version=1)
    plan(world, replace(PLANNED, models=models, day="09/03/2024"), visit_id=visit_id, version=2)
    with world.database.read() as connection:
        told = connection.execute(
            sa.select(sa.func.count()).where(history.c.trigger == "visit_planned", history.c.subject == "model")
        ).scalar_one()
    assert told == 4
    with pytest.raises(Conflict):
        plan(world, replace(PLANNED, models=models), visit_id=visit_id, version=2)


def test_plan_ends_with_the_conclusion(world: World, models: tuple[str, str]) -> None:
    plan(world, replace(PLANNED, models=models))
    world.inspect(models[0])
    world.apply(models[0], "pass_inspection", "inspector1")
    with world.database.read() as connection:
        assert visits.of_model(connection, world.model(models[0]).id) is None
        assert visits.of_model(connection, world.model(models[1]).id) is not None


def test_cancelled_visit_leaves_its_models_waiting(world: World, models: tuple[str, str]) -> None:
    visit_id = plan(world, replace(PLANNED, models=models))
    with world.database.write() as connection:
        visits.cancel(connection, "inspector2", NOW, visit_id)
    assert [row.visit for row in waiting(world)] == [None, None]
    with world.database.read() as connection:
        assert connection.execute(sa.select(visit_member)).all() == []
    with pytest.raises(NotFound):
        get(world, visit_id)


@pytest.mark.parametrize(
    ("change", "form_field"),
    [
        ({"day": ""}, "day"),
        ({"day": "31/02/2024"}, "day"),
        ({"day": NOW.date() - timedelta(days=1)}, "day"),
        ({"models": ()}, "models"),
        ({"models": tuple(f"DVK-2024-{n:05}" for n in range(61))}, "models"),
        ({"members": ("inspector1", "nobody")}, "members"),
        ({"members": ("inspector1", "inspector.own")}, "members"),
        ({"head": "inspector3"}, "head"),
        ({"team_decision": "ạ" * 201}, "team_decision"),
        ({"note": "ạ" * 301}, "note"),
    ],
)
def test_visit_unusable_names_the_field(sqlite_world: World, change: dict[str, Any], form_field: str) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "awaiting_inspection")
    with pytest.raises(InvalidInput) as refused:
        plan(sqlite_world, replace(PLANNED, **{"models": (code,), **change}))
    assert list(refused.value.problems) == [form_field]


@pytest.mark.parametrize(
    ("who", "refusal"), [("officer.x1t1", NotAllowed), ("chair", NotAllowed), ("outsider", NotFound)]
)
def test_visit_is_planned_by_inspectors_of_the_place(sqlite_world: World, who: str, refusal: type[Refusal]) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "awaiting_inspection")
    with pytest.raises(refusal):
        plan(sqlite_world, replace(PLANNED, models=(code,)), who=who)
    assert waiting(sqlite_world, who) == []


def test_visit_of_another_place_does_not_exist(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "awaiting_inspection")
    visit_id = plan(sqlite_world, replace(PLANNED, models=(code,)))
    for who in ("outsider", "chair"):
        with pytest.raises(NotFound):
            get(sqlite_world, visit_id, who)


def test_model_that_waits_for_no_inspection_is_not_planned(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "implementing")
    with pytest.raises(NotPossible):
        plan(sqlite_world, replace(PLANNED, models=(code,)))
