"""What one person is to be told, newest first: `recipients.py` seen from the other side, in a sentence for the home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.notices.recipients import addresses, deed_of_row
from workflow.core import access
from workflow.core.access import OWN_SCOPED, Actor, Grant
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.ground.schema import account, emulation_model, history, outbox, unit
from workflow.ground.speech import _

_LONGEST_REASON = 160
# A path of so many slashes is that of a root or of a unit directly below one.
_NEAR_THE_ROOT = 3


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done with a model, as a sentence is made of it. id: the row of the outbox; full_name: who did it."""

    id: int
    created_at: datetime
    trigger: str
    from_state: str | None
    to_state: str | None
    reason: str
    behalf: str
    definition_hash: str
    full_name: str
    code: str
    name: str
    model_kind: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that happened to a model and concerns the person. outbox_id: the row it comes from."""

    outbox_id: int
    at: datetime
    sentence: str
    code: str
    model_name: str
    unit_name: str
    trigger: str


def notices(connection: Connection, actor: Actor, *, since: datetime | None = None, limit: int = 20) -> list[Notice]:
    """The latest of what this person is to be told under today's roles, never of what they did themselves. One statement.

    since: nothing older than this moment. limit: at most so many.
    """
    if not actor.grants:
        return []
    statement = deeds().where(
        sa.or_(*(_concerns(grant) for grant in actor.grants)),
        history.c.actor_id != actor.account_id,
        access.visible(actor),
    )
    statement = statement.order_by(outbox.c.id.desc()).limit(limit)
    if since is not None:
        statement = statement.where(outbox.c.created_at >= since)
    if any(grant.role not in OWN_SCOPED and grant.unit_path.count("/") <= _NEAR_THE_ROOT for grant in actor.grants):
        # Much of what happens concerns this person, so the latest of it is found from the end; SQLite would begin at the units.
        statement = statement.with_hint(outbox, "NOT INDEXED", "sqlite")
    return [
        Notice(
            row.id,
            row.created_at,
            _sentence(connection, row),
            row.code,
            row.name,
            row.unit_name,
            row.trigger,
        )
        for row in read(connection, statement)
    ]


def read(connection: Connection, statement: sa.Select[Any]) -> list[Deed]:
    """The deeds that a narrowed `deeds()` finds."""
    return [Deed(**row._mapping) for row in connection.execute(statement)]


def deeds() -> sa.Select[Any]:
    """Every deed that somebody is to hear of: rows of the outbox with the entry of the history, the model and its unit."""
    return (
        sa.select(
            outbox.c.id,
            outbox.c.created_at,
            outbox.c.trigger,
            history.c.from_state,
            history.c.to_state,
            history.c.reason,
            history.c.behalf,
            history.c.definition_hash,
            account.c.full_name,
            emulation_model.c.code,
            emulation_model.c.name,
            emulation_model.c.kind.label("model_kind"),
            unit.c.name.label("unit_name"),
        )
        .join(emulation_model, emulation_model.c.id == outbox.c.model_id)
        .join(unit, unit.c.id == outbox.c.unit_id)
        .join(history, deed_of_row())
        .join(account, account.c.id == history.c.actor_id)
    )


def _concerns(grant: Grant) -> sa.ColumnElement[bool]:
    within = outbox.c.unit_id == grant.unit_id if grant.role in OWN_SCOPED else access.under(grant.unit_path)
    return sa.and_(addresses(sa.literal(grant.role)), within)


def step(connection: Connection, row: Deed) -> tuple[str, str]:
    """What was done and the state it led to, without who did it and why; '' for a state that the definition does not know."""
    definition = store.definition(connection, row.definition_hash)
    state = definition.states.get(row.to_state or "")
    return _label(definition, row), state.label if state else ""


def _sentence(connection: Connection, row: Deed) -> str:
    """Who did what, for whom, why, and where the model is now."""
    label, state = step(connection, row)
    deed = _("%(full_name)s đã %(lower)s%(label)s", full_name=row.full_name, lower=label[0].lower(), label=label[1:])
    if row.behalf:
        deed += f" thay {row.behalf}"
    deed += _(", mô hình chuyển sang «%(label)s».", label=state) if state else "."
    return _("%(deed)s Lý do: %(reason)s", deed=deed, reason=_short(row.reason)) if row.reason else deed


def _label(definition: Definition, row: Deed) -> str:
    """The words of the very entry that was taken: several of one trigger may differ in where they lead."""
    entries = definition.entries(row.from_state, row.trigger) if row.from_state else ()
    taken = next((entry for entry in entries if entry.target == row.to_state), None)
    return taken.label if taken else row.trigger


def _short(reason: str) -> str:
    whole = " ".join(reason.split())
    return whole if len(whole) <= _LONGEST_REASON else whole[: _LONGEST_REASON - 1].rsplit(" ", 1)[0] + "…"
