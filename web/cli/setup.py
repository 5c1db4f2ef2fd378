"""Setting up and running: `dvk init`, `dvk demo`, `dvk serve`."""

from __future__ import annotations

import signal
import sys
from contextlib import nullcontext

import click

from config.settings import SettingsInvalid, load_settings, mask_password, secret_key
from web.cli import console, installation
from web.serving import clock
from workflow.ground import migrate
from workflow.ground.speech import _, mark


@click.command(
    help=mark("Tạo thư mục dữ liệu, khóa bí mật và cơ sở dữ liệu; cập nhật cơ sở dữ liệu cũ. Chạy lại không hại gì.")
)
def init_command() -> None:
    settings = load_settings()
    done = []
    if not settings.data_dir.exists():
        try:
            settings.data_dir.mkdir(parents=True, mode=0o750)
        except OSError as error:
            why = console.system_sentence(error)
            raise SettingsInvalid(
                [
                    _(
                        "Không tạo được thư mục dữ liệu %(data_dir)s (%(why)s). Hãy đặt DVK_DATA_DIR.",
                        data_dir=settings.data_dir,
                        why=why,
                    )
                ]
            ) from error
        done.append(_("Đã tạo thư mục dữ liệu %(data_dir)s", data_dir=settings.data_dir))
    had_key = settings.secret_key is not None or settings.secret_file.exists()
    secret_key(settings)
    if not had_key:
        done.append(_("Đã tạo khóa bí mật %(secret_file)s", secret_file=settings.secret_file))
    with installation.reached(settings) as database:
        before = migrate.current(database)
        if migrate.upgrade(database):
            what = (
                _("Đã tạo cơ sở dữ liệu")
                if before is None
                else _("Đã cập nhật cơ sở dữ liệu từ bản %(before)s", before=before)
            )
            done.append(
                _(
                    "%(what)s (%(database_url)s), bản %(head)s",
                    what=what,
                    database_url=mask_password(settings.database_url),
                    head=migrate.head(),
                )
            )
    for line in done:
        console.message(line + ".")
    if not done:
        console.message(_("Mọi thứ đã sẵn sàng, không có gì phải làm."))


@click.command(
    help=mark("Nạp dữ liệu mẫu vào cơ sở dữ liệu đang dùng (một lần) và in các tài khoản mẫu; --remove để xoá hẳn.")
)
@click.option(
    "--remove", is_flag=True, help=mark("Xoá toàn bộ dữ liệu mẫu, kể cả lịch sử; từ chối khi có dữ liệu thật.")
)
def demo_command(remove: bool) -> None:
    from workflow.across import sample
    from workflow.across.sample import removal

    settings = load_settings()
    if remove:
        with installation.opened(settings) as database:
            removal.remove(database, clock.now(), installation.store(settings))
        console.message(_("Đã xoá dữ liệu mẫu. Tạo quản trị đầu tiên bằng: dvk account first"))
        return
    with installation.reached(settings) as database:
        migrate.upgrade(database)
        report = sample.load(database, clock.now(), installation.store(settings))
    console.message(_("Đã nạp dữ liệu mẫu.") if report.loaded else _("Dữ liệu mẫu đã có, không thay đổi gì."))
    console.table(
        (_("Tên đăng nhập"), _("Mật khẩu"), _("Họ tên"), _("Vai trò")),
        [(entry.user_name, entry.password, entry.full_name, entry.roles_text) for entry in report.accounts],
    )


@click.command(help=mark("Chạy trang web và việc nhắc hạn trong một tiến trình, cho đến khi bấm Ctrl+C."))
@click.option("--host", help=mark("Địa chỉ lắng nghe (mặc định theo DVK_HOST)."))
@click.option("--port", type=click.IntRange(1, 65535), help=mark("Cổng (mặc định theo DVK_PORT)."))
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help=mark("Số luồng phục vụ."))
@click.option(
    "--no-scheduler", is_flag=True, help=mark("Chỉ chạy trang web; việc nhắc hạn do dvk scheduler nơi khác làm.")
)
def serve_command(host: str | None, port: int | None, threads: int, no_scheduler: bool) -> None:
    from waitress.server import create_server

    from web import create_app
    from web.cli.scheduler import ticking
    from web.serving import log

    settings = load_settings()
    log.to_stderr(settings.log_level)
    address, number = host or settings.host, port or settings.port
    with installation.opened(settings) as database:
        app = create_app(settings, database)
        try:
            server = create_server(app, host=address, port=number, threads=threads, ident=None)
        except OSError as error:
            why = console.system_sentence(error)
            raise SettingsInvalid(
                [
                    _(
                        "Không mở được %(address)s:%(number)s (%(why)s). Hãy chọn cổng khác: dvk serve --port 8081",
                        address=address,
                        number=number,
                        why=why,
                    )
                ]
            ) from error
        shown = f"[{address}]" if ":" in address else address
        console.message(_("Trang web: http://%(shown)s:%(number)s/  (Ctrl+C để dừng)", shown=shown, number=number))
        # A service manager stops with SIGTERM; requests under way are finished and the database is closed either way.
        signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(0))
        with nullcontext() if no_scheduler else ticking(settings, database) as scheduler:
            app.extensions["dvk_scheduler"] = scheduler
            try:
                server.run()
            finally:
                server.close()
