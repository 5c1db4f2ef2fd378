"""The people who register models of their own, kept per unit: looked up by name, added when they are new."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.schema import person, unit
from workflow.stages.registration.drafts import Checked


def known_or_added(connection: Connection, drafts: Sequence[Checked]) -> list[int | None]:
    """The person of each individual form, None for a collective one. Who is not known at their unit yet is added."""
    wanted = {
        (draft.unit.id, draft.person.name_folded, draft.person.distinguisher): draft.person
        for draft in drafts
        if draft.person
    }
    if not wanted:
        return [None] * len(drafts)
    units = sorted({unit_id for unit_id, _, _ in wanted})
    # Two forms at once must not both add the same person. NO KEY UPDATE: rows that merely refer to the unit need not wait.
    connection.execute(
        sa.select(unit.c.id).where(unit.c.id.in_(units)).order_by(unit.c.id).with_for_update(key_share=True)
    ).all()
    known = _known_people(connection, units)
    new = [
        {
            "unit_id": unit_id,
            "full_name": someone.full_name,
            "name_folded": name_folded,
            "distinguisher": distinguisher,
            "account_id": someone.account_id,
        }
        for (unit_id, name_folded, distinguisher), someone in wanted.items()
        if (unit_id, name_folded, distinguisher) not in known
    ]
    if new:
        connection.execute(sa.insert(person), new)
    linked = [
        {"the_id": known[key], "the_account": someone.account_id}
        for key, someone in wanted.items()
        if key in known and someone.account_id is not None
    ]
    if linked:
        connection.execute(_LINK, linked)
    known = _known_people(connection, units) if new else known
    return [
        known[draft.unit.id, draft.person.name_folded, draft.person.distinguisher] if draft.person else None
        for draft in drafts
    ]


_LINK = (
    sa.update(person)
    .where(person.c.id == sa.bindparam("the_id"), person.c.account_id.is_(None))
    .values(account_id=sa.bindparam("the_account"))
)


def _known_people(connection: Connection, units: Sequence[int]) -> dict[tuple[int, str, str], int]:
    rows = connection.execute(
        sa.select(person.c.id, person.c.unit_id, person.c.name_folded, person.c.distinguisher).where(
            person.c.unit_id.in_(units)
        )
    )
    return {(row.unit_id, row.name_folded, row.distinguisher): row.id for row in rows}
