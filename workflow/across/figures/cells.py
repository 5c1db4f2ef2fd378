"""How many registered models a unit has with everything below it, by field, kind, state and what else a report asks.

For units near the root the database keeps counts (`tally_cell`), which triggers bring up to date through `tally_delta`: a figure
of a whole country is read, not counted. For units further down the models themselves are counted from an index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import OWN_SCOPED, Actor
from workflow.core.people.unit import COLUMNS, Unit
from workflow.ground.dialects import any_of, as_list, insert_or_update
from workflow.ground.prepared import Prepared
from workflow.ground.schema import emulation_model, tally_cell, tally_delta, unit
from workflow.ground.schema.figures import DIMENSIONS
from workflow.ground.validity import valid_on

UPPER: Final = 2
"""How far from the root counts are kept: the root is 1."""
FOLD_ABOVE: Final = 500
"""So many counts not yet added up cost nothing to read along."""

_model = emulation_model.c
# A model's own columns in the words of the counts.
_OF_MODEL: Final[dict[str, sa.ColumnElement[Any]]] = {
    "field_id": _model.field_id,
    "kind": _model.kind,
    "state": _model.state,
    "origin": _model.origin,
    "late": _model.late,
    "outstanding": _model.outstanding,
    "inspected": _model.inspected_at.is_not(None),
    "proposed": _model.proposed_at.is_not(None),
}
COUNTED: Final = sa.and_(
    _model.submitted_at.is_not(None), sa.or_(_model.state != "withdrawn", _model.accepted_at.is_not(None))
)
"""'Registered': handed in at least once and not withdrawn before it was accepted. The triggers of the counts say the same."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: units with everything below them (by path), and single units (by id)."""

    paths: tuple[str, ...]
    units: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing at all lies in it."""
        return not self.paths and not self.units


def scope_of(who: Actor, path: str = "") -> Scope:
    """Where this person sees what was registered, below the unit with this path if one is named."""
    wide = access.outermost(grant.unit_path for grant in who.grants if grant.role not in OWN_SCOPED)
    paths = access.outermost(
        path if path.startswith(one) else one for one in wide if path.startswith(one) or one.startswith(path)
    )
    own = {grant.unit_id: grant.unit_path for grant in who.grants if grant.role in OWN_SCOPED}
    single = [
        key
        for key, place in own.items()
        if place.startswith(path) and not any(place.startswith(covering) for covering in paths)
    ]
    return Scope(tuple(paths), tuple(sorted(single)))


def everywhere(connection: Connection) -> Scope:
    """All there is, for somebody who has the database itself in hand."""
    return Scope(tuple(connection.execute(sa.select(unit.c.path).where(unit.c.parent_id.is_(None))).scalars()))


def depth(path: str) -> int:
    """1 for a root."""
    return path.count("/") - 1


def counts(connection: Connection, year_id: int, scope: Scope, by: tuple[str, ...]) -> Counter[tuple[Any, ...]]:
    """Registered models of a year by some of the columns of `_OF_MODEL`, in their order."""
    total: Counter[tuple[Any, ...]] = Counter()
    for path in scope.paths:
        parameters = {"year_id": year_id, "path": path, "path_end": path[:-1] + "0"}
        if depth(path) <= UPPER:
            statement = _kept(by)
            parameters["unit_id"] = last(path)
        else:
            statement = _counted(by, below=True)
        for row in statement.all(connection, parameters):
            total[tuple(row)[:-1]] += row.models
    if scope.units:
        parameters = {"year_id": year_id, "units": as_list(scope.units)}
        for row in _counted(by, below=False).all(connection, parameters):
            total[tuple(row)[:-1]] += row.models
    return total


def counts_of_subunits(
    connection: Connection, year_id: int, path: str, parts: Collection[str], by: tuple[str, ...]
) -> dict[str, Counter[tuple[Any, ...]]]:
    """The same for each of some units (`parts`: their paths) directly below the one with this path."""
    found: dict[str, Counter[tuple[Any, ...]]] = {part: Counter() for part in parts}
    parameters = {"year_id": year_id, "path": path, "path_end": path[:-1] + "0"}
    kept = depth(path) < UPPER
    if kept:
        keys = {last(part): part for part in parts}
        for row in _kept_of_parts(by).all(connection, {"year_id": year_id, "units": as_list(list(keys))}):
            found[keys[row.unit_id]][tuple(row)[1:-1]] += row.models
    # Beside what is kept stands what is not added up yet; further down nothing is kept and all is counted.
    for row in (_not_added_up_below if kept else _counted_below)(by).all(connection, parameters):
        part = row.path[: row.path.find("/", len(path)) + 1]
        if part in found:
            found[part][tuple(row)[1:-1]] += row.models
    return found


def subunits_of(connection: Connection, path: str, today: date) -> list[Unit]:
    """Units directly below one that exist today, in the tree's order."""
    return [Unit(**row._mapping) for row in _PARTS.all(connection, {"parent": last(path), "today": today})]


def waiting(connection: Connection) -> bool:
    """Whether so many counts are not added up that it is time to do so."""
    row = _WAITING.first(connection, {"most": FOLD_ABOVE + 1})
    return row is not None and int(row[0]) > FOLD_ABOVE


def fold(connection: Connection) -> int:
    """Add up what the triggers noted, in a writing transaction; how many notes there were. Whoever comes second finds none."""
    rows = connection.execute(
        sa.delete(tally_delta).returning(*(tally_delta.c[name] for name in DIMENSIONS), tally_delta.c.models)
    ).all()
    if not rows:
        return 0
    places = sorted({row.unit_id for row in rows})
    paths = {
        one.id: one.path
        for one in connection.execute(sa.select(unit.c.id, unit.c.path).where(any_of(unit.c.id, places)))
    }
    changes: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        year_id, unit_id, *rest, models = row
        for ancestor in _upper(paths[unit_id]):
            changes[(year_id, ancestor, *rest)] += models
    statement = insert_or_update(connection, tally_cell, DIMENSIONS, added=["models"])
    # Always in one order, so that two who add up at once wait for each other instead of for each other's locks.
    cells = [
        {**dict(zip(DIMENSIONS, key, strict=True)), "models": change}
        for key, change in sorted(changes.items(), key=lambda item: tuple(map(str, item[0])))
        if change
    ]
    if cells:
        connection.execute(statement, cells)
    return len(rows)


def _upper(path: str) -> Iterable[int]:
    """Ids of a unit's ancestors (and itself) for which counts are kept."""
    return [int(step) for step in path.strip("/").split("/")[:UPPER]]


def last(path: str) -> int:
    """The id of the unit with this path."""
    return int(path.strip("/").rsplit("/", 1)[-1])


_WAITING = Prepared(
    sa.select(sa.func.count()).select_from(sa.select(tally_delta.c.id).limit(sa.bindparam("most")).subquery())
)


def _below(column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.and_(column >= sa.bindparam("path"), column < sa.bindparam("path_end"))


def _summed(source: sa.Subquery, by: tuple[str, ...]) -> sa.Select[Any]:
    columns = [source.c[name] for name in by]
    models = sa.cast(sa.func.sum(source.c.models), sa.BigInteger)
    return sa.select(*columns, models.label("models")).group_by(*columns).having(sa.func.sum(source.c.models) != 0)


@lru_cache(maxsize=64)
def _kept(by: tuple[str, ...]) -> Prepared:
    """Counts kept for one unit near the root, with what is not added up yet (pk_tally_cell)."""
    kept = sa.select(*(tally_cell.c[name] for name in by), tally_cell.c.models).where(
        tally_cell.c.year_id == sa.bindparam("year_id"), tally_cell.c.unit_id == sa.bindparam("unit_id")
    )
    noted = (
        sa.select(*(tally_delta.c[name] for name in by), tally_delta.c.models)
        .join(unit, unit.c.id == tally_delta.c.unit_id)
        .where(tally_delta.c.year_id == sa.bindparam("year_id"), _below(unit.c.path))
    )
    return Prepared(_summed(sa.union_all(kept, noted).subquery(), by))


@lru_cache(maxsize=64)
def _kept_of_parts(by: tuple[str, ...]) -> Prepared:
    columns = [tally_cell.c[name] for name in by]
    models = sa.cast(sa.func.sum(tally_cell.c.models), sa.BigInteger).label("models")
    return Prepared(
        sa.select(tally_cell.c.unit_id, *columns, models)
        .where(tally_cell.c.year_id == sa.bindparam("year_id"), any_of(tally_cell.c.unit_id, "units"))
        .group_by(tally_cell.c.unit_id, *columns)
    )


@lru_cache(maxsize=64)
def _not_added_up_below(by: tuple[str, ...]) -> Prepared:
    return Prepared(
        sa.select(unit.c.path, *(tally_delta.c[name] for name in by), tally_delta.c.models)
        .join(unit, unit.c.id == tally_delta.c.unit_id)
        .where(tally_delta.c.year_id == sa.bindparam("year_id"), _below(unit.c.path))
    )


@lru_cache(maxsize=64)
def _counted(by: tuple[str, ...], *, below: bool) -> Prepared:
    """Models below a unit, or of some units, counted one by one (ix_emulation_model_tally)."""
    columns = [_OF_MODEL[name].label(name) for name in by]
    source: sa.FromClause = emulation_model
    where: sa.ColumnElement[bool] = any_of(_model.unit_id, "units")
    if below:
        source = unit.join(emulation_model, emulation_model.c.unit_id == unit.c.id)
        where = _below(unit.c.path)
    return Prepared(
        sa.select(*columns, sa.func.count().label("models"))
        .select_from(source)
        .where(_model.year_id == sa.bindparam("year_id"), where, COUNTED)
        .group_by(*columns)
    )


@lru_cache(maxsize=64)
def _counted_below(by: tuple[str, ...]) -> Prepared:
    columns = [_OF_MODEL[name].label(name) for name in by]
    return Prepared(
        sa.select(unit.c.path, *columns, sa.func.count().label("models"))
        .select_from(unit.join(emulation_model, emulation_model.c.unit_id == unit.c.id))
        .where(_model.year_id == sa.bindparam("year_id"), _below(unit.c.path), COUNTED)
        .group_by(unit.c.path, *columns)
    )


_today = sa.bindparam("today", type_=sa.Date)
_PARTS = Prepared(
    sa.select(*COLUMNS)
    .where(unit.c.parent_id == sa.bindparam("parent"))
    .where(valid_on(unit, _today))
    .order_by(unit.c.tree_sort)
)
