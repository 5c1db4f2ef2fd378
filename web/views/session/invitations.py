"""The page behind an invitation: whoever holds the link sets their own password and is signed in."""

from __future__ import annotations

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from web.forms.answers import Answer, Done, attempt, page_again
from web.forms.base import said
from web.forms.session import ChosenPasswordForm
from web.serving import clock, visitor
from web.serving.access_rules import access_rule
from web.serving.security import address_limit, limiter
from web.serving.transactions import reading, writing
from workflow.core.people import invitations, sessions
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _

pages = Blueprint("invitations", __name__)


@pages.route("/loi-moi/<token>", methods=["GET", "POST"])
@access_rule(public=True)
@limiter.limit(address_limit, methods=["POST"], deduct_when=lambda response: response.status_code >= 400)
def accept(token: str) -> Answer:
    invited = invitations.opened(reading(), clock.now(), token)
    form = ChosenPasswordForm()

    def enter() -> Response:
        if said(form.new) != said(form.again):
            raise InvalidInput({"again": _("Hai lần nhập mật khẩu chưa giống nhau.")})
        with writing() as connection:
            now = clock.now()
            account_id = invitations.accept(connection, now, token, said(form.new))
            opened = sessions.open_session(connection, account_id, now, request.remote_addr or "")
        # Forms made before belong to nobody in particular, or to whoever sat here before.
        visitor.forget_forms()
        told = _("Đã đặt mật khẩu. Từ nay bạn đăng nhập bằng tên «%(name)s».", name=invited.user_name)
        answer = make_response(Done(told, url_for("home.work")).answer())
        visitor.give_token(answer, opened)
        return answer

    return attempt(form, enter) or page_again("session/invitation.html", form, invited=invited, token=token)
