"""How many models a person sees in each state."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow import access
from workflow.access import Actor
from workflow.schema import emulation_model, unit


def count_states(connection: Connection, actor: Actor, year_id: int, definition_hash: str) -> dict[str, int]:
    """State → models of one year that run on this definition."""
    rows = connection.execute(
        sa.select(emulation_model.c.state, sa.func.count())
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .where(
            emulation_model.c.year_id == year_id,
            emulation_model.c.definition_hash == definition_hash,
            access.visible(actor),
        )
        .group_by(emulation_model.c.state)
    )
    return {row[0]: row[1] for row in rows}
