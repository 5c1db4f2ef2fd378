"""The record of an inspection, written by the team until it is concluded by a step."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from web import clock
from web.access_rules import INSPECTORS, access_rule
from web.answers import page_again, say
from web.forms.inspection import inspection_form, kept_record
from web.readings.places import people_for
from web.transactions import reading, writing
from web.visitor import actor
from workflow import changes, inspection, programme
from workflow.calendar import local_date
from workflow.inspection import InspectionView
from workflow.refusals import Conflict, Refusal

pages = Blueprint("inspection", __name__)


@pages.route("/mo-hinh/<code>/kiem-tra", methods=["GET", "POST"])
@access_rule(roles=INSPECTORS)
def record(code: str) -> Response | tuple[str, int]:
    who, refusal = actor(), None
    model = changes.seen(reading(), who, code)
    sheet = programme.criteria(reading(), model.year_id)
    form = inspection_form(sheet)(data=kept_record(_open(model.id)))
    if form.is_submitted():
        try:
            with writing() as connection:
                inspection.save_record(
                    connection, who.account_id, code, form.as_record(), clock.now(), version=form.seen
                )
        except Refusal as refused:
            refusal = refused
        else:
            say(_("Đã lưu biên bản. Khi đủ thành viên và điểm, đoàn kết luận ở trang này."))
            return redirect(url_for("models.shown", code=code))
    kept = _open(model.id)
    if isinstance(refusal, Conflict):
        form.record_version.data = str(kept.version if kept else 0)
    form.choose_from(people_for(reading(), model.unit_path, INSPECTORS, local_date(clock.now())))
    return page_again("inspection/record.html", form, refusal, model=model, sheet=sheet, kept=kept)


def _open(model_id: int) -> InspectionView | None:
    return next((one for one in inspection.of_model(reading(), model_id) if one.conclusion is None), None)
