"""The visit plan of an inspection team: what waits, which day and team it is planned for."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from web.forms.answers import Answer, Done, act, page_again, press
from web.forms.inspection import VisitForm, kept_visit
from web.serving import clock
from web.serving.access_rules import INSPECTORS, access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.core.people.places import people_for
from workflow.ground.database import Connection
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection import visits

pages = Blueprint("visits", __name__)


@pages.get("/kiem-tra")
@access_rule(roles=INSPECTORS)
def listed() -> str:
    plan = visits.waiting(reading(), actor())
    mine = request.args.get("cua-toi") == "1"
    rows = [row for row in plan.rows if row.mine or not mine]
    dated = list({row.visit.id: row.visit for row in rows if row.visit is not None}.values())
    return render_template(
        "inspection/plan.html",
        rows=rows,
        more=plan.more,
        mine=mine,
        dated=sorted(dated, key=lambda one: (one.day, one.id)),
        undated=sum(row.visit is None for row in rows),
    )


@pages.route("/kiem-tra/chuyen/moi", methods=["GET", "POST"])
@access_rule(roles=INSPECTORS)
def begin() -> Answer:
    codes = request.args.getlist("ma")
    return _edit(VisitForm(data={"models": codes, "members": [actor().user_name], "head": actor().user_name}), None)


@pages.route("/kiem-tra/chuyen/<int:visit_id>", methods=["GET", "POST"])
@access_rule(roles=INSPECTORS)
def edit(visit_id: int) -> Answer:
    planned = visits.get(reading(), actor(), visit_id)
    codes = [row.code for row in visits.models_of(reading(), visit_id)]
    return _edit(VisitForm(data=kept_visit(planned, codes)), visit_id)


@pages.post("/kiem-tra/chuyen/<int:visit_id>/huy")
@access_rule(roles=INSPECTORS)
def cancel(visit_id: int) -> Response:
    def cancelled(connection: Connection) -> Done:
        visits.cancel(connection, actor().account_id, clock.now(), visit_id)
        return Done(_("Đã huỷ chuyến kiểm tra. Các mô hình của chuyến chờ hẹn ngày khác."), url_for("visits.listed"))

    return press(url_for("visits.listed"), cancelled)


def _edit(form: VisitForm, visit_id: int | None) -> Answer:
    who = actor()

    def save(connection: Connection) -> Done:
        stated = form.as_visit()
        visits.save(connection, who.account_id, clock.now(), stated, visit_id=visit_id, version=form.present)
        told = _("Đã hẹn ngày kiểm tra. Đơn vị thấy ngày hẹn trong lịch sử của mô hình.")
        return Done(told, url_for("visits.listed"))

    if answer := act(form, save):
        return answer
    planned = visits.get(reading(), who, visit_id) if visit_id is not None else None
    rows = visits.waiting(reading(), who).rows
    path = visits.common_path([grant.unit_path for grant in who.grants if grant.role in INSPECTORS])
    form.choose_from(
        people_for(reading(), path, INSPECTORS, local_date(clock.now())),
        [(row.code, f"{row.name} – {row.unit_name}") for row in rows],
    )
    version = planned.version if planned else None
    return page_again("inspection/visit.html", form, version=version, planned=planned, rows=rows)
