"""What everybody may read without signing in: recognised models whose registrants agreed, to be replicated elsewhere.

The same page for everybody, whoever they are: nothing here looks at a session, so that caches on the way may keep it for a while.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from web.serving.access_rules import access_rule
from web.serving.transactions import reading
from workflow.across.lists import listing
from workflow.core.lifecycles import store
from workflow.core.people.unit import Unit
from workflow.core.programmes import stored
from workflow.core.programmes.year import Year
from workflow.ground.database import Connection
from workflow.stages.recognition import publication

pages = Blueprint("public", __name__)

PAGE_SIZE = 30
LONGEST_QUESTION = 200
KEPT = "public, max-age=300"
"""Five minutes: so long a copy may still be read somewhere after somebody took back what they agreed to."""


@pages.after_request
def may_be_kept(response: Response) -> Response:
    if response.status_code == 200:
        response.headers["Cache-Control"] = KEPT
    return response


@pages.get("/cong-khai")
@access_rule(public=True)
def listed() -> str:
    connection = reading()
    asked = {name: request.args.get(name, "")[:LONGEST_QUESTION] for name in ("nam", "linh-vuc", "don-vi", "tim")}
    year = publication.year(connection, asked["nam"])
    fields = stored.fields(connection, year.id)
    field = next((one for one in fields if one.code == asked["linh-vuc"]), None)
    units = publication.find_units(connection, asked["don-vi"]) if asked["don-vi"] else []
    unclear = bool(asked["don-vi"]) and len(units) != 1
    filters = listing.Filters(
        year_id=year.id,
        field_id=field.id if field else None,
        unit_path=units[0].path if units else "",
        search=asked["tim"],
        public=True,
    )
    return _page(
        "public/list.html",
        year=year,
        years=publication.years(connection),
        fields=fields,
        choices=_choices(connection, year),
        asked={
            **asked,
            "linh-vuc": field.code if field else "",
            "don-vi": asked["don-vi"] if unclear else _code(units),
        },
        units=units if unclear else (),
        unclear=unclear,
        narrowed=any(asked[name] for name in ("linh-vuc", "don-vi", "tim")),
        page=listing.Page((), None, None)
        if unclear
        else listing.page(connection, None, filters, request.args.get("sau", "")[:LONGEST_QUESTION], PAGE_SIZE),
        without_contact=publication.without_contact,
    )


@pages.get("/cong-khai/<code>")
@access_rule(public=True)
def shown(code: str) -> str:
    return _page("public/show.html", model=publication.published(reading(), code))


@pages.get("/robots.txt")
@access_rule(public=True)
def robots() -> Response:
    """Search engines may read the public page, the style sheets that it needs, and nothing else."""
    allowed = [url_for("public.listed"), url_for("static", filename="")] if publication.years(reading()) else []
    lines = ["User-agent: *", *(f"Allow: {place}" for place in allowed), "Disallow: /", ""]
    return Response("\n".join(lines), mimetype="text/plain")


def _page(template: str, **facts: Any) -> str:
    return render_template(template, visitor=None, **facts)


def _choices(connection: Connection, year: Year) -> list[Unit] | None:
    """Units to choose from: those above the lowest level, with everything below them; None when there are too many."""
    levels = [level.id for level in store.definition(connection, year.definition_hash).levels]
    return publication.choices_of_units(connection, levels[:-1] or levels)


def _code(units: list[Unit]) -> str:
    return units[0].code if units else ""
