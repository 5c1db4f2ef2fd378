"""How far a person has read what is new for them: one moment for each account, which never goes back.

Visits move it on by themselves: what was there at the last visit is old at the next one. A visit lasts as long as the page is
opened again within `VISIT_ENDS_AFTER`, so that a reload does not take the news away.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.dialects import insert_new
from workflow.ground.schema import work_seen

VISIT_ENDS_AFTER: Final = timedelta(minutes=30)
"""Default of ours."""
WRITTEN_EVERY: Final = timedelta(minutes=1)
"""A person who reloads a page all the time need not be written down every time."""
_NOTHING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Seen(NamedTuple):
    """until: what happened up to then is old, None when everything is new. looked_at: when the page was last open."""

    until: datetime | None
    looked_at: datetime | None


def seen(connection: Connection, account_id: int) -> Seen:
    """How far a person has read, and when they last looked."""
    row = connection.execute(
        sa.select(work_seen.c.until, work_seen.c.looked_at).where(work_seen.c.account_id == account_id)
    ).first()
    if row is None:
        return Seen(None, None)
    return Seen(row.until if row.until > _NOTHING else None, row.looked_at)


def is_noted(before: Seen, now: datetime) -> bool:
    """Whether looking now needs no writing down."""
    return before.looked_at is not None and before.looked_at <= now < before.looked_at + WRITTEN_EVERY


def look(connection: Connection, account_id: int, now: datetime) -> None:
    """They have the page open. The first time after a pause a new visit begins: what the last one showed is old now."""
    before = seen(connection, account_id)
    if before.looked_at is not None and now > before.looked_at + VISIT_ENDS_AFTER:
        mark_seen(connection, account_id, now, before.looked_at)
    _put_first(connection, account_id, _NOTHING)
    connection.execute(sa.update(work_seen).where(work_seen.c.account_id == account_id).values(looked_at=now))


def mark_seen(connection: Connection, account_id: int, now: datetime, until: datetime) -> None:
    """They have seen what happened until then. A moment in the future counts as now, one before the last keeps the last."""
    until = min(until, now)
    _put_first(connection, account_id, until)
    connection.execute(
        sa.update(work_seen).where(work_seen.c.account_id == account_id, work_seen.c.until < until).values(until=until)
    )


def _put_first(connection: Connection, account_id: int, until: datetime) -> None:
    # Two windows of one person may say so for the first time at once.
    connection.execute(insert_new(connection, work_seen), {"account_id": account_id, "until": until})
