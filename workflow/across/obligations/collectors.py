"""Which unit collects and chases what a unit owes when no call says so: the one that recognises, in the definition concerned."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.schema import unit


def collectors(connection: Connection, level: str) -> Callable[[str], int]:
    """From the path of a unit to the nearest administrative unit of this level at or above it; the topmost one without any."""
    ids = frozenset(
        connection.execute(sa.select(unit.c.id).where(unit.c.level == level, unit.c.kind == "administrative")).scalars()
    )

    def collector(path: str) -> int:
        steps = [int(step) for step in path.strip("/").split("/")]
        return next((step for step in reversed(steps) if step in ids), steps[0])

    return collector
