"""The defaults of a programme year: what the sources fix, and how each fault is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from config import definitions
from workflow.core.programmes.defaults import ProgrammeInvalid, load_defaults, standard_defaults
from workflow.core.programmes.terms import ITEM_IDS
from workflow.ground.reading.names import word_key

TEXT = definitions.programme_text()


def problems(old: str, new: str, count: int = 1) -> list[str]:
    """What is said of the standard text with one thing changed."""
    assert old in TEXT
    with pytest.raises(ProgrammeInvalid) as caught:
        load_defaults(TEXT.replace(old, new, count), "programme.toml")
    return [str(problem) for problem in caught.value.problems]


def test_fields_are_the_five_of_the_district_report_in_its_order() -> None:
    assert [(field.code, field.label) for field in standard_defaults().fields] == [
        ("kinh_te", "Kinh tế"),
        ("van_hoa_xa_hoi", "Văn hóa - xã hội"),
        ("nong_thon_moi", "Nông thôn mới"),
        ("quoc_phong_an_ninh", "Quốc phòng - an ninh"),
        ("he_thong_chinh_tri", "Xây dựng hệ thống chính trị"),
    ]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("VH-XH", "van_hoa_xa_hoi"),
        ("Văn hoá – xã hội", "van_hoa_xa_hoi"),
        ("XÂY DỰNG NTM", "nong_thon_moi"),
        ("quốc phòng, an ninh", "quoc_phong_an_ninh"),
        ("QP - AN", "quoc_phong_an_ninh"),
        ("Xây dựng Đảng và hệ thống chính trị", "he_thong_chinh_tri"),
    ],
)
def test_spellings_of_the_reports_mean_one_field(written: str, code: str) -> None:
    meant = {
        field.code
        for field in standard_defaults().fields
        if word_key(written) in {word_key(name) for name in (field.code, field.label, *field.aliases)}
    }
    assert meant == {code}


def test_score_sheet_and_bands_are_the_defaults_of_the_domain() -> None:
    defaults = standard_defaults()
    assert [(criterion.code, criterion.max_points) for criterion in defaults.criteria] == [
        ("leadership", 15),
        ("fit", 15),
        ("method", 20),
        ("forces", 15),
        ("results", 20),
        ("durability", 15),
    ]
    assert [(band.label, band.from_points) for band in defaults.bands] == [
        ("Xuất sắc", 90),
        ("Tốt", 80),
        ("Đạt", 65),
        ("Chưa đạt", 0),
    ]


def test_review_window_numbering_and_items_are_the_defaults_of_the_domain() -> None:
    defaults = standard_defaults()
    assert (defaults.review.quorum, defaults.review.threshold) == (Fraction(2, 3), Fraction(1, 2))
    assert (defaults.window.opens(2024), defaults.window.closes(2024)) == (date(2024, 1, 15), date(2024, 3, 31))
    assert defaults.numbering == "year"
    assert defaults.min_inspectors == 2
    assert defaults.days_to_mend == 7
    assert tuple(item.id for item in defaults.items) == ITEM_IDS


def test_reminders_go_up_from_the_reporter_to_the_head() -> None:
    steps = standard_defaults().reminder_steps
    assert [step.days for step in steps] == [-14, -7, -3, -1, 0, 1, 3, 7]
    assert [step.recipients[-1] for step in steps][4:] == ["head_of_unit", "staff", "deputy_head", "head"]
    assert [step.with_list_of_late for step in steps] == [False] * 7 + [True]


def test_obligations_fall_on_the_days_of_the_reports() -> None:
    due = {obligation.code: obligation.due.in_year(2024) for obligation in standard_defaults().obligations}
    assert due == {
        "quarter_1": date(2024, 3, 15),
        "half_year": date(2024, 6, 10),
        "quarter_3": date(2024, 9, 15),
        "annual": date(2024, 10, 31),
    }


def test_lifecycle_changes_on_the_day_the_district_ended() -> None:
    defaults = standard_defaults()
    assert defaults.lifecycle_on(date(2025, 6, 30)) == "three_tier"
    assert defaults.lifecycle_on(date(2025, 7, 1)) == "two_tier"
    assert [defaults.lifecycle_for(year) for year in (2024, 2025, 2026)] == ["three_tier", "three_tier", "two_tier"]


def test_measures_know_other_spellings_of_their_unit_and_what_is_absurd() -> None:
    defaults = standard_defaults()
    road = next(measure for measure in defaults.measures if measure.code == "road")
    # 569 km of road in half a year is the wrong unit that the district's report prints.
    assert road.outlier_above is not None
    assert Decimal(569) > road.outlier_above


def test_weights_of_99_are_refused_naming_file_and_key() -> None:
    (message,) = problems("max_points = 20", "max_points = 19")
    total = "15 + 15 + 19 + 15 + 20 + 15 = 99"
    assert message == (f"programme.toml: criteria: tổng điểm tối đa phải bằng 100, đang là {total}; hãy sửa max_points")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("below_points = 90", "below_points = 85", "bands[1].below_points"),
        ("below_points = 90", "below_points = 95", "bands[1].below_points"),
        ("from_points = 90", "from_points = 90\nbelow_points = 99", "bands[0].below_points"),
        ("from_points = 0\n", "from_points = 10\n", "bands"),
        ('"KT"]', '"KT", "ntm"]', "fields[2].aliases[0]"),
        ('"KT"]', '"KT", "Quoc phong – AN NINH"]', "fields[3].code"),
        ('code = "van_hoa_xa_hoi"', 'code = "kinh_te"', "fields[1].code"),
        ('unit_aliases = ["m2"', 'unit_aliases = ["km"', "measures[3].unit"),
        ('quorum = "2/3"', 'quorum = "3/2"', "review.quorum"),
        ('threshold = "1/2"', 'threshold = "1/1"', "review.threshold"),
        ("closes = { month = 3, day = 31 }", "closes = { month = 3, day = 32 }", "window.closes.day"),
        ("month = 1, day = 15", "month = 2, day = 29", "window.opens"),
        ("month = 1, day = 15", "month = 4, day = 15", "window.closes"),
        ('id = "outputs"', 'id = "output"', "items[7].id"),
        ("max_length = 300\n", "max_length = 301\n", "items[0].max_length"),
        ("max_length = 5000", "max_length = 20001", "items[1].max_length"),
        ('numbering = "year"', 'numbering = "decade"', "numbering"),
        ("days = 7\n", "days = 3\n", "reminder_steps[7].days"),
        ('recipients = ["reporter", "head"]', 'recipients = ["reporter", "haed"]', "reminder_steps[7].recipients[1]"),
        ("starts_on = 2025-07-01", 'starts_on = "2025-07-01"', "lifecycles[1].starts_on"),
        ("days_to_mend = 7", "days_to_mend = 0", "returned.days_to_mend"),
        ("min_inspectors = 2", "min_inspector = 2", "inspection.min_inspector"),
    ],
)
def test_each_fault_names_its_key(old: str, new: str, key: str) -> None:
    assert key in [message.split(": ")[1] for message in problems(old, new)]


def test_all_faults_are_told_at_once() -> None:
    text = (
        TEXT.replace("max_points = 20", "max_points = 19", 1).replace('"2/3"', '"x"').replace("[[items]]", "[[itens]]")
    )
    with pytest.raises(ProgrammeInvalid) as caught:
        load_defaults(text, "x.toml")
    assert {problem.key for problem in caught.value.problems} >= {"criteria", "review.quorum", "items", "itens"}


def test_broken_toml_names_its_line() -> None:
    with pytest.raises(ProgrammeInvalid) as caught:
        load_defaults("a = 1\nb = = 2\n", "x.toml")
    assert caught.value.problems[0].key == "dòng 2, cột 5"
