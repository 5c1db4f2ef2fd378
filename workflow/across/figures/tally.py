"""The tally of a programme year: field × kind with totals, registrants beside models, states; for now or as of a day.

'Registered' means submitted at least once and not withdrawn before acceptance. Every field of the programme is printed, in the
programme's order, also when it has no model: the district report of 2024 forgot one of five.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.figures.cells import Scope, counts
from workflow.core.labels import MODEL_KINDS
from workflow.core.people.unit import Unit
from workflow.core.programmes import stored
from workflow.core.programmes.year import Year
from workflow.ground.prepared import Prepared
from workflow.ground.schema import emulation_model, history, unit
from workflow.ground.speech import _
from workflow.ground.vietnam_time import end_of_day


@dataclass(frozen=True, slots=True)
class TallyRow:
    """Models of one field (or of all)."""

    field: str
    label: str
    collective: int
    individual: int

    @property
    def total(self) -> int:
        """Both kinds."""
        return self.collective + self.individual

    def as_json(self) -> dict[str, Any]:
        """As `dvk tally --format json` prints it."""
        return {
            "field": self.field,
            "label": self.label,
            "collective": self.collective,
            "individual": self.individual,
            "total": self.total,
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """The tally of one year over one unit's subtree (or everything), with the states the registered models are in."""

    year: int
    unit: str | None
    as_of: date | None
    rows: tuple[TallyRow, ...]
    total: TallyRow
    registrants: Mapping[str, int]
    states: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """As `dvk tally --format json` prints it."""
        total = self.total.as_json()
        return {
            "year": self.year,
            "unit": self.unit,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "rows": [row.as_json() for row in self.rows],
            "total": {key: total[key] for key in ("collective", "individual", "total")},
            "registrants": dict(self.registrants),
            "states": dict(self.states),
        }


def tally(
    connection: Connection,
    year: int,
    *,
    unit_row: Unit | None = None,
    as_of: date | None = None,
    only: sa.ColumnElement[bool] | None = None,
) -> Tally:
    """Count the registered models of a year.

    unit_row: a unit (`code`, `path`) whose subtree is counted, None for all. as_of: the figures at the end of that day in
    Vietnam. only: a further condition, `access.visible(actor)` when a person asks. Index: ix_emulation_model_tally.
    """
    programme_year = stored.year(connection, year)
    parameters: dict[str, Any] = {"year_id": programme_year.id}
    if unit_row is not None:
        parameters |= {"path": unit_row.path, "path_end": unit_row.path[:-1] + "0"}
    if as_of is not None:
        parameters["moment"] = end_of_day(as_of)
    counted: Sequence[sa.Row[Any]]
    registrants: Sequence[int]
    if only is None:
        cells, people = _prepared(unit_row is not None, as_of is not None)
        counted = cells.all(connection, parameters)
        registrants = people.all(connection, parameters)[0]
    else:
        cell_question, people_question = _questions(unit_row is not None, as_of is not None)
        counted = list(connection.execute(cell_question.where(only), parameters))
        registrants = connection.execute(people_question.where(only), parameters).all()[0]
    return _made(
        connection,
        programme_year,
        ((tuple(cell)[:3], cell.models) for cell in counted),
        dict(zip(MODEL_KINDS, registrants, strict=True)),
        unit_row,
        as_of,
    )


def kept_tally(connection: Connection, year: int, scope: Scope, *, unit_row: Unit | None = None) -> Tally:
    """The same from the counts that the database keeps: at once for a whole country, but without the registrants."""
    programme_year = stored.year(connection, year)
    counted = counts(connection, programme_year.id, scope, ("field_id", "kind", "state"))
    return _made(connection, programme_year, counted.items(), {}, unit_row, None)


def _made(
    connection: Connection,
    programme_year: Year,
    counted: Iterable[tuple[tuple[Any, ...], int]],
    registrants: Mapping[str, int],
    unit_row: Unit | None,
    as_of: date | None,
) -> Tally:
    by_cell: Counter[tuple[int, str]] = Counter()
    states: Counter[str] = Counter()
    for (field_id, kind, state), models in counted:
        by_cell[field_id, kind] += models
        states[state] += models
    rows = tuple(
        TallyRow(f.code, _(f.label), by_cell[f.id, "collective"], by_cell[f.id, "individual"])
        for f in stored.fields(connection, programme_year.id)
    )
    total = TallyRow("", _("Tổng"), sum(row.collective for row in rows), sum(row.individual for row in rows))
    # Rows and columns reconcile: what is counted by state is what is counted by field.
    if total.total != states.total():
        raise RuntimeError("a model lies in a field that is not of its programme year")
    return Tally(
        programme_year.year,
        unit_row.code if unit_row is not None else None,
        as_of,
        rows,
        total,
        registrants,
        dict(sorted(states.items(), key=lambda item: (-item[1], item[0]))),
    )


def _questions(within_unit: bool, dated: bool) -> tuple[sa.Select[Any], sa.Select[int, int]]:
    """The two questions of a tally: models by field, kind and state; registrants, collective and individual."""
    model = emulation_model.c
    where = [model.year_id == sa.bindparam("year_id"), model.submitted_at.is_not(None)]
    if within_unit:
        where += [unit.c.path >= sa.bindparam("path"), unit.c.path < sa.bindparam("path_end")]
    # "+ 0" and the hint: SQLite begins at the units of the subtree, also where nobody has analysed, not at the year.
    source = emulation_model.join(unit, model.unit_id == (unit.c.id + 0 if within_unit else unit.c.id))
    columns: tuple[sa.ColumnElement[Any], ...] = (model.field_id, model.kind, model.state)
    if dated:
        # Put to the history: each model's last entry before the end of the day.
        moment = sa.bindparam("moment", type_=history.c.at.type)
        last = (
            sa.select(sa.func.max(history.c.seq))
            .where(history.c.subject == "model", history.c.subject_id == model.id, history.c.at < moment)
            .correlate(emulation_model)
            .scalar_subquery()
        )
        entry = sa.and_(history.c.subject == "model", history.c.subject_id == model.id, history.c.seq == last)
        source = source.join(history, entry)
        columns = (history.c.field_id, history.c.kind, history.c.to_state)
        where += [model.submitted_at < moment, sa.or_(history.c.to_state != "withdrawn", model.accepted_at < moment)]
    else:
        where.append(sa.or_(model.state != "withdrawn", model.accepted_at.is_not(None)))
    collective = sa.case((model.person_id.is_(None), model.unit_id))
    models: sa.Select[Any] = sa.select(*columns, sa.func.count().label("models"))
    registrants = sa.select(
        sa.func.count(sa.distinct(collective)).label("collective"),
        sa.func.count(sa.distinct(model.person_id)).label("individual"),
    )
    if within_unit:
        registrants = registrants.with_hint(emulation_model, "INDEXED BY ix_emulation_model_unit_id", "sqlite")
    return (
        models.select_from(source).where(*where).group_by(*columns),
        registrants.select_from(source).where(*where),
    )


@cache
def _prepared(within_unit: bool, dated: bool) -> tuple[Prepared, Prepared]:
    cells, people = _questions(within_unit, dated)
    return Prepared(cells), Prepared(people)
