"""A unit that was merged owes nothing any more: its successor takes over what was still open, once for each call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import life
from workflow.across.obligations.life import OPEN
from workflow.ground.dialects import any_of
from workflow.ground.schema import obligation, programme_year, report, unit


def take_over(connection: Connection, now: datetime, today: date) -> int:
    """Hand open reports and registrations of units that have ended to their successors; without one nobody owes them. How many.

    A successor that owes the same already, or has done it, does not owe it twice.
    """
    ended = list(connection.execute(sa.select(unit.c.id).where(unit.c.valid_to < today)).scalars())
    if not ended:
        return 0
    rows = list(
        connection.execute(
            sa.select(obligation, programme_year.c.year)
            .join(programme_year, programme_year.c.id == obligation.c.year_id)
            .where(OPEN, obligation.c.subject.in_(("report", "registration")), any_of(obligation.c.unit_id, ended))
            .order_by(obligation.c.id)
        )
    )
    if not rows:
        return 0
    heirs = _heirs(connection, rows, today)
    keys = {row.id: _key(row, heirs[row.unit_id]) for row in rows if row.unit_id in heirs}
    taken = set(
        connection.execute(sa.select(obligation.c.key).where(any_of(obligation.c.key, list(keys.values())))).scalars()
    )
    left = []
    for row in rows:
        key = keys.get(row.id)
        if key is None or key in taken:
            left.append(row.id)
            continue
        taken.add(key)
        heir = heirs[row.unit_id]
        connection.execute(sa.update(obligation).where(obligation.c.id == row.id).values(unit_id=heir, key=key))
        connection.execute(sa.update(report).where(report.c.obligation_id == row.id).values(unit_id=heir))
    life.withdraw_many(connection, now, left)
    return len(rows)


def _key(row: sa.Row[Any], unit_id: int) -> str:
    return f"report:{row.call_id}:{unit_id}" if row.subject == "report" else f"registration:{row.year}:{unit_id}"


def _heirs(connection: Connection, rows: Sequence[sa.Row[Any]], today: date) -> Mapping[int, int]:
    """From units that have ended to the unit that stands in their place today, however often they were merged on."""
    found: dict[int, sa.Row[Any]] = {}
    wanted = {row.unit_id for row in rows}
    while wanted:
        statement = sa.select(unit).where(any_of(unit.c.id, sorted(wanted)))
        found.update((row.id, row) for row in connection.execute(statement))
        wanted = {row.successor_id for row in found.values() if row.successor_id is not None} - found.keys()
    heirs = {}
    for unit_id in {row.unit_id for row in rows}:
        passed: set[int] = set()
        place: int | None = unit_id
        while place is not None and place not in passed:
            passed.add(place)
            here = found[place]
            if here.valid_to is None or here.valid_to >= today:
                heirs[unit_id] = place
                break
            place = here.successor_id
    return heirs
