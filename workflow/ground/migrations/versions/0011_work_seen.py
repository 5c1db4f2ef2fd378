"""Adds how far each person has read what happened to the models that concern them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "work_seen",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_work_seen_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_work_seen")),
    )


def downgrade() -> None:
    op.drop_table("work_seen")
