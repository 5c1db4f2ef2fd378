"""A unit's report: its sections on one page, a word to each figure that looks wrong, and giving it back with a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField

from web.forms.base import PageForm, day_field, line, prose, said
from workflow.across.reports.checks import Doubt
from workflow.core.programmes.report_sections import LONGEST_WORD, Section, numbered
from workflow.ground.speech import _l


class ReportForm(PageForm):
    """The sections of one report (added by `report_form`) and the version somebody saw."""

    section_ids: tuple[str, ...] = ()
    version = HiddenField()

    def texts(self) -> dict[str, str]:
        """What was typed, by section; only of sections that were sent."""
        return {name: said(self[f"section-{name}"]) for name in self.section_ids if self[f"section-{name}"].raw_data}


class CheckForm(PageForm):
    """The last look before handing in: the moment of the figures, and a word to each doubt (added by `check_form`)."""

    doubt_ids: tuple[str, ...] = ()
    version = HiddenField()
    as_of = HiddenField()

    def words(self) -> dict[str, str]:
        """What was said, by doubt."""
        return {name: said(self[f"word-{name}"]) for name in self.doubt_ids}


class ReturnForm(PageForm):
    """Giving a report back: what is to be mended, and by when."""

    version = HiddenField()
    reason = prose(
        _l("Cần sửa, bổ sung điều gì"),
        _l("Nói rõ phần nào, số nào. Người viết báo cáo sẽ đọc đúng những chữ này."),
        rows=5,
    )
    due = day_field(_l("Hạn gửi lại"))


def report_form(sections: Sequence[Section]) -> type[ReportForm]:
    """The form with a field for each section."""
    fields: dict[str, Any] = {
        f"section-{section.id}": prose(
            f"{number}. {section.title}", section.hint, rows=10 if section.least >= 100 else 6
        )
        for number, section in numbered(sections)
    }
    names = {section.id: f"section-{section.id}" for section in sections}
    return type(
        "UnitReportForm", (ReportForm,), {**fields, "section_ids": tuple(s.id for s in sections), "names": names}
    )


def check_form(doubts: Sequence[Doubt]) -> type[CheckForm]:
    """The form with a field for each figure that looks wrong."""
    fields: dict[str, Any] = {
        f"word-{doubt.id}": line(
            doubt.sentence,
            _l("Nếu số đúng, hãy ghi một lời xác nhận; nếu sai, hãy sửa ở mô hình rồi mở lại trang này."),
            render_kw={"maxlength": LONGEST_WORD},
        )
        for doubt in doubts
    }
    return type("UnitReportCheckForm", (CheckForm,), {**fields, "doubt_ids": tuple(doubt.id for doubt in doubts)})


def kept_texts(texts: Mapping[str, str], suggested: Mapping[str, str], *, begun: bool) -> dict[str, str]:
    """What the fields of a report show: what was kept or, before anything was, what the program suggests."""
    shown = texts if begun else suggested
    return {f"section-{name}": text for name, text in shown.items()}
