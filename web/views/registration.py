"""Beginning a registration and editing it until it is accepted. Handing it in is a step like every other."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from web import clock
from web.access_rules import RECOGNISERS, REGISTRANTS, REVIEWERS, STAFF, access_rule
from web.answers import page_again, renewed, say
from web.forms.fields import prepare_rows, typed_again
from web.forms.registration import RegistrationForm
from web.readings.places import units_of
from web.readings.years import chosen_year, every_year, year_by_id
from web.transactions import reading, writing
from web.visitor import actor
from workflow import changes, programme, registration
from workflow.calendar import local_date
from workflow.refusals import Refusal
from workflow.registrant import SUBMIT, roles_of
from workflow.schema import ITEMS, emulation_model, field, person, unit

pages = Blueprint("registration", __name__)

MAY_REGISTER = REGISTRANTS | STAFF | REVIEWERS | RECOGNISERS


@pages.route("/mo-hinh/moi", methods=["GET", "POST"])
@access_rule(roles=MAY_REGISTER)
def new() -> Response | tuple[str, int]:
    who, refusal = actor(), None
    year = chosen_year(reading(), request.values.get("nam"), to_register=True)
    form = RegistrationForm()
    if form.is_submitted() and "add_row" not in request.form:
        try:
            with writing() as connection:
                code = registration.create_draft(connection, who.account_id, year.year, form.as_draft(), clock.now())
        except Refusal as refused:
            refusal = refused
        else:
            say(_("Đã lưu bản nháp %(code)s. Hãy xem lại rồi nộp.", code=code), *_alike(year.id, code))
            return redirect(url_for("models.shown", code=code))
    _prepare(form, year)
    return page_again(
        "registration/form.html", form, refusal, model=None, year=year, years=every_year(reading()), to_mend={}
    )


@pages.route("/mo-hinh/<code>/phieu", methods=["GET", "POST"])
@access_rule(signed_in=True)
def edit(code: str) -> Response | tuple[str, int]:
    who, refusal = actor(), None
    model = changes.seen(reading(), who, code)
    year = year_by_id(reading(), model.year_id)
    kept = registration.form(reading(), model.id)
    waived = list(kept.waived) if kept else []
    form = RegistrationForm(data=_kept(model, kept))
    if form.is_submitted() and "add_row" not in request.form:
        try:
            with writing() as connection:
                registration.edit_draft(
                    connection, who.account_id, code, form.as_draft(), clock.now(), version=form.present
                )
        except Refusal as refused:
            refusal = refused
        else:
            say(_("Đã lưu phiếu đăng ký."), *_alike(year.id, code))
            return redirect(url_for("models.shown", code=code))
    model = changes.seen(reading(), who, code)
    renewed(form, refusal, model.version)
    _prepare(form, year)
    to_mend = {item.item: item.note for item in registration.items_to_mend(reading(), model.id)}
    return page_again(
        "registration/form.html",
        form,
        refusal,
        model=model,
        year=year,
        years=[year],
        to_mend=to_mend if model.submitted_at else {},
        waived=waived,
    )


def _prepare(form: RegistrationForm, year: sa.Row[Any]) -> None:
    connection = reading()
    definition = programme.definition(connection, year.definition_hash)
    roles = roles_of(definition, SUBMIT) | roles_of(definition, SUBMIT, on_behalf=True)
    form.choose_from(
        units_of(connection, actor(), roles, local_date(clock.now())), programme.fields(connection, year.id)
    )
    prepare_rows(form.targets, programme.measures(connection, year.id), add="add_row" in request.form, empty=2)


def _kept(model: sa.Row[Any], kept: sa.Row[Any] | None) -> dict[str, Any]:
    """What the form holds now, as somebody would type it."""
    origin = emulation_model.alias("origin")
    row = (
        reading()
        .execute(
            sa.select(
                unit.c.code.label("unit"),
                field.c.code.label("field"),
                person.c.full_name.label("person"),
                person.c.distinguisher.label("person_distinguisher"),
                origin.c.code.label("origin_model"),
            )
            .select_from(emulation_model)
            .join(unit, unit.c.id == emulation_model.c.unit_id)
            .join(field, field.c.id == emulation_model.c.field_id)
            .outerjoin(person, person.c.id == emulation_model.c.person_id)
            .outerjoin(origin, origin.c.id == emulation_model.c.origin_model_id)
            .where(emulation_model.c.id == model.id)
        )
        .one()
    )
    filled = {name: kept._mapping[name] for name in (*ITEMS, *_CONTACT)} if kept is not None else {}
    return {
        **{name: value or "" for name, value in row._mapping.items()},
        **filled,
        "name": model.name,
        "kind": model.kind,
        "origin": model.origin,
        "targets": typed_again(registration.quantities(reading(), model.id, "target")),
        "version": str(model.version),
    }


_CONTACT = ("representative", "representative_position", "phone")


def _alike(year_id: int, code: str) -> list[str]:
    """Names so much alike that one of the two may be a double: a warning, never a refusal."""
    model = changes.seen(reading(), actor(), code)
    return [
        _(
            "Tên gần giống với %(code)s “%(name)s” (%(unit)s). Hãy kiểm tra có trùng không.",
            code=other,
            name=name,
            unit=place,
        )
        for other, name, score, place in registration.similar_models(
            reading(), year_id, model.name, exclude_id=model.id, limit=3, actor=actor()
        )
    ]
