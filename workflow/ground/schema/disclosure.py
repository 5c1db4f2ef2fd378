"""Who opened the dossier of an individual, and the links by which people set their own password."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import Moment, metadata, one_of, pk, ref

access_log = sa.Table(
    "access_log",
    metadata,
    pk(),
    sa.Column("at", Moment, nullable=False),
    ref("account_id", "account"),
    ref("model_id", "emulation_model"),
    sa.Column("what", sa.String(10), nullable=False),
    # Hours since 1970: one entry for each hour in which somebody looked, however often they did.
    sa.Column("hour", sa.Integer, nullable=False),
    # Serves the question of a model's page as well: who has seen it.
    sa.UniqueConstraint("model_id", "account_id", "hour", "what"),
    one_of("what", "page", "file", "report", "export"),
)
# Serves the page of the log when it is about one person.
sa.Index("ix_access_log_account_id", access_log.c.account_id, access_log.c.id)

invitation = sa.Table(
    "invitation",
    metadata,
    pk(),
    ref("account_id", "account", index=True),
    # SHA-256 of the token in the link: a copy of the database opens no account.
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    ref("created_by", "account"),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
    sa.Column("withdrawn_at", Moment),
    sa.UniqueConstraint("token_hash"),
    sa.CheckConstraint("used_at IS NULL OR withdrawn_at IS NULL", name="used_or_withdrawn"),
)
