"""`dvk holiday`: the calendar of working days, and correcting it."""

from __future__ import annotations

from datetime import date

import click

from notifications.reminders import deeds
from web.cli import arguments, console, installation
from web.serving import clock
from workflow.across.obligations import days_off
from workflow.across.obligations.official_days import EARLIEST, LATEST
from workflow.across.obligations.working_days import undecided
from workflow.ground.speech import _, mark
from workflow.ground.vietnam_time import local_date

_DAY = click.argument("day", metavar=mark("NGÀY"), type=arguments.Day())


@click.group("holiday", help=mark("Ngày nghỉ và ngày làm bù."))
def holiday_command() -> None:
    """Holds the commands below."""


@holiday_command.command("list", help=mark("Ngày lễ của một năm và những ngày đã ghi."))
@click.option("--year", type=click.IntRange(EARLIEST, LATEST), help=mark("Mặc định năm nay."))
@arguments.form()
def list_(year: int | None, form: str) -> None:
    with installation.reading() as connection:
        today = local_date(clock.now())
        meant = year or today.year
        found = days_off.listing(connection, meant)
        open_still = undecided(connection, meant, today)
    if open_still:
        console.message(
            _(
                "Lịch nghỉ Tết và các ngày hoán đổi của năm %(year)s chưa có quyết định; ngày nghỉ ở đây là dự kiến.",
                year=meant,
            )
        )
    if form == "json":
        console.as_json(
            [
                {"day": one.day, "working": one.working, "label": one.label, "source": one.source, "noted": one.noted}
                for one in found
            ]
        )
        return
    console.table(
        (_("Ngày"), _("Là"), _("Lý do"), _("Căn cứ")),
        [
            (
                f"{one.day:%d/%m/%Y}",
                _("ngày làm bù") if one.working else _("ngày nghỉ"),
                one.label,
                _("quản trị ghi") if one.noted else one.source,
            )
            for one in found
        ],
    )


@holiday_command.command(
    "add", help=mark("Ghi một ngày nghỉ, hoặc ngày làm bù (--working); hạn còn ở phía trước đổi theo.")
)
@_DAY
@click.option("--label", required=True, metavar=mark("LÝ_DO"), help=mark("Lý do, số văn bản."))
@click.option("--working", is_flag=True, help=mark("Ngày này đi làm."))
@arguments.by()
def add(day: date, label: str, working: bool, who: str) -> None:
    with installation.writing() as connection:
        moved = deeds.note_day_off(connection, who, clock.now(), day, working, label)
    console.message(_("Đã ghi; hạn của %(count)s việc đổi theo.", count=moved))


@holiday_command.command("remove", help=mark("Bỏ ghi: ngày ấy lại theo lịch chung."))
@_DAY
@arguments.by()
def remove(day: date, who: str) -> None:
    with installation.writing() as connection:
        moved = deeds.forget_day_off(connection, who, clock.now(), day)
    console.message(_("Đã bỏ ghi; hạn của %(count)s việc đổi theo.", count=moved))


@holiday_command.command(
    "decide", help=mark("Ghi văn bản đã quyết định Tết và ngày hoán đổi của một năm; để trống là bỏ ghi.")
)
@click.argument("year", metavar=mark("NĂM"), type=click.IntRange(EARLIEST, LATEST))
@click.option("--source", required=True, metavar=mark("VĂN_BẢN"), help=mark("Số, ngày văn bản."))
@arguments.by()
def decide(year: int, source: str, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        days_off.decide_year(connection, who, clock.now(), year, source)
    console.message(_("Đã ghi."))
