"""States that are to be left in time: whoever may take the next step owes it from the moment a model enters such a state.

A date that a person stated when they gave the model back (`mend_by`) goes before the days of the definition.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import life
from workflow.across.obligations.collectors import collectors
from workflow.across.obligations.life import OPEN
from workflow.across.obligations.working_days import working_days
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.ground.dialects import any_of
from workflow.ground.schema import emulation_model, history, lifecycle_definition, obligation, unit
from workflow.ground.vietnam_time import local_date

_MODELS_AT_ONCE: Final = 5_000


def begin(connection: Connection, now: datetime) -> int:
    """Let every model that waits in such a state owe its next step, the days counted from today. How many came to be."""
    hashes = connection.execute(sa.select(lifecycle_definition.c.hash)).scalars().all()
    created = 0
    for content_hash in hashes:
        definition = store.definition(connection, content_hash)
        limited = [state.id for state in definition.states.values() if state.limit_days is not None]
        last = 0
        while limited:
            ids = connection.execute(
                sa.select(emulation_model.c.id)
                .where(
                    emulation_model.c.definition_hash == content_hash,
                    emulation_model.c.state.in_(limited),
                    emulation_model.c.id > last,
                )
                .order_by(emulation_model.c.id)
                .limit(_MODELS_AT_ONCE)
            )
            found = list(ids.scalars())
            if not found:
                break
            created += len(_let_owe(connection, now, _entries(connection, found), from_today=True))
            last = found[-1]
    return created


def follow(connection: Connection, now: datetime, model_ids: Sequence[int]) -> int:
    """Close what these models have left, let them owe what they have entered, move what was given another date. How many."""
    touched = 0
    for start in range(0, len(model_ids), _MODELS_AT_ONCE):
        rows = _entries(connection, model_ids[start : start + _MODELS_AT_ONCE])
        touched += _close(connection, now, rows)
        touched += len(_let_owe(connection, now, rows, from_today=False))
    return touched


def due_of(connection: Connection, model_id: int) -> date | None:
    """By when the next step of a model is owed; None without a limit (index ix_obligation_model_id)."""
    statement = sa.select(obligation.c.due_on).where(
        OPEN, obligation.c.subject == "state", obligation.c.model_id == model_id
    )
    return connection.execute(
        statement.with_hint(obligation, "INDEXED BY ix_obligation_model_id", "sqlite").limit(1)
    ).scalar()


def owing_roles(definition: Definition, state: str) -> tuple[str, ...]:
    """Who owes the next step: the roles of every step that leads on from here, those that end it all left aside."""
    return tuple(dict.fromkeys(role for step in definition.outgoing(state) if not step.danger for role in step.roles))


def _entries(connection: Connection, model_ids: Sequence[int]) -> list[sa.Row[Any]]:
    """These models with the version and the moment at which each entered its present state."""
    entered = (
        sa.select(history.c.subject_id, sa.func.max(history.c.seq).label("seq"))
        .where(
            history.c.subject == "model",
            any_of(history.c.subject_id, model_ids),
            sa.or_(history.c.from_state.is_(None), history.c.from_state != history.c.to_state),
        )
        .group_by(history.c.subject_id)
        .subquery("entered")
    )
    deed = history.alias("deed")
    model = emulation_model.c
    return list(
        connection.execute(
            sa.select(
                model.id,
                model.state,
                model.year_id,
                model.unit_id,
                model.mend_by,
                model.definition_hash,
                unit.c.path,
                entered.c.seq,
                deed.c.at,
            )
            .join(unit, unit.c.id == model.unit_id)
            .join(entered, entered.c.subject_id == model.id)
            .join(
                deed,
                sa.and_(deed.c.subject == "model", deed.c.subject_id == model.id, deed.c.seq == entered.c.seq),
            )
            .where(any_of(model.id, model_ids))
        )
    )


def _key(row: sa.Row[Any]) -> str:
    return f"state:{row.id}:{row.seq}"


def _close(connection: Connection, now: datetime, rows: Sequence[sa.Row[Any]]) -> int:
    """What was left is fulfilled at the moment it was left; what ended before its time is owed no more."""
    present = {row.id: row for row in rows}
    kept = connection.execute(
        sa.select(obligation.c.id, obligation.c.key, obligation.c.model_id, obligation.c.due_stated)
        .where(OPEN, obligation.c.subject == "state", any_of(obligation.c.model_id, sorted(present)))
        # SQLite would go through everything of the subject.
        .with_hint(obligation, "INDEXED BY ix_obligation_model_id", "sqlite")
    ).all()
    done: dict[int, datetime] = {}
    ended: list[int] = []
    moved: dict[date, list[int]] = defaultdict(list)
    for one in kept:
        row = present[one.model_id]
        if one.key == _key(row):
            if row.mend_by is not None and row.mend_by != one.due_stated:
                moved[row.mend_by].append(one.id)
        elif _cut_short(store.definition(connection, row.definition_hash), row.state):
            ended.append(one.id)
        else:
            done[one.id] = row.at
    touched = life.fulfil_each(connection, done)
    touched += life.withdraw_many(connection, now, ended) if ended else 0
    return touched + sum(life.move(connection, now, ids, day) for day, ids in moved.items())


def _cut_short(definition: Definition, state: str) -> bool:
    return any(step.danger and step.target == state for step in definition.transitions)


def _let_owe(connection: Connection, now: datetime, rows: Sequence[sa.Row[Any]], *, from_today: bool) -> list[int]:
    calendar = working_days(connection)
    collector_at: dict[str, Callable[[str], int]] = {}
    new = []
    for row in rows:
        definition = store.definition(connection, row.definition_hash)
        state = definition.states.get(row.state)
        if state is None or state.limit_days is None:
            continue
        level = definition.recognising_level
        if level not in collector_at:
            collector_at[level] = collectors(connection, level)
        begins = now if from_today else row.at
        stated = _stated(row, local_date(begins) + timedelta(days=state.limit_days), local_date(now), from_today)
        new.append(
            {
                "key": _key(row),
                "year_id": row.year_id,
                "subject": "state",
                "model_id": row.id,
                "state": row.state,
                "unit_id": row.unit_id,
                "roles": ",".join(owing_roles(definition, row.state)),
                "collector_id": collector_at[level](row.path),
                "due_stated": stated,
                "due_on": calendar.roll(stated),
                "opened_at": begins,
            }
        )
    return life.insert_missing(connection, new)


def _stated(row: sa.Row[Any], usual: date, today: date, from_today: bool) -> date:
    if row.mend_by is None or (from_today and row.mend_by < today):
        return usual
    day: date = row.mend_by
    return day
