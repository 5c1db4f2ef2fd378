"""The inspection record: the visit, its members, a score for each criterion, findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField

from web.forms.base import PageForm, day_field, line, options, prose, said
from web.forms.fields import ChecksField
from web.presentation import INSPECTION_KINDS, day, number
from workflow.inspection import InspectionInput, InspectionView


class InspectionForm(PageForm):
    """What every record has; the criteria of the year are added by `inspection_form`."""

    criteria: tuple[str, ...] = ()
    kind = SelectField(_l("Hình thức"), choices=options(INSPECTION_KINDS.items()), validate_choice=False)
    held_on = day_field(_l("Ngày kiểm tra"))
    place = line(_l("Địa điểm"), render_kw={"maxlength": 400})
    team_decision = line(_l("Quyết định lập đoàn"), render_kw={"maxlength": 300})
    members = ChecksField(_l("Thành viên đoàn (ít nhất hai người)"), choices=[], validate_choice=False)
    head = SelectField(_l("Trưởng đoàn"), choices=[], validate_choice=False)
    strengths = prose(_l("Ưu điểm"), rows=4)
    shortcomings = prose(_l("Tồn tại"), rows=4)
    recommendations = prose(_l("Kiến nghị"), rows=4)
    mend_by = day_field(_l("Hạn khắc phục (nếu cần khắc phục)"))
    record_version = HiddenField()

    def choose_from(self, people: Sequence[Any]) -> None:
        """The inspectors who can be named."""
        named = [(one.user_name, f"{one.full_name} – {one.unit_name or ''}") for one in people]
        self.members.choices = options(named)
        self.head.choices = options([("", _l("– chưa chọn –")), *named])

    def as_record(self) -> InspectionInput:
        """What was typed, for the domain to check. A score left empty takes back what was there."""
        return InspectionInput(
            kind=said(self.kind),
            held_on=said(self.held_on),
            place=said(self.place),
            team_decision=said(self.team_decision),
            members=list(self.members.data or ()),
            head=said(self.head),
            scores={code: said(self[f"score_{code}"]) for code in self.criteria},
            score_notes={code: said(self[f"note_{code}"]) for code in self.criteria},
            strengths=said(self.strengths),
            shortcomings=said(self.shortcomings),
            recommendations=said(self.recommendations),
            mend_by=said(self.mend_by) or None,
        )

    @property
    def seen(self) -> int | None:
        """The version of the record the person saw; 0 when there was none."""
        text = said(self.record_version)
        return int(text) if text.isdecimal() and len(text) < 10 else None


def inspection_form(sheet: Sequence[sa.Row[Any]]) -> type[InspectionForm]:
    """The form with a score and a note for each criterion of the year."""
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    for criterion in sheet:
        fields[f"score_{criterion.code}"] = line(
            _l("%(label)s (tối đa %(points)s)", label=criterion.label, points=criterion.max_points),
            criterion.guidance,
            render_kw={"inputmode": "decimal", "autocomplete": "off", "class": "short", "maxlength": 20},
        )
        fields[f"note_{criterion.code}"] = line(_l("Nhận xét"), render_kw={"maxlength": 600})
        names[f"scores.{criterion.code}"] = f"score_{criterion.code}"
        names[f"score_notes.{criterion.code}"] = f"note_{criterion.code}"
    codes = tuple(criterion.code for criterion in sheet)
    return type("YearInspectionForm", (InspectionForm,), {**fields, "criteria": codes, "names": names})


def kept_record(record: InspectionView | None) -> dict[str, Any]:
    """An open record as somebody would type it."""
    if record is None:
        return {"record_version": "0", "kind": "inspection"}
    scores = {f"score_{one.criterion}": number(one.points) for one in record.scores}
    notes = {f"note_{one.criterion}": one.note for one in record.scores}
    return {
        "kind": record.kind,
        "held_on": day(record.held_on),
        "place": record.place,
        "team_decision": record.team_decision,
        "members": [one.user_name for one in record.members],
        "head": next((one.user_name for one in record.members if one.head), ""),
        "strengths": record.strengths,
        "shortcomings": record.shortcomings,
        "recommendations": record.recommendations,
        "mend_by": day(record.mend_by),
        "record_version": str(record.version),
        **scores,
        **notes,
    }
