"""Signing in and out, and changing one's password."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from web.forms import held
from web.forms.answers import Answer, Done, act, attempt, page_again
from web.forms.base import said
from web.forms.session import PasswordForm, SignInForm
from web.serving import clock, visitor
from web.serving.access_rules import access_rule
from web.serving.security import account_tried, address_limit, limiter, own_path, sign_in_limit
from web.serving.transactions import database, writing
from workflow.core.people import accounts, sessions
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _

pages = Blueprint("session", __name__)


def _failed(response: Response) -> bool:
    """Only a sign-in that failed counts towards the limit."""
    return response.status_code >= 400


@pages.route("/dang-nhap", methods=["GET", "POST"])
@access_rule(public=True)
@limiter.limit(address_limit, methods=["POST"], deduct_when=_failed)
@limiter.limit(sign_in_limit, key_func=account_tried, methods=["POST"], deduct_when=_failed)
def sign_in() -> Answer:
    home = url_for("home.work")
    if request.method != "POST" and visitor.current() is not None:
        return redirect(home)
    form = SignInForm(data={"next": request.args.get("next", "")})
    typed = held.opened(said(form.held))

    def enter() -> AnyResponse:
        opened = sessions.sign_in(
            database(), clock.now(), said(form.user_name), said(form.password), request.remote_addr or ""
        )
        # The token of forms made before belongs to nobody in particular; this person gets a new one.
        visitor.forget_forms()
        answer = make_response(
            held.offered(typed, opened.account_id, must_change_password=opened.must_change_password)
            if typed
            else redirect(own_path(said(form.next), home))
        )
        visitor.give_token(answer, opened.token)
        return answer

    return attempt(form, enter) or page_again("session/sign_in.html", form, held=typed)


@pages.post("/dang-xuat")
@access_rule(signed_in=True, before_password_change=True)
def sign_out() -> AnyResponse:
    with writing() as connection:
        sessions.close(connection, visitor.visitor().token)
    return _signed_out(_("Bạn đã đăng xuất."))


@pages.post("/dang-xuat-moi-noi")
@access_rule(signed_in=True, before_password_change=True)
def sign_out_everywhere() -> AnyResponse:
    with writing() as connection:
        sessions.close_all(connection, visitor.actor().account_id)
    return _signed_out(_("Bạn đã đăng xuất khỏi mọi thiết bị."))


@pages.route("/doi-mat-khau", methods=["GET", "POST"])
@access_rule(signed_in=True, before_password_change=True)
def change_password() -> Answer:
    who, form = visitor.visitor(), PasswordForm()

    def change(connection: Connection) -> Done:
        if said(form.new) != said(form.again):
            raise InvalidInput({"again": _("Hai lần nhập mật khẩu mới chưa giống nhau.")})
        account, this = who.actor.account_id, sessions.token_hash(who.token)
        words = said(form.current), said(form.new)
        accounts.change_password(connection, account, clock.now(), *words, keep_session=this)
        told = _("Đã đổi mật khẩu. Các thiết bị khác đã được đăng xuất.")
        return Done(told, url_for("home.work"))

    return act(form, change) or page_again("session/change_password.html", form, forced=who.must_change_password)


def _signed_out(sentence: str) -> AnyResponse:
    visitor.forget_forms()
    # The page after signing out clears what this browser kept; one after a session that ended does not.
    answer = make_response(Done(sentence, url_for("session.sign_in") + "?da-thoat=1").answer())
    visitor.take_token(answer)
    return answer
