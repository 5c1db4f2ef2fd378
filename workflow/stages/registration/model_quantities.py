"""Targets and results of a model: what a person wrote for a measure becomes a value in that measure's own unit.

Reading one written quantity is in `quantities.py`; which measures there are belongs to the programme year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.programmes import stored
from workflow.core.programmes.year import Measure
from workflow.ground.reading.names import Called
from workflow.ground.reading.quantities import UNIT_ALIASES, Quantity, format_quantity, parse_quantity, spoken_quantity
from workflow.ground.reading.text import clean, identity, shorten
from workflow.ground.refusals import InvalidInput, Refusal
from workflow.ground.schema import measure, quantity
from workflow.ground.speech import _
from workflow.stages.registration.events import FigureWritten

Purpose = Literal["target", "result"]

MOST_ROWS = 60
_LONGEST_NOTE = 300
# A NUMERIC passes through a float on SQLite: fifteen digits come back as they went in, more do not.
_MOST_DIGITS = 15
_MOST_DECIMALS = 4

# Exact factors between metric units; a unit that is not here is never converted.
_FACTORS: Mapping[tuple[str, str], Decimal] = {
    ("m", "km"): Decimal("0.001"),
    ("ha", "m²"): Decimal(10_000),
    ("km²", "m²"): Decimal(1_000_000),
    ("tấn", "kg"): Decimal(1_000),
    ("tạ", "kg"): Decimal(100),
    ("yến", "kg"): Decimal(10),
}


@dataclass(frozen=True, slots=True)
class QuantityInput:
    """One row as typed. measure: code, label or alias; value: the way offices write it ("1,139 tỷ", "trên 350")."""

    measure: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ModelQuantity:
    """One target or result of a model, in the unit of its measure."""

    measure_id: int
    code: str
    label: str
    quantity: Quantity
    note: str = ""
    outlier_above: Decimal | None = None

    @property
    def written(self) -> str:
        """The way it is typed again: "trên 350 ngày công"."""
        return format_quantity(self.quantity)

    @property
    def said(self) -> str:
        """The same in the language spoken now."""
        return spoken_quantity(self.quantity)

    @property
    def figure(self) -> FigureWritten:
        """For the history: exact digits, no float."""
        return FigureWritten(
            self.code, f"{self.quantity.value:f}", self.quantity.unit or "", self.quantity.qualifier, self.note
        )


class Measures:
    """The measures of one year, found by code, label or alias; without accents when none is called exactly so."""

    def __init__(self, rows: Sequence[Measure]) -> None:
        self._called = Called((name, row) for row in rows for name in _names(row))
        self._labels = ", ".join(_(row.label) for row in rows)
        self._spellings = {
            row.code: {identity(spelling): row.unit for spelling in (row.unit, *row.unit_aliases)} for row in rows
        }

    @classmethod
    def of_year(cls, connection: Connection, year_id: int) -> Measures:
        """Those of a stored programme year."""
        return cls(stored.measures(connection, year_id))

    def read(self, rows: Sequence[QuantityInput], form_field: str) -> tuple[list[ModelQuantity], dict[str, str]]:
        """What the rows mean, and a sentence per field (`results-0-value`) that cannot be used. Empty rows are left out."""
        found: list[ModelQuantity] = []
        problems: dict[str, str] = {}
        if len(rows) > MOST_ROWS:
            return [], {
                form_field: _(
                    "Có %(count)s dòng số liệu, tối đa %(most_rows)s. Hãy gộp bớt.",
                    count=len(rows),
                    most_rows=MOST_ROWS,
                )
            }
        for index, row in enumerate(rows):
            if not (row.measure.strip() or row.value.strip() or row.note.strip()):
                continue
            try:
                found.append(self._one(row))
            except InvalidInput as refusal:
                problems |= {f"{form_field}-{index}-{name}": text for name, text in refusal.problems.items()}
        return found, problems

    def _one(self, written: QuantityInput) -> ModelQuantity:
        row = self._meant(clean(written.measure[:500]))
        note = clean(written.note)
        if len(note) > _LONGEST_NOTE:
            raise InvalidInput(
                {
                    "note": _(
                        "Ghi chú dài %(count)s ký tự, tối đa %(longest_note)s. Hãy rút gọn.",
                        count=len(note),
                        longest_note=_LONGEST_NOTE,
                    )
                }
            )
        own = self._spellings.get(row.code, {})
        try:
            read = parse_quantity(
                written.value,
                unit_aliases={**UNIT_ALIASES, identity(_(row.unit)): row.unit, identity(row.unit): row.unit, **own},
            )
        except Refusal as refusal:
            raise InvalidInput({"value": refusal.message}) from None
        return ModelQuantity(row.id, row.code, _(row.label), _in_unit(read, row), note, row.outlier_above)

    def _meant(self, named: str) -> Measure:
        found = self._called.find(named)
        if len(found) == 1:
            return found[0]
        if found:
            sentence = stored.which(named, [_(one.label) for one in found])
        elif named:
            shown = shorten(named, 60)
            sentence = _("Không có chỉ số «%(named)s». Hãy chọn: %(labels)s.", named=shown, labels=self._labels)
        else:
            sentence = _("Hãy chọn chỉ số: %(labels)s.", labels=self._labels)
        raise InvalidInput({"measure": sentence})


def _names(row: Measure) -> tuple[str, ...]:
    """What a measure may be called: in the language spoken now as well."""
    return (row.code, row.label, _(row.label), *row.aliases)


def _in_unit(read: Quantity, row: Measure) -> Quantity:
    """The quantity in the unit of the measure: taken as that unit when none was written, converted where that is exact."""
    value = read.value
    if read.unit is not None and read.unit != row.unit:
        factor = _FACTORS.get((read.unit, row.unit))
        if factor is None:
            raise InvalidInput(
                {
                    "value": _(
                        "«%(label)s» tính bằng %(unit)s, không phải %(unit_2)s. Hãy quy đổi.",
                        label=_(row.label),
                        unit=_(row.unit),
                        unit_2=shorten(read.unit, 30),
                    )
                }
            )
        value *= factor
    value = value.normalize()
    _sign, digits, exponent = value.as_tuple()
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    if decimals > _MOST_DECIMALS or max(len(digits), value.adjusted() + 1 + decimals) > _MOST_DIGITS:
        raise InvalidInput(
            {
                "value": _(
                    "Số có quá nhiều chữ số: tối đa %(most_digits)s, trong đó %(most_decimals)s số lẻ. Hãy kiểm tra lại.",
                    most_digits=_MOST_DIGITS,
                    most_decimals=_MOST_DECIMALS,
                )
            }
        )
    return Quantity(Decimal(f"{value:f}"), row.unit, read.qualifier)


def doubts(rows: Sequence[ModelQuantity]) -> tuple[str, ...]:
    """Sentences about values that are very probably a wrong unit. They warn and never block."""
    return tuple(
        _(
            "«%(label)s»: %(written)s lớn bất thường (thường không quá %(outlier_above)s). Số đã được lưu; hãy"
            " kiểm tra lại đơn vị tính.",
            label=row.label,
            written=row.said,
            outlier_above=spoken_quantity(Quantity(row.outlier_above, row.quantity.unit)),
        )
        for row in rows
        if row.outlier_above is not None and row.quantity.value > row.outlier_above
    )


def quantities(connection: Connection, model_id: int, purpose: Purpose) -> list[ModelQuantity]:
    """The targets or results of a model in the programme's order (index ix_quantity_model_id)."""
    rows = connection.execute(
        sa.select(
            measure.c.id,
            measure.c.code,
            measure.c.label,
            measure.c.unit,
            measure.c.outlier_above,
            quantity.c.value,
            quantity.c.qualifier,
            quantity.c.note,
        )
        .join(measure, measure.c.id == quantity.c.measure_id)
        .where(quantity.c.model_id == model_id, quantity.c.purpose == purpose)
        .order_by(measure.c.position, quantity.c.id)
    )
    return [
        ModelQuantity(
            row.id,
            row.code,
            _(row.label),
            Quantity(Decimal(f"{row.value.normalize():f}"), row.unit, row.qualifier),
            row.note,
            row.outlier_above,
        )
        for row in rows
    ]


def as_rows(model_id: int, purpose: Purpose, rows: Sequence[ModelQuantity]) -> list[dict[str, Any]]:
    """Rows for the table `quantity`."""
    return [
        {
            "model_id": model_id,
            "purpose": purpose,
            "measure_id": row.measure_id,
            "value": row.quantity.value,
            "qualifier": row.quantity.qualifier,
            "note": row.note,
        }
        for row in rows
    ]


def replace(connection: Connection, model_id: int, purpose: Purpose, rows: Sequence[ModelQuantity]) -> None:
    """Put these in the place of what was kept. The caller holds the model."""
    connection.execute(sa.delete(quantity).where(quantity.c.model_id == model_id, quantity.c.purpose == purpose))
    if rows:
        connection.execute(sa.insert(quantity), as_rows(model_id, purpose, rows))
