"""The tally of a programme year: field × kind with totals, registrants beside models, states; for now or as of a day.

'Registered' means submitted at least once and not withdrawn before acceptance. Every field of the programme is printed, in the
programme's order, also when it has no model: the district report of 2024 forgot one of five.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow import access, programme
from workflow.calendar import end_of_day
from workflow.schema import emulation_model, history, unit

KINDS = ("collective", "individual")


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
    unit_row: sa.Row[Any] | None = None,
    as_of: date | None = None,
    only: sa.ColumnElement[bool] | None = None,
) -> Tally:
    """Count the registered models of a year.

    unit_row: a unit (`code`, `path`) whose subtree is counted, None for all. as_of: the figures at the end of that day in
    Vietnam. only: a further condition, `access.visible(actor)` when a person asks. Index: ix_emulation_model_tally.
    """
    programme_year = programme.year(connection, year)
    where = [emulation_model.c.year_id == programme_year.id]
    if unit_row is not None:
        where.append(access.under(unit_row.path))
    if only is not None:
        where.append(only)
    source = emulation_model.join(unit, unit.c.id == emulation_model.c.unit_id)
    columns: tuple[Any, Any, Any]
    if as_of is None:
        columns = (emulation_model.c.field_id, emulation_model.c.kind, emulation_model.c.state)
        where.append(_registered(emulation_model.c.state))
    else:
        source, columns, conditions = _as_of(source, as_of)
        where.extend(conditions)
    counted = connection.execute(
        sa.select(*columns, sa.func.count()).select_from(source).where(*where).group_by(*columns)
    ).all()
    registrants = connection.execute(
        sa.select(
            sa.func.count(sa.distinct(sa.case((emulation_model.c.person_id.is_(None), emulation_model.c.unit_id)))),
            sa.func.count(sa.distinct(emulation_model.c.person_id)),
        )
        .select_from(source)
        .where(*where)
    ).one()
    by_cell: Counter[tuple[int, str]] = Counter()
    states: Counter[str] = Counter()
    for cell in counted:
        field_id, kind, state, models = tuple(cell)
        by_cell[field_id, kind] += models
        states[state] += models
    rows = tuple(
        TallyRow(f.code, f.label, by_cell[f.id, "collective"], by_cell[f.id, "individual"])
        for f in programme.fields(connection, programme_year.id)
    )
    total = TallyRow("", "Tổng", sum(row.collective for row in rows), sum(row.individual for row in rows))
    # Rows and columns reconcile: what is counted by state is what is counted by field.
    if total.total != states.total():
        raise RuntimeError("a model lies in a field that is not of its programme year")
    return Tally(
        year,
        unit_row.code if unit_row is not None else None,
        as_of,
        rows,
        total,
        dict(zip(KINDS, registrants, strict=True)),
        dict(sorted(states.items(), key=lambda item: (-item[1], item[0]))),
    )


def _registered(state: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.and_(
        emulation_model.c.submitted_at.is_not(None),
        sa.or_(state != "withdrawn", emulation_model.c.accepted_at.is_not(None)),
    )


def _as_of(source: sa.Join, day: date) -> tuple[sa.Join, tuple[Any, Any, Any], list[sa.ColumnElement[bool]]]:
    """The same question put to the history: each model's last entry before the end of the day."""
    moment = end_of_day(day)
    last = (
        sa.select(sa.func.max(history.c.seq))
        .where(history.c.subject == "model", history.c.subject_id == emulation_model.c.id, history.c.at < moment)
        .correlate(emulation_model)
        .scalar_subquery()
    )
    joined = source.join(
        history,
        sa.and_(history.c.subject == "model", history.c.subject_id == emulation_model.c.id, history.c.seq == last),
    )
    conditions = [
        emulation_model.c.submitted_at < moment,
        sa.or_(history.c.to_state != "withdrawn", emulation_model.c.accepted_at < moment),
    ]
    return joined, (history.c.field_id, history.c.kind, history.c.to_state), conditions
