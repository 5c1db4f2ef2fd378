"""The append-only history, its daily anchors, and the outbox written with it."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import BigId, Moment, metadata, pk, ref

history = sa.Table(
    "history",
    metadata,
    pk(),
    # 'model', 'account', 'unit', 'year', 'meeting', …: each subject has a chain of its own.
    sa.Column("subject", sa.String(12), nullable=False),
    sa.Column("subject_id", BigId, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", Moment, nullable=False),
    ref("actor_id", "account"),
    # Whom a deputy stood in for.
    ref("for_id", "account", nullable=True),
    # On whose behalf staff acted (a registrant's name), when it was not an account.
    sa.Column("behalf", sa.String(300), nullable=False, server_default=""),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("trigger", sa.String(40), nullable=False),
    sa.Column("from_state", sa.String(40)),
    sa.Column("to_state", sa.String(40)),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    # Of a model after the event, so that a tally as of a date needs no replay.
    sa.Column("field_id", BigId),
    sa.Column("kind", sa.String(10)),
    # Canonical JSON of what changed; the very text that was hashed.
    sa.Column("payload", sa.Text, nullable=False, server_default="{}"),
    sa.Column("definition_hash", sa.String(64), nullable=False, server_default=""),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("subject", "subject_id", "seq"),
)
# Serves the daily anchor and the tally as of a date.
sa.Index("ix_history_at", history.c.at)
# Serves the clock: whether a unit or a year has changed since an entry. They are few among what happens to models.
SETTINGS = history.c.subject.in_([sa.literal_column("'unit'"), sa.literal_column("'year'")])
sa.Index("ix_history_settings", history.c.id, sqlite_where=SETTINGS, postgresql_where=SETTINGS)
# Serves the page of the history when it is about one person.
sa.Index("ix_history_actor_id", history.c.actor_id, history.c.at)

anchor = sa.Table(
    "anchor",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("previous_root", sa.String(64), nullable=False),
    sa.Column("made_at", Moment, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    pk(),
    ref("model_id", "emulation_model", index=True),
    ref("unit_id", "unit"),
    sa.Column("trigger", sa.String(40), nullable=False),
    # Roles to be told, comma-separated, as the definition names them.
    sa.Column("roles", sa.String(200), nullable=False),
    sa.Column("history_seq", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("delivered_at", Moment),
    sa.UniqueConstraint("model_id", "history_seq"),
)
_WAITING = outbox.c.delivered_at.is_(None)
# Serves the daily notices: what nobody has been told of yet.
sa.Index("ix_outbox_waiting", outbox.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)
