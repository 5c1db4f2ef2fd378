"""`dvk unit`: the unit tree."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from web import clock
from web.cli import arguments, console, installation
from workflow import access
from workflow.people import units


@click.group("unit", help="Cây đơn vị.")
def unit_command() -> None:
    """Holds the commands below."""


@unit_command.command("list", help="Các đơn vị theo cây; có --as thì chỉ phạm vi của người ấy.")
@arguments.by(required=False)
@arguments.form()
def listing(who: str | None, form: str) -> None:
    with installation.opened() as database, database.read() as connection:
        actor = access.actor(connection, who, clock.now()) if who else None
        nodes = units.tree(connection, actor)
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
        ("Mã", "Tên", "Cấp", "Loại", "Hiệu lực đến", "Kế tục"),
        [
            (
                node.code,
                "  " * node.depth + node.name,
                node.level,
                units.KINDS[node.kind],
                f"{node.valid_to:%d/%m/%Y}" if node.valid_to else "",
                node.successor,
            )
            for node in nodes
        ],
    )


@unit_command.command("add", help="Thêm một đơn vị dưới đơn vị chủ quản.")
@click.argument("code", metavar="MÃ")
@click.option("--name", required=True, metavar="TÊN", help="Tên đầy đủ.")
@click.option("--level", required=True, metavar="CẤP", help="province, district, commune hoặc village.")
@click.option("--parent", required=True, metavar="MÃ", help="Mã đơn vị chủ quản.")
@click.option(
    "--kind", type=click.Choice(list(units.KINDS)), default="administrative", show_default=True, help="Loại đơn vị."
)
@arguments.day("--from", "Ngày thành lập.")
@arguments.day("--to", "Ngày cuối cùng hoạt động.")
@arguments.by()
def add(code: str, name: str, level: str, parent: str, kind: str, who: str, **period: date | None) -> None:
    with installation.opened() as database, database.write() as connection:
        units.create_unit(
            connection,
            who,
            code,
            name,
            level,
            kind,
            parent,
            clock.now(),
            valid_from=period["from"],
            valid_to=period["to"],
        )
    console.message(f"Đã thêm đơn vị {code}.")


@unit_command.command("rename", help="Đổi tên một đơn vị.")
@click.argument("code", metavar="MÃ")
@click.argument("name", metavar="TÊN")
@arguments.by()
def rename(code: str, name: str, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        changed = units.rename(connection, who, code, name, clock.now())
    console.message(f"Đã đổi tên đơn vị {code}." if changed else f"Đơn vị {code} đã mang tên ấy, không thay đổi gì.")


@unit_command.command("merge", help="Sáp nhập một đơn vị vào đơn vị kế tục; mô hình đang chạy ở lại và đi tiếp.")
@click.argument("code", metavar="MÃ")
@click.option("--into", "successor", required=True, metavar="MÃ", help="Mã đơn vị kế tục.")
@arguments.day("--last-day", "Ngày cuối cùng của đơn vị cũ; mặc định hôm qua.")
@arguments.by()
def merge(code: str, successor: str, last_day: date | None, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        units.merge_into(connection, who, code, successor, clock.now(), last_day=last_day)
    console.message(f"Đã sáp nhập {code} vào {successor}.")


@unit_command.command("import", help="Nhập đơn vị từ bảng tính: tất cả hoặc không gì; nhập lại không tạo trùng.")
@click.argument("file", metavar="TỆP.xlsx", type=click.Path(dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi gì.")
@arguments.by()
@arguments.form("text", "json")
def bring(file: str, dry_run: bool, who: str, form: str) -> int:
    from workflow.documents.units_list import import_units

    with installation.opened() as database:
        report = import_units(database, Path(file), who, clock.now(), dry_run=dry_run)
    if form == "json":
        console.as_json(report.as_json())
    else:
        for warning in report.warnings:
            console.message(f"Lưu ý: {warning}")
        if report.refused:
            lines = [(one.row, one.column, one.value, one.message) for one in report.refused]
            console.table(("Dòng", "Cột", "Giá trị", "Lý do"), lines, right=(0,))
    did = "sẽ tạo" if dry_run else "đã tạo"
    console.message(
        f"{report.rows} dòng: {did} {len(report.created)}, đã có {report.unchanged}, lỗi {len(report.refused)}."
    )
    return 1 if report.refused else 0


@unit_command.command("template", help="Ghi bảng tính mẫu để nhập đơn vị; --filled thì có sẵn các đơn vị đang có.")
@click.argument("file", metavar="TỆP.xlsx", type=click.Path(dir_okay=False))
@click.option("--filled", is_flag=True, help="Ghi cả các đơn vị đang có.")
@arguments.by(required=False)
def template(file: str, filled: bool, who: str | None) -> None:
    from workflow.documents.units_list import write_list, write_template

    with installation.opened() as database, database.read() as connection:
        actor = access.actor(connection, who, clock.now()) if who else None
        with Path(file).open("wb") as target:
            (write_list if filled else write_template)(connection, target, actor)
    console.message(f"Đã ghi {file}.")
