"""The list of models, one model's page, and one step taken for many models at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from web import accesses, clock
from web.access_rules import access_rule
from web.answers import page_again
from web.forms.models import ORDERS, read_query
from web.forms.transition import transition_form
from web.look.badges import badges
from web.look.rows import model_rows
from web.presentation import KINDS, said, stops
from web.readings import model as readings
from web.readings.offers import offers_for
from web.readings.timeline import tell
from web.security import own_path
from web.transactions import reading, writing
from web.visitor import actor
from workflow import changes, transition
from workflow.across.models.next_step import onwards
from workflow.calendar import local_date
from workflow.core.people.holders import holders_over, named
from workflow.core.people.places import choices_of_units
from workflow.core.programmes.choice import chosen_year, every_year
from workflow.definitions.lifecycle import Definition
from workflow.implementation import attachments, comments, implementation
from workflow.inspection import inspection
from workflow.obligations import state_limits
from workflow.programmes import programme
from workflow.refusals import NotFound, Refusal
from workflow.registration import change_requests, registration
from workflow.registration.registrant import before_review, editable
from workflow.reporting import listing
from workflow.review import review_result

pages = Blueprint("models", __name__)

PAGE_SIZE = 50
MOST_AT_ONCE = 500


@pages.get("/mo-hinh")
@access_rule(signed_in=True)
def listed() -> str:
    connection, who = reading(), actor()
    year = chosen_year(connection, request.args.get("nam"))
    definition = programme.definition(connection, year.definition_hash)
    fields = programme.fields(connection, year.id)
    query = read_query(connection, who, request.args, year, definition, fields)
    page = (
        listing.Page((), None, None)
        if query.unknown_unit
        else listing.page(connection, who, query.filters, request.args.get("sau", ""), PAGE_SIZE, query.order)
    )
    units = choices_of_units(connection, who, local_date(clock.now()))
    return render_template(
        "models/list.html",
        year=year,
        years=every_year(connection),
        definition=definition,
        fields=fields,
        query=query,
        selects=_selects(definition, fields, units),
        many_units=units is None,
        page=page,
        model_rows=model_rows,
        model_page=url_for("models.shown", code="-")[:-1],
        everything_ticked=request.args.get("chon") == "het",
        steps=_steps_for(definition, page.rows),
    )


def _selects(
    definition: Definition, fields: Sequence[sa.Row[Any]], units: Sequence[sa.Row[Any]] | None
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The filters that are chosen from a list: name in the address, label, choices."""
    every = [("", _("Tất cả"))]
    selects = [
        ("chang", _("Chặng"), every + [(stage.id, stage.label) for stage in definition.stages]),
        ("trang-thai", _("Trạng thái"), every + [(state.id, state.label) for state in definition.states.values()]),
        ("linh-vuc", _("Lĩnh vực"), every + [(field.code, said(field.label)) for field in fields]),
        ("loai", _("Loại"), every + [(kind, str(label)) for kind, label in KINDS.items()]),
    ]
    if units is not None:
        selects.append(("don-vi", _("Đơn vị (gồm cả trực thuộc)"), every + [(u.code, u.name) for u in units]))
    selects.append(("sap-xep", _("Sắp xếp"), [(written, str(label)) for written, (_order, label) in ORDERS.items()]))
    return selects


@pages.get("/mo-hinh/<code>")
@access_rule(signed_in=True)
def shown(code: str) -> str:
    connection, who = reading(), actor()
    model = changes.seen(connection, who, code)
    accesses.note(model, "page")
    definition = programme.definition(connection, model.definition_hash)
    told = readings.events(connection, model.id)
    inspections = inspection.of_model(connection, model.id)
    return render_template(
        "models/show.html",
        model=model,
        definition=definition,
        state=definition.states[model.state],
        stops=stops(definition, model.state, readings.passed(told)),
        facts=readings.particulars(connection, model.id),
        possible=sorted(
            transition.possible(connection, model, who, clock.now()),
            key=lambda answer: onwards(definition, model.state, answer.target),
            reverse=True,
        ),
        form=registration.form(connection, model.id),
        to_mend=registration.items_to_mend(connection, model.id),
        targets=registration.quantities(connection, model.id, "target"),
        plan=implementation.plan_of(connection, model.id),
        results=implementation.results_of(connection, model.id),
        result_rows=registration.quantities(connection, model.id, "result"),
        inspections=inspections,
        awaits_inspection=any(t.record == "inspection" for t in definition.outgoing(model.state)),
        review=review_result.latest(connection, model.id),
        files=attachments.listing(connection, model.id),
        comments=comments.of_model(connection, who, model),
        changes=change_requests.changes_of(connection, model.id),
        told=[tell(definition, event) for event in reversed(told)],
        mended=readings.mended(told) if model.state == "submitted" else {},
        followers=readings.followers(connection, who, model.id),
        latest_year=readings.latest_year(connection),
        waits_for=_waits_for(definition, model),
        step_due=None if model.mend_by else state_limits.due_of(reading(), model.id),
        editable=editable(definition, model.state),
        before_review=before_review(definition, model.state),
    )


def _waits_for(definition: Definition, model: sa.Row[Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The usual next steps of a model, each with who may take it: roles and the names of those who hold them today."""
    steps = {step.trigger: step for step in reversed(definition.outgoing(model.state)) if not step.danger}
    roles = {role for step in steps.values() for role in step.roles}
    holders = holders_over(reading(), [model.unit_path], roles, local_date(clock.now()))
    labels = {role.id: role.label for role in definition.roles.values()}
    return [(step.label, named(holders, step, model.unit_path, labels)) for step in reversed(steps.values())]


@pages.route("/mo-hinh/hang-loat", methods=["GET", "POST"])
@access_rule(signed_in=True)
def many() -> Response | str | tuple[str, int]:
    """First the facts of the step, asked once; then a result for each model. `confirm` marks the second round."""
    if request.method == "GET":
        return redirect(url_for("models.listed"))
    codes = list(dict.fromkeys(code[:40] for code in request.form.getlist("code")))[:MOST_AT_ONCE]
    trigger = request.form.get("trigger", "")
    back = own_path(request.form.get("tiep"), url_for("models.listed"))
    if not codes or not trigger:
        flash(_("Hãy chọn ít nhất một mô hình và một bước."), "warning")
        return redirect(back)
    connection, who = reading(), actor()
    models = listing.chosen(connection, who, codes)
    first = changes.seen(connection, who, models[0].code) if models else None
    if first is None:
        raise NotFound(_("Không có mô hình nào trong số đã chọn thuộc phạm vi của bạn."), guard="model")
    definition = programme.definition(connection, first.definition_hash)
    step = next((t for t in definition.transitions if t.trigger == trigger), None)
    if step is None:
        raise NotFound(_("Không có bước này trong quy trình."), guard="trigger")
    offers = offers_for(connection, who, first, step, whole_year=True)
    form = transition_form(
        step.facts, offers, version=None, add_row="add_row" in request.form, recorded=step.record is not None
    )
    outcomes = None
    refusal: Refusal | None = None
    if "confirm" in request.form and "add_row" not in request.form:
        try:
            with writing() as connection:
                outcomes = transition.apply_many(
                    connection, codes, trigger, who.account_id, clock.now(), stated=form.stated()
                )
        except Refusal as refused:
            refusal = refused
        if outcomes is not None:
            names = {model.code: model for model in models}
            return render_template("models/many_done.html", step=step, outcomes=outcomes, names=names, back=back)
    return page_again(
        "models/many.html",
        form,
        refusal,
        step=step,
        codes=codes,
        models=models,
        badges=badges(models),
        able={state for entry in definition.transitions if entry.trigger == trigger for state in entry.sources},
        back=back,
    )


def _steps_for(definition: Definition, rows: Sequence[sa.Row[Any]]) -> list[tuple[str, str]]:
    """Steps that models of the page may take, for the choice of one step for many: trigger and label, no dangerous ones."""
    states = {row.state for row in rows}
    steps = [step for state in definition.states if state in states for step in definition.outgoing(state)]
    return list({step.trigger: step.label for step in steps if not step.danger and actor().holds(step.roles)}.items())
