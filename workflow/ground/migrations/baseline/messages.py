"""What people are told: reminders, messages and their delivery, preferences, calendars and the clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.ground.migrations.baseline.terms import BIG_ID, MOMENT, partial_index


def create() -> None:
    """Make the tables of this part."""
    op.create_table(
        "message",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('digest', 'escalation', 'opened', 'moved', 'returned', 'chase', 'notice', 'test')",
            name=op.f("ck_message_kind_known"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_message_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    op.create_index("ix_message_account_id_id", "message", ["account_id", "id"])
    partial_index("ix_message_unread", "message", ["account_id"], "read_at IS NULL")
    op.create_table(
        "preference",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("by_email", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("other_address", sa.String(length=500), server_default="", nullable=False),
        sa.Column("by_other", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("digest_hour", sa.Integer(), server_default="7", nullable=False),
        sa.Column("quiet_days", sa.String(length=20), server_default="", nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("digest_hour BETWEEN 0 AND 23", name=op.f("ck_preference_digest_hour_range")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_preference_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_preference")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("message_id", BIG_ID, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("rfc_message_id", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="planned", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("lease_holder", sa.String(length=80), server_default="", nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.String(length=500), server_default="", nullable=False),
        sa.CheckConstraint(
            "(status = 'claimed') = (lease_until IS NOT NULL)", name=op.f("ck_delivery_claimed_has_lease")
        ),
        sa.CheckConstraint("channel IN ('email', 'apprise')", name=op.f("ck_delivery_channel_known")),
        sa.CheckConstraint(
            "status IN ('planned', 'claimed', 'sent', 'failed', 'skipped')", name=op.f("ck_delivery_status_known")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_delivery_message_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("message_id", "channel", name=op.f("uq_delivery_message_id_channel")),
        sa.UniqueConstraint("rfc_message_id", name=op.f("uq_delivery_rfc_message_id")),
    )
    partial_index("ix_delivery_undelivered", "delivery", ["status", "id"], "status IN ('failed', 'skipped')")
    partial_index("ix_delivery_sent_at", "delivery", ["sent_at"], "sent_at IS NOT NULL")
    partial_index("ix_delivery_next_at", "delivery", ["next_at"], "status IN ('planned', 'claimed')")
    op.create_table(
        "delivery_event",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("delivery_id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_event_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_event")),
    )
    op.create_index(op.f("ix_delivery_event_delivery_id"), "delivery_event", ["delivery_id"])
    op.create_table(
        "reminder",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("obligation_id", BIG_ID, nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=15), nullable=False),
        sa.Column("deputy_for_id", BIG_ID, nullable=True),
        sa.Column("word", sa.String(length=500), server_default="", nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("status", sa.String(length=10), server_default="planned", nullable=False),
        sa.Column("why", sa.String(length=40), server_default="", nullable=False),
        sa.Column("message_id", BIG_ID, nullable=True),
        sa.CheckConstraint("(status = 'told') = (message_id IS NOT NULL)", name=op.f("ck_reminder_told_has_message")),
        sa.CheckConstraint("status <> 'skipped' OR why <> ''", name=op.f("ck_reminder_skipped_says_why")),
        sa.CheckConstraint("status IN ('planned', 'told', 'skipped')", name=op.f("ck_reminder_status_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_account_id_account")),
        sa.ForeignKeyConstraint(["deputy_for_id"], ["account.id"], name=op.f("fk_reminder_deputy_for_id_account")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_reminder_message_id_message")),
        sa.ForeignKeyConstraint(
            ["obligation_id"], ["obligation.id"], name=op.f("fk_reminder_obligation_id_obligation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "obligation_id",
            "step",
            "account_id",
            "due_on",
            name=op.f("uq_reminder_obligation_id_step_account_id_due_on"),
        ),
    )
    op.create_index(op.f("ix_reminder_message_id"), "reminder", ["message_id"])
    partial_index("ix_reminder_planned", "reminder", ["account_id"], "status = 'planned'")
    op.create_table(
        "calendar_feed",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=10), server_default="mine", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.CheckConstraint("scope IN ('mine', 'unit', 'all')", name=op.f("ck_calendar_feed_scope_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_account_id"), "calendar_feed", ["account_id"])
    op.create_table(
        "clockwork",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=80), server_default="", nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ticked_at", MOMENT, nullable=True),
        sa.Column("succeeded_at", MOMENT, nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("backlog", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String(length=500), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_clockwork")),
    )


def drop() -> None:
    """Take them away again, those that refer to others first."""
    for table in ("clockwork", "calendar_feed", "reminder", "delivery_event", "delivery", "preference", "message"):
        op.drop_table(table)
