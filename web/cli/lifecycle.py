"""`dvk lifecycle`: proving, drawing, listing and keeping definitions, and moving running models between them."""

from __future__ import annotations

from pathlib import Path

import click

from config import definitions
from web.cli import arguments, console, installation
from web.serving import clock
from workflow.core.engine import moving
from workflow.core.lifecycles import drawing, parsing
from workflow.core.lifecycles import store as lifecycle_store
from workflow.core.lifecycles.terms import Definition
from workflow.ground.data_files import DataFileInvalid
from workflow.ground.speech import _, mark


@click.group("lifecycle", help=mark("Quy trình: kiểm tra, vẽ, chuyển đổi."))
def lifecycle_command() -> None:
    """Holds the commands below."""


@lifecycle_command.command(
    "check", help=mark("Chứng minh quy trình đúng: mọi trạng thái tới được, có lối ra, có người làm.")
)
@click.argument("files", nargs=-1, metavar=mark("[TỆP]..."))
def check(files: tuple[str, ...]) -> int:
    failed = False
    for name in files or definitions.LIFECYCLE_IDS:
        try:
            sound = _named(name)
        except DataFileInvalid as invalid:
            failed = True
            for problem in invalid.problems:
                console.result(str(problem))
            continue
        console.result(
            _(
                "%(origin)s: đúng (%(count)s trạng thái, %(count_2)s bước, mã băm %(short_hash)s)",
                origin=sound.origin,
                count=len(sound.states),
                count_2=len(sound.transitions),
                short_hash=sound.short_hash,
            )
        )
    return 1 if failed else 0


@lifecycle_command.command("draw", help=mark("Vẽ một quy trình (tên có sẵn hoặc tệp) dạng mermaid hoặc SVG."))
@click.argument("name", required=False, default=definitions.DEFAULT_LIFECYCLE, metavar=mark("[TỆP]"))
@click.option("--output", type=click.Path(dir_okay=False), metavar=mark("TỆP"), help=mark("Ghi ra tệp thay vì stdout."))
@arguments.form("mermaid", "svg")
def draw(name: str, output: str | None, form: str) -> None:
    definition = _named(name)
    drawn = drawing.svg(definition) if form == "svg" else drawing.mermaid(definition)
    if output is None:
        console.result(drawn.rstrip("\n"))
        return
    Path(output).write_text(drawn, encoding="utf-8")
    console.message(_("Đã ghi %(output)s.", output=output))


@lifecycle_command.command("list", help=mark("Các quy trình có sẵn và đã lưu, với số mô hình đang chạy."))
@arguments.form()
def listing(form: str) -> None:
    with installation.reading() as connection:
        found = lifecycle_store.overview(connection)
    if form == "json":
        console.as_json(
            [
                {
                    "hash": known.definition.hash,
                    "id": known.definition.id,
                    "title": known.definition.title,
                    "stored": known.stored,
                    "years": list(known.years),
                    "running": known.running,
                }
                for known in found
            ]
        )
        return
    console.table(
        (_("Mã băm"), _("Tên"), _("Quy trình"), _("Năm"), _("Đang chạy")),
        [
            (
                known.definition.short_hash,
                known.definition.id,
                known.definition.title,
                ", ".join(map(str, known.years)),
                known.running,
            )
            for known in found
        ],
        right=(4,),
    )


@lifecycle_command.command("store", help=mark("Lưu một quy trình từ tệp để năm mới hoặc việc chuyển đổi dùng được."))
@click.argument("file", metavar=mark("TỆP"))
@arguments.by()
def store(file: str, who: str) -> None:
    definition = parsing.load_file(file)
    with installation.writing() as connection:
        lifecycle_store.keep(connection, who, clock.now(), definition)
    console.message(_("Đã lưu quy trình «%(title)s».", title=definition.title))
    console.result(definition.hash)


@lifecycle_command.command("migrate", help=mark("Chuyển các mô hình đang chạy từ quy trình này sang quy trình khác."))
@click.option("--from", "old", required=True, metavar=mark("MÃ_BĂM"), help=mark("Quy trình cũ (từ 6 ký tự đầu)."))
@click.option("--to", "new", required=True, metavar=mark("MÃ_BĂM"), help=mark("Quy trình mới (từ 6 ký tự đầu)."))
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar=mark("CŨ=MỚI"),
    help=mark("Trạng thái cũ thành trạng thái mới; nêu nhiều lần."),
)
@click.option("--dry-run", is_flag=True, help=mark("Chỉ xem, không thay đổi gì."))
@arguments.by()
@arguments.form()
def migrate(old: str, new: str, mapping: tuple[str, ...], dry_run: bool, who: str, form: str) -> int:
    mapped = arguments.pairs(mapping, "--map")
    with installation.writing() as connection:
        report = moving.migrate(connection, who, clock.now(), old, new, mapped, dry_run=dry_run)
    if form == "json":
        console.as_json(report.as_json())
    else:
        console.table(
            (_("Mô hình"), _("Từ"), _("Đến"), _("Lý do ở lại")),
            [(moved.code, moved.from_state, moved.to_state, "") for moved in report.moved]
            + [
                (stayed.code, stayed.state, "", " ".join(reason.message for reason in stayed.reasons))
                for stayed in report.stayed
            ],
        )
    did = _("Sẽ chuyển") if dry_run else _("Đã chuyển")
    console.message(
        _(
            "%(did)s %(count)s mô hình, %(count_2)s mô hình ở lại.",
            did=did,
            count=len(report.moved),
            count_2=len(report.stayed),
        )
    )
    return 1 if report.stayed else 0


def _named(name: str) -> Definition:
    """A definition that comes with the program, by its name, or one in a file."""
    return parsing.standard(name) if name in definitions.LIFECYCLE_IDS else parsing.load_file(name)
