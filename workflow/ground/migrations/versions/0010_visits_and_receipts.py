"""Adds planned visits of inspection teams, and receipts for forms so that none is taken twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "visit",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("team_decision", sa.String(length=200), server_default="", nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("planned_by", BIG_ID, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_visit_version_positive")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_visit_unit_id_unit")),
        sa.ForeignKeyConstraint(["planned_by"], ["account.id"], name=op.f("fk_visit_planned_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_unit_id"), "visit", ["unit_id"], unique=False)
    op.create_table(
        "visit_member",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("visit_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("head", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_member_visit_id_visit")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_visit_member_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_member")),
        sa.UniqueConstraint("visit_id", "account_id", name=op.f("uq_visit_member_visit_id_account_id")),
    )
    op.create_table(
        "visit_model",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("visit_id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_model_visit_id_visit")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_visit_model_model_id_emulation_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_model")),
        sa.UniqueConstraint("model_id", name=op.f("uq_visit_model_model_id")),
    )
    op.create_index(op.f("ix_visit_model_visit_id"), "visit_model", ["visit_id"], unique=False)
    op.create_table(
        "form_receipt",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("result_url", sa.String(length=2000), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_form_receipt_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "token", name=op.f("pk_form_receipt")),
    )


def downgrade() -> None:
    op.drop_table("form_receipt")
    op.drop_index(op.f("ix_visit_model_visit_id"), table_name="visit_model")
    op.drop_table("visit_model")
    op.drop_table("visit_member")
    op.drop_index(op.f("ix_visit_unit_id"), table_name="visit")
    op.drop_table("visit")
