"""Lifecycle definitions: which there are, what runs under each, and moving running models to another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup
from wtforms import SelectField

from web.forms.answers import Answer, Done, attempt, page_again
from web.forms.base import PageForm, options
from web.serving import clock
from web.serving.access_rules import ADMINISTRATORS, access_rule
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from workflow.core.engine import moving
from workflow.core.engine.moving import MigrationOutcome
from workflow.core.lifecycles import store
from workflow.core.lifecycles.drawing import svg
from workflow.core.lifecycles.terms import Definition
from workflow.ground.database import Connection
from workflow.ground.speech import _

pages = Blueprint("definitions", __name__, url_prefix="/quan-tri/quy-trinh")


@pages.get("")
@access_rule(roles=ADMINISTRATORS)
def listed() -> str:
    return render_template("administration/definitions.html", known=store.overview(reading()))


@pages.get("/<prefix>")
@access_rule(roles=ADMINISTRATORS)
def shown(prefix: str) -> str:
    definition = store.find(reading(), prefix)
    known = next(one for one in store.overview(reading()) if one.definition.hash == definition.hash)
    return render_template(
        "administration/definition.html",
        known=known,
        definition=definition,
        others=[one for one in store.known(reading()) if one.hash != definition.hash],
        # Made by us from a checked definition, every text in it escaped.
        picture=Markup(svg(definition)),  # noqa: S704
    )


@pages.route("/<prefix>/chuyen", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def move(prefix: str) -> Answer:
    """First a dry run that shows every model that would stay and why; then the same mapping is applied."""
    old = store.find(reading(), prefix)
    new = store.find(reading(), request.values.get("den", ""), key="to")
    form = _mapping_form(old, new)

    def moved() -> Answer:
        with writing() as connection:
            report = _migrate(connection, old, new, form, dry_run="confirm" not in request.form)
        if report.dry_run:
            return _move_page(form, old, new, report)
        told = _(
            "Đã chuyển %(moved)s mô hình; %(stayed)s mô hình ở lại.", moved=len(report.moved), stayed=len(report.stayed)
        )
        return Done(told, url_for("definitions.shown", prefix=old.short_hash)).answer()

    return attempt(form, moved) or _move_page(form, old, new, None)


def _move_page(form: PageForm, old: Definition, new: Definition, report: MigrationOutcome | None) -> tuple[str, int]:
    return page_again("administration/move.html", form, old=old, new=new, report=report)


def _mapping_form(old: Definition, new: Definition) -> Any:
    """A form with a choice of new state for each running state of the old definition."""
    targets = [(state.id, state.label) for state in new.states.values() if not state.end]
    known = dict(targets)

    class MappingForm(PageForm):
        """Old state → new state."""

        names = {f"map {state}": f"map-{state}" for state in old.states}  # noqa: RUF012 - made for this one form

    for state in old.states.values():
        if not state.end:
            field = SelectField(
                state.label,
                choices=options([("", _("– ở lại –")), *targets]),
                default=state.id if state.id in known else "",
                validate_choice=False,
            )
            setattr(MappingForm, f"map-{state.id}", field)
    return MappingForm()


def _migrate(connection: Connection, old: Definition, new: Definition, form: Any, *, dry_run: bool) -> MigrationOutcome:
    mapping: Mapping[str, str] = {
        state.id: str(form[f"map-{state.id}"].data or "") for state in old.states.values() if not state.end
    }
    chosen = {before: after for before, after in mapping.items() if after}
    return moving.migrate(connection, actor().account_id, clock.now(), old.hash, new.hash, chosen, dry_run=dry_run)
