"""The figures of a unit's report as of a moment: counted over the unit and everything below it, kept as canonical JSON.

The text that is kept is the very text that is hashed into the history; counted again as of its moment, it is the same text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.figures.cells import Scope
from workflow.across.figures.full_tally import full_tally
from workflow.core.labels import MODEL_KINDS
from workflow.core.lifecycles import store
from workflow.core.programmes import stored
from workflow.ground.reading.quantities import Quantity, format_quantity, sum_quantities
from workflow.ground.schema import unit
from workflow.ground.speech import _, speaking

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Measured:
    """What was aimed at and reached in one measure; None where nobody stated anything."""

    code: str
    label: str
    unit: str
    target: Quantity | None
    result: Quantity | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one unit or, added up, of several.

    fields, labels, states: code → label, in the order to show. models: (field, kind) → figure → models. villages: those with a
    model of their own, and all. Labels are those of the day the figures were counted.
    """

    year: int
    as_of: datetime
    fields: Mapping[str, str]
    labels: Mapping[str, str]
    models: Mapping[tuple[str, str], Mapping[str, int]]
    states: Mapping[str, int]
    state_labels: Mapping[str, str]
    registrants: Mapping[str, int]
    quantities: tuple[Measured, ...]
    inspections: int
    villages: tuple[int, int]

    def count(self, figure: str, field: str = "", kind: str = "") -> int:
        """Models of a figure: in one field or all, of one kind or both."""
        return sum(
            cell.get(figure, 0)
            for (of_field, of_kind), cell in self.models.items()
            if field in ("", of_field) and kind in ("", of_kind)
        )

    @property
    def found(self) -> dict[str, str]:
        """Figures that count any model, with their labels."""
        return {name: label for name, label in self.labels.items() if self.count(name)}

    @property
    def absent(self) -> tuple[str, ...]:
        """Labels of figures that count none."""
        return tuple(label for name, label in self.labels.items() if not self.count(name))

    @property
    def registered(self) -> int:
        """All models."""
        return self.count("registered")

    def measured(self, code: str) -> Measured | None:
        """The sums of one measure."""
        return next((one for one in self.quantities if one.code == code), None)

    def as_json(self) -> dict[str, Any]:
        """As it is kept and printed: JSON-ready, without cells that are zero."""
        return {
            "year": self.year,
            "as_of": self.as_of.astimezone(UTC).isoformat(timespec="microseconds"),
            "fields": list(self.fields.items()),
            "labels": list(self.labels.items()),
            "models": {
                f"{field}:{kind}": {name: n for name, n in sorted(cell.items()) if n}
                for (field, kind), cell in self.models.items()
            },
            "states": {name: n for name, n in self.states.items() if n},
            "state_labels": dict(self.state_labels),
            "registrants": dict(self.registrants),
            "quantities": [
                [one.code, one.label, one.unit, _told(one.target), _told(one.result)] for one in self.quantities
            ],
            "inspections": self.inspections,
            "villages": list(self.villages),
        }

    @property
    def text(self) -> str:
        """Canonical JSON: one way of writing it."""
        return _encode(self.as_json())

    @classmethod
    def of(cls, text: str) -> Figures:
        """Back from the text that was kept."""
        kept = json.loads(text)
        return cls(
            kept["year"],
            datetime.fromisoformat(kept["as_of"]),
            dict(kept["fields"]),
            dict(kept["labels"]),
            {tuple(cell.split(":")): counts for cell, counts in kept["models"].items()},
            kept["states"],
            kept["state_labels"],
            kept["registrants"],
            tuple(
                Measured(code, label, named, _read(target, named), _read(result, named))
                for code, label, named, target, result in kept["quantities"]
            ),
            kept["inspections"],
            (kept["villages"][0], kept["villages"][1]),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One figure then and now; `step` is the difference, empty for a sum that was not stated before."""

    label: str
    before: str
    now: str
    step: Decimal | None


def hashed(text: str) -> str:
    """SHA-256 of the text of figures, as the history names it."""
    return hashlib.sha256(text.encode()).hexdigest()


def counted(connection: Connection, year: int, unit_id: int, moment: datetime) -> Figures:
    """The figures of a unit with everything below it, just before a moment. Labels are Vietnamese: they are kept."""
    path = connection.execute(sa.select(unit.c.path).where(unit.c.id == unit_id)).scalar_one()
    with speaking(None):
        tally = full_tally(connection, year, Scope((path,)), moment=moment)
        definition = store.definition(connection, stored.year(connection, year).definition_hash)
        states = {state: definition.states[state].label for state in tally.states}
    return Figures(
        year,
        moment,
        {row.field: row.label for row in tally.rows if row.field and not row.kind},
        dict(tally.figures),
        {(row.field, row.kind): dict(row.figures) for row in tally.rows if row.field and row.kind},
        dict(tally.states),
        states,
        dict(tally.registrants or dict.fromkeys(MODEL_KINDS, 0)),
        tuple(Measured(one.code, one.label, one.unit, one.target, one.result) for one in tally.quantities or ()),
        tally.inspections or 0,
        tally.villages or (0, 0),
    )


def added_up(parts: Iterable[Figures], year: int, as_of: datetime) -> Figures:
    """The sum of figures of units that do not lie in one another; registrants of different units are different."""
    fields: dict[str, str] = {}
    labels: dict[str, str] = {}
    state_labels: dict[str, str] = {}
    models: dict[tuple[str, str], dict[str, int]] = {}
    states: dict[str, int] = {}
    registrants = dict.fromkeys(MODEL_KINDS, 0)
    measured: dict[str, list[Measured]] = {}
    inspections, with_models, villages = 0, 0, 0
    for part in parts:
        fields |= part.fields
        labels |= part.labels
        state_labels |= part.state_labels
        for key, cell in part.models.items():
            sums = models.setdefault(key, {})
            for name, n in cell.items():
                sums[name] = sums.get(name, 0) + n
        for state, n in part.states.items():
            states[state] = states.get(state, 0) + n
        for kind in MODEL_KINDS:
            registrants[kind] += part.registrants.get(kind, 0)
        for one in part.quantities:
            measured.setdefault(one.code, []).append(one)
        inspections += part.inspections
        with_models += part.villages[0]
        villages += part.villages[1]
    return Figures(
        year,
        as_of,
        fields,
        labels,
        models,
        states,
        state_labels,
        registrants,
        tuple(
            Measured(
                code, rows[0].label, rows[0].unit, _sum(one.target for one in rows), _sum(one.result for one in rows)
            )
            for code, rows in measured.items()
        ),
        inspections,
        (with_models, villages),
    )


def changes(before: Figures, now: Figures) -> list[Change]:
    """What is different since the last report: models by figure, results by measure, inspections."""
    found = []
    for name, label in now.labels.items():
        old, new = before.count(name), now.count(name)
        if old != new:
            found.append(Change(_(label), str(old), str(new), Decimal(new - old)))
    for one in now.quantities:
        earlier = before.measured(one.code)
        was, is_now = earlier.result if earlier else None, one.result
        if was != is_now:
            step = is_now.value - was.value if was is not None and is_now is not None else None
            found.append(Change(_(one.label), shown(was), shown(is_now), step))
    if before.inspections != now.inspections:
        step = Decimal(now.inspections - before.inspections)
        found.append(Change(_("Cuộc kiểm tra, thẩm định"), str(before.inspections), str(now.inspections), step))
    return found


def shown(stated: Quantity | None) -> str:
    """A sum as people write it ("trên 350 ngày công"); nothing when there is none."""
    return "" if stated is None else format_quantity(stated)


def _sum(parts: Iterable[Quantity | None]) -> Quantity | None:
    stated = [part for part in parts if part is not None]
    return sum_quantities(stated) if stated else None


def _told(stated: Quantity | None) -> list[str] | None:
    return None if stated is None else [f"{stated.value:f}", stated.qualifier]


def _read(told: list[Any] | None, named: str) -> Quantity | None:
    return None if told is None else Quantity(Decimal(told[0]), named, told[1])
