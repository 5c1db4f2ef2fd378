"""One year at a glance: field × kind, the way through the stages, unit by unit, who has not registered, last year on this day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.figures import cells
from workflow.across.figures.cells import Scope
from workflow.across.figures.tally import Tally, TallyRow, tally
from workflow.core import access
from workflow.core.access import Actor
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import END_STAGE, Definition
from workflow.core.people.unit import COLUMNS, Unit
from workflow.core.programmes import stored
from workflow.core.programmes.year import Year
from workflow.ground.dialects import any_of
from workflow.ground.schema import programme_year, unit
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

MOST_PARTS: Final = 30
MOST_ABSENT: Final = 60
MOST_REPLAYED: Final = 5_000
"""Up to so many models last year's figures on this day are drawn from the history while the page is made."""

_BY = ("field_id", "kind", "state", "late", "inspected", "proposed")


@dataclass(frozen=True, slots=True)
class Stop:
    """One stage of the way: models that came at least so far, and those that are there now."""

    stage: str
    label: str
    reached: int
    here: int


@dataclass(frozen=True, slots=True)
class Subunit:
    """One unit with everything below it: models by field code, and all."""

    code: str
    name: str
    fields: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class LastYear:
    """The year before on the same day. figures: None when there are too many models to replay while somebody waits."""

    year: int
    day: date
    figures: Tally | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page. absent: units without a model (the first of them), of `absent_total`; subunits: largest first."""

    rows: tuple[TallyRow, ...]
    total: TallyRow
    late: int
    stops: tuple[Stop, ...]
    ended: Mapping[str, int]
    subunits: tuple[Subunit, ...]
    subunits_total: int
    absent: tuple[Unit, ...]
    absent_total: int
    last_year: LastYear | None


def overview(
    connection: Connection, who: Actor, now: datetime, year: Year, *, unit_row: Unit | None = None
) -> Overview:
    """What this person sees of a year, everywhere or below one unit. As many statements for a country as for a commune."""
    definition = store.definition(connection, year.definition_hash)
    fields = stored.fields(connection, year.id)
    scope = cells.scope_of(who, unit_row.path if unit_row is not None else "")
    counted = cells.counts(connection, year.id, scope, _BY)
    by_cell: Counter[tuple[int, str]] = Counter()
    for (field_id, kind, *_rest), models in counted.items():
        by_cell[field_id, kind] += models
    rows = tuple(TallyRow(f.code, _(f.label), by_cell[f.id, "collective"], by_cell[f.id, "individual"]) for f in fields)
    total = TallyRow("", _("Tổng"), sum(row.collective for row in rows), sum(row.individual for row in rows))
    codes = {f.id: f.code for f in fields}
    subunits, subunits_total, absent = _subunits(connection, year.id, scope, codes, local_date(now))
    return Overview(
        rows,
        total,
        sum(models for (_f, _k, _s, late, *_rest), models in counted.items() if late),
        tuple(_stops(definition, counted)),
        _ended(definition, counted),
        tuple(subunits),
        subunits_total,
        tuple(absent[:MOST_ABSENT]),
        len(absent),
        _last_year(connection, who, now, year.year, scope, unit_row),
    )


def furthest(definition: Definition, state: str, *, inspected: bool, proposed: bool) -> int:
    """How far along the stages (0 is the first) a model in a state came at least; after an end, from where it is reached."""
    order = [stage.id for stage in definition.stages if stage.id != END_STAGE]
    here = definition.states[state].stage
    if here != END_STAGE:
        return order.index(here)
    sources = {source for step in definition.transitions if step.target == state for source in step.sources}
    stages = [definition.states[source].stage for source in sources]
    reached = min((order.index(stage) for stage in stages if stage != END_STAGE), default=len(order) - 1)
    if inspected and "inspected" in definition.states and definition.states["inspected"].stage in order:
        reached = max(reached, order.index(definition.states["inspected"].stage))
    return len(order) - 1 if proposed else reached


def _stops(definition: Definition, counted: Counter[tuple[Any, ...]]) -> list[Stop]:
    reached: Counter[int] = Counter()
    here: Counter[str] = Counter()
    known: dict[tuple[str, bool, bool], int] = {}
    for (_field, _kind, state, _late, inspected, proposed), models in counted.items():
        if state not in definition.states:
            continue
        key = (state, bool(inspected), bool(proposed))
        if key not in known:
            known[key] = furthest(definition, state, inspected=key[1], proposed=key[2])
        reached[known[key]] += models
        here[definition.states[state].stage] += models
    stages = [stage for stage in definition.stages if stage.id != END_STAGE]
    return [
        Stop(stage.id, stage.label, sum(n for far, n in reached.items() if far >= i), here[stage.id])
        for i, stage in enumerate(stages)
    ]


def _ended(definition: Definition, counted: Counter[tuple[Any, ...]]) -> dict[str, int]:
    """End state → models, in the definition's order, those that occur."""
    by_state: Counter[str] = Counter()
    for (_field, _kind, state, *_rest), models in counted.items():
        by_state[state] += models
    return {state.id: by_state[state.id] for state in definition.states.values() if state.end and by_state[state.id]}


def _subunits(
    connection: Connection, year_id: int, scope: Scope, codes: Mapping[int, str], today: date
) -> tuple[list[Subunit], int, list[Unit]]:
    """The subunits of a scope with models, the largest first, how many they are, and those without any."""
    if len(scope.paths) == 1 and not scope.units:
        path = scope.paths[0]
        units = cells.subunits_of(connection, path, today)
        paths = [one.path for one in units]
        if len(paths) > MOST_PARTS and cells.depth(path) < cells.UPPER:
            totals = cells.counts_of_subunits(connection, year_id, path, paths, ())
            models_of = {one: counter.total() for one, counter in totals.items()}
            largest = sorted(paths, key=lambda one: -models_of[one])[:MOST_PARTS]
            counted = {**totals, **cells.counts_of_subunits(connection, year_id, path, largest, ("field_id",))}
        else:
            counted = cells.counts_of_subunits(connection, year_id, path, paths, ("field_id",))
    else:
        # Somebody with several places of their own: each of them is a subunit.
        rows = connection.execute(
            sa.select(*COLUMNS)
            .where(any_of(unit.c.id, [*(cells.last(path) for path in scope.paths), *scope.units]))
            .order_by(unit.c.tree_sort)
        )
        units = [Unit(**row._mapping) for row in rows]
        if len(units) < 2:
            return [], 0, []
        single = set(scope.units)
        counted = {
            one.path: cells.counts(
                connection, year_id, Scope((), (one.id,)) if one.id in single else Scope((one.path,)), ("field_id",)
            )
            for one in units
        }
    models = {path: counter.total() for path, counter in counted.items()}
    present = sorted((one for one in units if models[one.path]), key=lambda one: -models[one.path])
    subunits = [
        Subunit(
            one.code,
            one.name,
            {codes[field_id]: n for (field_id,), n in counted[one.path].items()},
            models[one.path],
        )
        for one in present[:MOST_PARTS]
    ]
    return subunits, len(present), [one for one in units if not models[one.path]]


def _last_year(
    connection: Connection, who: Actor, now: datetime, number: int, scope: Scope, unit_row: Unit | None
) -> LastYear | None:
    before = connection.execute(sa.select(programme_year.c.id).where(programme_year.c.year == number - 1)).first()
    if before is None:
        return None
    today = local_date(now)
    day = date(number - 1, today.month, min(today.day, 28) if today.month == 2 else today.day)
    if cells.counts(connection, before.id, scope, ()).total() > MOST_REPLAYED:
        return LastYear(number - 1, day, None)
    figures = tally(connection, number - 1, unit_row=unit_row, as_of=day, only=access.visible(who))
    return LastYear(number - 1, day, figures)


def labelled(definition: Definition, ended: Mapping[str, int]) -> Sequence[tuple[str, str, int]]:
    """(id, label, models) of the ends that models came to."""
    return [(state, definition.states[state].label, models) for state, models in ended.items()]
