"""The picture of the lifecycle: with the number of models in each state, or with one model's own way."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from markupsafe import Markup

from web.serving.access_rules import access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.across.lists.states import count_states
from workflow.across.models import entries
from workflow.core.engine import changes
from workflow.core.lifecycles import store
from workflow.core.lifecycles.drawing import svg
from workflow.core.programmes.choice import chosen_year, every_year

pages = Blueprint("lifecycle", __name__)


@pages.get("/quy-trinh")
@access_rule(signed_in=True)
def shown() -> str:
    year = chosen_year(reading(), request.args.get("nam"))
    definition = store.definition(reading(), year.definition_hash)
    counts = count_states(reading(), actor(), year.id, definition.hash)
    return render_template(
        "lifecycle/show.html",
        year=year,
        years=every_year(reading()),
        definition=definition,
        counts=counts,
        model=None,
        # Made by us from a checked definition, every text in it escaped.
        picture=Markup(svg(definition, counts)),  # noqa: S704
    )


@pages.get("/mo-hinh/<code>/quy-trinh")
@access_rule(signed_in=True)
def of_model(code: str) -> str:
    model = changes.seen(reading(), actor(), code)
    definition = store.definition(reading(), model.definition_hash)
    way: list[str] = []
    for state in entries.passed(entries.of_model(reading(), model.id)):
        if not way or way[-1] != state:
            way.append(state)
    return render_template(
        "lifecycle/show.html",
        year=None,
        years=[],
        definition=definition,
        counts=None,
        model=model,
        picture=Markup(svg(definition, None, way)),  # noqa: S704
    )
