"""`dvk report`: write a unit's report, hand it in, decide on it; and all reports of a call together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from notifications.reminders import deeds
from web.cli import arguments, console, installation
from web.serving import clock
from workflow.across.documents.reports_workbook import write_collected
from workflow.across.reports import commands as reports
from workflow.across.reports import prefill
from workflow.across.reports import view as report_view
from workflow.across.reports import view as reports_view
from workflow.across.reports.collected import Collected, collected
from workflow.across.reports.view import ReportView
from workflow.core import access
from workflow.core.labels import REPORT_STATUSES, in_sentence
from workflow.core.programmes import report_sections
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _, mark, spoken_day
from workflow.ground.vietnam_time import ZONE

_KEY = click.argument("key", metavar=mark("BÁO_CÁO"), type=click.IntRange(1, 2**53))


@click.group("report", help=mark("Báo cáo của đơn vị: viết, gửi, tiếp nhận, tập hợp."))
def report_command() -> None:
    """Holds the commands below."""


@report_command.command(
    "list", help=mark("Báo cáo các đơn vị của người này phải nộp; mã ở cột đầu dùng cho các lệnh khác.")
)
@click.option("--open", "only_open", is_flag=True, help=mark("Chỉ những báo cáo còn phải nộp."))
@arguments.by()
@arguments.form()
def listing(only_open: bool, who: str, form: str) -> None:
    with installation.reading() as connection:
        found = report_view.owed(connection, access.actor(connection, who, clock.now()), only_open=only_open)
    if form == "json":
        console.as_json(
            [
                {
                    "id": one.obligation_id,
                    "label": one.label,
                    "unit": one.unit_name,
                    "due_on": one.due_on,
                    "status": one.status or "none",
                    "handed_in": one.fulfilled,
                }
                for one in found
            ]
        )
        return
    console.table(
        (_("Mã"), _("Báo cáo"), _("Đơn vị"), _("Hạn"), _("Tình trạng")),
        [
            (
                one.obligation_id,
                one.label,
                one.unit_name,
                f"{one.due_on:%d/%m/%Y}",
                in_sentence(REPORT_STATUSES[one.status]),
            )
            for one in found
        ],
        right=(0,),
    )


@report_command.command("show", help=mark("Một báo cáo: yêu cầu, nội dung, số liệu lúc này hoặc như đã gửi."))
@_KEY
@arguments.by()
@arguments.form("text", "json")
def show(key: int, who: str, form: str) -> None:
    now = clock.now()
    with installation.reading() as connection:
        actor = access.actor(connection, who, now)
        seen = reports_view.view(connection, actor, key)
        known = prefill.prefill(connection, actor, key, now) if seen.writes and seen.editable else None
    last = seen.latest
    figures = known.figures if known else last.figures if last else None
    if form == "json":
        console.as_json(
            {
                **_summary(seen),
                "sections": dict(seen.content.sections if known else last.content.sections if last else {}),
                "figures": figures.as_json() if figures else None,
                "doubts": {doubt.id: doubt.sentence for doubt in known.doubts} if known else {},
            }
        )
        return
    console.result(f"{seen.label} – {seen.unit_name} → {seen.collector_name}")
    console.result(
        _(
            "Hạn %(due_on)s; %(status)s; bản %(version)s",
            due_on=spoken_day(seen.due_on),
            status=in_sentence(REPORT_STATUSES[seen.status]),
            version=seen.version,
        )
    )
    if seen.status == "returned":
        console.result(_("Trả lại: %(return_reason)s", return_reason=seen.return_reason))
    texts = seen.content.sections if known else last.content.sections if last else {}
    for number, section in report_sections.numbered(seen.sections):
        text = texts.get(section.id) or _("(chưa viết)")
        console.result(f"\n{number}. {section.title} [{section.id}]\n{text}")
    if figures is not None:
        console.result(_("\nSố liệu đến %(day)s:", day=spoken_day(figures.as_of.astimezone(ZONE))))
        for code, label in figures.fields.items():
            console.result(f"  {label}: {figures.count('registered', field=code)}")
        console.result(_("  Tổng: %(registered)s", registered=figures.registered))
    for doubt in known.doubts if known else ():
        console.message(_("Cần xem lại [%(id)s]: %(sentence)s", id=doubt.id, sentence=doubt.sentence))


@report_command.command("write", help=mark("Ghi một hoặc nhiều phần của báo cáo vào bản nháp."))
@_KEY
@click.option(
    "--set", "sections", multiple=True, metavar=mark("PHẦN=NỘI_DUNG"), help=mark("Nội dung một phần; lặp lại được.")
)
@click.option(
    "--file", "files", multiple=True, metavar=mark("PHẦN=TỆP"), help=mark("Một phần lấy từ tệp UTF-8; - là stdin.")
)
@click.option(
    "--confirm", "words", multiple=True, metavar=mark("MÃ=LỜI"), help=mark("Lời xác nhận cho một số liệu đáng ngờ.")
)
@arguments.version()
@arguments.by()
def write(
    key: int, sections: Sequence[str], files: Sequence[str], words: Sequence[str], version: int | None, who: str
) -> None:
    texts = arguments.pairs(sections, "--set")
    for name, path in arguments.pairs(files, "--file").items():
        if name in texts:
            raise InvalidInput({name: _("Phần này được nêu cả ở --set và --file.")})
        texts[name] = arguments.read_text(path)
    said = arguments.pairs(words, "--confirm")
    if not texts and not said:
        raise click.UsageError(_("cần ít nhất một --set, --file hoặc --confirm."))
    with installation.writing() as connection:
        kept = reports.save(connection, who, clock.now(), key, texts, words=said or None, version=version)
    console.message(_("Đã lưu bản nháp, bản %(kept)s.", kept=kept))


@report_command.command("submit", help=mark("Gửi báo cáo kèm số liệu tính đến lúc này."))
@_KEY
@arguments.version()
@arguments.by()
def submit(key: int, version: int | None, who: str) -> None:
    with installation.writing() as connection:
        done = reports.submit(connection, who, clock.now(), key, version=version)
    console.message(
        _("Đã gửi báo cáo.") + (_(" Trễ %(late_days)s ngày.", late_days=done.late_days) if done.late_days else "")
    )
    if done.short:
        console.message(_("Các phần rất ngắn: %(short)s.", short=", ".join(done.short)))


@report_command.command("accept", help=mark("Tiếp nhận báo cáo, với tư cách người của nơi yêu cầu báo cáo."))
@_KEY
@arguments.version()
@arguments.by()
def accept(key: int, version: int | None, who: str) -> None:
    with installation.writing() as connection:
        reports.accept(connection, who, clock.now(), key, version=version)
    console.message(_("Đã tiếp nhận báo cáo."))


@report_command.command("return", help=mark("Trả lại báo cáo để sửa, với hạn gửi lại."))
@_KEY
@click.option("--reason", required=True, metavar=mark("LÝ_DO"), help=mark("Cần sửa, bổ sung điều gì."))
@click.option("--due", required=True, metavar=mark("NGÀY"), help=mark("Hạn gửi lại, ví dụ 15/03/2024."))
@arguments.version()
@arguments.by()
def return_report(key: int, reason: str, due: str, version: int | None, who: str) -> None:
    with installation.writing() as connection:
        day = deeds.return_report(connection, who, clock.now(), key, reason, due, version=version)
    console.message(_("Đã trả lại báo cáo; hạn gửi lại %(day)s.", day=spoken_day(day)))


@report_command.command("collect", help=mark("Các báo cáo của một yêu cầu: ai đã nộp, ai chưa, số liệu cộng dồn."))
@click.argument("call", metavar=mark("YÊU_CẦU"), type=click.IntRange(1, 2**53))
@click.option(
    "--output",
    metavar=mark("TỆP.xlsx"),
    type=click.Path(dir_okay=False, path_type=Path),
    help=mark("Ghi ra bảng tính."),
)
@arguments.by()
@arguments.form()
def collect(call: int, output: Path | None, who: str, form: str) -> None:
    now = clock.now()
    with installation.reading() as connection:
        found = collected(connection, access.actor(connection, who, now), now, call)
    if output is not None:
        with output.open("wb") as file:
            write_collected(file, found)
        console.message(_("Đã ghi %(output)s.", output=output))
    elif form == "json":
        console.as_json(_together(found))
    else:
        console.table(
            (_("Mã"), _("Đơn vị"), _("Tình trạng"), _("Trễ"), _("Mô hình")),
            [
                (
                    line.unit_code,
                    line.unit_name,
                    in_sentence(REPORT_STATUSES[line.status]),
                    line.late_days or "",
                    line.figures.registered if line.figures else "",
                )
                for line in found.lines
            ],
            right=(3, 4),
        )
        console.message(
            _(
                "Đã nộp %(count)s/%(count_2)s; %(registered)s mô hình trong các báo cáo, chênh %(untold)s so với"
                " phần mềm.",
                count=len(found.there),
                count_2=len(found.lines),
                registered=found.total.registered,
                untold=found.untold(),
            )
        )


def _summary(seen: ReportView) -> dict[str, Any]:
    return {
        "id": seen.obligation_id,
        "label": seen.label,
        "unit": seen.unit_code,
        "year": seen.year,
        "due_on": seen.due_on,
        "status": seen.status or "none",
        "version": seen.version,
        "return_reason": seen.return_reason,
        "submissions": [
            {
                "seq": one.seq,
                "submitted_at": one.submitted_at,
                "submitted_by": one.submitter,
                "as_of": one.as_of,
                "late_days": one.late_days,
            }
            for one in seen.submissions
        ],
    }


def _together(found: Collected) -> dict[str, Any]:
    return {
        "call": found.call_id,
        "label": found.label,
        "year": found.year,
        "due_on": found.due_on,
        "units": [
            {
                "id": line.obligation_id,
                "unit": line.unit_code,
                "status": line.status or "none",
                "late_days": line.late_days,
                "models": line.figures.registered if line.figures else None,
                "counted_in": line.counted_in,
            }
            for line in found.lines
        ],
        "total": found.total.as_json(),
        "counted_now": dict(found.counted),
        "untold": found.untold(),
    }
