"""Kinds of reports, calls for them, obligations, and the reports themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.ground.migrations.append_only import forbid_changes, permit_changes
from workflow.ground.migrations.baseline.terms import BIG_ID, MOMENT, partial_index

OPEN = "fulfilled_at IS NULL AND withdrawn_at IS NULL"
UNTOLD = "fulfilled_at IS NULL AND withdrawn_at IS NULL AND told_sequence < sequence"
WITHDRAWN = "withdrawn_at IS NOT NULL"
REPORTED = "call_id IS NOT NULL AND withdrawn_at IS NULL"
APPEND_ONLY = ("report_submission",)


def create() -> None:
    """Make the tables of this part."""
    op.create_table(
        "obligation_cursor",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("history_id", BIG_ID, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_obligation_cursor")),
    )
    op.create_table(
        "day_off",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["noted_by"], ["account.id"], name=op.f("fk_day_off_noted_by_account")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_off")),
    )
    op.create_table(
        "report_kind",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("opens_days", sa.Integer(), server_default="21", nullable=False),
        sa.Column("owed_by", sa.JSON(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('quarterly', 'six_monthly', 'annual', 'thematic', 'ad_hoc')",
            name=op.f("ck_report_kind_kind_known"),
        ),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_report_kind_period_order")),
        sa.CheckConstraint("opens_days BETWEEN 0 AND 366", name=op.f("ck_report_kind_opens_days_range")),
        sa.ForeignKeyConstraint(["year_id"], ["programme_year.id"], name=op.f("fk_report_kind_year_id_programme_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_kind")),
        sa.UniqueConstraint("year_id", "code", name=op.f("uq_report_kind_year_id_code")),
    )
    op.create_table(
        "reminder_step",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.String(length=200), nullable=False),
        sa.Column("with_list_of_late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("days BETWEEN -90 AND 90", name=op.f("ck_reminder_step_days_range")),
        sa.ForeignKeyConstraint(
            ["year_id"], ["programme_year.id"], name=op.f("fk_reminder_step_year_id_programme_year")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_step")),
        sa.UniqueConstraint("year_id", "days", name=op.f("uq_reminder_step_year_id_days")),
    )
    op.create_table(
        "report_call",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("report_kind_id", BIG_ID, nullable=True),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("instructions", sa.Text(), server_default="", nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("due_stated", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", BIG_ID, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("length(instructions) <= 10000", name=op.f("ck_report_call_instructions_length")),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_report_call_period_order")),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_report_call_opened_by_account")),
        sa.ForeignKeyConstraint(
            ["report_kind_id"], ["report_kind.id"], name=op.f("fk_report_call_report_kind_id_report_kind")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_report_call_unit_id_unit")),
        sa.ForeignKeyConstraint(["year_id"], ["programme_year.id"], name=op.f("fk_report_call_year_id_programme_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_call")),
        sa.UniqueConstraint("report_kind_id", "unit_id", name=op.f("uq_report_call_report_kind_id_unit_id")),
    )
    op.create_index("ix_report_call_year_id_unit_id", "report_call", ["year_id", "unit_id"])
    op.create_table(
        "call_file",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("call_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("blob_hash", sa.String(length=64), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_call_file_added_by_account")),
        sa.ForeignKeyConstraint(["blob_hash"], ["blob.hash"], name=op.f("fk_call_file_blob_hash_blob")),
        sa.ForeignKeyConstraint(["call_id"], ["report_call.id"], name=op.f("fk_call_file_call_id_report_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_file")),
    )
    op.create_index(op.f("ix_call_file_call_id"), "call_file", ["call_id"])
    op.create_table(
        "obligation",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("subject", sa.String(length=15), nullable=False),
        sa.Column("call_id", BIG_ID, nullable=True),
        sa.Column("model_id", BIG_ID, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=True),
        sa.Column("meeting_id", BIG_ID, nullable=True),
        sa.Column("visit_id", BIG_ID, nullable=True),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("collector_id", BIG_ID, nullable=False),
        sa.Column("due_stated", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("told_sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_step_on", sa.Date(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("fulfilled_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint("(subject = 'report') = (call_id IS NOT NULL)", name=op.f("ck_obligation_report_has_call")),
        sa.CheckConstraint("(subject = 'state') = (state IS NOT NULL)", name=op.f("ck_obligation_state_named")),
        sa.CheckConstraint(
            "subject IN ('report', 'registration', 'state', 'meeting', 'visit')",
            name=op.f("ck_obligation_subject_known"),
        ),
        sa.CheckConstraint("fulfilled_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_obligation_one_end")),
        sa.ForeignKeyConstraint(["call_id"], ["report_call.id"], name=op.f("fk_obligation_call_id_report_call")),
        sa.ForeignKeyConstraint(["collector_id"], ["unit.id"], name=op.f("fk_obligation_collector_id_unit")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["review_meeting.id"], name=op.f("fk_obligation_meeting_id_review_meeting")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_obligation_model_id_emulation_model")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_obligation_unit_id_unit")),
        sa.ForeignKeyConstraint(["year_id"], ["programme_year.id"], name=op.f("fk_obligation_year_id_programme_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
        sa.UniqueConstraint("key", name=op.f("uq_obligation_key")),
    )
    op.create_index("ix_obligation_call_id_unit_id", "obligation", ["call_id", "unit_id"])
    partial_index("ix_obligation_collector_id_due_on", "obligation", ["collector_id", "due_on"], OPEN)
    partial_index("ix_obligation_subject_roles_due_on", "obligation", ["subject", "roles", "due_on"], OPEN)
    partial_index("ix_obligation_withdrawn_at", "obligation", ["withdrawn_at"], WITHDRAWN)
    partial_index("ix_obligation_punctuality", "obligation", ["year_id", "unit_id", "due_at", "fulfilled_at"], REPORTED)
    partial_index("ix_obligation_due_on", "obligation", ["due_on"], OPEN)
    op.create_index("ix_obligation_model_id", "obligation", ["model_id"])
    partial_index("ix_obligation_untold", "obligation", ["id"], UNTOLD)
    partial_index("ix_obligation_next_step_on", "obligation", ["next_step_on"], OPEN)
    partial_index("ix_obligation_unit_id_due_on", "obligation", ["unit_id", "due_on"], OPEN)
    op.create_index("ix_obligation_year_id_unit_id", "obligation", ["year_id", "unit_id"])
    op.create_table(
        "report",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("obligation_id", BIG_ID, nullable=False),
        sa.Column("call_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("status", sa.String(length=10), server_default="draft", nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", BIG_ID, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", BIG_ID, nullable=True),
        sa.Column("return_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("status = 'draft' OR submitted_at IS NOT NULL", name=op.f("ck_report_submitted_has_moment")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'returned', 'accepted')", name=op.f("ck_report_status_known")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["report_call.id"], name=op.f("fk_report_call_id_report_call")),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name=op.f("fk_report_changed_by_account")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_report_decided_by_account")),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_report_obligation_id_obligation")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_report_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("obligation_id", name=op.f("uq_report_obligation_id")),
    )
    op.create_index(op.f("ix_report_call_id"), "report", ["call_id"])
    op.create_index(op.f("ix_report_unit_id"), "report", ["unit_id"])
    partial_index("ix_report_waiting", "report", ["call_id"], "status = 'submitted'")
    op.create_table(
        "report_submission",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("report_id", BIG_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=False),
        sa.Column("submitted_by", BIG_ID, nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_submission_report_id_report")),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["account.id"], name=op.f("fk_report_submission_submitted_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_submission")),
        sa.UniqueConstraint("report_id", "seq", name=op.f("uq_report_submission_report_id_seq")),
    )
    for table in APPEND_ONLY:
        forbid_changes(op, table)


def drop() -> None:
    """Take them away again, those that refer to others first."""
    for table in APPEND_ONLY:
        permit_changes(op, table)
    for table in (
        "report_submission",
        "report",
        "obligation",
        "call_file",
        "report_call",
        "reminder_step",
        "report_kind",
        "day_off",
        "obligation_cursor",
    ):
        op.drop_table(table)
