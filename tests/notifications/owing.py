"""Things that are owed, set down directly, and what came of reminding of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.reminders import composing, planning
from tests.letters import SITE
from tests.world import World
from workflow.across.obligations import life
from workflow.across.obligations.life import next_step_on, step_days
from workflow.ground.schema import account, message, obligation, reminder, report_call, unit
from workflow.ground.vietnam_time import end_of_day, local_date

VILLAGE = "KL-X1-T1"


def at(day: date, hour: int = 8, minute: int = 0) -> datetime:
    """A moment by the clocks of Vietnam."""
    from workflow.ground.vietnam_time import ZONE

    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def owe(
    connection: Connection,
    world: World,
    due_on: date,
    opened: datetime,
    *,
    units: Sequence[str] = (VILLAGE,),
    roles: str = "unit_officer",
    collector: str = "KL",
    label: str = "Báo cáo quý I",
    subject: str = "report",
) -> list[int]:
    """A call for a report to these units, due on a day; the ids of what they owe."""
    call_id = None
    if subject == "report":
        call_id = connection.execute(
            sa.insert(report_call)
            .values(
                year_id=world.year_id,
                unit_id=world.units[collector],
                label=label,
                period_from=date(2024, 1, 1),
                period_to=date(2024, 3, 31),
                due_stated=due_on,
                due_on=due_on,
                sections=[],
                opened_at=opened,
            )
            .returning(report_call.c.id)
        ).scalar_one()
    days = step_days(life.steps(connection, world.year_id), subject)
    ids = []
    for code in units:
        ids.append(
            connection.execute(
                sa.insert(obligation)
                .values(
                    key=f"{subject}:{call_id or label}:{world.units[code]}",
                    year_id=world.year_id,
                    subject=subject,
                    call_id=call_id,
                    unit_id=world.units[code],
                    roles=roles,
                    collector_id=world.units[collector],
                    due_stated=due_on,
                    due_on=due_on,
                    due_at=end_of_day(due_on),
                    next_step_on=next_step_on(days, due_on, not_before=local_date(opened)),
                    opened_at=opened,
                )
                .returning(obligation.c.id)
            ).scalar_one()
        )
    return ids


def tick(connection: Connection, now: datetime) -> int:
    """Plan and compose as the clockwork does; how many letters."""
    planning.plan(connection, now)
    return composing.whole(connection, now, composing.compose, SITE)


def reminders(connection: Connection, obligation_id: int) -> list[tuple[str, str, str, str, str]]:
    """(step, user name, part, status, why) of everything planned for it, in the order of planning."""
    rows = connection.execute(
        sa.select(reminder.c.step, account.c.user_name, reminder.c.part, reminder.c.status, reminder.c.why)
        .join(account, account.c.id == reminder.c.account_id)
        .where(reminder.c.obligation_id == obligation_id)
        .order_by(reminder.c.planned_at, reminder.c.step, account.c.user_name)
    )
    return [tuple(row) for row in rows]


def told(connection: Connection, obligation_id: int) -> set[tuple[str, str]]:
    """(step, user name) of what was told of it."""
    return {(step, who) for step, who, _, status, _ in reminders(connection, obligation_id) if status == "told"}


def letters(connection: Connection, user_name: str) -> list[sa.Row[Any]]:
    """Somebody's messages, oldest first."""
    return list(
        connection.execute(
            sa.select(message)
            .join(account, account.c.id == message.c.account_id)
            .where(account.c.user_name == user_name)
            .order_by(message.c.id)
        )
    )


def end_unit(connection: Connection, code: str, last: date) -> None:
    """The unit counts no longer after that day."""
    connection.execute(sa.update(unit).where(unit.c.code == code).values(valid_to=last))
