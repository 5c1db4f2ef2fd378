"""Every figure that a summary report needs, field × kind: where models stand, what they achieved, inspections and coverage.

The short tally (`tally.py`) has a fixed form that other programs read; this one says the rest, for now or as of a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.figures import cells
from workflow.across.figures.cells import COUNTED, Scope
from workflow.across.figures.dated import MeasuredSum, Then, measures_of, summed, within
from workflow.core.labels import ORIGINS
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.core.programmes import stored
from workflow.ground.reading.quantities import Quantity, spoken_quantity
from workflow.ground.schema import change_request, emulation_model, inspection, quantity, unit
from workflow.ground.speech import _, mark
from workflow.ground.vietnam_time import end_of_day

MOST_AT_ONCE: Final = 20_000
"""Up to so many models all of it is counted while a page is made; above, only when somebody asks for it."""

_BY = ("field_id", "kind", "state", "origin", "late", "outstanding", "inspected", "proposed")
_FIXED: Final = {
    "registered": mark("Đã đăng ký"),
    **{origin: label.message for origin, label in ORIGINS.items()},
    "late": mark("Đăng ký trễ"),
    "implementing": mark("Đang thực hiện"),
    "inspected": mark("Đã kiểm tra, thẩm định"),
    "proposed": mark("Đã đề nghị lên trên"),
}
_AFTER: Final = {"outstanding": mark("Tiêu biểu"), "renamed": mark("Đã đổi tên")}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Models of one field and kind ('' for all of them) by figure."""

    field: str
    label: str
    kind: str
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FullTally:
    """All figures of a year over a scope. figures: id → label, in the order to show.

    quantities, inspections, villages (with models, all) are None when there are too many models to go through unasked. states:
    models by the state they are in, in the definition's order; registrants by kind of model, only as of a moment.
    """

    year: int
    as_of: date | None
    figures: Mapping[str, str]
    rows: tuple[FigureRow, ...]
    quantities: tuple[MeasuredSum, ...] | None
    inspections: int | None
    villages: tuple[int, int] | None
    states: Mapping[str, int]
    registrants: Mapping[str, int] | None

    def row(self, field: str, kind: str) -> FigureRow:
        """The row of a field (code, '' for all) and a kind ('' for both)."""
        return next(row for row in self.rows if (row.field, row.kind) == (field, kind))

    def as_json(self) -> dict[str, Any]:
        """As `dvk tally --full --format json` prints it."""

        def told(stated: Quantity | None) -> dict[str, Any] | None:
            return None if stated is None else {"value": str(stated.value), "qualifier": stated.qualifier}

        return {
            "year": self.year,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "labels": dict(self.figures),
            "rows": [{"field": r.field, "label": r.label, "kind": r.kind, **r.figures} for r in self.rows],
            "quantities": [
                {
                    "measure": q.code,
                    "label": q.label,
                    "unit": q.unit,
                    "target": told(q.target),
                    "result": told(q.result),
                }
                for q in self.quantities or ()
            ],
            "inspections": self.inspections,
            "villages": {"with_models": self.villages[0], "all": self.villages[1]} if self.villages else None,
        }


def full_tally(
    connection: Connection,
    year: int,
    scope: Scope,
    *,
    as_of: date | None = None,
    moment: datetime | None = None,
    everything: bool = True,
) -> FullTally:
    """The figures of a year within a scope: now, at the end of a day (`as_of`) or just before a moment.

    everything: also what has to be counted through each model, however many they are.
    """
    programme_year = stored.year(connection, year)
    definition = store.definition(connection, programme_year.definition_hash)
    fields = stored.fields(connection, programme_year.id)
    if moment is None and as_of is not None:
        moment = end_of_day(as_of)
    then = Then(connection, programme_year.id, scope, definition, moment) if moment is not None else None
    counted = then.counts() if then else cells.counts(connection, programme_year.id, scope, _BY)
    ends = {state.id: state.label for state in definition.states.values() if state.end}
    labels = {name: _(word) for name, word in (_FIXED | ends | _AFTER).items()}
    by_cell: dict[tuple[int, str], Counter[str]] = {
        (f.id, kind): Counter() for f in fields for kind in ("collective", "individual")
    }
    states: Counter[str] = Counter()
    for (field_id, kind, state, *facts), models in counted.items():
        states[state] += models
        for figure in _figures(definition, state, *facts):
            by_cell[field_id, kind][figure] += models
    for field_id, kind, models in then.renamed() if then else _renamed(connection, programme_year.id, scope):
        by_cell[field_id, kind]["renamed"] += models
    through: tuple[Any, Any, Any] = (None, None, None)
    if everything or counted.total() <= MOST_AT_ONCE:
        if then:
            through = then.quantities(), then.inspections(), then.villages()
        else:
            place = (connection, programme_year.id, scope)
            through = _quantities(*place), _inspections(*place), _villages(*place)
    return FullTally(
        year,
        as_of,
        labels,
        tuple(_rows([(f.id, f.code, _(f.label)) for f in fields], by_cell, labels)),
        *through,
        states={state: states[state] for state in definition.states if states[state]},
        registrants=then.registrants() if then else None,
    )


def _figures(
    definition: Definition, state: str, origin: str, late: bool, outstanding: bool, inspected: bool, proposed: bool
) -> Iterator[str]:
    """The figures that a model counts for."""
    yield "registered"
    yield origin
    known = definition.states.get(state)
    if known is not None and known.end:
        yield state
    if known is not None and known.stage == "implementation":
        yield "implementing"
    for holds, figure in (
        (late, "late"),
        (outstanding, "outstanding"),
        (inspected, "inspected"),
        (proposed, "proposed"),
    ):
        if holds:
            yield figure


def _rows(
    fields: list[tuple[int, str, str]], by_cell: Mapping[tuple[int, str], Counter[str]], labels: Mapping[str, str]
) -> Iterator[FigureRow]:
    """Each field by kind and together, then all fields: rows and columns add up by construction."""
    kinds = ("collective", "individual")
    total: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    for field_id, code, label in fields:
        for kind in kinds:
            total[kind] += by_cell[field_id, kind]
            yield FigureRow(code, label, kind, {name: by_cell[field_id, kind][name] for name in labels})
        both = by_cell[field_id, kinds[0]] + by_cell[field_id, kinds[1]]
        yield FigureRow(code, label, "", {name: both[name] for name in labels})
    for kind in kinds:
        yield FigureRow("", _("Tổng"), kind, {name: total[kind][name] for name in labels})
    both = total[kinds[0]] + total[kinds[1]]
    yield FigureRow("", _("Tổng"), "", {name: both[name] for name in labels})


def _of_year(year_id: int, scope: Scope) -> list[sa.ColumnElement[bool]]:
    return [emulation_model.c.year_id == year_id, within(scope), COUNTED]


def _renamed(connection: Connection, year_id: int, scope: Scope) -> list[tuple[int, str, int]]:
    """(field, kind, models) whose name was changed by an approved request."""
    renamed = sa.select(change_request.c.model_id).where(
        change_request.c.status == "approved", change_request.c.subject == "name"
    )
    # From the few requests to their models, never the other way round: hence no column that an index of the models begins with.
    rows = connection.execute(
        sa.select(emulation_model.c.field_id, emulation_model.c.kind, emulation_model.c.unit_id, unit.c.path)
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .where(sa.func.coalesce(emulation_model.c.year_id, sa.null()) == year_id, COUNTED)
        .where(emulation_model.c.id.in_(renamed))
    )
    found = Counter(
        (row.field_id, row.kind)
        for row in rows
        if row.unit_id in scope.units or any(row.path.startswith(path) for path in scope.paths)
    )
    return [(field_id, kind, models) for (field_id, kind), models in found.items()]


def _quantities(connection: Connection, year_id: int, scope: Scope) -> tuple[MeasuredSum, ...]:
    """Targets and results by measure, added up as they stand now. Different qualifiers are added by the rule for them."""
    rows = connection.execute(
        sa.select(quantity.c.measure_id, quantity.c.purpose, quantity.c.qualifier, sa.func.sum(quantity.c.value))
        .select_from(
            quantity.join(emulation_model, emulation_model.c.id == quantity.c.model_id).join(
                unit, unit.c.id == emulation_model.c.unit_id
            )
        )
        .where(*_of_year(year_id, scope))
        .group_by(quantity.c.measure_id, quantity.c.purpose, quantity.c.qualifier)
    )
    stated = [(row[0], row[1], row[2], Decimal(str(row[3]))) for row in rows]
    return summed(measures_of(connection, year_id), stated)


def _inspections(connection: Connection, year_id: int, scope: Scope) -> int:
    """Inspections that came to a conclusion."""
    return int(
        connection.execute(
            sa.select(sa.func.count())
            .select_from(
                inspection.join(emulation_model, emulation_model.c.id == inspection.c.model_id).join(
                    unit, unit.c.id == emulation_model.c.unit_id
                )
            )
            .where(inspection.c.concluded_at.is_not(None), *_of_year(year_id, scope))
        ).scalar_one()
    )


def _villages(connection: Connection, year_id: int, scope: Scope) -> tuple[int, int]:
    """Villages with a registered model of their own, and all villages (docs/domain.md, Coverage of villages)."""
    has_model = sa.exists().where(emulation_model.c.unit_id == unit.c.id, emulation_model.c.year_id == year_id, COUNTED)
    covered = sa.func.sum(sa.case((has_model, 1), else_=0))
    row = connection.execute(
        sa.select(covered, sa.func.count()).where(unit.c.level == "village", unit.c.valid_to.is_(None), within(scope))
    ).one()
    return int(row[0] or 0), int(row[1])


def written(stated: Quantity | None) -> str:
    """A sum as people write it; nothing when there is none."""
    return "" if stated is None else spoken_quantity(stated)
