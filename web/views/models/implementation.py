"""Writing down the plan and the results before they are handed in with a step."""

from __future__ import annotations

from flask import Blueprint, request, url_for

from web.forms.answers import Answer, Done, act, page_again
from web.forms.base import said
from web.forms.fields import prepare_rows, quantity_inputs, typed_again
from web.forms.implementation import PlanForm, results_form
from web.look.presentation import day
from web.serving import clock
from web.serving.access_rules import access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.core.engine import changes
from workflow.core.programmes import stored
from workflow.ground.database import Connection
from workflow.ground.speech import _
from workflow.stages.implementation import commands as implementation
from workflow.stages.registration import view
from workflow.stages.registration.model_quantities import quantities

pages = Blueprint("implementation", __name__)


@pages.route("/mo-hinh/<code>/ke-hoach", methods=["GET", "POST"])
@access_rule(signed_in=True)
def plan(code: str) -> Answer:
    who = actor()
    model = changes.seen(reading(), who, code)
    kept = implementation.plan_of(reading(), model.id)
    present = {"start_date": day(kept.start_date), "content": kept.content} if kept else {}
    form = PlanForm(data={**present, "version": str(model.version)})

    def save(connection: Connection) -> Done:
        start, content = said(form.start_date), said(form.content)
        implementation.save_plan(connection, who.account_id, clock.now(), code, start, content, version=form.present)
        return Done(_("Đã lưu kế hoạch."), url_for("models.shown", code=code))

    return act(form, save) or page_again(
        "record.html",
        form,
        model=changes.seen(reading(), who, code),
        title=_("Kế hoạch thực hiện"),
        button=_("Lưu kế hoạch"),
    )


@pages.route("/mo-hinh/<code>/ket-qua", methods=["GET", "POST"])
@access_rule(signed_in=True)
def results(code: str) -> Answer:
    who = actor()
    model = changes.seen(reading(), who, code)
    kept = implementation.results_of(reading(), model.id)
    registered = view.form(reading(), model.id)
    waived = [item for item in registered.waived if not registered.items[item]] if registered else []
    asked = stored.items(reading(), model.year_id) if waived else {}
    form = results_form([asked[item] for item in waived])(
        data={
            "results": typed_again(quantities(reading(), model.id, "result")),
            "summary": kept.summary if kept else "",
            "evidence_note": kept.evidence_note if kept else "",
            "version": str(model.version),
        }
    )

    def save(connection: Connection) -> Done:
        warnings = implementation.save_results(
            connection,
            who.account_id,
            clock.now(),
            code,
            quantity_inputs(form.results),
            summary=said(form.summary),
            evidence_note=said(form.evidence_note),
            items={item: said(form[item]) for item in waived if said(form[item]).strip()},
            version=form.present,
        )
        return Done(_("Đã lưu kết quả."), url_for("models.shown", code=code), warnings)

    if answer := act(form, save):
        return answer
    model = changes.seen(reading(), who, code)
    prepare_rows(form.results, stored.measures(reading(), model.year_id), add="add_row" in request.form)
    return page_again("record.html", form, model=model, title=_("Kết quả thực hiện"), button=_("Lưu kết quả"))
