"""What is thrown away in time: traces of use and unfinished papers, each after a stated while. Nothing of the history ever is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.people import sessions
from workflow.ground import receipts
from workflow.ground.schema import report


@dataclass(frozen=True, slots=True)
class Kept:
    """How long things are kept. idle, absolute: sessions; drafts: reports that were begun and never handed in."""

    idle: timedelta
    absolute: timedelta
    drafts: timedelta


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each went."""

    sessions: int
    receipts: int
    drafts: int

    @property
    def total(self) -> int:
        return self.sessions + self.receipts + self.drafts


def sweep(connection: Connection, now: datetime, kept: Kept) -> Swept:
    """Throw away what is older than it may be. A draft of a model is no such thing: its history has begun, so it stays."""
    drafts = connection.execute(
        sa.delete(report).where(report.c.status == "draft", report.c.changed_at < now - kept.drafts)
    )
    return Swept(
        sessions.sweep(connection, now, idle=kept.idle, absolute=kept.absolute),
        receipts.sweep(connection, now),
        drafts.rowcount,
    )
