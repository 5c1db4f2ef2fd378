"""Dates as typed, as written out and as a spreadsheet keeps them."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.ground.reading.dates import EARLIEST, LATEST, DateUnreadable, format_date, parse_date_vi

DAY = date(2024, 2, 5)


@pytest.mark.parametrize(
    "written",
    [
        "05/02/2024",
        "5/2/2024",
        "5-2-2024",
        "5.2.2024",
        " 05 / 02 / 2024 ",
        "2024-02-05",
        "2024-02-05 00:00:00",
        "2024-02-05T07:30:00Z",
        "ngày 05 tháng 02 năm 2024",
        "Ngày 5 tháng 2, năm 2024",
        unicodedata.normalize("NFD", "ngày 05 tháng 02 năm 2024"),
        "ngày 5/2/2024",
        "05/02/2024\u200b",
        DAY,
        datetime(2024, 2, 5, 23, 59),  # noqa: DTZ001 - a spreadsheet's moments have no zone
        datetime(2024, 2, 4, 17, 0, tzinfo=UTC),
        45327,
        45327.75,
    ],
)
def test_reads(written: str | date | float) -> None:
    assert parse_date_vi(written) == DAY


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "Hãy nhập ngày"),
        ("05/02/24", "bốn chữ số"),
        ("5/2", "thiếu năm"),
        ("ngày 5 tháng 2", "thiếu năm"),
        ("02/13/2024", "không có tháng 13"),
        ("30/02/2024", "lịch không có"),
        ("29/02/2023", "lịch không có"),
        ("00/02/2024", "lịch không có"),
        ("5/2-2024", "không đúng dạng"),
        ("hôm qua", "không đúng dạng"),
        ("45327", "không đúng dạng"),
        ("05/02/0204", "phải từ"),
        ("05/02/2204", "phải từ"),
        (date(1900, 1, 1), "phải từ"),
        (12, "không đúng dạng"),
        (float("nan"), "không đúng dạng"),
        (1e300, "không đúng dạng"),
        (True, "không đúng dạng"),
        ("1/" * 50_000, "không đúng dạng"),
    ],
)
def test_refuses(written: str | date | float, why: str) -> None:
    with pytest.raises(DateUnreadable) as refused:
        parse_date_vi(written)
    assert why in refused.value.message
    assert "05/02/2024" in refused.value.message


@given(st.dates(EARLIEST, LATEST))
def test_every_way_of_writing_a_day_reads_back(day: date) -> None:
    assert parse_date_vi(format_date(day)) == day
    assert parse_date_vi(day.isoformat()) == day
    assert parse_date_vi(f"ngày {day.day} tháng {day.month} năm {day.year}") == day
    assert parse_date_vi((day - date(1899, 12, 30)) / timedelta(days=1)) == day


@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_date_vi(text)
    except DateUnreadable:
        return
    assert EARLIEST <= found <= LATEST
