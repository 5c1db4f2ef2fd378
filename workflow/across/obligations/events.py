"""Meetings and visits ahead: their members are reminded before the day, whoever puts them off or calls them off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import life
from workflow.across.obligations.life import EVENTS, OPEN
from workflow.ground.dialects import any_of
from workflow.ground.prepared import Prepared
from workflow.ground.schema import (
    emulation_model,
    meeting_member,
    obligation,
    review_meeting,
    visit,
    visit_member,
    visit_model,
)
from workflow.ground.vietnam_time import local_date


def _of(key: sa.Column[int], members: sa.Table, of_member: sa.Column[int]) -> sa.Select[Any]:
    """What is open for the meetings, or visits, of a person: from their memberships to what is owed for each."""
    return (
        sa.select(obligation.c.due_on, obligation.c.id)
        .join(members, of_member == key)
        .where(
            OPEN,
            key.is_not(None),
            members.c.account_id == sa.bindparam("account"),
            obligation.c.due_on.between(sa.bindparam("since", type_=sa.Date), sa.bindparam("until", type_=sa.Date)),
        )
        .with_hint(obligation, f"INDEXED BY ix_obligation_{key.name}", "sqlite")
    )


_EXPECTING: Final = Prepared(
    sa.union_all(
        _of(obligation.c.meeting_id, meeting_member, meeting_member.c.meeting_id),
        _of(obligation.c.visit_id, visit_member, visit_member.c.visit_id),
    )
)


def follow(connection: Connection, now: datetime) -> int:
    """Bring what is owed for meetings and visits up to what is planned now. How many came to be, moved or ended."""
    today = local_date(now)
    wanted = {**_meetings(connection, today), **_visits(connection, today)}
    known = {
        row.key: row
        for chosen in (OPEN, any_of(obligation.c.key, list(wanted)))
        for row in connection.execute(sa.select(obligation).where(obligation.c.subject.in_(EVENTS), chosen))
    }
    moved: dict[date, list[int]] = defaultdict(list)
    gone: list[int] = []
    for key, row in known.items():
        if row.withdrawn_at is not None:
            continue
        plan = wanted.get(key)
        if plan is None:
            if row.fulfilled_at is None and row.due_on >= today:
                gone.append(row.id)
        elif plan["due_on"] != row.due_on:
            if row.fulfilled_at is None:
                moved[plan["due_on"]].append(row.id)
            else:
                # It was over, and has been put on another day.
                life.reopen(connection, now, row.id, plan["due_on"])
    new = [{**plan, "key": key, "opened_at": now} for key, plan in wanted.items() if key not in known]
    touched = len(life.insert_missing(connection, new))
    touched += sum(life.move(connection, now, ids, day) for day, ids in moved.items())
    touched += _end_meetings(connection, now, gone)
    return touched


def expecting(
    connection: Connection, account_id: int, since: date | None = None, until: date | None = None
) -> list[tuple[date, int]]:
    """Due date and key of the meetings and visits at which somebody is expected, whatever their roles; by due date."""
    given = {"account": account_id, "since": since or date.min, "until": until or date.max}
    return sorted({(row.due_on, row.id) for row in _EXPECTING.all(connection, given)})


def pass_by(connection: Connection, now: datetime) -> int:
    """What was to happen on a day is over when the day is. How many ended (index ix_obligation_subject_roles_due_on)."""
    past = connection.execute(
        sa.select(obligation.c.id, obligation.c.due_at).where(
            OPEN, obligation.c.subject.in_(EVENTS), obligation.c.due_on < local_date(now)
        )
    )
    return life.fulfil_each(connection, {row.id: row.due_at for row in past})


def _meetings(connection: Connection, today: date) -> dict[str, dict[str, Any]]:
    rows = connection.execute(
        sa.select(review_meeting).where(
            review_meeting.c.status.in_(("prepared", "open")), review_meeting.c.held_on >= today
        )
    )
    return {
        f"meeting:{row.id}": _event(row.year_id, "meeting", row.id, row.unit_id, row.held_on, meeting_id=row.id)
        for row in rows
    }


def _visits(connection: Connection, today: date) -> dict[str, dict[str, Any]]:
    year = (
        sa.select(sa.func.max(emulation_model.c.year_id))
        .join(visit_model, visit_model.c.model_id == emulation_model.c.id)
        .where(visit_model.c.visit_id == visit.c.id)
        .scalar_subquery()
    )
    # A visit without models is over: all of them have been inspected.
    rows = connection.execute(
        sa.select(visit.c.id, visit.c.unit_id, visit.c.day, visit.c.planned_at, year.label("year_id")).where(
            visit.c.day >= today, year.is_not(None)
        )
    )
    return {
        f"visit:{row.id}:{int(row.planned_at.timestamp())}": _event(
            row.year_id, "visit", row.id, row.unit_id, row.day, visit_id=row.id
        )
        for row in rows
    }


def _event(year_id: int, subject: str, key: int, unit_id: int, day: date, **columns: int) -> dict[str, Any]:
    return {
        "year_id": year_id,
        "subject": subject,
        "unit_id": unit_id,
        "roles": f"{subject}:{key}",
        "collector_id": unit_id,
        "due_stated": day,
        "due_on": day,
        **columns,
    }


def _end_meetings(connection: Connection, now: datetime, ids: list[int]) -> int:
    """What is planned no more: a meeting that was held and a visit that found everything are done, the rest is called off."""
    if not ids:
        return 0
    status: Mapping[int, str | None] = {
        row.id: row.status
        for row in connection.execute(
            sa.select(obligation.c.id, review_meeting.c.status)
            .outerjoin(review_meeting, review_meeting.c.id == obligation.c.meeting_id)
            .where(obligation.c.id.in_(ids), obligation.c.subject == "meeting")
        )
    }
    standing = set(
        connection.execute(
            sa.select(obligation.c.id).join(visit, visit.c.id == obligation.c.visit_id).where(obligation.c.id.in_(ids))
        ).scalars()
    )
    held = [key for key in ids if status.get(key) == "closed" or key in standing]
    called_off = [key for key in ids if key not in held]
    return life.fulfil_many(connection, now, held) + life.withdraw_many(connection, now, called_off)
