"""How well units kept to the due dates of their reports over a year: the share in time and the mean days late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor
from workflow.core.people.unit import behind, in_order
from workflow.ground.dialects import any_of, days_since
from workflow.ground.schema import obligation, unit
from workflow.ground.schema.base import Moment

MOST_AT_ONCE: Final = 100
"""Up to so many units are shown together, the least punctual first; more of them page by page in the tree's order."""


@dataclass(frozen=True, slots=True)
class Punctuality:
    """One unit's reports that fell due. days_late: of all late ones together; what is still owed counts up to now."""

    unit_code: str
    unit_name: str
    due: int
    in_time: int
    days_late: int

    @property
    def percent(self) -> int:
        """The share in time, rounded down: only who was always in time has a hundred."""
        return self.in_time * 100 // self.due

    @property
    def mean_days_late(self) -> float:
        """Of those that were late; 0 when none was."""
        return self.days_late / (self.due - self.in_time) if self.due > self.in_time else 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """Units with their punctuality; ranked: all of them, the least punctual first. following: path of the last, or nothing."""

    rows: Sequence[Punctuality]
    ranked: bool
    following: str


def page(
    connection: Connection, actor: Actor, now: datetime, roles: Collection[str], year_id: int, place: str = ""
) -> Page:
    """Units below those at which the person holds one of the roles, as far as a report of theirs fell due in the year."""
    paths = access.outermost(grant.unit_path for grant in actor.grants if grant.role in roles)
    if not paths:
        return Page((), True, "")
    fell_due = sa.and_(
        obligation.c.year_id == year_id,
        obligation.c.call_id.is_not(None),
        obligation.c.withdrawn_at.is_(None),
        sa.or_(obligation.c.due_at <= now, obligation.c.fulfilled_at.is_not(None)),
    )
    units = connection.execute(
        sa.select(unit.c.id, unit.c.path)
        .where(sa.or_(*(in_order(path) for path in paths)), behind(place))
        .where(sa.exists().where(fell_due, obligation.c.unit_id == unit.c.id).correlate(unit))
        .order_by(unit.c.tree_sort)
        .limit(MOST_AT_ONCE + 1)
    ).all()
    following = units[MOST_AT_ONCE - 1].path if len(units) > MOST_AT_ONCE else ""
    rows = _reckoned(connection, now, [one.id for one in units[:MOST_AT_ONCE]], fell_due)
    ranked = not following and not place
    if ranked:
        rows.sort(key=lambda row: (row.percent, -row.days_late))
    return Page(rows, ranked, following)


def _reckoned(
    connection: Connection, now: datetime, units: Sequence[int], fell_due: sa.ColumnElement[bool]
) -> list[Punctuality]:
    """In the tree's order (index ix_obligation_punctuality holds all that is asked)."""
    ended = sa.func.coalesce(obligation.c.fulfilled_at, sa.literal(now, Moment), type_=Moment())
    late = ended >= obligation.c.due_at
    counted = (
        sa.select(
            obligation.c.unit_id,
            sa.func.count().label("due"),
            sa.func.sum(sa.case((late, 0), else_=1)).label("in_time"),
            sa.func.sum(sa.case((late, days_since(ended, obligation.c.due_at)), else_=0)).label("days_late"),
        )
        .where(fell_due, any_of(obligation.c.unit_id, units))
        .group_by(obligation.c.unit_id)
        .subquery("counted")
    )
    rows = connection.execute(
        sa.select(unit.c.code, unit.c.name, counted.c.due, counted.c.in_time, counted.c.days_late)
        .join(counted, counted.c.unit_id == unit.c.id)
        .order_by(unit.c.tree_sort)
    )
    return [Punctuality(row.code, row.name, row.due, int(row.in_time), int(row.days_late)) for row in rows]
