"""Accounts, the roles they hold at units, and their sessions in the browser."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import Moment, flag, longest, metadata, pk, ref, sort_key

account = sa.Table(
    "account",
    metadata,
    pk(),
    sa.Column("user_name", sa.String(60), nullable=False),
    sa.Column("full_name", sa.String(120), nullable=False),
    sort_key("name_sort"),
    sa.Column("position", sa.String(120), nullable=False, server_default=""),
    ref("unit_id", "unit", nullable=True),
    # NULL: the account exists in the records but nobody can sign in with it yet.
    sa.Column("password_hash", sa.String(200)),
    flag("must_change_password"),
    sa.Column("locked_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("last_seen_at", Moment),
    # The language of pages and messages: a code of the catalogues in web/translations.
    sa.Column("language", sa.String(5), nullable=False, server_default="vi"),
    flag("sample"),
    sa.UniqueConstraint("user_name"),
    longest("full_name", 120),
)
# Serves lists of people, page by page.
sa.Index("ix_account_name_sort_id", account.c.name_sort, account.c.id)

assignment = sa.Table(
    "assignment",
    metadata,
    pk(),
    ref("account_id", "account"),
    # The role is a word of the lifecycle definitions, hence no CHECK.
    sa.Column("role", sa.String(40), nullable=False),
    ref("unit_id", "unit"),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_to", sa.Date),
    ref("deputy_for_id", "account", nullable=True),
    # 'head' or 'deputy_head' of the unit, where the role leaves that open; '' otherwise.
    sa.Column("rank", sa.String(12), nullable=False, server_default=""),
    sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="validity_order"),
    sa.CheckConstraint("deputy_for_id IS NULL OR deputy_for_id <> account_id", name="not_own_deputy"),
)
# Serves access.grants_of: every transition asks for one account's assignments.
sa.Index("ix_assignment_account_id", assignment.c.account_id)
# Serves the search for recipients: who holds this role at these units.
sa.Index("ix_assignment_role_unit_id", assignment.c.role, assignment.c.unit_id)

web_session = sa.Table(
    "web_session",
    metadata,
    # SHA-256 of the token in the cookie: a copy of the database opens no session.
    sa.Column("token_hash", sa.String(64), primary_key=True),
    ref("account_id", "account", index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("last_seen_at", Moment, nullable=False),
    sa.Column("address", sa.String(64), nullable=False, server_default=""),
)

# How far each person has read what is new for them on the page of their work, and when they last had it open.
work_seen = sa.Table(
    "work_seen",
    metadata,
    sa.Column("account_id", sa.ForeignKey("account.id"), primary_key=True),
    sa.Column("until", Moment, nullable=False),
    sa.Column("looked_at", Moment),
)
