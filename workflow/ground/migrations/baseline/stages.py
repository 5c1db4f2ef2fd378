"""What the stages record of a model: visits and inspections, agendas and votes, rosters and reports, commendations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.ground.migrations.baseline.terms import BIG_ID, MOMENT, partial_index


def create() -> None:
    """Make the tables of this part."""
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
    op.create_index(op.f("ix_inspection_model_id"), "inspection", ["model_id"])
    partial_index("uq_inspection_open", "inspection", ["model_id"], "concluded_at IS NULL", unique=True)
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
    op.create_index(op.f("ix_inspection_member_inspection_id"), "inspection_member", ["inspection_id"])
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
    op.create_index(op.f("ix_visit_unit_id"), "visit", ["unit_id"])
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
    op.create_index(op.f("ix_visit_model_visit_id"), "visit_model", ["visit_id"])
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
    op.create_index(op.f("ix_agenda_item_model_id"), "agenda_item", ["model_id"])
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
    op.create_index(op.f("ix_roster_entry_model_id"), "roster_entry", ["model_id"])
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
    op.create_index(op.f("ix_achievement_report_model_id"), "achievement_report", ["model_id"])
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
    op.create_index(op.f("ix_commendation_model_id"), "commendation", ["model_id"])


def drop() -> None:
    """Take them away again, those that refer to others first."""
    for table in (
        "commendation",
        "achievement_report",
        "roster_entry",
        "vote",
        "agenda_item",
        "visit_model",
        "visit_member",
        "visit",
        "score",
        "inspection_member",
        "inspection",
    ):
        op.drop_table(table)
