"""What every tick and the pages ask is answered by an index: due dates moved and not told of, units and years that changed.

What is owed by subject and by call, a member's dates, models of a unit by state and of a decision. And a call for reports says
how many units owe it, which the calendar counted anew each time.
"""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

INDEX = "ix_obligation_untold"
SETTINGS = "ix_history_settings"

OPEN = "fulfilled_at IS NULL AND withdrawn_at IS NULL"


class Index(NamedTuple):
    """An index by its table and columns. where: over which rows."""

    name: str
    table: str
    columns: tuple[str, ...]
    where: str = ""


NEW = (
    Index("ix_obligation_collector_id_subject_due_on", "obligation", ("collector_id", "subject", "due_on"), OPEN),
    Index("ix_obligation_subject_due_on", "obligation", ("subject", "due_on"), OPEN),
    Index("ix_obligation_call_id_due_on", "obligation", ("call_id", "due_on"), OPEN),
    Index("ix_obligation_meeting_id", "obligation", ("meeting_id",), "meeting_id IS NOT NULL"),
    Index("ix_obligation_visit_id", "obligation", ("visit_id",), "visit_id IS NOT NULL"),
    Index("ix_report_call_due_on", "report_call", ("due_on",)),
    Index("ix_meeting_member_account_id", "meeting_member", ("account_id",)),
    Index("ix_visit_member_account_id", "visit_member", ("account_id",)),
    Index("ix_decision_dated", "decision", ("dated", "number", "id")),
    Index("ix_emulation_model_unit_id_state", "emulation_model", ("unit_id", "year_id", "state", "id")),
    Index("ix_emulation_model_decision_id", "emulation_model", ("decision_id", "unit_id"), "decision_id IS NOT NULL"),
    Index(
        "ix_emulation_model_revocation_id", "emulation_model", ("revocation_id", "unit_id"), "revocation_id IS NOT NULL"
    ),
    Index(
        "ix_emulation_model_mend_by",
        "emulation_model",
        ("year_id", "state", "mend_by", "id"),
        "mend_by IS NOT NULL",
    ),
)
OLD = (
    Index("ix_obligation_collector_id_due_on", "obligation", ("collector_id", "due_on"), OPEN),
    Index("ix_emulation_model_decision_id", "emulation_model", ("decision_id",)),
    Index("ix_emulation_model_mend_by", "emulation_model", ("mend_by", "id"), "mend_by IS NOT NULL"),
)


def upgrade() -> None:
    _mark_untold()
    _exchange(OLD, NEW)
    op.add_column("report_call", sa.Column("units", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE report_call SET units = (SELECT count(*) FROM obligation WHERE call_id = report_call.id)")


def downgrade() -> None:
    op.drop_column("report_call", "units")
    _exchange(NEW, OLD)
    _number_told()


def _exchange(old: tuple[Index, ...], new: tuple[Index, ...]) -> None:
    for index in old:
        op.drop_index(index.name, index.table)
    for index in new:
        where = sa.text(index.where) if index.where else None
        op.create_index(index.name, index.table, list(index.columns), sqlite_where=where, postgresql_where=where)


def _mark_untold() -> None:
    _exchange_column(
        sa.Column("untold", sa.Boolean(), nullable=False, server_default=sa.false()),
        "UPDATE obligation SET untold = true"
        " WHERE told_sequence < sequence AND fulfilled_at IS NULL AND withdrawn_at IS NULL",
        "told_sequence",
    )
    op.create_index(
        INDEX,
        "obligation",
        ["untold"],
        sqlite_where=sa.text("untold = 1"),
        postgresql_where=sa.text("untold = true"),
    )
    where = sa.text("subject IN ('unit', 'year')")
    op.create_index(SETTINGS, "history", ["id"], sqlite_where=where, postgresql_where=where)


def _number_told() -> None:
    op.drop_index(SETTINGS, "history")
    _exchange_column(
        sa.Column("told_sequence", sa.Integer(), nullable=False, server_default="0"),
        "UPDATE obligation SET told_sequence = CASE WHEN untold THEN sequence - 1 ELSE sequence END WHERE sequence > 0",
        "untold",
    )
    where = sa.text("fulfilled_at IS NULL AND withdrawn_at IS NULL AND told_sequence < sequence")
    op.create_index(INDEX, "obligation", ["id"], sqlite_where=where, postgresql_where=where)


def _exchange_column(column: sa.Column[object], filled: str, old: str) -> None:
    op.drop_index(INDEX, "obligation")
    op.add_column("obligation", column)
    op.execute(filled)
    op.drop_column("obligation", old)
