"""Adds the index by which a model's followers are found: those that continue or replicate it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INDEX = "ix_emulation_model_origin_model_id"


def upgrade() -> None:
    given = sa.text("origin_model_id IS NOT NULL")
    op.create_index(INDEX, "emulation_model", ["origin_model_id"], sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="emulation_model")
