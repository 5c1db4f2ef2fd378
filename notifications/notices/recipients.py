"""Who has to be told of what happened to a model: the rows of the outbox meet today's accounts and roles.

`notices.py` asks the same from a person's side; both keep to the visibility rule of `workflow.core.access`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.access import OWN_SCOPED
from workflow.ground.dialects import any_of
from workflow.ground.schema import account, assignment, emulation_model, history, outbox, unit
from workflow.ground.validity import valid_on
from workflow.ground.vietnam_time import local_date


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person to be told of one row. role: the one that concerns them; deputy_for: account they stand in for, or None."""

    account_id: int
    user_name: str
    full_name: str
    role: str
    deputy_for: int | None


def addresses(role: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The row of the outbox names this role. Written without LIKE, to which the underscore in a role's name is a wildcard."""
    named = sa.literal(",").concat(outbox.c.roles).concat(",")
    return sa.func.replace(named, sa.literal(",").concat(role).concat(","), "") != named


def deed_of_row() -> sa.ColumnElement[bool]:
    """The history entry is the one that the row of the outbox was written with (its unique key serves this)."""
    return sa.and_(
        history.c.subject == "model",
        history.c.subject_id == outbox.c.model_id,
        history.c.seq == outbox.c.history_seq,
    )


def recipients(connection: Connection, now: datetime, rows: Sequence[int]) -> dict[int, tuple[Recipient, ...]]:
    """Whom to tell of rows of the outbox, by today's roles; each person once per row, under a role of their own if possible.

    Everybody who holds one of the named roles over the unit is told, so a role that nobody holds there keeps nobody else from
    being told. Not told: the one who did it, locked accounts, and whoever may not see the model (a draft is its unit's alone).
    rows: ids, however many; those without a recipient map to nothing. One statement.
    """
    today = local_date(now)
    chosen = any_of(outbox.c.id, rows)
    # From each unit up to the root; starting at the few units concerned, not at the many assignments.
    above = (
        sa.select(unit.c.id.label("place_id"), unit.c.id, unit.c.parent_id)
        .where(unit.c.id.in_(sa.select(outbox.c.unit_id).where(chosen)))
        .cte("above", recursive=True)
    )
    above = above.union_all(
        sa.select(above.c.place_id, unit.c.id, unit.c.parent_id).join(above, unit.c.id == above.c.parent_id)
    )
    own = assignment.alias("own")
    holds_own = sa.exists().where(
        own.c.account_id == account.c.id,
        own.c.unit_id == outbox.c.unit_id,
        own.c.role.in_(sorted(OWN_SCOPED)),
        valid_on(own, today),
    )
    found = connection.execute(
        sa.select(
            outbox.c.id,
            account.c.id.label("account_id"),
            account.c.user_name,
            account.c.full_name,
            assignment.c.role,
            assignment.c.deputy_for_id,
        )
        .join(emulation_model, emulation_model.c.id == outbox.c.model_id)
        .join(history, deed_of_row())
        .join(above, above.c.place_id == outbox.c.unit_id)
        .join(assignment, assignment.c.unit_id == above.c.id)
        .join(account, account.c.id == assignment.c.account_id)
        .where(
            chosen,
            addresses(assignment.c.role),
            sa.or_(assignment.c.role.not_in(sorted(OWN_SCOPED)), above.c.id == outbox.c.unit_id),
            valid_on(assignment, today),
            account.c.locked_at.is_(None),
            account.c.id != history.c.actor_id,
            sa.or_(
                emulation_model.c.submitted_at.is_not(None), emulation_model.c.created_by == account.c.id, holds_own
            ),
        )
        .order_by(
            outbox.c.id,
            account.c.id,
            assignment.c.deputy_for_id.is_not(None),
            assignment.c.id,
        )
    )
    told: dict[int, dict[int, Recipient]] = {row: {} for row in rows}
    for row in found:
        person = Recipient(row.account_id, row.user_name, row.full_name, row.role, row.deputy_for_id)
        told[row.id].setdefault(row.account_id, person)
    return {row: tuple(people.values()) for row, people in told.items()}
