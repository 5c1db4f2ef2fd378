"""Whatever is done to an obligation in whatever order: its due date is a working day, its next step is one of the year's."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import NOW, World
from workflow.across.obligations import calls, days_off, life
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.working_days import working_days
from workflow.ground.refusals import Refusal
from workflow.ground.schema import obligation
from workflow.ground.vietnam_time import end_of_day, local_date

TODAY = local_date(NOW)
AHEAD = st.integers(0, 60).map(lambda days: TODAY + timedelta(days=days))
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), AHEAD),
        st.tuples(st.just("off"), AHEAD),
        st.tuples(st.just("working"), AHEAD),
        st.tuples(st.just("forget"), AHEAD),
        st.tuples(st.just("fulfil"), AHEAD),
        st.tuples(st.just("reopen"), AHEAD),
        st.tuples(st.just("wait"), AHEAD),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(due=AHEAD, acts=ACTS)
def test_every_order_of_deeds_leaves_it_consistent(
    sqlite_world: World, due: date, acts: list[tuple[str, date]]
) -> None:
    with sqlite_world.database.read() as connection:
        # Nothing of a reading transaction survives: each example begins with the same world.
        command = CallInput(2024, "KL", "Báo cáo nhanh", due, units=("KL-X1",))
        (key,) = calls.open_call(connection, "staff", NOW, command).obligations
        days = {step.days for step in life.steps(connection, sqlite_world.year_id)}
        now, before = NOW, 0
        for act, day in acts:
            today = local_date(now)
            try:
                with connection.begin_nested():
                    if act == "move" and day >= today:
                        life.move(connection, now, [key], day)
                    elif act in ("off", "working"):
                        days_off.note_day(connection, "admin", now, day, act == "working", "Theo thông báo")
                    elif act == "forget":
                        days_off.forget_day(connection, "admin", now, day)
                    elif act == "fulfil":
                        life.fulfil(connection, now, key)
                    elif act == "reopen" and day >= today:
                        life.reopen(connection, now, key, day)
                    elif act == "wait":
                        now += timedelta(days=1)
            except Refusal:
                continue
            row = connection.execute(sa.select(obligation).where(obligation.c.id == key)).one()
            assert row.due_at == end_of_day(row.due_on)
            assert row.due_on >= row.due_stated
            if row.fulfilled_at is None and row.due_on >= local_date(now):
                rolled = working_days(connection).roll(row.due_stated)
                assert row.due_on == rolled or rolled < local_date(now)
            if row.fulfilled_at is not None:
                assert row.next_step_on is None
            elif row.next_step_on is not None:
                assert (row.next_step_on - row.due_on).days in days
            assert row.sequence >= before
            before = row.sequence
