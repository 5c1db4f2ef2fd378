"""The plan, the results, attached files and comments of a model."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import FileField, HiddenField, RadioField, SelectField, TextAreaField

from web.forms.base import PageForm, day_field, prose
from web.forms.fields import quantity_rows
from workflow.core.programmes.year import Item
from workflow.ground.speech import _l


class PlanForm(PageForm):
    """When it begins and what will be done."""

    start_date = day_field(_l("Ngày bắt đầu thực hiện"))
    content = prose(_l("Kế hoạch"), _l("Việc làm, người làm, thời gian, nguồn lực."), rows=10)
    version = HiddenField()


class ResultsForm(PageForm):
    """Results in figures and in words; items of the registration form that were let off are asked for here."""

    results = quantity_rows(_l("Kết quả bằng số"), _l("Ví dụ: 350 ngày công; 1,139 tỷ đồng; 172,5 kg; trên 200 hộ."))
    summary = prose(_l("Tóm tắt kết quả"), rows=6)
    evidence_note = prose(
        _l("Minh chứng"), _l("Ảnh, văn bản, danh sách kèm theo; hoặc minh chứng được lưu ở đâu."), rows=3
    )
    version = HiddenField()


def results_form(waived: Sequence[Item]) -> type[ResultsForm]:
    """The form with a field for each item that was let off at registration."""
    fields: dict[str, TextAreaField] = {item.code: prose(_l(item.label), _l(item.guidance), rows=3) for item in waived}
    return type("ResultsOfModelForm", (ResultsForm,), fields)


class FileForm(PageForm):
    """One file and what it is for."""

    purpose = SelectField(_l("Tệp này là"), choices=[], validate_choice=False)
    file = FileField(
        _l("Tệp"),
        description=_l("Ảnh (JPG, PNG, WEBP), PDF, DOCX hoặc XLSX."),
        render_kw={"accept": ".jpg,.jpeg,.png,.webp,.pdf,.docx,.xlsx"},
    )


class CommentForm(PageForm):
    """A comment and who reads it."""

    text = prose(_l("Ý kiến"), rows=5)
    audience = RadioField(_l("Ai đọc được"), choices=[], default="unit", validate_choice=False)
