"""Models in two lines, for whoever compares many of them: what was reached, and what the inspection gave.

Some statements for all models together, none for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.dialects import any_of
from workflow.ground.reading.quantities import Quantity, spoken_quantity
from workflow.ground.reading.text import shorten
from workflow.ground.schema import inspection, measure, quantity, results_report, score, score_band
from workflow.ground.speech import _

LONGEST_SUMMARY: Final = 240


@dataclass(frozen=True, slots=True)
class Brief:
    """One model. summary: of its report, shortened. results, targets: figures as written. total: None before an inspection."""

    summary: str = ""
    results: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    total: Decimal | None = None
    band: str = ""


def briefs(connection: Connection, year_id: int, model_ids: Sequence[int]) -> dict[int, Brief]:
    """A brief of every model, of one programme year. Visibility is the caller's."""
    ids = list(model_ids)
    summaries = {
        row.model_id: shorten(row.summary, LONGEST_SUMMARY)
        for row in connection.execute(
            sa.select(results_report.c.model_id, results_report.c.summary).where(any_of(results_report.c.model_id, ids))
        )
    }
    figures = _figures(connection, ids)
    totals = _totals(connection, ids)
    bands = [
        (row.from_points, _(row.label))
        for row in connection.execute(
            sa.select(score_band.c.label, score_band.c.from_points)
            .where(score_band.c.year_id == year_id)
            .order_by(score_band.c.from_points.desc())
        )
    ]
    return {
        key: Brief(
            summaries.get(key, ""),
            tuple(figures.get((key, "result"), ())),
            tuple(figures.get((key, "target"), ())),
            totals.get(key),
            _band(bands, totals.get(key)),
        )
        for key in ids
    }


def _figures(connection: Connection, ids: list[int]) -> dict[tuple[int, str], list[str]]:
    rows = connection.execute(
        sa.select(
            quantity.c.model_id,
            quantity.c.purpose,
            quantity.c.value,
            quantity.c.qualifier,
            measure.c.unit,
            measure.c.label,
        )
        .join(measure, measure.c.id == quantity.c.measure_id)
        .where(any_of(quantity.c.model_id, ids))
        .order_by(measure.c.position, quantity.c.id)
    )
    found: dict[tuple[int, str], list[str]] = {}
    for row in rows:
        written = spoken_quantity(Quantity(Decimal(f"{row.value.normalize():f}"), row.unit, row.qualifier))
        found.setdefault((row.model_id, row.purpose), []).append(f"{_(row.label)}: {written}")
    return found


def _totals(connection: Connection, ids: list[int]) -> dict[int, Decimal]:
    """The score of the latest concluded inspection of each."""
    latest = (
        sa.select(sa.func.max(inspection.c.id))
        .where(any_of(inspection.c.model_id, ids), inspection.c.concluded_at.is_not(None))
        .group_by(inspection.c.model_id)
    )
    rows = connection.execute(
        sa.select(inspection.c.model_id, sa.func.sum(score.c.points).label("total"))
        .join(score, score.c.inspection_id == inspection.c.id)
        .where(inspection.c.id.in_(latest))
        .group_by(inspection.c.model_id)
    )
    return {row.model_id: Decimal(str(row.total)) for row in rows}


def _band(bands: Sequence[tuple[int, str]], total: Decimal | None) -> str:
    return "" if total is None else next((label for from_points, label in bands if from_points <= total), "")
