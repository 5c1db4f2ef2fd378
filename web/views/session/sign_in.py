"""Signing in and out, and changing one's password."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from web.forms import held
from web.forms.answers import page_again, say
from web.forms.base import said
from web.forms.session import PasswordForm, SignInForm
from web.serving import clock, visitor
from web.serving.access_rules import access_rule
from web.serving.security import account_tried, address_limit, limiter, own_path, sign_in_limit
from web.serving.transactions import database, writing
from workflow.core.people import accounts, sessions
from workflow.ground.refusals import InvalidInput, Refusal
from workflow.ground.speech import _

pages = Blueprint("session", __name__)


def _failed(response: Response) -> bool:
    """Only a sign-in that failed counts towards the limit."""
    return response.status_code >= 400


@pages.route("/dang-nhap", methods=["GET", "POST"])
@access_rule(public=True)
@limiter.limit(address_limit, methods=["POST"], deduct_when=_failed)
@limiter.limit(sign_in_limit, key_func=account_tried, methods=["POST"], deduct_when=_failed)
def sign_in() -> AnyResponse | tuple[str, int]:
    home = url_for("home.work")
    form = SignInForm(data={"next": request.args.get("next", "")})
    refusal: Refusal | None = None
    if form.is_submitted():
        try:
            opened = sessions.sign_in(
                database(), said(form.user_name), said(form.password), request.remote_addr or "", clock.now()
            )
        except Refusal as refused:
            refusal = refused
        else:
            # The token of forms made before belongs to nobody in particular; this person gets a new one.
            visitor.forget_forms()
            typed = held.opened(said(form.held))
            answer = make_response(
                held.offered(typed, opened.account_id, must_change_password=opened.must_change_password)
                if typed
                else redirect(own_path(said(form.next), home))
            )
            visitor.give_token(answer, opened.token)
            return answer
    elif visitor.current() is not None:
        return redirect(home)
    return page_again("session/sign_in.html", form, refusal, held=held.opened(said(form.held)))


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
def change_password() -> AnyResponse | tuple[str, int]:
    who = visitor.visitor()
    form = PasswordForm()
    refusal: Refusal | None = None
    if form.is_submitted():
        try:
            if said(form.new) != said(form.again):
                raise InvalidInput({"again": _("Hai lần nhập mật khẩu mới chưa giống nhau.")})
            with writing() as connection:
                accounts.change_password(
                    connection,
                    who.actor.account_id,
                    said(form.current),
                    said(form.new),
                    clock.now(),
                    keep_session=sessions.token_hash(who.token),
                )
        except Refusal as refused:
            refusal = refused
        else:
            say(_("Đã đổi mật khẩu. Các thiết bị khác đã được đăng xuất."))
            return redirect(url_for("home.work"))
    return page_again("session/change_password.html", form, refusal, forced=who.must_change_password)


def _signed_out(sentence: str) -> AnyResponse:
    visitor.forget_forms()
    flash(sentence, "success")
    # The page after signing out clears what this browser kept; one after a session that ended does not.
    answer = make_response(redirect(url_for("session.sign_in") + "?da-thoat=1"))
    visitor.take_token(answer)
    return answer
