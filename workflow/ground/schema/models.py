"""The emulation model itself, its registration form, and what its registrant adds over the year."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import Moment, flag, longest, metadata, one_of, pk, ref, sort_key

emulation_model = sa.Table(
    "emulation_model",
    metadata,
    pk(),
    sa.Column("code", sa.String(30), nullable=False),
    ref("year_id", "programme_year"),
    ref("unit_id", "unit"),
    ref("person_id", "person", nullable=True),
    sa.Column("kind", sa.String(10), nullable=False),
    ref("field_id", "field"),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("name_folded", sa.String(300), nullable=False),
    sa.Column("name_identity", sa.String(300), nullable=False),
    sort_key("name_sort"),
    sa.Column("definition_hash", sa.String(64), sa.ForeignKey("lifecycle_definition.hash"), nullable=False),
    # Cache of what a replay of the history gives; written by transition.py and migration of definitions only.
    sa.Column("state", sa.String(40), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("last_hash", sa.String(64), nullable=False),
    sa.Column("origin", sa.String(12), nullable=False, server_default="new"),
    ref("origin_model_id", "emulation_model", nullable=True),
    flag("late"),
    flag("outstanding"),
    # ',3,17,': everybody who ever submitted (or proposed) it, deputies and those they stood in for alike.
    sa.Column("submitters", sa.String(400), nullable=False, server_default=","),
    sa.Column("proposers", sa.String(400), nullable=False, server_default=","),
    sa.Column("submitted_at", Moment),
    sa.Column("accepted_at", Moment),
    sa.Column("started_at", Moment),
    sa.Column("inspected_at", Moment),
    sa.Column("proposed_at", Moment),
    sa.Column("recognised_at", Moment),
    # Since when the registrant lets everybody read about it; empty: not asked for, not given or taken back.
    sa.Column("public_agreed_at", Moment),
    ref("submission_id", "submission", nullable=True),
    ref("decision_id", "decision", nullable=True),
    ref("revocation_id", "decision", nullable=True),
    ref("merged_into_id", "emulation_model", nullable=True),
    # By when the registrant has to act, while the form or the results came back to be mended; empty in every other state.
    sa.Column("mend_by", sa.Date),
    sa.Column("created_at", Moment, nullable=False),
    ref("created_by", "account"),
    sa.Column("changed_at", Moment, nullable=False),
    sa.UniqueConstraint("code"),
    one_of("kind", "collective", "individual"),
    one_of("origin", "new", "continued", "replicated"),
    longest("name", 300),
    sa.CheckConstraint("length(name) > 0", name="name_given"),
    sa.CheckConstraint("(kind = 'individual') = (person_id IS NOT NULL)", name="person_of_individual"),
    sa.CheckConstraint("state <> 'recognised' OR decision_id IS NOT NULL", name="recognised_has_decision"),
    sa.CheckConstraint("state <> 'revoked' OR revocation_id IS NOT NULL", name="revoked_has_decision"),
    sa.CheckConstraint("state <> 'merged' OR merged_into_id IS NOT NULL", name="merged_has_target"),
    sa.CheckConstraint(
        "state = 'draft' OR state = 'withdrawn' OR state = 'merged' OR submitted_at IS NOT NULL",
        name="submitted_has_moment",
    ),
    sa.CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_merged_into_itself"),
    sa.CheckConstraint("version >= 1", name="version_positive"),
)
# Serves the tally of a year and a subtree: every column it asks for, so that the table is not read.
sa.Index(
    "ix_emulation_model_tally",
    emulation_model.c.year_id,
    emulation_model.c.unit_id,
    emulation_model.c.field_id,
    emulation_model.c.kind,
    emulation_model.c.state,
    emulation_model.c.submitted_at,
    emulation_model.c.accepted_at,
)
# Serve the lists: newest first over a whole year, and by state; in the order of names, in that of the last change;
# one kind, the late ones, and the drafts that somebody wrote.
sa.Index("ix_emulation_model_year_id_id", emulation_model.c.year_id, emulation_model.c.id)
sa.Index("ix_emulation_model_state", emulation_model.c.year_id, emulation_model.c.state, emulation_model.c.id)
sa.Index("ix_emulation_model_unit_id", emulation_model.c.unit_id, emulation_model.c.id)
sa.Index("ix_emulation_model_name", emulation_model.c.year_id, emulation_model.c.name_sort, emulation_model.c.id)
sa.Index("ix_emulation_model_changed_at", emulation_model.c.year_id, emulation_model.c.changed_at, emulation_model.c.id)
sa.Index("ix_emulation_model_kind", emulation_model.c.year_id, emulation_model.c.kind, emulation_model.c.id)
sa.Index(
    "ix_emulation_model_late",
    emulation_model.c.year_id,
    emulation_model.c.id,
    sqlite_where=emulation_model.c.late == sa.true(),
    postgresql_where=emulation_model.c.late == sa.true(),
)
sa.Index(
    "ix_emulation_model_draft_of",
    emulation_model.c.created_by,
    emulation_model.c.id,
    sqlite_where=emulation_model.c.submitted_at.is_(None),
    postgresql_where=emulation_model.c.submitted_at.is_(None),
)
# Serves the search for a model of the same name in the same unit: on acceptance, and when a list is imported again.
sa.Index(
    "ix_emulation_model_namesake",
    emulation_model.c.unit_id,
    emulation_model.c.name_identity,
    emulation_model.c.year_id,
)
# Serves the followers of a model: those that continue or replicate it.
sa.Index(
    "ix_emulation_model_origin_model_id",
    emulation_model.c.origin_model_id,
    sqlite_where=emulation_model.c.origin_model_id.is_not(None),
    postgresql_where=emulation_model.c.origin_model_id.is_not(None),
)
# What the public page shows of a year that has one: recognised, never revoked, and the registrant agreed.
PUBLISHED = sa.and_(
    emulation_model.c.public_agreed_at.is_not(None),
    emulation_model.c.recognised_at.is_not(None),
    emulation_model.c.revocation_id.is_(None),
)
# Serve the public page: newest first, all fields or one.
for _name, _columns in (("public", ("year_id", "id")), ("public_field", ("year_id", "field_id", "id"))):
    sa.Index(
        f"ix_emulation_model_{_name}",
        *(emulation_model.c[_column] for _column in _columns),
        sqlite_where=PUBLISHED,
        postgresql_where=PUBLISHED,
    )
# Serves what waits for somebody who looks after many units: what is to be mended first.
sa.Index(
    "ix_emulation_model_mend_by",
    emulation_model.c.year_id,
    emulation_model.c.state,
    emulation_model.c.mend_by,
    emulation_model.c.id,
    sqlite_where=emulation_model.c.mend_by.is_not(None),
    postgresql_where=emulation_model.c.mend_by.is_not(None),
)
sa.Index("ix_emulation_model_person_id", emulation_model.c.person_id)
sa.Index("ix_emulation_model_submission_id", emulation_model.c.submission_id)
# Serve the models of a decision, everywhere and at a unit.
for _name in ("decision_id", "revocation_id"):
    _given = emulation_model.c[_name].is_not(None)
    sa.Index(
        f"ix_emulation_model_{_name}",
        emulation_model.c[_name],
        emulation_model.c.unit_id,
        sqlite_where=_given,
        postgresql_where=_given,
    )
# Serves what waits for somebody: the models of a unit in one state.
sa.Index(
    "ix_emulation_model_unit_id_state",
    emulation_model.c.unit_id,
    emulation_model.c.year_id,
    emulation_model.c.state,
    emulation_model.c.id,
)

ITEMS = (
    "situation",
    "goals",
    "method",
    "place_people",
    "forces",
    "time_resources",
    "outputs",
    "sustainability",
)
"""The eight items of the registration form beside the name, in the form's order (a ward's form in use in 2026)."""

registration_form = sa.Table(
    "registration_form",
    metadata,
    sa.Column("model_id", sa.ForeignKey("emulation_model.id"), primary_key=True),
    *(sa.Column(item, sa.Text, nullable=False, server_default="") for item in ITEMS),
    sa.Column("representative", sa.String(120), nullable=False, server_default=""),
    sa.Column("representative_position", sa.String(120), nullable=False, server_default=""),
    sa.Column("phone", sa.String(30), nullable=False, server_default=""),
    # Items that were not asked for at registration, because an office's own list had only the bare columns.
    sa.Column("waived", sa.JSON, nullable=False),
    *(longest(item, 20_000) for item in ITEMS),
)

quantity = sa.Table(
    "quantity",
    metadata,
    pk(),
    ref("model_id", "emulation_model", index=True),
    sa.Column("purpose", sa.String(10), nullable=False),
    ref("measure_id", "measure"),
    sa.Column("value", sa.Numeric(20, 4), nullable=False),
    sa.Column("qualifier", sa.String(15), nullable=False, server_default="exactly"),
    sa.Column("note", sa.String(300), nullable=False, server_default=""),
    one_of("purpose", "target", "result"),
    one_of("qualifier", "exactly", "at_least", "approximately", "at_most"),
    sa.CheckConstraint("value >= 0", name="value_not_negative"),
)

plan = sa.Table(
    "plan",
    metadata,
    sa.Column("model_id", sa.ForeignKey("emulation_model.id"), primary_key=True),
    sa.Column("start_date", sa.Date, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("recorded_at", Moment, nullable=False),
    ref("recorded_by", "account"),
    longest("content", 20_000),
)

results_report = sa.Table(
    "results_report",
    metadata,
    sa.Column("model_id", sa.ForeignKey("emulation_model.id"), primary_key=True),
    sa.Column("summary", sa.Text, nullable=False, server_default=""),
    sa.Column("evidence_note", sa.Text, nullable=False, server_default=""),
    sa.Column("reported_at", Moment, nullable=False),
    ref("reported_by", "account"),
    longest("summary", 20_000),
    longest("evidence_note", 20_000),
)

change_request = sa.Table(
    "change_request",
    metadata,
    pk(),
    ref("model_id", "emulation_model", index=True),
    sa.Column("subject", sa.String(10), nullable=False),
    sa.Column("before", sa.String(300), nullable=False),
    sa.Column("after", sa.String(300), nullable=False),
    ref("new_field_id", "field", nullable=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("status", sa.String(10), nullable=False, server_default="open"),
    sa.Column("requested_at", Moment, nullable=False),
    ref("requested_by", "account"),
    sa.Column("decided_at", Moment),
    ref("decided_by", "account", nullable=True),
    sa.Column("decision_note", sa.Text, nullable=False, server_default=""),
    one_of("subject", "name", "field"),
    one_of("status", "open", "approved", "refused", "withdrawn"),
    sa.CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_has_moment"),
    sa.CheckConstraint("(subject = 'field') = (new_field_id IS NOT NULL)", name="field_of_field_change"),
)
# One open request of a kind at a time.
sa.Index(
    "uq_change_request_open",
    change_request.c.model_id,
    change_request.c.subject,
    unique=True,
    sqlite_where=change_request.c.status == "open",
    postgresql_where=change_request.c.status == "open",
)

blob = sa.Table(
    "blob",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("stored_at", Moment, nullable=False),
    sa.CheckConstraint("size > 0", name="size_positive"),
)

attachment = sa.Table(
    "attachment",
    metadata,
    pk(),
    ref("model_id", "emulation_model", index=True),
    sa.Column("blob_hash", sa.String(64), sa.ForeignKey("blob.hash"), nullable=False, index=True),
    sa.Column("file_name", sa.String(200), nullable=False),
    sa.Column("purpose", sa.String(15), nullable=False),
    sa.Column("added_at", Moment, nullable=False),
    ref("added_by", "account"),
    sa.Column("removed_at", Moment),
    one_of("purpose", "registration", "plan", "evidence", "inspection", "minutes", "other"),
)

comment = sa.Table(
    "comment",
    metadata,
    pk(),
    ref("model_id", "emulation_model", index=True),
    sa.Column("text", sa.Text, nullable=False),
    # 'unit': everybody who sees the model; 'reviewers': not the registrant.
    sa.Column("audience", sa.String(10), nullable=False),
    sa.Column("written_at", Moment, nullable=False),
    ref("written_by", "account"),
    one_of("audience", "unit", "reviewers"),
    longest("text", 5_000),
)
