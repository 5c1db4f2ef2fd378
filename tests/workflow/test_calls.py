"""Calls for reports: by the clock and in one's own words, who owes them, moving and withdrawing, and whoever may not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.world import NOW, World
from workflow.across.obligations import calls, due_calls, life
from workflow.across.obligations.calls import Called, CallInput
from workflow.across.obligations.selector import Selector
from workflow.core.people import units
from workflow.ground.refusals import Conflict, InvalidInput, NotAllowed, NotFound, NotPossible
from workflow.ground.schema import account, assignment, day_off, history, obligation, report_call, report_kind, unit
from workflow.ground.vietnam_time import local_date

COMMAND = CallInput(
    year=2024,
    unit="KL",
    label="Báo cáo nhanh về làm đường",
    due="12/03/2024",
    instructions="Nêu số km đã làm.",
    to=Selector(levels=("commune",)),
)


def opened(world: World, command: CallInput = COMMAND, who: str = "staff", now: datetime = NOW) -> Called:
    with world.database.write() as connection:
        return calls.open_call(connection, who, now, command)


def owed(world: World, call_id: int) -> dict[str, Any]:
    """Rows of a call by the code of the unit that owes."""
    codes = {key: code for code, key in world.units.items()}
    with world.database.read() as connection:
        rows = connection.execute(sa.select(obligation).where(obligation.c.call_id == call_id)).all()
    return {codes[row.unit_id]: row for row in rows}


def entries(world: World, call_id: int) -> list[str]:
    with world.database.read() as connection:
        return list(
            connection.execute(
                sa.select(history.c.trigger)
                .where(history.c.subject == "call", history.c.subject_id == call_id)
                .order_by(history.c.seq)
            ).scalars()
        )


def test_call_is_owed_by_chosen_level_below_the_caller(world: World) -> None:
    called = opened(world)
    rows = owed(world, called.call_id)
    assert sorted(rows) == ["KL-X1", "KL-X2"]
    assert sorted(row.id for row in rows.values()) == sorted(called.obligations)
    first = rows["KL-X1"]
    assert (first.subject, first.roles, first.collector_id) == (
        "report",
        "unit_officer,commune_reviewer",
        world.units["KL"],
    )
    assert (first.due_on, first.due_at) == (date(2024, 3, 12), datetime(2024, 3, 12, 17, 0, tzinfo=UTC))
    # Opened on the first of March: the step 14 days before does not exist for it, the one 7 days before is next.
    assert first.next_step_on == date(2024, 3, 5)
    assert entries(world, called.call_id) == ["call_opened"]


def test_weekend_rolls_and_the_plan_says_so(world: World) -> None:
    with world.database.read() as connection:
        plan = calls.plan_call(connection, "staff", NOW, replace(COMMAND, due="09/03/2024"))
    assert (plan.due_stated, plan.due_on, plan.rolled) == (date(2024, 3, 9), date(2024, 3, 11), True)
    assert [(one.code, one.held) for one in plan.units] == [("KL-X1", True), ("KL-X2", True)]


def test_plan_tells_where_nobody_holds_the_role(world: World) -> None:
    command = replace(COMMAND, to=Selector(levels=("village",)), roles=("unit_officer",))
    with world.database.read() as connection:
        everybody = calls.plan_call(connection, "staff", NOW, command)
        connection.execute(sa.text("DELETE FROM assignment WHERE unit_id = :unit"), {"unit": world.units["KL-X2-T1"]})
        plan = calls.plan_call(connection, "staff", NOW, command)
    assert all(one.held for one in everybody.units)
    assert [one.code for one in plan.units if not one.held] == ["KL-X2-T1"]


@pytest.mark.parametrize("gone", ["locked", "ended", "to_come", "locked_deputy"])
def test_reporter_who_cannot_sign_in_is_nobody(world: World, gone: str) -> None:
    command = replace(COMMAND, to=Selector(levels=("village",)), roles=("unit_officer",))
    village, today = world.units["KL-X2-T1"], local_date(NOW)
    here = sa.and_(assignment.c.unit_id == village, assignment.c.role == "unit_officer")
    with world.database.write() as connection:
        officers = list(connection.execute(sa.select(assignment.c.account_id).where(here)).scalars())
        assert len(officers) == 1
        chair = connection.execute(sa.select(account.c.id).where(account.c.user_name == "chair")).scalar_one()
        if gone in ("locked", "locked_deputy"):
            lock = sa.update(account).values(locked_at=NOW)
            connection.execute(lock.where(account.c.id.in_(officers)))
        if gone == "locked_deputy":
            deputy = {"account_id": chair, "role": "unit_officer", "unit_id": village, "deputy_for_id": officers[0]}
            connection.execute(sa.insert(assignment).values(valid_from=today, **deputy))
            assert not _vacant(connection, command)
            connection.execute(lock.where(account.c.id == chair))
        elif gone == "ended":
            connection.execute(sa.update(assignment).where(here).values(valid_to=today - timedelta(days=1)))
        elif gone == "to_come":
            connection.execute(sa.update(assignment).where(here).values(valid_from=today + timedelta(days=1)))
        assert _vacant(connection, command) == ["KL-X2-T1"]


def _vacant(connection: Connection, command: CallInput) -> list[str]:
    return [one.code for one in calls.plan_call(connection, "staff", NOW, command).units if not one.held]


def test_unit_below_one_that_owes_reports_through_it(world: World) -> None:
    called = opened(world, replace(COMMAND, to=Selector()))
    assert sorted(owed(world, called.call_id)) == ["KL-CQ1", "KL-X1", "KL-X2"]


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"due": "31/02/2024"}, "due", "lịch không có ngày này"),
        ({"due": "29/02/2024"}, "due", "đã qua"),
        ({"due": "12/03/2044"}, "due", "quá xa"),
        ({"label": "  "}, "label", "đặt tên"),
        ({"to": Selector(levels=("province",))}, "units", "Không có đơn vị nào"),
        ({"to": None, "units": ()}, "units", "chọn đơn vị"),
        ({"to": None, "units": ("KL-X1", "BS-X1")}, "units", "BS-X1"),
        ({"to": None, "units": ("KL",)}, "units", "KL"),
        ({"period_from": "01/06/2024", "period_to": "01/05/2024"}, "period_to", "đầu kỳ"),
        ({"sections": ("poetry",)}, "sections", "phần này"),
    ],
)
def test_what_cannot_be_called_for_is_refused(world: World, changes: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        opened(world, replace(COMMAND, **changes))
    assert list(refused.value.problems) == [field]
    assert says in refused.value.problems[field]
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(obligation)).scalar_one() == 0


def test_only_those_who_collect_may_call(world: World) -> None:
    for who in ("officer.x1", "inspector1", "villager"):
        with pytest.raises((NotAllowed, NotFound)):
            opened(world, who=who)
    with pytest.raises(NotFound):
        opened(world, who="outsider")
    # A commune's reviewer calls for reports of their own villages, and of nobody else's.
    called = opened(world, replace(COMMAND, unit="KL-X1", to=Selector(levels=("village",))), "chair")
    assert sorted(owed(world, called.call_id)) == ["KL-X1-T1", "KL-X1-T2"]
    with pytest.raises(NotFound):
        opened(world, who="chair")


def test_merged_unit_gives_way_to_its_successor(world: World) -> None:
    with world.database.write() as connection:
        units.merge_into(connection, "admin", NOW, "KL-X2", "KL-X1")
    called = opened(world, replace(COMMAND, to=None, units=("KL-X2",)))
    assert sorted(owed(world, called.call_id)) == ["KL-X1"]
    both = opened(world, replace(COMMAND, to=None, units=("KL-X2", "KL-X1")))
    assert sorted(owed(world, both.call_id)) == ["KL-X1"]


def test_moving_recomputes_what_is_still_owed(world: World) -> None:
    called = opened(world)
    done = owed(world, called.call_id)["KL-X2"]
    with world.database.write() as connection:
        life.fulfil(connection, NOW, done.id)
        moved = calls.move_due(connection, "staff", NOW, called.call_id, "23/03/2024", 1)
    rows = owed(world, called.call_id)
    assert moved.obligations == (rows["KL-X1"].id,)
    first = rows["KL-X1"]
    assert (first.due_stated, first.due_on, first.sequence) == (date(2024, 3, 23), date(2024, 3, 25), 1)
    assert (first.due_at, first.next_step_on) == (datetime(2024, 3, 25, 17, 0, tzinfo=UTC), date(2024, 3, 11))
    assert (rows["KL-X2"].due_on, rows["KL-X2"].sequence) == (date(2024, 3, 12), 0)
    assert entries(world, called.call_id) == ["call_opened", "call_moved"]


def test_stale_version_and_strangers_change_nothing(world: World) -> None:
    called = opened(world)
    with world.database.write() as connection:
        calls.move_due(connection, "staff", NOW, called.call_id, "20/03/2024", 1)
    with pytest.raises(Conflict), world.database.write() as connection:
        calls.move_due(connection, "staff2", NOW, called.call_id, "21/03/2024", 1)
    with pytest.raises(NotFound), world.database.write() as connection:
        calls.move_due(connection, "outsider", NOW, called.call_id, "21/03/2024")
    with pytest.raises(NotAllowed), world.database.write() as connection:
        calls.withdraw(connection, "inspector1", NOW, called.call_id, reason="Thôi.")
    assert owed(world, called.call_id)["KL-X1"].due_on == date(2024, 3, 20)


def test_withdrawing_ends_what_is_owed(world: World) -> None:
    called = opened(world)
    with pytest.raises(InvalidInput), world.database.write() as connection:
        calls.withdraw(connection, "staff", NOW, called.call_id, reason=" ")
    with world.database.write() as connection:
        ended = calls.withdraw(connection, "staff", NOW, called.call_id, reason="Trùng với báo cáo quý.")
    assert len(ended.obligations) == 2
    assert {row.withdrawn_at for row in owed(world, called.call_id).values()} == {NOW}
    assert {row.next_step_on for row in owed(world, called.call_id).values()} == {None}
    with pytest.raises(NotPossible), world.database.write() as connection:
        calls.move_due(connection, "staff", NOW, called.call_id, "20/03/2024")


def test_clock_calls_for_each_kind_once(world: World) -> None:
    before = datetime(2024, 2, 22, 2, 0, tzinfo=UTC)
    with world.database.write() as connection:
        assert due_calls.open_due_calls(connection, before) == []
    with world.database.write() as connection:
        first = due_calls.open_due_calls(connection, NOW)
        assert due_calls.open_due_calls(connection, NOW + timedelta(days=1)) == []
    with world.database.read() as connection:
        rows = connection.execute(sa.select(report_call)).all()
    assert sorted((row.unit_id, row.label, row.opened_by) for row in rows) == sorted(
        (world.units[code], "Báo cáo quý I", None) for code in ("KL", "BS")
    )
    by_unit = {row.unit_id: row.id for row in rows}
    assert sorted(owed(world, by_unit[world.units["KL"]])) == ["KL-CQ1", "KL-X1", "KL-X2"]
    assert sum(len(called.obligations) for called in first) == 4


def test_clock_looks_once_a_day_and_after_a_unit_or_a_year_has_changed(world: World) -> None:
    with world.database.write() as connection:
        due_calls.open_due_calls(connection, NOW)
    with world.database.write() as connection:
        quietly = sa.select(unit).where(unit.c.code == "KL-X1")
        row = dict(connection.execute(quietly).mappings().one())
        del row["id"]
        connection.execute(
            sa.insert(unit).values({**row, "code": "KL-X8", "path": f"{row['path'].rsplit('/', 2)[0]}/998/"})
        )
        assert due_calls.open_due_calls(connection, NOW + timedelta(minutes=5)) == []
        assert len(due_calls.open_due_calls(connection, NOW + timedelta(days=1))[0].obligations) == 1
    with world.database.write() as connection:
        units.create_unit(connection, "admin", NOW, "KL-X9", "Xã Mới Lập", "commune", "administrative", "KL")
        (added,) = due_calls.open_due_calls(connection, NOW + timedelta(days=1, minutes=5))
    assert len(added.obligations) == 1
    with world.database.read() as connection:
        owing = sa.select(sa.func.count()).where(obligation.c.call_id == report_call.c.id).scalar_subquery()
        kept = connection.execute(sa.select(report_call.c.units, owing)).all()
    assert [units for units, _counted in kept] == [counted for _units, counted in kept] != []


def test_kind_missed_long_ago_is_not_called_for(world: World) -> None:
    with world.database.write() as connection:
        assert due_calls.open_due_calls(connection, datetime(2024, 3, 26, 2, 0, tzinfo=UTC)) == []
        assert due_calls.open_due_calls(connection, datetime(2024, 3, 20, 2, 0, tzinfo=UTC)) != []


def test_due_date_of_the_year_rolls_by_corrected_calendar(world: World) -> None:
    with world.database.write() as connection:
        connection.execute(
            sa.insert(day_off).values(day=date(2024, 3, 15), working=False, label="Nghỉ bù", noted_at=NOW)
        )
        due_calls.open_due_calls(connection, NOW)
        assert set(connection.execute(sa.select(report_call.c.due_on)).scalars()) == {date(2024, 3, 18)}


def test_selector_survives_its_form_in_the_year(world: World) -> None:
    chosen = Selector(("village",), ("administrative",), ("unit_officer",), "commune")
    assert Selector.of(chosen.as_data()) == chosen
    with world.database.write() as connection:
        connection.execute(
            sa.update(report_kind).where(report_kind.c.code == "quarter_1").values(owed_by=chosen.as_data())
        )
        due_calls.open_due_calls(connection, NOW)
        callers = set(connection.execute(sa.select(report_call.c.unit_id)).scalars())
    assert callers == {world.units["KL-X1"], world.units["KL-X2"]}


def test_two_clocks_and_two_hands_at_once(world: World) -> None:
    def clock_tick(_number: int) -> int:
        with world.database.write() as connection:
            return sum(len(called.obligations) for called in due_calls.open_due_calls(connection, NOW))

    with ThreadPoolExecutor(4) as threads:
        opened_by = list(threads.map(clock_tick, range(4)))
    assert sorted(opened_by) == [0, 0, 0, 4]
    call_id = opened(world).call_id

    def move(day: str) -> str:
        try:
            with world.database.write() as connection:
                calls.move_due(connection, "staff", NOW, call_id, day, 1)
        except Conflict:
            return "conflict"
        return "moved"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(move, ("20/03/2024", "21/03/2024"))) == ["conflict", "moved"]
    assert {row.sequence for row in owed(world, call_id).values()} == {1}
