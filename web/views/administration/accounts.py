"""The list of accounts, and making a new one. One account's own page is in `assignments`."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from web.forms.administration import AccountForm
from web.forms.answers import Answer, attempt, page_again
from web.forms.base import options, printable, said
from web.serving import clock
from web.serving.access_rules import ADMINISTRATORS, access_rule
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from web.views.administration import places
from workflow.core.people import accounts, invitations
from workflow.ground.reading.text import fold, identity
from workflow.ground.refusals import NotFound
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("accounts", __name__, url_prefix="/quan-tri/tai-khoan")


@pages.get("")
@access_rule(roles=ADMINISTRATORS)
def listed() -> str:
    wanted = printable(request.args.get("tim", ""))[:100]
    words = fold(wanted).split()
    found = [
        one
        for one in accounts.listing(reading(), actor())
        if all(word in fold(f"{one.user_name} {one.full_name} {one.unit_name}") for word in words)
    ]
    # Those spelt as it was written come first.
    spelt = identity(wanted)
    found.sort(key=lambda one: spelt not in identity(f"{one.user_name} {one.full_name} {one.unit_name}"))
    return render_template(
        "administration/accounts.html", accounts=found, wanted=wanted, day_now=local_date(clock.now())
    )


@pages.route("/moi", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def new() -> Answer | str:
    form = AccountForm()

    def make() -> str:
        who, now, name, token = actor().account_id, clock.now(), said(form.user_name), None
        link = said(form.entry) != "password"
        with writing() as connection:
            _account_id, initial = accounts.create_account(
                connection,
                who,
                now,
                name,
                said(form.full_name),
                said(form.unit),
                position=said(form.position),
                sign_in=not link,
            )
            if link:
                token = invitations.invite(connection, who, now, name)
        return key_page(looked_after(name), initial=initial, token=token)

    if page := attempt(form, make):
        return page
    form.unit.choices = options(places.choices())
    return page_again(
        "administration/form.html",
        form,
        title=_("Thêm tài khoản"),
        button=_("Thêm tài khoản"),
        back=url_for("accounts.listed"),
        trail=[(_("Quản trị"), url_for("administration.home")), (_("Tài khoản"), url_for("accounts.listed"))],
        danger=False,
        links=[],
    )


def looked_after(user_name: str) -> accounts.AccountView:
    """An account that this administrator looks after."""
    found = accounts.shown(reading(), actor(), user_name)
    if found is None:
        raise NotFound(_("Không có tài khoản «%(name)s» trong phạm vi của bạn.", name=user_name[:60]), guard="account")
    return found


def key_page(account: accounts.AccountView, *, initial: str | None = None, token: str | None = None) -> str:
    """An initial password or a link, shown once, on this very page: neither has any business in a redirect or a cookie."""
    link = url_for("invitations.accept", token=token, _external=True) if token else None
    return render_template(
        "administration/key.html", account=account, initial=initial, link=link, days=invitations.VALID_FOR.days
    )
