"""Keys by which names are put in Vietnamese order: of models and accounts, and of each unit among all units."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from workflow.ground.reading.order import name_order, person_order, tree_order

revision = "0019"
down_revision = "0018"

BATCH = 5_000
KEYS = (("emulation_model", "name_sort", 400), ("account", "name_sort", 400), ("unit", "tree_sort", 2_000))


def upgrade() -> None:
    collation = ' COLLATE "C"' if op.get_context().dialect.name == "postgresql" else ""
    for table, column, longest in KEYS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR({longest}){collation} NOT NULL DEFAULT ''")
    _fill_names("emulation_model", "name", name_order)
    _fill_names("account", "full_name", person_order)
    _fill_units()
    op.drop_index("ix_emulation_model_name", "emulation_model")
    op.create_index("ix_emulation_model_name", "emulation_model", ["year_id", "name_sort", "id"])
    op.create_index("ix_unit_tree_sort", "unit", ["tree_sort"])
    op.create_index("ix_account_name_sort_id", "account", ["name_sort", "id"])


def downgrade() -> None:
    op.drop_index("ix_account_name_sort_id", "account")
    op.drop_index("ix_unit_tree_sort", "unit")
    op.drop_index("ix_emulation_model_name", "emulation_model")
    op.create_index("ix_emulation_model_name", "emulation_model", ["year_id", "name_folded", "id"])
    for table, column, _longest in reversed(KEYS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _fill_names(table: str, name: str, order: Callable[[str], str]) -> None:
    named = sa.table(table, sa.column("id"), sa.column(name), sa.column("name_sort"))
    for rows in _batches(named.c.id, named.c[name]):
        _write(named, "name_sort", [{"the_id": row[0], "key": order(row[1])} for row in rows])


def _fill_units() -> None:
    named = sa.table("unit", *map(sa.column, ("id", "name", "parent_id", "path", "tree_sort")))
    every = {
        row.id: row for rows in _batches(named.c.id, named.c.name, named.c.parent_id, named.c.path) for row in rows
    }
    keys: dict[int | None, str] = {None: ""}
    for row in sorted(every.values(), key=lambda row: row.path.count("/")):
        keys[row.id] = tree_order(keys[row.parent_id], row.name, row.id)
    del keys[None]
    written = [{"the_id": key, "key": place} for key, place in keys.items()]
    for start in range(0, len(written), BATCH):
        _write(named, "tree_sort", written[start : start + BATCH])


def _batches(key: sa.ColumnClause[Any], *others: sa.ColumnClause[Any]) -> Iterator[Sequence[Any]]:
    last = 0
    while rows := op.get_bind().execute(sa.select(key, *others).where(key > last).order_by(key).limit(BATCH)).all():
        yield rows
        last = rows[-1][0]


def _write(table: sa.TableClause, column: str, keys: Sequence[dict[str, Any]]) -> None:
    statement = sa.update(table).where(table.c.id == sa.bindparam("the_id")).values({column: sa.bindparam("key")})
    op.get_bind().execute(statement, keys)
