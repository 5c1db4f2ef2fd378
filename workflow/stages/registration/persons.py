"""The people who register models of their own, kept per unit: looked up by name, added when they are new."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.reading.names import keys_of
from workflow.ground.reading.text import identity
from workflow.ground.schema import person, unit
from workflow.stages.registration.namesakes import LONGEST_PERSON, Person

_Key = tuple[int, tuple[str, str]]


def known_or_added(connection: Connection, registrants: Sequence[tuple[int, Person | None]]) -> list[int | None]:
    """The key of each person, None for nobody. Who is not known at their unit yet is added.

    registrants: the key of the unit, and the individual unless the unit itself registers.
    """
    wanted: dict[_Key, Person] = {}
    accounts: dict[_Key, int] = {}
    for unit_id, someone in registrants:
        if someone is not None:
            # Of two spellings of one name the first is kept.
            wanted.setdefault((unit_id, someone.identity), someone)
            if someone.account_id is not None:
                accounts[unit_id, someone.identity] = someone.account_id
    if not wanted:
        return [None] * len(registrants)
    units = sorted({unit_id for unit_id, _ in wanted})
    # Two forms at once must not both add the same person. NO KEY UPDATE: rows that merely refer to the unit need not wait.
    connection.execute(
        sa.select(unit.c.id).where(unit.c.id.in_(units)).order_by(unit.c.id).with_for_update(key_share=True)
    ).all()
    known = _known_people(connection, units)
    new = [
        {
            "unit_id": key[0],
            "full_name": someone.full_name,
            **keys_of(someone.full_name, LONGEST_PERSON),
            "distinguisher": someone.distinguisher,
            "account_id": accounts.get(key),
        }
        for key, someone in wanted.items()
        if key not in known
    ]
    if new:
        connection.execute(sa.insert(person), new)
    linked = [{"the_id": known[key], "the_account": whose} for key, whose in accounts.items() if key in known]
    if linked:
        connection.execute(_LINK, linked)
    known = _known_people(connection, units) if new else known
    return [known[unit_id, someone.identity] if someone is not None else None for unit_id, someone in registrants]


_LINK = (
    sa.update(person)
    .where(person.c.id == sa.bindparam("the_id"), person.c.account_id.is_(None))
    .values(account_id=sa.bindparam("the_account"))
)


def _known_people(connection: Connection, units: Sequence[int]) -> dict[_Key, int]:
    rows = connection.execute(
        sa.select(person.c.id, person.c.unit_id, person.c.name_identity, person.c.distinguisher).where(
            person.c.unit_id.in_(units)
        )
    )
    return {(row.unit_id, (row.name_identity, identity(row.distinguisher))): row.id for row in rows}
