"""Adds the log of who opened an individual's dossier, and the links by which people set their own password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
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
    op.create_index("ix_access_log_account_id", "access_log", ["account_id", "id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint("used_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_invitation_used_or_withdrawn")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invitation_account_id_account")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_invitation_created_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(op.f("ix_invitation_account_id"), "invitation", ["account_id"], unique=False)
    # Serves the page of the history when it is about one person.
    op.create_index("ix_history_actor_id", "history", ["actor_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_history_actor_id", table_name="history")
    op.drop_index(op.f("ix_invitation_account_id"), table_name="invitation")
    op.drop_table("invitation")
    op.drop_index("ix_access_log_account_id", table_name="access_log")
    op.drop_table("access_log")
