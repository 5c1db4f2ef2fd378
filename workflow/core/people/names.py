"""What people are called whom something names by the key of their account or by their user name."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.schema import account


def names_of(connection: Connection, keys: Collection[int], user_names: Collection[str]) -> dict[int | str, str]:
    """Full names by key and by user name, of those there are. One statement, none for nobody."""
    if not keys and not user_names:
        return {}
    rows = connection.execute(
        sa.select(account.c.id, account.c.user_name, account.c.full_name).where(
            sa.or_(account.c.id.in_(sorted(keys)), account.c.user_name.in_(sorted(user_names)))
        )
    )
    found: dict[int | str, str] = {}
    for row in rows:
        found[row.id] = found[row.user_name] = row.full_name
    return found
