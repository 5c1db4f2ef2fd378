"""Visibility: the SQL and the Python of the one rule agree, and what lies out of scope does not exist for any function."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workflow
from tests.world import ACCOUNTS, NOW, UNITS, World, a_draft
from workflow.core import access
from workflow.core.access import Actor, Grant
from workflow.core.people import assignments
from workflow.ground.refusals import NotAllowed, NotFound
from workflow.ground.schema import account, emulation_model, unit

PLACES = tuple(code for code, *_ in UNITS)
ROLES = ("unit_officer", "staff", "inspector", "commune_reviewer", "district_reviewer", "leader", "admin")


def seen_by_sql(world: World, who: Actor) -> set[str]:
    with world.database.read() as connection:
        rows = connection.execute(
            sa.select(emulation_model.c.code)
            .join(unit, unit.c.id == emulation_model.c.unit_id)
            .where(access.visible(who))
        )
        return set(rows.scalars())


def seen_by_python(world: World, who: Actor) -> set[str]:
    with world.database.read() as connection:
        models = connection.execute(
            sa.select(emulation_model, unit.c.path).join(unit, unit.c.id == emulation_model.c.unit_id)
        ).all()
    return {
        model.code
        for model in models
        if access.sees(who, model.path, submitted=model.submitted_at is not None, created_by=model.created_by)
    }


def models_everywhere(world: World) -> None:
    """A draft and a submitted model at several units, some drafts written by staff."""
    for place, officer in (
        ("KL-X1-T1", "officer.x1t1"),
        ("KL-X1-T2", "officer.x1t2"),
        ("KL-X1", "officer.x1"),
        ("KL-X2-T1", "officer.x2t1"),
        ("KL-CQ1", "officer.cq1"),
        ("BS-X1", "outsider.officer"),
    ):
        world.create(a_draft(unit=place, name="Bản nháp"), officer)
        world.apply(world.create(a_draft(unit=place, name="Đã gửi"), officer), "submit", officer)
    world.create(a_draft(name="Bản nháp do tổ giúp việc viết"), "staff")


def test_every_account_sees_the_same_through_sql_and_python(world: World) -> None:
    models_everywhere(world)
    seen = {}
    for name, *_ in ACCOUNTS:
        with world.database.read() as connection:
            who = access.actor(connection, name, NOW)
        seen[name] = seen_by_sql(world, who)
        assert seen[name] == seen_by_python(world, who), name
    assert seen["villager"] == set()
    assert len(seen["staff"]) == 6
    assert len(seen["officer.x1t1"]) == len(seen["deputy.officer"]) == 3
    assert len(seen["outsider"]) == 1


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(PLACES), st.booleans()), max_size=4),
    writer=st.sampled_from(["staff", "officer.x1t1", "villager"]),
)
def test_any_actor_sees_the_same_through_sql_and_python(
    sqlite_world: World, held: list[tuple[str, str, bool]], writer: str
) -> None:
    world = sqlite_world
    with world.database.read() as connection:
        if not connection.execute(sa.select(emulation_model.c.id).limit(1)).first():
            models_everywhere(world)
        places = {row.code: row for row in connection.execute(sa.select(unit))}
    grants = tuple(
        Grant(role, places[place].id, places[place].path, places[place].level, 1 if deputy else None)
        for role, place, deputy in held
    )
    who = Actor(world.accounts[writer], writer, writer, None, grants)
    assert seen_by_sql(world, who) == seen_by_python(world, who)


def functions_that_take_a_code() -> list[tuple[str, Callable[..., Any]]]:
    """Every public function of the domain of the shape f(connection, who, code, …, now)."""
    found = {}
    for module in pkgutil.walk_packages(workflow.__path__, "workflow."):
        if ".migrations" in module.name:
            continue
        for name, function in inspect.getmembers(import_module(module.name), inspect.isfunction):
            names = list(inspect.signature(function).parameters)
            shape = names[0:1] == ["connection"] and {"who", "code", "now"} <= set(names)
            if shape and not name.startswith("_") and function.__module__.startswith("workflow."):
                found[f"{function.__module__}.{name}"] = function
    return sorted(found.items())


# A model's code, not a unit's.
_UNIT_CODES = ("workflow.core.people.units.",)
_MEANT = [pair for pair in functions_that_take_a_code() if not pair[0].startswith(_UNIT_CODES)]


def test_the_census_finds_the_functions_it_should() -> None:
    names = {name for name, _ in _MEANT}
    assert {
        "workflow.core.engine.transition.apply",
        "workflow.stages.registration.commands.edit_draft",
        "workflow.stages.implementation.commands.save_plan",
        "workflow.stages.implementation.commands.save_results",
        "workflow.stages.inspection.commands.save_record",
        "workflow.stages.implementation.comments.write",
        "workflow.stages.implementation.attachments.add",
        "workflow.stages.registration.change_requests.request_change",
        "workflow.stages.recognition.commands.mark_outstanding",
    } <= names


@pytest.mark.parametrize("name", [name for name, _ in _MEANT])
@pytest.mark.parametrize("who", ["outsider", "villager"])
def test_out_of_scope_is_not_found(sqlite_world: World, name: str, who: str) -> None:
    """The same refusal, word for word, for a model out of scope and for one that does not exist."""
    function = dict(_MEANT)[name]
    code = sqlite_world.carry(sqlite_world.create(), "implementing")
    before = sqlite_world.model(code)

    def refused(wanted: str) -> str:
        given: dict[str, Any] = {"who": who, "code": wanted, "now": NOW}
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name not in ("connection", *given) and parameter.default is parameter.empty:
                given[parameter.name] = _something(parameter.name)
        with sqlite_world.database.write() as connection, pytest.raises(NotFound) as refusal:
            function(connection, **given)
        return refusal.value.message.replace(wanted, "…")

    assert refused(code) == refused("DVK-2024-99999")
    assert sqlite_world.model(code) == before


def _something(parameter: str) -> Any:
    """An argument that is never looked at, because the model is asked for first."""
    known = {"draft": a_draft(), "results": [], "start_date": "05/03/2024", "file_name": "a.pdf", "content": "nội dung"}
    return known.get(parameter, 1 if parameter.endswith("_id") else "x")


def test_a_draft_is_its_own_units_and_its_writers(world: World) -> None:
    code = world.create()
    written = world.create(a_draft(name="Viết hộ"), "staff")
    for who, seen in (("officer.x1t1", {code, written}), ("staff", {written}), ("chair", set()), ("staff2", set())):
        with world.database.read() as connection:
            assert seen_by_sql(world, access.actor(connection, who, NOW)) == seen, who


def test_a_role_counts_from_its_first_to_its_last_day(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    with world.database.write() as connection:
        assignments.assign(
            connection,
            "admin",
            NOW,
            "villager",
            "leader",
            "KL",
            valid_from=date(2024, 3, 5),
            valid_to=date(2024, 3, 6),
        )
    for day, seen in ((3, set()), (4, {code}), (5, {code}), (6, set())):
        with world.database.read() as connection:
            who = access.actor(connection, "villager", NOW + timedelta(days=day))
        assert seen_by_sql(world, who) == seen, day


def test_a_deputy_stops_with_his_assignment(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    with world.database.write() as connection:
        held = assignments.assign(connection, "admin", NOW, "villager", "staff", "KL", deputy_for="staff")
        assignments.end_assignment(connection, "admin", NOW + timedelta(days=3), held)
    with world.database.read() as connection:
        assert seen_by_sql(world, access.actor(connection, "villager", NOW)) == {code}
        assert seen_by_sql(world, access.actor(connection, "villager", NOW + timedelta(days=3))) == set()


def test_own_role_goes_before_one_as_a_deputy(world: World) -> None:
    with world.database.write() as connection:
        assignments.assign(connection, "admin", NOW, "staff2", "staff", "KL", deputy_for="staff")
    with world.database.read() as connection:
        who = access.actor(connection, "staff2", NOW)
        path = connection.execute(sa.select(unit.c.path).where(unit.c.code == "KL-X1")).scalar_one()
    grant = who.grant_for({"staff"}, path)
    assert grant is not None
    assert grant.deputy_for is None
    assert access.people(who, grant) == {world.accounts["staff2"]}


def test_paths_with_a_common_beginning_are_not_mixed_up() -> None:
    """Unit 1 is not above unit 12, though '/1' begins '/12'."""
    above = Grant("staff", 1, "/1/", "district", None)
    assert above.covers("/1/2/")
    assert not above.covers("/12/")
    assert access.outermost(["/1/", "/12/", "/1/5/", "/2/3/"]) == ["/1/", "/12/", "/2/3/"]


def test_locked_and_unknown_accounts(world: World) -> None:
    with world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name == "chair").values(locked_at=NOW))
    with world.database.read() as connection:
        with pytest.raises(NotAllowed, match="đang bị khoá"):
            access.actor(connection, "chair", NOW)
        for nobody in ("no.such.person", "' OR 1=1 --", 4711, ""):
            with pytest.raises(NotFound):
                access.actor(connection, nobody, NOW)
