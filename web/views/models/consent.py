"""Agreeing that everybody may read about a model, or taking that back: with what everybody would read."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from web.forms.answers import page_again, renewed, say
from web.forms.base import said
from web.forms.consent import ConsentForm
from web.serving import accesses, clock
from web.serving.access_rules import access_rule
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from workflow.core.engine import changes
from workflow.core.programmes.choice import year_by_id
from workflow.ground.refusals import NotFound, Refusal
from workflow.ground.speech import _
from workflow.stages.recognition import publication
from workflow.stages.registration import consent

pages = Blueprint("consent", __name__)


@pages.route("/mo-hinh/<code>/cong-khai", methods=["GET", "POST"])
@access_rule(signed_in=True)
def asked(code: str) -> Response | tuple[str, int]:
    who, refusal = actor(), None
    model = changes.seen(reading(), who, code)
    accesses.note(model, "page")
    agreed = consent.agreed_at(reading(), model.id)
    form = ConsentForm(data={"version": str(model.version), "agree": "0" if agreed else "1"})
    if form.is_submitted():
        try:
            with writing() as connection:
                consent.set_consent(
                    connection, who.account_id, code, said(form.agree) == "1", clock.now(), version=form.present
                )
        except NotFound:
            raise
        except Refusal as refused:
            refusal = refused
        else:
            say(
                _("Đã ghi: đồng ý giới thiệu công khai.")
                if said(form.agree) == "1"
                else _("Đã rút đồng ý. Mô hình không còn trên trang công khai.")
            )
            return redirect(url_for("models.shown", code=code))
    model = changes.seen(reading(), who, code)
    agreed = consent.agreed_at(reading(), model.id)
    form.agree.data = "0" if agreed else "1"
    renewed(form, refusal, model.version)
    return page_again(
        "public/consent.html",
        form,
        refusal,
        model=model,
        agreed=agreed,
        year=year_by_id(reading(), model.year_id),
        preview=publication.preview(reading(), model.id),
        may_act=consent.may_withdraw(reading(), who, model) if agreed else consent.may_agree(reading(), who, model),
    )
