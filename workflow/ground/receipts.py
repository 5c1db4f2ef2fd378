"""Receipts of forms: a token is spent in the transaction that the form causes, so the same form never counts twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.dialects import insert_new
from workflow.ground.schema import form_receipt

LONGEST_TOKEN: Final = 64
KEPT_FOR: Final = timedelta(days=30)
"""A form left open is sent again within days or not at all."""

_ONE = (form_receipt.c.account_id == sa.bindparam("account"), form_receipt.c.token == sa.bindparam("the_token"))
_FIND = sa.select(form_receipt.c.path, form_receipt.c.result_url).where(*_ONE)


def spend(connection: Connection, account_id: int, now: datetime, token: str, path: str) -> bool:
    """Take a token; False when it has been taken before. Undone with the transaction, so a refused form can be sent again.

    Somebody who sends the same form at the same moment waits here for the first one's commit.
    """
    values = {"account_id": account_id, "token": token, "path": path, "at": now}
    done = connection.execute(
        insert_new(connection, form_receipt), values, execution_options={"preserve_rowcount": True}
    )
    return done.rowcount == 1


def result_of(connection: Connection, account_id: int, token: str) -> str | None:
    """The address to which a form led that was taken before, its own while that is not known; None for a new token."""
    row = connection.execute(_FIND, {"account": account_id, "the_token": token}).first()
    return None if row is None else str(row.result_url or row.path)


def settle(connection: Connection, account_id: int, now: datetime, token: str, result_url: str) -> None:
    """Note to which page a form led, and forget this person's receipts that are too old to matter."""
    connection.execute(
        sa.update(form_receipt)
        .where(form_receipt.c.account_id == account_id, form_receipt.c.token == token)
        .values(result_url=result_url)
    )
    connection.execute(
        sa.delete(form_receipt).where(form_receipt.c.account_id == account_id, form_receipt.c.at < now - KEPT_FOR)
    )


def sweep(connection: Connection, now: datetime) -> int:
    """Forget everybody's receipts that are too old to matter. How many."""
    return connection.execute(sa.delete(form_receipt).where(form_receipt.c.at < now - KEPT_FOR)).rowcount


def forget(connection: Connection, account_id: int, token: str) -> None:
    """Give a token back: what the form asked for did not happen as a whole."""
    connection.execute(
        sa.delete(form_receipt).where(form_receipt.c.account_id == account_id, form_receipt.c.token == token)
    )


def spent_on(connection: Connection, account_id: int, path: str, *, most: int = 20) -> list[str]:
    """The tokens of the latest forms taken from this person at a path, so that a browser can let go of what it kept."""
    return list(
        connection.execute(
            sa.select(form_receipt.c.token)
            .where(form_receipt.c.account_id == account_id, form_receipt.c.path == path)
            .order_by(form_receipt.c.at.desc())
            .limit(most)
        ).scalars()
    )
