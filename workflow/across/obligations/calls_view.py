"""A call for reports as its page shows it: what was called for, how far it is, who could be called on. Nothing changes here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import selector
from workflow.across.obligations.calls import CALLERS, unseen
from workflow.across.obligations.selector import Selector
from workflow.core import access
from workflow.core.access import Actor
from workflow.core.events import Event, told
from workflow.core.labels import UNIT_KINDS
from workflow.core.people.unit import COLUMNS, DEPTH, Unit
from workflow.ground.schema import account, history, obligation, programme_year, report_call, unit
from workflow.ground.vietnam_time import local_date

MOST_UNITS = 400
"""Units to choose from on one page; default of ours. A district with its villages fits, a province does not."""


@dataclass(frozen=True, slots=True)
class CallView:
    """One call. opened_by: empty when the clock opened it. changes: whether this person may move or withdraw it.

    late: units that have not handed in although the due date is past.
    """

    id: int
    year: int
    label: str
    instructions: str
    unit_code: str
    unit_name: str
    period_from: date
    period_to: date
    due_stated: date
    due_on: date
    opened_at: datetime
    opened_by: str
    withdrawn_at: datetime | None
    version: int
    units: int
    done: int
    late: int
    changes: bool


@dataclass(frozen=True, slots=True)
class CallEntry:
    """One thing that was done with a call."""

    trigger: str
    actor_name: str
    at: datetime
    reason: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Units that may be called on together: those of a level or of a kind; of neither, all that report directly."""

    units: int
    level: str = ""
    kind: str = ""


def call(connection: Connection, actor: Actor, now: datetime, call_id: int) -> CallView:
    """A call that this person sees: over the unit that calls. Raises NotFound."""
    found = _views(connection, actor, now, report_call.c.id == call_id, most=1)
    if not found:
        raise unseen(call_id)
    return found[0]


def calls(
    connection: Connection, actor: Actor, now: datetime, *, year: int | None = None, most: int = 100
) -> list[CallView]:
    """The calls that this person sees, the latest due first. One statement."""
    chosen = programme_year.c.year == year if year is not None else sa.true()
    return _views(connection, actor, now, chosen, most=most)


def entries(connection: Connection, call_id: int) -> list[CallEntry]:
    """What happened to a call, the latest first."""
    rows = connection.execute(
        sa.select(
            history.c.trigger,
            account.c.full_name.label("actor_name"),
            history.c.at,
            history.c.reason,
            history.c.payload,
        )
        .join(account, account.c.id == history.c.actor_id)
        .where(history.c.subject == "call", history.c.subject_id == call_id)
        .order_by(history.c.seq.desc())
    )
    return [
        CallEntry(row.trigger, row.actor_name, row.at, row.reason, told("call", row.trigger, row.payload))
        for row in rows
    ]


def callers(connection: Connection, actor: Actor, today: date) -> list[Unit]:
    """The units for which this person may call, their own highest first."""
    places = {grant.unit_id for grant in actor.grants if grant.role in CALLERS}
    rows = connection.execute(
        sa.select(*COLUMNS)
        .where(unit.c.id.in_(sorted(places)), selector.holds_on(today))
        .order_by(DEPTH, unit.c.tree_sort)
    )
    return [Unit(**row._mapping) for row in rows]


def groups(connection: Connection, caller: Unit, levels: Sequence[str], today: date) -> list[Group]:
    """Which units below the caller may be called on together: by level, by kind, then all that report directly."""
    kinds = [kind for kind in UNIT_KINDS if kind != "administrative"]
    possible = [
        *(Group(_count(connection, caller, Selector(levels=(level,)), today), level=level) for level in levels),
        *(Group(_count(connection, caller, Selector(kinds=(kind,)), today), kind=kind) for kind in kinds),
        Group(_count(connection, caller, Selector(), today)),
    ]
    return [group for group in possible if group.units]


def below(connection: Connection, caller: Unit, today: date) -> list[Unit]:
    """The units below the caller for choosing one by one, the highest first, in the order of the tree; at most `MOST_UNITS`."""
    rows = connection.execute(
        sa.select(*COLUMNS)
        .where(access.under(caller.path), unit.c.id != caller.id, selector.holds_on(today))
        .order_by(DEPTH, unit.c.tree_sort)
        .limit(MOST_UNITS)
    )
    return [Unit(**row._mapping) for row in rows]


def _count(connection: Connection, caller: Unit, wanted: Selector, today: date) -> int:
    return len(selector.owing(connection, caller, wanted, today))


def _views(
    connection: Connection, actor: Actor, now: datetime, chosen: sa.ColumnElement[bool], *, most: int
) -> list[CallView]:
    paths = access.outermost(grant.unit_path for grant in actor.grants if grant.role not in access.OWN_SCOPED)
    if not paths:
        return []
    owed = sa.and_(obligation.c.call_id == report_call.c.id, obligation.c.withdrawn_at.is_(None))

    def count(*where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return sa.select(sa.func.count()).select_from(obligation).where(owed, *where).scalar_subquery()

    open_still = obligation.c.fulfilled_at.is_(None)
    rows = connection.execute(
        sa.select(
            report_call,
            programme_year.c.year,
            unit.c.code.label("unit_code"),
            unit.c.name.label("unit_name"),
            unit.c.path,
            account.c.full_name.label("opener"),
            count().label("owing"),
            count(~open_still).label("done"),
            count(open_still, obligation.c.due_on < local_date(now)).label("late"),
        )
        .join(programme_year, programme_year.c.id == report_call.c.year_id)
        .join(unit, unit.c.id == report_call.c.unit_id)
        .outerjoin(account, account.c.id == report_call.c.opened_by)
        .where(chosen, sa.or_(*(access.under(path) for path in paths)))
        .order_by(report_call.c.due_on.desc(), report_call.c.id.desc())
        .limit(most)
    )
    return [
        CallView(
            row.id,
            row.year,
            row.label,
            row.instructions,
            row.unit_code,
            row.unit_name,
            row.period_from,
            row.period_to,
            row.due_stated,
            row.due_on,
            row.opened_at,
            row.opener or "",
            row.withdrawn_at,
            row.version,
            row.owing,
            row.done,
            row.late,
            bool(actor.roles_over(row.path) & CALLERS),
        )
        for row in rows
    ]
