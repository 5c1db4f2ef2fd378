"""The append-only history: one row per change, chained by hash per subject. Nothing here edits or removes a row.

`advance` alone writes a model's cached state, version and head of chain; daily anchors and verification are in `audit.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import events
from workflow.core.access import Actor, Grant
from workflow.core.events import Event
from workflow.ground.prepared import Prepared
from workflow.ground.refusals import Conflict
from workflow.ground.schema import emulation_model, history
from workflow.ground.speech import _

GENESIS = "0" * 64
"""Hash before the first entry of every chain."""


class Entry(NamedTuple):
    """One change of one subject, before it is chained. payload: what changed, JSON-ready."""

    at: datetime
    actor_id: int
    role: str
    trigger: str
    for_id: int | None = None
    behalf: str = ""
    from_state: str | None = None
    to_state: str | None = None
    reason: str = ""
    field_id: int | None = None
    kind: str | None = None
    payload: Mapping[str, Any] | None = None
    definition_hash: str = ""


class By(NamedTuple):
    """Who did something and why: the account, the role it acted under (none for what everybody may do for themselves).

    for_id: whom a deputy stood in for; behalf: the registrant for whom an office acted, "" for nobody.
    """

    account_id: int
    role: str = ""
    for_id: int | None = None
    behalf: str = ""
    reason: str = ""


class Passage(NamedTuple):
    """Where the subject of an entry went from and to, and what it was then; only models have states, a field and a kind."""

    from_state: str | None = None
    to_state: str | None = None
    field_id: int | None = None
    kind: str | None = None
    definition_hash: str = ""


def acting(actor: Actor, grant: Grant, *, behalf: str = "", reason: str = "") -> By:
    """A person under the grant that let them."""
    return By(actor.account_id, grant.role, grant.deputy_for, behalf, reason)


def entry(by: By, now: datetime, trigger: str, content: Mapping[str, Any], passage: Passage) -> Entry:
    """One change of any subject. content: what was stated and left, as `events.content` writes it."""
    return Entry(
        now,
        by.account_id,
        by.role,
        trigger,
        by.for_id,
        by.behalf,
        passage.from_state,
        passage.to_state,
        by.reason,
        passage.field_id,
        passage.kind,
        content,
        passage.definition_hash,
    )


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str).encode


def stamp(moment: datetime) -> str:
    """A moment as it is hashed: UTC, microseconds, one form on every database."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def chained(subject: str, subject_id: int, seq: int, previous_hash: str, entry: Entry) -> dict[str, Any]:
    """The row for `history`, with the hash over all of its content and the hash before it."""
    payload = _encode(entry.payload) if entry.payload else "{}"
    row = {
        "subject": subject,
        "subject_id": subject_id,
        "seq": seq,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "for_id": entry.for_id,
        "behalf": entry.behalf,
        "role": entry.role,
        "trigger": entry.trigger,
        "from_state": entry.from_state,
        "to_state": entry.to_state,
        "reason": entry.reason,
        "field_id": entry.field_id,
        "kind": entry.kind,
        "payload": payload,
        "definition_hash": entry.definition_hash,
        "previous_hash": previous_hash,
    }
    row["hash"] = digest(row)
    return row


def digest(row: Mapping[str, Any]) -> str:
    """SHA-256 over the content of a history row: every column but its surrogate key and the hash itself."""
    content = [
        row["subject"],
        row["subject_id"],
        row["seq"],
        stamp(row["at"]),
        row["actor_id"],
        row["for_id"],
        row["behalf"],
        row["role"],
        row["trigger"],
        row["from_state"],
        row["to_state"],
        row["reason"],
        row["field_id"],
        row["kind"],
        row["payload"],
        row["definition_hash"],
        row["previous_hash"],
    ]
    return hashlib.sha256(_encode(content).encode()).hexdigest()


_INSERT = Prepared(sa.insert(history), columns=[column.name for column in history.c if column.name != "id"])


@lru_cache(maxsize=256)
def _guarded_update(columns: tuple[str, ...]) -> Prepared:
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}", type_=emulation_model.c[name].type) for name in columns}
    model = emulation_model.c
    return Prepared(
        sa.update(emulation_model)
        .where(model.id == sa.bindparam("the_id"), model.version == sa.bindparam("the_version"))
        .values(values)
    )


class Advance(NamedTuple):
    """One step of one model: the row before, what happened, and the columns it changes (state only from transition.py)."""

    model: sa.Row[Any]
    entry: Entry
    changes: Mapping[str, Any]


def advance(connection: Connection, step: Advance) -> int:
    """Write one step and return the new version. Raises Conflict when the model is no longer at the version in `step.model`."""
    columns, values, row = _prepared(step)
    if _guarded_update(columns).run(connection, values) != 1:
        raise Conflict(
            _("Người khác vừa thay đổi mô hình này. Hãy tải lại để xem thay đổi rồi làm lại."), guard="version"
        )
    _INSERT.run(connection, row)
    return int(row["seq"])


def advance_many(connection: Connection, steps: Sequence[Advance]) -> None:
    """Write many steps set-wise. The caller holds the lock on every row, so none of the versions can be stale."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    rows = []
    for step in steps:
        columns, values, row = _prepared(step)
        groups.setdefault(columns, []).append(values)
        rows.append(row)
    for columns, parameters in groups.items():
        _guarded_update(columns).run_many(connection, parameters)
    if rows:
        _INSERT.run_many(connection, rows)


def _prepared(step: Advance) -> tuple[tuple[str, ...], dict[str, Any], dict[str, Any]]:
    model = step.model
    version = model.version + 1
    row = chained("model", model.id, version, model.last_hash, step.entry)
    changes = {**step.changes, "version": version, "last_hash": row["hash"], "changed_at": step.entry.at}
    values = {f"new_{name}": value for name, value in changes.items()}
    values["the_id"] = model.id
    values["the_version"] = model.version
    return tuple(changes), values, row


def append(connection: Connection, subject: str, subject_id: int, entry: Entry) -> int:
    """Append to the chain of a subject that keeps no cached head (account, unit, year, meeting). Returns the entry's number."""
    head = connection.execute(
        sa.select(history.c.seq, history.c.hash)
        .where(history.c.subject == subject, history.c.subject_id == subject_id)
        .order_by(history.c.seq.desc())
        .limit(1)
    ).first()
    seq, previous = (head.seq + 1, head.hash) if head else (1, GENESIS)
    _INSERT.run(connection, chained(subject, subject_id, seq, previous, entry))
    return int(seq)


def record(
    connection: Connection, by: By, now: datetime, subject_id: int, event: Event, *, definition_hash: str = ""
) -> int:
    """Append what somebody did to any subject but a model (see `append`). Returns the entry's number."""
    what = entry(by, now, event.trigger, events.content(event), Passage(definition_hash=definition_hash))
    return append(connection, event.of, subject_id, what)
