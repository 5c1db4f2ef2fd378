"""What a guard, an effect or a record writer is given: the model inside the transaction, the person, what was stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.access import Actor, Grant, people
from workflow.core.events import Event
from workflow.core.lifecycles.terms import Definition, Transition
from workflow.ground.dialects import any_of, as_list, locked
from workflow.ground.prepared import Prepared
from workflow.ground.schema import PERSON_NAME, change_request, emulation_model, person, programme_year, unit
from workflow.ground.vietnam_time import local_date


@dataclass(slots=True)
class Context:
    """One attempt at one transition of one model.

    model: row of `MODEL` below. grant: under which the person acts. facts: what was stated, parsed. probing: nobody has stated
    anything yet, so a guard leaves out what the form is going to ask. changes: columns that the transition will set.
    left: events for the history, beside what was stated. shared: what the items of one bulk application have in common (the
    one decision).
    """

    connection: Connection
    now: datetime
    definition: Definition
    model: sa.Row[Any]
    actor: Actor
    grant: Grant
    transition: Transition
    facts: Mapping[str, Any]
    probing: bool = False
    changes: dict[str, Any] = field(default_factory=dict)
    left: list[Event] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    shared: dict[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return local_date(self.now)

    @property
    def people(self) -> frozenset[int]:
        """The people behind this act: separation of duties compares these."""
        return people(self.actor, self.grant)

    def will_ask(self, fact: str) -> bool:
        """Whether the form of this transition is still going to ask for the fact."""
        return self.probing and self.transition.fact(fact) is not None

    def year(self) -> sa.Row[Any]:
        """The model's programme year."""
        return self.connection.execute(sa.select(programme_year).where(programme_year.c.id == self.model.year_id)).one()


# Moments that only pages show: each read costs more than the rest of the row. And the keys that only searching and lists read.
_ELSEWHERE = frozenset(
    {"created_at", "changed_at", "started_at", "inspected_at", "recognised_at", "public_agreed_at"}
    | {"name_folded", "name_sort"}
)
_namesake = emulation_model.alias("namesake")

MODEL = (
    sa.select(
        *(column for column in emulation_model.c if column.name not in _ELSEWHERE),
        unit.c.path.label("unit_path"),
        unit.c.level.label("unit_level"),
        unit.c.name.label("unit_name"),
        person.c.account_id.label("person_account_id"),
        PERSON_NAME.label("person_name"),
        # A literal, not a parameter: SQLite plans a statement anew at every binding of what decides about a partial index.
        sa.exists()
        .where(
            change_request.c.model_id == emulation_model.c.id, change_request.c.status == sa.literal_column("'open'")
        )
        .label("change_is_open"),
        sa.exists()
        .where(
            _namesake.c.unit_id == emulation_model.c.unit_id,
            _namesake.c.name_identity == emulation_model.c.name_identity,
            _namesake.c.year_id == emulation_model.c.year_id,
            _namesake.c.id != emulation_model.c.id,
        )
        .label("has_namesake"),
    )
    .select_from(emulation_model)
    .join(unit, unit.c.id == emulation_model.c.unit_id)
    .outerjoin(person, person.c.id == emulation_model.c.person_id)
)
"""A model with what access and separation of duties need to know of its registrant."""

_BY_CODE = Prepared(MODEL.where(emulation_model.c.code == sa.bindparam("code")))
_BY_CODE_LOCKED = Prepared(locked(MODEL.where(emulation_model.c.code == sa.bindparam("code")), emulation_model))


_BY_CODES = Prepared(
    locked(
        MODEL.where(any_of(emulation_model.c.code, "codes")).order_by(emulation_model.c.id),
        emulation_model,
    )
)


def model_by_code(connection: Connection, code: str, *, lock: bool) -> sa.Row[Any] | None:
    """The model with this public code, locked until the commit if asked; None when there is none. Visibility is the caller's."""
    return (_BY_CODE_LOCKED if lock else _BY_CODE).first(connection, {"code": code})


def models_by_codes(connection: Connection, codes: Sequence[str]) -> dict[str, sa.Row[Any]]:
    """Many models at once, locked in the order of their keys so that two bulk applications cannot deadlock."""
    parameters = {"codes": as_list(codes)}
    return {row.code: row for row in _BY_CODES.all(connection, parameters)}


def registrant_name(model: sa.Row[Any]) -> str:
    """Who registered: the person of an individual model, else the unit."""
    return str(model.person_name or model.unit_name)
