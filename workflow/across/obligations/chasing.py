"""What is owed to those who collect it: what is late, who has opened what they were told, units × calls. Nothing changes here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations.finding import Place, Reach, Window, collected_by, count_open, open_keys, told
from workflow.across.obligations.life import EVENTS, OPEN
from workflow.across.obligations.obligation import Obligation
from workflow.core import access
from workflow.core.access import Actor
from workflow.core.people.unit import COLUMNS, Unit, behind, in_order
from workflow.ground.dialects import any_of
from workflow.ground.refusals import InvalidInput
from workflow.ground.schema import account, message, obligation, reminder, report, report_call, unit
from workflow.ground.speech import _

CHASERS: Final = frozenset({"staff", "leader"})
"""Who looks after what is owed to their unit and to those below it."""
TIMED: Final = ("report", "registration", "state")
"""Subjects that can be late; meetings and visits happen on their day."""
SOON_DAYS: Final = 7
MOST_COUNTED: Final = 100
"""So many late ones are counted; beyond it is said as "hơn 99"."""
MOST_PRINTED: Final = 200
"""So many stand on one list for printing; the next ones are on the next."""
MOST_CALLS: Final = 6
_OWING_PARTS: Final = ("reporter", "head_of_unit")
_FEW_UNITS: Final = 400
_LOOKED_THROUGH: Final = 12
"""So many pages are gone through for what nobody opened, before the next page is offered."""

Standing = Literal["late", "soon", "all"]
Cell = Literal["done", "done_late", "late", "soon", "ahead", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Filters:
    """What of it to list. below: path of a unit; unopened: only what nobody who was told has opened."""

    standing: Standing = "late"
    subject: str = ""
    call_id: int | None = None
    below: str = ""
    unopened: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    """What can be seen of those who owe it: when they were told last, whether one of them opened it, how far the report is.

    seen_at: when one of those who were told signed in last.
    """

    told_at: datetime | None = None
    read: bool = False
    report: str = ""
    seen_at: datetime | None = None

    @property
    def opened(self) -> bool:
        return self.read or bool(self.report)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of it by due date, with the signs of each; following: what to hand in as `place` for those after it."""

    rows: Sequence[Obligation]
    signs: Mapping[int, Signs]
    following: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call for reports as one chooses it: of which unit, due when."""

    id: int
    label: str
    due_on: date
    unit_name: str


@dataclass(frozen=True, slots=True)
class Owing:
    """What one unit owes of one call, and what became of it."""

    id: int
    unit_id: int
    call_id: int
    due_on: date
    due_at: datetime
    fulfilled_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grid:
    """Units × calls. cells: the obligation by unit and call; elsewhere: how many other things each unit is late with."""

    calls: Sequence[Call]
    units: Sequence[Unit]
    cells: Mapping[tuple[int, int], Owing]
    elsewhere: Mapping[int, int]
    following: str


def reach(actor: Actor) -> Reach:
    """What this person looks after."""
    return collected_by(actor, CHASERS)


def count_late(connection: Connection, actor: Actor, today: date) -> int:
    """How much is late of what the person looks after, counted up to `MOST_COUNTED`."""
    return count_open(connection, reach(actor), _window(Filters(), today), most=MOST_COUNTED)


def page(connection: Connection, actor: Actor, filters: Filters, today: date, place: str = "", size: int = 50) -> Page:
    """One page of what the person looks after, the longest late first. Raises InvalidInput for a place that is none."""
    after = _read(place)
    if not filters.unopened:
        keys = open_keys(connection, reach(actor), _window(filters, today), after=after, most=size + 1)
        chosen, following = keys[:size], keys[size - 1] if len(keys) > size else None
    else:
        chosen, following = _unopened(connection, actor, filters, today, after, size)
    ids = [key for _day, key in chosen]
    return Page(told(connection, ids), signs(connection, ids), _written(following) if following else "")


def paper(connection: Connection, actor: Actor, filters: Filters, today: date, place: str = "") -> Page:
    """The same as a list on paper, `MOST_PRINTED` at a time, those of a unit together."""
    found = page(connection, actor, filters, today, place, MOST_PRINTED)
    rows = sorted(found.rows, key=lambda row: (row.unit_sort, row.due_on, row.id))
    return Page(rows, found.signs, found.following)


def chosen(connection: Connection, actor: Actor, wanted: Collection[int]) -> list[Obligation]:
    """Those of these obligations that the person looks after, whether still open or not."""
    paths = [area.path for area in reach(actor).areas]
    if not wanted or not paths:
        return []
    within = (
        sa.select(obligation.c.id)
        .join(unit, unit.c.id == obligation.c.collector_id)
        .where(any_of(obligation.c.id, sorted(wanted)), sa.or_(*(access.under(path) for path in paths)))
    )
    return told(connection, list(connection.execute(within).scalars()))


def signs(connection: Connection, keys: Sequence[int]) -> dict[int, Signs]:
    """For each of these obligations what can be seen of those who were told (unique key of reminder; of report)."""
    if not keys:
        return {}
    messages = connection.execute(
        sa.select(
            reminder.c.obligation_id,
            sa.func.max(message.c.created_at, type_=message.c.created_at.type).label("told_at"),
            sa.func.count(message.c.read_at).label("read"),
            sa.func.max(account.c.last_seen_at, type_=account.c.last_seen_at.type).label("seen_at"),
        )
        .join(message, message.c.id == reminder.c.message_id)
        .join(account, account.c.id == message.c.account_id)
        # Those in charge who were told how late it is, and the staff themselves, say nothing about those who owe it.
        .where(any_of(reminder.c.obligation_id, list(keys)), reminder.c.part.in_(_OWING_PARTS))
        .group_by(reminder.c.obligation_id)
    )
    seen = {row.obligation_id: row for row in messages}
    reports = connection.execute(
        sa.select(report.c.obligation_id, report.c.status).where(any_of(report.c.obligation_id, list(keys)))
    )
    begun = {row.obligation_id: row.status for row in reports}
    return {
        key: Signs(seen[key].told_at, seen[key].read > 0, begun.get(key, ""), seen[key].seen_at)
        if key in seen
        else Signs(report=begun.get(key, ""))
        for key in keys
    }


def calls(connection: Connection, actor: Actor, year_id: int, most: int = 60) -> list[Call]:
    """The year's calls of the units the person looks after, the latest due first (index ix_report_call_year_id_unit_id)."""
    paths = [area.path for area in reach(actor).areas]
    if not paths:
        return []
    rows = connection.execute(
        sa.select(report_call.c.id, report_call.c.label, report_call.c.due_on, unit.c.name.label("unit_name"))
        .join(unit, unit.c.id == report_call.c.unit_id)
        .where(report_call.c.year_id == year_id, report_call.c.withdrawn_at.is_(None))
        .where(sa.or_(*(access.under(path) for path in paths)))
        .order_by(report_call.c.due_on.desc(), report_call.c.id.desc())
        .limit(most)
    )
    return [Call(**row._mapping) for row in rows]


def grid(
    connection: Connection, actor: Actor, year_id: int, today: date, *, below: str = "", place: str = "", size: int = 50
) -> Grid:
    """Units in the order of the tree beside the year's latest calls; only units that owe one of them.

    place: path of the last unit of the page before.
    """
    shown = calls(connection, actor, year_id, MOST_CALLS)
    keys = [call.id for call in shown]
    units = _owing(connection, actor, keys, below, place, size + 1)
    following = units[size - 1].path if len(units) > size else ""
    units = units[:size]
    ids = [one.id for one in units]
    owed: sa.Select[Any] = sa.select(
        obligation.c.id,
        obligation.c.unit_id,
        obligation.c.call_id,
        obligation.c.due_on,
        obligation.c.due_at,
        obligation.c.fulfilled_at,
        obligation.c.withdrawn_at,
    ).where(obligation.c.call_id.in_(keys), any_of(obligation.c.unit_id, ids))
    others = connection.execute(
        sa.select(obligation.c.unit_id, sa.func.count().label("late"))
        .where(any_of(obligation.c.unit_id, ids), OPEN, obligation.c.due_on < today)
        .where(obligation.c.subject.not_in(("report", *EVENTS)))
        .group_by(obligation.c.unit_id)
    )
    return Grid(
        shown,
        units,
        {(row.unit_id, row.call_id): Owing(**row._mapping) for row in connection.execute(owed)},
        {row.unit_id: row.late for row in others},
        following,
    )


def cell(row: Owing, today: date) -> Cell:
    """How it stands what a unit owes."""
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.fulfilled_at is not None:
        return "done" if row.fulfilled_at < row.due_at else "done_late"
    return standing(row.due_on, today)


def standing(due_on: date, today: date) -> Literal["late", "soon", "ahead"]:
    """How something open stands that is due on a day."""
    if due_on < today:
        return "late"
    return "soon" if due_on <= today + timedelta(days=SOON_DAYS) else "ahead"


def _window(filters: Filters, today: date) -> Window:
    until = None
    if filters.standing == "late":
        until = today - timedelta(days=1)
    elif filters.standing == "soon":
        until = today + timedelta(days=SOON_DAYS)
    return Window(
        since=today if filters.standing == "soon" else None,
        until=until,
        subjects=(filters.subject,) if filters.subject else TIMED if filters.standing == "late" else (),
        call_id=filters.call_id,
        below=filters.below,
    )


def _unopened(
    connection: Connection, actor: Actor, filters: Filters, today: date, after: Place | None, size: int
) -> tuple[list[Place], Place | None]:
    """A page of what nobody has opened, and where the next one begins; it may be short when most was opened."""
    found: list[Place] = []
    for batch in _batches(connection, actor, filters, today, after, size):
        seen = signs(connection, [key for _day, key in batch])
        for key in batch:
            if not seen[key[1]].opened:
                found.append(key)
                if len(found) == size:
                    return found, key
        after = batch[-1] if len(batch) == size else None
    return found, after


def _batches(
    connection: Connection, actor: Actor, filters: Filters, today: date, after: Place | None, size: int
) -> Iterator[list[Place]]:
    for _turn in range(_LOOKED_THROUGH):
        batch = open_keys(connection, reach(actor), _window(filters, today), after=after, most=size)
        if batch:
            yield batch
        if len(batch) < size:
            return
        after = batch[-1]


def _owing(connection: Connection, actor: Actor, calls: Sequence[int], below: str, place: str, most: int) -> list[Unit]:
    """Units that owe one of these calls, in the tree's order (index ix_obligation_call_id_unit_id).

    Calls of few units are gone through from the units that owe them; those of many meet some on the way through the tree.
    """
    first = sa.select(obligation.c.unit_id).where(obligation.c.call_id.in_(calls)).limit(MOST_CALLS * _FEW_UNITS + 1)
    few = sorted(set(connection.execute(first).scalars()))
    if not few:
        return []
    paths = [area.path for area in reach(actor).areas]
    owes: sa.ColumnElement[bool] = any_of(unit.c.id, few)
    if len(few) > _FEW_UNITS:
        owes = sa.exists().where(obligation.c.call_id.in_(calls), obligation.c.unit_id == unit.c.id).correlate(unit)
    rows = connection.execute(
        sa.select(*COLUMNS)
        .where(sa.or_(*(in_order(path) for path in paths)))
        .where(in_order(below) if below else sa.true(), behind(place), owes)
        .order_by(unit.c.tree_sort)
        .limit(most)
    )
    return [Unit(**row._mapping) for row in rows]


def _written(place: Place) -> str:
    return f"{place[0].isoformat()}.{place[1]}"


def _read(place: str) -> Place | None:
    if not place:
        return None
    day, _dot, key = place.partition(".")
    try:
        if not key.isdecimal() or len(key) > 18:
            raise ValueError(place)
        return date.fromisoformat(day), int(key)
    except ValueError:
        raise InvalidInput({"place": _("Liên kết đến trang này không đúng. Hãy mở lại danh sách từ đầu.")}) from None
