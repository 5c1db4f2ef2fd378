"""A unit of the tree as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from workflow.ground.reading.text import fold, identity
from workflow.ground.schema import unit


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. path: ids from the root down to the unit itself, '/1/5/22/'; successor_id: the one that took over.

    tree_sort: its place in the order of the tree, those of one parent by name.
    """

    id: int
    code: str
    name: str
    level: str
    kind: str
    parent_id: int | None
    path: str
    valid_from: date | None
    valid_to: date | None
    successor_id: int | None
    sample: bool
    tree_sort: str


def called(written: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions on `unit`, to be tried in this order: so called; so called without accents; with these words; without accents.

    None for what has no letter or digit to look for.
    """
    exact, folded = identity(written), fold(written)
    if not folded:
        return ()
    containing = unit.c.name_folded.contains(folded, autoescape=True)
    # Words without any accent are no spelling yet: whoever types "lang" looks for Làng and Lăng as well.
    with_words = () if written.isascii() else (unit.c.name_identity.contains(exact, autoescape=True),)
    return unit.c.name_identity == exact, unit.c.name_folded == folded, *with_words, containing


COLUMNS: Final[tuple[sa.Column[Any], ...]] = tuple(unit.c[name] for name in Unit.__dataclass_fields__)
"""What a statement selects to make a `Unit` of each row: `Unit(**row._mapping)`."""

_HEAD = unit.alias("head")
DEPTH: Final = sa.func.length(unit.c.path) - sa.func.length(sa.func.replace(unit.c.path, "/", ""))
"""How far down the tree `unit` is."""


def in_order(path: str | sa.BindParameter[str]) -> sa.ColumnElement[bool]:
    """`access.under` for a statement that takes the first units in the order of the tree: ix_unit_tree_sort serves both.

    What lies below a unit has a key that begins with the unit's.
    """
    first = _place(path)
    return sa.and_(unit.c.tree_sort >= first, unit.c.tree_sort < first + "~")


def behind(path: str) -> sa.ColumnElement[bool]:
    """`unit` comes after the one with this path in the order of the tree; every unit does for '' and for a path that is none."""
    return unit.c.tree_sort > sa.func.coalesce(_place(path), "")


def _place(path: str | sa.BindParameter[str]) -> sa.ScalarSelect[str]:
    return sa.select(_HEAD.c.tree_sort).where(_HEAD.c.path == path).scalar_subquery()
