"""What a model's page shows of the model itself and of its history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.schema import account, decision, emulation_model, field, history, programme_year, submission, unit
from workflow.text import shorten


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a model's history, with names instead of keys. details: what it carried, in words of the domain."""

    seq: int
    at: datetime
    actor: str
    principal: str | None
    behalf: str
    role: str
    trigger: str
    from_state: str | None
    to_state: str | None
    reason: str
    changed: tuple[tuple[str, str, str], ...]


def particulars(connection: Connection, model_id: int) -> Any:
    """Year, field and the records a model points to, by what people call them."""
    origin = emulation_model.alias("origin")
    merged = emulation_model.alias("merged")
    revocation = decision.alias("revocation")
    issuer = unit.alias("issuer")
    return connection.execute(
        sa.select(
            programme_year.c.year,
            field.c.label.label("field_label"),
            origin.c.code.label("origin_code"),
            merged.c.code.label("merged_code"),
            decision.c.number.label("decision_number"),
            decision.c.symbol.label("decision_symbol"),
            decision.c.dated.label("decision_date"),
            decision.c.signer.label("decision_signer"),
            issuer.c.name.label("decision_issuer"),
            revocation.c.number.label("revocation_number"),
            revocation.c.symbol.label("revocation_symbol"),
            revocation.c.dated.label("revocation_date"),
            revocation.c.signer.label("revocation_signer"),
            revocation.c.ground.label("revocation_ground"),
            submission.c.number.label("submission_number"),
        )
        .select_from(emulation_model)
        .join(programme_year, programme_year.c.id == emulation_model.c.year_id)
        .join(field, field.c.id == emulation_model.c.field_id)
        .outerjoin(origin, origin.c.id == emulation_model.c.origin_model_id)
        .outerjoin(merged, merged.c.id == emulation_model.c.merged_into_id)
        .outerjoin(decision, decision.c.id == emulation_model.c.decision_id)
        .outerjoin(issuer, issuer.c.id == decision.c.issuer_id)
        .outerjoin(revocation, revocation.c.id == emulation_model.c.revocation_id)
        .outerjoin(submission, submission.c.id == emulation_model.c.submission_id)
        .where(emulation_model.c.id == model_id)
    ).one()


def events(connection: Connection, model_id: int) -> list[Event]:
    """The whole history of a model, the oldest first (index uq_history_subject_subject_id_seq)."""
    actor, principal = account.alias("actor"), account.alias("principal")
    rows = connection.execute(
        sa.select(
            history,
            actor.c.full_name.label("actor_name"),
            principal.c.full_name.label("principal_name"),
        )
        .join(actor, actor.c.id == history.c.actor_id)
        .outerjoin(principal, principal.c.id == history.c.for_id)
        .where(history.c.subject == "model", history.c.subject_id == model_id)
        .order_by(history.c.seq)
    )
    return [
        Event(
            row.seq,
            row.at,
            row.actor_name,
            row.principal_name,
            row.behalf,
            row.role,
            row.trigger,
            row.from_state,
            row.to_state,
            row.reason,
            _changed(row.payload),
        )
        for row in rows
    ]


def passed(told: Sequence[Event]) -> list[str]:
    """The states a model has been in, in order."""
    return [event.to_state for event in told if event.to_state is not None]


def _changed(payload: str) -> tuple[tuple[str, str, str], ...]:
    """Before and after of what an entry changed, for what people read as one line: names, fields, kinds, people."""
    content = json.loads(payload)
    pairs = [(content.get("subject"), content.get("before"), content.get("after"))]
    changed = content.get("changed")
    if isinstance(changed, dict):
        pairs += [(name, *pair) for name, pair in changed.items() if isinstance(pair, list) and len(pair) == 2]
    return tuple(
        (str(name), _line(before), _line(after))
        for name, before, after in pairs
        if isinstance(name, str) and before != after
    )


def _line(value: object) -> str:
    return shorten(value, 160) if isinstance(value, str) else ""
