"""Inspections: the visit, its members and the score of each criterion."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import Moment, longest, metadata, one_of, pk, ref

inspection = sa.Table(
    "inspection",
    metadata,
    pk(),
    ref("model_id", "emulation_model", index=True),
    sa.Column("kind", sa.String(15), nullable=False),
    sa.Column("held_on", sa.Date, nullable=False),
    sa.Column("place", sa.String(300), nullable=False, server_default=""),
    sa.Column("team_decision", sa.String(200), nullable=False, server_default=""),
    sa.Column("strengths", sa.Text, nullable=False, server_default=""),
    sa.Column("shortcomings", sa.Text, nullable=False, server_default=""),
    sa.Column("recommendations", sa.Text, nullable=False, server_default=""),
    sa.Column("mend_by", sa.Date),
    # NULL while the team is still writing; then the record is closed and never edited.
    sa.Column("conclusion", sa.String(12)),
    sa.Column("concluded_at", Moment),
    sa.Column("recorded_at", Moment, nullable=False),
    ref("recorded_by", "account"),
    # What two people see of one record: an edit names the version it saw.
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    one_of("kind", "inspection", "survey", "appraisal", "re_inspection"),
    sa.CheckConstraint("conclusion IS NULL OR conclusion IN ('passed', 'remediation')", name="conclusion_known"),
    sa.CheckConstraint("(conclusion IS NULL) = (concluded_at IS NULL)", name="concluded_has_moment"),
    sa.CheckConstraint("conclusion <> 'remediation' OR mend_by IS NOT NULL", name="remediation_has_date"),
    *(longest(column, 20_000) for column in ("strengths", "shortcomings", "recommendations")),
)
# One open record per model: two inspectors write into the same one.
sa.Index(
    "uq_inspection_open",
    inspection.c.model_id,
    unique=True,
    sqlite_where=inspection.c.concluded_at.is_(None),
    postgresql_where=inspection.c.concluded_at.is_(None),
)

inspection_member = sa.Table(
    "inspection_member",
    metadata,
    pk(),
    ref("inspection_id", "inspection", index=True),
    ref("account_id", "account"),
    sa.Column("head", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("inspection_id", "account_id"),
)

score = sa.Table(
    "score",
    metadata,
    pk(),
    ref("inspection_id", "inspection"),
    ref("criterion_id", "criterion"),
    sa.Column("points", sa.Numeric(5, 2), nullable=False),
    sa.Column("note", sa.String(500), nullable=False, server_default=""),
    sa.UniqueConstraint("inspection_id", "criterion_id"),
    sa.CheckConstraint("points >= 0 AND points <= 100", name="points_range"),
)
