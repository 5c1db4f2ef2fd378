"""An office says which years are decided, and due dates follow what another release knows of days off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.ground.schema.base import Moment

revision = "0020"
down_revision = "0019"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "decided_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("noted_at", Moment, nullable=False),
        sa.Column("noted_by", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["noted_by"], ["account.id"], name=op.f("fk_decided_year_noted_by_account")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_decided_year")),
    )
    op.create_table(
        "calendar_followed",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("followed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_calendar_followed")),
    )


def downgrade() -> None:
    op.drop_table("calendar_followed")
    op.drop_table("decided_year")
