"""A person's inbox: every message written to them, the newest first. Nobody else's is ever found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.refusals import InvalidInput, NotFound
from workflow.ground.schema import message
from workflow.ground.speech import _

MOST_COUNTED: Final = 100
"""So many unread ones are counted; beyond it is said as "hơn 99"."""

_SHOWN = (
    message.c.id,
    message.c.kind,
    message.c.subject,
    message.c.link,
    message.c.created_at,
    message.c.read_at,
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages; following: what to hand in as `before` for the older ones, None at the end."""

    rows: Sequence[sa.Row[Any]]
    following: int | None


_UNREAD = sa.select(sa.func.count().label("unread")).select_from(
    sa.select(sa.literal_column("1"))
    .select_from(message)
    .where(message.c.account_id == sa.bindparam("account"), message.c.read_at.is_(None))
    .limit(MOST_COUNTED)
    .subquery()
)


def unread(connection: Connection, account_id: int) -> int:
    """How many messages the person has not read, counted up to `MOST_COUNTED` (index ix_message_unread)."""
    row = connection.execute(_UNREAD, {"account": account_id}).first()
    return 0 if row is None else int(row.unread)


def page(
    connection: Connection, account_id: int, *, before: int | None = None, only_unread: bool = False, size: int = 30
) -> Page:
    """The latest messages, or those older than the message `before` (index ix_message_account_id_id)."""
    statement: sa.Select[Any] = sa.select(*_SHOWN).where(message.c.account_id == account_id)
    if only_unread:
        statement = statement.where(message.c.read_at.is_(None))
    if before is not None:
        statement = statement.where(message.c.id < before)
    rows = connection.execute(statement.order_by(message.c.id.desc()).limit(size + 1)).all()
    return Page(rows[:size], rows[size - 1].id if len(rows) > size else None)


def place(written: str) -> int | None:
    """The message before which a page begins, as its address says. InvalidInput for a place that is none."""
    if not written:
        return None
    if not written.isdecimal() or len(written) > 18:
        raise InvalidInput({"place": _("Liên kết đến trang này không đúng. Hãy mở lại danh sách từ đầu.")})
    return int(written)


def one(connection: Connection, account_id: int, message_id: int) -> sa.Row[Any]:
    """One message of the person's own. Raises NotFound."""
    row = connection.execute(
        sa.select(message).where(message.c.id == message_id, message.c.account_id == account_id)
    ).first()
    if row is None:
        raise NotFound(_("Không có thư này trong hộp thư của bạn."), guard="message")
    return row


def mark_read(connection: Connection, account_id: int, now: datetime, message_id: int) -> bool:
    """Note that the person opened their message; False when they had before, or when it is not theirs."""
    result = connection.execute(
        sa.update(message)
        .where(message.c.id == message_id, message.c.account_id == account_id, message.c.read_at.is_(None))
        .values(read_at=now)
    )
    return result.rowcount == 1


def mark_all(connection: Connection, account_id: int, now: datetime, newest: int) -> int:
    """Note all as read up to the newest one the person saw; what came in meanwhile stays unread. How many there were."""
    return connection.execute(
        sa.update(message)
        .where(message.c.account_id == account_id, message.c.id <= newest, message.c.read_at.is_(None))
        .values(read_at=now)
    ).rowcount
