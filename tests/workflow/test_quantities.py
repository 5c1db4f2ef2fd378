"""Vietnamese numbers: read one way or refused, never guessed."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.ground.reading.quantities import (
    UNIT_ALIASES,
    Qualifier,
    Quantity,
    QuantityUnreadable,
    UnitsDiffer,
    echo,
    format_number,
    format_quantity,
    parse_quantity,
    sum_quantities,
)


@pytest.mark.parametrize(
    ("written", "value", "unit", "qualifier"),
    [
        ("1,139 tỷ", "1139000000", None, "exactly"),
        ("1,139 tỷ đồng", "1139000000", "đồng", "exactly"),
        ("1,139 tỷ đồng tiền mặt", "1139000000", "đồng", "exactly"),
        ("1,139", "1.139", None, "exactly"),
        ("8.524", "8524", None, "exactly"),
        ("8.524 công", "8524", "ngày công", "exactly"),
        ("8 524", "8524", None, "exactly"),
        ("8\u00a0524 ngày công", "8524", "ngày công", "exactly"),
        ("8\u202f524", "8524", None, "exactly"),
        ("35.300.000đ", "35300000", "đồng", "exactly"),
        ("trên 35.300.000đ", "35300000", "đồng", "at_least"),
        ("570.000đ", "570000", "đồng", "exactly"),
        ("25.936.000 đồng.", "25936000", "đồng", "exactly"),
        ("172,5 kg", "172.5", "kg", "exactly"),
        ("253kg gạo", "253", "kg gạo", "exactly"),
        ("61.8km", "61.8", "km", "exactly"),
        ("61.85 km", "61.85", "km", "exactly"),
        ("0.524 km", "0.524", "km", "exactly"),
        ("9.952 m2", "9952", "m²", "exactly"),
        ("9.952m²", "9952", "m²", "exactly"),
        ("1.234.567,89", "1234567.89", None, "exactly"),
        ("trên 350", "350", None, "at_least"),
        ("Hơn 500 cây tre, vầu", "500", "cây tre, vầu", "at_least"),
        ("350 ngày công trở lên", "350", "ngày công", "at_least"),
        ("không dưới 20 hộ", "20", "hộ", "at_least"),
        ("gần 300 lượt người", "300", "lượt người", "approximately"),
        ("khoảng 20 triệu", "20000000", None, "approximately"),
        ("trên dưới 40 người", "40", "người", "approximately"),
        ("~15 ha", "15", "ha", "approximately"),
        ("tối đa 5 triệu", "5000000", None, "at_most"),
        ("khong qua 12 ho", "12", "ho", "at_most"),
        ("2 triệu 500 nghìn", "2500000", None, "exactly"),
        ("1 tỷ 139 triệu đồng", "1139000000", "đồng", "exactly"),
        ("2 triệu 500.000 đồng", "2500000", "đồng", "exactly"),
        ("3 trăm nghìn", "300000", None, "exactly"),
        ("1 triệu 5 trăm nghìn", "1500000", None, "exactly"),
        ("2 triệu rưỡi", "2500000", None, "exactly"),
        ("1,5 nghìn người", "1500", "người", "exactly"),
        ("20 trđ", "20000000", "đồng", "exactly"),
        ("20tr", "20000000", None, "exactly"),
        ("1.5 tỷ", "1500000000", None, "exactly"),
        ("1.139,5 tỷ", "1139500000000", None, "exactly"),
        ("0,5 tỉ", "500000000", None, "exactly"),
        ("5 trạm bơm", "5", "trạm bơm", "exactly"),
        ("06", "6", None, "exactly"),
        ("0", "0", None, "exactly"),
        ("85%", "85", "%", "exactly"),
        ("１７２，５ kg", "172.5", "kg", "exactly"),
        (unicodedata.normalize("NFD", "khoảng 1,2 tỷ đồng"), "1200000000", "đồng", "approximately"),
        ("KHOẢNG 20 TRIỆU ĐỒNG", "20000000", "đồng", "approximately"),
        ("khoang 20 trieu dong", "20000000", "dong", "approximately"),
        ("\u202e350\u202c ngày công", "350", "ngày công", "exactly"),
    ],
)
def test_reads(written: str, value: str, unit: str | None, qualifier: Qualifier) -> None:
    expected_unit = {"ho": "hộ", "dong": "đồng"}.get(unit or "", unit)
    assert parse_quantity(written) == Quantity(Decimal(value), expected_unit, qualifier)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("1.139 tỷ", ["1.139.000.000", "1.139.000.000.000", "1,139 tỷ"]),
        ("2.500 triệu đồng", ["2.500.000", "2.500.000.000"]),
        ("2tr5", ["2.500.000", "2.000.005"]),
        ("2 triệu 500", ["2.500.000", "2.000.500"]),
        ("1,139 lượt người", ["1.139 lượt người"]),
        ("35,300 đồng", ["35.300 đồng"]),
        ("1,234,567.89", ["1.234.567"]),
    ],
)
def test_two_readings_are_both_named(written: str, named: list[str]) -> None:
    with pytest.raises(QuantityUnreadable) as refused:
        parse_quantity(written)
    assert [text for text in named if text not in refused.value.message] == []


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "để trống"),
        ("   ", "để trống"),
        ("nhiều", "không có chữ số"),
        ("hai trăm", "không có chữ số"),
        ("17/19", "tỷ số"),
        ("8/8 thôn", "tỷ số"),
        ("-5", "âm"),
        ("−5 kg", "âm"),
        ("âm 5", "âm"),
        ("10-15 kg", "khoảng"),
        ("từ 10 đến 15", "khoảng"),
        ("10 đến 15", "khoảng"),
        ("100 triệu và 50 ngày công", "hơn một số"),
        ("500k", "“k”"),
        ("50 ngan", "nghìn"),
        ("5 tram", "trăm"),
        ("1.23.456", "không đều"),
        ("1234.567", "không đều"),
        ("012.345", "không đều"),
        ("8 52", "không đều"),
        ("1,2,3", "không đều"),
        ("1..5", "không đều"),
        ("10²", "không hiểu"),
        ("1e5", "hơn một số"),
        ("٣٥٠", "không có chữ số"),
        ("bốn mươi 5", "trước số"),
        ("3 tỷ 5 tỷ", "không khớp"),
        ("3 nghìn 5 triệu", "không khớp"),
        ("1,5 triệu 300 nghìn", "không khớp"),
        ("3 triệu nghìn", "sai chỗ"),
        ("20 triệu hơn", "trước số"),
        ("1,5 người", "phần lẻ"),
        ("9" * 16, "quá dài"),
        ("999999 tỷ tỷ", "quá lớn"),
        ("0,0000001", "số lẻ"),
        ("1" * 100_000, "quá dài"),
        ("1 " * 90, "không đều"),
        ("=1+1", "hơn một số"),
        ("<script>1</script>", "trước số"),
    ],
)
def test_refuses(written: str, why: str) -> None:
    with pytest.raises(QuantityUnreadable) as refused:
        parse_quantity(written)
    assert why in refused.value.message
    assert "Ví dụ" in refused.value.message
    assert len(refused.value.message) < 300


VALUES = st.decimals(min_value=0, max_value=10**12, places=6) | st.integers(0, 10**14).map(Decimal)
WHOLE_UNITS = st.sampled_from(["người", "lượt người", "hộ", "cây", "đồng"])
OTHER_UNITS = st.sampled_from([None, "ngày công", "m²", "m³", "km", "ha", "kg", "%", "kg gạo"])
QUALIFIERS: st.SearchStrategy[Qualifier] = st.sampled_from(["exactly", "at_least", "approximately", "at_most"])
QUANTITIES = st.builds(Quantity, VALUES, OTHER_UNITS, QUALIFIERS) | st.builds(
    Quantity, st.integers(0, 10**14).map(Decimal), WHOLE_UNITS, QUALIFIERS
)


@given(QUANTITIES)
def test_what_is_shown_reads_back_the_same(quantity: Quantity) -> None:
    assert parse_quantity(format_quantity(quantity)) == quantity


@given(st.text(alphabet="0123456789., trieutỷđồngkm²/-“”\u00a0\u0301٣k%", max_size=40) | st.text(max_size=250))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        quantity = parse_quantity(text)
    except QuantityUnreadable:
        return
    assert quantity.value >= 0
    assert parse_quantity(format_quantity(quantity)) == quantity


@given(st.integers(1, 999), st.integers(0, 999))
def test_a_comma_before_a_multiplier_is_decimal(whole: int, part: int) -> None:
    assert parse_quantity(f"{whole},{part:03d} tỷ").value == whole * 10**9 + part * 10**6


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1139000000", "1.139.000.000"),
        ("172.50", "172,5"),
        ("1E+3", "1.000"),
        ("0.000", "0"),
        ("-1234.5", "-1.234,5"),
    ],
)
def test_format_number(value: str, shown: str) -> None:
    assert format_number(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("trên 350 công", "Hiểu là: trên 350 ngày công"),
        ("1,139 tỷ đồng", "Hiểu là: 1.139.000.000 đồng (1,139 tỷ)"),
        ("35.300.000đ", "Hiểu là: 35.300.000 đồng (35,3 triệu)"),
        ("1.234.567.891", "Hiểu là: 1.234.567.891"),
        ("1,139", "Hiểu là: 1,139 (số lẻ, giữa 1 và 2)"),
        ("85%", "Hiểu là: 85%"),
    ],
)
def test_echo(written: str, said: str) -> None:
    assert echo(parse_quantity(written)) == said


def test_caller_may_bring_its_own_units() -> None:
    assert parse_quantity("12 BAO XI MĂNG", unit_aliases={**UNIT_ALIASES, "bao xi măng": "bao"}).unit == "bao"


def _quantity(value: str, qualifier: Qualifier = "exactly", unit: str | None = "kg") -> Quantity:
    return Quantity(Decimal(value), unit, qualifier)


def test_sum_keeps_at_least() -> None:
    assert sum_quantities([_quantity("350", "at_least"), _quantity("172.5"), _quantity("0.5")]) == _quantity(
        "523", "at_least"
    )


def test_sum_of_mixed_qualifiers_is_approximate() -> None:
    assert sum_quantities([_quantity("1", "at_least"), _quantity("2", "at_most")]) == _quantity("3", "approximately")
    assert sum_quantities([_quantity("1", "approximately"), _quantity("2", "at_least")]).qualifier == "approximately"


def test_sum_of_nothing_is_zero_of_the_named_unit() -> None:
    assert sum_quantities([], unit="km") == _quantity("0", unit="km")


def test_sum_refuses_different_units() -> None:
    with pytest.raises(UnitsDiffer, match="kg, km"):
        sum_quantities([_quantity("1"), _quantity("1", unit="km")])


@given(st.lists(QUANTITIES.map(lambda q: Quantity(q.value, "kg", q.qualifier)), min_size=1), st.randoms())
def test_sum_does_not_depend_on_the_order(quantities: list[Quantity], random: object) -> None:
    assert sum_quantities(quantities) == sum_quantities(list(reversed(quantities)))
