"""Sessions in the browser, kept on the server: opening, resuming with idle and absolute expiry, ending one or all."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor
from workflow.core.people import accounts
from workflow.core.people.accounts import SignInFailed
from workflow.ground.database import Database
from workflow.ground.dialects import locked
from workflow.ground.reading.text import clean
from workflow.ground.refusals import NotAllowed, NotFound
from workflow.ground.schema import account, web_session

TOUCH_AFTER = timedelta(minutes=1)
"""How stale `last_seen_at` may become, so that reading a page does not mean writing to the database each time."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session just opened. The token goes into the cookie and is kept nowhere else."""

    token: str
    account_id: int
    must_change_password: bool


@dataclass(frozen=True, slots=True)
class Resumed:
    """A live session. needs_touch: `touch` should note that the person is still there."""

    actor: Actor
    must_change_password: bool
    needs_touch: bool
    token_hash: str
    language: str


def sign_in(database: Database, now: datetime, user_name: str, password: str, address: str) -> SignedIn:
    """Check name and password and open a session.

    The slow part happens outside any write transaction; what it found is checked again inside. Raises SignInFailed or NotAllowed.
    """
    with database.read() as connection:
        checked = accounts.check_password(connection, now, user_name, password)
    account_id = checked.actor.account_id
    with database.write() as connection:
        row = connection.execute(
            locked(sa.select(account.c.password_hash).where(account.c.id == account_id), account)
        ).first()
        if row is None or row.password_hash != checked.password_hash:
            raise SignInFailed
        access.actor(connection, account_id, now)
        if checked.hash_outdated:
            accounts.renew_hash(connection, account_id, password, checked.password_hash)
        token = open_session(connection, account_id, now, address)
    return SignedIn(token, account_id, checked.must_change_password)


def open_session(connection: Connection, account_id: int, now: datetime, address: str) -> str:
    """A new session for somebody whose password was right. Returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        sa.insert(web_session).values(
            token_hash=token_hash(token),
            account_id=account_id,
            created_at=now,
            last_seen_at=now,
            address=clean(address)[:64],
        )
    )
    connection.execute(sa.update(account).where(account.c.id == account_id).values(last_seen_at=now))
    return token


_BY_TOKEN = (
    sa.select(web_session, account.c.must_change_password, account.c.language)
    .join(account, account.c.id == web_session.c.account_id)
    .where(web_session.c.token_hash == sa.bindparam("token_hash"))
)


def resume(
    connection: Connection, now: datetime, token: str, *, idle: timedelta, absolute: timedelta
) -> Resumed | None:
    """The person behind a token, or None when there is no such session, it expired or the account was locked. Reads only."""
    row = connection.execute(_BY_TOKEN, {"token_hash": token_hash(token)}).first()
    if row is None or now - row.last_seen_at >= idle or now - row.created_at >= absolute:
        return None
    try:
        actor = access.actor(connection, row.account_id, now)
    except (NotAllowed, NotFound):
        return None
    needs_touch = now - row.last_seen_at >= TOUCH_AFTER
    return Resumed(actor, row.must_change_password, needs_touch, row.token_hash, row.language)


def touch(connection: Connection, now: datetime, token: str) -> None:
    """Note that the person is still there."""
    connection.execute(
        sa.update(web_session).where(web_session.c.token_hash == token_hash(token)).values(last_seen_at=now)
    )


def close(connection: Connection, token: str) -> None:
    """Sign out. A token that is not there is no fault."""
    connection.execute(sa.delete(web_session).where(web_session.c.token_hash == token_hash(token)))


def close_all(connection: Connection, account_id: int, *, keep: str | None = None) -> int:
    """Sign out everywhere, or everywhere but in the session with the token `keep`. Returns how many sessions ended."""
    statement = sa.delete(web_session).where(web_session.c.account_id == account_id)
    if keep is not None:
        statement = statement.where(web_session.c.token_hash != token_hash(keep))
    return connection.execute(statement).rowcount


def sweep(connection: Connection, now: datetime, *, idle: timedelta, absolute: timedelta) -> int:
    """Remove expired sessions; they open nothing, this only tidies up."""
    return connection.execute(
        sa.delete(web_session).where(
            sa.or_(web_session.c.last_seen_at <= now - idle, web_session.c.created_at <= now - absolute)
        )
    ).rowcount


def token_hash(token: str) -> str:
    """The form in which a token is kept: a copy of the database opens no session."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
