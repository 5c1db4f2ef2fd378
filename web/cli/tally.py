"""`dvk tally`: the tally of a programme year."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from web.cli import arguments, console, installation
from web.serving import clock
from workflow.core import access
from workflow.core.access import Actor
from workflow.core.labels import MODEL_KINDS, in_sentence
from workflow.core.lifecycles import store
from workflow.core.people import units
from workflow.core.people.unit import Unit
from workflow.core.programmes import stored
from workflow.ground.database import Connection
from workflow.ground.refusals import NotFound
from workflow.ground.speech import _, mark

if TYPE_CHECKING:
    from workflow.across.figures.full_tally import FullTally
    from workflow.across.figures.tally import Tally


@click.command(
    help=mark("Bảng tổng hợp của một năm: lĩnh vực × loại, người đăng ký, trạng thái; hôm nay hoặc tại một ngày.")
)
@click.option("--year", required=True, type=int, metavar=mark("NĂM"), help=mark("Năm thi đua."))
@click.option("--unit", "unit_code", metavar=mark("MÃ"), help=mark("Đơn vị và mọi đơn vị trực thuộc; mặc định tất cả."))
@arguments.day("--as-of", mark("Số liệu cuối ngày này."))
@arguments.by(required=False)
@arguments.form("table", "json", "xlsx")
@click.option("--full", is_flag=True, help=mark("Mọi số liệu của báo cáo tổng kết; cần --format json hoặc xlsx."))
@click.option(
    "--output", type=click.Path(dir_okay=False), metavar=mark("TỆP"), help=mark("Ghi ra tệp; cần khi --format xlsx.")
)
def tally_command(
    year: int, unit_code: str | None, as_of: date | None, who: str | None, form: str, full: bool, output: str | None
) -> None:
    from workflow.across.figures.tally import tally

    if form == "xlsx" and output is None:
        raise click.UsageError(_("--format xlsx cần --output TỆP.xlsx."))
    if form == "table" and output is not None:
        raise click.UsageError(_("--output dùng với --format json hoặc xlsx."))
    if full and form == "table":
        raise click.UsageError(_("--full dùng với --format json hoặc xlsx."))
    with installation.reading() as connection:
        place = units.by_code(connection, unit_code) if unit_code else None
        actor = access.actor(connection, who, clock.now()) if who else None
        if actor and place is not None and not any(grant.covers(place.path) for grant in actor.grants):
            raise NotFound(_("Không có đơn vị mã «%(unit_code)s».", unit_code=unit_code), guard="unit")
        counted = tally(connection, year, unit_row=place, as_of=as_of, only=access.visible(actor) if actor else None)
        report = _full(connection, year, actor, place, as_of) if full else None
        definition = store.definition(connection, stored.year(connection, year).definition_hash)
    labels = {state.id: state.label for state in definition.states.values()}
    if form == "xlsx" and output is not None:
        from workflow.across.documents.tally_workbook import write_full_tally, write_tally

        with Path(output).open("wb") as file:
            if report is not None:
                write_full_tally(
                    file, counted, report, labels, [_("Tổng hợp mô hình “Dân vận khéo” năm %(year)s", year=year)]
                )
            else:
                write_tally(file, counted, labels, place.name if place is not None else None)
        console.message(_("Đã ghi %(output)s.", output=output))
    elif form == "json" and output is not None:
        Path(output).write_text(
            json.dumps((report or counted).as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        console.message(_("Đã ghi %(output)s.", output=output))
    elif form == "json":
        console.as_json((report or counted).as_json())
    else:
        _print(counted, labels)


def _full(connection: Connection, year: int, actor: Actor | None, place: Unit | None, as_of: date | None) -> FullTally:
    from workflow.across.figures import cells
    from workflow.across.figures.full_tally import full_tally

    if actor is not None:
        scope = cells.scope_of(actor, place.path if place is not None else "")
    else:
        scope = cells.Scope((place.path,)) if place is not None else cells.everywhere(connection)
    return full_tally(connection, year, scope, as_of=as_of)


def _print(counted: Tally, labels: dict[str, str]) -> None:
    console.table(
        (_("Lĩnh vực"), *map(str, MODEL_KINDS.values()), _("Tổng")),
        [(row.label, row.collective, row.individual, row.total) for row in (*counted.rows, counted.total)],
        right=(1, 2, 3),
    )
    console.result("")
    told = ", ".join(f"{count} {in_sentence(MODEL_KINDS[kind])}" for kind, count in counted.registrants.items())
    console.result(_("Người đăng ký: %(told)s", told=told))
    for state, count in counted.states.items():
        console.result(f"{labels.get(state, state)}: {count}")
