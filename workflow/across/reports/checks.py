"""Figures that look wrong: they are named with what makes them doubtful, and go out once somebody has said a word to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.figures.cells import COUNTED
from workflow.across.reports.figures import Figures, shown
from workflow.core import access
from workflow.core.access import Actor
from workflow.ground.reading.quantities import format_number
from workflow.ground.schema import emulation_model, measure, quantity, unit
from workflow.ground.speech import _

BEYOND_TARGET: Final = 5
"""So many times the target is more than good work; default of ours."""
BEYOND_LAST: Final = 10
"""So many times what the last report said; default of ours."""
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Doubt:
    """One figure that looks wrong. id: by which a word is said to it; models: codes of those it comes from, as far as seen."""

    id: str
    sentence: str
    models: tuple[str, ...] = ()


def doubts(
    connection: Connection, actor: Actor, now: Figures, year_id: int, unit_path: str, before: Figures | None
) -> list[Doubt]:
    """Everything doubtful about the figures of a unit, by its own models and beside its last report. One statement."""
    found = _beyond_measure(connection, actor, year_id, unit_path)
    for one in now.quantities:
        if (
            one.target is not None
            and one.result is not None
            and 0 < one.target.value * BEYOND_TARGET <= one.result.value
        ):
            sentence = _(
                "«%(label)s»: kết quả %(result)s gấp %(times)s lần chỉ tiêu %(target)s.",
                label=_(one.label),
                result=shown(one.result),
                times=_times(one.result.value / one.target.value),
                target=shown(one.target),
            )
            found.append(Doubt(f"target.{one.code}", sentence))
    return found + (_beside_last(now, before) if before is not None else [])


def without_word(found: Sequence[Doubt], words: Mapping[str, str]) -> list[Doubt]:
    """Those to which nobody has said anything yet."""
    return [doubt for doubt in found if not words.get(doubt.id)]


def _beyond_measure(connection: Connection, actor: Actor, year_id: int, unit_path: str) -> list[Doubt]:
    """Results of single models above what a measure of the year takes for plausible: very probably a wrong unit."""
    rows = connection.execute(
        sa.select(
            measure.c.code.label("measure"),
            measure.c.label,
            measure.c.unit,
            measure.c.outlier_above,
            quantity.c.value,
            emulation_model.c.code,
            access.visible(actor).label("seen"),
        )
        .select_from(
            quantity.join(measure, measure.c.id == quantity.c.measure_id)
            .join(emulation_model, emulation_model.c.id == quantity.c.model_id)
            .join(unit, unit.c.id == emulation_model.c.unit_id)
        )
        .where(
            emulation_model.c.year_id == year_id,
            access.under(unit_path),
            COUNTED,
            quantity.c.purpose == "result",
            quantity.c.value > measure.c.outlier_above,
        )
        .order_by(measure.c.position, quantity.c.value.desc(), emulation_model.c.id)
    )
    by_measure: dict[str, list[sa.Row[Any]]] = {}
    for row in rows:
        by_measure.setdefault(row.measure, []).append(row)
    return [
        Doubt(
            f"measure.{code}",
            _(
                "«%(label)s»: %(count)s mô hình ghi hơn %(above)s %(unit)s, cao nhất %(most)s. Có thể nhầm đơn vị tính.",
                label=_(found[0].label),
                count=len(found),
                above=format_number(Decimal(str(found[0].outlier_above))),
                unit=_(found[0].unit),
                most=format_number(Decimal(str(found[0].value))),
            ),
            tuple(row.code for row in found if row.seen)[:_MOST_NAMED],
        )
        for code, found in by_measure.items()
    ]


def _beside_last(now: Figures, before: Figures) -> list[Doubt]:
    """Figures that fell, or rose beyond belief, since the last report: those of a year only grow."""
    found = []
    if now.registered < before.registered:
        sentence = _(
            "Số mô hình đăng ký giảm từ %(before)s xuống %(now)s so với báo cáo trước.",
            before=before.registered,
            now=now.registered,
        )
        found.append(Doubt("last.registered", sentence))
    for one in now.quantities:
        last = before.measured(one.code)
        if last is None or last.result is None or one.result is None:
            continue
        was, value = last.result.value, one.result.value
        if value < was:
            said = _("«%(label)s» giảm từ %(before)s xuống %(now)s so với báo cáo trước.")
        elif was > 0 and value >= was * BEYOND_LAST:
            said = _("«%(label)s» tăng từ %(before)s lên %(now)s so với báo cáo trước.")
        else:
            continue
        found.append(
            Doubt(
                f"last.{one.code}",
                said % {"label": _(one.label), "before": shown(last.result), "now": shown(one.result)},
            )
        )
    return found


def _times(ratio: Decimal) -> str:
    return format_number(ratio.quantize(Decimal("0.1")))
