"""By which names the simulation speaks of calls and of what is owed: the same in the database and in the reckoning."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.dialects import any_of
from workflow.ground.schema import obligation, report_call, report_kind


def ad_hoc(call_id: int) -> str:
    """The name of a call of somebody's own words."""
    return f"#{call_id}"


def of_calls(connection: Connection, call_ids: Sequence[int] | None = None) -> dict[int, str]:
    """Names of calls by id, of all of them if none are named: those of the clock after the kind of report and who calls."""
    statement = sa.select(report_call.c.id, report_call.c.unit_id, report_kind.c.code).outerjoin(
        report_kind, report_kind.c.id == report_call.c.report_kind_id
    )
    if call_ids is not None:
        statement = statement.where(any_of(report_call.c.id, call_ids))
    return {
        row.id: ad_hoc(row.id) if row.code is None else f"{row.code}@{row.unit_id}"
        for row in connection.execute(statement)
    }


def of(connection: Connection, obligation_ids: Sequence[int] | None = None) -> dict[int, str]:
    """Names of what is owed, by id; of everything if none are named."""
    statement = sa.select(obligation.c.id, obligation.c.key, obligation.c.call_id, obligation.c.unit_id)
    if obligation_ids is not None:
        statement = statement.where(any_of(obligation.c.id, obligation_ids))
    rows = connection.execute(statement).all()
    calls = of_calls(connection, sorted({row.call_id for row in rows if row.call_id is not None}))
    return {
        row.id: row.key if row.call_id is None else f"report:{calls[row.call_id]}:{row.key.rpartition(':')[2]}"
        for row in rows
    }


def ids(connection: Connection, names: Sequence[str]) -> list[int]:
    """Ids of what is owed for a report, by its names."""
    calls = {name: call_id for call_id, name in of_calls(connection).items()}
    keys = []
    for name in names:
        _report, call, unit = name.split(":")
        keys.append(f"report:{calls[call]}:{unit}")
    return list(connection.execute(sa.select(obligation.c.id).where(any_of(obligation.c.key, keys))).scalars())
