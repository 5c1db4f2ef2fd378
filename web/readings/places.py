"""The units a person can choose from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow import access
from workflow.access import OWN_SCOPED, Actor
from workflow.schema import account, assignment, unit

MOST = 2_000


def units_of(connection: Connection, actor: Actor, roles: Collection[str] | None, today: date) -> list[sa.Row[Any]]:
    """Units that exist today over which the person holds one of the roles (any role when None), in the tree's order."""
    fitting = [grant for grant in actor.grants if roles is None or grant.role in roles]
    own = [grant.unit_id for grant in fitting if grant.role in OWN_SCOPED]
    wide = access.outermost(grant.unit_path for grant in fitting if grant.role not in OWN_SCOPED)
    scope = sa.or_(sa.false(), unit.c.id.in_(own), *(access.under(path) for path in wide))
    return list(
        connection.execute(
            sa.select(unit.c.code, unit.c.name, unit.c.level, unit.c.kind, unit.c.path)
            .where(scope)
            .where(sa.or_(unit.c.valid_to.is_(None), unit.c.valid_to >= today))
            .where(sa.or_(unit.c.valid_from.is_(None), unit.c.valid_from <= today))
            .order_by(unit.c.path)
            .limit(MOST)
        )
    )


def people_for(connection: Connection, path: str, roles: Collection[str] | None, today: date) -> list[sa.Row[Any]]:
    """Accounts one could name at a unit with this path (user_name, full_name, position, unit_name, unit_id), the nearest first.

    At home in the unit, below or above it, or holding one of the roles over it today; not those that are locked.
    """
    home, held = unit.alias("home"), unit.alias("held")
    place = sa.literal(path)
    holds = (
        sa.exists()
        .where(
            assignment.c.account_id == account.c.id,
            assignment.c.role.not_in(sorted(OWN_SCOPED)) if roles is None else assignment.c.role.in_(sorted(roles)),
            assignment.c.valid_from <= today,
            sa.or_(assignment.c.valid_to.is_(None), assignment.c.valid_to >= today),
            held.c.id == assignment.c.unit_id,
            place.startswith(held.c.path),
        )
        .correlate(account)
    )
    near = sa.or_(home.c.path.startswith(place), place.startswith(home.c.path))
    condition = holds if roles is not None else sa.or_(near, holds)
    return list(
        connection.execute(
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
            .order_by(sa.desc("holds"), home.c.path, account.c.full_name)
            .limit(300)
        )
    )
