"""The history of a model as typed values: who did what, in which role and for whom, and what the entry carried."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.events import Event, told
from workflow.ground.reading.quantities import Quantity
from workflow.ground.schema import account, history
from workflow.stages.registration.events import ChangeRequested, FigureWritten, FormEdited

RETURNED: Final = "return_registration"
# What the history keeps for the program only: nothing that people would read as a change.
_UNSAID: Final = frozenset({"waived", "origin_model"})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom an entry names."""

    user_name: str
    full_name: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One target or result as it was kept. measure: code."""

    measure: str
    quantity: Quantity
    note: str


Kept = str | bool | tuple[Figure, ...] | None
"""A value before or after a change: a text or code, yes or no, rows of figures; None where there was nothing to read."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry made another. name: of a field of the form, an item, or the subject of a request."""

    name: str
    before: Kept
    after: Kept


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. principal: whom a deputy stood in for; behalf: the registrant for whom an office acted, "" for nobody.

    events: what it tells.
    """

    seq: int
    at: datetime
    actor: Person
    principal: Person | None
    behalf: str
    role: str
    trigger: str
    from_state: str | None
    to_state: str | None
    reason: str
    hash: str
    events: tuple[Event, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """What it made another."""
        return tuple(change for event in self.events for change in _changes(event))


def of_model(connection: Connection, model_id: int) -> list[Entry]:
    """The whole history of a model, the oldest first (index uq_history_subject_subject_id_seq)."""
    return which(connection, model_id)


def since(connection: Connection, model_id: int, version: int) -> list[Entry]:
    """The entries of a model after `version`, the oldest first."""
    return which(connection, model_id, history.c.seq > version)


def which(connection: Connection, model_id: int, *conditions: sa.ColumnElement[bool]) -> list[Entry]:
    """Entries of a model that fit the conditions, the oldest first."""
    rows: Iterable[sa.Row[Any]] = connection.execute(
        _ENTRIES.where(history.c.subject == "model", history.c.subject_id == model_id, *conditions)
    )
    return [_entry(row) for row in rows]


def passed(entries: Sequence[Entry]) -> list[str]:
    """The states a model has been in, in order."""
    return [entry.to_state for entry in entries if entry.to_state is not None]


def rewritten(entries: Sequence[Entry]) -> list[Change]:
    """What was written again since the form was last given back, each from what stood there then to what stands there now."""
    start = max((i for i, entry in enumerate(entries) if entry.trigger == RETURNED), default=None)
    if start is None:
        return []
    found: dict[str, Change] = {}
    for entry in entries[start:]:
        for change in entry.changes if entry.trigger == FormEdited.trigger else ():
            first = found.get(change.name, change)
            found[change.name] = Change(change.name, first.before, change.after)
    return [change for change in found.values() if change.before != change.after]


_actor, _principal = account.alias("actor"), account.alias("principal")
_ENTRIES = (
    sa.select(
        history.c.seq,
        history.c.at,
        history.c.behalf,
        history.c.role,
        history.c.trigger,
        history.c.from_state,
        history.c.to_state,
        history.c.reason,
        history.c.hash,
        history.c.payload,
        _actor.c.user_name.label("actor_user_name"),
        _actor.c.full_name.label("actor_full_name"),
        _principal.c.user_name.label("principal_user_name"),
        _principal.c.full_name.label("principal_full_name"),
    )
    .join(_actor, _actor.c.id == history.c.actor_id)
    .outerjoin(_principal, _principal.c.id == history.c.for_id)
    .order_by(history.c.seq)
)


def _entry(row: sa.Row[Any]) -> Entry:
    principal = row.principal_user_name
    return Entry(
        seq=row.seq,
        at=row.at,
        actor=Person(row.actor_user_name, row.actor_full_name),
        principal=Person(principal, row.principal_full_name) if principal is not None else None,
        behalf=row.behalf,
        role=row.role,
        trigger=row.trigger,
        from_state=row.from_state,
        to_state=row.to_state,
        reason=row.reason,
        hash=row.hash,
        events=told("model", row.trigger, row.payload),
    )


def _changes(event: Event) -> list[Change]:
    found: list[tuple[str, object, object]] = []
    if isinstance(event, ChangeRequested):
        found.append((event.subject, event.before, event.after))
    elif isinstance(event, FormEdited):
        pairs = ((field.name, getattr(event.changed, field.name)) for field in fields(event.changed))
        found.extend((name, *pair) for name, pair in pairs if pair is not None)
    return [
        Change(name, _kept(before), _kept(after))
        for name, before, after in found
        if before != after and name not in _UNSAID
    ]


def _kept(value: object) -> Kept:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, tuple):
        return tuple(_figure(row) for row in value if isinstance(row, FigureWritten))
    return None


def _figure(row: FigureWritten) -> Figure:
    return Figure(row.measure, Quantity(Decimal(row.value), row.unit or None, row.qualifier), row.note)
