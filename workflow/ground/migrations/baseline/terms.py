"""What the parts of the baseline are written in: the types of columns, and indexes over some of the rows."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

# A migration keeps the types it was written with, whatever becomes of the schema's own.
MOMENT = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PATH = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")


def partial_index(name: str, table: str, columns: Sequence[str], condition: str, *, unique: bool = False) -> None:
    """An index over the rows that meet the condition."""
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
