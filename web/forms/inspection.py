"""The inspection record: the visit, its members, a score for each criterion, findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, MultipleFileField, SelectField

from web.forms.base import PageForm, day_field, line, options, prose, said
from web.forms.fields import ChecksField
from web.look.presentation import day, number
from web.serving.uploads import MOST_PHOTOS
from workflow.core.labels import INSPECTION_KINDS
from workflow.core.programmes.year import Criterion
from workflow.ground.speech import _l
from workflow.stages.inspection.commands import InspectionInput, InspectionView
from workflow.stages.inspection.visits import VisitInput, VisitView


class InspectionForm(PageForm):
    """What every record has; the criteria of the year are added by `inspection_form`."""

    version_field = "record_version"
    criteria: tuple[str, ...] = ()
    kind = SelectField(_l("Hình thức"), choices=options(INSPECTION_KINDS.items()), validate_choice=False)
    held_on = day_field(_l("Ngày kiểm tra"))
    place = line(_l("Địa điểm"), render_kw={"maxlength": 400})
    team_decision = line(_l("Quyết định lập đoàn"), render_kw={"maxlength": 300})
    members = ChecksField(_l("Thành viên đoàn"), choices=[], validate_choice=False)
    head = SelectField(_l("Trưởng đoàn"), choices=[], validate_choice=False)
    strengths = prose(_l("Ưu điểm"), rows=4)
    shortcomings = prose(_l("Tồn tại"), rows=4)
    recommendations = prose(_l("Kiến nghị"), rows=4)
    mend_by = day_field(_l("Hạn khắc phục (nếu cần khắc phục)"))
    photos = MultipleFileField(
        _l("Chụp hoặc chọn ảnh"),
        description=_l("Nhiều nhất %(most)s ảnh một lần; vị trí chụp được xoá khỏi ảnh.", most=MOST_PHOTOS),
        # On a telephone this opens the camera.
        render_kw={"accept": "image/*", "capture": "environment"},
    )
    record_version = HiddenField()

    def choose_from(self, people: Sequence[Any], least: int) -> None:
        """The inspectors who can be named, and how many of them the year asks for."""
        self.members.label.text = _l("Thành viên đoàn (ít nhất %(count)s người)", count=least)
        _name_team(self, people)

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
    def pictures(self) -> list[FileStorage]:
        """The photos that were sent; a browser sends an empty one for none."""
        return [one for one in self.photos.data or () if isinstance(one, FileStorage) and one.filename]


def inspection_form(sheet: Sequence[Criterion]) -> type[InspectionForm]:
    """The form with a score and a note for each criterion of the year."""
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    for criterion in sheet:
        fields[f"score_{criterion.code}"] = line(
            _l("%(label)s (tối đa %(points)s)", label=_l(criterion.label), points=criterion.max_points),
            _l(criterion.guidance) if criterion.guidance else "",
            render_kw={
                "inputmode": "decimal",
                "autocomplete": "off",
                "class": "points",
                "maxlength": 20,
                "data-most": criterion.max_points,
            },
        )
        fields[f"note_{criterion.code}"] = line(_l("Nhận xét"), render_kw={"maxlength": 600})
        names[f"scores.{criterion.code}"] = f"score_{criterion.code}"
        names[f"score_notes.{criterion.code}"] = f"note_{criterion.code}"
    codes = tuple(criterion.code for criterion in sheet)
    return type("YearInspectionForm", (InspectionForm,), {**fields, "criteria": codes, "names": names})


def kept_record(record: InspectionView | None, planned: VisitView | None, today: date) -> dict[str, Any]:
    """An open record as somebody would type it; without one, what the planned visit already says."""
    if record is None:
        begun = {"record_version": "0", "kind": "inspection", "held_on": day(today)}
        if planned is None:
            return begun
        return {**begun, **_team(planned)}
    scores = {f"score_{one.criterion}": number(one.points) for one in record.scores}
    notes = {f"note_{one.criterion}": one.note for one in record.scores}
    return {
        "kind": record.kind,
        "held_on": day(record.held_on),
        "place": record.place,
        **_team(record),
        "strengths": record.strengths,
        "shortcomings": record.shortcomings,
        "recommendations": record.recommendations,
        "mend_by": day(record.mend_by),
        "record_version": str(record.version),
        **scores,
        **notes,
    }


class VisitForm(PageForm):
    """A day, a team and the models it goes to."""

    version_field = "visit_version"
    day = day_field(_l("Ngày đi"))
    team_decision = line(_l("Quyết định lập đoàn"), render_kw={"maxlength": 300})
    members = ChecksField(_l("Thành viên đoàn"), choices=[], validate_choice=False)
    head = SelectField(_l("Trưởng đoàn"), choices=[], validate_choice=False)
    models = ChecksField(_l("Mô hình"), choices=[], validate_choice=False)
    note = line(_l("Ghi chú"), _l("Nơi tập trung, giờ đi, phương tiện."), render_kw={"maxlength": 400})
    visit_version = HiddenField()

    def choose_from(self, people: Sequence[Any], models: Sequence[tuple[str, str]]) -> None:
        """The inspectors who can be named and the models that can be visited."""
        _name_team(self, people)
        self.models.choices = options(models)

    def as_visit(self) -> VisitInput:
        """What was typed, for the domain to check."""
        return VisitInput(
            day=said(self.day),
            models=list(self.models.data or ()),
            members=list(self.members.data or ()),
            head=said(self.head),
            team_decision=said(self.team_decision),
            note=said(self.note),
        )


def kept_visit(planned: VisitView, codes: Sequence[str]) -> dict[str, Any]:
    """A visit as somebody would type it."""
    return {
        "day": day(planned.day),
        **_team(planned),
        "models": list(codes),
        "note": planned.note,
        "visit_version": str(planned.version),
    }


def _name_team(form: InspectionForm | VisitForm, people: Sequence[Any]) -> None:
    named = [(one.user_name, f"{one.full_name} – {one.unit_name or ''}") for one in people]
    form.members.choices = options(named)
    form.head.choices = options([("", _l("– chưa chọn –")), *named])


def _team(kept: InspectionView | VisitView) -> dict[str, Any]:
    return {
        "team_decision": kept.team_decision,
        "members": [one.user_name for one in kept.members],
        "head": next((one.user_name for one in kept.members if one.head), ""),
    }
