"""Adds the public page: which years have one, since when a registrant agrees to it, and the indexes that serve it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_emulation_model_public": ["year_id", "id"],
    "ix_emulation_model_public_field": ["year_id", "field_id", "id"],
}
PUBLISHED = "public_agreed_at IS NOT NULL AND recognised_at IS NOT NULL AND revocation_id IS NULL"


def upgrade() -> None:
    op.add_column("programme_year", sa.Column("public", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("emulation_model", sa.Column("public_agreed_at", sa.DateTime(timezone=True)))
    for name, columns in INDEXES.items():
        published = sa.text(PUBLISHED)
        op.create_index(name, "emulation_model", columns, sqlite_where=published, postgresql_where=published)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, table_name="emulation_model")
    op.drop_column("emulation_model", "public_agreed_at")
    op.drop_column("programme_year", "public")
