"""The words by which a model is found, kept by triggers: its own name, its code, its unit and its person.

The index has a form of its own on each database, so the schema's modules do not describe it.
"""

from __future__ import annotations

from functools import reduce

from alembic import op

# What people write beside words; more would be too deep an expression for SQLite.
PUNCTUATION = ',.;:-–/()"“”+&'
MODEL = " FROM emulation_model m JOIN unit u ON u.id = m.unit_id LEFT JOIN person p ON p.id = m.person_id"
WRITTEN = "m.name_folded || ' ' || replace(lower(m.code), '-', ' ') || ' ' || u.name_folded || coalesce(' ' || p.name_folded, '')"
# What the public page may show. The mark is a word that nobody asks for; workflow.across.lists.search knows it.
MARK = (
    " || CASE WHEN m.public_agreed_at IS NOT NULL AND m.recognised_at IS NOT NULL AND m.revocation_id IS NULL"
    " THEN ' xcongkhaix' ELSE '' END"
)
# The columns of a model on which its words depend.
SOURCES = "name_folded, code, unit_id, person_id, public_agreed_at, recognised_at, revocation_id"


def create() -> None:
    """Make the index and the triggers that keep it."""
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def drop() -> None:
    """Take triggers and index away again."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER emulation_model_words_{name}")
        op.execute("DROP TRIGGER unit_words_update")
        op.execute("DROP TRIGGER person_words_update")
    else:
        for table in ("emulation_model", "unit", "person"):
            op.execute(f"DROP TRIGGER {table}_words ON {table}")
            op.execute(f"DROP FUNCTION {table}_words()")
    op.execute("DROP TABLE model_search")


def _on_sqlite() -> None:
    text = reduce(lambda inner, char: f"replace({inner}, '{char}', ' ')", PUNCTUATION, WRITTEN)
    words = f"SELECT m.id, {text}{MARK} AS text{MODEL}"
    again = f"UPDATE model_search SET text = w.text FROM ({words}"  # noqa: S608 - constants of this file
    # What is indexed is folded already; the tokenizer only parts it into words.
    op.execute("CREATE VIRTUAL TABLE model_search USING fts5(text, tokenize = 'unicode61 remove_diacritics 0')")
    op.execute(
        "CREATE TRIGGER emulation_model_words_insert AFTER INSERT ON emulation_model"
        f" BEGIN INSERT INTO model_search (rowid, text) {words} WHERE m.id = NEW.id; END"
    )
    op.execute(
        f"CREATE TRIGGER emulation_model_words_update AFTER UPDATE OF {SOURCES}"
        f" ON emulation_model BEGIN {again} WHERE m.id = NEW.id) AS w WHERE model_search.rowid = w.id; END"
    )
    op.execute(
        "CREATE TRIGGER emulation_model_words_delete AFTER DELETE ON emulation_model"
        " BEGIN DELETE FROM model_search WHERE rowid = OLD.id; END"
    )
    for table, key in (("unit", "unit_id"), ("person", "person_id")):
        op.execute(
            f"CREATE TRIGGER {table}_words_update AFTER UPDATE OF name_folded ON {table}"
            f" WHEN OLD.name_folded <> NEW.name_folded"
            f" BEGIN {again} WHERE m.{key} = NEW.id) AS w WHERE model_search.rowid = w.id; END"
        )


def _on_postgresql() -> None:
    text = f"translate({WRITTEN}, '{PUNCTUATION}', '{' ' * len(PUNCTUATION)}')"
    words = f"SELECT m.id, {text}{MARK} AS text{MODEL}"
    op.execute(
        "CREATE TABLE model_search (rowid bigint NOT NULL CONSTRAINT pk_model_search PRIMARY KEY"
        " CONSTRAINT fk_model_search_rowid_emulation_model REFERENCES emulation_model (id) ON DELETE CASCADE,"
        " text text NOT NULL)"
    )
    op.execute("CREATE INDEX ix_model_search_text ON model_search USING gin (to_tsvector('simple', text))")
    for table, condition, when in (
        ("emulation_model", "m.id = NEW.id", f"INSERT OR UPDATE OF {SOURCES}"),
        ("unit", "m.unit_id = NEW.id", "UPDATE OF name_folded"),
        ("person", "m.person_id = NEW.id", "UPDATE OF name_folded"),
    ):
        op.execute(
            f"CREATE FUNCTION {table}_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" INSERT INTO model_search (rowid, text) {words} WHERE {condition}"
            " ON CONFLICT (rowid) DO UPDATE SET text = excluded.text; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_words AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_words()"
        )
