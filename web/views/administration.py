"""Units and accounts, for administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from web import clock
from web.access_rules import ADMINISTRATORS, access_rule
from web.answers import page_again, say
from web.forms.administration import AccountForm, MergeForm, RenameForm, UnitForm
from web.forms.base import day_of, options, printable, said
from web.readings.places import units_of
from web.transactions import reading, writing
from web.visitor import actor
from workflow import accounts, lifecycle_store, units
from workflow.calendar import local_date
from workflow.refusals import NotFound, Refusal
from workflow.text import fold

pages = Blueprint("administration", __name__, url_prefix="/quan-tri")


@pages.get("/don-vi", endpoint="units")
@access_rule(roles=ADMINISTRATORS)
def unit_tree() -> str:
    return render_template(
        "administration/units.html",
        units=units.tree(reading(), actor()),
        levels=lifecycle_store.levels(reading()),
        day_now=local_date(clock.now()),
    )


@pages.route("/don-vi/moi", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def new_unit() -> Response | tuple[str, int]:
    form, refusal = UnitForm(), None
    if form.is_submitted():
        try:
            with writing() as connection:
                units.create_unit(
                    connection,
                    actor().account_id,
                    said(form.code),
                    said(form.name),
                    said(form.level),
                    said(form.kind),
                    said(form.parent),
                    clock.now(),
                    valid_from=day_of(form.valid_from),
                )
        except Refusal as refused:
            refusal = refused
        else:
            say(_("Đã thêm đơn vị."))
            return redirect(url_for("administration.units"))
    form.level.choices = options(lifecycle_store.levels(reading()).items())
    form.parent.choices = options(_places())
    return _page(form, refusal, _("Thêm đơn vị"), _("Thêm đơn vị"), "administration.units")


@pages.route("/don-vi/<code>", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def rename_unit(code: str) -> Response | tuple[str, int]:
    place = _place(code)
    form, refusal = RenameForm(data={"name": place.name}), None
    if form.is_submitted():
        try:
            with writing() as connection:
                units.rename(connection, actor().account_id, place.code, said(form.name), clock.now())
        except Refusal as refused:
            refusal = refused
        else:
            say(_("Đã đổi tên đơn vị."))
            return redirect(url_for("administration.units"))
    return _page(form, refusal, _("Đổi tên đơn vị %(code)s", code=place.code), _("Lưu tên"), "administration.units")


@pages.route("/don-vi/<code>/sap-nhap", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def merge_unit(code: str) -> Response | tuple[str, int]:
    place = _place(code)
    form, refusal = MergeForm(), None
    if form.is_submitted():
        try:
            with writing() as connection:
                units.merge_into(
                    connection,
                    actor().account_id,
                    place.code,
                    said(form.successor),
                    clock.now(),
                    last_day=day_of(form.last_day),
                )
        except Refusal as refused:
            refusal = refused
        else:
            say(_("Đã sáp nhập đơn vị. Các mô hình đang làm vẫn tiếp tục ở đơn vị cũ."))
            return redirect(url_for("administration.units"))
    form.successor.choices = options([("", _("– chọn –")), *(one for one in _places() if one[0] != place.code)])
    title = _("Sáp nhập %(name)s vào đơn vị khác", name=place.name)
    return _page(form, refusal, title, _("Sáp nhập"), "administration.units", danger=True)


@pages.get("/tai-khoan", endpoint="accounts")
@access_rule(roles=ADMINISTRATORS)
def account_list() -> str:
    wanted = printable(request.args.get("tim", ""))[:100]
    words = fold(wanted).split()
    found = [
        one
        for one in accounts.listing(reading(), actor())
        if all(word in fold(f"{one.user_name} {one.full_name} {one.unit_name}") for word in words)
    ]
    return render_template("administration/accounts.html", accounts=found, wanted=wanted)


@pages.route("/tai-khoan/moi", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def new_account() -> str | tuple[str, int]:
    form, refusal = AccountForm(), None
    if form.is_submitted():
        try:
            with writing() as connection:
                account_id, initial = accounts.create_account(
                    connection,
                    actor().account_id,
                    said(form.user_name),
                    said(form.full_name),
                    said(form.unit),
                    clock.now(),
                    position=said(form.position),
                )
        except Refusal as refused:
            refusal = refused
        else:
            made = next(one for one in accounts.listing(reading(), actor()) if one.id == account_id)
            # Shown once, on this very page: a password has no business in a redirect or a cookie.
            return render_template("administration/password.html", account=made, initial=initial)
    form.unit.choices = options(_places())
    return _page(form, refusal, _("Thêm tài khoản"), _("Thêm tài khoản"), "administration.accounts")


def _places() -> list[tuple[str, str]]:
    """Units this administrator may choose, by code and name."""
    found = units_of(reading(), actor(), ADMINISTRATORS, local_date(clock.now()))
    return [(one.code, f"{one.name} ({one.code})") for one in found]


def _place(code: str) -> Any:
    place = units.by_code(reading(), code)
    if actor().grant_for(ADMINISTRATORS, place.path) is None:
        raise NotFound(_("Không có đơn vị mã «%(code)s» trong phạm vi của bạn.", code=code[:40]), guard="unit")
    return place


def _page(
    form: Any, refusal: Refusal | None, title: str, button: str, back: str, *, danger: bool = False
) -> tuple[str, int]:
    return page_again(
        "administration/form.html", form, refusal, title=title, button=button, back=url_for(back), danger=danger
    )
