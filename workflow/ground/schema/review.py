"""Review meetings of a commune: members, agenda and votes."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import Moment, flag, longest, metadata, one_of, pk, ref

review_meeting = sa.Table(
    "review_meeting",
    metadata,
    pk(),
    ref("year_id", "programme_year"),
    ref("unit_id", "unit", index=True),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("held_on", sa.Date, nullable=False),
    sa.Column("place", sa.String(300), nullable=False, server_default=""),
    # 'named': each member's vote is recorded; 'secret': tellers record counts for those present.
    sa.Column("ballot", sa.String(10), nullable=False, server_default="named"),
    sa.Column("status", sa.String(10), nullable=False, server_default="prepared"),
    sa.Column("minutes", sa.Text, nullable=False, server_default=""),
    # Copied from the programme year at the opening, so that a later change of settings changes no result.
    sa.Column("quorum_numerator", sa.Integer),
    sa.Column("quorum_denominator", sa.Integer),
    sa.Column("threshold_numerator", sa.Integer),
    sa.Column("threshold_denominator", sa.Integer),
    sa.Column("created_at", Moment, nullable=False),
    ref("created_by", "account"),
    sa.Column("opened_at", Moment),
    sa.Column("closed_at", Moment),
    ref("closed_by", "account", nullable=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    one_of("ballot", "named", "secret"),
    one_of("status", "prepared", "open", "closed", "cancelled"),
    sa.CheckConstraint(
        "status <> 'closed' OR (opened_at IS NOT NULL AND closed_at IS NOT NULL)", name="closed_has_moments"
    ),
    sa.CheckConstraint("status <> 'open' OR opened_at IS NOT NULL", name="open_has_moment"),
    sa.CheckConstraint("status IN ('prepared', 'cancelled') OR quorum_numerator IS NOT NULL", name="rules_frozen"),
    longest("minutes", 50_000),
)

meeting_member = sa.Table(
    "meeting_member",
    metadata,
    pk(),
    ref("meeting_id", "review_meeting"),
    ref("account_id", "account"),
    # Name and unit as they were when the meeting opened.
    sa.Column("full_name", sa.String(120), nullable=False),
    ref("unit_id", "unit", nullable=True),
    sa.Column("duty", sa.String(15), nullable=False, server_default="member"),
    flag("present"),
    sa.UniqueConstraint("meeting_id", "account_id"),
    one_of("duty", "chair", "secretary", "member"),
)

agenda_item = sa.Table(
    "agenda_item",
    metadata,
    pk(),
    ref("meeting_id", "review_meeting"),
    ref("model_id", "emulation_model", index=True),
    sa.Column("position", sa.Integer, nullable=False),
    # Counts of a secret ballot of those present; NULL in a named one.
    sa.Column("ballots_for", sa.Integer),
    sa.Column("ballots_against", sa.Integer),
    sa.Column("ballots_abstaining", sa.Integer),
    # The result, frozen at the close.
    sa.Column("votes_for", sa.Integer),
    sa.Column("votes_against", sa.Integer),
    sa.Column("votes_abstaining", sa.Integer),
    sa.Column("members", sa.Integer),
    sa.Column("carried", sa.Boolean),
    sa.UniqueConstraint("meeting_id", "model_id"),
    sa.CheckConstraint(
        "ballots_for >= 0 AND ballots_against >= 0 AND ballots_abstaining >= 0", name="ballots_not_negative"
    ),
    sa.CheckConstraint(
        "(ballots_for IS NULL) = (ballots_against IS NULL) AND (ballots_for IS NULL) = (ballots_abstaining IS NULL)",
        name="ballots_together",
    ),
)

vote = sa.Table(
    "vote",
    metadata,
    pk(),
    ref("agenda_item_id", "agenda_item"),
    ref("member_id", "meeting_member"),
    sa.Column("choice", sa.String(10), nullable=False),
    flag("written"),
    sa.Column("recorded_at", Moment, nullable=False),
    ref("recorded_by", "account"),
    sa.UniqueConstraint("agenda_item_id", "member_id"),
    one_of("choice", "for", "against", "abstain"),
)

# Serves the dates of a member.
sa.Index("ix_meeting_member_account_id", meeting_member.c.account_id)

meeting_guest = sa.Table(
    "meeting_guest",
    metadata,
    pk(),
    ref("meeting_id", "review_meeting"),
    sa.Column("position", sa.Integer, nullable=False),
    # People without an account as well: a name and what they are, as the minutes write it. A guest has no vote.
    sa.Column("name", sa.String(200), nullable=False),
    sa.UniqueConstraint("meeting_id", "position"),
    sa.CheckConstraint("length(name) > 0", name="name_given"),
)

# What turns out after the close. The minutes themselves stay as they were signed.
meeting_note = sa.Table(
    "meeting_note",
    metadata,
    pk(),
    ref("meeting_id", "review_meeting", index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("written_at", Moment, nullable=False),
    ref("written_by", "account"),
    sa.CheckConstraint("length(text) > 0", name="text_given"),
    longest("text", 5_000),
)
