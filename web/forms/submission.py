"""The submission to the higher body: its number, the two lines and the achievement report of each model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from web.forms.base import PageForm, day_field, line, prose, said
from workflow.ground.speech import _l
from workflow.stages.review.view import AgendaView


class NumberForm(PageForm):
    """What the records clerk gives, mostly later than the text."""

    number = line(_l("Số tờ trình"), _l("Ví dụ: 05-TTr/BCĐ."), render_kw={"class": "short", "maxlength": 80})
    dated = day_field(_l("Ngày"))
    signer = line(_l("Người ký"), render_kw={"maxlength": 200})


class SubmissionForm(NumberForm):
    """The same, how many models the text names, and the papers of each model (added by `submission_form`)."""

    codes: tuple[str, ...] = ()
    declared_models = line(
        _l("Số mô hình ghi trong tờ trình"),
        _l("Phải khớp với danh sách trích ngang và số báo cáo thành tích."),
        render_kw={"inputmode": "numeric", "class": "short", "maxlength": 5},
    )

    def reports(self) -> dict[str, str]:
        """Achievement reports by model."""
        return {code: said(self[f"report-{code}"]) for code in self.codes if said(self[f"report-{code}"]).strip()}

    def results(self) -> dict[str, str]:
        """The two lines of the roster by model."""
        return {code: said(self[f"results-{code}"]) for code in self.codes if said(self[f"results-{code}"]).strip()}


class ReportForm(PageForm):
    """One model's achievement report, written later."""

    content = prose(_l("Báo cáo thành tích"), rows=14)


def submission_form(agenda: Sequence[AgendaView]) -> type[SubmissionForm]:
    """The form with two fields for each model that carried."""
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    for item in agenda:
        fields[f"results-{item.code}"] = prose(
            _l("Kết quả nổi bật (hai dòng)"), _l("Để trống thì lấy từ báo cáo kết quả."), rows=2
        )
        fields[f"report-{item.code}"] = prose(_l("Báo cáo thành tích"), _l("Có thể bổ sung sau."), rows=6)
        names[f"results.{item.code}"] = f"results-{item.code}"
        names[f"reports.{item.code}"] = f"report-{item.code}"
    codes = tuple(item.code for item in agenda)
    return type("MeetingSubmissionForm", (SubmissionForm,), {**fields, "codes": codes, "names": names})
