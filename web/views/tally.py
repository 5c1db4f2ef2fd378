"""The tally of a year: field by kind, registrants beside models, states; now or as of a day; as a page and as a workbook."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from web.forms.base import printable
from web.look.presentation import day
from web.serving import clock, downloads
from web.serving.access_rules import access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.across.documents.tally_workbook import write_full_tally
from workflow.across.figures import cells
from workflow.across.figures.full_tally import FullTally, full_tally, written
from workflow.across.figures.tally import Tally, kept_tally, tally
from workflow.core import access
from workflow.core.lifecycles import store
from workflow.core.people.places import choices_of_units, find_units
from workflow.core.people.unit import Unit
from workflow.core.programmes import stored
from workflow.core.programmes.choice import chosen_year, every_year
from workflow.core.programmes.year import Year
from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.refusals import NotFound, Refusal
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("tally", __name__)


@pages.get("/tong-hop")
@access_rule(signed_in=True)
def shown() -> tuple[str, int]:
    """day-du=1: also what takes long to count where there are very many models."""
    connection, year = reading(), chosen_year(reading(), request.args.get("nam"))
    problem, found = None, None
    try:
        found = _counted(year, everything="day-du" in request.args)
    except NotFound:
        raise
    except Refusal as refusal:
        problem = refusal.message
    definition = store.definition(connection, year.definition_hash)
    page = render_template(
        "tally/show.html",
        year=year,
        years=every_year(connection),
        units=choices_of_units(connection, actor(), local_date(clock.now())),
        found=found,
        tally=found.short if found else None,
        full=found.full if found else None,
        place=found.place if found else None,
        fields=stored.fields(connection, year.id),
        written=written,
        problem=problem,
        definition=definition,
        asked={name: printable(request.args.get(name, ""))[:200] for name in ("don-vi", "ngay")},
    )
    return page, 422 if problem else 200


@pages.get("/tong-hop.xlsx")
@access_rule(signed_in=True)
def workbook() -> Response:
    year = chosen_year(reading(), request.args.get("nam"))
    found = _counted(year, everything=True)
    moment = day(found.short.as_of or local_date(clock.now()))
    heading = [
        _("Tổng hợp mô hình Dân vận khéo năm %(year)s", year=year.year),
        _("%(unit)s, tính đến %(day)s", unit=found.place.name if found.place else _("Toàn phạm vi"), day=moment),
    ]
    definition = store.definition(reading(), year.definition_hash)
    labels = {state.id: state.label for state in definition.states.values()}
    return downloads.workbook(
        f"tong-hop-{year.year}", lambda target: write_full_tally(target, found.short, found.full, labels, heading)
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What was counted, and for which unit (None: everything the person sees)."""

    short: Tally
    full: FullTally
    place: Unit | None


def _counted(year: Year, *, everything: bool) -> Found:
    """The figures over what this person may see."""
    connection, who = reading(), actor()
    code, day_written = request.args.get("don-vi", ""), request.args.get("ngay", "")
    place = None
    if code:
        named = find_units(connection, who, printable(code).strip()[:200])
        place = named[0] if len(named) == 1 else None
        if place is None or not who.roles_over(place.path):
            raise NotFound(_("Không có đơn vị mã «%(code)s» trong phạm vi của bạn.", code=code[:40]), guard="unit")
    as_of = parse_date_vi(day_written) if day_written.strip() else None
    scope = cells.scope_of(who, place.path if place is not None else "")
    full = full_tally(connection, year.year, scope, as_of=as_of, everything=everything)
    if as_of is None and full.villages is None:
        return Found(kept_tally(connection, year.year, scope, unit_row=place), full, place)
    return Found(tally(connection, year.year, unit_row=place, as_of=as_of, only=access.visible(who)), full, place)
