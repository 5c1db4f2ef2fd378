"""What people are told: planned reminders, the messages they become, the delivery of each, and how a person wants to be told."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import BigId, Moment, flag, metadata, one_of, pk, ref

# What a person is told at once; it stands in their inbox from the moment it is written, and goes out by each channel they chose.
message = sa.Table(
    "message",
    metadata,
    pk(),
    ref("account_id", "account"),
    sa.Column("kind", sa.String(15), nullable=False),
    sa.Column("language", sa.String(5), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("body_text", sa.Text, nullable=False),
    sa.Column("body_html", sa.Text, nullable=False),
    # Path within the site that leads to the one thing to do.
    sa.Column("link", sa.String(300), nullable=False),
    # The same thing is told once: what it says, to whom.
    sa.Column("key", sa.String(120), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("read_at", Moment),
    sa.UniqueConstraint("key"),
    one_of("kind", "digest", "escalation", "opened", "moved", "returned", "chase", "notice", "test"),
)
sa.Index("ix_message_account_id_id", message.c.account_id, message.c.id)
_UNREAD = message.c.read_at.is_(None)
sa.Index("ix_message_unread", message.c.account_id, sqlite_where=_UNREAD, postgresql_where=_UNREAD)

reminder = sa.Table(
    "reminder",
    metadata,
    pk(),
    ref("obligation_id", "obligation"),
    # 'd-14' … 'd+7' of the year's steps; 'opened', 'moved', 'returned'; 'chase:<number>' when staff ask by hand.
    sa.Column("step", sa.String(20), nullable=False),
    ref("account_id", "account"),
    sa.Column("due_on", sa.Date, nullable=False),
    # The part in which the person is told: reporter, head_of_unit, staff, deputy_head, head.
    sa.Column("part", sa.String(15), nullable=False),
    # Whom they stand in for.
    ref("deputy_for_id", "account", nullable=True),
    # The sender's own word when staff ask by hand.
    sa.Column("word", sa.String(500), nullable=False, server_default=""),
    sa.Column("planned_at", Moment, nullable=False),
    sa.Column("status", sa.String(10), nullable=False, server_default="planned"),
    # Why it was skipped: superseded, fulfilled, withdrawn, moved, out_of_scope, before_opening, …
    sa.Column("why", sa.String(40), nullable=False, server_default=""),
    ref("message_id", "message", nullable=True, index=True),
    sa.UniqueConstraint("obligation_id", "step", "account_id", "due_on"),
    one_of("status", "planned", "told", "skipped"),
    sa.CheckConstraint("(status = 'told') = (message_id IS NOT NULL)", name="told_has_message"),
    sa.CheckConstraint("status <> 'skipped' OR why <> ''", name="skipped_says_why"),
)
_PLANNED = reminder.c.status == sa.literal_column("'planned'")
sa.Index("ix_reminder_planned", reminder.c.account_id, sqlite_where=_PLANNED, postgresql_where=_PLANNED)

# One message by one channel to one address.
delivery = sa.Table(
    "delivery",
    metadata,
    pk(),
    ref("message_id", "message"),
    sa.Column("channel", sa.String(10), nullable=False),
    sa.Column("address", sa.String(500), nullable=False),
    # RFC 5322 Message-ID; the same on every attempt.
    sa.Column("rfc_message_id", sa.String(200), nullable=False),
    sa.Column("status", sa.String(10), nullable=False, server_default="planned"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    # Not before; moves on when an attempt fails for a while.
    sa.Column("next_at", Moment, nullable=False),
    sa.Column("lease_holder", sa.String(80), nullable=False, server_default=""),
    sa.Column("lease_until", Moment),
    sa.Column("sent_at", Moment),
    sa.Column("last_error", sa.String(500), nullable=False, server_default=""),
    sa.UniqueConstraint("message_id", "channel"),
    sa.UniqueConstraint("rfc_message_id"),
    one_of("channel", "email", "apprise"),
    one_of("status", "planned", "claimed", "sent", "failed", "skipped"),
    sa.CheckConstraint("(status = 'claimed') = (lease_until IS NOT NULL)", name="claimed_has_lease"),
)
WAITING = delivery.c.status.in_([sa.literal_column("'planned'"), sa.literal_column("'claimed'")])
# A claimed one waits for the end of its lease, so `next_at` is all that claiming has to look at.
sa.Index("ix_delivery_next_at", delivery.c.next_at, sqlite_where=WAITING, postgresql_where=WAITING)
# Serves the rate per minute: how many went out since a moment.
_SENT = delivery.c.sent_at.is_not(None)
sa.Index("ix_delivery_sent_at", delivery.c.sent_at, sqlite_where=_SENT, postgresql_where=_SENT)
# Serves the page of what reached nobody.
_UNDELIVERED = delivery.c.status.in_([sa.literal_column("'failed'"), sa.literal_column("'skipped'")])
sa.Index(
    "ix_delivery_undelivered",
    delivery.c.status,
    delivery.c.id,
    sqlite_where=_UNDELIVERED,
    postgresql_where=_UNDELIVERED,
)

# The life of a delivery, append-only.
delivery_event = sa.Table(
    "delivery_event",
    metadata,
    pk(),
    ref("delivery_id", "delivery", index=True),
    sa.Column("at", Moment, nullable=False),
    # planned, claimed, sent, deferred, failed, skipped, retried
    sa.Column("event", sa.String(12), nullable=False),
    sa.Column("detail", sa.String(500), nullable=False, server_default=""),
)

# How one person wants to be told; without a row the defaults of notifications.delivery.preferences hold.
preference = sa.Table(
    "preference",
    metadata,
    sa.Column("account_id", BigId, sa.ForeignKey("account.id"), primary_key=True),
    sa.Column("email", sa.String(254), nullable=False, server_default=""),
    sa.Column("by_email", sa.Boolean, nullable=False, server_default=sa.true()),
    # An apprise address (Zalo, Telegram, webhook); a secret of the person's, shown masked.
    sa.Column("other_address", sa.String(500), nullable=False, server_default=""),
    flag("by_other"),
    sa.Column("digest_hour", sa.Integer, nullable=False, server_default="7"),
    # Days of the week without a digest, ISO numbers, comma-separated: '6,7'.
    sa.Column("quiet_days", sa.String(20), nullable=False, server_default=""),
    sa.Column("changed_at", Moment, nullable=False),
    sa.CheckConstraint("digest_hour BETWEEN 0 AND 23", name="digest_hour_range"),
)

# One process at a time does the work of the clock; what it last did is shown to administrators.
clockwork = sa.Table(
    "clockwork",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("holder", sa.String(80), nullable=False, server_default=""),
    sa.Column("lease_until", Moment),
    sa.Column("started_at", Moment),
    sa.Column("ticked_at", Moment),
    sa.Column("succeeded_at", Moment),
    sa.Column("took_ms", sa.Integer),
    sa.Column("backlog", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_error", sa.String(500), nullable=False, server_default=""),
)

# An address at which a calendar program reads somebody's dates. Only the hash of the token is kept.
calendar_feed = sa.Table(
    "calendar_feed",
    metadata,
    pk(),
    ref("account_id", "account", index=True),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("scope", sa.String(10), nullable=False, server_default="mine"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
    sa.Column("read_at", Moment),
    sa.UniqueConstraint("token_hash"),
    one_of("scope", "mine", "unit", "all"),
)
