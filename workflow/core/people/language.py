"""The language in which somebody wants to be spoken to: for pages where the browser knows none, and for mails."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.schema import account


def choose(connection: Connection, account_id: int, language: str) -> None:
    """Keep the language of an account; a preference, so the history has nothing of it."""
    connection.execute(sa.update(account).where(account.c.id == account_id).values(language=language))
