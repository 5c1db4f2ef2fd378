"""`python -m tests.simulation`: a year lived through on a throw-away database; exit 1 with findings, 2 on wrong usage."""

from __future__ import annotations

import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.simulation.year import Plan, simulate
from web.cli import console
from web.serving import log as to
from web.words import catalogue
from workflow.ground.database import Database
from workflow.ground.refusals import Refusal

_KINDS = {
    "owed_missing": "Việc lẽ ra phải có",
    "owed_too_much": "Việc lẽ ra không có",
    "owed_otherwise": "Việc khác với cách tính",
    "reminder_missing": "Thiếu lời nhắc",
    "reminder_too_many": "Thừa lời nhắc",
    "reminder_otherwise": "Lời nhắc khác với cách tính",
    "letter_divided": "Một lần nhắc thành nhiều tin",
    "letters_merged": "Nhiều lần nhắc thành một tin",
    "letter_otherwise": "Loại tin khác với cách tính",
    "letter_without_reminder": "Tin không có lời nhắc",
    "digest_twice": "Hai bản tóm tắt trong một ngày",
    "notice_twice": "Hai tin tổng hợp trong một ngày",
    "told_after_end": "Nhắc khi việc đã xong hoặc đã dời",
    "sent_after_end": "Gửi thư khi việc đã xong hoặc đã dời",
    "not_escalated": "Quá hạn mà không tới lãnh đạo",
    "delivery_otherwise": "Thư đi sai đường hoặc sai địa chỉ",
    "delivery_life": "Các bước của thư không nối nhau",
    "delivery_state": "Thư kết thúc không rõ",
    "message_id_shared": "Hai thư chung một mã",
    "handed_twice": "Thư đi hai lần",
    "handed_otherwise": "Thư gửi lại không giống lần trước",
    "handed_but": "Kết quả gửi ghi không đúng",
    "audit": "Lịch sử hỏng",
    "tick": "Lỗi khi chạy",
}


@click.command(
    help="Dựng một tỉnh, cho mọi người đăng ký, báo cáo sớm, muộn, không báo cáo, thay người; máy dừng, thư hỏng, hai tiến trình"
    " cùng chạy; sau đó đối chiếu từng lời nhắc với một cách tính độc lập.",
)
@click.option("--units", type=click.IntRange(6, 20_000), default=60, show_default=True, help="Số đơn vị.")
@click.option("--seed", type=click.IntRange(0), help="Số gieo; cùng một số thì mọi việc diễn ra như nhau.")
@click.option("--days", type=click.IntRange(1, 365), default=365, show_default=True, help="Số ngày kể từ 1/1.")
@click.option("--ticks", type=click.IntRange(1, 9), default=4, show_default=True, help="Số lần nhắc hạn chạy mỗi ngày.")
@click.option(
    "--schedulers", type=click.IntRange(1, 8), default=1, show_default=True, help="Số tiến trình cùng nhắc hạn."
)
@click.option(
    "--database",
    "url",
    metavar="URL",
    help="Một cơ sở dữ liệu trống; mặc định là một tệp SQLite tạm, xong thì xoá.",
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Dạng kết quả."
)
def main(units: int, seed: int | None, days: int, ticks: int, schedulers: int, url: str | None, form: str) -> None:
    """Live, hold what was told against the reckoning, print both."""
    # That a mail server is away is what the simulation wants; only faults of the program are said.
    to.to_stderr("ERROR")
    plan = Plan(units, secrets.randbelow(10**6) if seed is None else seed, days, ticks, schedulers)
    console.message(f"Số gieo: {plan.seed}")
    try:
        with _throw_away(url) as database, console.progress("Ngày") as progress:
            lived = simulate(database, plan, speak=catalogue.translator, progress=progress)
    except Refusal as refusal:
        console.message(refusal.message)
        sys.exit(1)
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
        console.table(("Việc", "Số lượng"), list(lived.counts.items()), right=(1,))
        for one in lived.findings:
            console.result(f"{_KINDS.get(one.kind, one.kind)}: {one.what}")
    console.message(
        f"Có {len(lived.findings)} chỗ không đúng."
        if lived.findings
        else "Mọi lời nhắc đều đúng: đúng người, đúng ngày, một lần."
    )
    sys.exit(1 if lived.findings else 0)


@contextmanager
def _throw_away(url: str | None) -> Iterator[Database]:
    """The database named, or one of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="dvk-") as folder:
        database = Database(url or f"sqlite:///{Path(folder) / 'nam.db'}", synchronous="NORMAL", busy_seconds=60)
        try:
            yield database
        finally:
            database.close()


if __name__ == "__main__":
    console.speak_utf8()
    main(prog_name="python -m tests.simulation")
