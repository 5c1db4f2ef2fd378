"""The key by which two names are one has a column of its own: until here "Anh" and "Ánh" of one unit were one person.

Keys are made by the program (`identity`), not by either database: both must have the same.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from workflow.ground.reading.text import identity

revision = "0017"
down_revision = "0002"

# Table → the name that the key is made of, and how long it may be.
NAMES = {"unit": ("name", 200), "person": ("full_name", 120), "emulation_model": ("name", 300)}
AT_ONCE = 5_000
UNIQUE = "CONSTRAINT uq_person_unit_id_{key}_distinguisher UNIQUE (unit_id, {key}, distinguisher)"
LONGEST_DISTINGUISHER = 60


def upgrade() -> None:
    connection = op.get_bind()
    for table, (name, longest) in NAMES.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN name_identity VARCHAR({longest}) NOT NULL DEFAULT ''")
        _fill(connection, table, name, longest)
        if connection.dialect.name != "sqlite":
            op.execute(f"ALTER TABLE {table} ALTER COLUMN name_identity DROP DEFAULT")
    _unique_by(connection, "name_folded", "name_identity")
    op.execute("CREATE INDEX ix_unit_name_identity ON unit (name_identity)")
    op.execute("DROP INDEX ix_emulation_model_namesake")
    op.execute("CREATE INDEX ix_emulation_model_namesake ON emulation_model (unit_id, name_identity, year_id)")


def downgrade() -> None:
    connection = op.get_bind()
    op.execute("DROP INDEX ix_emulation_model_namesake")
    op.execute("CREATE INDEX ix_emulation_model_namesake ON emulation_model (unit_id, name_folded, year_id)")
    op.execute("DROP INDEX ix_unit_name_identity")
    _tell_apart(connection)
    _unique_by(connection, "name_identity", "name_folded")
    for table in NAMES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN name_identity")


def _fill(connection: Connection, table: str, name: str, longest: int) -> None:
    """Give every row its key, so many at a time."""
    rows = sa.table(table, sa.column("id"), sa.column(name), sa.column("name_identity"))
    batch = sa.select(rows.c.id, rows.c[name]).where(rows.c.id > sa.bindparam("after")).order_by(rows.c.id)
    keep = sa.update(rows).where(rows.c.id == sa.bindparam("the_id")).values(name_identity=sa.bindparam("the_identity"))
    after = 0
    while found := connection.execute(batch.limit(AT_ONCE), {"after": after}).all():
        connection.execute(keep, [{"the_id": key, "the_identity": identity(text)[:longest]} for key, text in found])
        after = found[-1][0]


def _tell_apart(connection: Connection) -> None:
    """The old key cannot hold people whose names differ by accents only: their whole name becomes what distinguishes them."""
    person = sa.table(
        "person", *map(sa.column, ("id", "unit_id", "full_name", "name_folded", "distinguisher", "name_identity"))
    )
    other = person.alias("other")
    alike = sa.exists().where(
        other.c.unit_id == person.c.unit_id,
        other.c.name_folded == person.c.name_folded,
        other.c.distinguisher == person.c.distinguisher,
        other.c.id < person.c.id,
    )
    rows = connection.execute(sa.select(person.c.id, person.c.full_name, person.c.distinguisher).where(alike)).all()
    for key, full_name, distinguisher in rows:
        told = f"{distinguisher}, {full_name}" if distinguisher else full_name
        mark = f" ({key})"
        connection.execute(
            sa.update(person)
            .where(person.c.id == key)
            .values(distinguisher=told[: LONGEST_DISTINGUISHER - len(mark)] + mark)
        )


def _unique_by(connection: Connection, old: str, new: str) -> None:
    """Let another key be the one that is unique in a unit."""
    before, after = UNIQUE.format(key=old), UNIQUE.format(key=new)
    if connection.dialect.name != "sqlite":
        op.execute(f"ALTER TABLE person DROP CONSTRAINT uq_person_unit_id_{old}_distinguisher, ADD {after}")
        return
    # SQLite changes a constraint by making the table anew. Keys are off here (see `workflow.ground.migrate`); with the old way of
    # renaming what refers to the table by its name stays as it is.
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'person' AND sql IS NOT NULL ORDER BY rowid")
    ).all()
    (table,) = (row.sql for row in kept if row.type == "table")
    if before not in table:
        raise RuntimeError(f"person has no {before}")
    body = table.split("(", 1)[1]
    made = f"CREATE TABLE person_again ({body}".replace(before, after)
    columns = ", ".join(column["name"] for column in sa.inspect(connection).get_columns("person"))
    connection.execute(sa.text("PRAGMA legacy_alter_table=ON"))
    try:
        for statement in (
            made.replace("name_identity VARCHAR(120) NOT NULL DEFAULT ''", "name_identity VARCHAR(120) NOT NULL"),
            f"INSERT INTO person_again ({columns}) SELECT {columns} FROM person",  # noqa: S608 - names of the schema
            "DROP TABLE person",
            "ALTER TABLE person_again RENAME TO person",
            *(row.sql for row in kept if row.type != "table"),
        ):
            connection.exec_driver_sql(statement)
    finally:
        connection.execute(sa.text("PRAGMA legacy_alter_table=OFF"))
