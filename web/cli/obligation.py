"""`dvk obligation`: what somebody owes and what is owed to them, by due date."""

from __future__ import annotations

import click

from notifications.letters import subjects
from web.cli import arguments, console, installation
from web.serving import clock
from workflow.across.obligations import due, events, finding
from workflow.across.obligations.chasing import CHASERS
from workflow.across.obligations.finding import Window
from workflow.core import access
from workflow.ground.speech import _, mark
from workflow.ground.vietnam_time import local_date

MOST = 1_000


@click.group("obligation", help=mark("Những việc có hạn."))
def obligation_command() -> None:
    """Holds the command below."""


@obligation_command.command(
    "list", help=mark("Việc còn mở mà người này phải làm, hoặc theo dõi (--collected), theo hạn.")
)
@click.option("--late", is_flag=True, help=mark("Chỉ việc đã trễ."))
@click.option("--collected", is_flag=True, help=mark("Việc của các đơn vị mà người này đôn đốc."))
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=100, show_default=True, help=mark("Nhiều nhất bấy nhiêu.")
)
@arguments.by()
@arguments.form()
def list_(late: bool, collected: bool, limit: int, who: str, form: str) -> None:
    now = clock.now()
    with installation.reading() as connection:
        actor = access.actor(connection, who, now)
        reach = finding.collected_by(actor, CHASERS) if collected else finding.owed_by(actor)
        window = Window(until=due.day_before(local_date(now)) if late else None)
        keys = finding.open_keys(connection, reach, window, most=limit)
        if not collected:
            keys = sorted({*keys, *events.expecting(connection, actor.account_id, until=window.until)})[:limit]
        rows = finding.told(connection, [key for _day, key in keys])
        named = [(row, subjects.name(connection, row)) for row in rows]
    if form == "json":
        console.as_json(
            [
                {
                    "id": row.id,
                    "subject": row.subject,
                    "name": name,
                    "unit": row.unit_code,
                    "due_on": row.due_on,
                    "days_left": due.days_left(row.due_on, now),
                }
                for row, name in named
            ]
        )
        return
    console.table(
        (_("Số"), _("Việc"), _("Đơn vị"), _("Hạn"), _("Còn (ngày)")),
        [
            (row.id, name, row.unit_name, f"{row.due_on:%d/%m/%Y}", due.days_left(row.due_on, now))
            for row, name in named
        ],
        right=(0, 4),
    )
