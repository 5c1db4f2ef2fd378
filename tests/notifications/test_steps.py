"""Whatever the steps, dates and moves, however long nothing ticked: each step is told once or kept with a reason."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from notifications.reminders import composing, planning
from notifications.reminders.planning import named
from tests.letters import SITE
from tests.notifications.owing import at, owe, tick
from tests.notifications.test_composing import passing
from tests.world import World
from workflow.across.obligations import life
from workflow.across.obligations.working_days import roll
from workflow.ground.reading.names import keys_of
from workflow.ground.schema import account, assignment, message, obligation, reminder, reminder_step, unit

FIRST = date(2024, 1, 20)
"""Tết and the spring holidays lie ahead."""
OFFICER = "officer.x1t1"

_steps = st.sets(st.integers(-30, 20), min_size=1, max_size=8)
_days = st.lists(
    st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(0, 60))), min_size=1, max_size=12
)  # days until the next tick; days from then to which the date is moved before it


def _rows(connection: Connection, world: World, key: int) -> list[sa.Row[tuple[str, date, str, str]]]:
    return list(
        connection.execute(
            sa.select(reminder.c.step, reminder.c.due_on, reminder.c.status, reminder.c.why)
            .where(reminder.c.obligation_id == key, reminder.c.account_id == world.accounts[OFFICER])
            .order_by(reminder.c.id)
        )
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps, due_in=st.integers(0, 60), days=_days)
def test_each_step_is_told_once_or_kept_with_a_reason(
    eventful: World, steps: set[int], due_in: int, days: list[tuple[int, int | None]]
) -> None:
    with passing(eventful) as connection:
        connection.execute(sa.delete(reminder_step))
        connection.execute(
            sa.insert(reminder_step),
            [{"year_id": eventful.year_id, "days": number, "recipients": "reporter"} for number in sorted(steps)],
        )
        due = roll(connection, FIRST + timedelta(days=due_in))
        (key,) = owe(connection, eventful, due, at(FIRST))
        # What has to come of it, by the rule as it is written: (step, due date) → told or superseded.
        expected: dict[tuple[str, date], str] = {}
        since, today = FIRST, FIRST
        for gap, move in days:
            today += timedelta(days=gap)
            if move is not None:
                stated = today + timedelta(days=move)
                moved = life.move(connection, at(today, 7, 30), [key], stated)
                planning.announce(connection, at(today, 7, 30), [key], planning.MOVED)
                if moved:
                    due = roll(connection, stated)
                    since = today if due == today else today + timedelta(days=1)
            tick(connection, at(today, 8))
            come = [number for number in sorted(steps) if since <= due + timedelta(days=number) <= today]
            for number in come:
                expected[named(number), due] = "told" if number == come[-1] else "skipped"
            since = max(since, today + timedelta(days=1))
        rows = [row for row in _rows(connection, eventful, key) if not row.step.startswith("moved")]
        assert {(row.step, row.due_on): row.status for row in rows} == expected
        assert len(rows) == len(expected)
        assert all(row.why == "superseded" for row in rows if row.status == "skipped")
        assert all(row.status == "told" for row in _rows(connection, eventful, key) if row.step.startswith("moved"))


def test_many_planners_and_writers_at_once_tell_each_thing_once(quiet: World) -> None:
    _at_once(quiet)


@pytest.mark.postgres
def test_many_planners_and_writers_at_once_tell_each_thing_once_on_postgresql(quiet_postgres: World) -> None:
    _at_once(quiet_postgres)


def _at_once(world: World) -> None:
    due = date(2024, 6, 10)
    with world.database.write() as connection:
        for number in range(20):
            owe(connection, world, due, at(date(2024, 5, 1)), label=f"Báo cáo {number}", units=("KL-X1-T1", "KL-X1-T2"))
    together = threading.Barrier(4)

    def work() -> None:
        together.wait(timeout=30)
        for ahead in (-14, -7, 0, 7):
            moment = at(due + timedelta(days=ahead))
            with world.database.write() as connection:
                planning.plan(connection, moment)
            settled = 1
            while settled:
                with world.database.write() as connection:
                    settled = composing.compose(connection, moment, SITE, most=2).settled

    with ThreadPoolExecutor(4) as pool:
        for running in [pool.submit(work) for _ in range(4)]:
            running.result(timeout=120)
    with world.database.read() as connection:
        rows = connection.execute(sa.select(reminder.c.status, sa.func.count()).group_by(reminder.c.status)).all()
        assert {row[0] for row in rows} == {"told", "skipped"}
        assert connection.execute(sa.select(sa.func.count()).where(reminder.c.status == "planned")).scalar() == 0
        told = connection.execute(
            sa.select(reminder.c.obligation_id, reminder.c.account_id, reminder.c.step).where(
                reminder.c.status == "told"
            )
        ).all()
        assert len(told) == len(set(told))
        # One letter holds all twenty reports: nobody is written to twice for one day.
        theirs = connection.execute(
            sa.select(sa.func.count())
            .select_from(message)
            .join(account, account.c.id == message.c.account_id)
            .where(account.c.user_name == OFFICER)
        ).scalar_one()
        assert theirs == len({step for _, who, step in told if who == world.accounts[OFFICER]})


def test_planning_and_writing_take_as_many_statements_for_many_as_for_one(eventful: World) -> None:
    counts = []
    for units in (("KL-X1-T1",), ("KL-X1-T1", "KL-X1-T2", "KL-X2-T1", "KL-CQ1")):
        with passing(eventful) as connection:
            for number in range(1 if len(units) == 1 else 12):
                owe(
                    connection,
                    eventful,
                    date(2024, 6, 10),
                    at(date(2024, 5, 1)),
                    units=units,
                    label=f"Báo cáo {number}",
                )
            said: list[str] = []

            def note(_c: object, _cursor: object, statement: str, *_rest: object, kept: list[str] = said) -> None:
                kept.append(statement)

            sa.event.listen(connection, "before_cursor_execute", note)
            assert tick(connection, at(date(2024, 6, 17))) > 0
            sa.event.remove(connection, "before_cursor_execute", note)
            counts.append(len(said))
    assert counts[0] == counts[1]


def test_three_thousand_people_at_one_minute(quiet: World) -> None:
    many, due = 3_000, date(2024, 6, 10)
    with quiet.database.write() as connection:
        parent = connection.execute(sa.select(unit).where(unit.c.code == "KL-X2")).one()
        first, people = max(quiet.units.values()) + 1, max(quiet.accounts.values()) + 1
        connection.execute(
            sa.insert(unit),
            [
                {
                    "id": first + number,
                    "code": f"V{number}",
                    "name": f"Thôn {number}",
                    **keys_of(f"Thôn {number}", 200),
                    "level": "village",
                    "kind": "administrative",
                    "parent_id": parent.id,
                    "path": f"{parent.path}{first + number}/",
                }
                for number in range(many)
            ],
        )
        connection.execute(
            sa.insert(account),
            [
                {
                    "id": people + number,
                    "user_name": f"v{number}",
                    "full_name": f"Cán bộ {number}",
                    "created_at": at(due),
                }
                for number in range(many)
            ],
        )
        connection.execute(
            sa.insert(assignment),
            [
                {
                    "account_id": people + number,
                    "role": "unit_officer",
                    "unit_id": first + number,
                    "valid_from": date(2020, 1, 1),
                }
                for number in range(many)
            ],
        )
        (key,) = owe(connection, quiet, due, at(date(2024, 5, 1)), units=("KL-X2",))
        model = connection.execute(sa.select(obligation).where(obligation.c.id == key)).one()._asdict()
        del model["id"]
        connection.execute(
            sa.insert(obligation),
            [{**model, "key": f"report:x:{number}", "unit_id": first + number} for number in range(many)],
        )
        assert planning.plan(connection, at(due - timedelta(days=14))) >= many
    letters = 0
    while True:
        with quiet.database.write() as connection:
            done = composing.compose(connection, at(due - timedelta(days=14)), SITE)
        if not done.settled:
            break
        assert done.letters <= composing.AT_ONCE
        letters += done.letters
    # The staff of the district are told that the commune itself has nobody for it.
    assert letters == many + 3
