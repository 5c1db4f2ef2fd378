"""What there is to choose from on the form of a transition, and what was recorded before and need not be typed again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.access import Actor
from workflow.core.lifecycles.terms import Transition
from workflow.core.programmes import stored
from workflow.ground.schema import programme_year
from workflow.stages.implementation import commands as implementation
from workflow.stages.inspection import commands as inspection
from workflow.stages.recognition.dossier import submission_of
from workflow.stages.recognition.view import DecisionView, SubmissionView, decisions, submissions
from workflow.stages.registration.model_quantities import ModelQuantity, quantities
from workflow.stages.review.view import MeetingSummary, meetings


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the year, to be chosen for a figure."""

    code: str
    label: str
    unit: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """Facts of a model that were written down before the step; None where there are none."""

    plan: str | None = None
    start_date: date | None = None
    summary: str | None = None
    evidence_note: str | None = None
    finding: str | None = None
    mend_by: date | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """What the facts of a step may name, empty where the step names none or the year has none.

    items: of the registration form, what the year calls each by code; decisions: the latest of the kind the step leaves;
    meetings: those being prepared; submissions: those that have the model.
    """

    items: Mapping[str, str] = field(default_factory=dict)
    decisions: tuple[DecisionView, ...] = ()
    meetings: tuple[MeetingSummary, ...] = ()
    submissions: tuple[SubmissionView, ...] = ()
    measures: tuple[Measure, ...] = ()
    results: tuple[ModelQuantity, ...] = ()
    recorded: Recorded = Recorded()


def offers_for(
    connection: Connection, actor: Actor, model: sa.Row[Any], step: Transition, *, whole_year: bool = False
) -> Offers:
    """Choices for the facts of one step of a model (row of `context.MODEL`).

    whole_year: the form is about many models of its year, so nothing of this one is filled in.
    """
    names = {fact.name for fact in step.facts}
    types = {fact.type for fact in step.facts}
    wanted = "revocation" if step.record == "revocation" else "recognition"
    year = _year(connection, model.year_id) if types & {"meeting", "submission"} else 0
    papers = submissions(connection, actor, year) if "submission" in types else ()
    return Offers(
        items=stored.item_labels(connection, model.year_id) if "items" in names else {},
        decisions=decisions(connection, actor, kind=wanted).rows if "decision" in types else (),
        meetings=tuple(
            one for one in (meetings(connection, actor, year) if "meeting" in types else ()) if one.status == "prepared"
        ),
        submissions=tuple(one for one in papers if whole_year or one.id == submission_of(connection, model.id, one.id)),
        measures=measures_of(connection, model.year_id) if "results" in names else (),
        results=() if whole_year or "results" not in names else tuple(quantities(connection, model.id, "result")),
        recorded=Recorded() if whole_year else _recorded(connection, model.id, names),
    )


def measures_of(connection: Connection, year_id: int) -> tuple[Measure, ...]:
    """The measures of a year in their order."""
    return tuple(Measure(row.code, row.label, row.unit) for row in stored.measures(connection, year_id))


def _recorded(connection: Connection, model_id: int, names: Collection[str]) -> Recorded:
    plan = implementation.plan_of(connection, model_id) if "plan" in names else None
    report = implementation.results_of(connection, model_id) if "summary" in names else None
    record = inspection.open_record(connection, model_id) if "finding" in names else None
    return Recorded(
        plan=plan.content if plan else None,
        start_date=plan.start_date if plan else None,
        summary=report.summary if report else None,
        evidence_note=report.evidence_note if report else None,
        finding=record.shortcomings if record else None,
        mend_by=record.mend_by if record else None,
    )


def _year(connection: Connection, year_id: int) -> int:
    return int(connection.execute(sa.select(programme_year.c.year).where(programme_year.c.id == year_id)).scalar_one())
