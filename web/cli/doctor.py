"""`dvk doctor`: shows the settings with their origin and looks for what would keep the installation from working."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from config.settings import Settings, load_settings, origins
from notifications import clockwork
from web import clock
from web.cli import arguments, console, installation
from workflow import migrate
from workflow.calendar import ZONE
from workflow.database import Database
from workflow.definitions import lifecycle_store
from workflow.definitions.problems import DataFileInvalid
from workflow.programmes import programme
from workflow.refusals import Refusal
from workflow.schema import account, programme_year

LEAST_FREE_BYTES = 200 * 1024 * 1024


@click.command(help="In các thiết lập kèm nguồn gốc và kiểm tra cài đặt. Có lỗi thì thoát với mã 1.")
@arguments.form()
def doctor_command(form: str) -> int:
    settings = load_settings()
    facts: list[tuple[str, str]] = []
    findings: list[str] = []
    _examine_folder(settings, facts, findings)
    _examine_mail(settings, facts, findings)
    try:
        with installation.reached(settings, busy_seconds=3.0) as database:
            _examine_database(database, facts, findings)
            _examine_clock(database, facts, findings)
    except Refusal as refusal:
        findings.append(refusal.message)
    shown = origins(settings)
    if form == "json":
        document: dict[str, Any] = {
            "settings": [{"name": name, "value": value, "origin": origin} for name, value, origin in shown],
            "facts": dict(facts),
            "findings": findings,
        }
        console.as_json(document)
    else:
        console.table(("Thiết lập", "Giá trị", "Nguồn"), shown)
        console.result("")
        console.table(("Kiểm tra", "Kết quả"), facts)
    for finding in findings:
        console.message(f"Lỗi: {finding}")
    if not findings:
        console.message("Không có lỗi nào.")
    return 1 if findings else 0


def _examine_folder(settings: Settings, facts: list[tuple[str, str]], findings: list[str]) -> None:
    folder = settings.data_dir
    if not folder.is_dir():
        findings.append(f"Chưa có thư mục dữ liệu {folder}. Hãy chạy: dvk init")
        return
    try:
        # A real file, because a read-only disk may still claim that everything is permitted.
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            facts.append(("Ghi vào thư mục dữ liệu", "được"))
    except OSError as error:
        findings.append(f"Không ghi được vào {folder} ({console.system_sentence(error)}). Hãy kiểm tra quyền và ổ đĩa.")
    free = shutil.disk_usage(folder).free
    facts.append(("Ổ đĩa còn trống", f"{free // (1024 * 1024)} MB"))
    if free < LEAST_FREE_BYTES:
        findings.append(f"Ổ đĩa chỉ còn {free // (1024 * 1024)} MB. Hãy giải phóng ổ đĩa.")
    _examine_secret(settings.secret_file, findings)


def _examine_mail(settings: Settings, facts: list[tuple[str, str]], findings: list[str]) -> None:
    facts.append(("Máy chủ thư", settings.smtp_host or "chưa có: tin chỉ nằm trong hộp tin"))
    if settings.smtp_host and not settings.public_url:
        findings.append(
            f"Thư sẽ dẫn tới {settings.site}, người nhận không mở được. Hãy đặt DVK_PUBLIC_URL là địa chỉ trang."
        )
    if settings.smtp_host and settings.smtp_security == "none" and settings.smtp_user:
        findings.append("Mật khẩu thư đi không mã hóa. Hãy đặt DVK_SMTP_SECURITY là starttls hoặc tls.")


def _examine_clock(database: Database, facts: list[tuple[str, str]], findings: list[str]) -> None:
    with database.read() as connection:
        beat = clockwork.heartbeat(connection, clock.now())
    if beat.ticked_at is None:
        facts.append(("Nhắc hạn", "chưa chạy lần nào"))
        return
    shown = f"{beat.ticked_at.astimezone(ZONE):%d/%m/%Y %H:%M}"
    facts.append(("Nhắc hạn", f"chạy lúc {shown}, mất {beat.took_ms or 0} ms, tồn {beat.backlog} thư"))
    if beat.state == "late":
        findings.append(f"Việc nhắc hạn ngừng từ {shown}. Hãy chạy lại dvk serve hoặc dvk scheduler.")
    if beat.last_error:
        findings.append(f"Lần nhắc hạn cuối có lỗi: {beat.last_error}")


def _examine_secret(secret: Path, findings: list[str]) -> None:
    if secret.exists() and os.name == "posix" and secret.stat().st_mode & 0o077:
        findings.append(f"Người khác đọc được khóa bí mật. Hãy chạy: chmod 600 {secret}")


def _examine_database(database: Database, facts: list[tuple[str, str]], findings: list[str]) -> None:
    facts.append(("Cơ sở dữ liệu", "SQLite" if database.is_sqlite else "PostgreSQL"))
    revision = migrate.current(database)
    facts.append(("Bản cơ sở dữ liệu", f"{revision or 'chưa có'} (chương trình cần {migrate.head()})"))
    migrate.require_current(database)
    with database.write() as connection:
        # The lock and the journal are what fails on a read-only or full disk; nothing is changed.
        connection.execute(sa.update(account).where(sa.false()).values(full_name=""))
    facts.append(("Ghi vào cơ sở dữ liệu", "được"))
    with database.read() as connection:
        accounts = connection.execute(sa.select(sa.func.count()).select_from(account)).scalar_one()
        years = connection.execute(sa.select(programme_year.c.year).order_by(programme_year.c.year)).scalars().all()
        facts.append(("Tài khoản", str(accounts)))
        facts.append(("Năm thi đua", ", ".join(map(str, years)) or "chưa có"))
        if database.is_sqlite:
            answer = connection.execute(sa.text("PRAGMA quick_check(1)")).scalar()
            if answer != "ok":
                findings.append("Tệp cơ sở dữ liệu bị hỏng. Hãy khôi phục từ bản sao lưu gần nhất.")
        for stored in lifecycle_store.stored_hashes(connection):
            try:
                definition = programme.definition(connection, stored)
            except DataFileInvalid as invalid:
                findings.extend(str(problem) for problem in invalid.problems)
                continue
            facts.append((f"Quy trình {definition.short_hash}", definition.title))
            if definition.hash != stored:
                findings.append(f"Quy trình {stored[:16]} không khớp với mã băm của nó: nội dung đã bị sửa.")
