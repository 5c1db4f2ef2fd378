"""Obligations of every subject: how they come to be from what happened, follow it, and end; and their reminder steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.world import NOW, World, a_draft
from workflow.across.obligations import calls, life
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.life import next_step_on, step_days
from workflow.across.obligations.sync import sync
from workflow.core.people import units
from workflow.core.programmes import editing
from workflow.core.programmes.editing import YearInput
from workflow.ground.schema import obligation, obligation_cursor, reminder_step, report_kind
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection import visits
from workflow.stages.inspection.visits import VisitInput
from workflow.stages.review import commands as review
from workflow.stages.review import committee

DAY = timedelta(days=1)
DAYS = (-14, -7, -3, -1, 0, 1, 3, 7)


def run(world: World, now: datetime = NOW) -> int:
    with world.database.write() as connection:
        return sync(connection, now)


def found(world: World, subject: str) -> Sequence[Any]:
    with world.database.read() as connection:
        return connection.execute(
            sa.select(obligation).where(obligation.c.subject == subject).order_by(obligation.c.id)
        ).all()


def standing(world: World, subject: str) -> list[Any]:
    return [row for row in found(world, subject) if row.fulfilled_at is None and row.withdrawn_at is None]


@given(
    due_on=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    opened=st.integers(-40, 40),
    days=st.sets(st.integers(-90, 90), max_size=10),
)
def test_next_step_is_the_first_on_or_after_the_opening(due_on: date, opened: int, days: set[int]) -> None:
    begin = due_on + timedelta(days=opened)
    step = next_step_on(days, due_on, not_before=begin)
    ahead = sorted(due_on + timedelta(days=n) for n in days if due_on + timedelta(days=n) >= begin)
    assert step == (ahead[0] if ahead else None)


def test_steps_after_the_day_are_not_for_meetings_and_visits(world: World) -> None:
    with world.database.read() as connection:
        steps = life.steps(connection, world.year_id)
    assert step_days(steps, "report") == DAYS
    assert step_days(steps, "visit") == step_days(steps, "meeting") == (-14, -7, -3, -1, 0)


def test_state_is_owed_until_it_is_left(world: World) -> None:
    run(world)
    code = world.create()
    world.apply(code, "submit", "officer.x1t1")
    assert run(world) > 0
    (row,) = standing(world, "state")
    # Friday 1 March and five days: Wednesday 6 March.
    assert (row.key, row.state, row.due_on) == (f"state:{row.model_id}:2", "submitted", date(2024, 3, 6))
    assert (row.roles, row.collector_id) == ("commune_reviewer,district_reviewer,staff", world.units["KL"])
    later = NOW + DAY
    world.apply(code, "accept", "staff2", later)
    run(world, later)
    submitted, registered = found(world, "state")
    assert (submitted.fulfilled_at, submitted.next_step_on) == (later, None)
    # 2 March and 15 days is a Sunday.
    assert (registered.state, registered.roles, registered.due_stated, registered.due_on) == (
        "registered",
        "unit_officer",
        date(2024, 3, 17),
        date(2024, 3, 18),
    )


def test_date_stated_goes_before_the_days_of_the_definition(world: World) -> None:
    run(world)
    code = world.create()
    world.carry(code, "submitted")
    world.apply(code, "return_registration", "staff2", reason="Chỉ tiêu chưa đo được.", resubmit_by=date(2024, 3, 20))
    run(world)
    (row,) = standing(world, "state")
    assert (row.state, row.roles, row.due_stated) == ("returned", "unit_officer", date(2024, 3, 20))
    world.apply(code, "submit", "officer.x1t1", NOW + DAY)
    run(world, NOW + DAY)
    assert [row.state for row in standing(world, "state")] == ["submitted"]


def test_each_time_in_a_state_is_owed_anew(world: World) -> None:
    run(world)
    code = world.create()
    world.carry(code, "remediation")
    run(world)
    first = [row for row in found(world, "state") if row.state == "awaiting_inspection"]
    assert first == []
    (mend,) = standing(world, "state")
    assert (mend.state, mend.due_stated) == ("remediation", local_date(NOW) + timedelta(days=30))
    world.apply(code, "report_results", "officer.x1t1", NOW + DAY)
    run(world, NOW + DAY)
    assert [row.state for row in standing(world, "state")] == ["awaiting_inspection"]


def test_withdrawn_model_owes_nothing(world: World) -> None:
    run(world)
    code = world.carry(world.create(), "registered")
    run(world)
    world.apply(code, "withdraw", "officer.x1t1", NOW + DAY, reason="Không còn điều kiện.")
    run(world, NOW + DAY)
    (row,) = found(world, "state")
    assert (row.fulfilled_at, row.withdrawn_at) == (None, NOW + DAY)


def test_what_waits_at_the_beginning_has_its_time_from_then(world: World) -> None:
    world.carry(world.create(), "submitted")
    later = NOW + timedelta(days=100)
    run(world, later)
    (row,) = standing(world, "state")
    assert (row.opened_at, row.due_stated) == (later, local_date(later) + timedelta(days=5))


def test_second_look_finds_nothing(world: World) -> None:
    run(world)
    for upto in ("submitted", "registered"):
        world.carry(world.create(a_draft(name=f"Mô hình {upto}")), upto)
    assert run(world, NOW + timedelta(minutes=20)) > 0
    before = found(world, "state")
    for minutes in (30, 45, 60):
        assert run(world, NOW + timedelta(minutes=minutes)) == 0
    assert found(world, "state") == before


def test_clock_that_jumps_back_changes_nothing(world: World) -> None:
    world.carry(world.create(), "submitted")
    run(world)
    before = found(world, "state"), found(world, "registration")
    run(world, NOW - timedelta(hours=1))
    run(world, NOW - timedelta(days=2))
    assert (found(world, "state"), found(world, "registration")) == before


def test_registration_is_owed_until_something_is_submitted(world: World) -> None:
    run(world)
    codes = {key: code for code, key in world.units.items()}
    owing = {codes[row.unit_id] for row in standing(world, "registration")}
    assert owing == {"KL-X1-T1", "KL-X1-T2", "KL-X1", "KL-X2-T1", "KL-CQ1", "AS-CQ1", "BS-X1"}
    # 31 March is a Sunday; whoever registers on Monday is late all the same.
    assert {row.due_on for row in standing(world, "registration")} == {date(2024, 3, 31)}
    code = world.create()
    run(world)
    assert len(standing(world, "registration")) == 7
    world.apply(code, "submit", "officer.x1t1", NOW + DAY)
    run(world, NOW + DAY)
    done = [row for row in found(world, "registration") if row.fulfilled_at is not None]
    assert [(codes[row.unit_id], row.fulfilled_at) for row in done] == [("KL-X1-T1", NOW + DAY)]


def test_window_that_moves_takes_its_obligations_along(world: World) -> None:
    run(world)
    with world.database.write() as connection:
        editing.edit_year(
            connection,
            "admin",
            NOW,
            2024,
            YearInput("Năm 2024", date(2024, 1, 15), date(2024, 4, 30), "2/3", "1/2", "year"),
        )
    run(world)
    assert {(row.due_on, row.sequence) for row in standing(world, "registration")} == {(date(2024, 4, 30), 1)}
    run(world, datetime(2025, 1, 2, 2, 0, tzinfo=UTC))
    assert standing(world, "registration") == []


def test_meeting_is_ahead_until_its_day_is_over(world: World) -> None:
    code = world.carry(world.create(), "inspected")
    run(world)
    soon = NOW + timedelta(days=10)
    with world.database.write() as connection:
        review.prepare_meeting(
            connection,
            "chair",
            NOW,
            "KL-X1",
            2024,
            title="Phiên bình xét",
            held_on=local_date(soon),
            place="Hội trường xã",
            members=[committee.Member("chair", "chair"), committee.Member("secretary", "secretary")],
            models=[code],
        )
    run(world)
    (row,) = standing(world, "meeting")
    assert (row.key, row.roles, row.due_on) == (
        f"meeting:{row.meeting_id}",
        f"meeting:{row.meeting_id}",
        date(2024, 3, 11),
    )
    assert row.next_step_on == date(2024, 3, 4)
    run(world, soon + DAY)
    assert standing(world, "meeting") == []
    assert found(world, "meeting")[0].fulfilled_at == row.due_at


def test_visit_follows_its_plan(world: World) -> None:
    code = world.carry(world.create(), "awaiting_inspection")
    run(world)
    planned = VisitInput(day="08/03/2024", models=(code,), members=("inspector1", "inspector2"))
    with world.database.write() as connection:
        visit_id = visits.save(connection, "inspector1", NOW, planned)
    run(world)
    (row,) = standing(world, "visit")
    assert (row.visit_id, row.roles, row.due_on) == (visit_id, f"visit:{visit_id}", date(2024, 3, 8))
    with world.database.write() as connection:
        visits.save(connection, "inspector1", NOW, replace(planned, day="09/03/2024"), visit_id=visit_id, version=1)
    run(world)
    (row,) = standing(world, "visit")
    # A Saturday: the team comes on that very day.
    assert (row.due_on, row.sequence) == (date(2024, 3, 9), 1)
    with world.database.write() as connection:
        visits.cancel(connection, "inspector1", NOW, visit_id)
    run(world)
    assert standing(world, "visit") == []
    with world.database.write() as connection:
        # The number of the visit may be given again; its obligation is another one.
        visits.save(connection, "inspector1", NOW + DAY, planned)
    run(world, NOW + DAY)
    assert len(standing(world, "visit")) == 1


def call_for(world: World, *codes: str) -> int:
    command = CallInput(2024, "KL", "Báo cáo nhanh", "29/03/2024", to=None, units=codes)
    with world.database.write() as connection:
        return calls.open_call(connection, "staff", NOW, command).call_id


def test_successor_takes_over_what_a_merged_unit_owed(world: World) -> None:
    run(world)
    call_id = call_for(world, "KL-X2")
    with world.database.write() as connection:
        units.merge_into(connection, "admin", NOW, "KL-X2", "KL-X1")
    run(world)
    (row,) = standing(world, "report")
    assert (row.unit_id, row.key) == (world.units["KL-X1"], f"report:{call_id}:{world.units['KL-X1']}")


def test_successor_owes_a_report_once(world: World) -> None:
    run(world)
    call_for(world, "KL-X1", "KL-X2")
    with world.database.write() as connection:
        units.merge_into(connection, "admin", NOW, "KL-X2", "KL-X1")
    run(world)
    first, second = found(world, "report")
    assert (first.unit_id, first.withdrawn_at) == (world.units["KL-X1"], None)
    assert second.withdrawn_at == NOW


def test_unit_that_ends_without_successor_owes_nothing(world: World) -> None:
    run(world)
    call_for(world, "KL-X2")
    with world.database.write() as connection:
        units.set_validity(connection, "admin", NOW, "KL-X2", None, local_date(NOW))
    run(world)
    assert len(standing(world, "report")) == 1
    # Its last day is over on the next, without anything happening on it.
    run(world, NOW + DAY)
    assert standing(world, "report") == []


def test_reopened_report_has_its_own_date(world: World) -> None:
    call_for(world, "KL-X1")
    (row,) = found(world, "report")
    with world.database.write() as connection:
        assert life.fulfil(connection, NOW, row.id)
        assert not life.fulfil(connection, NOW, row.id)
        life.reopen(connection, NOW, row.id, date(2024, 3, 9))
    (row,) = standing(world, "report")
    assert (row.due_stated, row.due_on, row.sequence) == (date(2024, 3, 9), date(2024, 3, 11), 1)
    assert row.next_step_on == date(2024, 3, 4)


def test_moving_to_today_still_reminds_today(world: World) -> None:
    call_for(world, "KL-X1")
    (row,) = found(world, "report")
    with world.database.write() as connection:
        assert life.move(connection, NOW, [row.id], local_date(NOW)) == 1
        assert life.move(connection, NOW, [row.id], local_date(NOW)) == 0
    assert found(world, "report")[0].next_step_on == local_date(NOW)


def test_year_from_before_gets_the_defaults(world: World) -> None:
    with world.database.write() as connection:
        connection.execute(sa.delete(reminder_step))
        connection.execute(sa.delete(report_kind))
    run(world)
    with world.database.read() as connection:
        assert [step.days for step in life.steps(connection, world.year_id)] == list(DAYS)
        assert connection.execute(sa.select(sa.func.count()).select_from(report_kind)).scalar_one() == 4


@pytest.mark.postgres
def test_late_commit_is_not_missed(postgres_world: World) -> None:
    """On PostgreSQL an entry with a smaller number may be committed after a larger one was read."""
    world = postgres_world
    run(world)
    code = world.create()
    world.apply(code, "submit", "officer.x1t1")
    other = world.create(a_draft(unit="KL-X1-T2", name="Tổ tự quản"), who="officer.x1t2")
    world.apply(other, "submit", "officer.x1t2")
    run(world)
    with world.database.write() as connection:
        kept = connection.execute(sa.select(obligation_cursor.c.history_id)).scalars().all()
        # As if the first had been invisible at the time.
        connection.execute(sa.delete(obligation).where(obligation.c.model_id == world.model(code).id))
    assert len(standing(world, "state")) == 1
    run(world, NOW + timedelta(minutes=1))
    assert len(standing(world, "state")) == 2
    run(world, NOW + timedelta(hours=1))
    with world.database.read() as connection:
        assert max(connection.execute(sa.select(obligation_cursor.c.history_id)).scalars()) > max(kept)


@pytest.mark.parametrize("reports", [1, 2])
def test_sync_with_nothing_new_is_two_statements(sqlite_world: World, reports: int) -> None:
    world = sqlite_world
    call_for(world, *("KL-X1", "KL-X2")[:reports])
    run(world)
    raw: list[str] = []
    with world.database.write() as connection:
        driver = connection.connection.dbapi_connection
        driver.set_trace_callback(raw.append)  # type: ignore[union-attr]
        assert sync(connection, NOW + timedelta(minutes=5)) == 0
        driver.set_trace_callback(None)  # type: ignore[union-attr]
    assert len(raw) == 2
