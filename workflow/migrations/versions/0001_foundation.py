"""The foundation: every table of the first version, and the triggers that keep the history append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.migrations.append_only import forbid_changes, permit_changes

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A migration keeps the types it was written with, whatever becomes of the schema's own.
MOMENT = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PATH = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")
APPEND_ONLY = ("history", "anchor")


def upgrade() -> None:
    op.create_table(
        "anchor",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("previous_root", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_anchor")),
    )
    op.create_table(
        "blob",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_blob_size_positive")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_blob")),
    )
    op.create_table(
        "lifecycle_definition",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_lifecycle_definition")),
    )
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
        "programme_year",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("definition_hash", sa.String(length=64), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("quorum_numerator", sa.Integer(), nullable=False),
        sa.Column("quorum_denominator", sa.Integer(), nullable=False),
        sa.Column("threshold_numerator", sa.Integer(), nullable=False),
        sa.Column("threshold_denominator", sa.Integer(), nullable=False),
        sa.Column("numbering", sa.String(length=10), server_default="year", nullable=False),
        sa.Column("next_number", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("numbering IN ('year', 'term')", name=op.f("ck_programme_year_numbering_known")),
        sa.CheckConstraint("opens_on <= closes_on", name=op.f("ck_programme_year_window_order")),
        sa.CheckConstraint(
            "quorum_numerator > 0 AND quorum_numerator <= quorum_denominator",
            name=op.f("ck_programme_year_quorum_fraction"),
        ),
        sa.CheckConstraint(
            "threshold_numerator > 0 AND threshold_numerator <= threshold_denominator",
            name=op.f("ck_programme_year_threshold_fraction"),
        ),
        sa.ForeignKeyConstraint(
            ["definition_hash"],
            ["lifecycle_definition.hash"],
            name=op.f("fk_programme_year_definition_hash_lifecycle_definition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_year")),
        sa.UniqueConstraint("year", name=op.f("uq_programme_year_year")),
    )
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
        "criterion",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("guidance", sa.Text(), server_default="", nullable=False),
        sa.Column("max_points", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("max_points > 0", name=op.f("ck_criterion_max_points_positive")),
        sa.ForeignKeyConstraint(["year_id"], ["programme_year.id"], name=op.f("fk_criterion_year_id_programme_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("year_id", "code", name=op.f("uq_criterion_year_id_code")),
    )
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
    op.create_table(
        "field",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["year_id"], ["programme_year.id"], name=op.f("fk_field_year_id_programme_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field")),
        sa.UniqueConstraint("year_id", "code", name=op.f("uq_field_year_id_code")),
        sa.UniqueConstraint("year_id", "label", name=op.f("uq_field_year_id_label")),
    )
    op.create_table(
        "history",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("subject", sa.String(length=12), nullable=False),
        sa.Column("subject_id", BIG_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", BIG_ID, nullable=False),
        sa.Column("for_id", BIG_ID, nullable=True),
        sa.Column("behalf", sa.String(length=300), server_default="", nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("trigger", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("field_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=True),
        sa.Column("payload", sa.Text(), server_default="{}", nullable=False),
        sa.Column("definition_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_history_actor_id_account")),
        sa.ForeignKeyConstraint(["for_id"], ["account.id"], name=op.f("fk_history_for_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sa.UniqueConstraint("subject", "subject_id", "seq", name=op.f("uq_history_subject_subject_id_seq")),
    )
    op.create_index("ix_history_at", "history", ["at"], unique=False)
    op.create_table(
        "measure",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("unit_aliases", sa.JSON(), nullable=False),
        sa.Column("outlier_above", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["year_id"], ["programme_year.id"], name=op.f("fk_measure_year_id_programme_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("year_id", "code", name=op.f("uq_measure_year_id_code")),
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
    op.create_index(op.f("ix_review_meeting_unit_id"), "review_meeting", ["unit_id"], unique=False)
    op.create_table(
        "score_band",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("from_points", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_points >= 0 AND from_points <= 100", name=op.f("ck_score_band_from_points_range")),
        sa.ForeignKeyConstraint(["year_id"], ["programme_year.id"], name=op.f("fk_score_band_year_id_programme_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_band")),
        sa.UniqueConstraint("year_id", "from_points", name=op.f("uq_score_band_year_id_from_points")),
    )
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
    op.create_index(op.f("ix_submission_unit_id"), "submission", ["unit_id"], unique=False)
    op.create_table(
        "emulation_model",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("field_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("name_folded", sa.String(length=300), nullable=False),
        sa.Column("definition_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=12), server_default="new", nullable=False),
        sa.Column("origin_model_id", BIG_ID, nullable=True),
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("outstanding", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("submitters", sa.String(length=400), server_default=",", nullable=False),
        sa.Column("proposers", sa.String(length=400), server_default=",", nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("inspected_at", MOMENT, nullable=True),
        sa.Column("proposed_at", MOMENT, nullable=True),
        sa.Column("recognised_at", MOMENT, nullable=True),
        sa.Column("submission_id", BIG_ID, nullable=True),
        sa.Column("decision_id", BIG_ID, nullable=True),
        sa.Column("revocation_id", BIG_ID, nullable=True),
        sa.Column("merged_into_id", BIG_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(kind = 'individual') = (person_id IS NOT NULL)", name=op.f("ck_emulation_model_person_of_individual")
        ),
        sa.CheckConstraint("kind IN ('collective', 'individual')", name=op.f("ck_emulation_model_kind_known")),
        sa.CheckConstraint(
            "origin IN ('new', 'continued', 'replicated')", name=op.f("ck_emulation_model_origin_known")
        ),
        sa.CheckConstraint(
            "state <> 'merged' OR merged_into_id IS NOT NULL", name=op.f("ck_emulation_model_merged_has_target")
        ),
        sa.CheckConstraint(
            "state <> 'recognised' OR decision_id IS NOT NULL", name=op.f("ck_emulation_model_recognised_has_decision")
        ),
        sa.CheckConstraint(
            "state <> 'revoked' OR revocation_id IS NOT NULL", name=op.f("ck_emulation_model_revoked_has_decision")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR state = 'withdrawn' OR state = 'merged' OR submitted_at IS NOT NULL",
            name=op.f("ck_emulation_model_submitted_has_moment"),
        ),
        sa.CheckConstraint("length(name) <= 300", name=op.f("ck_emulation_model_name_length")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_emulation_model_name_given")),
        sa.CheckConstraint(
            "merged_into_id IS NULL OR merged_into_id <> id", name=op.f("ck_emulation_model_not_merged_into_itself")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_emulation_model_version_positive")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_emulation_model_created_by_account")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_emulation_model_decision_id_decision")),
        sa.ForeignKeyConstraint(
            ["definition_hash"],
            ["lifecycle_definition.hash"],
            name=op.f("fk_emulation_model_definition_hash_lifecycle_definition"),
        ),
        sa.ForeignKeyConstraint(["field_id"], ["field.id"], name=op.f("fk_emulation_model_field_id_field")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["emulation_model.id"], name=op.f("fk_emulation_model_merged_into_id_emulation_model")
        ),
        sa.ForeignKeyConstraint(
            ["origin_model_id"], ["emulation_model.id"], name=op.f("fk_emulation_model_origin_model_id_emulation_model")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_emulation_model_person_id_person")),
        sa.ForeignKeyConstraint(
            ["revocation_id"], ["decision.id"], name=op.f("fk_emulation_model_revocation_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_emulation_model_submission_id_submission")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_emulation_model_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["year_id"], ["programme_year.id"], name=op.f("fk_emulation_model_year_id_programme_year")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emulation_model")),
        sa.UniqueConstraint("code", name=op.f("uq_emulation_model_code")),
    )
    op.create_index("ix_emulation_model_decision_id", "emulation_model", ["decision_id"], unique=False)
    op.create_index(
        "ix_emulation_model_namesake", "emulation_model", ["unit_id", "name_folded", "year_id"], unique=False
    )
    op.create_index("ix_emulation_model_person_id", "emulation_model", ["person_id"], unique=False)
    op.create_index("ix_emulation_model_state", "emulation_model", ["year_id", "state", "id"], unique=False)
    op.create_index("ix_emulation_model_submission_id", "emulation_model", ["submission_id"], unique=False)
    op.create_index(
        "ix_emulation_model_tally", "emulation_model", ["year_id", "unit_id", "field_id", "kind", "state"], unique=False
    )
    op.create_index("ix_emulation_model_unit_id", "emulation_model", ["unit_id", "id"], unique=False)
    op.create_index("ix_emulation_model_year_id_id", "emulation_model", ["year_id", "id"], unique=False)
    op.create_table(
        "achievement_report",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("submission_id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("model_name", sa.String(length=300), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("length(content) <= 20000", name=op.f("ck_achievement_report_content_length")),
        sa.CheckConstraint("length(content) > 0", name=op.f("ck_achievement_report_content_given")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_achievement_report_model_id_emulation_model")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_achievement_report_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_achievement_report")),
        sa.UniqueConstraint("submission_id", "model_id", name=op.f("uq_achievement_report_submission_id_model_id")),
    )
    op.create_index(op.f("ix_achievement_report_model_id"), "achievement_report", ["model_id"], unique=False)
    op.create_table(
        "agenda_item",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ballots_for", sa.Integer(), nullable=True),
        sa.Column("ballots_against", sa.Integer(), nullable=True),
        sa.Column("ballots_abstaining", sa.Integer(), nullable=True),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_against", sa.Integer(), nullable=True),
        sa.Column("votes_abstaining", sa.Integer(), nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("carried", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(ballots_for IS NULL) = (ballots_against IS NULL) AND (ballots_for IS NULL) = (ballots_abstaining IS NULL)",
            name=op.f("ck_agenda_item_ballots_together"),
        ),
        sa.CheckConstraint(
            "ballots_for >= 0 AND ballots_against >= 0 AND ballots_abstaining >= 0",
            name=op.f("ck_agenda_item_ballots_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["review_meeting.id"], name=op.f("fk_agenda_item_meeting_id_review_meeting")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_agenda_item_model_id_emulation_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("meeting_id", "model_id", name=op.f("uq_agenda_item_meeting_id_model_id")),
    )
    op.create_index(op.f("ix_agenda_item_model_id"), "agenda_item", ["model_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("blob_hash", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=15), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", BIG_ID, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "purpose IN ('registration', 'plan', 'evidence', 'inspection', 'minutes', 'other')",
            name=op.f("ck_attachment_purpose_known"),
        ),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_attachment_added_by_account")),
        sa.ForeignKeyConstraint(["blob_hash"], ["blob.hash"], name=op.f("fk_attachment_blob_hash_blob")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_attachment_model_id_emulation_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_blob_hash"), "attachment", ["blob_hash"], unique=False)
    op.create_index(op.f("ix_attachment_model_id"), "attachment", ["model_id"], unique=False)
    op.create_table(
        "change_request",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("subject", sa.String(length=10), nullable=False),
        sa.Column("before", sa.String(length=300), nullable=False),
        sa.Column("after", sa.String(length=300), nullable=False),
        sa.Column("new_field_id", BIG_ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("requested_by", BIG_ID, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", BIG_ID, nullable=True),
        sa.Column("decision_note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(status = 'open') = (decided_at IS NULL)", name=op.f("ck_change_request_decided_has_moment")
        ),
        sa.CheckConstraint(
            "(subject = 'field') = (new_field_id IS NOT NULL)", name=op.f("ck_change_request_field_of_field_change")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'approved', 'refused', 'withdrawn')", name=op.f("ck_change_request_status_known")
        ),
        sa.CheckConstraint("subject IN ('name', 'field')", name=op.f("ck_change_request_subject_known")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_change_request_decided_by_account")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_change_request_model_id_emulation_model")
        ),
        sa.ForeignKeyConstraint(["new_field_id"], ["field.id"], name=op.f("fk_change_request_new_field_id_field")),
        sa.ForeignKeyConstraint(["requested_by"], ["account.id"], name=op.f("fk_change_request_requested_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )
    op.create_index(op.f("ix_change_request_model_id"), "change_request", ["model_id"], unique=False)
    op.create_index(
        "uq_change_request_open",
        "change_request",
        ["model_id", "subject"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "comment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by", BIG_ID, nullable=False),
        sa.CheckConstraint("audience IN ('unit', 'reviewers')", name=op.f("ck_comment_audience_known")),
        sa.CheckConstraint("length(text) <= 5000", name=op.f("ck_comment_text_length")),
        sa.ForeignKeyConstraint(["model_id"], ["emulation_model.id"], name=op.f("fk_comment_model_id_emulation_model")),
        sa.ForeignKeyConstraint(["written_by"], ["account.id"], name=op.f("fk_comment_written_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index(op.f("ix_comment_model_id"), "comment", ["model_id"], unique=False)
    op.create_table(
        "inspection",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=300), server_default="", nullable=False),
        sa.Column("team_decision", sa.String(length=200), server_default="", nullable=False),
        sa.Column("strengths", sa.Text(), server_default="", nullable=False),
        sa.Column("shortcomings", sa.Text(), server_default="", nullable=False),
        sa.Column("recommendations", sa.Text(), server_default="", nullable=False),
        sa.Column("mend_by", sa.Date(), nullable=True),
        sa.Column("conclusion", sa.String(length=12), nullable=True),
        sa.Column("concluded_at", MOMENT, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", BIG_ID, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "conclusion <> 'remediation' OR mend_by IS NOT NULL", name=op.f("ck_inspection_remediation_has_date")
        ),
        sa.CheckConstraint(
            "conclusion IS NULL OR conclusion IN ('passed', 'remediation')", name=op.f("ck_inspection_conclusion_known")
        ),
        sa.CheckConstraint(
            "kind IN ('inspection', 'survey', 'appraisal', 're_inspection')", name=op.f("ck_inspection_kind_known")
        ),
        sa.CheckConstraint(
            "(conclusion IS NULL) = (concluded_at IS NULL)", name=op.f("ck_inspection_concluded_has_moment")
        ),
        sa.CheckConstraint("length(recommendations) <= 20000", name=op.f("ck_inspection_recommendations_length")),
        sa.CheckConstraint("length(shortcomings) <= 20000", name=op.f("ck_inspection_shortcomings_length")),
        sa.CheckConstraint("length(strengths) <= 20000", name=op.f("ck_inspection_strengths_length")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_inspection_model_id_emulation_model")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_inspection_recorded_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_index(op.f("ix_inspection_model_id"), "inspection", ["model_id"], unique=False)
    op.create_index(
        "uq_inspection_open",
        "inspection",
        ["model_id"],
        unique=True,
        sqlite_where=sa.text("concluded_at IS NULL"),
        postgresql_where=sa.text("concluded_at IS NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("unit_id", BIG_ID, nullable=False),
        sa.Column("trigger", sa.String(length=40), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("history_seq", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["emulation_model.id"], name=op.f("fk_outbox_model_id_emulation_model")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_outbox_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("model_id", "history_seq", name=op.f("uq_outbox_model_id_history_seq")),
    )
    op.create_index(op.f("ix_outbox_model_id"), "outbox", ["model_id"], unique=False)
    op.create_table(
        "plan",
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", BIG_ID, nullable=False),
        sa.CheckConstraint("length(content) <= 20000", name=op.f("ck_plan_content_length")),
        sa.ForeignKeyConstraint(["model_id"], ["emulation_model.id"], name=op.f("fk_plan_model_id_emulation_model")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_plan_recorded_by_account")),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_plan")),
    )
    op.create_table(
        "quantity",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("measure_id", BIG_ID, nullable=False),
        sa.Column("value", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("qualifier", sa.String(length=15), server_default="exactly", nullable=False),
        sa.Column("note", sa.String(length=300), server_default="", nullable=False),
        sa.CheckConstraint("purpose IN ('target', 'result')", name=op.f("ck_quantity_purpose_known")),
        sa.CheckConstraint(
            "qualifier IN ('exactly', 'at_least', 'approximately', 'at_most')", name=op.f("ck_quantity_qualifier_known")
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_quantity_value_not_negative")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_quantity_measure_id_measure")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_quantity_model_id_emulation_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quantity")),
    )
    op.create_index(op.f("ix_quantity_model_id"), "quantity", ["model_id"], unique=False)
    op.create_table(
        "registration_form",
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("situation", sa.Text(), server_default="", nullable=False),
        sa.Column("goals", sa.Text(), server_default="", nullable=False),
        sa.Column("method", sa.Text(), server_default="", nullable=False),
        sa.Column("place_people", sa.Text(), server_default="", nullable=False),
        sa.Column("forces", sa.Text(), server_default="", nullable=False),
        sa.Column("time_resources", sa.Text(), server_default="", nullable=False),
        sa.Column("outputs", sa.Text(), server_default="", nullable=False),
        sa.Column("sustainability", sa.Text(), server_default="", nullable=False),
        sa.Column("representative", sa.String(length=120), server_default="", nullable=False),
        sa.Column("representative_position", sa.String(length=120), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=30), server_default="", nullable=False),
        sa.Column("waived", sa.JSON(), nullable=False),
        sa.CheckConstraint("length(forces) <= 20000", name=op.f("ck_registration_form_forces_length")),
        sa.CheckConstraint("length(goals) <= 20000", name=op.f("ck_registration_form_goals_length")),
        sa.CheckConstraint("length(method) <= 20000", name=op.f("ck_registration_form_method_length")),
        sa.CheckConstraint("length(outputs) <= 20000", name=op.f("ck_registration_form_outputs_length")),
        sa.CheckConstraint("length(place_people) <= 20000", name=op.f("ck_registration_form_place_people_length")),
        sa.CheckConstraint("length(situation) <= 20000", name=op.f("ck_registration_form_situation_length")),
        sa.CheckConstraint("length(sustainability) <= 20000", name=op.f("ck_registration_form_sustainability_length")),
        sa.CheckConstraint("length(time_resources) <= 20000", name=op.f("ck_registration_form_time_resources_length")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_registration_form_model_id_emulation_model")
        ),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_registration_form")),
    )
    op.create_table(
        "results_report",
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("evidence_note", sa.Text(), server_default="", nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("reported_by", BIG_ID, nullable=False),
        sa.CheckConstraint("length(evidence_note) <= 20000", name=op.f("ck_results_report_evidence_note_length")),
        sa.CheckConstraint("length(summary) <= 20000", name=op.f("ck_results_report_summary_length")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_results_report_model_id_emulation_model")
        ),
        sa.ForeignKeyConstraint(["reported_by"], ["account.id"], name=op.f("fk_results_report_reported_by_account")),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_results_report")),
    )
    op.create_table(
        "roster_entry",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("submission_id", BIG_ID, nullable=False),
        sa.Column("model_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_name", sa.String(length=300), nullable=False),
        sa.Column("registrant", sa.String(length=300), nullable=False),
        sa.Column("field_label", sa.String(length=120), nullable=False),
        sa.Column("results", sa.String(length=600), server_default="", nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["emulation_model.id"], name=op.f("fk_roster_entry_model_id_emulation_model")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_roster_entry_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_entry")),
        sa.UniqueConstraint("submission_id", "model_id", name=op.f("uq_roster_entry_submission_id_model_id")),
        sa.UniqueConstraint("submission_id", "position", name=op.f("uq_roster_entry_submission_id_position")),
    )
    op.create_index(op.f("ix_roster_entry_model_id"), "roster_entry", ["model_id"], unique=False)
    op.create_table(
        "inspection_member",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("inspection_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("head", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_inspection_member_account_id_account")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_member_inspection_id_inspection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_member")),
        sa.UniqueConstraint("inspection_id", "account_id", name=op.f("uq_inspection_member_inspection_id_account_id")),
    )
    op.create_index(op.f("ix_inspection_member_inspection_id"), "inspection_member", ["inspection_id"], unique=False)
    op.create_table(
        "score",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("inspection_id", BIG_ID, nullable=False),
        sa.Column("criterion_id", BIG_ID, nullable=False),
        sa.Column("points", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.CheckConstraint("points >= 0 AND points <= 100", name=op.f("ck_score_points_range")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_score_criterion_id_criterion")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_score_inspection_id_inspection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("inspection_id", "criterion_id", name=op.f("uq_score_inspection_id_criterion_id")),
    )
    op.create_table(
        "vote",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("agenda_item_id", BIG_ID, nullable=False),
        sa.Column("member_id", BIG_ID, nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("written", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", BIG_ID, nullable=False),
        sa.CheckConstraint("choice IN ('for', 'against', 'abstain')", name=op.f("ck_vote_choice_known")),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"], ["agenda_item.id"], name=op.f("fk_vote_agenda_item_id_agenda_item")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["meeting_member.id"], name=op.f("fk_vote_member_id_meeting_member")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_vote_recorded_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint("agenda_item_id", "member_id", name=op.f("uq_vote_agenda_item_id_member_id")),
    )
    for table in APPEND_ONLY:
        forbid_changes(op, table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        permit_changes(op, table)
    op.drop_table("vote")
    op.drop_table("score")
    op.drop_index(op.f("ix_inspection_member_inspection_id"), table_name="inspection_member")
    op.drop_table("inspection_member")
    op.drop_index(op.f("ix_roster_entry_model_id"), table_name="roster_entry")
    op.drop_table("roster_entry")
    op.drop_table("results_report")
    op.drop_table("registration_form")
    op.drop_index(op.f("ix_quantity_model_id"), table_name="quantity")
    op.drop_table("quantity")
    op.drop_table("plan")
    op.drop_index(op.f("ix_outbox_model_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_index(
        "uq_inspection_open",
        table_name="inspection",
        sqlite_where=sa.text("concluded_at IS NULL"),
        postgresql_where=sa.text("concluded_at IS NULL"),
    )
    op.drop_index(op.f("ix_inspection_model_id"), table_name="inspection")
    op.drop_table("inspection")
    op.drop_index(op.f("ix_comment_model_id"), table_name="comment")
    op.drop_table("comment")
    op.drop_index(
        "uq_change_request_open",
        table_name="change_request",
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.drop_index(op.f("ix_change_request_model_id"), table_name="change_request")
    op.drop_table("change_request")
    op.drop_index(op.f("ix_attachment_model_id"), table_name="attachment")
    op.drop_index(op.f("ix_attachment_blob_hash"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_index(op.f("ix_agenda_item_model_id"), table_name="agenda_item")
    op.drop_table("agenda_item")
    op.drop_index(op.f("ix_achievement_report_model_id"), table_name="achievement_report")
    op.drop_table("achievement_report")
    op.drop_index("ix_emulation_model_year_id_id", table_name="emulation_model")
    op.drop_index("ix_emulation_model_unit_id", table_name="emulation_model")
    op.drop_index("ix_emulation_model_tally", table_name="emulation_model")
    op.drop_index("ix_emulation_model_submission_id", table_name="emulation_model")
    op.drop_index("ix_emulation_model_state", table_name="emulation_model")
    op.drop_index("ix_emulation_model_person_id", table_name="emulation_model")
    op.drop_index("ix_emulation_model_namesake", table_name="emulation_model")
    op.drop_index("ix_emulation_model_decision_id", table_name="emulation_model")
    op.drop_table("emulation_model")
    op.drop_index(op.f("ix_submission_unit_id"), table_name="submission")
    op.drop_table("submission")
    op.drop_table("meeting_member")
    op.drop_index(op.f("ix_web_session_account_id"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_table("score_band")
    op.drop_index(op.f("ix_review_meeting_unit_id"), table_name="review_meeting")
    op.drop_table("review_meeting")
    op.drop_index(op.f("ix_person_unit_id"), table_name="person")
    op.drop_table("person")
    op.drop_table("measure")
    op.drop_index("ix_history_at", table_name="history")
    op.drop_table("history")
    op.drop_table("field")
    op.drop_table("decision")
    op.drop_table("criterion")
    op.drop_index("ix_assignment_role_unit_id", table_name="assignment")
    op.drop_index("ix_assignment_account_id", table_name="assignment")
    op.drop_table("assignment")
    op.drop_table("programme_year")
    op.drop_table("account")
    op.drop_index(op.f("ix_unit_parent_id"), table_name="unit")
    op.drop_index("ix_unit_name_folded", table_name="unit")
    op.drop_table("unit")
    op.drop_table("lifecycle_definition")
    op.drop_table("blob")
    op.drop_table("anchor")
