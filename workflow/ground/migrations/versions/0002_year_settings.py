"""How many inspectors a record needs and how long a returned form has belong to each year, not to the program's own file."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = {
    "min_inspectors": "INTEGER NOT NULL DEFAULT 2"
    " CONSTRAINT ck_programme_year_min_inspectors_range CHECK (min_inspectors BETWEEN 1 AND 20)",
    "days_to_mend": "INTEGER NOT NULL DEFAULT 7"
    " CONSTRAINT ck_programme_year_days_to_mend_range CHECK (days_to_mend BETWEEN 1 AND 365)",
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE programme_year ADD COLUMN {name} {kind}")


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.execute(f"ALTER TABLE programme_year DROP COLUMN {name}")
