"""Letters on their way and what became of them, as those who look after the recipients see them; and who has no address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.delivery.undelivered import within_reach
from workflow.core.access import Actor
from workflow.ground.refusals import NotFound
from workflow.ground.schema import account, assignment, delivery, message, preference, unit
from workflow.ground.speech import _
from workflow.ground.validity import valid_on

Standing = Literal["failed", "skipped", "waiting", "sent"]
STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)
LATELY: Final = timedelta(days=7)
MOST_COUNTED: Final = 100
_STATUSES: Final[dict[Standing, tuple[str, ...]]] = {
    "failed": ("failed",),
    "skipped": ("skipped",),
    "waiting": ("planned", "claimed"),
    "sent": ("sent",),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows; following: what to hand in as `before` for those after them, None at the end."""

    rows: Sequence[sa.Row[Any]]
    following: int | None


def page(
    connection: Connection,
    who: Actor,
    standing: Standing,
    *,
    channel: str = "",
    before: int | None = None,
    size: int = 50,
) -> Page:
    """Letters to people of this person's units, the latest first (index ix_delivery_undelivered, or the key)."""
    statement = _letters(who).where(delivery.c.status.in_(_STATUSES[standing]))
    if channel:
        statement = statement.where(delivery.c.channel == channel)
    if before is not None:
        statement = statement.where(delivery.c.id < before)
    rows = connection.execute(statement.order_by(delivery.c.id.desc()).limit(size + 1)).all()
    return Page(rows[:size], rows[size - 1].id if len(rows) > size else None)


def lately_failed(connection: Connection, who: Actor, now: datetime) -> int:
    """How many letters of the last days were given up, counted up to `MOST_COUNTED`."""
    rows = page(connection, who, "failed", size=MOST_COUNTED).rows
    return sum(row.created_at >= now - LATELY for row in rows)


def one(connection: Connection, who: Actor, delivery_id: int) -> sa.Row[Any]:
    """One letter. Raises NotFound for what went to people of other units."""
    row = connection.execute(_letters(who).where(delivery.c.id == delivery_id)).first()
    if row is None:
        raise NotFound(_("Không có thư này trong phạm vi của bạn."), guard="delivery")
    return row


def without_address(connection: Connection, who: Actor, today: date, *, after: int = 0, size: int = 100) -> Page:
    """People with a role today who can be told in their inbox only: no e-mail address, or switched off. By name.

    after: id of the last person of the page before (index ix_account_name_sort_id).
    """
    last = connection.execute(sa.select(account.c.name_sort).where(account.c.id == after)).scalar() or ""
    holds = sa.exists().where(
        assignment.c.account_id == account.c.id,
        valid_on(assignment, today),
    )
    statement: sa.Select[Any] = (
        sa.select(
            account.c.id,
            account.c.user_name,
            account.c.full_name,
            account.c.last_seen_at,
            unit.c.name.label("unit_name"),
            sa.func.coalesce(preference.c.email, "").label("email"),
        )
        .outerjoin(preference, preference.c.account_id == account.c.id)
        .outerjoin(unit, unit.c.id == account.c.unit_id)
        .where(
            sa.tuple_(account.c.name_sort, account.c.id) > sa.tuple_(sa.literal(last), sa.literal(after)),
            account.c.locked_at.is_(None),
            within_reach(who),
            holds.correlate(account),
            sa.or_(sa.func.coalesce(preference.c.email, "") == "", preference.c.by_email.is_(False)),
        )
        .order_by(account.c.name_sort, account.c.id)
        .limit(size + 1)
    )
    rows = connection.execute(statement).all()
    return Page(rows[:size], rows[size - 1].id if len(rows) > size else None)


def _letters(who: Actor) -> sa.Select[Any]:
    return (
        sa.select(
            delivery.c.id,
            delivery.c.channel,
            delivery.c.address,
            delivery.c.status,
            delivery.c.attempts,
            delivery.c.next_at,
            delivery.c.sent_at,
            delivery.c.last_error,
            delivery.c.rfc_message_id,
            message.c.kind,
            message.c.subject,
            message.c.created_at,
            message.c.read_at,
            account.c.user_name,
            account.c.full_name,
            unit.c.name.label("unit_name"),
        )
        .join(message, message.c.id == delivery.c.message_id)
        .join(account, account.c.id == message.c.account_id)
        .outerjoin(unit, unit.c.id == account.c.unit_id)
        .where(within_reach(who))
    )
