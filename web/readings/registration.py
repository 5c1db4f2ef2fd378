"""What the pages of the registration form show: what was kept, how far each part is, what is to be mended, what to begin from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from web.forms.registration import PARTS, Part
from workflow import access
from workflow.access import Actor
from workflow.registration import consent, registration
from workflow.registration.registration import Draft, QuantityInput
from workflow.schema import ITEMS, account, emulation_model, field, history, person, programme_year, unit

MOST_BEGINNINGS = 12

PartStatus = Literal["done", "missing", "mend", "optional"]


@dataclass(frozen=True, slots=True)
class PartState:
    """How far one part of the form is. missing: ids of items that still have to be written."""

    part: Part
    status: PartStatus
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """The latest return of a form: who, when, why."""

    seq: int
    at: datetime
    by: str
    reason: str


def kept(connection: Connection, model: sa.Row[Any]) -> Draft:
    """The form of a model as somebody would type it: what a step writes over, and what a copy begins with."""
    origin = emulation_model.alias("origin")
    row = connection.execute(
        sa.select(
            unit.c.code.label("unit"),
            field.c.code.label("field"),
            person.c.full_name.label("person"),
            person.c.distinguisher.label("person_distinguisher"),
            origin.c.code.label("origin_model"),
        )
        .select_from(emulation_model)
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .join(field, field.c.id == emulation_model.c.field_id)
        .outerjoin(person, person.c.id == emulation_model.c.person_id)
        .outerjoin(origin, origin.c.id == emulation_model.c.origin_model_id)
        .where(emulation_model.c.id == model.id)
    ).one()
    form = registration.form(connection, model.id)
    return Draft(
        unit=row.unit,
        kind=model.kind,
        field=row.field,
        name=model.name,
        person=row.person or "",
        person_distinguisher=row.person_distinguisher or "",
        items={item: form._mapping[item] if form else "" for item in ITEMS},
        representative=form.representative if form else "",
        representative_position=form.representative_position if form else "",
        phone=form.phone if form else "",
        origin=model.origin,
        origin_model=row.origin_model or "",
        targets=[
            QuantityInput(target.code, target.written, target.note)
            for target in registration.quantities(connection, model.id, "target")
        ],
        public=consent.agreed_at(connection, model.id) is not None,
    )


def parts_of(draft: Draft, waived: Collection[str], to_mend: Collection[str]) -> list[PartState]:
    """Every part with how far it is; what was named for mending shows until the form is handed in again."""
    found = []
    for part in PARTS:
        missing = tuple(item for item in part.needed if not draft.items.get(item, "").strip() and item not in waived)
        status: PartStatus = "done"
        if missing:
            status = "missing"
        elif set(part.fields) & set(to_mend):
            status = "mend"
        elif part.slug == "lien-he" and not (draft.representative or draft.phone):
            status = "optional"
        found.append(PartState(part, status, missing))
    return found


def last_return(connection: Connection, model_id: int) -> Returned | None:
    """The latest time the form was given back (index uq_history_subject_subject_id_seq)."""
    row = connection.execute(
        sa.select(history.c.seq, history.c.at, history.c.reason, account.c.full_name)
        .join(account, account.c.id == history.c.actor_id)
        .where(
            history.c.subject == "model",
            history.c.subject_id == model_id,
            history.c.trigger == "return_registration",
        )
        .order_by(history.c.seq.desc())
        .limit(1)
    ).first()
    return Returned(row.seq, row.at, row.full_name, row.reason) if row else None


def to_continue(connection: Connection, actor: Actor, year: int, units: Sequence[str]) -> list[sa.Row[Any]]:
    """Models of the year before at these units, the latest first, that nobody has continued yet."""
    following = emulation_model.alias("following")
    return list(
        connection.execute(
            sa.select(
                emulation_model.c.code,
                emulation_model.c.name,
                emulation_model.c.state,
                emulation_model.c.definition_hash,
            )
            .join(unit, unit.c.id == emulation_model.c.unit_id)
            .join(programme_year, programme_year.c.id == emulation_model.c.year_id)
            .where(
                programme_year.c.year == year - 1,
                unit.c.code.in_(units[:MOST_BEGINNINGS]),
                emulation_model.c.submitted_at.is_not(None),
                access.visible(actor),
                ~sa.exists().where(following.c.origin_model_id == emulation_model.c.id),
            )
            .order_by(emulation_model.c.id.desc())
            .limit(MOST_BEGINNINGS)
        )
    )
