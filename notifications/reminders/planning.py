"""Which reminders are due, and to whom: planned set-wise under a unique key, as many statements for one as for a million.

Nothing is told here; `composing.py` does that, after it has asked again whether a reminder is still true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from notifications.reminders import recipients
from workflow.across.obligations.life import EVENTS, OPEN
from workflow.ground.dialects import alone, any_of, insert_new
from workflow.ground.prepared import Prepared
from workflow.ground.schema import obligation, reminder, reminder_step
from workflow.ground.schema.base import BigId, Moment
from workflow.ground.vietnam_time import local_date

OPENED: Final = "opened"
MOVED: Final = "moved"
RETURNED: Final = "returned"
CHASED: Final = "chase:"

_COLUMNS: Final = (
    "obligation_id", "step", "account_id", "due_on", "part", "deputy_for_id", "word", "planned_at", "status", "why",
)  # fmt: skip
# What decides who has a part.
_GROUP: Final = ("unit_id", "collector_id", "roles")
_DUE = sa.and_(OPEN, obligation.c.next_step_on <= sa.bindparam("today", type_=sa.Date))
# Served by ix_obligation_next_step_on and ix_obligation_untold: most ticks ask these and nothing else.
_ANY_DUE = Prepared(sa.select(obligation.c.id).where(_DUE).limit(1))
_UNTOLD = obligation.c.untold == sa.true()
_ANY_UNTOLD = Prepared(sa.select(obligation.c.id).where(_UNTOLD).limit(1))


def named(days: int) -> str:
    """'d-14' … 'd+7': how a reminder names the step of the year it comes from."""
    return f"d{days:+}" if days else "d0"


def step_name(days: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """The same in SQL."""
    return sa.case((days > 0, sa.literal("d+")), else_=sa.literal("d")).concat(sa.cast(days, sa.String(4)))


def due(connection: Connection, now: datetime) -> bool:
    """Whether the day of a step has come."""
    return _ANY_DUE.first(connection, {"today": local_date(now)}) is not None


def plan(connection: Connection, now: datetime) -> int:
    """Plan the reminders of every step whose day has come, and move each obligation on to its next step. Returns how many rows.

    Of several steps that come at once for one person (the system was down) only the latest is to be told; the earlier are
    kept as superseded. Repeatable: a second run finds nothing left to do, and a clock that goes back changes nothing.
    """
    if not due(connection, now):
        return 0
    today = local_date(now)
    # Two planners would wait for each other's keys; the second finds nothing left.
    alone(connection, "planning")
    for table in (_due_step, _following, _part_of_step):
        connection.execute(CreateTable(table, if_not_exists=True))
        connection.execute(sa.delete(table))
    owing = sa.select(*(obligation.c[name] for name in _GROUP)).where(_DUE).subquery("due")
    steps, following = _schedule(connection, today)
    if not following:
        # Somebody else planned it while this one waited.
        return 0
    connection.execute(sa.insert(_following), following)
    planned = 0
    if steps:
        connection.execute(sa.insert(_due_step), steps)
        wanted = frozenset(part for step in steps for part in step["recipients"].split(","))
        _divide(connection, recipients.find(connection, owing, today, wanted, {"today": today}))
        several = len({(step["due_on"], step["year_id"], step["next_step_on"], step["subject"]) for step in steps})
        planned = _insert(connection, _planned(now, several=len(steps) > several), {"today": today})
    connection.execute(
        sa.update(obligation).values(next_step_on=_following.c.day).where(_DUE, _same(obligation, _following, _WINDOW)),
        {"today": today},
    )
    return planned


# What decides which steps have come, and when the next one does.
_WINDOW: Final = ("year_id", "due_on", "subject", "next_step_on")


def _scratch(name: str, *columns: sa.Column[Any]) -> sa.Table:
    """A table of this transaction alone, with the index that a join of many rows needs."""
    return sa.Table(name, sa.MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DELETE ROWS")


def _window() -> tuple[sa.Column[Any], ...]:
    kinds: tuple[sa.types.TypeEngine[Any], ...] = (BigId, sa.Date(), sa.String(15), sa.Date())
    return tuple(sa.Column(name, kind, primary_key=True) for name, kind in zip(_WINDOW, kinds, strict=True))


_due_step = _scratch(
    "due_step",
    *_window(),
    sa.Column("step_id", BigId, primary_key=True),
    sa.Column("step", sa.String(20), nullable=False),
    sa.Column("days", sa.Integer, nullable=False),
    sa.Column("recipients", sa.String(200), nullable=False),
)
_following = _scratch("following_step", *_window(), sa.Column("day", sa.Date))
_part_of_step = _scratch(
    "part_of_step",
    *(sa.Column(name, BigId, primary_key=True) for name in ("unit_id", "collector_id")),
    sa.Column("roles", sa.String(200), primary_key=True),
    sa.Column("step_id", BigId, primary_key=True),
    sa.Column("account_id", BigId, primary_key=True),
    sa.Column("part", sa.String(15), nullable=False),
    sa.Column("deputy_for_id", BigId),
)


def _schedule(connection: Connection, today: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The steps that have come, and the day of the next one: reckoned once however many obligations share their dates."""
    windows = connection.execute(
        sa.select(*(obligation.c[name] for name in _WINDOW)).where(_DUE).distinct(), {"today": today}
    ).all()
    years: dict[int, list[sa.Row[Any]]] = {}
    for step in connection.execute(sa.select(reminder_step).order_by(reminder_step.c.days)):
        years.setdefault(step.year_id, []).append(step)
    come: list[dict[str, Any]] = []
    following: list[dict[str, Any]] = []
    for window in windows:
        steps = [
            (window.due_on + timedelta(days=step.days), step)
            for step in years.get(window.year_id, ())
            if step.days <= 0 or window.subject not in EVENTS
        ]
        key = dict(zip(_WINDOW, window, strict=True))
        come += [
            {**key, "step_id": step.id, "step": named(step.days), "days": step.days, "recipients": step.recipients}
            for day, step in steps
            if window.next_step_on <= day <= today
        ]
        following.append({**key, "day": min((day for day, _ in steps if day > today), default=None)})
    return come, following


def _divide(connection: Connection, part_of: sa.Table) -> None:
    """Who is told at which step: found once for each unit, not for each of the many things it may owe."""
    step = sa.select(_due_step.c.step_id, _due_step.c.recipients).distinct().subquery("step")
    ranked = (
        sa.select(
            part_of,
            step.c.step_id,
            sa.func.row_number()
            .over(
                partition_by=(*(part_of.c[name] for name in _GROUP), step.c.step_id, part_of.c.account_id),
                order_by=recipients.weight(part_of.c.part),
            )
            .label("turn"),
        )
        .join(step, recipients.takes(step.c.recipients, part_of.c.part))
        .subquery("ranked")
    )
    names = [column.name for column in _part_of_step.c]
    connection.execute(
        sa.insert(_part_of_step).from_select(
            names, sa.select(*(ranked.c[name] for name in names)).where(ranked.c.turn == 1)
        )
    )


def _planned(now: datetime, *, several: bool) -> sa.Select[Any]:
    """The rows to insert: everything due × its steps that have come × who is told at the step. several: steps may supersede."""
    step, told = _due_step, _part_of_step
    latest = (
        sa.func.max(step.c.days).over(partition_by=(obligation.c.id, told.c.account_id)) if several else step.c.days
    )
    superseded = step.c.days < latest
    return (
        sa.select(
            obligation.c.id,
            step.c.step,
            told.c.account_id,
            obligation.c.due_on,
            told.c.part,
            told.c.deputy_for_id,
            sa.literal(""),
            sa.literal(now, Moment()),
            sa.case((superseded, "skipped"), else_="planned"),
            sa.case((superseded, "superseded"), else_=""),
        )
        .join(step, _same(obligation, step, _WINDOW))
        .join(told, sa.and_(_same(obligation, told, _GROUP), told.c.step_id == step.c.step_id))
        .where(_DUE)
    )


def announce(connection: Connection, now: datetime, obligation_ids: Sequence[int], step: str, *, word: str = "") -> int:
    """Plan one reminder for everybody who owes these obligations, in the transaction of what caused it. Returns how many.

    step: OPENED, MOVED, RETURNED or CHASED with a number. word: the sender's own. The same is told once; a move or a
    return once for each change of the due date. MOVED takes back what was planned for the earlier date.
    """
    if step == MOVED:
        connection.execute(
            sa.update(reminder)
            .values(status="skipped", why="moved")
            .where(
                reminder.c.status == "planned",
                any_of(reminder.c.obligation_id, obligation_ids),
                reminder.c.due_on
                != sa.select(obligation.c.due_on).where(obligation.c.id == reminder.c.obligation_id).scalar_subquery(),
            )
        )
    these = any_of(obligation.c.id, obligation_ids)
    chosen = sa.and_(OPEN, these)
    owed = sa.select(*(obligation.c[name] for name in _GROUP)).where(chosen).subquery("owed")
    part_of = recipients.find(connection, owed, local_date(now), frozenset((recipients.REPORTER,)))
    told = (
        sa.select(
            obligation.c.id,
            sa.literal(f"{step}:").concat(sa.cast(obligation.c.sequence, sa.String(9)))
            if step in (MOVED, RETURNED)
            else sa.literal(step),
            part_of.c.account_id,
            obligation.c.due_on,
            part_of.c.part,
            part_of.c.deputy_for_id,
            sa.literal(word),
            sa.literal(now, Moment()),
            sa.literal("planned"),
            sa.literal(""),
        )
        .join(part_of, _same(obligation, part_of, _GROUP))
        .where(chosen)
    )
    planned = _insert(connection, told)
    if step in (MOVED, RETURNED):
        connection.execute(sa.update(obligation).where(these).values(untold=False))
    return planned


def moved(connection: Connection, _now: datetime) -> bool:
    """Whether a due date has moved of which nobody was told."""
    return _ANY_UNTOLD.first(connection, {}) is not None


def tell_moved(connection: Connection, now: datetime) -> int:
    """Tell of due dates that moved with something else: a window, a meeting, a day by which to mend. Returns how many rows.

    Whoever moves a date by hand tells of it in the same transaction (`deeds.py`); one statement when there is nothing.
    """
    marked = list(connection.execute(sa.select(obligation.c.id).where(_UNTOLD)).scalars())
    return announce(connection, now, marked, MOVED) if marked else 0


def _same(left: sa.FromClause, right: sa.FromClause, columns: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.and_(*(left.c[name] == right.c[name] for name in columns))


def _insert(connection: Connection, rows: sa.Select[Any], values: Mapping[str, Any] | None = None) -> int:
    """Insert what is not there yet; how many rows came to it."""
    statement = insert_new(connection, reminder).from_select(_COLUMNS, rows)
    return connection.execute(statement, dict(values or {}), execution_options={"preserve_rowcount": True}).rowcount
