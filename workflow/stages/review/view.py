"""What a page or the command line shows of review meetings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.access import OWN_SCOPED, Actor, outermost, under
from workflow.core.engine.context import MODEL, registrant_name
from workflow.ground.schema import (
    account,
    agenda_item,
    emulation_model,
    field,
    meeting_guest,
    meeting_member,
    meeting_note,
    programme_year,
    review_meeting,
    unit,
    vote,
)
from workflow.stages.implementation.briefs import Brief, briefs
from workflow.stages.review import result as review_result
from workflow.stages.review.ballots import entitled
from workflow.stages.review.committee import IN_ORDER
from workflow.stages.review.meetings import seen_meeting
from workflow.stages.review.result import Result


@dataclass(frozen=True, slots=True)
class MemberView:
    """One member, named as when the meeting opened."""

    account_id: int
    user_name: str
    full_name: str
    unit_name: str
    duty: str
    present: bool


@dataclass(frozen=True, slots=True)
class NoteView:
    """What was added to the minutes after the close."""

    text: str
    written_at: datetime
    written_by: str


@dataclass(frozen=True, slots=True)
class AgendaView:
    """One model of the agenda. votes, written: by user name. must_abstain: members of the registrant's unit."""

    model_id: int
    code: str
    name: str
    registrant: str
    unit_name: str
    kind: str
    field_label: str
    state: str
    result: Result
    votes: Mapping[str, str]
    written: frozenset[str]
    must_abstain: frozenset[str]
    ballots: tuple[int, int, int] | None
    brief: Brief


@dataclass(frozen=True, slots=True)
class MeetingView:
    """One meeting with everything that belongs to it. status: prepared, open, closed or cancelled."""

    id: int
    year: int
    unit_id: int
    unit_code: str
    unit_name: str
    unit_path: str
    title: str
    held_on: date
    place: str
    ballot: str
    status: str
    minutes: str
    version: int
    opened_at: datetime | None
    closed_at: datetime | None
    members: tuple[MemberView, ...]
    agenda: tuple[AgendaView, ...]
    guests: tuple[str, ...]
    notes: tuple[NoteView, ...]
    needed_present: int
    needed_votes: int

    @property
    def present(self) -> int:
        """How many members are there."""
        return sum(member.present for member in self.members)


@dataclass(frozen=True, slots=True)
class MeetingSummary:
    """One line in the list of meetings."""

    id: int
    unit_name: str
    title: str
    held_on: date
    status: str
    members: int
    models: int
    carried: int


def meeting(connection: Connection, actor: Actor, meeting_id: int, today: date | None = None) -> MeetingView:
    """One meeting, if this person may see it. today: when to ask who belongs to which unit; else the day of the meeting."""
    seen = seen_meeting(connection, actor, meeting_id)
    members = tuple(
        MemberView(row.account_id, row.user_name, row.full_name, row.unit_name or "", row.duty, row.present)
        for row in connection.execute(
            sa.select(meeting_member, account.c.user_name, unit.c.name.label("unit_name"))
            .join(account, account.c.id == meeting_member.c.account_id)
            .outerjoin(unit, unit.c.id == meeting_member.c.unit_id)
            .where(meeting_member.c.meeting_id == meeting_id)
            .order_by(*IN_ORDER)
        )
    )
    guests = connection.execute(
        sa.select(meeting_guest.c.name)
        .where(meeting_guest.c.meeting_id == meeting_id)
        .order_by(meeting_guest.c.position)
    ).scalars()
    notes = connection.execute(
        sa.select(meeting_note.c.text, meeting_note.c.written_at, account.c.full_name)
        .join(account, account.c.id == meeting_note.c.written_by)
        .where(meeting_note.c.meeting_id == meeting_id)
        .order_by(meeting_note.c.id)
    )
    return MeetingView(
        id=seen.id,
        year=seen.year,
        unit_id=seen.unit_id,
        unit_code=seen.unit_code,
        unit_name=seen.unit_name,
        unit_path=seen.unit_path,
        title=seen.title,
        held_on=seen.held_on,
        place=seen.place,
        ballot=seen.ballot,
        status=seen.status,
        minutes=seen.minutes,
        version=seen.version,
        opened_at=seen.opened_at,
        closed_at=seen.closed_at,
        members=members,
        agenda=tuple(_agenda(connection, seen, members, today or seen.held_on)),
        guests=tuple(guests),
        notes=tuple(NoteView(*row) for row in notes),
        needed_present=review_result.needed_present(len(members), *_rule(seen, "quorum")),
        needed_votes=review_result.needed_votes(len(members), *_rule(seen, "threshold")),
    )


def meetings(connection: Connection, actor: Actor, year: int) -> list[MeetingSummary]:
    """The meetings of a year that this person may see, the latest first."""
    wide = outermost(grant.unit_path for grant in actor.grants if grant.role not in OWN_SCOPED)
    own = [grant.unit_id for grant in actor.grants if grant.role in OWN_SCOPED]
    mine = sa.exists().where(
        meeting_member.c.meeting_id == review_meeting.c.id, meeting_member.c.account_id == actor.account_id
    )
    rows = connection.execute(
        sa.select(
            review_meeting.c.id,
            unit.c.name,
            review_meeting.c.title,
            review_meeting.c.held_on,
            review_meeting.c.status,
            _count(meeting_member, meeting_member.c.meeting_id),
            _count(agenda_item, agenda_item.c.meeting_id),
            _count(agenda_item, agenda_item.c.meeting_id, agenda_item.c.carried),
        )
        .join(unit, unit.c.id == review_meeting.c.unit_id)
        .join(programme_year, programme_year.c.id == review_meeting.c.year_id)
        .where(
            programme_year.c.year == year,
            sa.or_(mine, review_meeting.c.unit_id.in_(own), *(under(path) for path in wide)),
        )
        .order_by(review_meeting.c.held_on.desc(), review_meeting.c.id.desc())
    )
    return [MeetingSummary(*row) for row in rows]


def _count(
    table: sa.Table, of_meeting: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]
) -> sa.ScalarSelect[int]:
    counted = sa.select(sa.func.count()).select_from(table).where(of_meeting == review_meeting.c.id, *conditions)
    return counted.correlate(review_meeting).scalar_subquery()


def _rule(seen: sa.Row[Any], name: str) -> tuple[int, int]:
    """A fraction as frozen at the opening; before it, that of the programme year."""
    numerator, denominator = getattr(seen, f"{name}_numerator"), getattr(seen, f"{name}_denominator")
    if numerator is None:
        return getattr(seen, f"year_{name}_numerator"), getattr(seen, f"year_{name}_denominator")
    return numerator, denominator


def _agenda(
    connection: Connection, seen: sa.Row[Any], members: tuple[MemberView, ...], today: date
) -> list[AgendaView]:
    meeting_id = seen.id
    results = review_result.count(connection, meeting_id)
    rows = connection.execute(
        MODEL.add_columns(
            field.c.label.label("field_label"),
            agenda_item.c.id.label("item_id"),
            agenda_item.c.ballots_for,
            agenda_item.c.ballots_against,
            agenda_item.c.ballots_abstaining,
        )
        .join(agenda_item, agenda_item.c.model_id == emulation_model.c.id)
        .join(field, field.c.id == emulation_model.c.field_id)
        .where(agenda_item.c.meeting_id == meeting_id)
        .order_by(agenda_item.c.position)
    ).all()
    cast: dict[int, dict[str, str]] = {}
    written: dict[int, set[str]] = {}
    for row in connection.execute(
        sa.select(vote.c.agenda_item_id, account.c.user_name, vote.c.choice, vote.c.written)
        .join(agenda_item, agenda_item.c.id == vote.c.agenda_item_id)
        .join(meeting_member, meeting_member.c.id == vote.c.member_id)
        .join(account, account.c.id == meeting_member.c.account_id)
        .where(agenda_item.c.meeting_id == meeting_id)
    ):
        cast.setdefault(row.agenda_item_id, {})[row.user_name] = row.choice
        if row.written:
            written.setdefault(row.agenda_item_id, set()).add(row.user_name)
    told = briefs(connection, seen.year_id, [row.id for row in rows])
    free = entitled(connection, meeting_id, {row.id: row for row in rows}, today)
    return [
        AgendaView(
            model_id=row.id,
            code=row.code,
            name=row.name,
            registrant=registrant_name(row),
            unit_name=row.unit_name,
            kind=row.kind,
            field_label=row.field_label,
            state=row.state,
            result=results[row.id],
            votes=cast.get(row.item_id, {}),
            written=frozenset(written.get(row.item_id, ())),
            must_abstain=frozenset(m.user_name for m in members if m.account_id not in free[row.id]),
            ballots=None if row.ballots_for is None else (row.ballots_for, row.ballots_against, row.ballots_abstaining),
            brief=told[row.id],
        )
        for row in rows
    ]
