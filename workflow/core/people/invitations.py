"""Links by which a person sets their own password: made and sent by an administrator, good once and for a week."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, history
from workflow.core.people import accounts, events, passwords
from workflow.ground.dialects import locked
from workflow.ground.refusals import NotAllowed, NotPossible, Refusal
from workflow.ground.schema import account, invitation, unit, web_session
from workflow.ground.speech import _

VALID_FOR = timedelta(days=7)
"""How long a link opens the door; default of ours."""


class InvitationUnusable(Refusal):
    """The link was used, has expired, was withdrawn or never existed; which of these is not said."""

    kind: ClassVar[str] = "not_found"
    code: ClassVar[str] = "invitation_unusable"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Đường dẫn này không còn dùng được: đã dùng, đã hết hạn hoặc bị thu hồi. Hãy xin quản trị gửi đường"
                " dẫn mới."
            ),
            guard="invitation",
        )


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a link is for. first: no password has been set yet."""

    account_id: int
    user_name: str
    full_name: str
    unit_name: str
    expires_at: datetime
    first: bool


def invite(connection: Connection, who: int | str, now: datetime, user_name: str) -> str:
    """A new link's token for somebody, as an administrator over all that they may do. Earlier links stop working.

    The token is returned once and kept nowhere. Until the link is used the account's password, if it has one, stays.
    """
    actor, row, grant = accounts.managed(connection, who, now, user_name, to=_("mời hoặc đặt lại mật khẩu"))
    if row.locked_at is not None:
        raise NotPossible(
            _("Tài khoản «%(user_name)s» đang bị khoá. Hãy mở khoá trước.", user_name=row.user_name), guard="account"
        )
    accounts.withdraw_links(connection, row.id, now)
    token = secrets.token_urlsafe(32)
    expires = now + VALID_FOR
    connection.execute(
        sa.insert(invitation).values(
            account_id=row.id,
            token_hash=_hash(token),
            created_at=now,
            created_by=actor.account_id,
            expires_at=expires,
        )
    )
    history.record(connection, history.acting(actor, grant), now, row.id, events.AccountInvited(expires))
    return token


def withdraw(connection: Connection, who: int | str, now: datetime, user_name: str) -> bool:
    """Make the open link of an account useless. Returns False when there was none."""
    actor, row, grant = accounts.managed(connection, who, now, user_name, to=_("thu hồi lời mời"))
    if not accounts.withdraw_links(connection, row.id, now):
        return False
    history.record(connection, history.acting(actor, grant), now, row.id, events.InvitationWithdrawn())
    return True


def pending(connection: Connection, account_id: int, now: datetime) -> datetime | None:
    """When the open link of an account expires; None without one."""
    found: datetime | None = connection.execute(
        sa.select(sa.func.max(invitation.c.expires_at, type_=invitation.c.expires_at.type)).where(
            invitation.c.account_id == account_id,
            invitation.c.used_at.is_(None),
            invitation.c.withdrawn_at.is_(None),
            invitation.c.expires_at > now,
        )
    ).scalar()
    return found


def opened(connection: Connection, now: datetime, token: str) -> Invited:
    """Whom a link is for; looking at it does not use it up. Raises InvitationUnusable."""
    row = _found(connection, now, token, lock=False)
    return Invited(
        row.account_id, row.user_name, row.full_name, row.unit_name or "", row.expires_at, row.password_hash is None
    )


def accept(connection: Connection, now: datetime, token: str, password: str) -> int:
    """Set the password that somebody chose with their link, which is used up; ends their other sessions. Returns the account.

    Raises InvitationUnusable, or InvalidInput under `new`.
    """
    row = _found(connection, now, token, lock=True)
    passwords.check_choice(password, user_name=row.user_name, full_name=row.full_name, key="new")
    connection.execute(sa.update(invitation).where(invitation.c.id == row.id).values(used_at=now))
    accounts.store_password(connection, row.account_id, password, must_change=False)
    connection.execute(sa.delete(web_session).where(web_session.c.account_id == row.account_id))
    history.record(connection, history.By(row.account_id), now, row.account_id, events.PasswordChosen())
    return int(row.account_id)


def _found(connection: Connection, now: datetime, token: str, *, lock: bool) -> sa.Row[Any]:
    statement = (
        sa.select(
            invitation.c.id,
            invitation.c.account_id,
            invitation.c.expires_at,
            account.c.user_name,
            account.c.full_name,
            account.c.password_hash,
            unit.c.name.label("unit_name"),
        )
        .join(account, account.c.id == invitation.c.account_id)
        .outerjoin(unit, unit.c.id == account.c.unit_id)
        .where(
            invitation.c.token_hash == _hash(token),
            invitation.c.used_at.is_(None),
            invitation.c.withdrawn_at.is_(None),
            invitation.c.expires_at > now,
        )
    )
    row = connection.execute(locked(statement, invitation) if lock else statement).first()
    if row is None:
        raise InvitationUnusable
    try:
        access.actor(connection, row.account_id, now)
    except NotAllowed:
        raise InvitationUnusable from None
    return row


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
