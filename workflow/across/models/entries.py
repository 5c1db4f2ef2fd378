"""The history of a model as typed values: who did what, in which role and for whom, and what the entry carried."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.reading.quantities import Quantity
from workflow.ground.schema import account, history

RETURNED: Final = "return_registration"
EDITED: Final = "form_edited"
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
class ItemNote:
    """An item of the form that a return named, with what was said about it."""

    item: str
    note: str


@dataclass(frozen=True, slots=True)
class Votes:
    """How a review meeting voted, of how many members."""

    in_favour: int
    against: int
    abstaining: int
    members: int


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision that a step left."""

    number: str
    dated: date | None
    signer: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What an entry carried beside its reason; empty where it said nothing of the kind. conclusion, purpose: codes."""

    late: bool = False
    items: tuple[ItemNote, ...] = ()
    start_date: date | None = None
    visit_on: date | None = None
    conclusion: str = ""
    total: Decimal | None = None
    finding: str = ""
    resubmit_by: date | None = None
    mend_by: date | None = None
    summary: str = ""
    file: str = ""
    purpose: str = ""
    votes: Votes | None = None
    decision: Decided | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. principal: whom a deputy stood in for; behalf: the registrant for whom an office acted, "" for nobody."""

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
    carried: Carried
    changes: tuple[Change, ...]


def of_model(connection: Connection, model_id: int) -> list[Entry]:
    """The whole history of a model, the oldest first (index uq_history_subject_subject_id_seq)."""
    return [entry for entry, _content in with_content(connection, model_id)]


def since(connection: Connection, model_id: int, version: int) -> list[Entry]:
    """The entries of a model after `version`, the oldest first."""
    return [entry for entry, _content in with_content(connection, model_id, history.c.seq > version)]


def with_content(
    connection: Connection, model_id: int, *conditions: sa.ColumnElement[bool]
) -> list[tuple[Entry, Mapping[str, Any]]]:
    """Entries of a model that fit the conditions, the oldest first, each with its content as it was chained."""
    rows: Iterable[sa.Row[Any]] = connection.execute(
        _ENTRIES.where(history.c.subject == "model", history.c.subject_id == model_id, *conditions)
    )
    return [(_entry(row, content), content) for row in rows for content in (json.loads(row.payload),)]


def passed(told: Sequence[Entry]) -> list[str]:
    """The states a model has been in, in order."""
    return [entry.to_state for entry in told if entry.to_state is not None]


def rewritten(told: Sequence[Entry]) -> list[Change]:
    """What was written again since the form was last given back, each from what stood there then to what stands there now."""
    start = max((i for i, entry in enumerate(told) if entry.trigger == RETURNED), default=None)
    if start is None:
        return []
    found: dict[str, Change] = {}
    for entry in told[start:]:
        for change in entry.changes if entry.trigger == EDITED else ():
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


def _entry(row: sa.Row[Any], content: Mapping[str, Any]) -> Entry:
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
        carried=_carried(content),
        changes=_changes(content),
    )


def _carried(content: Mapping[str, Any]) -> Carried:
    items = content.get("items")
    total = content.get("total")
    return Carried(
        late=bool(content.get("late")),
        # Saved results keep under the same name which items of the form they filled in: texts, not rows.
        items=tuple(
            ItemNote(str(row.get("item", "")), str(row.get("note") or ""))
            for row in (items if isinstance(items, list) else ())
            if isinstance(row, Mapping)
        ),
        start_date=_day(content.get("start_date")),
        visit_on=_day(content.get("day")) if "visit" in content else None,
        conclusion=str(content.get("conclusion") or ""),
        total=None if total is None else Decimal(str(total)),
        finding=str(content.get("finding") or ""),
        resubmit_by=_day(content.get("resubmit_by")),
        mend_by=_day(content.get("mend_by")),
        summary=str(content.get("summary") or ""),
        file=str(content.get("file") or ""),
        purpose=str(content.get("purpose") or ""),
        votes=_votes(content),
        decision=_decided(content),
        note=str(content.get("note") or ""),
    )


def _votes(content: Mapping[str, Any]) -> Votes | None:
    names = ("votes_for", "votes_against", "votes_abstaining", "members")
    counts = [count for count in map(content.get, names) if isinstance(count, int)]
    return Votes(*counts) if len(counts) == len(names) else None


def _decided(content: Mapping[str, Any]) -> Decided | None:
    number = content.get("decision_number")
    if not number:
        return None
    return Decided(str(number), _day(content.get("decision_date")), str(content.get("signer") or ""))


def _changes(content: Mapping[str, Any]) -> tuple[Change, ...]:
    pairs = [(content.get("subject"), content.get("before"), content.get("after"))]
    changed = content.get("changed")
    if isinstance(changed, Mapping):
        pairs += [(name, *pair) for name, pair in changed.items() if isinstance(pair, list) and len(pair) == 2]
    return tuple(
        Change(name, _kept(before), _kept(after))
        for name, before, after in pairs
        if isinstance(name, str) and before != after and name not in _UNSAID
    )


def _kept(value: object) -> Kept:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, list):
        return tuple(_figure(row) for row in value if isinstance(row, Mapping))
    return None


def _figure(row: Mapping[str, Any]) -> Figure:
    quantity = Quantity(Decimal(str(row["value"])), row.get("unit") or None, row["qualifier"])
    return Figure(str(row.get("measure")), quantity, str(row.get("note") or ""))


def _day(value: object) -> date | None:
    """A day as the history keeps it (2024-03-19), or the day of a moment."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
