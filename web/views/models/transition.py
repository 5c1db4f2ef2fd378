"""One step of one model: the form made from its facts, and taking it."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import Blueprint, request, url_for

from web.forms.answers import Answer, Done, act, page_again
from web.forms.transition import transition_form
from web.serving import clock
from web.serving.access_rules import access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.across.models.offers import offers_for
from workflow.core.engine import changes, transition
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.ground.database import Connection
from workflow.ground.refusals import NotFound, NotPossible
from workflow.ground.speech import _
from workflow.stages.implementation import attachments
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection import visits

pages = Blueprint("transition", __name__)


@pages.route("/mo-hinh/<code>/buoc/<trigger>", methods=["GET", "POST"])
@access_rule(signed_in=True)
def step(code: str, trigger: str) -> Answer:
    who = actor()
    model = changes.seen(reading(), who, code)
    definition = store.definition(reading(), model.definition_hash)
    # The entries of one trigger differ in what the facts say, so the form asks for all of their facts.
    entries = definition.entries(model.state, trigger)
    if not entries:
        _refuse(code, trigger, definition, model.state)
    facts = tuple({fact.name: fact for entry in entries for fact in entry.facts}.values())
    usual = entries[-1]
    form = transition_form(
        facts,
        offers_for(reading(), who, model, usual),
        version=model.version,
        add_row="add_row" in request.form,
        recorded=usual.record is not None,
    )

    def take(connection: Connection) -> Done:
        applied = transition.apply(
            connection, who.account_id, clock.now(), code, trigger, stated=form.stated(), version=form.present
        )
        reached = definition.states[applied.to_state].label
        told = _("Đã xong: %(step)s. Mô hình nay «%(state)s».", step=usual.label, state=reached)
        return Done(told, url_for("models.shown", code=code), applied.warnings)

    if answer := act(form, take):
        return answer
    model = changes.seen(reading(), who, code)
    answers = transition.possible(reading(), who, clock.now(), model)
    return page_again(
        "models/step.html",
        form,
        model=model,
        definition=definition,
        state=definition.states[model.state],
        step=usual,
        **_to_check(model.id, usual.record),
        answer=next((answer for answer in answers if answer.trigger == trigger), None),
    )


def _to_check(model_id: int, closes: str | None) -> dict[str, Any]:
    """What a step closes for good and the person reads once more: the record of an inspection."""
    if closes != visits.RECORD:
        return {"record": None}
    photos = sum(one.purpose == visits.RECORD for one in attachments.listing(reading(), model_id))
    return {"record": inspection.open_record(reading(), model_id), "photos": photos}


def _refuse(code: str, trigger: str, definition: Definition, state: str) -> NoReturn:
    """A step that does not lead on from here: mistyped, sent twice, or somebody was faster."""
    label = next((t.label for t in definition.transitions if t.trigger == trigger), None)
    if label is None:
        raise NotFound(_("Quy trình không có bước «%(trigger)s».", trigger=trigger[:40]), guard="trigger")
    raise NotPossible(
        _(
            "Mô hình %(code)s đang ở «%(state)s» nên không làm được bước «%(step)s»."
            " Có thể bước này vừa được làm rồi: hãy mở lại trang của mô hình để xem.",
            code=code,
            state=definition.states[state].label,
            step=label,
        ),
        guard="state",
    )
