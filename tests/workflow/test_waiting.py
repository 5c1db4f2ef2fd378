"""The work of a person: what waits for them, whose work a deputy does, whom they wait for, what they are to decide."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.world import NOW, YEAR, World, a_draft
from workflow.across.work.meetings import own_meetings
from workflow.across.work.requests import open_requests
from workflow.across.work.waiting import Action, Outside, Waiting, waiting, waits_outside
from workflow.core import access
from workflow.core.people import units
from workflow.ground.schema import emulation_model, review_meeting
from workflow.ground.vietnam_time import local_date
from workflow.stages.registration import change_requests

TODAY = local_date(NOW)


@pytest.fixture(autouse=True, params=[units.FEW, 0], ids=["few units", "many units"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is looked for at each of few units, or among all models of a state."""
    monkeypatch.setattr(units, "FEW", request.param)


def test_what_is_to_be_mended_first_comes_first_and_what_has_no_day_last(world: World) -> None:
    codes = [world.carry(world.create(a_draft(name=f"Mô hình {n}")), "returned") for n in range(3)]
    with world.database.write() as connection:
        for code, day in zip(codes, (None, TODAY, TODAY - timedelta(days=1)), strict=True):
            connection.execute(sa.update(emulation_model).where(emulation_model.c.code == code).values(mend_by=day))
    assert [task.model.code for task in _waiting(world, "officer.x1t1").tasks] == [codes[2], codes[1], codes[0]]


def _waiting(world: World, name: str) -> Waiting:
    with world.database.read() as connection:
        return waiting(connection, access.actor(connection, name, NOW), TODAY)


def _outside(world: World, name: str) -> list[Outside]:
    with world.database.read() as connection:
        return waits_outside(connection, access.actor(connection, name, NOW), TODAY)


def test_draft_waits_for_its_registrant_until_the_window_closes(world: World) -> None:
    code = world.create()
    (task,) = _waiting(world, "officer.x1t1").tasks
    assert (task.model.code, task.state.id, task.instead_of) == (code, "draft", "")
    assert task.action == Action("form", "submit", "")
    assert task.due is not None
    assert _waiting(world, "staff").tasks == ()
    assert _outside(world, "officer.x1t1") == []


def test_what_was_handed_in_waits_for_those_who_take_it_and_the_registrant_for_them(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    found = _waiting(world, "staff")
    assert [(task.model.code, task.model.unit_name, task.action.kind) for task in found.tasks] == [
        (code, "Thôn Nà Hin", "step")
    ]
    assert [(group.year, group.state.id, group.count, group.more) for group in found.groups] == [
        (YEAR, "submitted", 1, False)
    ]
    (outside,) = _outside(world, "officer.x1t1")
    assert outside.model.code == code
    assert "Trần Thị Giúp" in " ".join(names for _role, names in outside.people)
    assert _waiting(world, "outsider").tasks == ()


def test_deputy_sees_whose_work_it_is(world: World) -> None:
    world.create()
    assert [task.instead_of for task in _waiting(world, "deputy.officer").tasks] == ["Lò Thị Hin"]


def test_what_is_late_is_counted_and_comes_first(world: World) -> None:
    late, later = world.carry(world.create(), "remediation"), world.create()
    with world.database.write() as connection:
        yesterday = TODAY - timedelta(days=1)
        connection.execute(sa.update(emulation_model).where(emulation_model.c.code == late).values(mend_by=yesterday))
    found = _waiting(world, "officer.x1t1")
    assert (found.tasks[0].model.code, found.tasks[0].due) == (late, TODAY - timedelta(days=1))
    assert {task.model.code for task in found.tasks} == {late, later}
    assert {group.state.id: group.late for group in found.groups} == {"draft": 0, "remediation": 1}


def test_request_waits_for_those_over_the_unit_but_not_for_who_asked(world: World) -> None:
    code = world.carry(world.create(), "registered")
    with world.database.write() as connection:
        change_requests.request_change(
            connection, "officer.x1t1", NOW, code, "name", "Tên mới của mô hình", "Tên cũ chưa rõ việc."
        )
    with world.database.read() as connection:
        seen = {
            name: [(one.code, one.subject, one.after, one.asker) for one in open_requests(connection, actor, {"staff"})]
            for name in ("staff", "outsider", "officer.x1t1")
            for actor in (access.actor(connection, name, NOW),)
        }
    assert seen == {
        "staff": [(code, "name", "Tên mới của mô hình", "Lò Thị Hin")],
        "outsider": [],
        "officer.x1t1": [],
    }


def test_member_sees_the_meetings_that_are_ahead_and_no_past_ones(world: World) -> None:
    code = world.carry(world.create(), "inspected")
    meeting = world.prepare_meeting([code], NOW)
    with world.database.write() as connection:
        chair, staff = (access.actor(connection, name, NOW) for name in ("chair", "staff"))
        assert [(one.id, one.status) for one in own_meetings(connection, chair)] == [(meeting, "prepared")]
        assert own_meetings(connection, staff) == []
        connection.execute(sa.update(review_meeting).values(status="cancelled"))
        assert own_meetings(connection, chair) == []
