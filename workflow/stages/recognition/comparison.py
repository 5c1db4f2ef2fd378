"""A few models side by side, with what decides between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.access import Actor
from workflow.core.engine import changes
from workflow.core.engine.context import registrant_name
from workflow.ground.schema import field
from workflow.stages.implementation.briefs import Brief, briefs
from workflow.stages.review import result
from workflow.stages.review.result import Result

MOST: Final = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """One of them. review: its result at the meeting that counts, None before there was one."""

    code: str
    name: str
    registrant: str
    unit_name: str
    kind: str
    field_label: str
    state: str
    definition_hash: str
    outstanding: bool
    late: bool
    brief: Brief
    review: Result | None


def side_by_side(connection: Connection, actor: Actor, codes: Sequence[str]) -> list[Compared]:
    """The models with these codes, `MOST` at the most, in this order. Raises NotFound for one out of scope."""
    rows = [changes.seen(connection, actor, code) for code in codes[:MOST]]
    told: dict[int, Brief] = {}
    for year_id in {row.year_id for row in rows}:
        told |= briefs(connection, year_id, [row.id for row in rows if row.year_id == year_id])
    wanted = sa.select(field.c.id, field.c.label).where(field.c.id.in_({row.field_id for row in rows}))
    labels = {row.id: row.label for row in connection.execute(wanted)}
    return [
        Compared(
            row.code,
            row.name,
            registrant_name(row),
            row.unit_name,
            row.kind,
            labels[row.field_id],
            row.state,
            row.definition_hash,
            row.outstanding,
            row.late,
            told[row.id],
            result.latest(connection, row.id),
        )
        for row in rows
    ]
