"""The units a person can choose from, and the people they can name there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import OWN_SCOPED, Actor
from workflow.core.people.unit import COLUMNS, Unit, called, in_order
from workflow.ground.dialects import any_of, as_list
from workflow.ground.schema import account, assignment, unit
from workflow.ground.validity import not_over, valid_on

MOST: Final = 2_000
CHOICES: Final = 60
"""More units than this are asked for by name: nobody finds their own in a list of thousands."""
MOST_FOUND: Final = 10
MOST_PEOPLE: Final = 300

_OF_OWN = sa.select(*COLUMNS).where(any_of(unit.c.id, "own")).order_by(unit.c.tree_sort).limit(sa.bindparam("most"))
_BELOW = (
    sa.select(*COLUMNS)
    .where(in_order(sa.bindparam("path", type_=unit.c.path.type)))
    .where(not_over(unit, sa.bindparam("today", type_=sa.Date)))
    .order_by(unit.c.tree_sort)
    .limit(sa.bindparam("most"))
)
_BY_CODE = sa.select(*COLUMNS).where(unit.c.code == sa.bindparam("code"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be named at a unit. holds: whether they hold one of the roles asked for over it today."""

    user_name: str
    full_name: str
    position: str
    unit_id: int | None
    unit_name: str | None
    holds: bool


def units_of(connection: Connection, actor: Actor, roles: Collection[str] | None, today: date) -> list[Unit]:
    """Units that exist today over which the person holds one of the roles (any role when None), in the tree's order."""
    fitting = [grant for grant in actor.grants if roles is None or grant.role in roles]
    own = [grant.unit_id for grant in fitting if grant.role in OWN_SCOPED]
    wide = access.outermost(grant.unit_path for grant in fitting if grant.role not in OWN_SCOPED)
    scope = sa.or_(sa.false(), unit.c.id.in_(own), *(in_order(path) for path in wide))
    rows = connection.execute(
        sa.select(*COLUMNS).where(scope).where(valid_on(unit, today)).order_by(unit.c.tree_sort).limit(MOST)
    )
    return [Unit(**row._mapping) for row in rows]


def choices_of_units(connection: Connection, actor: Actor, today: date) -> list[Unit] | None:
    """The units below which a person sees models, in the tree's order; None when there are too many to choose from."""
    found: dict[str, Unit] = {}
    for path in access.outermost(grant.unit_path for grant in actor.grants if grant.role not in OWN_SCOPED):
        asked = {"path": path, "today": today, "most": CHOICES + 1}
        found |= {row.code: Unit(**row._mapping) for row in connection.execute(_BELOW, asked)}
    own = sorted({grant.unit_id for grant in actor.grants if grant.role in OWN_SCOPED})
    if own:
        rows = connection.execute(_OF_OWN, {"own": as_list(own), "most": CHOICES + 1})
        found |= {row.code: Unit(**row._mapping) for row in rows}
    return None if len(found) > CHOICES else sorted(found.values(), key=lambda one: one.tree_sort)


def find_units(connection: Connection, actor: Actor, written: str) -> list[Unit]:
    """The unit with this code, or those with this name, or with these words in the name: within reach of the person, ten at most.

    Within reach is what lies below one of their units, and what lies above: the list shows no more for it.
    """
    paths = [grant.unit_path for grant in actor.grants]
    row = connection.execute(_BY_CODE, {"code": written}).first()
    if row is not None and any(row.path.startswith(path) or path.startswith(row.path) for path in paths):
        return [Unit(**row._mapping)]
    within = sa.or_(sa.false(), *(access.under(path) for path in access.outermost(paths)))
    asked = sa.select(*COLUMNS).where(within).order_by(unit.c.tree_sort).limit(MOST_FOUND)
    for fitting in called(written) if paths else ():
        found = [Unit(**row._mapping) for row in connection.execute(asked.where(fitting))]
        if found:
            return found
    return []


def people_for(connection: Connection, path: str, roles: Collection[str] | None, today: date) -> list[Candidate]:
    """People one could name at a unit with this path, those of the unit itself first.

    Who is at home in the unit, below or above it, or holds one of the roles over it today; not those that are locked.
    With `roles` only those who hold one.
    """
    home, held = unit.alias("home"), unit.alias("held")
    place = sa.literal(path)
    holds = (
        sa.exists()
        .where(
            assignment.c.account_id == account.c.id,
            assignment.c.role.not_in(sorted(OWN_SCOPED)) if roles is None else assignment.c.role.in_(sorted(roles)),
            valid_on(assignment, today),
            held.c.id == assignment.c.unit_id,
            place.startswith(held.c.path),
        )
        .correlate(account)
    )
    near = sa.or_(home.c.path.startswith(place), place.startswith(home.c.path))
    condition = holds if roles is not None else sa.or_(near, holds)
    rows = connection.execute(
        sa.select(
            account.c.user_name,
            account.c.full_name,
            account.c.position,
            account.c.unit_id,
            home.c.name.label("unit_name"),
            holds.label("holds"),
        )
        .outerjoin(home, home.c.id == account.c.unit_id)
        .where(condition, account.c.locked_at.is_(None))
        .order_by(
            sa.case((sa.and_(home.c.path.startswith(place), holds), 0), (home.c.path.startswith(place), 1), else_=2),
            sa.desc("holds"),
            sa.func.abs(sa.func.length(home.c.path) - sa.func.length(place)),
            home.c.tree_sort,
            account.c.name_sort,
            account.c.id,
        )
        .limit(MOST_PEOPLE)
    )
    return [Candidate(**row._mapping) for row in rows]
