"""Adds guests of a review meeting, notes to its minutes, and the models put forward for a commendation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
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
    op.create_index(op.f("ix_meeting_note_meeting_id"), "meeting_note", ["meeting_id"], unique=False)
    op.create_table(
        "commendation",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("decision_id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.Column("chosen_by", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["chosen_by"], ["account.id"], name=op.f("fk_commendation_chosen_by_account")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_commendation_decision_id_decision")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_commendation_model_id_emulation_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commendation")),
        sa.UniqueConstraint("decision_id", "model_id", name=op.f("uq_commendation_decision_id_model_id")),
    )
    op.create_index(op.f("ix_commendation_model_id"), "commendation", ["model_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_commendation_model_id"), table_name="commendation")
    op.drop_table("commendation")
    op.drop_index(op.f("ix_meeting_note_meeting_id"), table_name="meeting_note")
    op.drop_table("meeting_note")
    op.drop_table("meeting_guest")
