"""What waits for a person, and what they wait for: models in a state with a step that one of their roles takes, or took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.models.next_step import onwards
from workflow.core import access
from workflow.core.access import OWN_SCOPED, Actor, Grant
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition, State, Transition
from workflow.core.people.holders import holders_over, named
from workflow.core.people.units import few_below
from workflow.core.programmes.year import Year
from workflow.ground.dialects import any_of, as_list
from workflow.ground.prepared import Prepared
from workflow.ground.schema import PERSON_NAME, account, emulation_model, field, person, programme_year, unit
from workflow.stages.registration.registrant import editable

MOST_COUNTED = 50
"""Of one group; what is beyond is said as "hơn 50" and found in the list."""
MOST_URGENT = 15
MOST_OUTSIDE = 12
_YEARS = 3
_REVIEWING = frozenset({"commune_reviewer", "district_reviewer"})


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do next. kind: 'form' fills in the registration, 'record' the inspection's, 'step' takes the step."""

    kind: Literal["form", "record", "step"]
    trigger: str
    label: str


@dataclass(frozen=True, slots=True)
class Model:
    """What a list of work says of a model. person_name: of an individual; mend_by: when the registrant has to mend it."""

    id: int
    code: str
    name: str
    submitted_at: datetime | None
    changed_at: datetime
    mend_by: date | None
    unit_name: str
    unit_path: str
    person_name: str | None
    field_label: str


@dataclass(frozen=True, slots=True)
class Task:
    """One model that waits for this person. instead_of: whose work it is, for a deputy."""

    model: Model
    state: State
    action: Action
    due: date | None
    instead_of: str


@dataclass(frozen=True, slots=True)
class Group:
    """How many models wait in one state. late: those of them whose day is over."""

    year: int
    state: State
    action: Action
    count: int
    more: bool
    late: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Everything that waits for a person: the most urgent first, and counted by state."""

    tasks: tuple[Task, ...]
    groups: tuple[Group, ...]

    @property
    def rest(self) -> int:
        """How many there are at least beside those that are shown."""
        return sum(group.count for group in self.groups) - len(self.tasks)


@dataclass(frozen=True, slots=True)
class Outside:
    """One model that somebody else has to move on: the step, and who takes it."""

    model: Model
    state: State
    step: str
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """One state of one year in which models are looked for, within what these grants cover."""

    year: Year
    definition: Definition
    state: State
    steps: tuple[Transition, ...]
    grants: tuple[Grant, ...]


def waiting(connection: Connection, actor: Actor, today: date) -> Waiting:
    """Everything that waits for the person: what is late or due first, then what waits longest. One statement for each state."""
    places = [place for place in _places(connection, actor) if place.grants]
    models = _models(connection, actor, places, MOST_COUNTED + 1)
    principals = _principals(connection, actor)
    tasks: list[Task] = []
    groups: list[Group] = []
    for number, place in enumerate(places):
        own = models[number]
        if not own:
            continue
        action = _action(place)
        found = [
            Task(model, place.state, action, _due(place, model), _instead_of(place, model, principals))
            for model in own[:MOST_COUNTED]
        ]
        late = sum(1 for task in found if task.due is not None and task.due < today)
        groups.append(Group(place.year.year, place.state, action, len(found), len(own) > MOST_COUNTED, late))
        tasks.extend(found)
    tasks.sort(key=lambda task: (task.due is None, task.due or today, task.model.changed_at, task.model.id))
    return Waiting(tuple(tasks[:MOST_URGENT]), tuple(groups))


def waits_outside(connection: Connection, actor: Actor, today: date) -> list[Outside]:
    """Models this person has brought so far that somebody else has to move on, with whom to ask; the latest change first."""
    every = _places(connection, actor)
    places = [
        _Place(place.year, place.definition, place.state, place.steps, grants)
        for place in every
        if not place.grants and (grants := _brought(actor, place, every))
    ]
    models = _models(connection, actor, places, MOST_OUTSIDE)
    latest = sorted(
        ((model, place) for place, own in zip(places, models, strict=True) for model in own),
        key=lambda pair: pair[0].changed_at,
        reverse=True,
    )
    roles = {role for place in places for step in place.steps for role in step.roles}
    holders = holders_over(connection, {model.unit_path for model, _place in latest}, roles, today)
    found = []
    for model, place in latest[:MOST_OUTSIDE]:
        step = _foremost(place.definition, place.state, place.steps)
        labels = {role.id: role.label for role in place.definition.roles.values()}
        found.append(Outside(model, place.state, step.label, tuple(named(holders, step, model.unit_path, labels))))
    return found


def _brought(actor: Actor, place: _Place, every: Sequence[_Place]) -> tuple[Grant, ...]:
    """Grants under which models came to this state: a registrant's always, a reviewer's after the last state they act on."""
    own = tuple(grant for grant in actor.grants if grant.role in OWN_SCOPED)
    order = {name: number for number, name in enumerate(place.definition.states)}
    passed = tuple(
        grant
        for grant in actor.grants
        if grant.role in _REVIEWING
        and order[place.state.id]
        > max(
            (order[one.state.id] for one in every if one.year.id == place.year.id and grant in one.grants),
            default=len(order),
        )
    )
    return own + passed


def _places(connection: Connection, actor: Actor) -> list[_Place]:
    """Every state that leads on, of the latest years, with the steps of it and the person's grants that take one."""
    found = []
    for row in connection.execute(sa.select(programme_year).order_by(programme_year.c.year.desc()).limit(_YEARS)):
        year = Year(**row._mapping)
        definition = store.definition(connection, year.definition_hash)
        for state in definition.states.values():
            # Withdrawing, merging and revoking wait for nobody.
            steps = tuple(step for step in definition.outgoing(state.id) if not step.danger)
            mine = tuple(step for step in steps if _grants(actor, step))
            grants = tuple(dict.fromkeys(grant for step in mine for grant in _grants(actor, step)))
            if steps:
                found.append(_Place(year, definition, state, mine or steps, grants))
    return found


def _grants(actor: Actor, step: Transition) -> list[Grant]:
    return [
        grant
        for grant in actor.grants
        if grant.role in step.roles
        and (grant.role not in step.role_levels or grant.unit_level in step.role_levels[grant.role])
    ]


def _models(connection: Connection, actor: Actor, places: Sequence[_Place], most: int) -> list[list[Model]]:
    """For each place its first models, those that are to be mended soonest or wait longest first."""
    scopes: dict[tuple[Grant, ...], _Scope] = {}
    found = []
    for place in places:
        if place.grants not in scopes:
            scopes[place.grants] = _scope(connection, place.grants)
        found.append(_first(connection, actor, place, scopes[place.grants], most))
    keys = sorted({key for own in found for key in own})
    models = {row.id: Model(**row._mapping) for row in _TOLD.all(connection, {"keys": as_list(keys)})} if keys else {}
    return [
        sorted((models[key] for key in own), key=lambda model: (model.mend_by or date.max, model.id))[:most]
        for own in found
    ]


class _Scope(NamedTuple):
    """Where models are looked for: in these units, and below these paths, of which each has many units."""

    units: tuple[int, ...]
    paths: tuple[str, ...]


def _scope(connection: Connection, grants: Sequence[Grant]) -> _Scope:
    own = {grant.unit_id for grant in grants if grant.role in OWN_SCOPED}
    wide = access.outermost(grant.unit_path for grant in grants if grant.role not in OWN_SCOPED)
    few = few_below(connection, wide)
    return _Scope(tuple(sorted(own)), tuple(wide)) if few is None else _Scope(tuple(sorted(own.union(few))), ())


def _first(connection: Connection, actor: Actor, place: _Place, scope: _Scope, most: int) -> list[int]:
    given: dict[str, Any] = {
        "year": place.year.id,
        "state": place.state.id,
        "units": as_list(scope.units),
        "own": as_list(sorted(grant.unit_id for grant in actor.grants if grant.role in OWN_SCOPED)),
        "me": actor.account_id,
        "most": most,
    }
    for i, path in enumerate(scope.paths):
        given |= {f"path_{i}": path, f"path_{i}_end": path[:-1] + "0"}
    ways = ("mending", "state") if scope.paths and _mends(place) else ("state",) if scope.paths else ("units",)
    return [row.id for way in ways for row in _search(way, len(scope.paths)).all(connection, given)]


# How models are found: those of a few units; all of a state; those of a state with a day by which they are to be mended.
_WAYS: Final = {"units": "unit_id_state", "state": "state", "mending": "mend_by"}


@lru_cache(maxsize=16)
def _search(way: str, paths: int) -> Prepared:
    model = emulation_model.c
    within = any_of(model.unit_id, "units")
    path = sa.select(unit.c.path).where(unit.c.id == model.unit_id).correlate(emulation_model).scalar_subquery()
    below = [sa.and_(path >= sa.bindparam(f"path_{i}"), path < sa.bindparam(f"path_{i}_end")) for i in range(paths)]
    # A draft is its own unit's and its writer's alone.
    seen = sa.or_(model.submitted_at.is_not(None), model.created_by == sa.bindparam("me"), any_of(model.unit_id, "own"))
    order: dict[str, tuple[sa.ColumnElement[Any], ...]] = {
        "units": (model.mend_by.asc().nulls_last(), model.id),
        "state": (model.id,),
        "mending": (model.mend_by, model.id),
    }
    in_time = model.mend_by.is_not(None) if way == "mending" else sa.true()
    return Prepared(
        sa.select(model.id)
        .where(model.year_id == sa.bindparam("year"), model.state == sa.bindparam("state"))
        .where(sa.or_(within, *below), seen, in_time)
        .order_by(*order[way])
        .limit(sa.bindparam("most"))
        .with_hint(emulation_model, f"INDEXED BY ix_emulation_model_{_WAYS[way]}", "sqlite")
    )


_TOLD: Final = Prepared(
    sa.select(
        emulation_model.c.id,
        emulation_model.c.code,
        emulation_model.c.name,
        emulation_model.c.submitted_at,
        emulation_model.c.changed_at,
        emulation_model.c.mend_by,
        unit.c.name.label("unit_name"),
        unit.c.path.label("unit_path"),
        PERSON_NAME.label("person_name"),
        field.c.label.label("field_label"),
    )
    .join(unit, unit.c.id == emulation_model.c.unit_id)
    .join(field, field.c.id == emulation_model.c.field_id)
    .outerjoin(person, person.c.id == emulation_model.c.person_id)
    .where(any_of(emulation_model.c.id, "keys"))
)


def _mends(place: _Place) -> bool:
    """Whether models come to this state with a day by which something is to be mended."""
    return any(
        step.target == place.state.id and (step.record == "reasons" or step.fact("mend_by"))
        for step in place.definition.transitions
    )


def _due(place: _Place, model: Model) -> date | None:
    """The day by which the registrant has to act: the one set when it came back, or the end of the registration window."""
    if model.mend_by is not None:
        return model.mend_by
    return place.year.closes_on if model.submitted_at is None else None


def _foremost(definition: Definition, state: State, steps: Sequence[Transition]) -> Transition:
    return max(steps, key=lambda step: onwards(definition, state.id, step.target))


def _action(place: _Place) -> Action:
    step = _foremost(place.definition, place.state, place.steps)
    if editable(place.definition, place.state.id) and step.trigger == "submit":
        return Action("form", step.trigger, "")
    return Action("record" if step.record == "inspection" else "step", step.trigger, step.label)


def _instead_of(place: _Place, model: Model, principals: Mapping[int, str]) -> str:
    """Whom the person stands in for, unless they may do it themselves."""
    covering = [grant for grant in place.grants if grant.covers(model.unit_path)]
    if not covering or any(grant.deputy_for is None for grant in covering):
        return ""
    return principals.get(covering[0].deputy_for or 0, "")


def _principals(connection: Connection, actor: Actor) -> dict[int, str]:
    keys = {grant.deputy_for for grant in actor.grants if grant.deputy_for is not None}
    if not keys:
        return {}
    rows = connection.execute(sa.select(account.c.id, account.c.full_name).where(account.c.id.in_(sorted(keys))))
    return {row.id: row.full_name for row in rows}
