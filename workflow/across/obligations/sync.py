"""Turns what happened into obligations: states that are to be left in time, the registration window, meetings and visits ahead.

Works from the history, from where it was last read; nothing happened, nothing is done. Every part is repeatable, and what is
fulfilled meanwhile is closed by the same look at the present.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import events, handover, registration_window, state_limits
from workflow.core.programmes import deadlines
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.dialects import alone
from workflow.ground.prepared import Prepared
from workflow.ground.schema import history, obligation_cursor
from workflow.ground.vietnam_time import local_date

_HISTORY: Final = "history"
_DAILY: Final = "daily"
_READ_AT_ONCE: Final = 20_000
_VISITS: Final = frozenset({"visit_planned", "visit_cancelled"})
# Of two transactions the one with the smaller number may commit later on PostgreSQL; what is so young is read again.
_SETTLED_AFTER: Final = timedelta(minutes=15)

_CURSORS: Final = Prepared(sa.select(obligation_cursor))
_NEWER: Final = Prepared(
    sa.select(history.c.id, history.c.subject, history.c.subject_id, history.c.trigger, history.c.at)
    .where(history.c.id > sa.bindparam("after"))
    .order_by(history.c.id)
    .limit(_READ_AT_ONCE)
)
_NEWEST = sa.select(sa.func.coalesce(sa.func.max(history.c.id), 0))


def due(connection: Connection, now: datetime) -> bool:
    """Whether anything happened, or a day began, since it was last looked at."""
    return _look(connection, local_date(now)).anything


def sync(connection: Connection, now: datetime) -> int:
    """Bring the obligations up to what happened and to today; how many came to be, ended or moved. Two statements if nothing.

    The first time, what waits already is given its whole time from today: nobody is late by a rule that did not exist.
    """
    today = local_date(now)
    if not _look(connection, today).anything:
        return 0
    alone(connection, "obligations")
    # Whoever was before us may have done it while we waited.
    look = _look(connection, today)
    if not look.anything:
        return 0
    kept, daily, new_day, rows = look
    touched = 0
    if kept is None:
        newest = int(connection.execute(_NEWEST).scalar_one())
        touched += deadlines.begin(connection, today, standard_defaults())
        touched += state_limits.begin(connection, now)
        touched += events.follow(connection, now)
        _keep(connection, now, _HISTORY, newest, known=False)
    else:
        settled = kept.history_id
        while rows:
            touched += _follow(connection, now, rows, today)
            settled = _settled(connection, now, settled, rows)
            rows = _NEWER.all(connection, {"after": rows[-1].id}) if len(rows) == _READ_AT_ONCE else []
        _keep(connection, now, _HISTORY, settled, known=True)
    if new_day:
        touched += handover.take_over(connection, now, today)
        touched += registration_window.remind(connection, now, today)
        touched += events.pass_by(connection, now)
        _keep(connection, now, _DAILY, 0, known=daily is not None)
    return touched


class _Look(NamedTuple):
    """How far was read, when it was first looked at today, and what is new."""

    kept: sa.Row[Any] | None
    daily: sa.Row[Any] | None
    new_day: bool
    rows: Sequence[sa.Row[Any]]

    @property
    def anything(self) -> bool:
        """Whether there is something to do."""
        return self.kept is None or self.new_day or bool(self.rows)


def _look(connection: Connection, today: date) -> _Look:
    cursors = {row.name: row for row in _CURSORS.all(connection, {})}
    kept, daily = cursors.get(_HISTORY), cursors.get(_DAILY)
    rows = [] if kept is None else _NEWER.all(connection, {"after": kept.history_id})
    return _Look(kept, daily, daily is None or local_date(daily.read_at) < today, rows)


def _follow(connection: Connection, now: datetime, rows: Sequence[sa.Row[Any]], today: date) -> int:
    models = sorted({row.subject_id for row in rows if row.subject == "model"})
    subjects = {row.subject for row in rows}
    touched = 0
    if models:
        touched += state_limits.follow(connection, now, models)
        touched += registration_window.close_registered(connection, now, models)
    if "unit" in subjects:
        touched += handover.take_over(connection, now, today)
    if subjects & {"year", "unit"}:
        touched += registration_window.remind(connection, now, today)
    if "meeting" in subjects or any(row.trigger in _VISITS for row in rows):
        touched += events.follow(connection, now)
    return touched


def _settled(connection: Connection, now: datetime, before: int, rows: Sequence[sa.Row[Any]]) -> int:
    """Up to where the history need not be read again."""
    if connection.dialect.name == "sqlite":
        return int(rows[-1].id)
    old = now - _SETTLED_AFTER
    young = min((row.id for row in rows if row.at > old), default=None)
    return max((row.id for row in rows if young is None or row.id < young), default=before)


def _keep(connection: Connection, now: datetime, name: str, history_id: int, *, known: bool) -> None:
    values = {"history_id": history_id, "read_at": now}
    if known:
        connection.execute(sa.update(obligation_cursor).where(obligation_cursor.c.name == name).values(values))
    else:
        connection.execute(sa.insert(obligation_cursor).values(name=name, **values))
