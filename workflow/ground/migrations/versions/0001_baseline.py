"""Makes the schema with which the migrations begin: every table with its constraints and indexes, and the triggers."""

from __future__ import annotations

from workflow.ground.migrations.baseline import (
    accounts,
    history,
    meetings,
    messages,
    models,
    obligations,
    programme,
    stages,
    tallies,
    words,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A part refers only to those before it.
PARTS = (accounts, programme, meetings, models, stages, history, obligations, messages, tallies, words)


def upgrade() -> None:
    for part in PARTS:
        part.create()


def downgrade() -> None:
    for part in reversed(PARTS):
        part.drop()
