"""`dvk call`: ask for a report of one's own wording, list what was asked for, move a due date, call it off."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from config.settings import load_settings
from notifications.reminders import deeds
from web.cli import arguments, console, installation
from web.serving import clock
from workflow.across.obligations import call_files, calls, calls_view
from workflow.across.obligations.calls import CallInput, CallPlan
from workflow.across.obligations.selector import USUAL_ROLES, Selector
from workflow.core import access
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _, mark, spoken_day

_KEY = click.argument("key", metavar=mark("YÊU_CẦU"), type=click.IntRange(1, 2**53))


@click.group("call", help=mark("Yêu cầu báo cáo: gửi, xem, dời hạn, thu hồi."))
def call_command() -> None:
    """Holds the commands below."""


@call_command.command("open", help=mark("Yêu cầu các đơn vị báo cáo; in số của yêu cầu."))
@click.option("--year", type=int, required=True, help=mark("Năm thi đua."))
@click.option("--unit", required=True, metavar=mark("MÃ"), help=mark("Đơn vị yêu cầu và thu báo cáo."))
@click.option("--label", required=True, metavar=mark("TÊN"), help=mark("Tên báo cáo."))
@click.option("--due", required=True, metavar=mark("NGÀY"), help=mark("Hạn; ngày nghỉ lùi sang ngày làm việc kế tiếp."))
@click.option(
    "--level", "levels", multiple=True, metavar=mark("CẤP"), help=mark("Gửi tới mọi đơn vị cấp này; lặp lại được.")
)
@click.option("--kind", "kinds", multiple=True, metavar=mark("LOẠI"), help=mark("Chỉ đơn vị loại này; lặp lại được."))
@click.option("--to", "units", multiple=True, metavar=mark("MÃ"), help=mark("Gửi tới đơn vị này; lặp lại được."))
@click.option("--role", "roles", multiple=True, metavar=mark("VAI_TRÒ"), help=mark("Ai phải gửi; lặp lại được."))
@click.option(
    "--section", "sections", multiple=True, metavar=mark("PHẦN"), help=mark("Phần của báo cáo; lặp lại được.")
)
@click.option("--instructions", default="", metavar=mark("LỜI"), help=mark("Yêu cầu cụ thể."))
@click.option("--from", "period_from", default="", metavar=mark("NGÀY"), help=mark("Kỳ báo cáo từ ngày."))
@click.option("--until", "period_to", default="", metavar=mark("NGÀY"), help=mark("Kỳ báo cáo đến ngày."))
@click.option(
    "--file", "files", multiple=True, type=click.Path(path_type=Path), help=mark("Tệp đính kèm; lặp lại được.")
)
@click.option("--dry-run", is_flag=True, help=mark("Chỉ cho biết sẽ gửi tới những đơn vị nào."))
@arguments.by()
def open_(
    year: int,
    unit: str,
    label: str,
    due: str,
    levels: Sequence[str],
    kinds: Sequence[str],
    units: Sequence[str],
    roles: Sequence[str],
    sections: Sequence[str],
    instructions: str,
    period_from: str,
    period_to: str,
    files: Sequence[Path],
    dry_run: bool,
    who: str,
) -> None:
    if units and (levels or kinds):
        raise InvalidInput({"to": _("Chọn từng đơn vị bằng --to, hoặc theo cấp và loại; không dùng cả hai.")})
    command = CallInput(
        year,
        unit,
        label,
        due,
        instructions,
        to=None if units or not (levels or kinds) else Selector(tuple(levels), tuple(kinds)),
        units=tuple(units),
        roles=tuple(roles) or USUAL_ROLES,
        period_from=period_from,
        period_to=period_to,
        sections=tuple(sections),
    )
    now = clock.now()
    if dry_run:
        with installation.reading() as connection:
            _tell(calls.plan_call(connection, who, now, command))
        return
    contents = [(path.name, path.read_bytes()) for path in files]
    store = installation.store(load_settings())
    with installation.writing() as connection:
        called = deeds.open_call(connection, who, now, command)
        for name, content in contents:
            call_files.attach(connection, who, now, store, called.call_id, name, content)
    console.result(str(called.call_id))
    console.message(
        _(
            "Đã gửi yêu cầu tới %(count)s đơn vị, hạn %(day)s.",
            count=len(called.obligations),
            day=spoken_day(called.due_on),
        )
    )


@call_command.command("list", help=mark("Các yêu cầu trong phạm vi của người này, hạn muộn nhất trước."))
@click.option("--year", type=int, help=mark("Chỉ năm này."))
@arguments.by()
@arguments.form()
def list_(year: int | None, who: str, form: str) -> None:
    now = clock.now()
    with installation.reading() as connection:
        found = calls_view.calls(connection, access.actor(connection, who, now), now, year=year)
    if form == "json":
        console.as_json(
            [
                {
                    "id": one.id,
                    "label": one.label,
                    "unit": one.unit_code,
                    "year": one.year,
                    "due_stated": one.due_stated,
                    "due_on": one.due_on,
                    "units": one.units,
                    "done": one.done,
                    "late": one.late,
                    "withdrawn": one.withdrawn_at is not None,
                    "version": one.version,
                }
                for one in found
            ]
        )
        return
    console.table(
        (_("Số"), _("Báo cáo"), _("Đơn vị yêu cầu"), _("Hạn"), _("Đã gửi"), _("Trễ")),
        [
            (
                one.id,
                one.label + (_(" (đã thu hồi)") if one.withdrawn_at else ""),
                one.unit_name,
                f"{one.due_on:%d/%m/%Y}",
                f"{one.done}/{one.units}",
                one.late,
            )
            for one in found
        ],
        right=(0, 4, 5),
    )


@call_command.command("move", help=mark("Dời hạn; các đơn vị chưa gửi được báo một lần."))
@_KEY
@click.option("--due", required=True, metavar=mark("NGÀY"), help=mark("Hạn mới."))
@arguments.version()
@arguments.by()
def move(key: int, due: str, version: int | None, who: str) -> None:
    with installation.writing() as connection:
        moved = deeds.move_due(connection, who, clock.now(), key, due, version)
    console.message(
        _("Hạn mới %(day)s; còn %(count)s đơn vị chưa gửi.", day=spoken_day(moved.due_on), count=len(moved.obligations))
    )


@call_command.command("withdraw", help=mark("Thu hồi; các đơn vị chưa gửi không phải gửi nữa."))
@_KEY
@click.option("--reason", required=True, metavar=mark("LÝ_DO"), help=mark("Vì sao thu hồi."))
@arguments.version()
@arguments.by()
def withdraw(key: int, reason: str, version: int | None, who: str) -> None:
    with installation.writing() as connection:
        ended = calls.withdraw(connection, who, clock.now(), key, reason=reason, version=version)
    console.message(_("Đã thu hồi; %(count)s đơn vị không phải gửi nữa.", count=len(ended.obligations)))


def _tell(plan: CallPlan) -> None:
    if plan.rolled:
        console.message(
            _(
                "%(stated)s là ngày nghỉ: hạn lùi sang %(due)s.",
                stated=spoken_day(plan.due_stated),
                due=spoken_day(plan.due_on),
            )
        )
    console.table(
        (_("Mã"), _("Đơn vị"), _("Có người báo cáo")),
        [(one.code, one.name, _("có") if one.held else _("chưa")) for one in plan.units],
    )
