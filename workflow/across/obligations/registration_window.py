"""The registration window closing: every unit with an officer that has registered nothing yet owes it by the last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import life
from workflow.across.obligations.collectors import collectors
from workflow.across.obligations.life import OPEN
from workflow.across.obligations.selector import holds_on
from workflow.core.access import OWN_SCOPED
from workflow.core.lifecycles import store
from workflow.ground.dialects import any_of
from workflow.ground.schema import assignment, emulation_model, obligation, programme_year, unit
from workflow.ground.validity import valid_on


def remind(connection: Connection, now: datetime, today: date) -> int:
    """Let units owe a registration while the window is open, follow a window that was moved, and forget it with the year."""
    touched = _forget(connection, now, today)
    years = connection.execute(
        sa.select(
            programme_year.c.id, programme_year.c.year, programme_year.c.closes_on, programme_year.c.definition_hash
        ).where(programme_year.c.opens_on <= today, programme_year.c.closes_on >= today)
    ).all()
    for year in years:
        touched += _follow_window(connection, now, year.id, year.closes_on)
        collector = collectors(connection, store.definition(connection, year.definition_hash).recognising_level)
        new = [
            {
                "key": f"registration:{year.year}:{row.id}",
                "year_id": year.id,
                "subject": "registration",
                "unit_id": row.id,
                "roles": ",".join(sorted(OWN_SCOPED)),
                "collector_id": collector(row.path),
                "due_stated": year.closes_on,
                "due_on": year.closes_on,
                "opened_at": now,
            }
            for row in connection.execute(_without_registration(year.id, year.year, today))
        ]
        touched += len(life.insert_missing(connection, new))
    return touched


def close_registered(connection: Connection, now: datetime, model_ids: Sequence[int]) -> int:
    """Fulfil what the units of these models owed, if they have submitted one; at the moment of the first."""
    model = emulation_model.c
    first = (
        sa.select(sa.func.min(model.submitted_at))
        .where(model.year_id == obligation.c.year_id, model.unit_id == obligation.c.unit_id)
        .correlate(obligation)
        .scalar_subquery()
    )
    result = connection.execute(
        sa.update(obligation)
        .where(
            OPEN,
            obligation.c.subject == "registration",
            obligation.c.unit_id.in_(sa.select(model.unit_id).where(any_of(model.id, model_ids))),
            first.is_not(None),
        )
        .values(fulfilled_at=first, next_step_on=None)
    )
    return int(result.rowcount)


def _without_registration(year_id: int, year: int, today: date) -> sa.Select[tuple[int, str]]:
    model = emulation_model.c
    # A locked officer makes it a unit that registers all the same: it owes, and staff are told that nobody can.
    officer = sa.exists().where(
        assignment.c.unit_id == unit.c.id,
        assignment.c.role.in_(sorted(OWN_SCOPED)),
        valid_on(assignment, today),
    )
    registered = sa.exists().where(
        model.year_id == year_id, model.unit_id == unit.c.id, model.submitted_at.is_not(None)
    )
    owed = sa.exists().where(
        obligation.c.key == sa.literal(f"registration:{year}:").concat(sa.cast(unit.c.id, sa.String(20)))
    )
    return sa.select(unit.c.id, unit.c.path).where(holds_on(today), officer, ~registered, ~owed).order_by(unit.c.id)


def _follow_window(connection: Connection, now: datetime, year_id: int, closes_on: date) -> int:
    elsewhere = sa.and_(obligation.c.year_id == year_id, obligation.c.due_stated != closes_on)
    found = _owed(connection, elsewhere)
    return life.move(connection, now, found, closes_on) if found else 0


def _forget(connection: Connection, now: datetime, today: date) -> int:
    """Nobody registers for a year that is over."""
    over = sa.select(programme_year.c.id).where(programme_year.c.year < today.year, programme_year.c.closes_on < today)
    found = _owed(connection, obligation.c.year_id.in_(over))
    return life.withdraw_many(connection, now, found) if found else 0


def _owed(connection: Connection, condition: sa.ColumnElement[bool]) -> list[int]:
    """Open registrations of this condition: they are few, whatever else the year has."""
    statement = sa.select(obligation.c.id).where(OPEN, obligation.c.subject == "registration", condition)
    by_subject = statement.with_hint(obligation, "INDEXED BY ix_obligation_subject_roles_due_on", "sqlite")
    return list(connection.execute(by_subject).scalars())
