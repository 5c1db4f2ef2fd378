"""`dvk doctor`: shows the settings with their origin and looks for what would keep the installation from working."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from config.sentence import Sentence
from config.settings import Settings, load_settings, origins, unknown_variables
from notifications.clock import clockwork
from notifications.delivery.channels import Smtp
from notifications.letters.wording import sentences
from web.cli import arguments, console, installation
from web.serving import clock
from workflow.across.oversight import merged_names, soundness
from workflow.across.oversight.merged_names import Merged
from workflow.core.lifecycles import store
from workflow.ground import migrate
from workflow.ground.data_files import DataFileInvalid
from workflow.ground.database import Database
from workflow.ground.refusals import InvalidInput, Refusal
from workflow.ground.speech import _, mark
from workflow.ground.vietnam_time import ZONE

_ORIGINS = (mark("mặc định"), mark("môi trường"), mark("tệp"))
LEAST_FREE_BYTES = 200 * 1024 * 1024
MOST_MERGED = 50


@click.command(help=mark("In các thiết lập kèm nguồn gốc và kiểm tra cài đặt. Có lỗi thì thoát với mã 1."))
@arguments.form()
def doctor_command(form: str) -> int:
    settings = load_settings()
    facts: list[tuple[str, str]] = []
    findings: list[str] = []
    _examine_folder(settings, facts, findings)
    _examine_mail(settings, facts, findings)
    _examine_wording(settings, findings)
    try:
        with installation.reached(settings, busy_seconds=3.0) as database:
            _examine_database(database, facts, findings)
            _examine_clock(database, facts, findings)
    except Refusal as refusal:
        findings.append(refusal.message)
    shown = [
        (name, value.said(_) if isinstance(value, Sentence) else value, _(origin))
        for name, value, origin in origins(settings)
    ]
    warnings = [_misspelt(name, nearest) for name, nearest in unknown_variables()]
    if form == "json":
        document: dict[str, Any] = {
            "settings": [{"name": name, "value": value, "origin": origin} for name, value, origin in shown],
            "facts": dict(facts),
            "findings": findings,
            "warnings": warnings,
        }
        console.as_json(document)
    else:
        console.table((_("Thiết lập"), _("Giá trị"), _("Nguồn")), shown)
        console.result("")
        console.table((_("Mục kiểm tra"), _("Kết quả")), facts)
    for warning in warnings:
        console.message(_("Lưu ý: %(warning)s", warning=warning))
    for finding in findings:
        console.message(_("Lỗi: %(finding)s", finding=finding))
    if not findings:
        console.message(_("Không có lỗi nào."))
    return 1 if findings else 0


def _misspelt(name: str, nearest: str | None) -> str:
    if nearest is None:
        return _("%(name)s không phải thiết lập nào nên bị bỏ qua.", name=name)
    return _("%(name)s không phải thiết lập nào nên bị bỏ qua. Có phải là %(nearest)s?", name=name, nearest=nearest)


def _examine_folder(settings: Settings, facts: list[tuple[str, str]], findings: list[str]) -> None:
    folder = settings.data_dir
    if not folder.is_dir():
        findings.append(_("Chưa có thư mục dữ liệu %(folder)s. Hãy chạy: dvk init", folder=folder))
        return
    try:
        # A real file, because a read-only disk may still claim that everything is permitted.
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            facts.append((_("Ghi vào thư mục dữ liệu"), _("được")))
    except OSError as error:
        findings.append(
            _(
                "Không ghi được vào %(folder)s (%(error)s). Hãy kiểm tra quyền và ổ đĩa.",
                folder=folder,
                error=console.system_sentence(error),
            )
        )
    free = shutil.disk_usage(folder).free
    facts.append((_("Ổ đĩa còn trống"), f"{free // (1024 * 1024)} MB"))
    if free < LEAST_FREE_BYTES:
        findings.append(_("Ổ đĩa chỉ còn %(free)s MB. Hãy giải phóng ổ đĩa.", free=free // (1024 * 1024)))
    _examine_secret(settings.secret_file, findings)


def _examine_mail(settings: Settings, facts: list[tuple[str, str]], findings: list[str]) -> None:
    facts.append((_("Máy chủ thư"), settings.smtp_host or _("chưa có: tin chỉ nằm trong hộp tin")))
    if settings.smtp_host and not settings.public_url:
        findings.append(
            _(
                "Thư sẽ dẫn tới %(site)s, người nhận không mở được. Hãy đặt DVK_PUBLIC_URL là địa chỉ trang.",
                site=settings.site,
            )
        )
    complaint = Smtp(settings).complaint() if settings.smtp_host else None
    if complaint is not None:
        findings.append(_("Thư không đi được. %(why)s", why=complaint))
    if settings.smtp_host and settings.smtp_security == "none" and settings.smtp_user:
        findings.append(_("Mật khẩu thư đi không mã hóa. Hãy đặt DVK_SMTP_SECURITY là starttls hoặc tls."))


def _examine_wording(settings: Settings, findings: list[str]) -> None:
    for language in sentences.LANGUAGES:
        try:
            sentences.load(settings.data_dir, language)
        except InvalidInput as invalid:
            findings += [
                _("Lời nhắc «%(language)s» không dùng được, đang dùng lời có sẵn. %(why)s", language=language, why=why)
                for why in invalid.problems.values()
            ]


def _examine_clock(database: Database, facts: list[tuple[str, str]], findings: list[str]) -> None:
    with database.read() as connection:
        beat = clockwork.heartbeat(connection, clock.now())
    if beat.ticked_at is None:
        facts.append((_("Nhắc hạn"), _("chưa chạy lần nào")))
        return
    shown = f"{beat.ticked_at.astimezone(ZONE):%d/%m/%Y %H:%M}"
    facts.append(
        (
            _("Nhắc hạn"),
            _(
                "chạy lúc %(shown)s, mất %(took_ms)s ms, tồn %(backlog)s thư",
                shown=shown,
                took_ms=beat.took_ms or 0,
                backlog=beat.backlog,
            ),
        )
    )
    if beat.state == "late":
        findings.append(_("Việc nhắc hạn ngừng từ %(shown)s. Hãy chạy lại dvk serve hoặc dvk scheduler.", shown=shown))
    if beat.last_error:
        findings.append(_("Lần nhắc hạn cuối có lỗi: %(last_error)s", last_error=beat.last_error))


def _examine_secret(secret: Path, findings: list[str]) -> None:
    if secret.exists() and os.name == "posix" and secret.stat().st_mode & 0o077:
        findings.append(_("Người khác đọc được khóa bí mật. Hãy chạy: chmod 600 %(secret)s", secret=secret))


def _examine_database(database: Database, facts: list[tuple[str, str]], findings: list[str]) -> None:
    facts.append((_("Cơ sở dữ liệu"), "SQLite" if database.is_sqlite else "PostgreSQL"))
    revision = migrate.current(database)
    facts.append(
        (
            _("Bản cơ sở dữ liệu"),
            _("%(revision)s (chương trình cần %(head)s)", revision=revision or _("chưa có"), head=migrate.head()),
        )
    )
    migrate.require_current(database)
    soundness.require_writable(database)
    facts.append((_("Ghi vào cơ sở dữ liệu"), _("được")))
    with database.read() as connection:
        held = soundness.contents(connection)
        facts.append((_("Tài khoản"), str(held.accounts)))
        facts.append((_("Năm thi đua"), ", ".join(map(str, held.years)) or _("chưa có")))
        if not soundness.is_sound(connection):
            findings.append(_("Tệp cơ sở dữ liệu bị hỏng. Hãy khôi phục từ bản sao lưu gần nhất."))
        findings += _merged(merged_names.merged_names(connection))
        for stored in store.stored_hashes(connection):
            try:
                definition = store.definition(connection, stored)
            except DataFileInvalid as invalid:
                findings.extend(str(problem) for problem in invalid.problems)
                continue
            facts.append((_("Quy trình %(short_hash)s", short_hash=definition.short_hash), definition.title))
            if definition.hash != stored:
                findings.append(
                    _("Quy trình %(stored)s không khớp với mã băm của nó: nội dung đã bị sửa.", stored=stored[:16])
                )


def _merged(found: Sequence[Merged]) -> list[str]:
    """A sentence for each model that an earlier version took for another one's, and what to do about it."""
    sentences = []
    for one in found[:MOST_MERGED]:
        if one.what == "person":
            sentence = _(
                "%(code)s (%(unit)s): người đăng ký được ghi là «%(told)s» nhưng nay là «%(now)s». Bản trước coi hai tên khác"
                " dấu là một người. Hãy hỏi lại rồi chạy: dvk model registrant %(code)s TÊN",
                code=one.code,
                unit=one.unit_name,
                told=one.told,
                now=one.now,
            )
        else:
            sentence = _(
                "%(code)s «%(told)s» (%(unit)s) đã sáp nhập vào %(into)s «%(now)s», tên chỉ khác dấu. Bản trước coi hai tên"
                " ấy là một. Nếu là hai mô hình, hãy lập lại phiếu cho %(code)s.",
                code=one.code,
                unit=one.unit_name,
                told=one.told,
                now=one.now,
                into=one.into,
            )
        sentences.append(sentence)
    if len(found) > MOST_MERGED:
        sentences.append(_("Còn %(count)s mô hình nữa có tên chỉ khác dấu như vậy.", count=len(found) - MOST_MERGED))
    return sentences
