"""Who holds a role over a unit today: whom somebody has to wait for, by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.access import OWN_SCOPED
from workflow.core.lifecycles.terms import Transition
from workflow.ground.schema import account, assignment, unit
from workflow.ground.validity import valid_on

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Holder:
    """One person who holds a role at a unit today."""

    role: str
    level: str
    path: str
    full_name: str

    def may(self, step: Transition, path: str) -> bool:
        """Whether this role at this place takes the step for a unit with this path."""
        return (
            self.role in step.roles
            and (self.role not in step.role_levels or self.level in step.role_levels[self.role])
            and (path == self.path if self.role in OWN_SCOPED else path.startswith(self.path))
        )


def holders_over(connection: Connection, paths: Collection[str], roles: Collection[str], today: date) -> list[Holder]:
    """Everybody who holds one of these roles at one of these units or above it. One statement."""
    if not paths or not roles:
        return []
    above = {path[: i + 1] for path in paths for i, letter in enumerate(path) if letter == "/"}
    rows = connection.execute(
        sa.select(assignment.c.role, unit.c.level, unit.c.path, account.c.full_name)
        .join(unit, unit.c.id == assignment.c.unit_id)
        .join(account, account.c.id == assignment.c.account_id)
        .where(
            unit.c.path.in_(sorted(above)),
            assignment.c.role.in_(sorted(roles)),
            valid_on(assignment, today),
            account.c.locked_at.is_(None),
        )
        # The nearest first: it is the office one would ring up.
        .order_by(sa.func.length(unit.c.path).desc(), assignment.c.deputy_for_id.is_not(None), account.c.name_sort)
    )
    return [Holder(row.role, row.level, row.path, row.full_name) for row in rows]


def named(holders: Sequence[Holder], step: Transition, path: str, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Role and a few names for each role that takes the step over this unit; a role nobody holds there is named without names."""
    found = []
    for role in step.roles:
        names = list(dict.fromkeys(one.full_name for one in holders if one.role == role and one.may(step, path)))
        shown = ", ".join(names[:MOST_NAMED])
        found.append((labels.get(role, role), shown + (", …" if len(names) > MOST_NAMED else "")))
    return [pair for pair in found if pair[1]] or found
