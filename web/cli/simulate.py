"""`dvk simulate`: a year lived through on a throw-away database, to see that everybody is told what they have to be, once."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from web.cli import arguments, console
from web.serving import log as to
from web.words import catalogue
from workflow.ground.database import Database
from workflow.ground.speech import _, mark

_KINDS = {
    "owed_missing": mark("Việc lẽ ra phải có"),
    "owed_too_much": mark("Việc lẽ ra không có"),
    "owed_otherwise": mark("Việc khác với cách tính"),
    "reminder_missing": mark("Thiếu lời nhắc"),
    "reminder_too_many": mark("Thừa lời nhắc"),
    "reminder_otherwise": mark("Lời nhắc khác với cách tính"),
    "letter_divided": mark("Một lần nhắc thành nhiều tin"),
    "letters_merged": mark("Nhiều lần nhắc thành một tin"),
    "letter_otherwise": mark("Loại tin khác với cách tính"),
    "letter_without_reminder": mark("Tin không có lời nhắc"),
    "digest_twice": mark("Hai bản tóm tắt trong một ngày"),
    "notice_twice": mark("Hai tin tổng hợp trong một ngày"),
    "told_after_end": mark("Nhắc khi việc đã xong hoặc đã dời"),
    "sent_after_end": mark("Gửi thư khi việc đã xong hoặc đã dời"),
    "not_escalated": mark("Quá hạn mà không tới lãnh đạo"),
    "delivery_otherwise": mark("Thư đi sai đường hoặc sai địa chỉ"),
    "delivery_life": mark("Các bước của thư không nối nhau"),
    "delivery_state": mark("Thư kết thúc không rõ"),
    "message_id_shared": mark("Hai thư chung một mã"),
    "handed_twice": mark("Thư đi hai lần"),
    "handed_otherwise": mark("Thư gửi lại không giống lần trước"),
    "handed_but": mark("Kết quả gửi ghi không đúng"),
    "audit": mark("Lịch sử hỏng"),
    "tick": mark("Lỗi khi chạy"),
}


@click.group(
    "simulate",
    help=mark("Sống thử cả một năm trên cơ sở dữ liệu tạm, rồi chứng minh không ai bị nhắc sót hay nhắc thừa."),
)
def simulate_command() -> None:
    """Holds the command below."""


@simulate_command.command(
    "year",
    help=mark(
        "Dựng một tỉnh, cho mọi người đăng ký, báo cáo sớm, muộn, không báo cáo, thay người; máy dừng, thư hỏng, hai tiến trình"
        " cùng chạy; sau đó đối chiếu từng lời nhắc với một cách tính độc lập."
    ),
)
@click.option("--units", type=click.IntRange(6, 20_000), default=60, show_default=True, help=mark("Số đơn vị."))
@click.option("--seed", type=click.IntRange(0), help=mark("Số gieo; cùng một số thì mọi việc diễn ra như nhau."))
@click.option("--days", type=click.IntRange(1, 365), default=365, show_default=True, help=mark("Số ngày kể từ 1/1."))
@click.option(
    "--ticks", type=click.IntRange(1, 9), default=4, show_default=True, help=mark("Số lần nhắc hạn chạy mỗi ngày.")
)
@click.option(
    "--schedulers", type=click.IntRange(1, 8), default=1, show_default=True, help=mark("Số tiến trình cùng nhắc hạn.")
)
@click.option(
    "--database",
    "url",
    metavar="URL",
    help=mark("Một cơ sở dữ liệu trống; mặc định là một tệp SQLite tạm, xong thì xoá."),
)
@arguments.form()
def year(units: int, seed: int | None, days: int, ticks: int, schedulers: int, url: str | None, form: str) -> int:
    from tests.simulation.year import Plan, simulate

    # That a mail server is away is what the simulation wants; only faults of the program are said.
    to.to_stderr("ERROR")
    plan = Plan(units, secrets.randbelow(10**6) if seed is None else seed, days, ticks, schedulers)
    console.message(_("Số gieo: %(seed)s", seed=plan.seed))
    with _throw_away(url) as database, console.progress(_("Ngày")) as progress:
        lived = simulate(database, plan, speak=catalogue.translator, progress=progress)
    if form == "json":
        console.as_json(
            {
                "seed": plan.seed,
                "units": plan.units,
                "seconds": round(lived.seconds, 1),
                "counts": lived.counts,
                "findings": [{"kind": one.kind, "what": one.what} for one in lived.findings],
            }
        )
    else:
        console.table((_("Việc"), _("Số lượng")), list(lived.counts.items()), right=(1,))
        for one in lived.findings:
            console.result(f"{_(_KINDS.get(one.kind, one.kind))}: {one.what}")
    console.message(
        _("Có %(count)s chỗ không đúng.", count=len(lived.findings))
        if lived.findings
        else _("Mọi lời nhắc đều đúng: đúng người, đúng ngày, một lần.")
    )
    return 1 if lived.findings else 0


@contextmanager
def _throw_away(url: str | None) -> Iterator[Database]:
    """The database named, or one of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="dvk-") as folder:
        database = Database(url or f"sqlite:///{Path(folder) / 'nam.db'}", synchronous="NORMAL", busy_seconds=60)
        try:
            yield database
        finally:
            database.close()
