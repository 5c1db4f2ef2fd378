"""The dossier a commune sends up, and the decisions that recognise or revoke."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import Moment, longest, metadata, one_of, pk, ref

submission = sa.Table(
    "submission",
    metadata,
    pk(),
    ref("year_id", "programme_year"),
    ref("unit_id", "unit", index=True),
    ref("to_unit_id", "unit"),
    ref("meeting_id", "review_meeting"),
    # Number and date come from the records clerk, later than the text.
    sa.Column("number", sa.String(40), nullable=False, server_default=""),
    sa.Column("dated", sa.Date),
    sa.Column("signer", sa.String(120), nullable=False, server_default=""),
    # How many models the submission's own text says it proposes; must agree with roster and reports.
    sa.Column("declared_models", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    ref("created_by", "account"),
    sa.CheckConstraint("declared_models > 0", name="declares_models"),
)

roster_entry = sa.Table(
    "roster_entry",
    metadata,
    pk(),
    ref("submission_id", "submission"),
    ref("model_id", "emulation_model", index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("model_name", sa.String(300), nullable=False),
    sa.Column("registrant", sa.String(300), nullable=False),
    sa.Column("field_label", sa.String(120), nullable=False),
    sa.Column("results", sa.String(600), nullable=False, server_default=""),
    sa.Column("votes_for", sa.Integer, nullable=False),
    sa.Column("members", sa.Integer, nullable=False),
    sa.UniqueConstraint("submission_id", "model_id"),
    sa.UniqueConstraint("submission_id", "position"),
)

achievement_report = sa.Table(
    "achievement_report",
    metadata,
    pk(),
    ref("submission_id", "submission"),
    ref("model_id", "emulation_model", index=True),
    sa.Column("model_name", sa.String(300), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.UniqueConstraint("submission_id", "model_id"),
    sa.CheckConstraint("length(content) > 0", name="content_given"),
    longest("content", 20_000),
)

decision = sa.Table(
    "decision",
    metadata,
    pk(),
    ref("issuer_id", "unit"),
    sa.Column("type", sa.String(15), nullable=False),
    # Digits only, so that 'rises with the date' can be asked; the signature (QĐ/BCĐ) is kept beside it.
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("symbol", sa.String(40), nullable=False, server_default=""),
    sa.Column("dated", sa.Date, nullable=False),
    sa.Column("signer", sa.String(120), nullable=False),
    # The period within which numbers are unique: '2024', or the term of office.
    sa.Column("period", sa.String(20), nullable=False),
    sa.Column("ground", sa.Text, nullable=False, server_default=""),
    sa.Column("recorded_at", Moment, nullable=False),
    ref("recorded_by", "account"),
    sa.UniqueConstraint("issuer_id", "type", "period", "number"),
    one_of("type", "recognition", "revocation"),
    sa.CheckConstraint("number > 0", name="number_positive"),
    sa.CheckConstraint("length(signer) > 0", name="signer_given"),
)

# Serves the list of decisions, the latest first.
sa.Index("ix_decision_dated", decision.c.dated, decision.c.number, decision.c.id)

# The second selection: which models of a decision are put forward for a commendation.
commendation = sa.Table(
    "commendation",
    metadata,
    pk(),
    ref("decision_id", "decision"),
    ref("model_id", "emulation_model", index=True),
    sa.Column("chosen_at", Moment, nullable=False),
    ref("chosen_by", "account"),
    sa.UniqueConstraint("decision_id", "model_id"),
)
