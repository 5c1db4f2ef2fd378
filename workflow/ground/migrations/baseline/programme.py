"""Lifecycle definitions and programme years with fields, score sheet and measures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.ground.migrations.baseline.terms import BIG_ID, MOMENT


def create() -> None:
    """Make the tables of this part."""
    op.create_table(
        "lifecycle_definition",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_lifecycle_definition")),
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
        sa.Column("public", sa.Boolean(), server_default=sa.false(), nullable=False),
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


def drop() -> None:
    """Take them away again, those that refer to others first."""
    for table in ("measure", "score_band", "criterion", "field", "programme_year", "lifecycle_definition"):
        op.drop_table(table)
