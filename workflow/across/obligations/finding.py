"""Open obligations in the order of their due dates, for whoever owes or collects them: a page costs the same among a million.

An obligation is found through an index that leads to few others: its call, a unit, its subject with the roles that owe it, or the
day itself. Which one is decided first; a statement is built once for each shape of question and then only run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations.obligation import Obligation
from workflow.core import access
from workflow.core.access import OWN_SCOPED, Actor
from workflow.core.people.units import few_below
from workflow.ground.dialects import any_of, as_list
from workflow.ground.prepared import Prepared
from workflow.ground.schema import emulation_model, obligation, programme_year, report_call, review_meeting, unit, visit

BRANCHES: Final = 24
"""Up to so many units, or sorts of obligations, are asked one by one; more are met on the way through the days."""
_SIDES_PASSED: Final = 2 * BRANCHES

SUBJECTS: Final = ("report", "registration", "state", "meeting", "visit")

Side = Literal["unit_id", "collector_id"]
Place = tuple[date, int]


class Area(NamedTuple):
    """Obligations of one unit, or of all below a path; only those of these roles unless there are none named."""

    unit_id: int | None = None
    path: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose obligations are looked for: on the side that owes them, or on the side that collects them."""

    side: Side
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Which of them: due on these days, of these subjects (all when none is named), of one call, owed below one unit."""

    since: date | None = None
    until: date | None = None
    subjects: tuple[str, ...] = ()
    call_id: int | None = None
    below: str = ""


def owed_by(actor: Actor) -> Reach:
    """What this person owes by themselves under today's roles, those as a deputy included."""
    own: dict[int, set[str]] = defaultdict(set)
    wide: dict[str, set[str]] = defaultdict(set)
    for grant in actor.grants:
        if grant.role in OWN_SCOPED:
            own[grant.unit_id].add(grant.role)
        else:
            wide[grant.unit_path].add(grant.role)
    areas = [Area(unit_id=key, roles=tuple(sorted(roles))) for key, roles in sorted(own.items())]
    areas += [Area(path=path, roles=tuple(sorted(roles))) for path, roles in sorted(wide.items())]
    return Reach("unit_id", tuple(areas))


def owed_by_unit(actor: Actor) -> Reach:
    """What the person's own units owe, whoever there has to see to it: where they are at home and where they are the officer."""
    units = {grant.unit_id for grant in actor.grants if grant.role in OWN_SCOPED}
    if actor.unit_id is not None and any(grant.unit_id == actor.unit_id for grant in actor.grants):
        units.add(actor.unit_id)
    return Reach("unit_id", tuple(Area(unit_id=key) for key in sorted(units)))


def collected_by(actor: Actor, roles: Collection[str]) -> Reach:
    """What is owed to the units over which the person holds one of the roles."""
    paths = access.outermost(grant.unit_path for grant in actor.grants if grant.role in roles)
    return Reach("collector_id", tuple(Area(path=path) for path in paths))


def open_keys(
    connection: Connection, reach: Reach, window: Window, *, after: Place | None = None, most: int
) -> list[Place]:
    """Due date and key of the first `most` open obligations behind `after`, by due date."""
    if not reach.areas:
        return []
    shape, parameters = _question(connection, reach, window)
    if not shape.branches:
        return []
    if after is not None:
        shape = shape._replace(edge=True)
        parameters |= {"edge_on": after[0], "edge_id": after[1]}
    rows = _statement(shape).all(connection, {**parameters, "most": most})
    return sorted({(row.due_on, row.id) for row in rows})[:most]


def count_open(connection: Connection, reach: Reach, window: Window, *, most: int) -> int:
    """How many there are, counted up to `most`."""
    return len(open_keys(connection, reach, window, most=most))


def told(connection: Connection, keys: Sequence[int]) -> list[Obligation]:
    """These obligations by due date, with what names the thing that is owed."""
    if not keys:
        return []
    owing, collector = unit.alias("owing"), unit.alias("collector")
    rows = connection.execute(
        sa.select(
            obligation,
            programme_year.c.year,
            programme_year.c.definition_hash.label("year_definition"),
            owing.c.code.label("unit_code"),
            owing.c.name.label("unit_name"),
            owing.c.path.label("unit_path"),
            owing.c.tree_sort.label("unit_sort"),
            collector.c.name.label("collector_name"),
            collector.c.path.label("collector_path"),
            report_call.c.label.label("call_label"),
            emulation_model.c.code.label("model_code"),
            emulation_model.c.name.label("model_name"),
            emulation_model.c.kind.label("model_kind"),
            emulation_model.c.definition_hash.label("model_definition"),
            review_meeting.c.title.label("meeting_title"),
            visit.c.day.label("visit_day"),
        )
        .join(programme_year, programme_year.c.id == obligation.c.year_id)
        .join(owing, owing.c.id == obligation.c.unit_id)
        .join(collector, collector.c.id == obligation.c.collector_id)
        .outerjoin(report_call, report_call.c.id == obligation.c.call_id)
        .outerjoin(emulation_model, emulation_model.c.id == obligation.c.model_id)
        .outerjoin(review_meeting, review_meeting.c.id == obligation.c.meeting_id)
        .outerjoin(visit, visit.c.id == obligation.c.visit_id)
        .where(any_of(obligation.c.id, list(keys)))
        .order_by(obligation.c.due_on, obligation.c.id)
    )
    return [Obligation(**row._mapping) for row in rows]


class _Shape(NamedTuple):
    """What a statement depends on; everything else are its parameters."""

    side: Side
    areas: tuple[tuple[bool, int], ...]
    """One for each area: whether it is a single unit, and how many roles it names."""
    way: str
    """'call', 'sort', 'subject', 'day', or the column by which units are asked one by one."""
    branches: int
    subjects: int
    since: bool
    until: bool
    below: bool
    edge: bool = False


def _question(connection: Connection, reach: Reach, window: Window) -> tuple[_Shape, dict[str, Any]]:
    parameters: dict[str, Any] = {"since": window.since, "until": window.until, "call": window.call_id}
    for i, area in enumerate(reach.areas):
        parameters |= {f"unit_{i}": area.unit_id, f"path_{i}": area.path, f"path_{i}_end": area.path[:-1] + "0"}
        parameters |= {f"role_{i}_{j}": f",{role}," for j, role in enumerate(area.roles)}
    parameters |= {"below": window.below, "below_end": window.below[:-1] + "0"}
    parameters |= {f"subject_{i}": subject for i, subject in enumerate(window.subjects)}
    way, values = _way(connection, reach, window)
    for i, value in enumerate(values):
        parameters |= {f"branch_{i}": value[0], f"also_{i}": value[-1]}
    shape = _Shape(
        reach.side,
        tuple((area.unit_id is not None, len(area.roles)) for area in reach.areas),
        way,
        len(values),
        0 if way in _BY_SUBJECT else len(window.subjects),
        window.since is not None,
        window.until is not None,
        bool(window.below),
    )
    return shape, parameters


def _way(connection: Connection, reach: Reach, window: Window) -> tuple[str, list[tuple[Any, ...]]]:
    """The index to go by, and with which values."""
    if window.call_id is not None:
        return "call", [(window.call_id,)]
    if window.below and (few := _few(connection, "unit_id", [Area(path=window.below)])) is not None:
        return "unit_id", [(key,) for key in few]
    subjects = window.subjects or SUBJECTS
    if (few := _few(connection, reach.side, reach.areas)) is not None:
        if reach.side == "unit_id":
            return reach.side, [(key,) for key in few]
        return reach.side, [(key, subject) for key in few for subject in subjects]
    wanted = {role for area in reach.areas for role in area.roles} if all(area.roles for area in reach.areas) else set()
    if wanted and (sorts := _sorts(connection, subjects, wanted)) is not None:
        return "sort", sorts
    return ("subject", [(subject,) for subject in subjects]) if window.subjects else ("day", [(None,)])


def _sorts(connection: Connection, subjects: Iterable[str], wanted: Collection[str]) -> list[tuple[Any, ...]] | None:
    """Subjects with the roles that owe what is open of them, as `obligation.roles` has it: those that name a wanted one.

    A step through the index for each, but for meetings and visits, of which each has its own; None when they are too many.
    """
    found: list[tuple[Any, ...]] = []
    for subject in subjects:
        last = ""
        while row := _NEXT_ROLES.first(connection, {"subject": subject, "roles": last}):
            last = row.roles
            if ":" in last:
                break
            if not set(wanted).isdisjoint(last.split(",")):
                found.append((subject, last))
    return found if len(found) <= BRANCHES else None


def _few(connection: Connection, side: Side, areas: Sequence[Area]) -> list[int] | None:
    """The units of these areas with anything open on this side, unless they are many."""
    found = {area.unit_id for area in areas if area.unit_id is not None}
    for path in [area.path for area in areas if area.unit_id is None]:
        # Below a path of few units each is asked whether it has anything open; of many, one passes over those that have.
        units = few_below(connection, (path,))
        if units is None:
            active = _passed(connection, side, path)
        else:
            asked = {"units": as_list(units), "most": BRANCHES + 1}
            active = [row.id for row in _ACTIVE[side].all(connection, asked)]
        if active is None:
            return None
        found |= set(active)
    return sorted(found) if len(found) <= BRANCHES else None


def _passed(connection: Connection, side: Side, path: str) -> list[int] | None:
    """Units below a path with anything open, passing from one to the next through the index; None when that takes too long."""
    found: list[int] = []
    after = 0
    for _turn in range(_SIDES_PASSED):
        row = _NEXT_UNIT[side].first(connection, {"after": after})
        if row is None:
            return found
        after = row.id
        if row.path.startswith(path):
            found.append(row.id)
    return None


_OPEN = sa.and_(obligation.c.fulfilled_at.is_(None), obligation.c.withdrawn_at.is_(None))
_BY_SUBJECT: Final = ("sort", "subject", "collector_id")
_INDEXES: Final = {
    "call": "ix_obligation_call_id_due_on",
    "sort": "ix_obligation_subject_roles_due_on",
    "subject": "ix_obligation_subject_due_on",
    "day": "ix_obligation_due_on",
    "unit_id": "ix_obligation_unit_id_due_on",
    "collector_id": "ix_obligation_collector_id_subject_due_on",
}


def _active(side: Side) -> Prepared:
    return Prepared(
        sa.select(unit.c.id)
        .where(any_of(unit.c.id, "units"))
        .where(sa.exists().where(obligation.c[side] == unit.c.id, _OPEN).correlate(unit))
        .limit(sa.bindparam("most"))
    )


_NEXT_ROLES: Final = Prepared(
    sa.select(obligation.c.roles)
    .where(_OPEN, obligation.c.subject == sa.bindparam("subject"), obligation.c.roles > sa.bindparam("roles"))
    .order_by(obligation.c.roles)
    .limit(1)
    .with_hint(obligation, f"INDEXED BY {_INDEXES['sort']}", "sqlite")
)


def _next_unit(side: Side) -> Prepared:
    path = sa.select(unit.c.path).where(unit.c.id == obligation.c[side]).correlate(obligation).scalar_subquery()
    return Prepared(
        sa.select(obligation.c[side].label("id"), path.label("path"))
        .where(_OPEN, obligation.c[side] > sa.bindparam("after"))
        .order_by(obligation.c[side])
        .limit(1)
        .with_hint(obligation, f"INDEXED BY {_INDEXES[side]}", "sqlite")
    )


_SIDES: Final[tuple[Side, ...]] = get_args(Side)
_ACTIVE: Final = {side: _active(side) for side in _SIDES}
_NEXT_UNIT: Final = {side: _next_unit(side) for side in _SIDES}


@lru_cache(maxsize=256)
def _statement(shape: _Shape) -> Prepared:
    found = []
    for i in range(shape.branches):
        first = _branch(shape, i).limit(sa.bindparam("most")).subquery(f"first_{i}")
        found.append(sa.select(first.c.due_on, first.c.id))
    return Prepared(found[0] if len(found) == 1 else sa.union_all(*found))


def _branch(shape: _Shape, number: int) -> sa.Select[Any]:
    side = unit.alias("side")
    statement: sa.Select[Any] = (
        sa.select(obligation.c.due_on, obligation.c.id)
        .join(side, side.c.id == obligation.c[shape.side])
        .where(_OPEN, _within(shape, side))
        .order_by(obligation.c.due_on, obligation.c.id)
        .with_hint(obligation, f"INDEXED BY {_INDEXES[shape.way]}", "sqlite")
    )
    value: sa.BindParameter[Any] = sa.bindparam(f"branch_{number}")
    if shape.way == "call":
        statement = statement.where(obligation.c.call_id == value)
    elif shape.way in ("sort", "subject"):
        statement = statement.where(obligation.c.subject == value)
    elif shape.way != "day":
        statement = statement.where(obligation.c[shape.way] == value)
    if shape.way in ("sort", "collector_id"):
        column = obligation.c.roles if shape.way == "sort" else obligation.c.subject
        statement = statement.where(column == sa.bindparam(f"also_{number}", type_=sa.String))
    if shape.subjects:
        wanted = [obligation.c.subject == sa.bindparam(f"subject_{i}") for i in range(shape.subjects)]
        statement = statement.where(sa.or_(*wanted))
    if shape.since:
        statement = statement.where(obligation.c.due_on >= sa.bindparam("since", type_=sa.Date))
    if shape.until:
        statement = statement.where(obligation.c.due_on <= sa.bindparam("until", type_=sa.Date))
    if shape.below:
        owing = unit.alias("owing")
        statement = statement.join(owing, owing.c.id == obligation.c.unit_id).where(
            owing.c.path >= sa.bindparam("below"), owing.c.path < sa.bindparam("below_end")
        )
    if shape.edge:
        edge = sa.tuple_(sa.bindparam("edge_on", type_=sa.Date), sa.bindparam("edge_id"))
        statement = statement.where(sa.tuple_(obligation.c.due_on, obligation.c.id) > edge)
    return statement


def _within(shape: _Shape, side: sa.FromClause) -> sa.ColumnElement[bool]:
    found = []
    for i, (single, roles) in enumerate(shape.areas):
        if single:
            place: sa.ColumnElement[bool] = obligation.c[shape.side] == sa.bindparam(f"unit_{i}")
        else:
            place = sa.and_(side.c.path >= sa.bindparam(f"path_{i}"), side.c.path < sa.bindparam(f"path_{i}_end"))
        named = [_names(sa.bindparam(f"role_{i}_{j}", type_=sa.String)) for j in range(roles)]
        found.append(sa.and_(place, sa.or_(*named)) if named else place)
    return sa.or_(*found)


def _names(role: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The obligation is one of this role. Written without LIKE, to which the underscore in a role's name is a wildcard."""
    roles = sa.literal(",").concat(obligation.c.roles).concat(",")
    return sa.func.replace(roles, role, "") != roles
