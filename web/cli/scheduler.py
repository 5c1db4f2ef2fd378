"""The work of the clock: `dvk scheduler` does it until it is stopped, `dvk remind` once and at a moment that is given."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
import structlog

from config.settings import Settings, load_settings
from web.cli import arguments, console, installation
from web.serving import clock
from web.words import catalogue
from workflow.ground.database import Database
from workflow.ground.speech import _, mark
from workflow.ground.vietnam_time import ZONE

if TYPE_CHECKING:
    from notifications.clock.scheduler import Scheduler

log = structlog.get_logger("scheduler")

_STEPS = {
    "opened": mark("Kỳ báo cáo được mở"),
    "synced": mark("Việc có hạn được cập nhật"),
    "moved": mark("Người được báo hạn mới"),
    "planned": mark("Lời nhắc được lập"),
    "composed": mark("Tin được viết"),
    "anchored": mark("Ngày lịch sử được neo"),
    "sent": mark("Thư đã gửi"),
    "waiting": mark("Thư chờ gửi lại"),
    "failed": mark("Thư không gửi được"),
    "skipped": mark("Thư không còn cần gửi"),
    "swept": mark("Dấu vết cũ được dọn"),
}


class Moment(click.ParamType[datetime]):
    """A moment as people write it, reckoned in Vietnam unless it names its own offset: 2024-03-18, 2024-03-18T07:30."""

    name = mark("THỜI ĐIỂM")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(_("Hãy viết như 2024-03-18 hoặc 2024-03-18T07:30."), param, ctx)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)


@click.command(
    help=mark("Nhắc hạn, gửi thư và neo lịch sử cho đến khi bấm Ctrl+C. Nhiều tiến trình cùng chạy thì một làm.")
)
@click.option(
    "--every",
    type=click.FloatRange(0.1, 3600),
    default=60.0,
    show_default=True,
    metavar=mark("GIÂY"),
    help=mark("Khoảng cách giữa hai lần chạy."),
)
def scheduler_command(every: float) -> None:
    from web.serving import log as to

    settings = load_settings()
    to.to_stderr(settings.log_level)
    stopped = threading.Event()
    with installation.opened(settings) as database:
        signal.signal(signal.SIGTERM, lambda *_: stopped.set())
        with ticking(settings, database, every=timedelta(seconds=every)):
            console.message(_("Đang nhắc hạn (Ctrl+C để dừng)."))
            # In pieces: a signal is handled between two of them whatever the platform does with a long wait.
            while not stopped.wait(1.0):
                pass


@contextmanager
def ticking(settings: Settings, database: Database, *, every: timedelta | None = None) -> Iterator[Scheduler]:
    """The scheduler of this installation at work, ended with the block within seconds."""
    from notifications.clock import clockwork, scheduler

    running = scheduler.start(
        database, clock.now, clockwork.work_of(settings, catalogue.translator), every=every or scheduler.EVERY
    )
    try:
        yield running
    finally:
        if not running.stop():
            # Something hangs that cannot be cut off. Everything is in the database; who starts next takes it up.
            log.warning("left_in_the_middle")
            sys.stderr.flush()
            os._exit(0)


@click.command(help=mark("Làm một lần những gì dvk scheduler làm: mở kỳ báo cáo, lập lời nhắc, viết tin, gửi thư."))
@click.option(
    "--now", "moment", type=Moment(), help=mark("Coi như bây giờ là lúc này (mặc định: bây giờ). Giờ Việt Nam.")
)
@click.option("--dry-run", is_flag=True, help=mark("Chỉ cho biết sẽ làm gì; không lưu, không gửi."))
@arguments.form()
def remind_command(moment: datetime | None, dry_run: bool, form: str) -> int:
    from notifications.clock import clockwork
    from web.serving import log as to

    settings = load_settings()
    to.to_stderr(settings.log_level)
    now = moment or clock.now()
    failures: dict[str, str] = {}
    with installation.opened(settings) as database:
        work = clockwork.work_of(settings, catalogue.translator)
        if dry_run:
            counts = clockwork.preview(database, now, work)
        else:
            done = clockwork.tick(database, now, work)
            counts, failures = done.counts, done.failures | done.complaints
    if form == "json":
        console.as_json({"now": now.isoformat(), "dry_run": dry_run, "counts": counts, "failures": failures})
    else:
        console.table(
            (_("Việc"), _("Số lượng")), [(_(_STEPS[name]), number) for name, number in counts.items()], right=(1,)
        )
    if dry_run:
        console.message(_("Chạy thử: chưa có gì thay đổi, chưa có thư nào đi."))
    for step, why in failures.items():
        console.message(f"{_STEPS.get(step, step)}: {why}")
    return 1 if failures else 0
