"""The whole history as administrators read it: filtered by person, deed, model, unit and days, never beyond their scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import PRIVILEGED, Actor
from workflow.core.events import Event, told
from workflow.core.history import stamp
from workflow.ground.schema import (
    account,
    anchor,
    emulation_model,
    history,
    obligation,
    programme_year,
    report,
    report_call,
    review_meeting,
    submission,
    unit,
)
from workflow.ground.vietnam_time import end_of_day, start_of_day


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the history is asked for; empty means everything. Days are inclusive; unit_path: this unit and those below."""

    user_name: str = ""
    trigger: str = ""
    code: str = ""
    unit_path: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, with names instead of keys. place: where to go on from; about: what the subject is called."""

    place: str
    at: datetime
    actor: str
    principal: str | None
    behalf: str
    role: str
    trigger: str
    subject: str
    about: str
    code: str | None
    from_state: str | None
    to_state: str | None
    reason: str
    events: tuple[Event, ...]
    definition_hash: str
    hash: str


def lines(
    connection: Connection, actor: Actor, filters: Filters, *, before: str = "", limit: int = 50
) -> tuple[list[Line], str]:
    """Entries the actor may see, the latest first, and the place to go on from ('' at the end).

    One statement; ix_history_at bounds it by days, ix_history_actor_id by person, the chain's key by model.
    """
    statement = _LINES.where(_visible(actor))
    if filters.user_name:
        statement = statement.where(_actor.c.user_name == filters.user_name)
    if filters.trigger:
        statement = statement.where(history.c.trigger == filters.trigger)
    if filters.code:
        statement = statement.where(emulation_model.c.code == filters.code)
    if filters.unit_path:
        statement = statement.where(access.under(filters.unit_path))
    if filters.since is not None:
        statement = statement.where(history.c.at >= start_of_day(filters.since))
    if filters.until is not None:
        statement = statement.where(history.c.at < end_of_day(filters.until))
    after = _read_place(before)
    if after is not None:
        statement = statement.where(
            sa.tuple_(history.c.at, history.c.id)
            < sa.tuple_(sa.literal(after[0], history.c.at.type), sa.literal(after[1]))
        )
    rows = connection.execute(statement.order_by(history.c.at.desc(), history.c.id.desc()).limit(limit + 1)).all()
    found = [_line(row) for row in rows[:limit]]
    return found, found[-1].place if len(rows) > limit else ""


def of_year(connection: Connection, year_id: int) -> list[Line]:
    """The history of a programme year, the latest first (index uq_history_subject_subject_id_seq)."""
    rows = connection.execute(
        _LINES.where(history.c.subject == "year", history.c.subject_id == year_id).order_by(history.c.seq.desc())
    )
    return [_line(row) for row in rows]


def anchors(connection: Connection, *, limit: int = 60) -> list[sa.Row[Any]]:
    """The latest anchors (day, entries, root), the newest first."""
    statement = sa.select(anchor.c.day, anchor.c.entries, anchor.c.root).order_by(anchor.c.day.desc()).limit(limit)
    return list(connection.execute(statement))


_actor, _principal, _about = account.alias("actor"), account.alias("principal"), account.alias("about")


def _is(subject: str, table: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(history.c.subject == subject, table.c.id == history.c.subject_id)


# The unit to which an entry belongs, whatever its subject; a year belongs to none.
_PLACE = sa.func.coalesce(
    emulation_model.c.unit_id,
    _about.c.unit_id,
    review_meeting.c.unit_id,
    submission.c.unit_id,
    report.c.unit_id,
    obligation.c.unit_id,
    report_call.c.unit_id,
    sa.case((history.c.subject == "unit", history.c.subject_id)),
)
_CALLED = sa.func.coalesce(report.c.call_id, obligation.c.call_id)
_LINES = (
    sa.select(
        history,
        _actor.c.full_name.label("actor_name"),
        _principal.c.full_name.label("principal_name"),
        emulation_model.c.code.label("model_code"),
        emulation_model.c.name.label("model_name"),
        _about.c.full_name.label("account_name"),
        _about.c.user_name.label("account_user_name"),
        unit.c.name.label("unit_name"),
        programme_year.c.year.label("year"),
        review_meeting.c.title.label("meeting_title"),
        submission.c.number.label("submission_number"),
        report_call.c.label.label("call_label"),
    )
    .select_from(history)
    .join(_actor, _actor.c.id == history.c.actor_id)
    .outerjoin(_principal, _principal.c.id == history.c.for_id)
    .outerjoin(emulation_model, _is("model", emulation_model))
    .outerjoin(_about, _is("account", _about))
    .outerjoin(programme_year, _is("year", programme_year))
    .outerjoin(review_meeting, _is("meeting", review_meeting))
    .outerjoin(submission, _is("submission", submission))
    .outerjoin(report, _is("report", report))
    .outerjoin(obligation, _is("obligation", obligation))
    .outerjoin(report_call, sa.or_(_is("call", report_call), report_call.c.id == _CALLED))
    .outerjoin(unit, unit.c.id == _PLACE)
)


def _visible(actor: Actor) -> sa.ColumnElement[bool]:
    """Entries about what lies in the actor's administration; of a draft, which only its unit sees, none but their own."""
    scope = access.outermost(grant.unit_path for grant in actor.grants if grant.role in PRIVILEGED)
    if not scope:
        return sa.false()
    submitted = sa.or_(
        sa.and_(history.c.subject != "model", history.c.trigger != "report_saved"),
        emulation_model.c.submitted_at.is_not(None),
        emulation_model.c.created_by == actor.account_id,
    )
    if any(path.count("/") == 2 for path in scope):
        return submitted
    return sa.and_(submitted, sa.or_(history.c.subject == "year", *(access.under(path) for path in scope)))


def _line(row: sa.Row[Any]) -> Line:
    about = {
        "model": row.model_name,
        "account": row.account_name and f"{row.account_name} ({row.account_user_name})",
        "unit": row.unit_name,
        "year": row.year and str(row.year),
        "meeting": row.meeting_title,
        "submission": row.submission_number,
        "call": row.call_label,
        "report": f"{row.call_label}, {row.unit_name}",
        "obligation": " – ".join(filter(None, (row.call_label, row.unit_name))),
    }.get(row.subject)
    return Line(
        place=f"{stamp(row.at)}_{row.id}",
        at=row.at,
        actor=row.actor_name,
        principal=row.principal_name,
        behalf=row.behalf,
        role=row.role,
        trigger=row.trigger,
        subject=row.subject,
        about=about or str(row.subject_id),
        code=row.model_code,
        from_state=row.from_state,
        to_state=row.to_state,
        reason=row.reason,
        events=told(row.subject, row.trigger, row.payload),
        definition_hash=row.definition_hash,
        hash=row.hash,
    )


def _read_place(place: str) -> tuple[datetime, int] | None:
    """Where to go on from; a place that nobody was given is the beginning."""
    moment, _, number = place.rpartition("_")
    if not number.isdecimal() or len(number) > 18:
        return None
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, int(number)) if at.tzinfo is not None else None
