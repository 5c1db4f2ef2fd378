"""Reports of units that fulfil a call, and each submission of one as it was handed in."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import Moment, metadata, one_of, pk, ref

report = sa.Table(
    "report",
    metadata,
    pk(),
    ref("obligation_id", "obligation"),
    ref("call_id", "report_call", index=True),
    ref("unit_id", "unit", index=True),
    sa.Column("status", sa.String(10), nullable=False, server_default="draft"),
    # {section id: text}, as written so far.
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("changed_at", Moment, nullable=False),
    ref("changed_by", "account"),
    sa.Column("submitted_at", Moment),
    sa.Column("decided_at", Moment),
    ref("decided_by", "account", nullable=True),
    sa.Column("return_reason", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("obligation_id"),
    one_of("status", "draft", "submitted", "returned", "accepted"),
    sa.CheckConstraint("status = 'draft' OR submitted_at IS NOT NULL", name="submitted_has_moment"),
)

_WAITING = report.c.status == sa.literal_column("'submitted'")
# Serves the work list of those who decide.
sa.Index("ix_report_waiting", report.c.call_id, sqlite_where=_WAITING, postgresql_where=_WAITING)

# Append-only: what was handed in, with the figures as of that moment, so that it can be shown and reproduced.
report_submission = sa.Table(
    "report_submission",
    metadata,
    pk(),
    ref("report_id", "report"),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("submitted_at", Moment, nullable=False),
    ref("submitted_by", "account"),
    sa.Column("as_of", Moment, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    # Canonical JSON of the figures; the very text that is hashed into the history.
    sa.Column("figures", sa.Text, nullable=False),
    sa.UniqueConstraint("report_id", "seq"),
)
