"""The life of one obligation: it comes to be once, is moved, fulfilled, opened again or withdrawn; and its reminder steps.

Everything is set-based. Who is told of a change is not decided here: `workflow` knows no messages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations.due import due_at
from workflow.across.obligations.working_days import roll
from workflow.ground.dialects import any_of, insert_new
from workflow.ground.refusals import NotFound
from workflow.ground.schema import obligation, reminder_step
from workflow.ground.schema.base import Moment
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

EVENTS: Final = ("meeting", "visit")
"""Subjects that happen on their day: people are reminded of them before, and nothing is late afterwards."""

ON_THEIR_DAY: Final = (*EVENTS, "registration")
"""Subjects whose day is not rolled over days off: it is the very day on which they happen, or after which one is late."""

OPEN: Final = sa.and_(obligation.c.fulfilled_at.is_(None), obligation.c.withdrawn_at.is_(None))


class Step(NamedTuple):
    """A reminder step of a year. days: after the due date, negative before it; parts: who is told."""

    days: int
    parts: tuple[str, ...]
    with_list_of_late: bool


def steps(connection: Connection, year_id: int) -> tuple[Step, ...]:
    """The reminder steps of a year, the earliest first."""
    rows = connection.execute(
        sa.select(reminder_step).where(reminder_step.c.year_id == year_id).order_by(reminder_step.c.days)
    )
    return tuple(Step(row.days, tuple(row.recipients.split(",")), row.with_list_of_late) for row in rows)


def step_days(found: Sequence[Step], subject: str) -> tuple[int, ...]:
    """The days of those steps that concern a subject: meetings and visits have none after their day."""
    return tuple(step.days for step in found if step.days <= 0 or subject not in EVENTS)


def next_step_on(days: Collection[int], due_on: date, *, not_before: date) -> date | None:
    """The day of the next reminder step: the smallest of due_on + days from `not_before` on, None when none is left.

    not_before: the day on which the obligation was opened (earlier steps do not exist for it), or the one after what was told.
    """
    return min((day for number in days if (day := due_on + timedelta(days=number)) >= not_before), default=None)


def insert_missing(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Let obligations come to be whose key is not there yet; the ids of those. rows: every column but the id and what ends it.

    due_at and next_step_on are reckoned here; `due_on` is already a working day where it has to be.
    """
    if not rows:
        return []
    days = {year: steps(connection, year) for year in {row["year_id"] for row in rows}}
    values = [
        {
            "call_id": None,
            "model_id": None,
            "state": None,
            "meeting_id": None,
            "visit_id": None,
            **row,
            "due_at": due_at(row["due_on"]),
            "next_step_on": next_step_on(
                step_days(days[row["year_id"]], row["subject"]),
                row["due_on"],
                not_before=local_date(row["opened_at"]),
            ),
        }
        for row in rows
    ]
    statement = insert_new(connection, obligation, ["key"]).returning(obligation.c.id)
    return list(connection.execute(statement, values).scalars())


def fulfil(connection: Connection, now: datetime, obligation_id: int) -> bool:
    """What was owed was done. False when it had ended before."""
    return fulfil_many(connection, now, [obligation_id]) == 1


def fulfil_many(connection: Connection, now: datetime, obligation_ids: Sequence[int]) -> int:
    """The same for many; how many were open."""
    return _end(connection, obligation_ids, {"fulfilled_at": now})


def fulfil_each(connection: Connection, done: Mapping[int, datetime]) -> int:
    """What was owed was done at different moments, by id; how many were open."""
    if not done:
        return 0
    connection.execute(
        sa.update(obligation)
        .where(OPEN, obligation.c.id == sa.bindparam("the_id"))
        .values(fulfilled_at=sa.bindparam("done_at", type_=Moment()), next_step_on=None),
        [{"the_id": key, "done_at": at} for key, at in done.items()],
    )
    return len(done)


def withdraw_many(connection: Connection, now: datetime, obligation_ids: Sequence[int]) -> int:
    """Nobody owes these any more; how many were open."""
    return _end(connection, obligation_ids, {"withdrawn_at": now})


def reopen(connection: Connection, now: datetime, obligation_id: int, new_due: date) -> None:
    """What was done has to be done again, by a date of its own: the steps begin anew. Raises NotFound.

    new_due: as stated; a day off rolls to the next working day. Nothing that was withdrawn is opened again.
    """
    row = connection.execute(
        sa.select(obligation.c.year_id, obligation.c.subject).where(
            obligation.c.id == obligation_id, obligation.c.withdrawn_at.is_(None)
        )
    ).first()
    if row is None:
        raise NotFound(_("Không có việc phải làm này."), guard="obligation")
    due_on = new_due if row.subject in ON_THEIR_DAY else roll(connection, new_due)
    connection.execute(
        sa.update(obligation)
        .where(obligation.c.id == obligation_id)
        .values(fulfilled_at=None, **_dated(connection, now, row.year_id, row.subject, new_due, due_on))
    )


def move(connection: Connection, now: datetime, obligation_ids: Sequence[int], new_day: date) -> int:
    """Give open obligations another due date; how many were moved. One statement for each year and subject among them.

    new_day: as stated; a day off rolls to the next working day, save for those in `ON_THEIR_DAY`.
    """
    chosen = sa.and_(OPEN, any_of(obligation.c.id, obligation_ids))
    kinds = connection.execute(sa.select(obligation.c.year_id, obligation.c.subject).where(chosen).distinct()).all()
    moved = 0
    for kind in kinds:
        due_on = new_day if kind.subject in ON_THEIR_DAY else roll(connection, new_day)
        result = connection.execute(
            sa.update(obligation)
            .where(
                chosen,
                obligation.c.year_id == kind.year_id,
                obligation.c.subject == kind.subject,
                sa.or_(obligation.c.due_on != due_on, obligation.c.due_stated != new_day),
            )
            .values(_dated(connection, now, kind.year_id, kind.subject, new_day, due_on))
        )
        moved += result.rowcount
    return moved


def follow_steps(connection: Connection, now: datetime, year_id: int) -> int:
    """After the year's steps changed: what is open goes by the new ones from today on. One statement for each due date."""
    found = steps(connection, year_id)
    today = local_date(now)
    open_here = sa.and_(OPEN, obligation.c.year_id == year_id)
    dates = connection.execute(sa.select(obligation.c.due_on, obligation.c.subject).where(open_here).distinct()).all()
    followed = 0
    for row in dates:
        ahead = next_step_on(step_days(found, row.subject), row.due_on, not_before=today)
        result = connection.execute(
            sa.update(obligation)
            .where(open_here, obligation.c.due_on == row.due_on, obligation.c.subject == row.subject)
            .values(next_step_on=ahead)
        )
        followed += result.rowcount
    return followed


def _dated(
    connection: Connection, now: datetime, year_id: int, subject: str, due_stated: date, due_on: date
) -> dict[str, Any]:
    """What a new due date sets. Steps whose day has come by today are behind: people are told of the new date itself instead."""
    today = local_date(now)
    ahead = next_step_on(
        step_days(steps(connection, year_id), subject),
        due_on,
        not_before=today if due_on == today else today + timedelta(days=1),
    )
    return {
        "due_stated": due_stated,
        "due_on": due_on,
        "due_at": due_at(due_on),
        "next_step_on": ahead,
        "sequence": obligation.c.sequence + 1,
        "untold": True,
    }


def _end(connection: Connection, obligation_ids: Sequence[int], ending: Mapping[str, datetime]) -> int:
    result = connection.execute(
        sa.update(obligation)
        .where(OPEN, any_of(obligation.c.id, obligation_ids))
        .values({**ending, "next_step_on": None})
    )
    return int(result.rowcount)
