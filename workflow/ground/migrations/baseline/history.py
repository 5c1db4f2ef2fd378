"""The append-only history with its anchors, the outbox, and the log of who opened an individual's dossier."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.ground.migrations.append_only import forbid_changes, permit_changes
from workflow.ground.migrations.baseline.terms import BIG_ID, MOMENT, partial_index

APPEND_ONLY = ("history", "anchor")


def create() -> None:
    """Make the tables of this part."""
    op.create_table(
        "history",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("subject", sa.String(length=12), nullable=False),
        sa.Column("subject_id", BIG_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", BIG_ID, nullable=False),
        sa.Column("for_id", BIG_ID, nullable=True),
        sa.Column("behalf", sa.String(length=300), server_default="", nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("trigger", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("field_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=True),
        sa.Column("payload", sa.Text(), server_default="{}", nullable=False),
        sa.Column("definition_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_history_actor_id_account")),
        sa.ForeignKeyConstraint(["for_id"], ["account.id"], name=op.f("fk_history_for_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sa.UniqueConstraint("subject", "subject_id", "seq", name=op.f("uq_history_subject_subject_id_seq")),
    )
    op.create_index("ix_history_at", "history", ["at"])
    # Serves the page of the history when it is about one person.
    op.create_index("ix_history_actor_id", "history", ["actor_id", "at"])
    op.create_table(
        "anchor",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("previous_root", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_anchor")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("trigger", sa.String(length=40), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("history_seq", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["emulation_model.id"], name=op.f("fk_outbox_model_id_emulation_model")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_outbox_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("model_id", "history_seq", name=op.f("uq_outbox_model_id_history_seq")),
    )
    op.create_index(op.f("ix_outbox_model_id"), "outbox", ["model_id"])
    partial_index("ix_outbox_waiting", "outbox", ["id"], "delivered_at IS NULL")
    op.create_table(
        "access_log",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.CheckConstraint("what IN ('page', 'file', 'report', 'export')", name=op.f("ck_access_log_what_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_access_log_account_id_account")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_access_log_model_id_emulation_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
        sa.UniqueConstraint(
            "model_id", "account_id", "hour", "what", name=op.f("uq_access_log_model_id_account_id_hour_what")
        ),
    )
    op.create_index("ix_access_log_account_id", "access_log", ["account_id", "id"])
    for table in APPEND_ONLY:
        forbid_changes(op, table)


def drop() -> None:
    """Take them away again, those that refer to others first."""
    for table in APPEND_ONLY:
        permit_changes(op, table)
    for table in ("access_log", "outbox", "anchor", "history"):
        op.drop_table(table)
