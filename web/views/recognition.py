"""Decisions: the list, the models that wait for one, and marking a recognised model as outstanding."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from web import clock
from web.access_rules import RECOGNISERS, REVIEWERS, access_rule
from web.answers import say, say_refused
from web.readings.years import chosen_year, every_year
from web.transactions import reading, writing
from web.visitor import actor
from workflow import listing, programme, recognition
from workflow.recognition_view import decisions
from workflow.refusals import NotFound, Refusal

pages = Blueprint("recognition", __name__)


@pages.get("/quyet-dinh")
@access_rule(signed_in=True)
def listed() -> str:
    return render_template("recognition/list.html", decisions=decisions(reading(), actor()))


@pages.get("/quyet-dinh/cong-nhan")
@access_rule(roles=RECOGNISERS | REVIEWERS)
def many() -> str:
    """Models that wait for a decision of this person's body: tick, then one number for all of them."""
    year = chosen_year(reading(), request.args.get("nam"))
    definition = programme.definition(reading(), year.definition_hash)
    steps = [step for step in definition.transitions if step.record == "decision" and actor().holds(step.roles)]
    states = tuple(dict.fromkeys(state for step in steps for state in step.sources))
    page = listing.page(
        reading(),
        actor(),
        listing.Filters(year_id=year.id, states=states or ("",)),
        request.args.get("sau", ""),
        listing.LARGEST_PAGE,
    )
    return render_template(
        "recognition/many.html",
        year=year,
        years=every_year(reading()),
        page=page,
        steps={step.trigger: step.label for step in steps},
    )


@pages.post("/mo-hinh/<code>/tieu-bieu")
@access_rule(roles=RECOGNISERS | REVIEWERS)
def outstanding(code: str) -> Response:
    version = request.form.get("version", "")
    try:
        with writing() as connection:
            recognition.mark_outstanding(
                connection,
                actor().account_id,
                code,
                request.form.get("outstanding") == "1",
                clock.now(),
                version=int(version) if version.isdecimal() and len(version) < 10 else None,
            )
    except NotFound:
        raise
    except Refusal as refused:
        say_refused(refused)
    else:
        say(_("Đã ghi nhận."))
    return redirect(url_for("models.shown", code=code))
