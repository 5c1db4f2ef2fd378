"""Adds units, people, accounts, their roles and sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A migration keeps the types it was written with, whatever becomes of the schema's own.
MOMENT = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PATH = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "unit",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), server_default="administrative", nullable=False),
        sa.Column("parent_id", BIG_ID, nullable=True),
        sa.Column("path", PATH, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", BIG_ID, nullable=True),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('administrative', 'agency', 'organisation', 'school', 'armed_force')",
            name=op.f("ck_unit_kind_known"),
        ),
        sa.CheckConstraint("id <> parent_id", name=op.f("ck_unit_not_its_own_parent")),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_unit_name_length")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to", name=op.f("ck_unit_validity_order")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_unit_successor_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
        sa.UniqueConstraint("path", name=op.f("uq_unit_path")),
    )
    op.create_index("ix_unit_name_folded", "unit", ["name_folded"], unique=False)
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.String(length=120), server_default="", nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("locked_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=True),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("length(full_name) <= 120", name=op.f("ck_account_full_name_length")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("user_name", name=op.f("uq_account_user_name")),
    )
    op.create_table(
        "person",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=120), nullable=False),
        sa.Column("distinguisher", sa.String(length=60), server_default="", nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.CheckConstraint("length(full_name) <= 120", name=op.f("ck_person_full_name_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_person_account_id_account")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint(
            "unit_id", "name_folded", "distinguisher", name=op.f("uq_person_unit_id_name_folded_distinguisher")
        ),
    )
    op.create_index(op.f("ix_person_unit_id"), "person", ["unit_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("deputy_for_id", BIG_ID, nullable=True),
        sa.CheckConstraint(
            "deputy_for_id IS NULL OR deputy_for_id <> account_id", name=op.f("ck_assignment_not_own_deputy")
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_assignment_validity_order")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_assignment_account_id_account")),
        sa.ForeignKeyConstraint(["deputy_for_id"], ["account.id"], name=op.f("fk_assignment_deputy_for_id_account")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assignment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_account_id", "assignment", ["account_id"], unique=False)
    op.create_index("ix_assignment_role_unit_id", "assignment", ["role", "unit_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("address", sa.String(length=64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session_account_id_account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_account_id"), "web_session", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_web_session_account_id"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_index("ix_assignment_role_unit_id", table_name="assignment")
    op.drop_index("ix_assignment_account_id", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(op.f("ix_person_unit_id"), table_name="person")
    op.drop_table("person")
    op.drop_table("account")
    op.drop_index(op.f("ix_unit_parent_id"), table_name="unit")
    op.drop_index("ix_unit_name_folded", table_name="unit")
    op.drop_table("unit")
