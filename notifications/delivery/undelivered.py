"""What became of a letter, and sending one again that did not go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor
from workflow.ground.dialects import locked
from workflow.ground.refusals import NotFound, NotPossible
from workflow.ground.schema import account, delivery, delivery_event, message, preference, unit
from workflow.ground.speech import _

LOOKED_AFTER_BY: Final = frozenset({"admin", "staff"})
"""Roles that see what did not reach the people of their units, and may send it again."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a letter: planned, claimed, sent, deferred, failed, skipped or retried."""

    at: datetime
    event: str
    detail: str


def within_reach(actor: Actor) -> sa.ColumnElement[bool]:
    """The letter's recipient belongs to a unit that this person looks after; asks for `unit` outer-joined to the recipient."""
    paths = access.outermost(grant.unit_path for grant in actor.grants if grant.role in LOOKED_AFTER_BY)
    everywhere = any(grant.role == "admin" and grant.unit_path.count("/") == 2 for grant in actor.grants)
    mine = [access.under(path) for path in paths]
    # Somebody without a unit is looked after by the administrator of the topmost one.
    return sa.or_(sa.false(), *mine, unit.c.id.is_(None) if everywhere else sa.false())


def life(connection: Connection, delivery_id: int) -> list[Event]:
    """Everything that happened to a letter, oldest first."""
    rows = connection.execute(
        sa.select(delivery_event.c.at, delivery_event.c.event, delivery_event.c.detail)
        .where(delivery_event.c.delivery_id == delivery_id)
        .order_by(delivery_event.c.id)
    )
    return [Event(row.at, row.event, row.detail) for row in rows]


def retry(connection: Connection, who: int | str, now: datetime, delivery_id: int) -> None:
    """Let a letter that failed or was skipped go out again, with all its attempts before it and under its old Message-ID.

    It goes to the address that the person has now: a wrong one is why most letters fail.
    Raises NotFound outside the person's units, NotPossible for a letter that is on its way or has gone.
    """
    actor = access.actor(connection, who, now)
    found = connection.execute(
        locked(
            sa.select(delivery.c.status, delivery.c.channel, delivery.c.address, message.c.account_id)
            .join(message, message.c.id == delivery.c.message_id)
            .join(account, account.c.id == message.c.account_id)
            .outerjoin(unit, unit.c.id == account.c.unit_id)
            .where(delivery.c.id == delivery_id, within_reach(actor)),
            delivery,
        )
    ).first()
    if found is None:
        raise NotFound(_("Không có thư này trong phạm vi của bạn."), guard="delivery")
    if found.status not in ("failed", "skipped"):
        raise NotPossible(_("Thư này đã đi hoặc đang chờ gửi, không cần gửi lại."), guard="delivery")
    present = _address(connection, found)
    connection.execute(
        sa.update(delivery)
        .where(delivery.c.id == delivery_id)
        .values(status="planned", attempts=0, next_at=now, last_error="", address=present)
    )
    connection.execute(
        sa.insert(delivery_event).values(delivery_id=delivery_id, at=now, event="retried", detail=actor.user_name)
    )


def _address(connection: Connection, letter: sa.Row[Any]) -> str:
    chosen = preference.c.email if letter.channel == "email" else preference.c.other_address
    now_has = connection.execute(sa.select(chosen).where(preference.c.account_id == letter.account_id)).scalar()
    return str(now_has or letter.address)
