"""The list of models, one model's page, and one step taken for many models at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for

from web.forms.answers import Answer, attempt, page_again
from web.forms.models import ORDERS, read_query
from web.forms.transition import Choice, transition_form
from web.look.badges import badges
from web.look.presentation import stops
from web.look.rows import model_rows
from web.serving import accesses, clock
from web.serving.access_rules import access_rule
from web.serving.security import own_path
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from web.words.timeline import describe, mended
from workflow.across.lists import listing
from workflow.across.models import entries, kin
from workflow.across.models import page as model_page
from workflow.across.models.offers import offers_for
from workflow.across.obligations import state_limits
from workflow.core.engine import changes, transition
from workflow.core.labels import MODEL_KINDS
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.core.people.holders import holders_over, named
from workflow.core.people.places import choices_of_units
from workflow.core.programmes import starting, stored
from workflow.core.programmes.choice import chosen_year, every_year
from workflow.ground.refusals import NotFound
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("models", __name__)

PAGE_SIZE = 50
MOST_AT_ONCE = 500


@pages.get("/mo-hinh")
@access_rule(signed_in=True)
def listed() -> str:
    connection, who = reading(), actor()
    year = chosen_year(connection, request.args.get("nam"))
    definition = store.definition(connection, year.definition_hash)
    fields = stored.fields(connection, year.id)
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
        selects=_selects(
            definition,
            [(field.code, _(field.label)) for field in fields],
            None if units is None else [(unit.code, unit.name) for unit in units],
        ),
        many_units=units is None,
        page=page,
        model_rows=model_rows,
        model_page=url_for("models.shown", code="-")[:-1],
        everything_ticked=request.args.get("chon") == "het",
        steps=_steps_for(definition, {row.state for row in page.rows}),
    )


def _selects(
    definition: Definition, fields: Sequence[Choice], units: Sequence[Choice] | None
) -> list[tuple[str, str, list[Choice]]]:
    """The filters that are chosen from a list: name in the address, label, choices. units: None for too many to choose from."""
    every = [("", _("Tất cả"))]
    selects = [
        ("chang", _("Chặng"), every + [(stage.id, stage.label) for stage in definition.stages]),
        ("trang-thai", _("Trạng thái"), every + [(state.id, state.label) for state in definition.states.values()]),
        ("linh-vuc", _("Lĩnh vực"), [*every, *fields]),
        ("loai", _("Loại"), every + [(kind, str(label)) for kind, label in MODEL_KINDS.items()]),
    ]
    if units is not None:
        selects.append(("don-vi", _("Đơn vị (gồm cả trực thuộc)"), [*every, *units]))
    selects.append(("sap-xep", _("Sắp xếp"), [(written, str(label)) for written, (_order, label) in ORDERS.items()]))
    return selects


@pages.get("/mo-hinh/<code>")
@access_rule(signed_in=True)
def shown(code: str) -> str:
    connection, who = reading(), actor()
    model = changes.seen(connection, who, code)
    accesses.note(model, "page")
    page = model_page.of_model(connection, who, clock.now(), model)
    told = entries.of_model(connection, model.id)
    return render_template(
        "models/show.html",
        model=model,
        page=page,
        about=page.about,
        definition=page.definition,
        state=page.state,
        stops=stops(page.definition, model.state, entries.passed(told)),
        possible=page.best_first,
        told=[describe(page.definition, entry) for entry in reversed(told)],
        mended=mended(entries.rewritten(told)) if model.state == "submitted" else {},
        followers=kin.followers(connection, who, model.id),
        latest_year=starting.latest(connection),
        waits_for=_waits_for(page.definition, model.state, model.unit_path),
        step_due=None if model.mend_by else state_limits.due_of(connection, model.id),
    )


def _waits_for(definition: Definition, state: str, unit_path: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The usual next steps from a state, each with who may take it: roles and the names of those who hold them today."""
    steps = {step.trigger: step for step in reversed(definition.outgoing(state)) if not step.danger}
    roles = {role for step in steps.values() for role in step.roles}
    holders = holders_over(reading(), [unit_path], roles, local_date(clock.now()))
    labels = {role.id: role.label for role in definition.roles.values()}
    return [(step.label, named(holders, step, unit_path, labels)) for step in reversed(steps.values())]


@pages.route("/mo-hinh/hang-loat", methods=["GET", "POST"])
@access_rule(signed_in=True)
def many() -> Answer | str:
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
    definition = store.definition(connection, first.definition_hash)
    step = next((t for t in definition.transitions if t.trigger == trigger), None)
    if step is None:
        raise NotFound(_("Không có bước này trong quy trình."), guard="trigger")
    offers = offers_for(connection, who, first, step, whole_year=True)
    form = transition_form(
        step.facts, offers, version=None, add_row="add_row" in request.form, recorded=step.record is not None
    )

    def take_all() -> str:
        with writing() as connection:
            outcomes = transition.apply_many(
                connection, who.account_id, clock.now(), codes, trigger, stated=form.stated()
            )
        names = {model.code: model for model in models}
        return render_template("models/many_done.html", step=step, outcomes=outcomes, names=names, back=back)

    if "confirm" in request.form and (page := attempt(form, take_all)):
        return page
    return page_again(
        "models/many.html",
        form,
        step=step,
        codes=codes,
        models=models,
        badges=badges(models),
        able={state for entry in definition.transitions if entry.trigger == trigger for state in entry.sources},
        back=back,
    )


def _steps_for(definition: Definition, states: Collection[str]) -> list[Choice]:
    """Steps that models in these states may take, for the choice of one step for many: trigger and label, no dangerous ones."""
    steps = [step for state in definition.states if state in states for step in definition.outgoing(state)]
    return list({step.trigger: step.label for step in steps if not step.danger and actor().holds(step.roles)}.items())
