"""Review meetings, dossiers and decisions, as far as models refer to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.ground.migrations.baseline.terms import BIG_ID, MOMENT


def create() -> None:
    """Make the tables of this part."""
    op.create_table(
        "review_meeting",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=300), server_default="", nullable=False),
        sa.Column("ballot", sa.String(length=10), server_default="named", nullable=False),
        sa.Column("status", sa.String(length=10), server_default="prepared", nullable=False),
        sa.Column("minutes", sa.Text(), server_default="", nullable=False),
        sa.Column("quorum_numerator", sa.Integer(), nullable=True),
        sa.Column("quorum_denominator", sa.Integer(), nullable=True),
        sa.Column("threshold_numerator", sa.Integer(), nullable=True),
        sa.Column("threshold_denominator", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", BIG_ID, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("ballot IN ('named', 'secret')", name=op.f("ck_review_meeting_ballot_known")),
        sa.CheckConstraint(
            "status <> 'closed' OR (opened_at IS NOT NULL AND closed_at IS NOT NULL)",
            name=op.f("ck_review_meeting_closed_has_moments"),
        ),
        sa.CheckConstraint("status <> 'open' OR opened_at IS NOT NULL", name=op.f("ck_review_meeting_open_has_moment")),
        sa.CheckConstraint(
            "status IN ('prepared', 'cancelled') OR quorum_numerator IS NOT NULL",
            name=op.f("ck_review_meeting_rules_frozen"),
        ),
        sa.CheckConstraint(
            "status IN ('prepared', 'open', 'closed', 'cancelled')", name=op.f("ck_review_meeting_status_known")
        ),
        sa.CheckConstraint("length(minutes) <= 50000", name=op.f("ck_review_meeting_minutes_length")),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_review_meeting_closed_by_account")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_review_meeting_created_by_account")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_review_meeting_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["year_id"], ["programme_year.id"], name=op.f("fk_review_meeting_year_id_programme_year")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_meeting")),
    )
    op.create_index(op.f("ix_review_meeting_unit_id"), "review_meeting", ["unit_id"])
    op.create_table(
        "meeting_member",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=True),
        sa.Column("duty", sa.String(length=15), server_default="member", nullable=False),
        sa.Column("present", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("duty IN ('chair', 'secretary', 'member')", name=op.f("ck_meeting_member_duty_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_meeting_member_account_id_account")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["review_meeting.id"], name=op.f("fk_meeting_member_meeting_id_review_meeting")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_meeting_member_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_member")),
        sa.UniqueConstraint("meeting_id", "account_id", name=op.f("uq_meeting_member_meeting_id_account_id")),
    )
    op.create_table(
        "meeting_guest",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_meeting_guest_name_given")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["review_meeting.id"], name=op.f("fk_meeting_guest_meeting_id_review_meeting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_guest")),
        sa.UniqueConstraint("meeting_id", "position", name=op.f("uq_meeting_guest_meeting_id_position")),
    )
    op.create_table(
        "meeting_note",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by", BIG_ID, nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_meeting_note_text_given")),
        sa.CheckConstraint("length(text) <= 5000", name=op.f("ck_meeting_note_text_length")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["review_meeting.id"], name=op.f("fk_meeting_note_meeting_id_review_meeting")
        ),
        sa.ForeignKeyConstraint(["written_by"], ["account.id"], name=op.f("fk_meeting_note_written_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_note")),
    )
    op.create_index(op.f("ix_meeting_note_meeting_id"), "meeting_note", ["meeting_id"])
    op.create_table(
        "submission",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("to_unit_id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("number", sa.String(length=40), server_default="", nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("signer", sa.String(length=120), server_default="", nullable=False),
        sa.Column("declared_models", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.CheckConstraint("declared_models > 0", name=op.f("ck_submission_declares_models")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_submission_created_by_account")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["review_meeting.id"], name=op.f("fk_submission_meeting_id_review_meeting")
        ),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_submission_to_unit_id_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_submission_unit_id_unit")),
        sa.ForeignKeyConstraint(["year_id"], ["programme_year.id"], name=op.f("fk_submission_year_id_programme_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_index(op.f("ix_submission_unit_id"), "submission", ["unit_id"])
    op.create_table(
        "decision",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("issuer_id", BIG_ID, nullable=False),
        sa.Column("type", sa.String(length=15), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.String(length=40), server_default="", nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("signer", sa.String(length=120), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("ground", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", BIG_ID, nullable=False),
        sa.CheckConstraint("type IN ('recognition', 'revocation')", name=op.f("ck_decision_type_known")),
        sa.CheckConstraint("length(signer) > 0", name=op.f("ck_decision_signer_given")),
        sa.CheckConstraint("number > 0", name=op.f("ck_decision_number_positive")),
        sa.ForeignKeyConstraint(["issuer_id"], ["unit.id"], name=op.f("fk_decision_issuer_id_unit")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_decision_recorded_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint(
            "issuer_id", "type", "period", "number", name=op.f("uq_decision_issuer_id_type_period_number")
        ),
    )


def drop() -> None:
    """Take them away again, those that refer to others first."""
    for table in ("decision", "submission", "meeting_note", "meeting_guest", "meeting_member", "review_meeting"):
        op.drop_table(table)
