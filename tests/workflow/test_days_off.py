"""What an administrator corrects: days off and swapped working days, kinds of report, reminder steps; what follows."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from notifications.reminders import deeds
from tests.world import NOW, World
from workflow.across.obligations import calls, days_off, due_calls, kinds_editing, life, official_days
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.kinds_editing import KindInput, StepInput
from workflow.across.obligations.working_days import decision, roll, undecided
from workflow.core.programmes import deadlines, editing
from workflow.ground.refusals import Conflict, InvalidInput, NotAllowed
from workflow.ground.schema import calendar_followed, history, obligation, reminder, report_call

FRIDAY = date(2024, 3, 8)


def called(world: World, due: str = "08/03/2024") -> int:
    command = CallInput(2024, "KL", "Báo cáo nhanh", due, units=("KL-X1",))
    with world.database.write() as connection:
        return calls.open_call(connection, "staff", NOW, command).call_id


def noted(world: World, day: date | str, working: bool, who: str = "admin") -> tuple[int, ...]:
    with world.database.write() as connection:
        return days_off.note_day(connection, who, NOW, day, working, "Nghỉ bù theo thông báo")


def dates(world: World) -> list[Any]:
    with world.database.read() as connection:
        return list(connection.execute(sa.select(obligation.c.due_stated, obligation.c.due_on, obligation.c.sequence)))


def test_day_off_moves_what_is_due_and_its_call(world: World) -> None:
    call_id = called(world)
    moved = noted(world, FRIDAY, False)
    assert len(moved) == 1
    assert dates(world) == [(FRIDAY, date(2024, 3, 11), 1)]
    with world.database.write() as connection:
        row = connection.execute(sa.select(report_call).where(report_call.c.id == call_id)).one()
        assert (row.due_stated, row.due_on, row.version) == (FRIDAY, date(2024, 3, 11), 2)
        back = days_off.forget_day(connection, "admin", NOW, FRIDAY)
    assert back == moved
    assert dates(world) == [(FRIDAY, FRIDAY, 2)]
    with world.database.read() as connection:
        triggers = connection.execute(
            sa.select(history.c.trigger).where(history.c.subject == "calendar").order_by(history.c.seq)
        ).scalars()
        assert list(triggers) == ["day_noted", "day_forgotten"]


def test_swapped_saturday_keeps_the_stated_day(world: World) -> None:
    called(world, "09/03/2024")
    assert dates(world) == [(date(2024, 3, 9), date(2024, 3, 11), 0)]
    assert len(noted(world, "09/03/2024", True)) == 1
    assert dates(world) == [(date(2024, 3, 9), date(2024, 3, 9), 1)]


def test_nothing_becomes_late_by_a_correction_afterwards(world: World) -> None:
    # NOW is Friday 1 March; a due date of Saturday 24 February rolled to Monday 26, which is past.
    called(world, "02/03/2024")
    assert noted(world, date(2024, 2, 24), True) == ()
    assert dates(world) == [(date(2024, 3, 2), date(2024, 3, 4), 0)]


@pytest.mark.parametrize(
    ("day", "working", "field"),
    [
        ("30/02/2024", False, "day"),
        ("09/03/2024", False, "day"),
        ("08/03/2024", True, "day"),
        ("08/03/2044", False, "day"),
    ],
)
def test_note_that_says_nothing_new_is_refused(sqlite_world: World, day: str, working: bool, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        noted(sqlite_world, day, working)
    assert list(refused.value.problems) == [field]


def test_only_the_topmost_unit_corrects_the_calendar(sqlite_world: World) -> None:
    with pytest.raises(NotAllowed):
        noted(sqlite_world, FRIDAY, False, "staff")


def test_listing_has_holidays_and_corrections_in_their_place(sqlite_world: World) -> None:
    noted(sqlite_world, date(2024, 9, 2), True)
    with sqlite_world.database.read() as connection:
        found = {one.day: one for one in days_off.listing(connection, 2024)}
    assert (found[date(2024, 9, 2)].working, found[date(2024, 9, 2)].by) == (True, "Hoàng Văn Quản")
    assert (found[date(2024, 1, 1)].noted, found[date(2024, 1, 1)].label) == (False, "Tết Dương lịch")


def test_office_has_the_last_word_over_table_and_library(world: World) -> None:
    now = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
    saturdays = {date(2026, 1, 10): "12729/VPCP-KGVX, 25/12/2025", date(2026, 8, 22): "holidays"}
    for day, source in saturdays.items():
        with world.database.write() as connection:
            assert days_off.listing(connection, 2026)[0].day == date(2026, 1, 1)
            known = {one.day: one for one in days_off.listing(connection, 2026)}[day]
            assert (known.working, known.source.startswith(source)) == (True, True)
            assert roll(connection, day) == day
            with pytest.raises(InvalidInput, match="vốn là ngày làm việc"):
                days_off.note_day(connection, "admin", now, day, True, "Làm bù")
            days_off.note_day(connection, "admin", now, day, False, "Cơ quan nghỉ")
            assert roll(connection, day) == day + timedelta(days=2)
            days_off.forget_day(connection, "admin", now, day)
            assert roll(connection, day) == day


def test_year_is_provisional_until_somebody_names_what_decided_it(world: World) -> None:
    now, today = datetime(2026, 11, 30, 2, 0, tzinfo=UTC), date(2026, 11, 30)
    with world.database.write() as connection:

        def open_years() -> list[int]:
            return [year for year in range(2023, 2029) if undecided(connection, year, today)]

        assert open_years() == [2027, 2028]
        with pytest.raises(NotAllowed):
            days_off.decide_year(connection, "staff", now, 2027, "1/TB")
        for year, source, field in ((2027, "x" * 201, "source"), (1066, "1/TB", "year")):
            with pytest.raises(InvalidInput) as refused:
                days_off.decide_year(connection, "admin", now, year, source)
            assert list(refused.value.problems) == [field]
        for source in ("Thông báo của tỉnh", "1/TB, 1/12/2026"):
            days_off.decide_year(connection, "admin", now, 2027, source)
        assert (open_years(), decision(connection, 2027)) == ([2028], "1/TB, 1/12/2026")
        for _again in range(2):
            days_off.decide_year(connection, "admin", now, 2027, " ")
        assert (open_years(), decision(connection, 2027)) == ([2027, 2028], "")
        told = connection.execute(sa.select(history.c.trigger).where(history.c.subject == "calendar")).scalars()
        assert list(told) == ["year_decided"] * 3


def test_two_processes_that_follow_at_once_do_it_once(world: World) -> None:
    def follow(_process: int) -> tuple[int, ...]:
        with world.database.write() as connection:
            return days_off.follow_official(connection, NOW)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(follow, range(4))) == [()] * 4
    with world.database.read() as connection:
        assert len(connection.execute(sa.select(calendar_followed)).all()) == 1


def test_due_dates_follow_what_another_release_knows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = called(world, "09/03/2024")
    saturday = date(2024, 3, 9)

    def follow(now: datetime = NOW) -> int:
        with world.database.write() as connection:
            return deeds.follow_official_days(connection, now)

    assert (follow(), dates(world)) == (0, [(saturday, date(2024, 3, 11), 0)])
    worked = official_days.Row(saturday, True, "Làm bù", "Worked", "1/TB")
    monkeypatch.setattr(official_days, "shipped", lambda: official_days.OfficialTable((worked,), {}))
    caches = (official_days._rows, official_days.fingerprint)
    for cache in caches:
        cache.cache_clear()
    try:
        assert (follow(), dates(world)) == (1, [(saturday, saturday, 1)])
        assert (follow(), dates(world)) == (0, [(saturday, saturday, 1)])
    finally:
        monkeypatch.undo()
        for cache in caches:
            cache.cache_clear()
    with world.database.read() as connection:
        rows = connection.execute(sa.select(report_call.c.due_on).where(report_call.c.id == call_id))
        assert rows.scalar_one() == saturday
        told = connection.execute(sa.select(reminder.c.step).where(reminder.c.due_on == saturday)).scalars()
        assert set(told) == {"moved:1"}


# Kinds of report ---------------------------------------------------------------------------------------------------------


def kinds(world: World) -> list[KindInput]:
    with world.database.read() as connection:
        return [
            KindInput(
                row.code,
                row.label,
                row.kind,
                f"{row.due_on:%d/%m/%Y}",
                f"{row.period_from:%d/%m/%Y}",
                f"{row.period_to:%d/%m/%Y}",
                str(row.opens_days),
                tuple(row.owed_by["levels"]),
            )
            for row in deadlines.report_kinds(connection, world.year_id)
        ]


def set_kinds(world: World, rows: Sequence[KindInput], **more: Any) -> bool:
    with world.database.write() as connection:
        return kinds_editing.set_report_kinds(connection, "admin", NOW, 2024, rows, **more)


def test_year_begins_with_four_reports(world: World) -> None:
    assert [(one.code, one.kind, one.due) for one in kinds(world)] == [
        ("quarter_1", "quarterly", "15/03/2024"),
        ("half_year", "six_monthly", "10/06/2024"),
        ("quarter_3", "quarterly", "15/09/2024"),
        ("annual", "annual", "31/10/2024"),
    ]


def test_kind_is_added_changed_and_left_out(world: World) -> None:
    rows = kinds(world)
    assert not set_kinds(world, rows)
    new = KindInput(
        "", "Báo cáo chuyên đề rừng", "thematic", "20/05/2024", "01/01/2024", "30/04/2024", "10", ("commune",)
    )
    assert set_kinds(world, [replace(rows[0], due="18/03/2024"), *rows[2:], new])
    after = {one.label: one for one in kinds(world)}
    assert list(after) == ["Báo cáo quý I", "Báo cáo quý III", "Báo cáo tổng kết năm", "Báo cáo chuyên đề rừng"]
    assert after["Báo cáo quý I"].due == "18/03/2024"
    assert after["Báo cáo chuyên đề rừng"].levels == ("commune",)


def test_kind_that_was_called_for_keeps_its_date(world: World) -> None:
    with world.database.write() as connection:
        due_calls.open_due_calls(connection, NOW)
    rows = kinds(world)
    with pytest.raises(InvalidInput) as moved:
        set_kinds(world, [replace(rows[0], due="18/03/2024"), *rows[1:]])
    assert list(moved.value.problems) == ["rows-0-due"]
    with pytest.raises(InvalidInput) as dropped:
        set_kinds(world, rows[1:])
    assert list(dropped.value.problems) == ["rows"]
    assert set_kinds(world, [replace(rows[0], label="Báo cáo ba tháng"), *rows[1:]])


def test_kind_with_impossible_rows_names_each_field(sqlite_world: World) -> None:
    rows = kinds(sqlite_world)
    bad = replace(
        rows[0], kind="weekly", due="31/02/2024", opens_days="400", levels=("planet",), period_to="01/01/2023"
    )
    with pytest.raises(InvalidInput) as refused:
        set_kinds(sqlite_world, [bad])
    assert sorted(refused.value.problems) == [
        "rows-0-due",
        "rows-0-kind",
        "rows-0-levels",
        "rows-0-opens_days",
        "rows-0-period_to",
    ]
    with pytest.raises(Conflict):
        set_kinds(sqlite_world, rows, version=99)


# Reminder steps ----------------------------------------------------------------------------------------------------------


def set_steps(world: World, *rows: StepInput) -> bool:
    with world.database.write() as connection:
        return kinds_editing.set_reminder_steps(connection, "admin", NOW, 2024, rows)


def test_open_obligations_follow_the_new_steps(world: World) -> None:
    called(world)
    assert set_steps(world, StepInput("-5", ("reporter",)), StepInput("+2", ("reporter", "staff"), True))
    with world.database.read() as connection:
        assert life.steps(connection, world.year_id) == (
            (-5, ("reporter",), False),
            (2, ("reporter", "staff"), True),
        )
        assert connection.execute(sa.select(obligation.c.next_step_on)).scalar_one() == date(2024, 3, 3)
    assert not set_steps(world, StepInput("2", ("staff", "reporter"), True), StepInput("−5", ("reporter",)))


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ((StepInput("91", ("reporter",)),), "rows-0-days"),
        ((StepInput("mai", ("reporter",)),), "rows-0-days"),
        ((StepInput("1", ("reporter",)), StepInput("+1", ("staff",))), "rows-1-days"),
        ((StepInput("1", ()),), "rows-0-reporter"),
        ((StepInput("1", ("reporter", "everybody")),), "rows-0-reporter"),
        ((), "rows"),
    ],
)
def test_step_that_cannot_be_is_refused(sqlite_world: World, rows: tuple[StepInput, ...], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_steps(sqlite_world, *rows)
    assert list(refused.value.problems) == [field]


def test_copied_year_has_the_same_reports_a_year_later(world: World) -> None:
    set_steps(world, StepInput("-5", ("reporter",)))
    set_kinds(world, [replace(kinds(world)[0], label="Báo cáo quý I năm 2024", due="29/02/2024")])
    with world.database.write() as connection:
        year_id = editing.copy_year(connection, "admin", NOW, 2024, 2025)
        (row,) = deadlines.report_kinds(connection, year_id)
        assert (row.label, row.due_on, row.period_to) == (
            "Báo cáo quý I năm 2025",
            date(2025, 2, 28),
            date(2025, 3, 31),
        )
        assert [step.days for step in life.steps(connection, year_id)] == [-5]
