"""Planned visits of inspection teams: one day, one team, several models. What was found stands in the inspection's record."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import Moment, metadata, pk, ref

visit = sa.Table(
    "visit",
    metadata,
    pk(),
    # The lowest unit with all of its models below it.
    ref("unit_id", "unit", index=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("team_decision", sa.String(200), nullable=False, server_default=""),
    sa.Column("note", sa.String(300), nullable=False, server_default=""),
    sa.Column("planned_at", Moment, nullable=False),
    ref("planned_by", "account"),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("version >= 1", name="version_positive"),
)

visit_member = sa.Table(
    "visit_member",
    metadata,
    pk(),
    ref("visit_id", "visit"),
    ref("account_id", "account"),
    sa.Column("head", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("visit_id", "account_id"),
)

# Serves the dates of a member.
sa.Index("ix_visit_member_account_id", visit_member.c.account_id)

visit_model = sa.Table(
    "visit_model",
    metadata,
    pk(),
    ref("visit_id", "visit", index=True),
    ref("model_id", "emulation_model"),
    # Where a model is visited next: planning it anew moves it from one visit to the other.
    sa.UniqueConstraint("model_id"),
)
