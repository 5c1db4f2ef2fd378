"""What a model continues or replicates, the other way round: the models that follow one, and those that nobody continues yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor
from workflow.ground.schema import emulation_model, programme_year, unit

MOST_FOLLOWERS: Final = 20
MOST_BEGINNINGS: Final = 12


@dataclass(frozen=True, slots=True)
class Follower:
    """A model that continues or replicates another. origin: 'continued' or 'replicated'."""

    code: str
    name: str
    origin: str
    unit_name: str
    year: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """A model of the year before that could be continued."""

    code: str
    name: str
    state: str
    definition_hash: str


def followers(connection: Connection, actor: Actor, model_id: int) -> list[Follower]:
    """Models that continue this one or replicate it, of those the person may see (index ix_emulation_model_origin_model_id)."""
    rows = connection.execute(
        sa.select(
            emulation_model.c.code,
            emulation_model.c.name,
            emulation_model.c.origin,
            unit.c.name.label("unit_name"),
            programme_year.c.year,
        )
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .join(programme_year, programme_year.c.id == emulation_model.c.year_id)
        .where(emulation_model.c.origin_model_id == model_id, access.visible(actor))
        .order_by(emulation_model.c.id)
        .limit(MOST_FOLLOWERS)
    )
    return [Follower(*row) for row in rows]


def to_continue(connection: Connection, actor: Actor, year: int, units: Sequence[str]) -> list[Beginning]:
    """Models of the year before `year` at these units (codes), the latest first, that nobody has continued yet."""
    following = emulation_model.alias("following")
    rows = connection.execute(
        sa.select(
            emulation_model.c.code, emulation_model.c.name, emulation_model.c.state, emulation_model.c.definition_hash
        )
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .join(programme_year, programme_year.c.id == emulation_model.c.year_id)
        .where(
            programme_year.c.year == year - 1,
            unit.c.code.in_(units[:MOST_BEGINNINGS]),
            emulation_model.c.submitted_at.is_not(None),
            access.visible(actor),
            ~sa.exists().where(following.c.origin_model_id == emulation_model.c.id),
        )
        .order_by(emulation_model.c.id.desc())
        .limit(MOST_BEGINNINGS)
    )
    return [Beginning(*row) for row in rows]
