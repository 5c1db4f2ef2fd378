"""How many models a person sees in each state."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.figures import cells
from workflow.core import access
from workflow.core.access import Actor
from workflow.ground.schema import emulation_model, unit

MOST_COUNTED: Final = 20_000


def count_states(connection: Connection, actor: Actor, year_id: int, definition_hash: str) -> dict[str, int]:
    """State → models of one year that run on this definition.

    Where there are very many the counts that the database keeps have to do: they do not tell definitions apart, and leave out
    drafts, which nobody sees there but their writers.
    """
    kept = cells.counts(connection, year_id, cells.scope_of(actor), ("state",))
    if kept.total() > MOST_COUNTED:
        return {state: models for (state,), models in kept.items()}
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
