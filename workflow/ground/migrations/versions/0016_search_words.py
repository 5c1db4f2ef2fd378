"""Keeps the words of a model without punctuation, so that a word beside a comma is found, and marks those of published models."""

from __future__ import annotations

from functools import reduce

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# What people write beside words; more would be too deep an expression for SQLite.
PUNCTUATION = ',.;:-–/()"“”+&'
MODEL = " FROM emulation_model m JOIN unit u ON u.id = m.unit_id LEFT JOIN person p ON p.id = m.person_id"
WRITTEN = "m.name_folded || ' ' || replace(lower(m.code), '-', ' ') || ' ' || u.name_folded || coalesce(' ' || p.name_folded, '')"
# What the public page may show. The mark is a word that nobody asks for; workflow.across.lists.search knows it.
MARK = (
    " || CASE WHEN m.public_agreed_at IS NOT NULL AND m.recognised_at IS NOT NULL AND m.revocation_id IS NULL"
    " THEN ' xcongkhaix' ELSE '' END"
)
COLUMNS = "name_folded, code, unit_id, person_id"
COLUMNS_NOW = COLUMNS + ", public_agreed_at, recognised_at, revocation_id"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        text = reduce(lambda inner, char: f"replace({inner}, '{char}', ' ')", PUNCTUATION, WRITTEN)
    else:
        text = f"translate({WRITTEN}, '{PUNCTUATION}', '{' ' * len(PUNCTUATION)}')"
    _rebuild(f"SELECT m.id, {text}{MARK} AS text{MODEL}", COLUMNS_NOW)


def downgrade() -> None:
    _rebuild(f"SELECT m.id, {WRITTEN} AS text{MODEL}", COLUMNS)


def _rebuild(words: str, columns: str) -> None:
    """Keep these words from now on, and of every model that is there."""
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite(words, columns)
    else:
        _on_postgresql(words, columns)


def _on_sqlite(words: str, columns: str) -> None:
    insert = f"INSERT INTO model_search (rowid, text) {words}"
    again = f"UPDATE model_search SET text = w.text FROM ({words}"  # noqa: S608 - constants of this file
    for trigger in (
        "emulation_model_words_insert", "emulation_model_words_update", "unit_words_update", "person_words_update",
    ):  # fmt: skip
        op.execute(f"DROP TRIGGER {trigger}")
    op.execute("DELETE FROM model_search")
    op.execute(insert)
    op.execute(
        f"CREATE TRIGGER emulation_model_words_insert AFTER INSERT ON emulation_model BEGIN {insert} WHERE m.id = NEW.id; END"
    )
    op.execute(
        f"CREATE TRIGGER emulation_model_words_update AFTER UPDATE OF {columns}"
        f" ON emulation_model BEGIN {again} WHERE m.id = NEW.id) AS w WHERE model_search.rowid = w.id; END"
    )
    for table, key in (("unit", "unit_id"), ("person", "person_id")):
        op.execute(
            f"CREATE TRIGGER {table}_words_update AFTER UPDATE OF name_folded ON {table}"
            f" WHEN OLD.name_folded <> NEW.name_folded"
            f" BEGIN {again} WHERE m.{key} = NEW.id) AS w WHERE model_search.rowid = w.id; END"
        )


def _on_postgresql(words: str, columns: str) -> None:
    insert = f"INSERT INTO model_search (rowid, text) {words}"
    kept = "ON CONFLICT (rowid) DO UPDATE SET text = excluded.text"
    op.execute("DROP TRIGGER emulation_model_words ON emulation_model")
    op.execute(
        f"CREATE TRIGGER emulation_model_words AFTER INSERT OR UPDATE OF {columns} ON emulation_model"
        " FOR EACH ROW EXECUTE FUNCTION emulation_model_words()"
    )
    for table, condition in (
        ("emulation_model", "m.id = NEW.id"),
        ("unit", "m.unit_id = NEW.id"),
        ("person", "m.person_id = NEW.id"),
    ):
        op.execute(
            f"CREATE OR REPLACE FUNCTION {table}_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" {insert} WHERE {condition} {kept}; RETURN NULL; END $$"
        )
    op.execute(f"{insert} WHERE true {kept}")
