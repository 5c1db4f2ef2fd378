"""Accounts and who manages them: creating, passwords, locking. Roles at units are in `assignments`, sessions in `sessions`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, history
from workflow.core.access import PRIVILEGED, Actor, Grant
from workflow.core.people import events, passwords, units
from workflow.ground.dialects import locked
from workflow.ground.reading.order import person_order
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput, NotAllowed, NotFound, NotPossible, Refusal
from workflow.ground.schema import account, assignment, invitation, unit, web_session
from workflow.ground.speech import _
from workflow.ground.validity import not_over, valid_on
from workflow.ground.vietnam_time import local_date

_USER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")


class SignInFailed(Refusal):
    """User name and password do not belong together; which of the two is wrong is not said."""

    kind: ClassVar[str] = "forbidden"
    code: ClassVar[str] = "sign_in_failed"

    def __init__(self) -> None:
        super().__init__(_("Tên đăng nhập hoặc mật khẩu không đúng. Hãy kiểm tra rồi thử lại."), guard="password")


@dataclass(frozen=True, slots=True)
class Checked:
    """A right password. hash_outdated: it should be hashed anew (`renew_hash`) while it is at hand."""

    actor: Actor
    must_change_password: bool
    hash_outdated: bool
    password_hash: str


@dataclass(frozen=True, slots=True)
class AssignmentView:
    """One role at one unit, as a list shows it; deputy_for is a user name, rank 'head' or 'deputy_head' of a leader."""

    id: int
    role: str
    unit: str
    unit_name: str
    valid_from: date
    valid_to: date | None
    deputy_for: str | None
    rank: str = ""


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account as the administrator's list shows it."""

    id: int
    user_name: str
    full_name: str
    position: str
    unit: str | None
    unit_name: str
    locked: bool
    can_sign_in: bool
    must_change_password: bool
    last_seen_at: datetime | None
    sample: bool
    assignments: tuple[AssignmentView, ...]


def create_account(
    connection: Connection,
    who: int | str,
    now: datetime,
    user_name: str,
    full_name: str,
    unit_code: str,
    *,
    position: str = "",
    password: str | None = None,
    must_change: bool = True,
    sign_in: bool = True,
    sample: bool = False,
) -> tuple[int, str | None]:
    """Add an account whose home is a unit, as an administrator over it.

    Returns its id and the initial password: `password` or a generated one; None for an account that only exists in the records
    (`sign_in=False`). The initial one must be changed at the first sign-in unless `must_change` says otherwise.
    """
    actor = access.actor(connection, who, now)
    home = units.by_code(connection, unit_code)
    grant = actor.require(PRIVILEGED, home.path, to=_("thêm tài khoản"))
    values = _checked(connection, user_name, full_name, position)
    if sign_in and password is not None:
        passwords.check_choice(password, user_name=values["user_name"], full_name=values["full_name"])
    initial = (password or passwords.generate()) if sign_in else None
    values |= {"unit_id": home.id, "must_change_password": sign_in and must_change, "sample": sample}
    account_id = _insert(connection, now, values, initial)
    created = events.AccountCreated(
        user_name=values["user_name"],
        full_name=values["full_name"],
        position=values["position"],
        unit=home.code,
        can_sign_in=sign_in,
    )
    history.record(connection, history.acting(actor, grant), now, account_id, created)
    return account_id, initial


def bootstrap_admin(
    connection: Connection,
    now: datetime,
    user_name: str,
    full_name: str,
    unit_code: str,
    *,
    unit_name: str = "",
    unit_level: str = "",
    position: str = "",
    password: str | None = None,
    must_change: bool = True,
    sample: bool = False,
) -> tuple[int, str]:
    """The very first account: administrator over the root unit, which is made as well when there is none.

    Refused as soon as there is any account. Returns its id and initial password.
    """
    if connection.execute(sa.select(account.c.id).limit(1)).first():
        raise NotPossible(
            _("Đã có tài khoản. Chỉ quản trị đang có mới thêm được tài khoản khác."), guard="account", code="not_first"
        )
    empty = connection.execute(sa.select(unit.c.id).limit(1)).first() is None
    if empty:
        units.first_unit(connection, unit_code, unit_name, unit_level, sample=sample)
    home = units.by_code(connection, unit_code)
    values = _checked(connection, user_name, full_name, position)
    if password is not None:
        passwords.check_choice(password, user_name=values["user_name"], full_name=values["full_name"])
    initial = password or passwords.generate()
    values |= {"unit_id": home.id, "must_change_password": must_change, "sample": sample}
    account_id = _insert(connection, now, values, initial)
    connection.execute(
        sa.insert(assignment).values(
            account_id=account_id, role="admin", unit_id=home.id, valid_from=local_date(now), valid_to=None
        )
    )
    if empty:
        units.note_bootstrap(connection, now, home.id, account_id)
    made = events.AccountBootstrapped(values["user_name"], values["full_name"], "admin", home.code)
    history.record(connection, history.By(account_id, "admin"), now, account_id, made)
    return account_id, initial


def by_user_name(connection: Connection, user_name: str, *, lock: bool = False) -> sa.Row[Any]:
    """The account with this user name, or NotFound. Visibility is the caller's."""
    wanted = clean(user_name).lower()
    statement = sa.select(account).where(account.c.user_name == wanted)
    row = connection.execute(locked(statement, account) if lock else statement).first()
    if row is None:
        raise NotFound(_("Không có tài khoản «%(wanted)s».", wanted=wanted[:60]), guard="account")
    return row


def check_password(connection: Connection, now: datetime, user_name: str, password: str) -> Checked:
    """The person with this name and password; reads only, so that guessing holds no lock.

    Raises SignInFailed alike for an unknown name, an account without password and a wrong password, after the same work;
    NotAllowed (account_locked) only to somebody who knows the password.
    """
    row = connection.execute(sa.select(account).where(account.c.user_name == clean(user_name).lower())).first()
    right = passwords.verified(row.password_hash if row else None, password)
    if row is None or not right:
        raise SignInFailed
    actor = access.actor(connection, row.id, now)
    return Checked(actor, row.must_change_password, passwords.outdated(row.password_hash), row.password_hash)


def renew_hash(connection: Connection, account_id: int, password: str, seen_hash: str) -> None:
    """Hash the same password with today's parameters, unless it was changed meanwhile."""
    connection.execute(
        sa.update(account)
        .where(account.c.id == account_id, account.c.password_hash == seen_hash)
        .values(password_hash=passwords.hashed(password))
    )


def change_password(
    connection: Connection, who: int | str, now: datetime, current: str, new: str, *, keep_session: str | None = None
) -> None:
    """A person's own change. Ends all their sessions but the one whose token hash is `keep_session`."""
    actor = access.actor(connection, who, now)
    row = by_user_name(connection, actor.user_name, lock=True)
    if not passwords.verified(row.password_hash, current):
        raise InvalidInput({"current": _("Mật khẩu hiện tại không đúng.")})
    passwords.check_choice(new, user_name=row.user_name, full_name=row.full_name, key="new")
    if passwords.verified(row.password_hash, new):
        raise InvalidInput({"new": _("Mật khẩu mới phải khác mật khẩu hiện tại.")})
    store_password(connection, row.id, new, must_change=False)
    ended = sa.delete(web_session).where(web_session.c.account_id == row.id)
    if keep_session is not None:
        ended = ended.where(web_session.c.token_hash != keep_session)
    connection.execute(ended)
    history.record(connection, history.By(row.id), now, row.id, events.PasswordChanged())


def reset_password(connection: Connection, who: int | str, now: datetime, user_name: str) -> str:
    """A new initial password for somebody, as an administrator over all that they may do. Ends their sessions."""
    actor, row, grant = managed(connection, who, now, user_name, to=_("đặt lại mật khẩu"))
    initial = passwords.generate()
    store_password(connection, row.id, initial, must_change=True)
    connection.execute(sa.delete(web_session).where(web_session.c.account_id == row.id))
    withdraw_links(connection, row.id, now)
    history.record(connection, history.acting(actor, grant), now, row.id, events.PasswordReset())
    return initial


def lock(connection: Connection, who: int | str, now: datetime, user_name: str, *, reason: str = "") -> bool:
    """Close an account: nobody signs in with it and its sessions end. Returns False when it was locked already."""
    actor, row, grant = managed(connection, who, now, user_name, to=_("khoá tài khoản"))
    if row.locked_at is not None:
        return False
    refuse_without_admin(connection, now, leaving_account=row.id)
    connection.execute(sa.update(account).where(account.c.id == row.id).values(locked_at=now))
    connection.execute(sa.delete(web_session).where(web_session.c.account_id == row.id))
    withdraw_links(connection, row.id, now)
    by = history.acting(actor, grant, reason=clean(reason)[:300])
    history.record(connection, by, now, row.id, events.AccountLocked())
    return True


def unlock(connection: Connection, who: int | str, now: datetime, user_name: str) -> bool:
    """Open a locked account again. Returns False when it was not locked."""
    actor, row, grant = managed(connection, who, now, user_name, to=_("mở khoá tài khoản"))
    if row.locked_at is None:
        return False
    connection.execute(sa.update(account).where(account.c.id == row.id).values(locked_at=None))
    history.record(connection, history.acting(actor, grant), now, row.id, events.AccountUnlocked())
    return True


def end_sessions(connection: Connection, who: int | str, now: datetime, user_name: str) -> int:
    """Sign somebody out everywhere, as an administrator over them. Returns how many sessions ended."""
    actor, row, grant = managed(connection, who, now, user_name, to=_("kết thúc phiên làm việc"))
    ended = connection.execute(sa.delete(web_session).where(web_session.c.account_id == row.id)).rowcount
    if ended:
        history.record(connection, history.acting(actor, grant), now, row.id, events.SessionsEnded(ended))
    return ended


def withdraw_links(connection: Connection, account_id: int, now: datetime) -> int:
    """Make every link by which the account's password could still be set useless. Returns how many there were."""
    return connection.execute(
        sa.update(invitation)
        .where(
            invitation.c.account_id == account_id,
            invitation.c.used_at.is_(None),
            invitation.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    ).rowcount


def listing(connection: Connection, actor: Actor | None = None) -> list[AccountView]:
    """Accounts in the order of names with all their assignments: every one, or those whose home the actor administers."""
    return _views(connection, actor, sa.true())


def shown(connection: Connection, actor: Actor, user_name: str) -> AccountView | None:
    """One account with its assignments; None when there is none of that name whose home the actor administers."""
    return next(iter(_views(connection, actor, account.c.user_name == clean(user_name).lower())), None)


def _views(connection: Connection, actor: Actor | None, chosen: sa.ColumnElement[bool]) -> list[AccountView]:
    principal = account.alias("principal")
    statement = (
        sa.select(assignment, unit.c.code, unit.c.name, principal.c.user_name.label("principal_name"))
        .join(unit, unit.c.id == assignment.c.unit_id)
        .join(account, account.c.id == assignment.c.account_id)
        .outerjoin(principal, principal.c.id == assignment.c.deputy_for_id)
        .where(chosen)
        .order_by(assignment.c.valid_from, assignment.c.id)
    )
    held: dict[int, list[AssignmentView]] = {}
    for row in connection.execute(statement):
        view = AssignmentView(
            row.id, row.role, row.code, row.name, row.valid_from, row.valid_to, row.principal_name, row.rank
        )
        held.setdefault(row.account_id, []).append(view)
    rows = connection.execute(
        sa.select(account, unit.c.code.label("unit_code"), unit.c.name.label("unit_name"), unit.c.path)
        .outerjoin(unit, unit.c.id == account.c.unit_id)
        .where(chosen)
        .order_by(account.c.name_sort, account.c.user_name)
    )
    return [
        AccountView(
            row.id,
            row.user_name,
            row.full_name,
            row.position,
            row.unit_code,
            row.unit_name or "",
            row.locked_at is not None,
            row.password_hash is not None,
            row.must_change_password,
            row.last_seen_at,
            row.sample,
            tuple(held.get(row.id, ())),
        )
        for row in rows
        if actor is None or (row.path is not None and actor.grant_for(PRIVILEGED, row.path) is not None)
    ]


def managed(
    connection: Connection, who: int | str, now: datetime, user_name: str, *, to: str
) -> tuple[Actor, sa.Row[Any], Grant]:
    """An account, locked, with the administrator's grant over it.

    That takes administering its home and every unit where it holds a role now or later: else the administrator of a village
    could take over the account of somebody with a role in the province by resetting its password.
    """
    actor = access.actor(connection, who, now)
    row = by_user_name(connection, user_name, lock=True)
    paths = connection.execute(
        sa.select(unit.c.path).where(
            sa.or_(
                unit.c.id == row.unit_id,
                unit.c.id.in_(
                    sa.select(assignment.c.unit_id).where(
                        assignment.c.account_id == row.id,
                        not_over(assignment, local_date(now)),
                    )
                ),
            )
        )
    ).scalars()
    grants = [actor.grant_for(PRIVILEGED, path) for path in paths]
    if not grants or grants[0] is None or any(grant is None for grant in grants):
        raise NotAllowed(
            _(
                "Bạn không có quyền %(to)s của «%(user_name)s»: cần là quản trị của mọi đơn vị nơi người này có vai"
                " trò.",
                to=to,
                user_name=row.user_name,
            ),
            guard="role",
        )
    return actor, row, grants[0]


def refuse_without_admin(
    connection: Connection, now: datetime, *, leaving_account: int | None = None, leaving_assignment: int | None = None
) -> None:
    """Raise NotPossible when the installation would be left without an administrator who can sign in."""
    today = local_date(now)
    root_admin = (
        sa.select(assignment.c.id)
        .join(account, account.c.id == assignment.c.account_id)
        .join(unit, unit.c.id == assignment.c.unit_id)
        .where(
            assignment.c.role.in_(sorted(PRIVILEGED)),
            valid_on(assignment, today),
            account.c.locked_at.is_(None),
            account.c.password_hash.is_not(None),
            unit.c.parent_id.is_(None),
        )
    )
    remaining = root_admin
    if leaving_account is not None:
        remaining = remaining.where(assignment.c.account_id != leaving_account)
    if leaving_assignment is not None:
        remaining = remaining.where(assignment.c.id != leaving_assignment)
    if connection.execute(root_admin.limit(1)).first() and not connection.execute(remaining.limit(1)).first():
        raise NotPossible(
            _("Đây là quản trị cuối cùng của hệ thống. Hãy giao vai trò quản trị cho người khác trước."),
            guard="account",
            code="last_admin",
        )


def _checked(connection: Connection, user_name: str, full_name: str, position: str) -> dict[str, Any]:
    problems: dict[str, str] = {}
    user_name, full_name, position = clean(user_name).lower(), clean(full_name), clean(position)
    if not _USER_NAME.fullmatch(user_name):
        problems["user_name"] = _(
            "Tên đăng nhập «%(user_name)s» không hợp lệ: từ 2 đến 60 ký tự, chỉ gồm chữ thường không dấu, chữ"
            " số, dấu . _ -",
            user_name=user_name[:60],
        )
    elif connection.execute(sa.select(account.c.id).where(account.c.user_name == user_name)).first():
        problems["user_name"] = _("Tên đăng nhập «%(user_name)s» đã có. Hãy chọn tên khác.", user_name=user_name)
    if not full_name:
        problems["full_name"] = _("Hãy nhập họ tên.")
    for key, label, value in (("full_name", _("Họ tên"), full_name), ("position", _("Chức vụ"), position)):
        if len(value) > 120:
            problems[key] = _("%(label)s dài %(count)s ký tự, tối đa 120. Hãy rút gọn.", label=label, count=len(value))
    if problems:
        raise InvalidInput(problems)
    return {
        "user_name": user_name,
        "full_name": full_name,
        "name_sort": person_order(full_name),
        "position": position,
    }


def _insert(connection: Connection, now: datetime, values: Mapping[str, Any], password: str | None) -> int:
    password_hash = None if password is None else passwords.hashed(password)
    try:
        with connection.begin_nested():
            account_id: int = connection.execute(
                sa.insert(account).values(**values, password_hash=password_hash, created_at=now).returning(account.c.id)
            ).scalar_one()
    except sa.exc.IntegrityError as error:
        raise InvalidInput(
            {"user_name": _("Tên đăng nhập «%(user_name)s» vừa được dùng.", user_name=values["user_name"])}
        ) from error
    return account_id


def store_password(connection: Connection, account_id: int, password: str, *, must_change: bool) -> None:
    """Keep a password that was checked, in the form in which it is kept."""
    connection.execute(
        sa.update(account)
        .where(account.c.id == account_id)
        .values(password_hash=passwords.hashed(password), must_change_password=must_change)
    )
