"""The list of models to take away: exactly what the page shows with the same address, as xlsx and as csv."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO, StringIO

from flask import Blueprint, Response, request, send_file

from web.forms.models import ListQuery, read_query
from web.look.presentation import shown_day, shown_number, state_of
from web.serving import accesses, clock, downloads
from web.serving.access_rules import access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.across.documents.list_workbook import write_list, write_list_csv
from workflow.across.lists import listing
from workflow.across.lists.listed import Exported
from workflow.core.lifecycles import store
from workflow.core.programmes import stored
from workflow.core.programmes.choice import chosen_year
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("export", __name__)


@pages.get("/mo-hinh.xlsx")
@access_rule(signed_in=True)
def workbook() -> Response:
    year, query, rows = _shown()
    chips = ", ".join(label for _name, label in query.chips) or _("tất cả")
    heading = [
        _("Mô hình “Dân vận khéo” năm %(year)s", year=year),
        _("Điều kiện: %(chips)s. Xuất ngày %(day)s.", chips=chips, day=shown_day(local_date(clock.now()))),
    ]
    return downloads.workbook(f"mo-hinh-{year}", lambda target: write_list(target, rows, _labels(rows), heading))


@pages.get("/mo-hinh.csv")
@access_rule(signed_in=True)
def lines() -> Response:
    year, _query, rows = _shown()
    target = StringIO()
    write_list_csv(target, rows, _labels(rows))
    content = BytesIO(target.getvalue().encode("utf-8"))
    return send_file(content, mimetype="text/csv", as_attachment=True, download_name=f"mo-hinh-{year}.csv")


def _shown() -> tuple[int, ListQuery, list[Exported]]:
    """Year, filters and every row of the list that this address shows page by page."""
    connection, who = reading(), actor()
    year = chosen_year(connection, request.args.get("nam"))
    definition = store.definition(connection, year.definition_hash)
    query = read_query(connection, who, request.args, year, definition, stored.fields(connection, year.id))
    rows = [] if query.unknown_unit else listing.exported(connection, who, query.filters, query.order)
    if len(rows) > listing.MOST_EXPORTED:
        most = shown_number(listing.MOST_EXPORTED)
        raise InvalidInput(
            {"tim": _("Danh sách có hơn %(most)s mô hình. Hãy lọc hẹp lại, ví dụ theo đơn vị, rồi tải.", most=most)}
        )
    accesses.note_all([row.id for row in rows if row.kind == "individual"], "export")
    return year.year, query, rows


def _labels(rows: Sequence[Exported]) -> dict[tuple[str, str], str]:
    kinds = {(row.definition_hash, row.state) for row in rows}
    return {kind: state_of(*kind).label for kind in kinds}
