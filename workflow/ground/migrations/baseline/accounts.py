"""Units, people and accounts with their roles, sessions, invitations and form receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.ground.migrations.baseline.terms import BIG_ID, MOMENT, PATH


def create() -> None:
    """Make the tables of this part."""
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
    op.create_index("ix_unit_name_folded", "unit", ["name_folded"])
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"])
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
        sa.Column("language", sa.String(length=5), server_default="vi", nullable=False),
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
    op.create_index(op.f("ix_person_unit_id"), "person", ["unit_id"])
    op.create_table(
        "assignment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("deputy_for_id", BIG_ID, nullable=True),
        sa.Column("rank", sa.String(length=12), server_default="", nullable=False),
        sa.CheckConstraint(
            "deputy_for_id IS NULL OR deputy_for_id <> account_id", name=op.f("ck_assignment_not_own_deputy")
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_assignment_validity_order")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_assignment_account_id_account")),
        sa.ForeignKeyConstraint(["deputy_for_id"], ["account.id"], name=op.f("fk_assignment_deputy_for_id_account")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assignment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_account_id", "assignment", ["account_id"])
    op.create_index("ix_assignment_role_unit_id", "assignment", ["role", "unit_id"])
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
    op.create_index(op.f("ix_web_session_account_id"), "web_session", ["account_id"])
    op.create_table(
        "work_seen",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("looked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_work_seen_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_work_seen")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint("used_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_invitation_used_or_withdrawn")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invitation_account_id_account")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_invitation_created_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(op.f("ix_invitation_account_id"), "invitation", ["account_id"])
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


def drop() -> None:
    """Take them away again, those that refer to others first."""
    for table in ("form_receipt", "invitation", "work_seen", "web_session", "assignment", "person", "account", "unit"):
        op.drop_table(table)
