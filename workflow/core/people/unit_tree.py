"""Reading the unit tree for a page: as much of it as a page can hold, the rest a step further down; and searching it by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import PRIVILEGED, Actor
from workflow.core.people import units
from workflow.core.people.unit import Unit, in_order
from workflow.ground.dialects import any_of
from workflow.ground.reading.text import fold, identity
from workflow.ground.refusals import NotFound
from workflow.ground.schema import unit
from workflow.ground.speech import _

MOST = 400
"""Units on one page; default of ours. A district with its villages fits, a province does not."""


@dataclass(slots=True)
class Node:
    """One unit with the units directly below it. below: how many of those are not shown here."""

    code: str
    name: str
    level: str
    kind: str
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    sample: bool
    children: list[Node] = field(default_factory=list)
    below: int = 0

    def holds_on(self, day: date) -> bool:
        """Whether the unit exists on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Branch:
    """Part of the tree. above: code and name of the units over it, the highest first."""

    nodes: Sequence[Node]
    above: Sequence[tuple[str, str]]


_successor = unit.alias("successor")
_UNITS = sa.select(unit, _successor.c.code.label("successor_code")).outerjoin(
    _successor, _successor.c.id == unit.c.successor_id
)


def branch(connection: Connection, actor: Actor, code: str = "", *, most: int = MOST) -> Branch:
    """The tree below one unit, or below every unit that the actor administers: level by level until `most` are shown.

    One statement a level. Raises NotFound for a unit that the actor does not administer.
    """
    scope = access.outermost(grant.unit_path for grant in actor.grants if grant.role in PRIVILEGED)
    above: list[tuple[str, str]] = []
    if code:
        root = units.by_code(connection, code)
        if not any(root.path.startswith(path) for path in scope):
            raise NotFound(_("Không có đơn vị mã «%(code)s» trong phạm vi của bạn.", code=code[:60]), guard="unit")
        start = unit.c.id == root.id
        above = _above(connection, root, scope)
    else:
        start = unit.c.path.in_(scope)
    level = connection.execute(_UNITS.where(start).order_by(unit.c.tree_sort)).all()
    nodes: dict[int, Node] = {row.id: _node(row) for row in level}
    shown = list(nodes.values())
    while level:
        found = connection.execute(
            _UNITS.where(any_of(unit.c.parent_id, [row.id for row in level])).order_by(unit.c.tree_sort).limit(most)
        ).all()
        # The first level below is always there; a further one only as a whole.
        if len(nodes) > len(shown) and len(nodes) + len(found) > most:
            break
        for row in found:
            nodes[row.id] = _node(row)
            nodes[row.parent_id].children.append(nodes[row.id])
        level = found
    _count_hidden(connection, nodes)
    return Branch(shown, above)


def search(connection: Connection, actor: Actor, words: str, *, limit: int = 100) -> list[Node]:
    """Units the actor administers whose name or code holds every word, accents and case ignored; those so spelt first."""
    scope = access.outermost(grant.unit_path for grant in actor.grants if grant.role in PRIVILEGED)
    statement = _UNITS.where(sa.or_(sa.false(), *(in_order(path) for path in scope))).order_by(unit.c.tree_sort)
    for word in fold(words).split():
        statement = statement.where(
            sa.or_(
                unit.c.name_folded.contains(word, autoescape=True),
                sa.func.lower(unit.c.code).contains(word, autoescape=True),
            )
        )
    spelt = sa.and_(
        sa.true(), *(unit.c.name_identity.contains(word, autoescape=True) for word in identity(words).split())
    )
    found = connection.execute(statement.where(spelt).limit(limit)).all()
    others = connection.execute(statement.where(sa.not_(spelt)).limit(limit - len(found))).all()
    return [_node(row) for row in (*found, *others)]


def _above(connection: Connection, root: Unit, scope: Sequence[str]) -> list[tuple[str, str]]:
    ids = [int(step) for step in root.path.strip("/").split("/")][:-1]
    rows = connection.execute(sa.select(unit.c.code, unit.c.name, unit.c.path).where(unit.c.id.in_(ids)))
    seen = [row for row in rows if any(row.path.startswith(path) for path in scope)]
    return [(row.code, row.name) for row in sorted(seen, key=lambda row: len(row.path))]


def _count_hidden(connection: Connection, nodes: dict[int, Node]) -> None:
    """Tell of each unit how many of those directly below it are not shown."""
    counts = connection.execute(
        sa.select(unit.c.parent_id, sa.func.count().label("units"))
        .where(any_of(unit.c.parent_id, list(nodes)))
        .group_by(unit.c.parent_id)
    )
    for row in counts:
        nodes[row.parent_id].below = row.units - len(nodes[row.parent_id].children)


def _node(row: sa.Row[Any]) -> Node:
    return Node(
        row.code,
        row.name,
        row.level,
        row.kind,
        row.valid_from,
        row.valid_to,
        row.successor_code,
        row.sample,
    )
