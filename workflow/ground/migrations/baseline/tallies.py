"""Counts of models by every dimension of a figure, kept by triggers: cells, and the changes not yet folded into them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.ground.migrations.baseline.terms import BIG_ID

TALLY = ("year_id", "unit_id", "field_id", "kind", "state")
FLAGS = ("late", "outstanding", "inspected", "proposed")
DIMENSIONS = (*TALLY, "origin", *FLAGS)
# The columns of a model on which its cell depends; and when it counts: handed in, and not taken back before it was accepted.
SOURCES = (
    *TALLY, "origin", "late", "outstanding", "inspected_at", "proposed_at", "submitted_at", "accepted_at",
)  # fmt: skip
COUNTED = "{row}.submitted_at IS NOT NULL AND ({row}.state <> 'withdrawn' OR {row}.accepted_at IS NOT NULL)"
CELL = ", ".join(
    ["{row}." + name for name in (*TALLY, "origin", "late", "outstanding")]
    + ["({row}.inspected_at IS NOT NULL)", "({row}.proposed_at IS NOT NULL)"]
)


def create() -> None:
    """Make the tables and the triggers that fill them."""
    op.create_table(
        "tally_cell",
        *_dimensions(),
        sa.ForeignKeyConstraint(["year_id"], ["programme_year.id"], name=op.f("fk_tally_cell_year_id_programme_year")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_tally_cell_unit_id_unit")),
        sa.ForeignKeyConstraint(["field_id"], ["field.id"], name=op.f("fk_tally_cell_field_id_field")),
        sa.PrimaryKeyConstraint(*DIMENSIONS, name=op.f("pk_tally_cell")),
        sa.CheckConstraint("kind IN ('collective', 'individual')", name=op.f("ck_tally_cell_kind_known")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally_delta",
        sa.Column("id", BIG_ID, nullable=False),
        *_dimensions(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_delta")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _triggers_on_sqlite()
    else:
        _triggers_on_postgresql()


def drop() -> None:
    """Take triggers and tables away again."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER emulation_model_counted_{name}")
    else:
        op.execute("DROP TRIGGER emulation_model_counted ON emulation_model")
        op.execute("DROP FUNCTION emulation_model_counted()")
    op.drop_table("tally_delta")
    op.drop_table("tally_cell")


def _dimensions() -> list[sa.Column[object]]:
    """The columns that both tables have."""
    return [
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("field_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        *(sa.Column(flag, sa.Boolean(), nullable=False) for flag in FLAGS),
        sa.Column("models", sa.Integer(), nullable=False),
    ]


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
