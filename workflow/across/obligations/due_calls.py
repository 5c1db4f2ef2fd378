"""Calls that nobody opens by hand: for the kinds of report of a year, when their day has come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import selector
from workflow.across.obligations.calls import CALL, Called, owe
from workflow.across.obligations.selector import Selector
from workflow.across.obligations.working_days import working_days
from workflow.core.lifecycles import store
from workflow.core.people.unit import COLUMNS, Unit
from workflow.ground.dialects import alone, insert_new, insert_or_update
from workflow.ground.prepared import Prepared
from workflow.ground.schema import history, obligation_cursor, programme_year, report_call, report_kind, unit
from workflow.ground.schema.history import SETTINGS
from workflow.ground.vietnam_time import local_date

MADE_UP_WITHIN: Final = 7
"""A kind of report whose day to be called was missed is still called so many days after it was due; default of ours."""

_CURSOR: Final = "calls"
_LOOKED = Prepared(sa.select(obligation_cursor).where(obligation_cursor.c.name == _CURSOR))
# Served by ix_history_settings.
_CHANGED = Prepared(
    sa.select(history.c.id)
    .where(SETTINGS, history.c.id > sa.bindparam("after"))
    .limit(1)
    .with_hint(history, "INDEXED BY ix_history_settings", "sqlite")
)


def due(connection: Connection, now: datetime) -> bool:
    """Whether to look for kinds of report whose day has come: once a day, and when a unit or a year has changed."""
    looked = _LOOKED.first(connection, {})
    return (
        looked is None
        or local_date(looked.read_at) != local_date(now)
        or _CHANGED.first(connection, {"after": looked.history_id}) is not None
    )


def open_due_calls(connection: Connection, now: datetime) -> list[Called]:
    """Call for the kinds of report whose day has come, by every unit of the level that calls. Repeatable; each is called once.

    A unit that came to be while a call was open is added to it. Looks once a day, and again when a unit or a year has changed;
    two statements otherwise. No entry of the history: nobody did it; the year's own has the kind of report with its day.
    """
    if not due(connection, now):
        return []
    today = local_date(now)
    alone(connection, "calls")
    newest = connection.execute(sa.select(sa.func.coalesce(sa.func.max(history.c.id), 0))).scalar_one()
    kinds = connection.execute(
        sa.select(report_kind, programme_year.c.definition_hash, programme_year.c.sample)
        .join(programme_year, programme_year.c.id == report_kind.c.year_id)
        .where(
            report_kind.c.due_on >= today - timedelta(days=MADE_UP_WITHIN),
            report_kind.c.due_on <= today + timedelta(days=366),
        )
        .order_by(report_kind.c.due_on, report_kind.c.id)
    ).all()
    called = []
    for kind in kinds:
        if kind.due_on - timedelta(days=kind.opens_days) > today:
            continue
        called.extend(_called(connection, now, kind, today))
    _remember(connection, now, int(newest))
    return called


def _called(connection: Connection, now: datetime, kind: sa.Row[Any], today: date) -> list[Called]:
    definition = store.definition(connection, kind.definition_hash)
    wanted = Selector.of(kind.owed_by).among({level.id for level in definition.levels})
    level = wanted.called_by or definition.recognising_level
    rows = connection.execute(
        sa.select(*COLUMNS)
        .where(unit.c.level == level, unit.c.kind == "administrative", selector.holds_on(today))
        .order_by(unit.c.id)
    )
    callers = [Unit(**row._mapping) for row in rows]
    due_on = working_days(connection).roll(kind.due_on)
    called = []
    for caller in callers:
        owing = selector.owing(connection, caller, wanted, today)
        if not owing:
            continue
        connection.execute(
            insert_new(connection, report_call, ["report_kind_id", "unit_id"]).values(
                year_id=kind.year_id,
                report_kind_id=kind.id,
                unit_id=caller.id,
                label=kind.label,
                period_from=kind.period_from,
                period_to=kind.period_to,
                due_stated=kind.due_on,
                due_on=due_on,
                sections=kind.sections,
                opened_at=now,
                sample=kind.sample,
            )
        )
        call = connection.execute(
            CALL.where(report_call.c.report_kind_id == kind.id, report_call.c.unit_id == caller.id)
        ).one()
        if call.withdrawn_at is not None:
            continue
        ids = owe(connection, now, call, [row.id for row in owing], wanted.roles)
        if ids:
            called.append(Called(call.id, call.due_on, tuple(ids)))
    return called


def _remember(connection: Connection, now: datetime, history_id: int) -> None:
    connection.execute(
        insert_or_update(connection, obligation_cursor, ["name"], columns=["history_id", "read_at"]),
        {"name": _CURSOR, "history_id": history_id, "read_at": now},
    )
