"""The forms of a call for reports: wording it, the last look before it goes, moving and withdrawing it."""

from __future__ import annotations

from typing import ClassVar

from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, MultipleFileField, RadioField, SelectField, StringField

from web.forms.base import PageForm, day_field, line, prose, said
from web.forms.fields import ChecksField
from workflow.across.obligations.call_files import MOST_FILES
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.selector import Selector
from workflow.ground.speech import _l

CHOSEN = "chosen"


class CallForm(PageForm):
    """What is called for, by when, and of whom."""

    names: ClassVar[dict[str, str]] = {"units": "to"}
    redrawn_by = frozenset({"again"})
    unit = SelectField(_l("Đơn vị yêu cầu"), choices=[], validate_choice=False)
    year = SelectField(_l("Năm thi đua"), choices=[], validate_choice=False)
    label = line(
        _l("Tên báo cáo"), _l("Ví dụ: Báo cáo nhanh kết quả hiến đất làm đường."), render_kw={"maxlength": 250}
    )
    instructions = prose(_l("Yêu cầu cụ thể (không bắt buộc)"), _l("Cần báo cáo gì, số liệu đến ngày nào."), rows=4)
    due = day_field(_l("Hạn gửi"), _l("Hạn rơi vào ngày nghỉ thì lùi sang ngày làm việc kế tiếp."))
    to = RadioField(_l("Gửi tới"), choices=[], validate_choice=False)
    units = ChecksField(_l("Đơn vị"), choices=[], validate_choice=False)
    other_units = StringField(
        _l("Mã đơn vị khác (cách nhau bằng dấu phẩy)"),
        description=_l("Chỉ khi danh sách trên không đủ."),
        render_kw={"maxlength": 4000, "autocapitalize": "none", "autocomplete": "off"},
    )
    sections = ChecksField(
        _l("Các phần của báo cáo"),
        description=_l("Bỏ trống là các phần thường dùng."),
        choices=[],
        validate_choice=False,
    )

    def as_call(self) -> CallInput:
        """What was typed, for the domain to check."""
        year = said(self.year)
        chosen = said(self.to)
        one_by_one = chosen == CHOSEN
        codes = [*(self.units.data or ()), *(code.strip() for code in said(self.other_units).split(","))]
        return CallInput(
            year=int(year) if year.isdecimal() and len(year) < 5 else 0,
            unit=said(self.unit),
            label=said(self.label),
            due=said(self.due),
            instructions=said(self.instructions),
            to=None if one_by_one or not chosen else _selector(chosen),
            units=tuple(dict.fromkeys(code for code in codes if code)) if one_by_one else (),
            sections=tuple(self.sections.data or ()),
        )


class LastLookForm(CallForm):
    """The same once more, kept while the person looks at what it will do; files come with it."""

    files = MultipleFileField(
        _l("Tệp đính kèm (không bắt buộc)"),
        description=_l("Văn bản hướng dẫn, biểu mẫu; nhiều nhất %(most)s tệp.", most=MOST_FILES),
    )

    @property
    def sent(self) -> list[FileStorage]:
        """The files that were sent; a browser sends an empty one for none."""
        return [one for one in self.files.data or () if isinstance(one, FileStorage) and one.filename]


class MoveForm(PageForm):
    """Another due date."""

    version = HiddenField()
    due = day_field(_l("Hạn mới"), _l("Hạn rơi vào ngày nghỉ thì lùi sang ngày làm việc kế tiếp."))


class WithdrawForm(PageForm):
    """Calling it off."""

    version = HiddenField()
    reason = prose(_l("Lý do"), _l("Các đơn vị chưa gửi sẽ không phải gửi nữa."), rows=3)


def _selector(chosen: str) -> Selector:
    """'level:commune' and 'kind:agency' → units of that level or kind; 'all:' → all that report directly."""
    about, _, name = chosen.partition(":")
    if about == "kind":
        return Selector(kinds=(name,))
    return Selector(levels=(name,) if name else ())
