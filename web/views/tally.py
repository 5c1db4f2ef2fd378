"""The tally of a year: field by kind, registrants beside models, states; now or as of a day; as a page and as a workbook."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, render_template, request, send_file
from flask_babel import gettext as _

from web import clock
from web.access_rules import access_rule
from web.forms.base import printable
from web.presentation import day
from web.readings.places import units_of
from web.readings.years import chosen_year, every_year
from web.transactions import reading
from web.visitor import actor
from workflow import access, programme, units
from workflow.calendar import local_date
from workflow.dates import parse_date_vi
from workflow.documents.workbook_export import ColumnSpec, SheetSpec, write_workbook
from workflow.refusals import NotFound, Refusal
from workflow.reporting.tally import Tally, tally

pages = Blueprint("tally", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/tong-hop")
@access_rule(signed_in=True)
def shown() -> tuple[str, int]:
    year = chosen_year(reading(), request.args.get("nam"))
    problem, counted, place = None, None, None
    try:
        counted, place = _counted(year)
    except NotFound:
        raise
    except Refusal as refusal:
        problem = refusal.message
    definition = programme.definition(reading(), year.definition_hash)
    page = render_template(
        "tally/show.html",
        year=year,
        years=every_year(reading()),
        units=units_of(reading(), actor(), None, local_date(clock.now())),
        place=place,
        tally=counted,
        problem=problem,
        definition=definition,
        asked={"don-vi": request.args.get("don-vi", ""), "ngay": printable(request.args.get("ngay", ""))},
    )
    return page, 422 if problem else 200


@pages.get("/tong-hop.xlsx")
@access_rule(signed_in=True)
def workbook() -> Response:
    year = chosen_year(reading(), request.args.get("nam"))
    counted, place = _counted(year)
    columns = [
        ColumnSpec(_("Lĩnh vực"), 36),
        ColumnSpec(_("Tập thể"), 12),
        ColumnSpec(_("Cá nhân"), 12),
        ColumnSpec(_("Cộng"), 12),
    ]
    rows = [(row.label, row.collective, row.individual, row.total) for row in (*counted.rows, counted.total)]
    rows.append(
        (
            _("Số đơn vị, số người đăng ký"),
            counted.registrants["collective"],
            counted.registrants["individual"],
            counted.registrants["collective"] + counted.registrants["individual"],
        )
    )
    moment = day(counted.as_of) if counted.as_of else day(local_date(clock.now()))
    heading = [
        _("Tổng hợp mô hình Dân vận khéo năm %(year)s", year=year.year),
        _("%(unit)s, tính đến %(day)s", unit=place.name if place else _("Toàn phạm vi"), day=moment),
    ]
    target = BytesIO()
    write_workbook(target, [SheetSpec(_("Tổng hợp"), columns, rows, heading)])
    target.seek(0)
    return send_file(target, mimetype=XLSX, as_attachment=True, download_name=f"tong-hop-{year.year}.xlsx")


def _counted(year: sa.Row[Any]) -> tuple[Tally, sa.Row[Any] | None]:
    """The figures over what this person may see."""
    code, written = request.args.get("don-vi", ""), request.args.get("ngay", "")
    place = units.by_code(reading(), code) if code else None
    if place is not None and not actor().roles_over(place.path):
        raise NotFound(_("Không có đơn vị mã «%(code)s» trong phạm vi của bạn.", code=code[:40]), guard="unit")
    as_of = parse_date_vi(written) if written.strip() else None
    return tally(reading(), year.year, unit_row=place, as_of=as_of, only=access.visible(actor())), place
