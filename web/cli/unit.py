"""`dvk unit`: the unit tree."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from web.cli import arguments, console, installation
from web.cli.importing import tell_rows
from web.serving import clock
from workflow.core import access
from workflow.core.labels import UNIT_KINDS
from workflow.core.lifecycles import labels as lifecycle_labels
from workflow.core.people import units
from workflow.ground.speech import _, mark


@click.group("unit", help=mark("Cây đơn vị."))
def unit_command() -> None:
    """Holds the commands below."""


@unit_command.command("list", help=mark("Các đơn vị theo cây; có --as thì chỉ phạm vi của người ấy."))
@arguments.by(required=False)
@arguments.form()
def listing(who: str | None, form: str) -> None:
    with installation.reading() as connection:
        actor = access.actor(connection, who, clock.now()) if who else None
        nodes = units.tree(connection, actor)
        levels = lifecycle_labels.levels(connection)
    if form == "json":
        console.as_json(
            [
                {
                    "code": node.code,
                    "name": node.name,
                    "level": node.level,
                    "kind": node.kind,
                    "parent": node.parent,
                    "depth": node.depth,
                    "valid_from": node.valid_from,
                    "valid_to": node.valid_to,
                    "successor": node.successor,
                    "sample": node.sample,
                }
                for node in nodes
            ]
        )
        return
    console.table(
        (_("Mã"), _("Tên"), _("Cấp"), _("Loại"), _("Hiệu lực đến"), _("Kế tục")),
        [
            (
                node.code,
                "  " * node.depth + node.name,
                levels.get(node.level, node.level),
                str(UNIT_KINDS[node.kind]),
                f"{node.valid_to:%d/%m/%Y}" if node.valid_to else "",
                node.successor,
            )
            for node in nodes
        ],
    )


@unit_command.command("add", help=mark("Thêm một đơn vị dưới đơn vị chủ quản."))
@click.argument("code", metavar=mark("MÃ"))
@click.option("--name", required=True, metavar=mark("TÊN"), help=mark("Tên đầy đủ."))
@click.option("--level", required=True, metavar=mark("CẤP"), help=mark("province, district, commune hoặc village."))
@click.option("--parent", required=True, metavar=mark("MÃ"), help=mark("Mã đơn vị chủ quản."))
@click.option(
    "--kind",
    type=click.Choice(list(UNIT_KINDS)),
    default="administrative",
    show_default=True,
    help=mark("Loại đơn vị."),
)
@arguments.day("--from", mark("Ngày thành lập."))
@arguments.day("--to", mark("Ngày cuối cùng hoạt động."))
@arguments.by()
def add(code: str, name: str, level: str, parent: str, kind: str, who: str, **period: date | None) -> None:
    with installation.writing() as connection:
        units.create_unit(
            connection,
            who,
            clock.now(),
            code,
            name,
            level,
            kind,
            parent,
            valid_from=period["from"],
            valid_to=period["to"],
        )
    console.message(_("Đã thêm đơn vị %(code)s.", code=code))


@unit_command.command("rename", help=mark("Đổi tên một đơn vị."))
@click.argument("code", metavar=mark("MÃ"))
@click.argument("name", metavar=mark("TÊN"))
@arguments.by()
def rename(code: str, name: str, who: str) -> None:
    with installation.writing() as connection:
        changed = units.rename(connection, who, clock.now(), code, name)
    console.message(
        _("Đã đổi tên đơn vị %(code)s.", code=code)
        if changed
        else _("Đơn vị %(code)s đã mang tên ấy, không thay đổi gì.", code=code)
    )


@unit_command.command("merge", help=mark("Sáp nhập một đơn vị vào đơn vị kế tục; mô hình đang chạy ở lại và đi tiếp."))
@click.argument("code", metavar=mark("MÃ"))
@click.option("--into", "successor", required=True, metavar=mark("MÃ"), help=mark("Mã đơn vị kế tục."))
@arguments.day("--last-day", mark("Ngày cuối cùng của đơn vị cũ; mặc định hôm qua."))
@arguments.by()
def merge(code: str, successor: str, last_day: date | None, who: str) -> None:
    with installation.writing() as connection:
        units.merge_into(connection, who, clock.now(), code, successor, last_day=last_day)
    console.message(_("Đã sáp nhập %(code)s vào %(successor)s.", code=code, successor=successor))


@unit_command.command("import", help=mark("Nhập đơn vị từ bảng tính: tất cả hoặc không gì; nhập lại không tạo trùng."))
@click.argument("file", metavar=mark("TỆP.xlsx"), type=click.Path(dir_okay=False))
@click.option("--dry-run", is_flag=True, help=mark("Chỉ kiểm tra, không ghi gì."))
@arguments.by()
@arguments.form("text", "json")
def bring(file: str, dry_run: bool, who: str, form: str) -> int:
    from workflow.across.documents.import_units import import_units

    with installation.opened() as database:
        outcome = import_units(database, who, clock.now(), Path(file), dry_run=dry_run)
    tell_rows(outcome, form)
    did = _("sẽ tạo") if dry_run else _("đã tạo")
    console.message(
        _(
            "%(rows)s dòng: %(did)s %(count)s, đã có %(unchanged)s, lỗi %(count_2)s.",
            rows=outcome.rows,
            did=did,
            count=len(outcome.created),
            unchanged=outcome.unchanged,
            count_2=len(outcome.refused),
        )
    )
    return 1 if outcome.refused else 0


@unit_command.command(
    "template", help=mark("Ghi bảng tính mẫu để nhập đơn vị; --filled thì có sẵn các đơn vị đang có.")
)
@click.argument("file", metavar=mark("TỆP.xlsx"), type=click.Path(dir_okay=False))
@click.option("--filled", is_flag=True, help=mark("Ghi cả các đơn vị đang có."))
@arguments.by(required=False)
def template(file: str, filled: bool, who: str | None) -> None:
    from workflow.across.documents.import_units import write_list, write_template

    with installation.reading() as connection:
        actor = access.actor(connection, who, clock.now()) if who else None
        with Path(file).open("wb") as target:
            (write_list if filled else write_template)(connection, target, actor)
    console.message(_("Đã ghi %(file)s.", file=file))
