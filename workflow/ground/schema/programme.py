"""What a programme year runs on: its definition of the lifecycle, fields, score sheet, bands, measures and settings."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import Moment, flag, metadata, pk, ref

lifecycle_definition = sa.Table(
    "lifecycle_definition",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("stored_at", Moment, nullable=False),
)

programme_year = sa.Table(
    "programme_year",
    metadata,
    pk(),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("definition_hash", sa.String(64), sa.ForeignKey("lifecycle_definition.hash"), nullable=False),
    sa.Column("opens_on", sa.Date, nullable=False),
    sa.Column("closes_on", sa.Date, nullable=False),
    sa.Column("quorum_numerator", sa.Integer, nullable=False),
    sa.Column("quorum_denominator", sa.Integer, nullable=False),
    sa.Column("threshold_numerator", sa.Integer, nullable=False),
    sa.Column("threshold_denominator", sa.Integer, nullable=False),
    # How many inspectors a record needs, and how many days a returned form has when nobody says otherwise.
    sa.Column("min_inspectors", sa.Integer, nullable=False, server_default="2"),
    sa.Column("days_to_mend", sa.Integer, nullable=False, server_default="7"),
    # 'year': document numbers start again every calendar year; 'term': they run on through a term of office.
    sa.Column("numbering", sa.String(10), nullable=False, server_default="year"),
    sa.Column("next_number", sa.Integer, nullable=False, server_default="1"),
    # Whether everybody may read about the year's recognised models whose registrants agreed.
    flag("public"),
    flag("sample"),
    sa.UniqueConstraint("year"),
    sa.CheckConstraint("opens_on <= closes_on", name="window_order"),
    sa.CheckConstraint("quorum_numerator > 0 AND quorum_numerator <= quorum_denominator", name="quorum_fraction"),
    sa.CheckConstraint(
        "threshold_numerator > 0 AND threshold_numerator <= threshold_denominator", name="threshold_fraction"
    ),
    sa.CheckConstraint("min_inspectors BETWEEN 1 AND 20", name="min_inspectors_range"),
    sa.CheckConstraint("days_to_mend BETWEEN 1 AND 365", name="days_to_mend_range"),
    sa.CheckConstraint("numbering IN ('year', 'term')", name="numbering_known"),
)

field = sa.Table(
    "field",
    metadata,
    pk(),
    ref("year_id", "programme_year"),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("label", sa.String(120), nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    # Phrases in a model's name that speak for this field.
    sa.Column("keywords", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("position", sa.Integer, nullable=False),
    sa.UniqueConstraint("year_id", "code"),
    sa.UniqueConstraint("year_id", "label"),
)

criterion = sa.Table(
    "criterion",
    metadata,
    pk(),
    ref("year_id", "programme_year"),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("guidance", sa.Text, nullable=False, server_default=""),
    sa.Column("max_points", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.UniqueConstraint("year_id", "code"),
    sa.CheckConstraint("max_points > 0", name="max_points_positive"),
)

score_band = sa.Table(
    "score_band",
    metadata,
    pk(),
    ref("year_id", "programme_year"),
    sa.Column("label", sa.String(60), nullable=False),
    sa.Column("from_points", sa.Integer, nullable=False),
    sa.UniqueConstraint("year_id", "from_points"),
    sa.CheckConstraint("from_points >= 0 AND from_points <= 100", name="from_points_range"),
)

measure = sa.Table(
    "measure",
    metadata,
    pk(),
    ref("year_id", "programme_year"),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("label", sa.String(120), nullable=False),
    sa.Column("unit", sa.String(40), nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    # Other spellings of the unit, never another size of it.
    sa.Column("unit_aliases", sa.JSON, nullable=False),
    # Above this a value is very probably a wrong unit: warn, never block.
    sa.Column("outlier_above", sa.Numeric(20, 4)),
    sa.Column("position", sa.Integer, nullable=False),
    sa.UniqueConstraint("year_id", "code"),
)

# How the items of the registration form are asked for, the name among them: one row for each.
form_item = sa.Table(
    "form_item",
    metadata,
    pk(),
    ref("year_id", "programme_year"),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("label", sa.String(120), nullable=False),
    sa.Column("guidance", sa.Text, nullable=False),
    # One example of each, shown beside the field.
    sa.Column("good", sa.Text, nullable=False),
    sa.Column("bad", sa.Text, nullable=False),
    sa.Column("max_length", sa.Integer, nullable=False),
    sa.UniqueConstraint("year_id", "code"),
    sa.CheckConstraint("max_length BETWEEN 1 AND 20000", name="max_length_range"),
)

__all__ = ["criterion", "field", "form_item", "lifecycle_definition", "measure", "programme_year", "score_band"]
