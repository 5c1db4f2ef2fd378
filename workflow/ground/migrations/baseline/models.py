"""Emulation models with what their registrants add."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.ground.migrations.baseline.terms import BIG_ID, MOMENT, partial_index

PUBLISHED = "public_agreed_at IS NOT NULL AND recognised_at IS NOT NULL AND revocation_id IS NULL"


def create() -> None:
    """Make the tables of this part."""
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
        sa.Column("public_agreed_at", MOMENT, nullable=True),
        sa.Column("mend_by", sa.Date(), nullable=True),
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
    op.create_index("ix_emulation_model_decision_id", "emulation_model", ["decision_id"])
    op.create_index("ix_emulation_model_namesake", "emulation_model", ["unit_id", "name_folded", "year_id"])
    op.create_index("ix_emulation_model_person_id", "emulation_model", ["person_id"])
    op.create_index("ix_emulation_model_state", "emulation_model", ["year_id", "state", "id"])
    op.create_index("ix_emulation_model_submission_id", "emulation_model", ["submission_id"])
    op.create_index(
        "ix_emulation_model_tally",
        "emulation_model",
        ["year_id", "unit_id", "field_id", "kind", "state", "submitted_at", "accepted_at"],
    )
    op.create_index("ix_emulation_model_unit_id", "emulation_model", ["unit_id", "id"])
    op.create_index("ix_emulation_model_year_id_id", "emulation_model", ["year_id", "id"])
    partial_index(
        "ix_emulation_model_origin_model_id", "emulation_model", ["origin_model_id"], "origin_model_id IS NOT NULL"
    )
    partial_index("ix_emulation_model_mend_by", "emulation_model", ["mend_by", "id"], "mend_by IS NOT NULL")
    op.create_index("ix_emulation_model_name", "emulation_model", ["year_id", "name_folded", "id"])
    op.create_index("ix_emulation_model_changed_at", "emulation_model", ["year_id", "changed_at", "id"])
    op.create_index("ix_emulation_model_kind", "emulation_model", ["year_id", "kind", "id"])
    op.create_index(
        "ix_emulation_model_late",
        "emulation_model",
        ["year_id", "id"],
        sqlite_where=sa.text("late = 1"),
        postgresql_where=sa.text("late = true"),
    )
    partial_index("ix_emulation_model_draft_of", "emulation_model", ["created_by", "id"], "submitted_at IS NULL")
    partial_index("ix_emulation_model_public", "emulation_model", ["year_id", "id"], PUBLISHED)
    partial_index("ix_emulation_model_public_field", "emulation_model", ["year_id", "field_id", "id"], PUBLISHED)
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
    op.create_index(op.f("ix_quantity_model_id"), "quantity", ["model_id"])
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
    op.create_index(op.f("ix_change_request_model_id"), "change_request", ["model_id"])
    partial_index("uq_change_request_open", "change_request", ["model_id", "subject"], "status = 'open'", unique=True)
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
    op.create_index(op.f("ix_attachment_blob_hash"), "attachment", ["blob_hash"])
    op.create_index(op.f("ix_attachment_model_id"), "attachment", ["model_id"])
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
    op.create_index(op.f("ix_comment_model_id"), "comment", ["model_id"])


def drop() -> None:
    """Take them away again, those that refer to others first."""
    for table in (
        "comment",
        "attachment",
        "blob",
        "change_request",
        "results_report",
        "plan",
        "quantity",
        "registration_form",
        "emulation_model",
    ):
        op.drop_table(table)
