"""Adds what lists and figures of a whole country are served from: indexes, the words of each model, counts kept by triggers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TALLY = ["year_id", "unit_id", "field_id", "kind", "state"]
FLAGS = ("late", "outstanding", "inspected", "proposed")
DIMENSIONS = (*TALLY, "origin", *FLAGS)
INDEXES = {
    "ix_emulation_model_name": ["year_id", "name_folded", "id"],
    "ix_emulation_model_changed_at": ["year_id", "changed_at", "id"],
    "ix_emulation_model_kind": ["year_id", "kind", "id"],
}
PARTIAL = {
    "ix_emulation_model_late": (["year_id", "id"], "late = {true}"),
    "ix_emulation_model_draft_of": (["created_by", "id"], "submitted_at IS NULL"),
}
# The columns of a model on which its cell depends; and when it counts: handed in, and not taken back before it was accepted.
SOURCES = (
    *TALLY, "origin", "late", "outstanding", "inspected_at", "proposed_at", "submitted_at", "accepted_at",
)  # fmt: skip
COUNTED = "{row}.submitted_at IS NOT NULL AND ({row}.state <> 'withdrawn' OR {row}.accepted_at IS NOT NULL)"
CELL = ", ".join(
    ["{row}." + name for name in (*TALLY, "origin", "late", "outstanding")]
    + ["({row}.inspected_at IS NOT NULL)", "({row}.proposed_at IS NOT NULL)"]
)
# What a model is found by: its own name, its code, its unit and its person.
WORDS = (
    "SELECT m.id, m.name_folded || ' ' || replace(lower(m.code), '-', ' ') || ' ' || u.name_folded"
    " || coalesce(' ' || p.name_folded, '') AS text FROM emulation_model m JOIN unit u ON u.id = m.unit_id"
    " LEFT JOIN person p ON p.id = m.person_id"
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.drop_index("ix_emulation_model_tally", table_name="emulation_model")
    op.create_index("ix_emulation_model_tally", "emulation_model", [*TALLY, "submitted_at", "accepted_at"])
    for name, columns in INDEXES.items():
        op.create_index(name, "emulation_model", columns)
    for name, (columns, condition) in PARTIAL.items():
        where = sa.text(condition.format(true="1" if sqlite else "true"))
        op.create_index(name, "emulation_model", columns, sqlite_where=where, postgresql_where=where)
    for name in ("tally_cell", "tally_delta"):
        _counts(name)
    op.execute(
        f"INSERT INTO tally_delta ({', '.join(DIMENSIONS)}, models) SELECT {CELL.format(row='m')}, count(*)"  # noqa: S608
        f" FROM emulation_model m WHERE {COUNTED.format(row='m')} GROUP BY {CELL.format(row='m')}"
    )
    if sqlite:
        _words_on_sqlite()
        _triggers_on_sqlite()
    else:
        _words_on_postgresql()
        _triggers_on_postgresql()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER emulation_model_counted_{name}")
            op.execute(f"DROP TRIGGER emulation_model_words_{name}")
        op.execute("DROP TRIGGER unit_words_update")
        op.execute("DROP TRIGGER person_words_update")
    else:
        op.execute("DROP TRIGGER emulation_model_counted ON emulation_model")
        op.execute("DROP FUNCTION emulation_model_counted()")
        for table in ("emulation_model", "unit", "person"):
            op.execute(f"DROP TRIGGER {table}_words ON {table}")
            op.execute(f"DROP FUNCTION {table}_words()")
    op.execute("DROP TABLE model_search")
    op.drop_table("tally_delta")
    op.drop_table("tally_cell")
    for name in (*PARTIAL, *INDEXES, "ix_emulation_model_tally"):
        op.drop_index(name, table_name="emulation_model")
    op.create_index("ix_emulation_model_tally", "emulation_model", TALLY)


def _counts(name: str) -> None:
    kept = name == "tally_cell"
    key = (
        [
            sa.PrimaryKeyConstraint(*DIMENSIONS, name=op.f(f"pk_{name}")),
            sa.CheckConstraint("kind IN ('collective', 'individual')", name=op.f(f"ck_{name}_kind_known")),
        ]
        if kept
        else [sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))]
    )
    targets = {"year_id": "programme_year", "unit_id": "unit", "field_id": "field"}
    op.create_table(
        name,
        *([] if kept else [sa.Column("id", BIG_ID, nullable=False)]),
        *(sa.Column(column, BIG_ID, nullable=False) for column in targets),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        *(sa.Column(flag, sa.Boolean(), nullable=False) for flag in FLAGS),
        sa.Column("models", sa.Integer(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}_{target}"))
            for column, target in targets.items()
            if kept
        ),
        *key,
        **({"sqlite_with_rowid": False} if kept else {}),
    )


def _noted(*rows: tuple[str, int]) -> str:
    """SQL that notes that a model, as these rows have it, entered (+1) or left (-1) its cell, if it counts at all."""
    selected = (f"SELECT {CELL.format(row=row)}, {change} WHERE {COUNTED.format(row=row)}" for row, change in rows)
    return f"INSERT INTO tally_delta ({', '.join(DIMENSIONS)}, models) {' UNION ALL '.join(selected)};"


def _triggers_on_sqlite() -> None:
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in SOURCES)
    op.execute(
        f"CREATE TRIGGER emulation_model_counted_insert AFTER INSERT ON emulation_model BEGIN {_noted(('NEW', 1))} END"
    )
    op.execute(
        f"CREATE TRIGGER emulation_model_counted_update AFTER UPDATE OF {', '.join(SOURCES)} ON emulation_model"
        f" WHEN {changed} BEGIN {_noted(('OLD', -1), ('NEW', 1))} END"
    )
    op.execute(
        f"CREATE TRIGGER emulation_model_counted_delete AFTER DELETE ON emulation_model BEGIN {_noted(('OLD', -1))} END"
    )


def _triggers_on_postgresql() -> None:
    changed = ", ".join("{row}." + column for column in SOURCES)
    op.execute(
        "CREATE FUNCTION emulation_model_counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'UPDATE' AND ROW({changed.format(row='OLD')}) IS NOT DISTINCT FROM"
        f" ROW({changed.format(row='NEW')}) THEN RETURN NULL; END IF;"
        f" IF TG_OP <> 'INSERT' THEN {_noted(('OLD', -1))} END IF;"
        f" IF TG_OP <> 'DELETE' THEN {_noted(('NEW', 1))} END IF;"
        " RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER emulation_model_counted AFTER INSERT OR UPDATE OR DELETE ON emulation_model"
        " FOR EACH ROW EXECUTE FUNCTION emulation_model_counted()"
    )


def _words_on_sqlite() -> None:
    # What is indexed is folded already; the tokenizer only parts it into words.
    op.execute("CREATE VIRTUAL TABLE model_search USING fts5(text, tokenize = 'unicode61 remove_diacritics 0')")
    insert = "INSERT INTO model_search (rowid, text) " + WORDS
    op.execute(insert)
    again = f"UPDATE model_search SET text = w.text FROM ({WORDS}"  # noqa: S608 - constants of this file
    op.execute(
        f"CREATE TRIGGER emulation_model_words_insert AFTER INSERT ON emulation_model BEGIN {insert} WHERE m.id = NEW.id; END"
    )
    op.execute(
        "CREATE TRIGGER emulation_model_words_update AFTER UPDATE OF name_folded, code, unit_id, person_id"
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


def _words_on_postgresql() -> None:
    op.execute(
        "CREATE TABLE model_search (rowid bigint NOT NULL CONSTRAINT pk_model_search PRIMARY KEY"
        " CONSTRAINT fk_model_search_rowid_emulation_model REFERENCES emulation_model (id) ON DELETE CASCADE,"
        " text text NOT NULL)"
    )
    insert = "INSERT INTO model_search (rowid, text) " + WORDS
    op.execute(insert)
    op.execute("CREATE INDEX ix_model_search_text ON model_search USING gin (to_tsvector('simple', text))")
    for table, condition, when in (
        ("emulation_model", "m.id = NEW.id", "INSERT OR UPDATE OF name_folded, code, unit_id, person_id"),
        ("unit", "m.unit_id = NEW.id", "UPDATE OF name_folded"),
        ("person", "m.person_id = NEW.id", "UPDATE OF name_folded"),
    ):
        op.execute(
            f"CREATE FUNCTION {table}_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {insert} WHERE {condition}"
            " ON CONFLICT (rowid) DO UPDATE SET text = excluded.text; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_words AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_words()"
        )
