"""What a model's page shows of the model itself, of where it comes from and what followed it, and of its history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.engine import Connection

from web.readings.differences import Piece, pieces
from workflow import access
from workflow.access import Actor
from workflow.programmes.programme_defaults import standard_defaults
from workflow.reading.quantities import Quantity, spoken_quantity
from workflow.reading.text import shorten
from workflow.schema import (
    PUBLISHED,
    account,
    decision,
    emulation_model,
    field,
    history,
    programme_year,
    submission,
    unit,
)

MOST_FOLLOWERS = 20
RETURNED, EDITED = "return_registration", "form_edited"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a model's history, with names instead of keys. content: what it carried; changed: names before and after."""

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
    content: Mapping[str, Any]
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
            emulation_model.c.recognised_at,
            emulation_model.c.public_agreed_at,
            sa.and_(PUBLISHED, programme_year.c.public == sa.true()).label("published"),
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
            content,
            _changed(content),
        )
        for row in rows
        for content in (json.loads(row.payload),)
    ]


def passed(told: Sequence[Event]) -> list[str]:
    """The states a model has been in, in order."""
    return [event.to_state for event in told if event.to_state is not None]


def mended(told: Sequence[Event]) -> dict[str, list[Piece]]:
    """What was written again since the form was last given back: item → its text with what went and what came."""
    start = max((i for i, event in enumerate(told) if event.trigger == RETURNED), default=None)
    if start is None:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for event in told[start:]:
        changed = event.content.get("changed") if event.trigger == EDITED else None
        for name, pair in (changed or {}).items():
            before, after = (_written(value) for value in pair)
            found[name] = (found[name][0] if name in found else before, after)
    return {
        name: pieces(before, after)
        for name, (before, after) in found.items()
        if before != after and name not in ("waived", "origin_model")
    }


def followers(connection: Connection, actor: Actor, model_id: int) -> list[sa.Row[Any]]:
    """Models that continue this one or replicate it, of those the person may see."""
    return list(
        connection.execute(
            sa.select(
                emulation_model.c.code,
                emulation_model.c.name,
                emulation_model.c.origin,
                unit.c.name.label("unit_name"),
                programme_year.c.year,
            )
            .join(unit, unit.c.id == emulation_model.c.unit_id)
            .join(programme_year, programme_year.c.id == emulation_model.c.year_id)
            .where(emulation_model.c.origin_model_id == model_id, access.visible(actor))
            .order_by(emulation_model.c.id)
            .limit(MOST_FOLLOWERS)
        )
    )


def latest_year(connection: Connection) -> int:
    """The latest programme year there is."""
    return int(connection.execute(sa.select(sa.func.max(programme_year.c.year))).scalar_one())


def _changed(content: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Before and after of what an entry changed, for what people read as one line: names, fields, kinds, people."""
    pairs = [(content.get("subject"), content.get("before"), content.get("after"))]
    changed = content.get("changed")
    if isinstance(changed, dict):
        pairs += [(name, *pair) for name, pair in changed.items() if isinstance(pair, list) and len(pair) == 2]
    return tuple(
        (str(name), shorten(_written(before), 160), shorten(_written(after), 160))
        for name, before, after in pairs
        if isinstance(name, str) and before != after and name not in ("waived", "origin_model")
    )


def _written(value: object) -> str:
    """A kept value as people read it; rows of quantities as one line each."""
    if isinstance(value, bool):
        return str(_("có") if value else _("không"))
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(_quantity(row) for row in value if isinstance(row, dict))
    return ""


def _quantity(row: Mapping[str, Any]) -> str:
    note = f" ({row['note']})" if row.get("note") else ""
    return f"{_(_MEASURES.get(str(row.get('measure')), str(row.get('measure'))))}: {_amount(row)}{note}"


def _amount(row: Mapping[str, Any]) -> str:
    return spoken_quantity(Quantity(Decimal(str(row["value"])), row.get("unit") or None, row["qualifier"]))


_MEASURES = {default.code: default.label for default in standard_defaults().measures}
