"""A unit of the tree as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from workflow.ground.schema import unit


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. path: ids from the root down to the unit itself, '/1/5/22/'; successor_id: the one that took over."""

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


COLUMNS: Final[tuple[sa.Column[Any], ...]] = tuple(unit.c[name] for name in Unit.__dataclass_fields__)
"""What a statement selects to make a `Unit` of each row: `Unit(**row._mapping)`."""
