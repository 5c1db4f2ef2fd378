"""What there is to choose from on the form of a transition, and what was recorded before and need not be typed again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from web.forms.transition import Offers
from web.presentation import ITEMS, day, shown_day
from workflow.access import Actor
from workflow.definitions.lifecycle import Transition
from workflow.implementation import implementation
from workflow.inspection import inspection
from workflow.programmes import programme
from workflow.recognition.dossier import submission_of
from workflow.recognition.recognition_view import decisions, submissions
from workflow.registration import registration
from workflow.review.review_view import meetings
from workflow.schema import programme_year


def offers_for(
    connection: Connection, actor: Actor, model: sa.Row[Any], step: Transition, *, whole_year: bool = False
) -> Offers:
    """Choices for the facts of one step. whole_year: the form is about many models, so nothing of this one is filled in."""
    names = {fact.name for fact in step.facts}
    types = {fact.type for fact in step.facts}
    year = connection.execute(sa.select(programme_year.c.year).where(programme_year.c.id == model.year_id)).scalar_one()
    wanted = "revocation" if step.record == "revocation" else "recognition"
    return Offers(
        decisions=[
            (str(one.id), f"{one.written}, {shown_day(one.dated)}, {one.issuer_name}")
            for one in (decisions(connection, actor) if "decision" in types else ())
            if one.type == wanted
        ],
        meetings=[
            (str(one.id), f"{one.title}, {shown_day(one.held_on)}")
            for one in (meetings(connection, actor, year) if "meeting" in types else ())
            if one.status == "prepared"
        ],
        submissions=[
            (str(one.id), f"{one.number or one.id} – {one.unit_name} ({one.listed})")
            for one in (submissions(connection, actor, year) if "submission" in types else ())
            if whole_year or one.id == submission_of(connection, model.id, one.id)
        ],
        items=[(item, str(label)) for item, label in ITEMS.items()],
        measures=programme.measures(connection, model.year_id) if "results" in names else (),
        results=() if whole_year or "results" not in names else registration.quantities(connection, model.id, "result"),
        present={} if whole_year else _present(connection, model, names),
    )


def _present(connection: Connection, model: sa.Row[Any], names: set[str]) -> dict[str, str]:
    """Facts that were recorded before the step."""
    found: dict[str, str] = {}
    if "plan" in names and (plan := implementation.plan_of(connection, model.id)) is not None:
        found |= {"plan": plan.content, "start_date": day(plan.start_date)}
    if "summary" in names and (report := implementation.results_of(connection, model.id)) is not None:
        found |= {"summary": report.summary, "evidence_note": report.evidence_note}
    if "finding" in names:
        record = inspection.open_record(connection, model.id)
        if record is not None:
            found |= {"finding": record.shortcomings, "mend_by": day(record.mend_by)}
    return found
