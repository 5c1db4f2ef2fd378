"""Who owes what is called for: units of some levels and kinds below the one that calls, and in which roles they owe it.

A selector is data of the programme year. Whoever it chooses is reckoned on the day of the call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import OWN_SCOPED
from workflow.core.people.unit import COLUMNS, Unit
from workflow.ground.dialects import any_of
from workflow.ground.schema import account, assignment, unit
from workflow.ground.validity import valid_on

_LONGEST_LINE: Final = 20
"""So many times a unit may have been merged on; beyond it two units name each other as successors."""
USUAL_ROLES: Final = ("unit_officer", "commune_reviewer")
"""Who reports for a unit when nothing else is said: its officer or, in a commune, the committee's own people."""


@dataclass(frozen=True, slots=True)
class Selector:
    """levels, kinds: of the units that owe, empty for any. roles: who owes it there. called_by: the level of the units that
    call for it; empty for the level that recognises in the year's definition.
    """

    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = USUAL_ROLES
    called_by: str = ""

    def as_data(self) -> dict[str, Any]:
        """The form in which `report_kind.owed_by` keeps it."""
        return {
            "levels": list(self.levels),
            "kinds": list(self.kinds),
            "roles": list(self.roles),
            "called_by": self.called_by,
        }

    def among(self, levels: Collection[str]) -> Selector:
        """The same without levels that a year's definition does not know: a unit left from former tiers owes nothing under it."""
        return replace(self, levels=tuple(level for level in self.levels if level in levels) or self.levels)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Selector:
        """Back from what `as_data` gave."""
        return cls(
            tuple(data.get("levels", ())),
            tuple(data.get("kinds", ())),
            tuple(data.get("roles", USUAL_ROLES)),
            str(data.get("called_by", "")),
        )


def holds_on(day: date) -> sa.ColumnElement[bool]:
    """`unit` exists on the day and has no successor that has taken over."""
    return valid_on(unit, day)


def owing(connection: Connection, caller: Unit, selector: Selector, day: date) -> list[Unit]:
    """The units below the caller that owe, in the order of the tree. One statement.

    A unit below another one that owes reports to that one, not past it: an agency of a commune is in the commune's report.
    """
    statement = sa.select(*COLUMNS).where(access.under(caller.path), unit.c.id != caller.id, holds_on(day))
    if selector.levels:
        statement = statement.where(unit.c.level.in_(selector.levels))
    if selector.kinds:
        statement = statement.where(unit.c.kind.in_(selector.kinds))
    found = [Unit(**row._mapping) for row in connection.execute(statement.order_by(unit.c.tree_sort))]
    outermost = set(access.outermost(one.path for one in found))
    return [one for one in found if one.path in outermost]


def chosen(connection: Connection, caller: Unit, codes: Collection[str], day: date) -> tuple[list[Unit], list[str]]:
    """The units with these codes that exist below the caller on the day, in the tree's order, and the codes that have none.

    A unit that has ended gives way to its successor, however often it was merged on.
    """
    below = sa.and_(access.under(caller.path), unit.c.id != caller.id)
    wanted = list(dict.fromkeys(codes))
    present: dict[int, Unit] = {}
    # Which of the written codes a unit of this round stands for: two that were merged into one stand for the same.
    written = {
        row.id: [row.code]
        for row in connection.execute(sa.select(unit.c.id, unit.c.code).where(any_of(unit.c.code, wanted)))
    }
    found: set[str] = set()
    for _ in range(_LONGEST_LINE):
        if not written:
            break
        following: dict[int, list[str]] = {}
        for row in connection.execute(sa.select(*COLUMNS).where(any_of(unit.c.id, sorted(written)), below)):
            if row.valid_to is None or row.valid_to >= day:
                present[row.id] = Unit(**row._mapping)
                found.update(written[row.id])
            elif row.successor_id is not None:
                following.setdefault(row.successor_id, []).extend(written[row.id])
        written = following
    return sorted(present.values(), key=lambda one: one.tree_sort), [code for code in wanted if code not in found]


def without_holder(connection: Connection, units: Iterable[int], roles: Collection[str], day: date) -> set[int]:
    """Those of the units for which nobody who can sign in holds one of the roles on the day.

    An officer's role counts at the very unit only; locked accounts are nobody, as for reminders.
    """
    wanted = set(units)
    above = (
        sa.select(unit.c.id.label("place_id"), unit.c.id, unit.c.parent_id)
        .where(any_of(unit.c.id, sorted(wanted)))
        .cte("above", recursive=True)
    )
    above = above.union_all(
        sa.select(above.c.place_id, unit.c.id, unit.c.parent_id).join(above, unit.c.id == above.c.parent_id)
    )
    held = connection.execute(
        sa.select(above.c.place_id)
        .join(assignment, assignment.c.unit_id == above.c.id)
        .join(account, account.c.id == assignment.c.account_id)
        .where(
            account.c.locked_at.is_(None),
            assignment.c.role.in_(sorted(roles)),
            sa.or_(assignment.c.role.not_in(sorted(OWN_SCOPED)), above.c.id == above.c.place_id),
            valid_on(assignment, day),
        )
        .distinct()
    ).scalars()
    return wanted - set(held)
