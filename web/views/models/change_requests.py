"""Asking for another name or field after the form was handed in, and deciding about it."""

from __future__ import annotations

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from web.forms.answers import Answer, Done, act, page_again, press
from web.forms.base import said
from web.forms.registration import ChangeDecisionForm, ChangeRequestForm
from web.serving import clock
from web.serving.access_rules import RECOGNISERS, REVIEWERS, STAFF, access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.core.engine import changes
from workflow.core.labels import CHANGE_SUBJECTS
from workflow.core.programmes import stored
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput, NotFound
from workflow.ground.speech import _
from workflow.stages.registration import change_requests

pages = Blueprint("change_requests", __name__)


@pages.route("/mo-hinh/<code>/doi-ten", methods=["GET", "POST"])
@access_rule(signed_in=True)
def ask(code: str) -> Answer:
    who = actor()
    form = ChangeRequestForm(data={"version": str(changes.seen(reading(), who, code).version)})

    def request(connection: Connection) -> Done:
        wanted = said(form.subject), said(form.after), said(form.reason)
        change_requests.request_change(connection, who.account_id, clock.now(), code, *wanted, version=form.present)
        return Done(_("Đã gửi đề nghị. Người tiếp nhận sẽ quyết định."), url_for("models.shown", code=code))

    if answer := act(form, request):
        return answer
    model = changes.seen(reading(), who, code)
    fields = ", ".join(_(row.label) for row in stored.fields(reading(), model.year_id))
    return page_again(
        "record.html",
        form,
        model=model,
        title=_("Đề nghị đổi tên hoặc lĩnh vực"),
        button=_("Gửi đề nghị"),
        told=[(_("Các lĩnh vực của năm"), fields)],
    )


@pages.route("/mo-hinh/<code>/de-nghi/<int:request_id>", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS | RECOGNISERS | STAFF)
def decide(code: str, request_id: int) -> Answer:
    who = actor()
    model = changes.seen(reading(), who, code)
    wanted = _request(reading(), model, request_id)
    form = ChangeDecisionForm()

    def decided(connection: Connection) -> Done:
        if said(form.approve) not in ("0", "1"):
            raise InvalidInput({"approve": _("Hãy chọn đồng ý hoặc không đồng ý.")})
        agreed = said(form.approve) == "1"
        change_requests.decide_change(connection, who.account_id, clock.now(), request_id, agreed, said(form.note))
        return Done(_("Đã ghi quyết định."), url_for("models.shown", code=code))

    return act(form, decided) or page_again(
        "record.html",
        form,
        model=model,
        title=_("Quyết định đề nghị đổi"),
        button=_("Ghi quyết định"),
        told=[
            (CHANGE_SUBJECTS[wanted.subject], f"{wanted.before} → {wanted.after}"),
            (_("Lý do"), wanted.reason),
            (_("Người đề nghị"), wanted.requested_by),
        ],
    )


@pages.post("/mo-hinh/<code>/de-nghi/<int:request_id>/rut")
@access_rule(signed_in=True)
def withdraw(code: str, request_id: int) -> Response:
    back = url_for("models.shown", code=code)

    def withdrawn(connection: Connection) -> Done:
        _request(connection, changes.seen(connection, actor(), code), request_id)
        change_requests.withdraw_change(connection, actor().account_id, clock.now(), request_id)
        return Done(_("Đã rút đề nghị."), back)

    return press(back, withdrawn)


def _request(connection: Connection, model: changes.Model, request_id: int) -> change_requests.ChangeRequest:
    """The address names both: a request about another model is not found under this one."""
    for one in change_requests.changes_of(connection, model.id):
        if one.id == request_id:
            return one
    raise NotFound(_("Mô hình %(code)s không có đề nghị này.", code=model.code), guard="change_request")
