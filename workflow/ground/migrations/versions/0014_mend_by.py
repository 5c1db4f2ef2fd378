"""Adds the day by which a model that came back is to be mended, and when each person last looked at their work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEX = "ix_emulation_model_mend_by"


def upgrade() -> None:
    op.add_column("emulation_model", sa.Column("mend_by", sa.Date()))
    op.execute(
        "UPDATE emulation_model SET mend_by ="
        " (SELECT max(i.mend_by) FROM inspection i WHERE i.model_id = emulation_model.id)"
        " WHERE state = 'remediation'"
    )
    given = sa.text("mend_by IS NOT NULL")
    op.create_index(INDEX, "emulation_model", ["mend_by", "id"], sqlite_where=given, postgresql_where=given)
    op.add_column("work_seen", sa.Column("looked_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("work_seen", "looked_at")
    op.drop_index(INDEX, table_name="emulation_model")
    op.drop_column("emulation_model", "mend_by")
