"""What a registration form says as it is kept, as somebody would type it again, and what its latest return asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import events
from workflow.core.access import Actor
from workflow.core.engine import changes
from workflow.core.lifecycles import store
from workflow.ground.refusals import NotPossible
from workflow.ground.schema import ITEMS, account, emulation_model, field, history, person, registration_form, unit
from workflow.ground.speech import _
from workflow.stages.registration import consent
from workflow.stages.registration.drafts import Draft
from workflow.stages.registration.events import FormReturned
from workflow.stages.registration.model_quantities import QuantityInput, quantities
from workflow.stages.registration.registrant import editable


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is kept. items: every item by its id, in the form's order; waived: ids of those an office's list left out."""

    items: Mapping[str, str]
    waived: tuple[str, ...]
    representative: str
    representative_position: str
    phone: str

    def columns(self) -> dict[str, Any]:
        """The same by column of `registration_form`."""
        return {
            **self.items,
            "waived": list(self.waived),
            "representative": self.representative,
            "representative_position": self.representative_position,
            "phone": self.phone,
        }


@dataclass(frozen=True, slots=True)
class ItemToMend:
    """An item of the form that a reviewer wants written again, and what they said about it."""

    item: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Returned:
    """The latest return of a form: who, when, why, and the items to write again, none when it named no items."""

    at: datetime
    by: str
    reason: str
    items: tuple[ItemToMend, ...]


def open_form(connection: Connection, actor: Actor, code: str) -> sa.Row[Any]:
    """The model (row of `context.MODEL`) while its form is still the registrant's to write.

    Raises NotFound out of sight, NotPossible afterwards.
    """
    model = changes.seen(connection, actor, code)
    definition = store.definition(connection, model.definition_hash)
    if not editable(definition, model.state):
        raise NotPossible(
            _(
                "Phiếu %(code)s đang ở «%(state)s» nên không sửa trực tiếp được. Hãy gửi đề nghị đổi tên hoặc lĩnh vực.",
                code=code,
                state=definition.states[model.state].label,
            ),
            guard="state",
        )
    return model


def form(connection: Connection, model_id: int) -> Form | None:
    """The registration form of a model (unique key model_id)."""
    row = connection.execute(sa.select(registration_form).where(registration_form.c.model_id == model_id)).first()
    if row is None:
        return None
    return Form(
        {item: row._mapping[item] for item in ITEMS},
        tuple(row.waived),
        row.representative,
        row.representative_position,
        row.phone,
    )


def typed(connection: Connection, model_id: int) -> Draft:
    """The form of a model as somebody would type it: what a step writes over, and what a copy begins with."""
    origin = emulation_model.alias("origin")
    row = connection.execute(
        sa.select(
            emulation_model.c.kind,
            emulation_model.c.name,
            emulation_model.c.origin,
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
        .where(emulation_model.c.id == model_id)
    ).one()
    kept = form(connection, model_id)
    return Draft(
        unit=row.unit,
        kind=row.kind,
        field=row.field,
        name=row.name,
        person=row.person or "",
        person_distinguisher=row.person_distinguisher or "",
        items=kept.items if kept else dict.fromkeys(ITEMS, ""),
        representative=kept.representative if kept else "",
        representative_position=kept.representative_position if kept else "",
        phone=kept.phone if kept else "",
        origin=row.origin,
        origin_model=row.origin_model or "",
        targets=[
            QuantityInput(target.code, target.written, target.note)
            for target in quantities(connection, model_id, "target")
        ],
        public=consent.agreed_at(connection, model_id) is not None,
    )


def last_return(connection: Connection, model_id: int, labels: Mapping[str, str]) -> Returned | None:
    """The latest time the form was given back (index uq_history_subject_subject_id_seq); None if it never was.

    labels: what the model's year calls the items.
    """
    row = connection.execute(
        sa.select(history.c.at, history.c.reason, history.c.payload, account.c.full_name)
        .join(account, account.c.id == history.c.actor_id)
        .where(
            history.c.subject == "model",
            history.c.subject_id == model_id,
            history.c.trigger == "return_registration",
        )
        .order_by(history.c.seq.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Returned(
        row.at,
        row.full_name,
        row.reason,
        tuple(
            ItemToMend(one.item, labels.get(one.item, one.item), one.note)
            for one in events.read(FormReturned, row.payload).items
        ),
    )
