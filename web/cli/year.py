"""`dvk year`: programme years."""

from __future__ import annotations

from datetime import date

import click

from web.cli import arguments, console, installation
from web.serving import clock
from workflow.core.lifecycles import store
from workflow.core.programmes import editing, starting
from workflow.ground.speech import _, mark


@click.group("year", help=mark("Năm thi đua."))
def year_command() -> None:
    """Holds the commands below."""


@year_command.command("list", help=mark("Các năm thi đua, mới nhất trước."))
@arguments.form()
def listing(form: str) -> None:
    with installation.reading() as connection:
        found = starting.listing(connection)
    if form == "json":
        console.as_json(
            [
                {
                    "year": year.year,
                    "name": year.name,
                    "lifecycle": year.lifecycle,
                    "definition": year.definition_hash,
                    "opens_on": year.opens_on,
                    "closes_on": year.closes_on,
                    "models": year.models,
                    "public": year.public,
                    "sample": year.sample,
                }
                for year in found
            ]
        )
        return
    console.table(
        (_("Năm"), _("Quy trình"), _("Mã băm"), _("Mở đăng ký"), _("Hết hạn"), _("Mô hình")),
        [
            (
                year.year,
                year.lifecycle,
                year.definition_hash[:16],
                f"{year.opens_on:%d/%m/%Y}",
                f"{year.closes_on:%d/%m/%Y}",
                year.models,
            )
            for year in found
        ],
        right=(5,),
    )


@year_command.command("add", help=mark("Mở một năm thi đua với các giá trị mặc định trong config/programme.toml."))
@click.argument("year", metavar=mark("NĂM"), type=int)
@click.option(
    "--lifecycle",
    "definition",
    metavar=mark("MÃ"),
    help=mark("Mã băm của quy trình; mặc định theo thời điểm mở đăng ký."),
)
@arguments.day("--opens", mark("Ngày mở đăng ký."))
@arguments.day("--closes", mark("Ngày hết hạn đăng ký."))
@arguments.by()
def add(year: int, definition: str | None, opens: date | None, closes: date | None, who: str) -> None:
    with installation.writing() as connection:
        chosen = store.find(connection, definition) if definition else None
        starting.start_year(connection, who, clock.now(), year, definition=chosen, opens_on=opens, closes_on=closes)
    console.message(_("Đã mở năm thi đua %(year)s.", year=year))


@year_command.command(
    "copy", help=mark("Mở một năm thi đua với lĩnh vực, bảng chấm điểm, chỉ số và quy định của một năm đã có.")
)
@click.argument("source", metavar=mark("NĂM_CŨ"), type=int)
@click.argument("year", metavar=mark("NĂM_MỚI"), type=int)
@click.option(
    "--lifecycle", "definition", default="", metavar=mark("MÃ"), help=mark("Mã băm của quy trình; mặc định như năm cũ.")
)
@arguments.day("--opens", mark("Ngày mở đăng ký."))
@arguments.day("--closes", mark("Ngày hết hạn đăng ký."))
@arguments.by()
def copy(source: int, year: int, definition: str, opens: date | None, closes: date | None, who: str) -> None:
    with installation.writing() as connection:
        editing.copy_year(
            connection, who, clock.now(), source, year, opens_on=opens, closes_on=closes, definition=definition
        )
    console.message(_("Đã mở năm thi đua %(year)s theo năm %(source)s.", year=year, source=source))


@year_command.command("public", help=mark("Mở trang công khai của một năm, hoặc đóng (--off)."))
@click.argument("year", metavar=mark("NĂM"), type=int)
@click.option("--on/--off", "public", default=True, help=mark("Mở hay đóng."))
@arguments.by()
def public(year: int, public: bool, who: str) -> None:
    with installation.writing() as connection:
        editing.set_public(connection, who, clock.now(), year, public)
    console.message(
        _(
            "Năm %(year)s: %(word)s.",
            year=year,
            word=_("trang công khai đang mở") if public else _("không có trang công khai"),
        )
    )
