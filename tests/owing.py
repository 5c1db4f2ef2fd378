"""Obligations, calls, messages and deliveries put straight into a database, for tests of the pages that show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.world import NOW, World
from workflow.ground.schema import delivery, delivery_event, message, obligation, reminder, report_call
from workflow.ground.vietnam_time import end_of_day

_numbers = count(1)


def call(connection: Connection, world: World, due_on: date, *, unit: str = "KL", label: str = "Báo cáo năm") -> int:
    """An ad-hoc call for reports of a unit; its key."""
    return int(
        connection.execute(
            sa.insert(report_call)
            .values(
                year_id=world.year_id,
                unit_id=world.units[unit],
                label=label,
                period_from=date(2024, 1, 1),
                period_to=date(2024, 6, 30),
                due_stated=due_on,
                due_on=due_on,
                sections=["results"],
                opened_at=NOW,
            )
            .returning(report_call.c.id)
        ).scalar_one()
    )


def owe(
    connection: Connection,
    world: World,
    due_on: date,
    *,
    unit: str = "KL-X1",
    collector: str = "KL",
    subject: str = "registration",
    roles: str = "unit_officer",
    call_id: int | None = None,
    **columns: Any,
) -> int:
    """One obligation, open unless `columns` say otherwise; its key."""
    key = f"report:{call_id}:{world.units[unit]}" if subject == "report" else f"{subject}:{next(_numbers)}"
    values = {
        "key": key,
        "year_id": world.year_id,
        "subject": subject,
        "call_id": call_id,
        "state": "submitted" if subject == "state" else None,
        "unit_id": world.units[unit],
        "roles": roles,
        "collector_id": world.units[collector],
        "due_stated": due_on,
        "due_on": due_on,
        "due_at": end_of_day(due_on),
        "opened_at": NOW,
    }
    if call_id is not None:
        connection.execute(
            sa.update(report_call).where(report_call.c.id == call_id).values(units=report_call.c.units + 1)
        )
    statement = sa.insert(obligation).values(values | columns).returning(obligation.c.id)
    return int(connection.execute(statement).scalar_one())


def tell(
    connection: Connection,
    world: World,
    user_name: str,
    at: datetime = NOW,
    *,
    about: Sequence[int] = (),
    part: str = "reporter",
    **columns: Any,
) -> int:
    """A message in somebody's inbox, with a reminder for each obligation it is about; its key."""
    values = {
        "account_id": world.accounts[user_name],
        "kind": "digest",
        "language": "vi",
        "subject": "Việc sắp đến hạn",
        "body_text": "Báo cáo năm, hạn 31/10.",
        "body_html": "<p>Báo cáo năm, hạn 31/10.</p>",
        "link": "/viec-cua-toi",
        "key": f"test:{next(_numbers)}",
        "created_at": at,
    }
    key = int(connection.execute(sa.insert(message).values(values | columns).returning(message.c.id)).scalar_one())
    for one in about:
        connection.execute(
            sa.insert(reminder).values(
                obligation_id=one,
                step=f"d-{next(_numbers)}",
                account_id=world.accounts[user_name],
                due_on=sa.select(obligation.c.due_on).where(obligation.c.id == one).scalar_subquery(),
                part=part,
                planned_at=at,
                status="told",
                message_id=key,
            )
        )
    return key


def send(
    connection: Connection,
    message_id: int,
    status: str,
    *,
    address: str = "nguoi@vi-du.vn",
    error: str = "",
    events: Sequence[tuple[datetime, str, str]] = (),
) -> int:
    """A delivery by e-mail of a message, with its life so far; its key."""
    key = int(
        connection.execute(
            sa.insert(delivery)
            .values(
                message_id=message_id,
                channel="email",
                address=address,
                rfc_message_id=f"<{message_id}@vi-du.vn>",
                status=status,
                attempts=sum(1 for _, event, _ in events if event == "claimed"),
                next_at=NOW,
                lease_until=NOW if status == "claimed" else None,
                sent_at=NOW if status == "sent" else None,
                last_error=error,
            )
            .returning(delivery.c.id)
        ).scalar_one()
    )
    for at, event, detail in events:
        connection.execute(sa.insert(delivery_event).values(delivery_id=key, at=at, event=event, detail=detail))
    return key
