"""How far a person has read what is new for him: one moment for each account, which never goes back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from workflow.schema import work_seen


def seen_until(connection: Connection, account_id: int) -> datetime | None:
    """Up to when this person has seen what happened; None when he never said so."""
    found: datetime | None = connection.execute(
        sa.select(work_seen.c.until).where(work_seen.c.account_id == account_id)
    ).scalar()
    return found


def mark_seen(connection: Connection, account_id: int, until: datetime, now: datetime) -> None:
    """He has seen what happened until then. A moment in the future counts as now, one before the last keeps the last."""
    until = min(until, now)
    before = seen_until(connection, account_id)
    if before is None:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        # Two windows of one person may say so for the first time at once.
        connection.execute(insert(work_seen).values(account_id=account_id, until=until).on_conflict_do_nothing())
    elif before < until:
        connection.execute(sa.update(work_seen).where(work_seen.c.account_id == account_id).values(until=until))
