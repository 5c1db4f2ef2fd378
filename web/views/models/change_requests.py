"""Asking for another name or field after the form was handed in, and deciding about it."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from web.forms.answers import page_again, renewed, say, say_refused
from web.forms.base import said
from web.forms.registration import ChangeDecisionForm, ChangeRequestForm
from web.look.presentation import REQUEST_SUBJECTS
from web.serving import clock
from web.serving.access_rules import RECOGNISERS, REVIEWERS, STAFF, access_rule
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from workflow.core.engine import changes
from workflow.core.programmes import stored
from workflow.ground.refusals import InvalidInput, NotFound, Refusal
from workflow.ground.speech import _
from workflow.stages.registration import change_requests

pages = Blueprint("change_requests", __name__)


@pages.route("/mo-hinh/<code>/doi-ten", methods=["GET", "POST"])
@access_rule(signed_in=True)
def ask(code: str) -> Response | tuple[str, int]:
    who, refusal = actor(), None
    model = changes.seen(reading(), who, code)
    form = ChangeRequestForm(data={"version": str(model.version)})
    if form.is_submitted():
        try:
            with writing() as connection:
                change_requests.request_change(
                    connection,
                    who.account_id,
                    code,
                    said(form.subject),
                    said(form.after),
                    said(form.reason),
                    clock.now(),
                    version=form.present,
                )
        except Refusal as refused:
            refusal = refused
        else:
            say(_("Đã gửi đề nghị. Người tiếp nhận sẽ quyết định."))
            return redirect(url_for("models.shown", code=code))
    model = changes.seen(reading(), who, code)
    renewed(form, refusal, model.version)
    fields = ", ".join(_(row.label) for row in stored.fields(reading(), model.year_id))
    return page_again(
        "record.html",
        form,
        refusal,
        model=model,
        title=_("Đề nghị đổi tên hoặc lĩnh vực"),
        button=_("Gửi đề nghị"),
        told=[(_("Các lĩnh vực của năm"), fields)],
        upload=False,
    )


@pages.route("/mo-hinh/<code>/de-nghi/<int:request_id>", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS | RECOGNISERS | STAFF)
def decide(code: str, request_id: int) -> Response | tuple[str, int]:
    who, refusal = actor(), None
    model = changes.seen(reading(), who, code)
    wanted = next((one for one in change_requests.changes_of(reading(), model.id) if one.id == request_id), None)
    if wanted is None:
        raise NotFound(_("Mô hình %(code)s không có đề nghị này.", code=code), guard="change_request")
    form = ChangeDecisionForm()
    if form.is_submitted():
        try:
            if said(form.approve) not in ("0", "1"):
                raise InvalidInput({"approve": _("Hãy chọn đồng ý hoặc không đồng ý.")})
            with writing() as connection:
                change_requests.decide_change(
                    connection, who.account_id, request_id, said(form.approve) == "1", said(form.note), clock.now()
                )
        except Refusal as refused:
            refusal = refused
        else:
            say(_("Đã ghi quyết định."))
            return redirect(url_for("models.shown", code=code))
    return page_again(
        "record.html",
        form,
        refusal,
        model=model,
        title=_("Quyết định đề nghị đổi"),
        button=_("Ghi quyết định"),
        told=[
            (REQUEST_SUBJECTS[wanted.subject], f"{wanted.before} → {wanted.after}"),
            (_("Lý do"), wanted.reason),
            (_("Người đề nghị"), wanted.requested_by),
        ],
        upload=False,
    )


@pages.post("/mo-hinh/<code>/de-nghi/<int:request_id>/rut")
@access_rule(signed_in=True)
def withdraw(code: str, request_id: int) -> Response:
    try:
        with writing() as connection:
            model = changes.seen(connection, actor(), code)
            if request_id not in {one.id for one in change_requests.changes_of(connection, model.id)}:
                raise NotFound(_("Mô hình %(code)s không có đề nghị này.", code=code), guard="change_request")
            change_requests.withdraw_change(connection, actor().account_id, request_id, clock.now())
    except NotFound:
        raise
    except Refusal as refused:
        say_refused(refused)
    else:
        say(_("Đã rút đề nghị."))
    return redirect(url_for("models.shown", code=code))
