"""The record of an inspection: written by the team standing in the yard, concluded by a step, printed to be signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from web.forms.answers import Answer, attempt, page_again, say
from web.forms.inspection import inspection_form, kept_record
from web.look.presentation import number
from web.serving import accesses, clock
from web.serving.access_rules import INSPECTORS, access_rule
from web.serving.receipts import new_token
from web.serving.transactions import reading, store, writing
from web.serving.uploads import MOST_PHOTOS
from web.serving.visitor import actor
from web.words.meanwhile import record_news
from workflow.across.models.record import writings_since
from workflow.core.engine import changes
from workflow.core.lifecycles import store as lifecycle_store
from workflow.core.people.places import people_for
from workflow.core.programmes import stored
from workflow.core.programmes.choice import year_by_id
from workflow.ground import receipts
from workflow.ground.refusals import Conflict, NotFound, NotPossible, Refusal
from workflow.ground.speech import _
from workflow.ground.vietnam_time import ZONE, local_date
from workflow.stages.implementation import attachments
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection import visits
from workflow.stages.inspection.commands import InspectionView

pages = Blueprint("inspection", __name__)


@pages.route("/mo-hinh/<code>/kiem-tra", methods=["GET", "POST"])
@access_rule(roles=INSPECTORS)
def record(code: str) -> Answer:
    who, now = actor(), clock.now()
    model = changes.seen(reading(), who, code)
    definition = lifecycle_store.definition(reading(), model.definition_hash)
    conclusions = [step for step in definition.outgoing(model.state) if step.record == visits.RECORD]
    if not conclusions and request.method == "GET":
        label = definition.states[model.state].label
        raise NotPossible(
            _("Mô hình %(code)s đang ở «%(state)s» nên không ghi biên bản kiểm tra.", code=code, state=label),
            guard="state",
        )
    sheet = stored.criteria(reading(), model.year_id)
    planned = visits.of_model(reading(), model.id)
    form = inspection_form(sheet)(data=kept_record(_open(model.id), planned, local_date(now)))

    def save() -> Response:
        with writing() as connection:
            inspection.save_record(connection, who.account_id, now, code, form.as_record(), version=form.present)
        concluding = request.form.get("then", "") in {step.trigger for step in conclusions}
        return _saved(code, model.id, _keep(code, form.pictures, now), concluding, more=bool(form.pictures))

    if answer := attempt(form, save):
        return answer
    kept = _open(model.id)
    meanwhile = []
    if isinstance(form.refusal, Conflict):
        written = writings_since(reading(), model.id, form.present or 0)
        labels = {criterion.code: _(criterion.label) for criterion in sheet}
        meanwhile = record_news(reading(), model.definition_hash, written, labels)
    least = year_by_id(reading(), model.year_id).min_inspectors
    form.choose_from(people_for(reading(), model.unit_path, INSPECTORS, local_date(now)), least)
    return page_again(
        "inspection/record.html",
        form,
        version=kept.version if kept else 0,
        model=model,
        sheet=sheet,
        kept=kept,
        meanwhile=meanwhile,
        planned=planned,
        conclusions=conclusions,
        photos=[one for one in attachments.listing(reading(), model.id) if one.purpose == visits.RECORD],
        bands=[[float(row.from_points), _(row.label)] for row in stored.bands(reading(), model.year_id)],
        most=sum(criterion.max_points for criterion in sheet),
        saved_at=inspection.saved_at(reading(), model.id) if kept else None,
        spent=receipts.spent_on(reading(), who.account_id, request.path),
        account=who.account_id,
    )


@pages.get("/mo-hinh/<code>/kiem-tra/<int:inspection_id>/bien-ban")
@access_rule(signed_in=True)
def minutes(code: str, inspection_id: int) -> str:
    """The minutes on paper: everybody who sees the model can print them."""
    model = changes.seen(reading(), actor(), code)
    one = next((one for one in inspection.of_model(reading(), model.id) if one.id == inspection_id), None)
    if one is None:
        raise NotFound(_("Mô hình này không có biên bản số %(id)s.", id=inspection_id), guard="inspection")
    accesses.note(model, "report")
    return render_template(
        "inspection/minutes.html",
        model=model,
        record=one,
        year=year_by_id(reading(), model.year_id).year,
        most=sum(line.max_points for line in one.scores),
    )


def _keep(code: str, pictures: Sequence[FileStorage], now: datetime) -> list[str]:
    """Attach the photos, each for itself; sentences about those that could not be taken. The record is saved already."""
    problems = []
    for picture in pictures[:MOST_PHOTOS]:
        name, content = picture.filename or "", picture.read()
        try:
            with writing() as connection:
                attachments.add(connection, actor().account_id, now, store(), code, name, content, visits.RECORD)
        except Refusal as refused:
            problems.append(f"{name}: {refused.message}")
    if len(pictures) > MOST_PHOTOS:
        problems.append(_("Chỉ nhận %(most)s ảnh một lần. Hãy gửi tiếp các ảnh còn lại.", most=MOST_PHOTOS))
    return problems


def _saved(code: str, model_id: int, problems: Sequence[str], concluding: bool, *, more: bool) -> Response:
    """After saving: on to the conclusion or back to the record. A script is told in figures and stays where it is."""
    target = (
        url_for("transition.step", code=code, trigger=request.form["then"])
        if concluding
        else url_for("inspection.record", code=code)
    )
    by_script = request.accept_mimetypes.best == "application/json"
    if not by_script or more or concluding:
        say(_("Đã lưu biên bản. Khi đủ thành viên và điểm, đoàn kết luận ở cuối trang."))
        for problem in problems:
            flash(_("Ảnh chưa lưu được. %(problem)s", problem=problem), "warning")
    if not by_script:
        return redirect(target)
    kept = _open(model_id)
    return jsonify(
        at=f"{clock.now().astimezone(ZONE):%H:%M %d/%m/%Y}",
        version=kept.version if kept else 0,
        token=new_token(),
        total=number(kept.total) if kept else "",
        leave=target if more or concluding else "",
    )


def _open(model_id: int) -> InspectionView | None:
    return inspection.open_record(reading(), model_id)
