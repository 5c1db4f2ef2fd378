"""What an earlier version took for one because names differ by accents only: people, and models merged as doubles.

Until migration 0017 a name without its accents was who somebody was: "Anh" and "Ánh" of one village became one person, and their
models belonged to whoever came last. The history still has the name under which each form was begun on behalf of a registrant,
and what was written over it later; a form that somebody began for themselves has no name but that of their account.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.events import read
from workflow.ground.reading.text import fold, identity
from workflow.ground.schema import account, emulation_model, history, person, registration_form, unit
from workflow.stages.registration.events import FormEdited, RegistrantCorrected

# What tells a person apart stands in brackets behind their name.
_TOLD_APART = re.compile(r" \([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Merged:
    """One model. what: "person", who registered it, or "model", itself; told: the name as it was given; now: today's.

    into: code of the model that it was merged into, "" for people.
    """

    what: Literal["person", "model"]
    code: str
    unit_name: str
    told: str
    now: str
    into: str = ""


def merged_names(connection: Connection) -> list[Merged]:
    """Models whose registrant or name was probably taken for another one, by their codes. Reads the whole history once."""
    told: dict[int, tuple[str, sa.Row[Any]]] = {}
    for told_by in (_by_contact, _by_account, _by_first_entry, _by_later_entries):
        told |= {row.id: (_TOLD_APART.sub("", name), row) for name, row in told_by(connection)}
    found = [
        Merged("person", row.code, row.unit_name, name, row.full_name)
        for name, row in told.values()
        if only_accents_differ(name, row.full_name)
    ]
    return sorted([*found, *_models(connection)], key=lambda one: one.code)


def only_accents_differ(one: str, other: str) -> bool:
    """Whether two names were one before accents counted, and are two now."""
    return identity(one) != identity(other) and fold(one) == fold(other)


_INDIVIDUAL = (
    sa.select(
        emulation_model.c.id,
        emulation_model.c.code,
        person.c.full_name,
        unit.c.name.label("unit_name"),
    )
    .select_from(emulation_model)
    .join(person, person.c.id == emulation_model.c.person_id)
    .join(unit, unit.c.id == emulation_model.c.unit_id)
)


def _by_contact(connection: Connection) -> Iterable[tuple[str, sa.Row[Any]]]:
    """Individuals often are named once more as whom to call."""
    named = registration_form.c.representative
    rows = connection.execute(
        _INDIVIDUAL.add_columns(named.label("told"))
        .join(registration_form, registration_form.c.model_id == emulation_model.c.id)
        .where(named != "", named != person.c.full_name)
    )
    return [(row.told, row) for row in rows if only_accents_differ(row.told, row.full_name)]


def _by_account(connection: Connection) -> Iterable[tuple[str, sa.Row[Any]]]:
    """The person's own account, which was linked to them by name."""
    rows = connection.execute(
        _INDIVIDUAL.add_columns(account.c.full_name.label("told"))
        .join(account, account.c.id == person.c.account_id)
        .where(account.c.full_name != person.c.full_name)
    )
    return [(row.told, row) for row in rows if only_accents_differ(row.told, row.full_name)]


def _by_first_entry(connection: Connection) -> Iterable[tuple[str, sa.Row[Any]]]:
    """For whom the form was begun."""
    rows = connection.execute(
        _INDIVIDUAL.add_columns(history.c.behalf.label("told"))
        .join(history, sa.and_(history.c.subject == "model", history.c.subject_id == emulation_model.c.id))
        .where(history.c.seq == 1, history.c.behalf != "", history.c.behalf != person.c.full_name)
    )
    return [(row.told, row) for row in rows]


def _by_later_entries(connection: Connection) -> Iterable[tuple[str, sa.Row[Any]]]:
    """Who was written into the form later, or found to be meant."""
    rows = connection.execute(
        _INDIVIDUAL.add_columns(history.c.payload)
        .join(history, sa.and_(history.c.subject == "model", history.c.subject_id == emulation_model.c.id))
        .where(
            history.c.trigger.in_((FormEdited.trigger, RegistrantCorrected.trigger)),
            history.c.payload.contains('"person":['),
        )
        .order_by(history.c.subject_id, history.c.seq)
    )
    # A correction has the shape of an edit.
    found = ((read(FormEdited, row.payload).changed.person, row) for row in rows)
    return [(person.after, row) for person, row in found if person is not None and person.after]


def _models(connection: Connection) -> list[Merged]:
    """Models merged into another one of the same unit whose name differs from theirs by accents only."""
    target = emulation_model.alias("target")
    rows = connection.execute(
        sa.select(
            emulation_model.c.code,
            emulation_model.c.name,
            target.c.code.label("into"),
            target.c.name.label("now"),
            unit.c.name.label("unit_name"),
        )
        .join(target, target.c.id == emulation_model.c.merged_into_id)
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .where(emulation_model.c.state == "merged", target.c.unit_id == emulation_model.c.unit_id)
    )
    return [
        Merged("model", row.code, row.unit_name, row.name, row.now, row.into)
        for row in rows
        if only_accents_differ(row.name, row.now)
    ]
