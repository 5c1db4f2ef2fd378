"""The forms of a programme year: starting it, its settings, and the rows of its fields, score sheet, bands, measures, items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from web.forms.base import PageForm, day_field, line, options, said
from workflow.across.obligations.kinds_editing import KindInput, StepInput
from workflow.core.labels import NUMBERINGS, RECIPIENTS, REPORT_KINDS
from workflow.core.programmes.content import BandInput, CriterionInput, FieldInput, ItemInput, MeasureInput
from workflow.ground.refusals import InvalidInput, Refusal
from workflow.ground.speech import _l

SPARE_ROWS = 1
# Fields are annotated for `str` and take a label that says itself.
_RECIPIENTS: Mapping[str, Any] = RECIPIENTS

_DAY = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 40}
_NUMBER = {"inputmode": "numeric", "autocomplete": "off", "maxlength": 20}


class YearForm(PageForm):
    """Starting a year from another one."""

    year = line(_l("Năm mới"), render_kw={**_NUMBER, "class": "short", "maxlength": 4})
    source = SelectField(_l("Chép từ năm"), choices=[], validate_choice=False)
    opens_on = day_field(_l("Mở đăng ký từ ngày"), _l("Để trống là cùng ngày như năm được chép."))
    closes_on = day_field(_l("Hết hạn đăng ký ngày"), _l("Để trống là cùng ngày như năm được chép."))
    definition = SelectField(_l("Quy trình"), choices=[], validate_choice=False)


class SettingsForm(PageForm):
    """What a year is called, when one registers, how one votes, how decisions are numbered."""

    version = HiddenField()
    name = line(_l("Tên"), render_kw={"maxlength": 300})
    opens_on = day_field(_l("Mở đăng ký từ ngày"))
    closes_on = day_field(_l("Hết hạn đăng ký ngày"), _l("Đăng ký sau ngày này vẫn nhận, nhưng ghi là trễ."))
    quorum = line(
        _l("Phải có mặt"),
        _l("Phần của số thành viên, ví dụ 2/3. Phiên đã khai mạc giữ quy định lúc khai mạc."),
        render_kw={"class": "short", "maxlength": 20},
    )
    threshold = line(
        _l("Phiếu đồng ý phải quá"),
        _l("Phần của tất cả thành viên, ví dụ 1/2."),
        render_kw={"class": "short", "maxlength": 20},
    )
    min_inspectors = line(
        _l("Số thành viên đoàn kiểm tra, ít nhất"),
        _l("Biên bản kiểm tra có ít thành viên hơn thì chưa kết luận được."),
        render_kw={**_NUMBER, "class": "short"},
    )
    days_to_mend = line(
        _l("Số ngày để bổ sung phiếu bị trả lại"),
        _l("Khi người trả lại không ghi ngày khác."),
        render_kw={**_NUMBER, "class": "short"},
    )
    numbering = RadioField(
        _l("Số quyết định"),
        choices=options(NUMBERINGS.items()),
        validate_choice=False,
    )
    public = BooleanField(
        _l("Mở trang công khai"),
        description=_l(
            "Ai cũng đọc được, không cần đăng nhập: mô hình đã được công nhận trong năm này mà người đăng ký đồng ý"
            " giới thiệu. Tắt lúc nào cũng được."
        ),
    )


class DefinitionForm(PageForm):
    """The definition under which a year without models begins."""

    version = HiddenField()
    definition = SelectField(_l("Quy trình"), choices=[], validate_choice=False)


class _Row(Form):
    """A row of a part: what has nothing typed into the field that names it is left out."""

    named_by: ClassVar[str] = "label"


class _ListedRow(_Row):
    """What most rows have: the code of what it is about, and its place among the others."""

    code = HiddenField()
    order = StringField(_l("Thứ tự"), render_kw={**_NUMBER, "maxlength": 4})
    label = StringField(_l("Tên"), render_kw={"maxlength": 300})


class _FieldRow(_ListedRow):
    aliases = StringField(_l("Tên gọi khác (cách nhau bằng ;)"), render_kw={"maxlength": 2000})
    keywords = TextAreaField(_l("Cụm từ gợi ý (cách nhau bằng ;)"), render_kw={"rows": 2, "maxlength": 4000})

    def as_input(self) -> FieldInput:
        return FieldInput(said(self.code), said(self.label), said(self.aliases), said(self.keywords))


class _CriterionRow(_ListedRow):
    points = StringField(_l("Điểm tối đa"), render_kw=_NUMBER)
    guidance = TextAreaField(_l("Hướng dẫn chấm"), render_kw={"rows": 2, "maxlength": 2000})

    def as_input(self) -> CriterionInput:
        return CriterionInput(said(self.code), said(self.label), said(self.points), said(self.guidance))


class _BandRow(_Row):
    label = StringField(_l("Hạng"), render_kw={"maxlength": 100})
    from_points = StringField(_l("Từ điểm"), render_kw=_NUMBER)

    def as_input(self) -> BandInput:
        return BandInput(said(self.label), said(self.from_points))


class _MeasureRow(_ListedRow):
    unit = StringField(_l("Đơn vị tính"), render_kw={"maxlength": 60})
    aliases = StringField(_l("Tên gọi khác (cách nhau bằng ;)"), render_kw={"maxlength": 2000})
    unit_aliases = StringField(_l("Cách viết khác của đơn vị tính"), render_kw={"maxlength": 2000})
    outlier_above = StringField(_l("Hỏi lại khi lớn hơn"), render_kw=_NUMBER)

    def as_input(self) -> MeasureInput:
        typed = self.code, self.label, self.unit, self.aliases, self.unit_aliases, self.outlier_above
        return MeasureInput(*(said(field) for field in typed))


class _ItemRow(_Row):
    code = HiddenField()
    label = StringField(_l("Tên mục"), render_kw={"maxlength": 300})
    guidance = TextAreaField(_l("Hướng dẫn"), render_kw={"rows": 2, "maxlength": 4000})
    good = TextAreaField(_l("Ví dụ nên viết"), render_kw={"rows": 2, "maxlength": 4000})
    bad = TextAreaField(_l("Ví dụ chưa đạt"), render_kw={"rows": 2, "maxlength": 4000})
    max_length = StringField(_l("Dài nhất (ký tự)"), render_kw=_NUMBER)

    def as_input(self) -> ItemInput:
        typed = self.code, self.label, self.guidance, self.good, self.bad, self.max_length
        return ItemInput(*(said(field) for field in typed))


class _KindRow(_ListedRow):
    kind = SelectField(_l("Loại"), choices=options(REPORT_KINDS.items()), validate_choice=False)
    due = StringField(_l("Hạn gửi"), render_kw=_DAY)
    period_from = StringField(_l("Kỳ từ ngày"), render_kw=_DAY)
    period_to = StringField(_l("Kỳ đến ngày"), render_kw=_DAY)
    opens_days = StringField(_l("Yêu cầu trước hạn (ngày)"), render_kw=_NUMBER)
    levels = SelectField(_l("Ai báo cáo"), choices=[], validate_choice=False)

    def as_input(self) -> KindInput:
        return KindInput(
            said(self.code),
            said(self.label),
            said(self.kind),
            said(self.due),
            said(self.period_from),
            said(self.period_to),
            said(self.opens_days),
            tuple(level for level in said(self.levels).split(",") if level),
        )


class _StepRow(_Row):
    named_by = "days"
    days = StringField(_l("Số ngày so với hạn"), render_kw={**_NUMBER, "inputmode": "text"})
    reporter = BooleanField(_RECIPIENTS["reporter"])
    head_of_unit = BooleanField(_RECIPIENTS["head_of_unit"])
    staff = BooleanField(_RECIPIENTS["staff"])
    deputy_head = BooleanField(_RECIPIENTS["deputy_head"])
    head = BooleanField(_RECIPIENTS["head"])
    with_list_of_late = BooleanField(_l("Kèm danh sách trễ"))

    def as_input(self) -> StepInput:
        told = tuple(part for part in RECIPIENTS if self[part].data)
        return StepInput(said(self.days), told, bool(self.with_list_of_late.data))


class PartForm(PageForm):
    """Rows of one part of a year; those that are meant stand in the order of their numbers."""

    redrawn_by = frozenset({"add_row", "sum"})
    version = HiddenField()
    rows: FieldList[Any]

    def kept(self) -> list[int]:
        """Positions in the form of the rows that are meant, in the order asked for."""
        rows = [entry.form for entry in self.rows]
        named = [index for index, row in enumerate(rows) if said(row[row.named_by]).strip()]
        return sorted(named, key=lambda index: (_place(rows[index]), index))

    def inputs(self) -> Sequence[Any]:
        """The rows that are meant, as the domain takes them."""
        return [self.rows[index].form.as_input() for index in self.kept()]

    def take(self, refusal: Refusal) -> None:
        """The refusal with the domain's row numbers turned into those of the form."""
        super().take(self._placed(refusal) if isinstance(refusal, InvalidInput) else refusal)

    def _placed(self, refused: InvalidInput) -> InvalidInput:
        kept = self.kept()
        problems = {}
        for key, sentence in refused.problems.items():
            before, _, rest = key.partition("-")
            number, _, name = rest.partition("-")
            if before == "rows" and number.isdecimal() and int(number) < len(kept):
                key = f"rows-{kept[int(number)]}-{name}"
            problems[key] = sentence
        return InvalidInput(problems)

    def add_rows(self, more: int = SPARE_ROWS) -> None:
        """Empty rows at the end."""
        for _ in range(more):
            if len(self.rows) < 80:
                self.rows.append_entry()


class FieldsForm(PartForm):
    """Fields."""

    rows = FieldList(FormField(_FieldRow), label=_l("Lĩnh vực"))


class CriteriaForm(PartForm):
    """The score sheet."""

    rows = FieldList(FormField(_CriterionRow), label=_l("Tiêu chí"))

    @property
    def total(self) -> int:
        """What the points typed so far add up to."""
        points = [said(self.rows[index].form.points).strip() for index in self.kept()]
        return sum(int(text) for text in points if text.isascii() and text.isdecimal() and len(text) < 6)


class BandsForm(PartForm):
    """Bands of the score."""

    rows = FieldList(FormField(_BandRow), label=_l("Hạng"))


class MeasuresForm(PartForm):
    """Measures."""

    rows = FieldList(FormField(_MeasureRow), label=_l("Chỉ số"))


class ItemsForm(PartForm):
    """The items of the registration form: always the same, so every row is meant."""

    rows = FieldList(FormField(_ItemRow), label=_l("Mục của phiếu"))

    def kept(self) -> list[int]:
        return list(range(len(self.rows)))


class KindsForm(PartForm):
    """Kinds of report. Which levels may owe one depends on the year: `offer` says it."""

    rows = FieldList(FormField(_KindRow), label=_l("Kỳ báo cáo"))

    def offer(self, choices: Mapping[str, Any], named: Callable[[str], str]) -> None:
        """The levels to choose from, joined by commas, beside what a row has already; `named` puts that into words."""
        for row in self.rows:
            there = said(row.form.levels)
            row.form.levels.choices = options(
                ({**choices} | ({} if there in choices else {there: named(there)})).items()
            )


class StepsForm(PartForm):
    """Reminder steps."""

    rows = FieldList(FormField(_StepRow), label=_l("Bước nhắc"))


def _place(row: Any) -> int:
    """The number typed as a row's place; at the end without one."""
    text = said(row.order).strip() if "order" in row else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1_000_000
