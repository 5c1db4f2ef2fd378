"""Agreeing that everybody may read about a model, or taking that back: with what everybody would read."""

from __future__ import annotations

from flask import Blueprint, url_for

from web.forms.answers import Answer, Done, act, page_again
from web.forms.base import said
from web.forms.consent import ConsentForm
from web.serving import accesses, clock
from web.serving.access_rules import access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.core.engine import changes
from workflow.core.programmes.choice import year_by_id
from workflow.ground.database import Connection
from workflow.ground.speech import _
from workflow.stages.recognition import publication
from workflow.stages.registration import consent

pages = Blueprint("consent", __name__)


@pages.route("/mo-hinh/<code>/cong-khai", methods=["GET", "POST"])
@access_rule(signed_in=True)
def asked(code: str) -> Answer:
    who = actor()
    model = changes.seen(reading(), who, code)
    accesses.note(model, "page")
    form = ConsentForm(data={"version": str(model.version), "agree": _other(model.id)})

    def answered(connection: Connection) -> Done:
        agrees = said(form.agree) == "1"
        consent.set_consent(connection, who.account_id, clock.now(), code, agrees, version=form.present)
        told = (
            _("Đã ghi: đồng ý giới thiệu công khai.")
            if agrees
            else _("Đã rút đồng ý. Mô hình không còn trên trang công khai.")
        )
        return Done(told, url_for("models.shown", code=code))

    if answer := act(form, answered):
        return answer
    model = changes.seen(reading(), who, code)
    agreed = consent.agreed_at(reading(), model.id)
    form.agree.data = _other(model.id)
    return page_again(
        "public/consent.html",
        form,
        model=model,
        agreed=agreed,
        year=year_by_id(reading(), model.year_id),
        preview=publication.preview(reading(), model.id),
        may_act=consent.may_withdraw(reading(), who, model) if agreed else consent.may_agree(reading(), who, model),
    )


def _other(model_id: int) -> str:
    """What sending the form would make of it: the other of the two."""
    return "1" if consent.agreed_at(reading(), model_id) is None else "0"
