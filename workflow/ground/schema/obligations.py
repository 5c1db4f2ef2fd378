"""What is owed and by when: kinds of report of a programme year, calls for reports, obligations, reminder steps and days off."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import BigId, Moment, flag, longest, metadata, one_of, pk, ref

report_kind = sa.Table(
    "report_kind",
    metadata,
    pk(),
    ref("year_id", "programme_year"),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(15), nullable=False),
    sa.Column("label", sa.String(200), nullable=False),
    # As the year states it; days off are reckoned when a call is opened.
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("period_from", sa.Date, nullable=False),
    sa.Column("period_to", sa.Date, nullable=False),
    # How many days before the due date the clock calls for it.
    sa.Column("opens_days", sa.Integer, nullable=False, server_default="21"),
    # Who owes it, and to which level: read by workflow.across.obligations.selector.
    sa.Column("owed_by", sa.JSON, nullable=False),
    # Ids of the sections a report must fill.
    sa.Column("sections", sa.JSON, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.UniqueConstraint("year_id", "code"),
    one_of("kind", "quarterly", "six_monthly", "annual", "thematic", "ad_hoc"),
    sa.CheckConstraint("period_from <= period_to", name="period_order"),
    sa.CheckConstraint("opens_days BETWEEN 0 AND 366", name="opens_days_range"),
)

reminder_step = sa.Table(
    "reminder_step",
    metadata,
    pk(),
    ref("year_id", "programme_year"),
    # After the due date; negative before it.
    sa.Column("days", sa.Integer, nullable=False),
    # Comma-separated: reporter, head_of_unit, staff, deputy_head, head.
    sa.Column("recipients", sa.String(200), nullable=False),
    flag("with_list_of_late"),
    sa.UniqueConstraint("year_id", "days"),
    sa.CheckConstraint("days BETWEEN -90 AND 90", name="days_range"),
)

# A call for reports that went out: a kind of report of the year fallen due, or an ad-hoc request of one's own words.
report_call = sa.Table(
    "report_call",
    metadata,
    pk(),
    ref("year_id", "programme_year"),
    # NULL: an ad-hoc call. One call at most per kind and calling unit.
    ref("report_kind_id", "report_kind", nullable=True),
    # The unit that calls and collects.
    ref("unit_id", "unit"),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("instructions", sa.Text, nullable=False, server_default=""),
    sa.Column("period_from", sa.Date, nullable=False),
    sa.Column("period_to", sa.Date, nullable=False),
    sa.Column("due_stated", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("sections", sa.JSON, nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    # How many units owe it, kept by `calls.owe`: the calendar shows many calls of thousands of units at once.
    sa.Column("units", sa.Integer, nullable=False, server_default="0"),
    # NULL: opened by the clock.
    ref("opened_by", "account", nullable=True),
    sa.Column("withdrawn_at", Moment),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    flag("sample"),
    sa.UniqueConstraint("report_kind_id", "unit_id"),
    longest("instructions", 10_000),
    sa.CheckConstraint("period_from <= period_to", name="period_order"),
)
sa.Index("ix_report_call_year_id_unit_id", report_call.c.year_id, report_call.c.unit_id)
# Serves the calendar of those who collect.
sa.Index("ix_report_call_due_on", report_call.c.due_on)

call_file = sa.Table(
    "call_file",
    metadata,
    pk(),
    ref("call_id", "report_call", index=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("media_type", sa.String(100), nullable=False),
    # The content is in the same store as the attachments of models.
    sa.Column("blob_hash", sa.String(64), sa.ForeignKey("blob.hash"), nullable=False),
    sa.Column("added_at", Moment, nullable=False),
    ref("added_by", "account"),
)

obligation = sa.Table(
    "obligation",
    metadata,
    pk(),
    # Says what it is about, so that it comes to be once however often it is looked for: 'report:<call>:<unit>',
    # 'state:<model>:<version at which it entered the state>', 'registration:<year>:<unit>', 'meeting:<meeting>',
    # 'visit:<visit>:<second at which it was planned>' (the number of a visit called off may be given again).
    sa.Column("key", sa.String(80), nullable=False),
    ref("year_id", "programme_year"),
    sa.Column("subject", sa.String(15), nullable=False),
    ref("call_id", "report_call", nullable=True),
    ref("model_id", "emulation_model", nullable=True),
    # The state that is to be left in time; only of subject 'state'.
    sa.Column("state", sa.String(40)),
    ref("meeting_id", "review_meeting", nullable=True),
    # No foreign key: a visit that is called off is gone, what was owed for it is not.
    sa.Column("visit_id", BigId),
    # Who owes it: these roles (comma-separated) at or over this unit, by the scope rules of workflow.core.access;
    # 'meeting:<id>': the members of that meeting; 'visit:<id>': the team of that visit.
    ref("unit_id", "unit"),
    sa.Column("roles", sa.String(200), nullable=False),
    # Whose staff and leaders are told when it is late.
    ref("collector_id", "unit"),
    sa.Column("due_stated", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    # The first moment at which it is late: 24:00 of due_on in Asia/Ho_Chi_Minh.
    sa.Column("due_at", Moment, nullable=False),
    # Counts moves of the due date; and whether those who owe it have still to be told of the last.
    sa.Column("sequence", sa.Integer, nullable=False, server_default="0"),
    flag("untold"),
    # The day of the next reminder step; NULL when none is left. What a tick looks for.
    sa.Column("next_step_on", sa.Date),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("fulfilled_at", Moment),
    sa.Column("withdrawn_at", Moment),
    sa.UniqueConstraint("key"),
    one_of("subject", "report", "registration", "state", "meeting", "visit"),
    sa.CheckConstraint("fulfilled_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
    sa.CheckConstraint("(subject = 'report') = (call_id IS NOT NULL)", name="report_has_call"),
    sa.CheckConstraint("(subject = 'state') = (state IS NOT NULL)", name="state_named"),
)
_OPEN = sa.and_(obligation.c.fulfilled_at.is_(None), obligation.c.withdrawn_at.is_(None))
# Serves the tick: which open obligations have a step that is due.
sa.Index("ix_obligation_next_step_on", obligation.c.next_step_on, sqlite_where=_OPEN, postgresql_where=_OPEN)
# Serves the tick: whose due date has moved and nobody was told. Holds the marked rows alone, as a rule none.
_UNTOLD = obligation.c.untold == sa.true()
sa.Index("ix_obligation_untold", obligation.c.untold, sqlite_where=_UNTOLD, postgresql_where=_UNTOLD)
# Serves what a unit owes, and pages about what is late.
sa.Index(
    "ix_obligation_unit_id_due_on",
    obligation.c.unit_id,
    obligation.c.due_on,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
sa.Index("ix_obligation_due_on", obligation.c.due_on, sqlite_where=_OPEN, postgresql_where=_OPEN)
# Serve those who collect: what is owed to a unit, and what is owed anywhere by the same roles about the same subject.
for _columns in (
    ("collector_id", "subject", "due_on"),
    ("subject", "roles", "due_on"),
    ("subject", "due_on"),
    ("call_id", "due_on"),
):
    sa.Index(
        f"ix_obligation_{'_'.join(_columns)}",
        *(obligation.c[_column] for _column in _columns),
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
# Serve the calendar of somebody who is expected: what is owed for their meetings and visits.
for _name in ("meeting_id", "visit_id"):
    _given = obligation.c[_name].is_not(None)
    sa.Index(f"ix_obligation_{_name}", obligation.c[_name], sqlite_where=_given, postgresql_where=_given)
# Serves calendars, which strike out what was withdrawn of late.
_WITHDRAWN = obligation.c.withdrawn_at.is_not(None)
sa.Index("ix_obligation_withdrawn_at", obligation.c.withdrawn_at, sqlite_where=_WITHDRAWN, postgresql_where=_WITHDRAWN)
# Holds all that the punctuality of a unit is reckoned from.
_REPORTED = sa.and_(obligation.c.call_id.is_not(None), obligation.c.withdrawn_at.is_(None))
sa.Index(
    "ix_obligation_punctuality",
    obligation.c.year_id,
    obligation.c.unit_id,
    obligation.c.due_at,
    obligation.c.fulfilled_at,
    sqlite_where=_REPORTED,
    postgresql_where=_REPORTED,
)
sa.Index("ix_obligation_call_id_unit_id", obligation.c.call_id, obligation.c.unit_id)
sa.Index("ix_obligation_model_id", obligation.c.model_id)
sa.Index("ix_obligation_year_id_unit_id", obligation.c.year_id, obligation.c.unit_id)

# What the calendar of holidays does not know: days off added, and swaps that make a day a working day.
day_off = sa.Table(
    "day_off",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("working", sa.Boolean, nullable=False),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("noted_at", Moment, nullable=False),
    ref("noted_by", "account", nullable=True),
)

# Years whose Tết and swaps an office knows to be decided, with the document that decided them.
decided_year = sa.Table(
    "decided_year",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.String(200), nullable=False),
    sa.Column("noted_at", Moment, nullable=False),
    ref("noted_by", "account", nullable=True),
)

# By which official days what is owed was rolled last: another release of the program or the library may know others.
calendar_followed = sa.Table(
    "calendar_followed",
    metadata,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("followed_at", Moment, nullable=False),
)

# How far what happened to models has been turned into obligations: the last row of the history that was read.
obligation_cursor = sa.Table(
    "obligation_cursor",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("history_id", BigId, nullable=False),
    sa.Column("read_at", Moment, nullable=False),
)
