"""The figures of a full tally as they were at a moment, put to the history: asked again later they are the same.

What a model's row no longer tells (its state, field, origin and quantities then) is read from the entries before the moment, or
from what the first entry after it says was there before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.figures.cells import Scope
from workflow.core import access
from workflow.core.events import read, told
from workflow.core.lifecycles.terms import Definition
from workflow.ground.dialects import any_of
from workflow.ground.reading.quantities import Quantity, sum_quantities
from workflow.ground.schema import change_request, emulation_model, history, inspection, measure, quantity, unit
from workflow.ground.speech import _
from workflow.ground.validity import valid_on
from workflow.ground.vietnam_time import local_date
from workflow.stages.implementation.events import ResultsReported, ResultsSaved
from workflow.stages.registration.events import FigureWritten, FormChanges, FormEdited

_model = emulation_model.c
_MARKED, _UNMARKED = "outstanding_marked", "outstanding_unmarked"
_OF_MODEL: Final = sa.and_(history.c.subject == "model", history.c.subject_id == _model.id)


@dataclass(frozen=True, slots=True)
class MeasuredSum:
    """What was aimed at and what was reached in one measure; None where nobody stated anything."""

    code: str
    label: str
    unit: str
    target: Quantity | None
    result: Quantity | None


class Then:
    """Models of a year in a scope at a moment: handed in before it, and not withdrawn before they were accepted."""

    def __init__(
        self, connection: Connection, year_id: int, scope: Scope, definition: Definition, moment: datetime
    ) -> None:
        self._connection = connection
        self._definition = definition
        self._year_id = year_id
        self._scope = scope
        self._moment = moment
        last = sa.select(sa.func.max(history.c.seq)).where(_OF_MODEL, history.c.at < moment).correlate(emulation_model)
        self._models = emulation_model.join(unit, unit.c.id == _model.unit_id).join(
            history, sa.and_(_OF_MODEL, history.c.seq == last.scalar_subquery())
        )
        self._where = [
            _model.year_id == year_id,
            within(scope),
            _model.submitted_at < moment,
            sa.or_(history.c.to_state != "withdrawn", _model.accepted_at < moment),
        ]
        self._edited = self._edited_since()

    def counts(self) -> Counter[tuple[Any, ...]]:
        """Models by (field, kind, state, origin, late, outstanding, inspected, proposed)."""
        columns: list[sa.ColumnElement[Any]] = [
            history.c.field_id,
            history.c.kind,
            history.c.to_state,
            _model.origin,
            _model.late,
            self._outstanding(),
            self._passed(_model.inspected_at, "mark_inspected"),
            self._passed(_model.proposed_at, "mark_proposed"),
        ]
        corrected = self._origins_before()
        others = [~any_of(_model.id, sorted(corrected))] if corrected else []
        rows = self._connection.execute(
            sa.select(*columns, sa.func.count())
            .select_from(self._models)
            .where(*self._where, *others)
            .group_by(*(sa.literal_column(str(place)) for place in range(1, len(columns) + 1)))
        )
        found = Counter({tuple(row)[:-1]: int(row[-1]) for row in rows})
        if corrected:
            columns[3] = _model.id
            chosen = (
                sa.select(*columns).select_from(self._models).where(*self._where, any_of(_model.id, sorted(corrected)))
            )
            for row in self._connection.execute(chosen):
                cell = list(row)
                cell[3] = corrected[cell[3]]
                found[tuple(cell)] += 1
        return found

    def registrants(self) -> dict[str, int]:
        """How many units registered collective models and how many people individual ones."""
        collective = sa.case((_model.person_id.is_(None), _model.unit_id))
        row = self._connection.execute(
            sa.select(sa.func.count(sa.distinct(collective)), sa.func.count(sa.distinct(_model.person_id)))
            .select_from(self._models)
            .where(*self._where)
        ).one()
        return {"collective": int(row[0]), "individual": int(row[1])}

    def renamed(self) -> list[tuple[int, str, int]]:
        """(field, kind, models) whose name had been changed by an approved request."""
        asked = sa.select(change_request.c.model_id).where(
            change_request.c.status == "approved",
            change_request.c.subject == "name",
            change_request.c.decided_at < self._moment,
        )
        rows = self._connection.execute(
            sa.select(history.c.field_id, history.c.kind, sa.func.count())
            .select_from(self._models)
            .where(*self._where, _model.id.in_(asked))
            .group_by(history.c.field_id, history.c.kind)
        )
        return [(row[0], row[1], int(row[2])) for row in rows]

    def inspections(self) -> int:
        """Inspections that had come to a conclusion."""
        return int(
            self._connection.execute(
                sa.select(sa.func.count())
                .select_from(self._models.join(inspection, inspection.c.model_id == _model.id))
                .where(*self._where, inspection.c.concluded_at < self._moment)
            ).scalar_one()
        )

    def villages(self) -> tuple[int, int]:
        """Villages with a model of their own, and all villages there were on that day."""
        day = local_date(self._moment)
        there = [
            unit.c.level == "village",
            valid_on(unit, day),
        ]
        covered = self._connection.execute(
            sa.select(sa.func.count(sa.distinct(_model.unit_id))).select_from(self._models).where(*self._where, *there)
        ).scalar_one()
        every = self._connection.execute(
            sa.select(sa.func.count()).select_from(unit).where(within(self._scope), *there)
        ).scalar_one()
        return int(covered), int(every)

    def quantities(self) -> tuple[MeasuredSum, ...]:
        """Targets and results by measure: what stands now, but for models written on since, whose history tells."""
        ids = sa.select(_model.id).select_from(self._models).where(*self._where)
        rewritten = self._results_before()
        stated: list[tuple[int, str, str, Decimal]] = []
        for purpose, others in (("target", self._targets_before()), ("result", rewritten)):
            rows = self._connection.execute(
                sa.select(quantity.c.measure_id, quantity.c.qualifier, sa.func.sum(quantity.c.value))
                .where(quantity.c.purpose == purpose, quantity.c.model_id.in_(ids))
                .where(*([~any_of(quantity.c.model_id, sorted(others))] if others else []))
                .group_by(quantity.c.measure_id, quantity.c.qualifier)
            )
            stated += [(row[0], purpose, row[1], Decimal(str(row[2]))) for row in rows]
        measures = measures_of(self._connection, self._year_id)
        keys = {one.code: one.id for one in measures}
        for purpose, others in (("target", self._targets_before()), ("result", rewritten)):
            stated += [
                (keys[row.measure], purpose, row.qualifier, Decimal(row.value))
                for rows_then in others.values()
                for row in rows_then
                if row.measure in keys
            ]
        return summed(measures, stated)

    def _outstanding(self) -> sa.ColumnElement[bool]:
        """What the last mark before the moment says: a mark of its own, the recognition with it, or the revocation."""
        marks = history.alias("marks")
        takes = {
            effect: [step.trigger for step in self._definition.transitions if effect in step.effects]
            for effect in ("mark_recognised", "mark_revoked")
        }
        said = sa.case(
            (marks.c.trigger == _MARKED, sa.true()),
            # The payload is canonical JSON: one way of writing it.
            (marks.c.trigger.in_(takes["mark_recognised"]), marks.c.payload.contains('"outstanding":true')),
            else_=sa.false(),
        )
        last = (
            sa.select(said)
            .where(marks.c.subject == "model", marks.c.subject_id == _model.id, marks.c.at < self._moment)
            .where(marks.c.trigger.in_([_MARKED, _UNMARKED, *takes["mark_recognised"], *takes["mark_revoked"]]))
            .order_by(marks.c.seq.desc())
            .limit(1)
            .correlate(emulation_model)
            .scalar_subquery()
        )
        # Only a recognised model can be outstanding: the question is put to few.
        return sa.case((_model.recognised_at < self._moment, sa.func.coalesce(last, sa.false())), else_=sa.false())

    def _passed(self, at: sa.ColumnElement[datetime | None], effect: str) -> sa.ColumnElement[bool]:
        """Whether a step with this effect was taken; `at` keeps only the latest time it was."""
        reached = sorted({step.target for step in self._definition.transitions if effect in step.effects})
        entries = history.alias("passed")
        before = (
            sa.exists()
            .where(entries.c.subject == "model", entries.c.subject_id == _model.id, entries.c.at < self._moment)
            .where(entries.c.to_state.in_(reached), entries.c.from_state != entries.c.to_state)
            .correlate(emulation_model)
        )
        return sa.case((at.is_(None), sa.false()), (at < self._moment, sa.true()), else_=before)

    def _entries_since(self, triggers: tuple[str, ...]) -> sa.Select[Any]:
        """Entries of these kinds, of models in the scope, from the moment on."""
        return (
            sa.select(history.c.subject_id, history.c.trigger, history.c.payload)
            .select_from(
                history.join(emulation_model, history.c.subject_id == _model.id).join(unit, unit.c.id == _model.unit_id)
            )
            .where(history.c.subject == "model", history.c.at >= self._moment, history.c.trigger.in_(triggers))
            .where(_model.year_id == self._year_id, within(self._scope), _model.submitted_at < self._moment)
            .order_by(history.c.subject_id, history.c.seq)
        )

    def _edited_since(self) -> Sequence[tuple[int, FormChanges]]:
        """What was changed in forms given back, by model, the oldest first."""
        rows = self._connection.execute(self._entries_since((FormEdited.trigger,)))
        return [(row.subject_id, read(FormEdited, row.payload).changed) for row in rows]

    def _origins_before(self) -> Mapping[int, str]:
        """Where models came from before the first change of that."""
        # The latest first, so that the first change is what stays.
        return {key: changed.origin.before for key, changed in reversed(self._edited) if changed.origin is not None}

    def _targets_before(self) -> Mapping[int, tuple[FigureWritten, ...]]:
        return {key: changed.targets.before for key, changed in reversed(self._edited) if changed.targets is not None}

    def _results_before(self) -> Mapping[int, tuple[FigureWritten, ...]]:
        """Results as they stood, of models whose results were written since."""
        writes = (ResultsSaved.trigger, *(t.trigger for t in self._definition.transitions if t.record == "results"))
        since = {
            row.subject_id
            for row in self._connection.execute(self._entries_since(writes))
            if _results(row.trigger, row.payload) is not None
        }
        found: dict[int, tuple[FigureWritten, ...]] = dict.fromkeys(since, ())
        if since:
            rows = self._connection.execute(
                sa.select(history.c.subject_id, history.c.trigger, history.c.payload)
                .where(history.c.subject == "model", any_of(history.c.subject_id, sorted(since)))
                .where(history.c.at < self._moment, history.c.trigger.in_(writes))
                .order_by(history.c.subject_id, history.c.seq)
            )
            for row in rows:
                results = _results(row.trigger, row.payload)
                if results is not None:
                    found[row.subject_id] = results
        return found


_WRITING: Final = (ResultsSaved, ResultsReported)


def _results(trigger: str, payload: str) -> tuple[FigureWritten, ...] | None:
    """The figures that an entry holds, whether they were saved or handed in."""
    return next((one.results for one in told("model", trigger, payload) if isinstance(one, _WRITING)), None)


def within(scope: Scope) -> sa.ColumnElement[bool]:
    """`unit` lies in the scope."""
    return sa.or_(
        sa.false(),
        *(access.under(path) for path in scope.paths),
        *([any_of(unit.c.id, list(scope.units))] if scope.units else []),
    )


def measures_of(connection: Connection, year_id: int) -> list[sa.Row[Any]]:
    """The measures of a year in the order to show."""
    return list(connection.execute(sa.select(measure).where(measure.c.year_id == year_id).order_by(measure.c.position)))


def summed(measures: list[sa.Row[Any]], stated: list[tuple[int, str, str, Decimal]]) -> tuple[MeasuredSum, ...]:
    """Rows of (measure, purpose, qualifier, value) added up; different qualifiers are added by the rule for them."""
    found = []
    for one in measures:
        sums: dict[str, Quantity | None] = {}
        for purpose in ("target", "result"):
            parts = [
                Quantity(value, one.unit, qualifier)  # type: ignore[arg-type]
                for measure_id, of, qualifier, value in stated
                if (measure_id, of) == (one.id, purpose)
            ]
            sums[purpose] = sum_quantities(parts) if parts else None
        if any(sums.values()):
            found.append(MeasuredSum(one.code, _(one.label), _(one.unit), sums["target"], sums["result"]))
    return tuple(found)
