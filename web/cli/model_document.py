"""A model, its history and lists of models as JSON: the same values that the pages show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from workflow.across.lists.listed import Listed
from workflow.across.models.entries import Entry
from workflow.across.models.page import ModelPage, Paper, Particulars
from workflow.core.engine.transition import Possibility
from workflow.ground.reading.quantities import format_quantity
from workflow.stages.inspection.commands import InspectionView
from workflow.stages.registration.model_quantities import ModelQuantity
from workflow.stages.registration.view import Form
from workflow.stages.review.result import Result


def document(page: ModelPage) -> dict[str, Any]:
    """The model with its records."""
    return {
        **_head(page.about, page.state.id, page.definition.hash),
        "state_label": page.state.label,
        "stage": page.state.stage,
        "possible": [_possibility(possibility) for possibility in page.possible],
        "registration": _form(page.form),
        "targets": _quantities(page.targets),
        "plan": None if page.plan is None else {"start_date": page.plan.start_date, "content": page.plan.content},
        "results": _quantities(page.result_figures),
        "inspections": [_inspection(view) for view in page.inspections],
        "review": _review(page.review),
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
            for request in page.change_requests
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
            for kept in page.attachments
        ],
        "comments": [
            {
                "id": said.id,
                "text": said.text,
                "audience": said.audience,
                "at": said.written_at.isoformat(),
                "by": said.author,
            }
            for said in page.comments
        ],
    }


def history(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The history of a model. for: whom a deputy stood in for, or the registrant on whose behalf it was."""
    return [
        {
            "seq": entry.seq,
            "at": entry.at.isoformat(),
            "actor": entry.actor.user_name,
            "for": represented(entry),
            "role": entry.role,
            "trigger": entry.trigger,
            "from": entry.from_state,
            "to": entry.to_state,
            "reason": entry.reason,
            "hash": entry.hash,
        }
        for entry in entries
    ]


def represented(entry: Entry) -> str | None:
    """Whom a deputy stood in for, or the registrant on whose behalf it was; None for neither."""
    return entry.principal.user_name if entry.principal else entry.behalf or None


def summary(rows: Sequence[Listed]) -> list[dict[str, Any]]:
    """Lines of a list for `dvk model list`."""
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


def _head(about: Particulars, state: str, definition_hash: str) -> dict[str, Any]:
    return {
        "code": about.code,
        "name": about.name,
        "year": about.year,
        "unit": asdict(about.unit),
        "person": about.person,
        "kind": about.kind,
        "field": asdict(about.field),
        "state": state,
        "version": about.version,
        "definition": definition_hash,
        "late": about.late,
        "outstanding": about.outstanding,
        "origin": about.origin,
        "origin_model": about.origin_model,
        "merged_into": about.merged_into,
        "submission": about.submission.id if about.submission else None,
        "decision": _paper(about.decision),
        "revocation": _paper(about.revocation),
        **{f"{name}_at": _moment(moment) for name, moment in asdict(about.moments).items()},
    }


def _paper(paper: Paper | None) -> dict[str, Any] | None:
    if paper is None:
        return None
    return {"number": paper.number, "symbol": paper.symbol, "dated": paper.dated, "signer": paper.signer}


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


def _form(form: Form | None) -> dict[str, Any] | None:
    if form is None:
        return None
    return {
        "items": dict(form.items),
        "waived": list(form.waived),
        "representative": form.representative,
        "representative_position": form.representative_position,
        "phone": form.phone,
    }


def _quantities(rows: Sequence[ModelQuantity]) -> list[dict[str, Any]]:
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
        for row in rows
    ]


def _inspection(view: InspectionView) -> dict[str, Any]:
    return {
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
