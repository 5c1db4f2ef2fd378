"""One account: the roles it holds, its sessions, locking it, giving it a new password or a link to set one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from web.forms.administration import AssignmentForm
from web.forms.answers import Answer, Done, act, attempt_from, page_again, press
from web.forms.base import day_of, options, said
from web.serving import clock
from web.serving.access_rules import ADMINISTRATORS, access_rule
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from web.views.administration import places
from web.views.administration.accounts import key_page, looked_after
from workflow.core.lifecycles import labels as lifecycle_labels
from workflow.core.people import accounts, assignments, invitations
from workflow.ground.database import Connection
from workflow.ground.refusals import NotFound
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("assignments", __name__, url_prefix="/quan-tri/tai-khoan/<user_name>")


@pages.route("", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def shown(user_name: str) -> Answer:
    """The page of an account; sent, it gives the account a role."""
    name = looked_after(user_name).user_name
    form = AssignmentForm()

    def assign(connection: Connection) -> Done:
        assignments.assign(
            connection,
            actor().account_id,
            clock.now(),
            name,
            said(form.role),
            said(form.unit),
            valid_from=day_of(form.valid_from),
            valid_to=day_of(form.valid_to),
            deputy_for=said(form.deputy_for).strip() or None,
            rank=said(form.rank),
        )
        return Done(_("Đã giao vai trò."), _page_of(name))

    if answer := act(form, assign):
        return answer
    today = local_date(clock.now())
    form.role.choices = options(lifecycle_labels.roles(reading()).items())
    form.unit.choices = options(places.choices())
    found = looked_after(user_name)
    return page_again(
        "administration/account.html",
        form,
        account=found,
        link_until=invitations.pending(reading(), found.id, clock.now()),
        day_now=today,
    )


@pages.post("/vai-tro/<int:assignment_id>/ket-thuc")
@access_rule(roles=ADMINISTRATORS)
def end(user_name: str, assignment_id: int) -> Response:
    if assignment_id not in {one.id for one in looked_after(user_name).assignments}:
        raise NotFound(_("Tài khoản này không có vai trò ấy."), guard="assignment")

    def ended(connection: Connection, who: int, now: datetime, _user_name: str) -> None:
        assignments.end_assignment(connection, who, now, assignment_id)

    return _done(user_name, ended, _("Đã kết thúc vai trò."))


@pages.post("/khoa")
@access_rule(roles=ADMINISTRATORS)
def lock(user_name: str) -> Response:
    return _done(user_name, accounts.lock, _("Đã khoá tài khoản."))


@pages.post("/mo-khoa")
@access_rule(roles=ADMINISTRATORS)
def unlock(user_name: str) -> Response:
    return _done(user_name, accounts.unlock, _("Đã mở khoá tài khoản."))


@pages.post("/mat-khau")
@access_rule(roles=ADMINISTRATORS)
def reset(user_name: str) -> Response | str:
    return _key(user_name, accounts.reset_password, "initial")


@pages.post("/duong-dan")
@access_rule(roles=ADMINISTRATORS)
def invite(user_name: str) -> Response | str:
    return _key(user_name, invitations.invite, "token")


@pages.post("/thu-hoi-duong-dan")
@access_rule(roles=ADMINISTRATORS)
def withdraw(user_name: str) -> Response:
    return _done(user_name, invitations.withdraw, _("Đã thu hồi đường dẫn."))


@pages.post("/dang-xuat")
@access_rule(roles=ADMINISTRATORS)
def sign_out(user_name: str) -> Response:
    return _done(user_name, accounts.end_sessions, _("Đã đăng xuất người này khỏi mọi thiết bị."))


def _done(user_name: str, command: Callable[[Connection, int, datetime, str], object], sentence: str) -> Response:
    name = looked_after(user_name).user_name

    def done(connection: Connection) -> Done:
        command(connection, actor().account_id, clock.now(), name)
        return Done(sentence, _page_of(name))

    return press(_page_of(name), done)


def _key(user_name: str, give: Callable[[Connection, int, datetime, str], str], kind: str) -> Response | str:
    """A new key to an account, shown once. kind: what it is to `key_page`."""
    account = looked_after(user_name)

    def given() -> str:
        with writing() as connection:
            key = give(connection, actor().account_id, clock.now(), account.user_name)
        return key_page(account, **{kind: key})

    return attempt_from(_page_of(account.user_name), given)


def _page_of(user_name: str) -> str:
    return url_for("assignments.shown", user_name=user_name)
