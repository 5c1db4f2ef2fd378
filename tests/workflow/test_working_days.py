"""Working days of Vietnam: weekends, public holidays, what an administrator corrects, and rolling over them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.across.obligations import due
from workflow.across.obligations.official_days import OfficialDaysInvalid, decided_by, fingerprint, load, official_days
from workflow.across.obligations.working_days import WorkingDays
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import speaking

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
        # Worked in lieu of 29 April 2024, of 2 May 2025 and of 31 August 2026, as the library knows.
        (date(2024, 5, 4), date(2024, 5, 4)),
        (date(2025, 4, 26), date(2025, 4, 26)),
        (date(2026, 8, 22), date(2026, 8, 22)),
        (date(2026, 8, 29), date(2026, 9, 3)),
        # 12729/VPCP-KGVX, which no release of the library knows.
        (date(2026, 1, 1), date(2026, 1, 5)),
        (date(2026, 1, 2), date(2026, 1, 5)),
        (date(2026, 1, 10), date(2026, 1, 10)),
        (date(2026, 11, 24), date(2026, 11, 25)),
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
    known = official_days(day.year).get(day)
    assert WorkingDays().is_working(day) == (day.isoweekday() < 6 if known is None else known.working)


@pytest.mark.parametrize("year", range(2024, 2031))
def test_tet_has_one_name_whatever_the_day_of_the_moon(year: int) -> None:
    """4 February 2027 is the 28th of its month, which has 29 days: "29 Tết" would be wrong, in 2025 and 2028 too."""
    labels = {one.label for one in official_days(year).values()}
    assert "Nghỉ Tết Nguyên đán" in labels
    assert not {label for label in labels if label.startswith(("29", "Giao thừa", "Mùng"))}


def test_decided_days_stand_with_their_source() -> None:
    found = official_days(2026)
    assert (found[date(2026, 1, 10)].label, found[date(2026, 1, 10)].source) == (
        "Làm bù cho thứ Sáu 2/1/2026",
        "12729/VPCP-KGVX, 25/12/2025",
    )
    assert found[date(2026, 11, 24)].source == "80-NQ/TW"
    assert found[date(2026, 8, 22)].source.startswith("holidays ")
    with speaking(str.upper):
        english = official_days(2026)
    assert english[date(2026, 1, 2)].label == "Day off in exchange for Saturday 10 January 2026"
    assert english[date(2026, 2, 16)].label == "NGHỈ TẾT NGUYÊN ĐÁN"
    assert english[date(2026, 9, 2)].label == "National Day"


def test_year_without_a_decision_is_told_apart() -> None:
    assert [year for year in range(2024, 2031) if not decided_by(year)] == [2027, 2028, 2029, 2030]
    # The library knows the swap of 2019 itself; what is over is decided anyhow.
    assert decided_by(2019).startswith("holidays ")
    assert fingerprint(2026) == fingerprint(2026) != fingerprint(2027)


def test_table_that_cannot_be_used_names_every_fault() -> None:
    bad = """
        [[years]]
        year = 2026
        source = "1/VPCP"
        [[years]]
        year = 2026
        source = "2/VPCP"
        [[days]]
        day = 2026-01-02
        kind = "off"
        name = "Nghỉ"
        source = "1/VPCP"
        [[days]]
        day = 2026-01-02
        kind = "worked"
        name = "Làm bù"
        name_en = "Worked"
        """
    with pytest.raises(OfficialDaysInvalid) as refused:
        load(bad, "days_off.toml")
    assert [problem.key for problem in refused.value.problems] == [
        "years[1].year",
        "days[0].kind",
        "days[0].name_en",
        "days[1].source",
        "days[1].day",
    ]
    with pytest.raises(OfficialDaysInvalid):
        load("[[days]", "days_off.toml")


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
