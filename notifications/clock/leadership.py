"""Which process does the work of the clock: one at a time, by an advisory lock (PostgreSQL) or a lease on a row (SQLite).

It saves doing the same work twice and never decides whether something is right: every step may be run by two at once.
"""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.database import Database
from workflow.ground.dialects import insert_new
from workflow.ground.schema import clockwork

NAME: Final = "tick"
# Two numbers, so that no lock that is named by one number can be mistaken for it.
_LOCK = (0x64766B, 1)


class Leadership(Protocol):
    """The right to do the work of the clock."""

    holder: str

    def held(self, now: datetime) -> bool:
        """Whether this process leads now; takes the lead when nobody has it."""

    def release(self) -> None:
        """Let somebody else lead at once."""


def leadership(database: Database, lease: timedelta) -> Leadership:
    """The kind that fits the database. lease: how long a leader that died keeps others waiting on SQLite."""
    return LeaseRow(database, lease) if database.is_sqlite else AdvisoryLock(database)


def me() -> str:
    """This process, as an administrator would find it; different after every start."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


class LeaseRow:
    """A row that its holder keeps renewing. Who died is followed when the lease has run out."""

    def __init__(self, database: Database, lease: timedelta) -> None:
        self._database = database
        self._lease = lease
        self.holder = me()

    def held(self, now: datetime) -> bool:
        """Renew the lease, or take one that has run out. One statement decides."""
        until = clockwork.c.lease_until
        free = sa.or_(
            clockwork.c.holder == self.holder,
            until.is_(None),
            until <= now,
            # The clock was set back since: such a lease would last an hour or a year.
            until > now + 2 * self._lease,
        )
        with self._database.write() as connection:
            _ensure_row(connection)
            taken = connection.execute(
                sa.update(clockwork)
                .where(clockwork.c.name == NAME, free)
                .values(**_began(self.holder, now), lease_until=now + self._lease)
            )
            return taken.rowcount == 1

    def release(self) -> None:
        """End the lease, if it is ours."""
        with self._database.write() as connection:
            connection.execute(
                sa.update(clockwork)
                .where(clockwork.c.name == NAME, clockwork.c.holder == self.holder)
                .values(lease_until=None)
            )


class AdvisoryLock:
    """A lock of a connection that is used for nothing else: whoever dies lets go of it with the connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._line: Connection | None = None
        self.holder = me()

    def held(self, now: datetime) -> bool:
        """Whether the connection with the lock still stands, or a new one gets it."""
        if self._line is not None:
            try:
                self._line.execute(sa.select(1))
            except sa.exc.DBAPIError:
                # The server went away, and the lock with it.
                self._hang_up()
        if self._line is None and not self._call():
            return False
        with self._database.write() as connection:
            _ensure_row(connection)
            connection.execute(sa.update(clockwork).where(clockwork.c.name == NAME).values(**_began(self.holder, now)))
        return True

    def release(self) -> None:
        """Close the connection, and with it the lock."""
        self._hang_up()

    def _call(self) -> bool:
        line = self._database.line().execution_options(isolation_level="AUTOCOMMIT")
        try:
            # A leader whose machine lost its power is noticed within a minute, not within the two hours of the default.
            for setting in ("tcp_keepalives_idle = 30", "tcp_keepalives_interval = 10", "tcp_keepalives_count = 3"):
                line.exec_driver_sql(f"SET {setting}")
            taken = line.execute(sa.select(sa.func.pg_try_advisory_lock(*_LOCK))).scalar_one()
        except sa.exc.DBAPIError:
            line.invalidate()
            line.close()
            raise
        if taken:
            self._line = line
        else:
            line.close()
        return bool(taken)

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        if not line.invalidated:
            with suppress(sa.exc.DBAPIError):
                # Said aloud, because the server notices a closed connection only a moment later.
                line.execute(sa.select(sa.func.pg_advisory_unlock(*_LOCK)))
        if not line.invalidated:
            # Not back into the pool, where a lock would live on.
            line.invalidate()
        line.close()


def _began(holder: str, now: datetime) -> dict[str, object]:
    """What the row says from the moment a leader begins a tick."""
    return {
        "started_at": sa.case((clockwork.c.holder == holder, clockwork.c.started_at), else_=now),
        "holder": holder,
        "ticked_at": now,
    }


def _ensure_row(connection: Connection) -> None:
    if connection.execute(sa.select(clockwork.c.name).where(clockwork.c.name == NAME)).first() is None:
        connection.execute(insert_new(connection, clockwork), {"name": NAME})
