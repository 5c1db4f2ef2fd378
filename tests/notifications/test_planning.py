"""Steps become reminders: whom, when, once; what was missed; what changes in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.reminders import planning
from tests.notifications.owing import at, end_unit, owe, reminders, tick, told
from tests.world import World
from workflow.across.obligations import life
from workflow.ground.schema import account, assignment, obligation, reminder

DUE = date(2024, 6, 10)
OPENED = at(date(2024, 5, 1))
OFFICERS = {"officer.x1t1", "deputy.officer"}


@contextmanager
def passing(world: World) -> Iterator[Connection]:
    """A transaction that is never committed."""
    with world.database.engine.connect() as connection:
        yield connection
        connection.rollback()


def give_role(
    connection: Connection, world: World, who: str, role: str, place: str, *, rank: str = "", deputy_for: str = ""
) -> None:
    connection.execute(
        sa.insert(assignment).values(
            account_id=world.accounts[who],
            role=role,
            unit_id=world.units[place],
            valid_from=date(2020, 1, 1),
            rank=rank,
            deputy_for_id=world.accounts[deputy_for] if deputy_for else None,
        )
    )


def test_each_step_is_told_on_its_day_to_its_parts(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        give_role(connection, eventful, "chair", "leader", "KL-X1-T1")
        for ahead in range(-20, 20):
            tick(connection, at(DUE + timedelta(days=ahead)))
        found = told(connection, key)
        reporters = {("d-14", who) for who in OFFICERS}
        for step in ("d-7", "d-3", "d-1", "d0", "d+1", "d+3", "d+7"):
            reporters |= {(step, who) for who in OFFICERS}
        assert found == reporters | {
            ("d0", "chair"),
            ("d+1", "staff"),
            ("d+1", "staff2"),
            ("d+1", "deputy.staff"),
            ("d+3", "leader"),
            ("d+7", "leader"),
        }
        assert connection.execute(sa.select(obligation.c.next_step_on).where(obligation.c.id == key)).scalar() is None


def test_planning_again_or_with_the_clock_set_back_plans_nothing(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        now = at(DUE - timedelta(days=14), 7, 30)
        assert planning.plan(connection, now) == 2
        before = reminders(connection, key)
        for back in (timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(hours=-1)):
            assert planning.plan(connection, now - back) == 0
        assert reminders(connection, key) == before


def test_even_a_planner_that_lost_its_place_tells_nothing_twice(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        now = at(DUE - timedelta(days=7))
        tick(connection, now)
        connection.execute(sa.update(obligation).where(obligation.c.id == key).values(next_step_on=now.date()))
        assert planning.plan(connection, now) == 0


def test_of_missed_steps_the_latest_is_told_and_the_others_are_superseded(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        assert tick(connection, at(DUE + timedelta(days=3))) == 6
        found = reminders(connection, key)
        assert {(step, who) for step, who, _, status, _ in found if status == "told"} == {
            *(("d+3", who) for who in OFFICERS),
            ("d+1", "staff"),
            ("d+1", "staff2"),
            ("d+1", "deputy.staff"),
            ("d+3", "leader"),
        }
        skipped = {(step, who, why) for step, who, _, status, why in found if status == "skipped"}
        assert skipped == {
            (step, who, "superseded") for step in ("d-14", "d-7", "d-3", "d-1", "d0", "d+1") for who in OFFICERS
        }


def test_steps_before_the_opening_do_not_exist(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, at(DUE - timedelta(days=5)))
        tick(connection, at(DUE - timedelta(days=3)))
        assert {step for step, *_ in reminders(connection, key)} == {"d-3"}


def test_nobody_holding_the_role_is_told_to_the_collectors_staff(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED, units=("KL-X2",))
        tick(connection, at(DUE - timedelta(days=7)))
        assert {(who, part) for _, who, part, *_ in reminders(connection, key)} == {
            ("staff", "vacant"),
            ("staff2", "vacant"),
            ("deputy.staff", "vacant"),
        }


def test_nobody_in_the_office_either_is_told_to_the_leader_above(eventful: World) -> None:
    with passing(eventful) as connection:
        connection.execute(sa.update(assignment).where(assignment.c.role == "staff").values(valid_to=date(2024, 1, 1)))
        (key,) = owe(connection, eventful, DUE, OPENED, units=("KL-X2",), collector="KL-X2")
        tick(connection, at(DUE - timedelta(days=7)))
        assert {(who, part) for _, who, part, *_ in reminders(connection, key)} == {("leader", "vacant")}


@pytest.mark.parametrize(
    ("roles", "told_are"),
    [
        ("commune_reviewer,staff", {"chair2"}),
        ("staff", {"staff", "staff2", "deputy.staff"}),
        ("commune_reviewer,staff,unit_officer", {"officer.x2t1"}),
        ("district_reviewer,staff", {"district1", "district2", "staff", "staff2", "deputy.staff"}),
        ("province_reviewer", {"province1", "province2"}),
    ],
)
def test_of_all_who_may_do_it_the_nearest_are_told(eventful: World, roles: str, told_are: set[str]) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED, units=("KL-X2-T1",), roles=roles)
        give_role(connection, eventful, "province1", "staff", "AS")
        tick(connection, at(DUE - timedelta(days=7)))
        assert {who for _, who, *_ in reminders(connection, key)} == told_are


def test_head_and_deputy_head_are_told_apart_by_rank_and_their_deputies_with_them(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        connection.execute(
            sa.update(assignment)
            .where(assignment.c.account_id == eventful.accounts["leader"], assignment.c.role == "leader")
            .values(rank="head")
        )
        give_role(connection, eventful, "district1", "leader", "KL", rank="deputy_head")
        give_role(connection, eventful, "district2", "leader", "KL", deputy_for="leader")
        for ahead in (3, 7):
            tick(connection, at(DUE + timedelta(days=ahead)))
        found = {(who, part) for _, who, part, status, _ in reminders(connection, key) if status == "told"}
        assert {who for who, part in found if part == "deputy_head"} == {"district1"}
        assert {who for who, part in found if part == "head"} == {"leader", "district2"}


def test_of_several_parts_of_one_person_the_weightiest_counts_and_is_told_once(eventful: World) -> None:
    with passing(eventful) as connection:
        give_role(connection, eventful, "officer.x1t1", "staff", "KL")
        (key,) = owe(connection, eventful, DUE, OPENED)
        tick(connection, at(DUE))
        tick(connection, at(DUE + timedelta(days=1)))
        mine = [row for row in reminders(connection, key) if row[1] == "officer.x1t1" and row[3] == "told"]
        assert mine == [
            ("d0", "officer.x1t1", "reporter", "told", ""),
            ("d+1", "officer.x1t1", "staff", "told", ""),
        ]


@pytest.mark.parametrize("how", ["fulfilled", "withdrawn"])
def test_what_is_done_with_plans_nothing_more(eventful: World, how: str) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        tick(connection, at(DUE - timedelta(days=14)))
        end = life.fulfil_many if how == "fulfilled" else life.withdraw_many
        end(connection, at(DUE - timedelta(days=10)), [key])
        for ahead in range(-9, 20):
            tick(connection, at(DUE + timedelta(days=ahead)))
        assert {step for step, *_ in reminders(connection, key)} == {"d-14"}


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("fulfilled", lambda c, w, key: life.fulfil(c, at(DUE), key)),
        ("withdrawn", lambda c, w, key: life.withdraw_many(c, at(DUE), [key])),
        ("moved", lambda c, w, key: life.move(c, at(DUE), [key], DUE + timedelta(days=30))),
        (
            "locked",
            lambda c, w, key: c.execute(
                sa.update(account).where(account.c.user_name.in_(OFFICERS)).values(locked_at=at(DUE))
            ),
        ),
        (
            "left_role",
            lambda c, w, key: c.execute(
                sa.update(assignment)
                .where(assignment.c.account_id.in_([w.accounts[who] for who in OFFICERS]))
                .values(valid_to=DUE - timedelta(days=2))
            ),
        ),
        ("unit_ended", lambda c, w, key: end_unit(c, "KL-X1-T1", DUE - timedelta(days=2))),
    ],
)
def test_what_is_no_longer_true_when_it_is_written_is_skipped_with_the_reason(
    eventful: World, why: str, change: object
) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        now = at(DUE - timedelta(days=1), 6)
        assert tick(connection, now) == 0
        planned = [row for row in reminders(connection, key) if row[3] == "planned"]
        assert {who for _, who, *_ in planned} == OFFICERS
        assert callable(change)
        change(connection, eventful, key)
        assert tick(connection, at(DUE - timedelta(days=1), 7)) == 0
        after = {(step, who): (status, reason) for step, who, _, status, reason in reminders(connection, key)}
        assert {after["d-1", who] for who in OFFICERS} == {("skipped", why)}


def test_moved_date_is_told_once_and_the_steps_begin_anew(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        tick(connection, at(DUE - timedelta(days=7)))
        planning.plan(connection, at(DUE - timedelta(days=3), 5))
        moved = at(DUE - timedelta(days=3), 6)
        life.move(connection, moved, [key], DUE + timedelta(days=7))
        assert planning.announce(connection, moved, [key], planning.MOVED) == 2
        assert planning.announce(connection, moved, [key], planning.MOVED) == 0
        old = [row for row in reminders(connection, key) if row[0] == "d-3"]
        assert {(status, why) for *_, status, why in old} == {("skipped", "moved")}
        for ahead in range(-3, 20):
            tick(connection, at(DUE + timedelta(days=ahead)))
        rows = connection.execute(
            sa.select(reminder.c.step, reminder.c.due_on)
            .where(reminder.c.obligation_id == key, reminder.c.account_id == eventful.accounts["officer.x1t1"])
            .where(reminder.c.status == "told")
            .order_by(reminder.c.id)
        ).all()
        assert [tuple(row) for row in rows] == [
            ("d-7", DUE),
            ("moved:1", DUE + timedelta(days=7)),
            ("d-7", DUE + timedelta(days=7)),
            ("d-3", DUE + timedelta(days=7)),
            ("d-1", DUE + timedelta(days=7)),
            ("d0", DUE + timedelta(days=7)),
            ("d+1", DUE + timedelta(days=7)),
            ("d+3", DUE + timedelta(days=7)),
            ("d+7", DUE + timedelta(days=7)),
        ]


def test_a_date_that_moves_there_and_back_is_told_each_time(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        for day in (DUE + timedelta(days=7), DUE, DUE + timedelta(days=7)):
            life.move(connection, OPENED, [key], day)
            assert planning.announce(connection, OPENED, [key], planning.MOVED) == 2


def test_meetings_have_no_steps_after_their_day(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED, roles="commune_reviewer", subject="meeting", units=("KL-X2",))
        for ahead in range(-20, 20):
            planning.plan(connection, at(DUE + timedelta(days=ahead)))
        assert {step for step, *_ in reminders(connection, key)} == {"d-14", "d-7", "d-3", "d-1", "d0"}


def test_a_year_without_steps_reminds_of_nothing(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        connection.execute(sa.text("DELETE FROM reminder_step"))
        assert planning.plan(connection, at(DUE)) == 0
        assert connection.execute(sa.select(obligation.c.next_step_on).where(obligation.c.id == key)).scalar() is None
