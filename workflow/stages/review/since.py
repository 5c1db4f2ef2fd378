"""What others did with a meeting since somebody last saw it: its members, guests and agenda, who is there, votes written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import events
from workflow.core.events import Event
from workflow.core.people.names import names_of
from workflow.ground.schema import account, emulation_model, history
from workflow.stages.review.events import (
    AgendaSet,
    AttendanceTaken,
    BallotsRecorded,
    MeetingOpened,
    MembersSet,
    VotesRecorded,
)

_VOTING: Final = (VotesRecorded.trigger, BallotsRecorded.trigger)


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the list has them. duty: code."""

    name: str
    duty: str


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of a meeting by what stands on them; None where nobody wrote that list yet. agenda: codes of models, in order."""

    members: tuple[Member, ...] | None = None
    guests: tuple[str, ...] | None = None
    agenda: tuple[str, ...] | None = None
    present: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done with the meeting, and its lists before and after."""

    at: datetime
    who: str
    principal: str | None
    role: str
    trigger: str
    reason: str
    before: Lists
    after: Lists


@dataclass(frozen=True, slots=True)
class VotesWritten:
    """What one person in one role wrote of votes: the models they wrote for. at, reason: of the latest of these entries."""

    at: datetime
    who: str
    principal: str | None
    role: str
    reason: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """Everything after a moment, the oldest first."""

    deeds: tuple[Deed, ...]
    votes: tuple[VotesWritten, ...]


def done_since(connection: Connection, meeting_id: int, agenda: Sequence[int], moment: datetime) -> Since:
    """What was done with a meeting after `moment`. agenda: keys of the models on it.

    Three statements; index uq_history_subject_subject_id_seq serves those of the history.
    """
    rows = connection.execute(
        _ENTRIES.where(history.c.subject == "meeting", history.c.subject_id == meeting_id).order_by(history.c.seq)
    ).all()
    told = [events.told("meeting", row.trigger, row.payload) for row in rows]
    people = names_of(connection, {key for happened in told for event in happened for key in _mentioned(event)}, ())
    found: list[Deed] = []
    before = Lists()
    for row, happened in zip(rows, told, strict=True):
        after = before
        for event in happened:
            after = _after(after, event, people)
        if row.at > moment:
            found.append(
                Deed(row.at, row.actor_name, row.principal_name, row.role, row.trigger, row.reason, before, after)
            )
        before = after
    return Since(tuple(found), _votes(connection, agenda, moment))


_actor, _principal = account.alias("actor"), account.alias("principal")
_ENTRIES = (
    sa.select(
        history.c.at,
        history.c.role,
        history.c.trigger,
        history.c.reason,
        history.c.payload,
        _actor.c.full_name.label("actor_name"),
        _principal.c.full_name.label("principal_name"),
    )
    .join(_actor, _actor.c.id == history.c.actor_id)
    .outerjoin(_principal, _principal.c.id == history.c.for_id)
)


def _votes(connection: Connection, agenda: Sequence[int], moment: datetime) -> tuple[VotesWritten, ...]:
    rows = connection.execute(
        _ENTRIES.add_columns(emulation_model.c.code)
        .join(emulation_model, emulation_model.c.id == history.c.subject_id)
        .where(
            history.c.subject == "model",
            history.c.subject_id.in_(agenda),
            history.c.trigger.in_(_VOTING),
            history.c.at > moment,
        )
        .order_by(history.c.id)
    )
    found: dict[tuple[str, str], VotesWritten] = {}
    for row in rows:
        earlier = found.get((row.actor_name, row.role))
        codes = (*(earlier.codes if earlier else ()), row.code)
        found[row.actor_name, row.role] = VotesWritten(
            row.at, row.actor_name, row.principal_name, row.role, row.reason, tuple(dict.fromkeys(codes))
        )
    return tuple(found.values())


def _mentioned(event: Event) -> set[int]:
    """Keys of the people on the lists of an entry."""
    found: set[int] = set()
    if isinstance(event, MembersSet | MeetingOpened):
        found.update(one.account for one in event.members)
    if isinstance(event, AttendanceTaken | MeetingOpened):
        found.update(event.present)
    return found


def _after(before: Lists, event: Event, people: Mapping[int | str, str]) -> Lists:
    """The lists as an entry leaves them; what it does not speak of stays."""
    after = before
    if isinstance(event, MembersSet | MeetingOpened):
        members = (Member(people.get(one.account, str(one.account)), one.duty) for one in event.members)
        after = replace(after, members=tuple(members))
    if isinstance(event, MembersSet) and event.guests is not None:
        after = replace(after, guests=event.guests)
    if isinstance(event, AgendaSet | MeetingOpened) and event.models is not None:
        after = replace(after, agenda=event.models)
    if isinstance(event, AgendaSet) and event.added:
        after = replace(after, agenda=(*(before.agenda or ()), event.added))
    if isinstance(event, AttendanceTaken | MeetingOpened):
        after = replace(after, present=tuple(people.get(key, str(key)) for key in event.present))
    return after
