"""Addresses at which a calendar program reads somebody's dates: made once, shown once, revoked at any time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.calendar import dates
from notifications.calendar.dates import Scope
from notifications.calendar.events import CalendarOpened, CalendarRevoked
from workflow.core import access, history
from workflow.core.access import Actor
from workflow.core.people.sessions import token_hash
from workflow.ground.refusals import NotAllowed, NotFound, Refusal
from workflow.ground.schema import calendar_feed
from workflow.ground.speech import _

MOST_FEEDS: Final = 10
NOTED_EVERY: Final = timedelta(hours=1)
"""How stale `read_at` may become: reading a calendar must not mean writing to the database each time."""


class TooManyFeeds(Refusal):
    """Nobody reads their dates with so many programs."""

    kind: ClassVar[str] = "conflict"
    code: ClassVar[str] = "too_many_feeds"


@dataclass(frozen=True, slots=True)
class Feed:
    """A live address. needs_note: `note_read` should note that it was read."""

    id: int
    actor: Actor
    scope: Scope
    needs_note: bool


def of(connection: Connection, account_id: int) -> list[sa.Row[Any]]:
    """The person's live addresses, without the token that nobody knows any more, the newest first."""
    return list(
        connection.execute(
            sa.select(calendar_feed.c.id, calendar_feed.c.scope, calendar_feed.c.created_at, calendar_feed.c.read_at)
            .where(calendar_feed.c.account_id == account_id, calendar_feed.c.revoked_at.is_(None))
            .order_by(calendar_feed.c.id.desc())
        )
    )


def create(connection: Connection, actor: Actor, now: datetime, scope: Scope) -> str:
    """A new address's token, returned once and kept nowhere. Raises NotAllowed for more than the person may see."""
    dates.reach(actor, scope)
    if len(of(connection, actor.account_id)) >= MOST_FEEDS:
        raise TooManyFeeds(_("Bạn đã có %(most)s địa chỉ lịch. Hãy thu hồi bớt rồi tạo lại.", most=MOST_FEEDS))
    token = secrets.token_urlsafe(24)
    connection.execute(
        sa.insert(calendar_feed).values(
            account_id=actor.account_id, token_hash=token_hash(token), scope=scope, created_at=now
        )
    )
    history.record(connection, history.By(actor.account_id), now, actor.account_id, CalendarOpened(scope))
    return token


def revoke(connection: Connection, account_id: int, now: datetime, feed_id: int) -> None:
    """Make one of the person's own addresses useless. Raises NotFound."""
    result = connection.execute(
        sa.update(calendar_feed)
        .where(
            calendar_feed.c.id == feed_id,
            calendar_feed.c.account_id == account_id,
            calendar_feed.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    if result.rowcount == 0:
        raise NotFound(_("Không có địa chỉ lịch này."), guard="feed")
    history.record(connection, history.By(account_id), now, account_id, CalendarRevoked(feed_id))


def opened(connection: Connection, now: datetime, token: str) -> Feed:
    """Whose dates an address gives, under today's roles.

    Raises NotFound when there is no such address, it was revoked, its account is locked or may no longer see so much; which of
    these is not said.
    """
    row = connection.execute(
        sa.select(calendar_feed).where(
            calendar_feed.c.token_hash == token_hash(token), calendar_feed.c.revoked_at.is_(None)
        )
    ).first()
    unusable = NotFound(_("Không có lịch này, hoặc địa chỉ đã bị thu hồi."), guard="feed")
    if row is None:
        raise unusable
    try:
        actor = access.actor(connection, row.account_id, now)
        dates.reach(actor, row.scope)
    except NotAllowed:
        raise unusable from None
    return Feed(row.id, actor, row.scope, row.read_at is None or now - row.read_at >= NOTED_EVERY)


def note_read(connection: Connection, now: datetime, feed_id: int) -> None:
    """Note that the address is in use, so that its owner sees which one they may revoke."""
    connection.execute(sa.update(calendar_feed).where(calendar_feed.c.id == feed_id).values(read_at=now))
