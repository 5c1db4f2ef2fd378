"""The year at a glance: where models come from, how far they came, who has not registered, and last year on the same day."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from web.forms.base import printable
from web.look import charts
from web.serving import clock
from web.serving.access_rules import access_rule
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from workflow.across.figures import cells
from workflow.across.figures.overview import Overview, labelled, overview
from workflow.core.lifecycles import store
from workflow.core.people.places import choices_of_units, find_units
from workflow.core.programmes import stored
from workflow.core.programmes.choice import chosen_year, every_year
from workflow.core.programmes.year import Field
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("overview", __name__)


@pages.get("/tong-quan")
@access_rule(signed_in=True)
def shown() -> str:
    if cells.waiting(reading()):
        with writing() as connection:
            cells.fold(connection)
    connection, who, now = reading(), actor(), clock.now()
    year = chosen_year(connection, request.args.get("nam"))
    written = printable(request.args.get("don-vi", "")).strip()[:200]
    found = find_units(connection, who, written) if written else []
    place = found[0] if len(found) == 1 else None
    definition = store.definition(connection, year.definition_hash)
    seen = None if written and place is None else overview(connection, who, now, year, unit_row=place)
    fields = stored.fields(connection, year.id)
    return render_template(
        "overview/show.html",
        year=year,
        years=every_year(connection),
        units=choices_of_units(connection, who, local_date(now)),
        written=written,
        place=place,
        found=found,
        fields=fields,
        seen=seen,
        ended=labelled(definition, seen.ended) if seen else (),
        compared=_compared(seen, fields) if seen else (),
        way=_way(seen) if seen else "",
        map=_map(seen, fields) if seen else "",
    )


def _way(seen: Overview) -> str:
    bars = [
        charts.Bar(stop.label, stop.reached, _("(đang ở: %(n)s)", n=charts.number(stop.here))) for stop in seen.stops
    ]
    description = "; ".join(f"{stop.label}: {stop.reached}" for stop in seen.stops)
    return charts.bars("way", _("Số mô hình đã đến từng chặng"), description, bars)


def _map(seen: Overview, fields: list[Field]) -> str:
    if not seen.subunits:
        return ""
    rows = [(subunit.name, [subunit.fields.get(field.code, 0) for field in fields]) for subunit in seen.subunits]
    description = _("Ô càng đậm càng nhiều mô hình. Số liệu đầy đủ ở bảng bên dưới.")
    return charts.heat_map("map", _("Lĩnh vực theo đơn vị"), description, [_(field.label) for field in fields], rows)


def _compared(seen: Overview, fields: list[Field]) -> list[tuple[str, int, int]]:
    """(label, this year, last year on this day) by the names of fields: each year has fields of its own."""
    if seen.last_year is None or seen.last_year.figures is None:
        return []
    figures = seen.last_year.figures
    before = {row.field: row for row in figures.rows}
    lines = [(row.label, row.total, before[row.field].total if row.field in before else 0) for row in seen.rows]
    known = {field.code for field in fields}
    lines += [(row.label, 0, row.total) for row in figures.rows if row.field not in known and row.total]
    return [*lines, (_("Tổng"), seen.total.total, figures.total.total)]
