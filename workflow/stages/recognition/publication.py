"""What everybody may read: recognised models of a year that has a public page, if their registrants agreed.

Nobody is named but an individual who registered and agreed. No telephone number: what looks like one in a text is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.people.unit import COLUMNS, Unit, called
from workflow.core.programmes.year import Year
from workflow.ground.dialects import any_of
from workflow.ground.refusals import NotFound
from workflow.ground.schema import (
    PUBLISHED,
    decision,
    emulation_model,
    field,
    person,
    programme_year,
    registration_form,
    unit,
)
from workflow.ground.speech import _
from workflow.stages.registration.model_quantities import quantities

CHOICES: Final = 60
"""More units than this are asked for by name."""
MOST_FOUND: Final = 10

# A number of nine to eleven digits as Vietnamese telephones have it, however it is spaced; an address of mail.
_CONTACT = re.compile(r"(?<![\d.,])(?:\+?84|0)(?:[ .-]?\d){8,10}(?!\d)|[\w.+-]+@[\w-]+\.[\w.-]*\w")

_YEARS = sa.select(programme_year).where(programme_year.c.public == sa.true()).order_by(programme_year.c.year.desc())
_issuer = unit.alias("issuer")
_ONE = (
    sa.select(
        emulation_model.c.id,
        emulation_model.c.code,
        emulation_model.c.name,
        emulation_model.c.kind,
        emulation_model.c.state,
        emulation_model.c.definition_hash,
        emulation_model.c.outstanding,
        programme_year.c.year,
        unit.c.name.label("unit_name"),
        person.c.full_name.label("person_name"),
        field.c.code.label("field_code"),
        field.c.label.label("field_label"),
        registration_form.c.situation,
        registration_form.c.method,
        decision.c.number,
        decision.c.symbol,
        decision.c.dated,
        _issuer.c.name.label("issuer_name"),
    )
    .select_from(emulation_model)
    .join(programme_year, programme_year.c.id == emulation_model.c.year_id)
    .join(unit, unit.c.id == emulation_model.c.unit_id)
    .join(field, field.c.id == emulation_model.c.field_id)
    .outerjoin(person, person.c.id == emulation_model.c.person_id)
    .outerjoin(registration_form, registration_form.c.model_id == emulation_model.c.id)
    .outerjoin(decision, decision.c.id == emulation_model.c.decision_id)
    .outerjoin(_issuer, _issuer.c.id == decision.c.issuer_id)
)
_PUBLISHED_ONE: sa.Select[Any] = _ONE.where(
    emulation_model.c.code == sa.bindparam("code"), PUBLISHED, programme_year.c.public == sa.true()
)
_ANY_ONE: sa.Select[Any] = _ONE.where(emulation_model.c.id == sa.bindparam("model"))


@dataclass(frozen=True, slots=True)
class Published:
    """One model as everybody reads it. person: the individual who registered, "" for a unit; results: label and amount.

    decision: number as on paper, "" where the commune's recognition stands without one of its own.
    """

    code: str
    name: str
    kind: str
    year: int
    unit_name: str
    person: str
    field_code: str
    field_label: str
    state: str
    definition_hash: str
    outstanding: bool
    situation: str
    method: str
    results: tuple[tuple[str, str], ...]
    decision: str
    decided_on: date | None
    decided_by: str


def years(connection: Connection) -> list[Year]:
    """The years that have a public page, the latest first."""
    return [Year(**row._mapping) for row in connection.execute(_YEARS)]


def year(connection: Connection, written: str) -> Year:
    """The year named, or the latest. Raises NotFound for one that has no public page, whether it exists or not."""
    for row in years(connection):
        if not written or written == str(row.year):
            return row
    raise NotFound(_("Không có trang công khai này."), guard="public")


def published(connection: Connection, code: str) -> Published:
    """The model with this code, if everybody may read about it. Raises NotFound otherwise, without saying why."""
    row = connection.execute(_PUBLISHED_ONE, {"code": code}).first()
    if row is None:
        raise NotFound(_("Không có mô hình này trên trang công khai."), guard="public")
    return _told(connection, row)


def preview(connection: Connection, model_id: int) -> Published:
    """What everybody would read about a model, for whoever is asked to agree. Visibility is the caller's."""
    row = connection.execute(_ANY_ONE, {"model": model_id}).first()
    if row is None:
        raise NotFound(_("Không có mô hình này."), guard="model")
    return _told(connection, row)


def is_published(connection: Connection, code: str) -> bool:
    """Whether everybody may read about the model now."""
    return connection.execute(_PUBLISHED_ONE, {"code": code}).first() is not None


def without_contact(text: str) -> str:
    """A text without telephone numbers and addresses of mail."""
    return _CONTACT.sub("…", text)


def choices_of_units(connection: Connection, levels: Sequence[str]) -> list[Unit] | None:
    """Units of these levels in the tree's order; None when there are too many to choose from."""
    rows = connection.execute(
        sa.select(*COLUMNS).where(any_of(unit.c.level, list(levels))).order_by(unit.c.tree_sort).limit(CHOICES + 1)
    )
    found = [Unit(**row._mapping) for row in rows]
    return None if len(found) > CHOICES else found


def find_units(connection: Connection, written: str) -> list[Unit]:
    """The unit with this code, or those with this name, or with these words in it; accents ignored when none has them so."""
    asked = sa.select(*COLUMNS).order_by(unit.c.tree_sort).limit(MOST_FOUND)
    for fitting in (unit.c.code == written, *called(written)):
        found = [Unit(**row._mapping) for row in connection.execute(asked.where(fitting))]
        if found:
            return found
    return []


def _told(connection: Connection, row: sa.Row[Any]) -> Published:
    return Published(
        code=row.code,
        name=without_contact(row.name),
        kind=row.kind,
        year=row.year,
        unit_name=row.unit_name,
        person=row.person_name or "",
        field_code=row.field_code,
        field_label=row.field_label,
        state=row.state,
        definition_hash=row.definition_hash,
        outstanding=row.outstanding,
        situation=without_contact(row.situation or ""),
        method=without_contact(row.method or ""),
        # Their notes are written for reviewers, so they stay inside.
        results=tuple((one.label, one.said) for one in quantities(connection, row.id, "result")),
        decision="" if row.number is None else f"{row.number}-{row.symbol}" if row.symbol else str(row.number),
        decided_on=row.dated,
        decided_by=row.issuer_name or "",
    )
