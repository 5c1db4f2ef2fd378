"""Working days of Vietnam: weekends, public holidays, what an administrator corrects, and rolling over them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.across.obligations import due
from workflow.across.obligations.working_days import WorkingDays, public_holidays
from workflow.ground.refusals import InvalidInput

NOW = datetime(2026, 10, 22, 2, 0, tzinfo=UTC)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("stated", "rolled"),
    [
        (date(2026, 10, 30), date(2026, 10, 30)),
        (date(2026, 10, 31), date(2026, 11, 2)),
        # The evening before Tết is a Monday; the week of Tết is off as a whole.
        (date(2026, 2, 14), date(2026, 2, 23)),
        (date(2026, 4, 30), date(2026, 5, 4)),
        (date(2025, 12, 31), date(2025, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 4)),
    ],
)
def test_day_off_rolls_to_next_working_day(stated: date, rolled: date) -> None:
    assert WorkingDays().roll(stated) == rolled


def test_corrections_go_before_weekend_and_holiday() -> None:
    swapped = WorkingDays({date(2026, 10, 31): True, date(2026, 11, 2): False})
    assert swapped.roll(date(2026, 10, 31)) == date(2026, 10, 31)
    assert swapped.roll(date(2026, 11, 1)) == date(2026, 11, 3)
    assert WorkingDays({date(2026, 9, 2): True}).is_working(date(2026, 9, 2))


def test_endless_holiday_is_refused() -> None:
    idle = WorkingDays({date(2026, 1, 1) + timedelta(days=n): False for n in range(100)})
    with pytest.raises(InvalidInput, match="bảng ngày nghỉ"):
        idle.roll(date(2026, 1, 1))


@given(day=DAYS, corrections=st.dictionaries(DAYS, st.booleans(), max_size=40))
def test_rolling_finds_the_first_working_day(day: date, corrections: dict[date, bool]) -> None:
    calendar = WorkingDays(corrections)
    rolled = calendar.roll(day)
    assert rolled >= day
    assert calendar.is_working(rolled)
    assert not any(calendar.is_working(day + timedelta(days=n)) for n in range((rolled - day).days))
    assert calendar.roll(rolled) == rolled


@given(day=DAYS)
def test_working_day_is_no_weekend_and_no_holiday(day: date) -> None:
    assert WorkingDays().is_working(day) == (day.isoweekday() < 6 and day not in public_holidays(day.year))


@pytest.mark.parametrize("written", ["31/02/2027", "ngày mai", "5/11", "21/10/2026", "01/01/2030", ""])
def test_due_date_that_cannot_be_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        due.stated(written, NOW)
    assert list(refused.value.problems) == ["due"]


def test_due_date_may_be_today_as_reckoned_in_vietnam() -> None:
    # 18:00 UTC on the 22nd is the 23rd in Vietnam.
    late = datetime(2026, 10, 22, 18, 0, tzinfo=UTC)
    assert due.stated("23/10/2026", late) == date(2026, 10, 23)
    with pytest.raises(InvalidInput, match="đã qua"):
        due.stated("22/10/2026", late)


def test_day_ends_at_midnight_in_vietnam() -> None:
    assert due.due_at(date(2026, 11, 2)) == datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
    assert due.days_left(date(2026, 11, 2), datetime(2026, 11, 2, 16, 59, tzinfo=UTC)) == 0
    assert due.days_left(date(2026, 11, 2), datetime(2026, 11, 2, 17, 0, tzinfo=UTC)) == -1
