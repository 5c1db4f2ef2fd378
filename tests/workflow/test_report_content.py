"""Sections of a report are data: faults of the file are named, gaps and long texts are told in words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from workflow.across.reports import figures
from workflow.across.reports.figures import Figures, Measured
from workflow.core.labels import REPORT_KINDS
from workflow.core.programmes import report_sections
from workflow.core.programmes.report_sections import Content
from workflow.ground.reading.quantities import Quantity
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import speaking

SECTIONS = report_sections.asked_for(("tasks", "situation"), "ad_hoc")


def test_each_kind_of_report_has_sections() -> None:
    every = [section.id for section in report_sections.every_section()]
    for kind in REPORT_KINDS:
        assert report_sections.default_sections(kind)
        assert [section.id for section in report_sections.asked_for((), kind)] == list(
            report_sections.default_sections(kind)
        )
    assert list(report_sections.default_sections("annual")) == every


def test_sections_come_in_the_order_of_a_report_and_are_numbered() -> None:
    assert [(number, section.id) for number, section in report_sections.numbered(SECTIONS)] == [
        ("I", "situation"),
        ("II", "tasks"),
    ]


def test_titles_are_said_in_the_language_spoken() -> None:
    assert SECTIONS[0].title == "Tình hình chung"
    with speaking(lambda sentence: sentence):
        assert (SECTIONS[0].title, bool(SECTIONS[0].hint)) == ("Situation", True)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[sections]]\nid = "a"\nlabel_en = "A"\nguidance = "x"', "sections[0].label"),
        (
            '[[sections]]\nid = "a"\nlabel = "A"\nlabel_en = "A"\nguidance = "x"\nkinds = ["weekly"]',
            "sections[0].kinds[0]",
        ),
        ('[[sections]]\nid = "a"\nlabel = "A"\nlabel_en = "A"\nguidance = "x"\nleast = -1', "sections[0].least"),
        ('[[sections]]\nid = "a"\nlabel = "A"\nlabel_en = "A"\nguidance = "x"\ncolour = "red"', "sections[0].colour"),
        ('[[sections]]\nid = "a"\nlabel = "A"\nlabel_en = "A"\nguidance = "x"\n' * 2, "sections[1].id"),
        ("", "sections"),
    ],
)
def test_fault_of_the_file_names_its_key(text: str, key: str) -> None:
    with pytest.raises(report_sections.SectionsInvalid) as refused:
        report_sections.load_sections(text, "sections.toml")
    assert key in [problem.key for problem in refused.value.problems]


def test_gaps_are_told_in_the_order_of_the_report() -> None:
    found = report_sections.gaps(SECTIONS, Content({"tasks": "Ngắn."}))
    assert [(gap.section, gap.empty) for gap in found] == [("situation", True), ("tasks", False)]
    assert report_sections.gaps(SECTIONS, Content({"tasks": "a" * 60, "situation": "b" * 60})) == []


@pytest.mark.parametrize("blank", ["", "   ", "\n\u200b\n"])
def test_blank_text_is_no_text(blank: str) -> None:
    assert report_sections.read(SECTIONS, {"tasks": blank}, {"measure.x": blank}) == Content()


def test_endless_word_is_refused_beside_its_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        report_sections.read(SECTIONS, {}, {"target.cash": "a" * (report_sections.LONGEST_WORD + 1)})
    assert list(refused.value.problems) == ["word-target.cash"]


def _figures(result: str, qualifier: str = "exactly") -> Figures:
    return Figures(
        2024,
        datetime(2024, 6, 1, tzinfo=UTC),
        {"kinh_te": "Kinh tế"},
        {"registered": "Đã đăng ký", "late": "Đăng ký trễ"},
        {("kinh_te", "collective"): {"registered": 2, "late": 0}},
        {"registered": 2},
        {"registered": "Đã đăng ký"},
        {"collective": 1, "individual": 0},
        (Measured("cash", "Tiền mặt", "đồng", None, Quantity(Decimal(result), "đồng", qualifier)),),  # type: ignore[arg-type]
        1,
        (1, 2),
    )


def test_figures_are_read_back_from_their_text() -> None:
    one = _figures("1139000000", "at_least")
    again = Figures.of(one.text)
    assert again.text == one.text
    assert again.measured("cash") == one.measured("cash")
    assert (again.registered, again.found, again.absent) == (2, {"registered": "Đã đăng ký"}, ("Đăng ký trễ",))


def test_one_figure_more_is_another_text() -> None:
    assert figures.hashed(_figures("1").text) != figures.hashed(_figures("2").text)


def test_sum_keeps_what_was_said_as_at_least() -> None:
    total = figures.added_up([_figures("100"), _figures("50", "at_least")], 2024, datetime(2024, 6, 2, tzinfo=UTC))
    cash = total.measured("cash")
    assert cash is not None
    assert figures.shown(cash.result) == "trên 150 đồng"
    assert (total.registered, total.inspections, total.villages) == (4, 2, (2, 4))
    assert [(change.label, change.before, change.now) for change in figures.changes(_figures("100"), total)] == [
        ("Đã đăng ký", "2", "4"),
        ("Tiền mặt", "100 đồng", "trên 150 đồng"),
        ("Cuộc kiểm tra, thẩm định", "1", "2"),
    ]


def test_sum_of_nothing_is_nothing() -> None:
    empty = figures.added_up([], 2024, datetime(2024, 6, 2, tzinfo=UTC))
    assert (empty.registered, empty.quantities, Figures.of(empty.text).text) == (0, (), empty.text)
