"""A model as one JSON document: everything on its records, what is possible, its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow import transition
from workflow.access import Actor
from workflow.implementation import attachments, comments, implementation
from workflow.inspection import inspection
from workflow.programmes import programme
from workflow.reading.quantities import format_quantity
from workflow.registration import change_requests, registration
from workflow.registration.model_quantities import Purpose, quantities
from workflow.review import review_result
from workflow.review.review_result import Result
from workflow.schema import (
    ITEMS,
    account,
    decision,
    emulation_model,
    field,
    history,
    programme_year,
    submission,
    unit,
)
from workflow.transition import Possibility


def document(connection: Connection, model: sa.Row[Any], actor: Actor | None, now: datetime) -> dict[str, Any]:
    """The model (row of `context.MODEL`) with its records. Without an actor `possible` and comments are empty."""
    definition = programme.definition(connection, model.definition_hash)
    found = transition.possible(connection, model, actor, now) if actor is not None else []
    return {
        **_head(connection, model),
        "state_label": definition.states[model.state].label,
        "stage": definition.states[model.state].stage,
        "possible": [_possibility(possibility) for possibility in found],
        "registration": _form(connection, model.id),
        "targets": _quantities(connection, model.id, "target"),
        "plan": _plan(connection, model.id),
        "results": _quantities(connection, model.id, "result"),
        "inspections": _inspections(connection, model.id),
        "review": _review(review_result.latest(connection, model.id)),
        "change_requests": [
            {
                "id": request.id,
                "subject": request.subject,
                "before": request.before,
                "after": request.after,
                "reason": request.reason,
                "status": request.status,
                "requested_by": request.requested_by,
                "decided_by": request.decided_by,
                "note": request.decision_note,
            }
            for request in change_requests.changes_of(connection, model.id)
        ],
        "attachments": [
            {
                "id": kept.id,
                "file_name": kept.file_name,
                "purpose": kept.purpose,
                "media_type": kept.media_type,
                "size": kept.size,
                "added_at": kept.added_at.isoformat(),
                "added_by": kept.added_by,
            }
            for kept in attachments.listing(connection, model.id)
        ],
        "comments": [
            {
                "id": said.id,
                "text": said.text,
                "audience": said.audience,
                "at": said.written_at.isoformat(),
                "by": said.author,
            }
            for said in (comments.of_model(connection, actor, model) if actor is not None else ())
        ],
    }


def entries(connection: Connection, model_id: int) -> list[dict[str, Any]]:
    """The history of a model, the oldest first. for: whom a deputy stood in for, or the registrant on whose behalf it was."""
    actor, principal = account.alias("actor"), account.alias("principal")
    rows = connection.execute(
        sa.select(history, actor.c.user_name.label("actor_name"), principal.c.user_name.label("principal_name"))
        .join(actor, actor.c.id == history.c.actor_id)
        .outerjoin(principal, principal.c.id == history.c.for_id)
        .where(history.c.subject == "model", history.c.subject_id == model_id)
        .order_by(history.c.seq)
    )
    return [
        {
            "seq": row.seq,
            "at": row.at.isoformat(),
            "actor": row.actor_name,
            "for": row.principal_name or row.behalf or None,
            "role": row.role,
            "trigger": row.trigger,
            "from": row.from_state,
            "to": row.to_state,
            "reason": row.reason,
            "hash": row.hash,
        }
        for row in rows
    ]


def _head(connection: Connection, model: sa.Row[Any]) -> dict[str, Any]:
    origin, merged = emulation_model.alias("origin"), emulation_model.alias("merged")
    revocation = decision.alias("revocation")
    moments = (
        "created_at",
        "submitted_at",
        "accepted_at",
        "started_at",
        "inspected_at",
        "proposed_at",
        "recognised_at",
        "public_agreed_at",
    )
    row = connection.execute(
        sa.select(
            *(emulation_model.c[name] for name in moments),
            emulation_model.c.late,
            emulation_model.c.outstanding,
            emulation_model.c.origin,
            programme_year.c.year,
            field.c.code.label("field_code"),
            field.c.label.label("field_label"),
            unit.c.code.label("unit_code"),
            origin.c.code.label("origin_code"),
            merged.c.code.label("merged_code"),
            submission.c.id.label("submission"),
            *_decision_columns(decision, "decision"),
            *_decision_columns(revocation, "revocation"),
        )
        .select_from(emulation_model)
        .join(programme_year, programme_year.c.id == emulation_model.c.year_id)
        .join(field, field.c.id == emulation_model.c.field_id)
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .outerjoin(origin, origin.c.id == emulation_model.c.origin_model_id)
        .outerjoin(merged, merged.c.id == emulation_model.c.merged_into_id)
        .outerjoin(submission, submission.c.id == emulation_model.c.submission_id)
        .outerjoin(decision, decision.c.id == emulation_model.c.decision_id)
        .outerjoin(revocation, revocation.c.id == emulation_model.c.revocation_id)
        .where(emulation_model.c.id == model.id)
    ).one()
    return {
        "code": model.code,
        "name": model.name,
        "year": row.year,
        "unit": {"code": row.unit_code, "name": model.unit_name, "level": model.unit_level},
        "person": model.person_name,
        "kind": model.kind,
        "field": {"code": row.field_code, "label": row.field_label},
        "state": model.state,
        "version": model.version,
        "definition": model.definition_hash,
        "late": row.late,
        "outstanding": row.outstanding,
        "origin": row.origin,
        "origin_model": row.origin_code,
        "merged_into": row.merged_code,
        "submission": row.submission,
        "decision": _paper(row._mapping, "decision"),
        "revocation": _paper(row._mapping, "revocation"),
        **{name: _moment(row._mapping[name]) for name in moments},
    }


def _decision_columns(table: sa.FromClause, prefix: str) -> list[sa.Label[Any]]:
    return [table.c[name].label(f"{prefix}_{name}") for name in ("number", "symbol", "dated", "signer")]


def _paper(columns: sa.RowMapping, prefix: str) -> dict[str, Any] | None:
    values = {name: columns[f"{prefix}_{name}"] for name in ("number", "symbol", "dated", "signer")}
    return None if values["number"] is None else values


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _possibility(possibility: Possibility) -> dict[str, Any]:
    return {
        "trigger": possibility.trigger,
        "label": possibility.label,
        "to": possibility.target,
        "allowed": possibility.allowed,
        "reasons": [
            {"code": reason.code, "guard": reason.guard, "message": reason.message} for reason in possibility.reasons
        ],
        "needs": [
            {"name": fact.name, "label": fact.label, "type": fact.type, "required": fact.required}
            for fact in possibility.needs
        ],
    }


def _form(connection: Connection, model_id: int) -> dict[str, Any] | None:
    row = registration.form(connection, model_id)
    if row is None:
        return None
    return {
        "items": {item: row._mapping[item] for item in ITEMS},
        "waived": list(row.waived),
        "representative": row.representative,
        "representative_position": row.representative_position,
        "phone": row.phone,
    }


def _quantities(connection: Connection, model_id: int, purpose: Purpose) -> list[dict[str, Any]]:
    return [
        {
            "measure": row.code,
            "label": row.label,
            "value": str(row.quantity.value),
            "unit": row.quantity.unit,
            "qualifier": row.quantity.qualifier,
            "text": format_quantity(row.quantity),
            "note": row.note,
        }
        for row in quantities(connection, model_id, purpose)
    ]


def _plan(connection: Connection, model_id: int) -> dict[str, Any] | None:
    row = implementation.plan_of(connection, model_id)
    return None if row is None else {"start_date": row.start_date, "content": row.content}


def _inspections(connection: Connection, model_id: int) -> list[dict[str, Any]]:
    return [
        {
            "id": view.id,
            "kind": view.kind,
            "held_on": view.held_on,
            "place": view.place,
            "members": [
                {"user_name": member.user_name, "full_name": member.full_name, "head": member.head}
                for member in view.members
            ],
            "scores": {score.criterion: None if score.points is None else str(score.points) for score in view.scores},
            "total": str(view.total),
            "band": view.band,
            "strengths": view.strengths,
            "shortcomings": view.shortcomings,
            "recommendations": view.recommendations,
            "mend_by": view.mend_by,
            "conclusion": view.conclusion,
            "version": view.version,
        }
        for view in inspection.of_model(connection, model_id)
    ]


def _review(result: Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    return {
        "meeting": result.meeting_id,
        "closed": result.closed,
        "members": result.members,
        "present": result.present,
        "quorum": result.quorum,
        "for": result.votes_for,
        "against": result.votes_against,
        "abstaining": result.votes_abstaining,
        "needed_votes": result.needed_votes,
        "carried": result.carried,
        "reason": result.reason,
    }


def summary(rows: Sequence[sa.Row[Any]]) -> list[dict[str, Any]]:
    """Rows of `listing.page` for `dvk model list`."""
    return [
        {
            "code": row.code,
            "name": row.name,
            "kind": row.kind,
            "field": row.field_label,
            "unit": row.unit_name,
            "person": row.person_name,
            "state": row.state,
            "late": row.late,
            "outstanding": row.outstanding,
            "version": row.version,
            "changed_at": row.changed_at.isoformat(),
        }
        for row in rows
    ]
