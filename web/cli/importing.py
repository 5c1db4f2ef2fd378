"""`dvk import`: registrations from a spreadsheet, and the template for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from web.cli import arguments, console, installation
from web.serving import clock
from workflow.core import access
from workflow.core.programmes import stored
from workflow.ground.speech import _, mark
from workflow.ground.vietnam_time import local_date

if TYPE_CHECKING:
    from workflow.across.documents.import_registrations import ImportOutcome
    from workflow.across.documents.import_units import UnitsOutcome


@click.group("import", help=mark("Nhập đăng ký từ bảng tính."))
def import_command() -> None:
    """Holds the commands below."""


@import_command.command("template", help=mark("Ghi một bảng tính mẫu có danh sách chọn và trang hướng dẫn."))
@click.argument("file", metavar=mark("TỆP.xlsx"), type=click.Path(dir_okay=False))
@click.option("--year", type=int, metavar=mark("NĂM"), help=mark("Năm thi đua; mặc định năm nay."))
@arguments.by(required=False)
def template(file: str, year: int | None, who: str | None) -> None:
    from workflow.across.documents.registrations_template import write_template

    now = clock.now()
    with installation.opened() as database:
        with database.read() as connection:
            actor = access.actor(connection, who, now) if who else None
            # A year that is not there is told before an empty file is left behind.
            chosen = stored.year(connection, year or local_date(now).year).year
        with Path(file).open("wb") as target:
            write_template(database, target, chosen, actor=actor)
    console.message(_("Đã ghi %(file)s.", file=file))


@import_command.command(
    "registrations", help=mark("Nhập danh sách đăng ký: tạo và gửi thay các đơn vị. Nhập lại không tạo trùng.")
)
@click.argument("file", metavar=mark("TỆP.xlsx"), type=click.Path(dir_okay=False))
@click.option("--year", required=True, type=int, metavar=mark("NĂM"), help=mark("Năm thi đua."))
@click.option("--dry-run", is_flag=True, help=mark("Chỉ kiểm tra, không ghi gì."))
@click.option("--partial", is_flag=True, help=mark("Vẫn nhập các dòng đúng khi có dòng bị từ chối."))
@click.option("--draft", is_flag=True, help=mark("Để ở bản nháp, chưa gửi."))
@click.option("--strict", is_flag=True, help=mark("Từ chối dòng còn thiếu mục của phiếu đăng ký."))
@arguments.by()
@arguments.form("text", "json")
def registrations(
    file: str, year: int, dry_run: bool, partial: bool, draft: bool, strict: bool, who: str, form: str
) -> int:
    from workflow.across.documents.import_registrations import import_registrations

    with installation.opened() as database, console.progress(_("Đang nhập")) as progress:
        outcome = import_registrations(
            database,
            who,
            clock.now(),
            Path(file),
            year,
            dry_run=dry_run,
            partial=partial,
            draft=draft,
            strict=strict,
            progress=progress,
        )
    tell_rows(outcome, form)
    did = _("Sẽ tạo") if dry_run else _("Đã tạo")
    console.message(
        _(
            "%(rows)s dòng: %(lower)s %(created)s, đã có %(unchanged)s, lỗi %(count)s.",
            rows=outcome.rows,
            lower=did.lower(),
            created=outcome.created,
            unchanged=outcome.unchanged,
            count=len(outcome.refused),
        )
    )
    return 1 if outcome.refused else 0


def tell_rows(outcome: ImportOutcome | UnitsOutcome, form: str) -> None:
    """What came of the rows of a file: as JSON, or what to look at and which rows could not be taken."""
    if form == "json":
        console.as_json(outcome.as_json())
        return
    for warning in outcome.warnings:
        console.message(_("Lưu ý: %(warning)s", warning=warning))
    if outcome.refused:
        lines = [(one.row, one.column, one.value, one.message) for one in outcome.refused]
        console.table((_("Dòng"), _("Cột"), _("Giá trị"), _("Lý do")), lines, right=(0,))
