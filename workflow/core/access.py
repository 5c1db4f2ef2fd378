"""Who may see and do what: roles at units, their scope in the unit tree, deputies, separation of duties.

Deny by default: without a grant over the model's unit the model does not exist for a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.prepared import Prepared
from workflow.ground.refusals import NotAllowed, NotFound
from workflow.ground.schema import account, assignment, emulation_model, unit
from workflow.ground.speech import _
from workflow.ground.validity import valid_on
from workflow.ground.vietnam_time import local_date

OWN_SCOPED = frozenset({"unit_officer"})
"""Roles that count at the very unit only. A lifecycle definition whose role says otherwise is refused when it is loaded."""

PRIVILEGED = frozenset({"admin"})


class Grant(NamedTuple):
    """One role held at one unit today. deputy_for: account that the holder stands in for, or None."""

    role: str
    unit_id: int
    unit_path: str
    unit_level: str
    deputy_for: int | None

    def covers(self, path: str) -> bool:
        """Whether a unit with this path lies in the grant's scope."""
        return path == self.unit_path if self.role in OWN_SCOPED else path.startswith(self.unit_path)


class Actor(NamedTuple):
    """A person who acts, with what they may do today. `people` are they alone; deputies add their principal per grant."""

    account_id: int
    user_name: str
    full_name: str
    unit_id: int | None
    grants: tuple[Grant, ...]

    def roles_over(self, path: str) -> frozenset[str]:
        """Roles whose scope covers the unit with this path."""
        return frozenset(grant.role for grant in self.grants if grant.covers(path))

    def grant_for(self, roles: Collection[str], path: str) -> Grant | None:
        """The grant to act under: their own before one as a deputy."""
        fitting = [g for g in self.grants if g.role in roles and g.covers(path)]
        return min(fitting, key=lambda g: (g.deputy_for is not None, -len(g.unit_path)), default=None)

    def holds(self, roles: Collection[str]) -> bool:
        """Whether they hold one of the roles anywhere."""
        return any(grant.role in roles for grant in self.grants)

    def require(self, roles: Collection[str], path: str, *, to: str) -> Grant:
        """The grant for one of the roles over `path`, or NotAllowed saying what they wanted to do."""
        grant = self.grant_for(roles, path)
        if grant is None:
            raise NotAllowed(_("Bạn không có quyền %(to)s ở đơn vị này.", to=to), guard="role")
        return grant


_GRANTS = (
    sa.select(
        account.c.id,
        account.c.user_name,
        account.c.full_name,
        account.c.unit_id.label("home"),
        account.c.locked_at.is_not(None).label("locked"),
        assignment.c.role,
        assignment.c.unit_id,
        unit.c.path,
        unit.c.level,
        assignment.c.deputy_for_id,
    )
    .select_from(account)
    .outerjoin(
        assignment,
        sa.and_(
            assignment.c.account_id == account.c.id,
            valid_on(assignment, sa.bindparam("today", type_=sa.Date)),
        ),
    )
    .outerjoin(unit, unit.c.id == assignment.c.unit_id)
)
_BY_ID = Prepared(_GRANTS.where(account.c.id == sa.bindparam("account")))
_BY_NAME = Prepared(_GRANTS.where(account.c.user_name == sa.bindparam("account")))


def actor(connection: Connection, who: int | str, now: datetime) -> Actor:
    """The person with this account id or user name and today's grants (index ix_assignment_account_id).

    Raises NotFound when there is no such account and NotAllowed when it is locked.
    """
    statement = _BY_ID if isinstance(who, int) else _BY_NAME
    rows = statement.all(connection, {"account": who, "today": local_date(now)})
    if not rows:
        raise NotFound(_("Không có tài khoản «%(who)s».", who=who), guard="account")
    first = rows[0]
    if first.locked:
        raise NotAllowed(
            _("Tài khoản «%(user_name)s» đang bị khoá. Hãy liên hệ quản trị.", user_name=first.user_name),
            guard="account",
            code="account_locked",
        )
    grants = tuple(
        Grant(row.role, row.unit_id, row.path, row.level, row.deputy_for_id) for row in rows if row.role is not None
    )
    return Actor(first.id, first.user_name, first.full_name, first.home, grants)


def sees(who: Actor, path: str, *, submitted: bool, created_by: int) -> bool:
    """The visibility rule, for one model: any role over its unit; a draft is its own unit's and its writer's alone."""
    if submitted:
        return any(grant.covers(path) for grant in who.grants)
    return created_by == who.account_id or any(g.role in OWN_SCOPED and g.covers(path) for g in who.grants)


def visible(who: Actor) -> sa.ColumnElement[bool]:
    """The same visibility rule as a condition on `emulation_model` joined with `unit`."""
    own = [g.unit_id for g in who.grants if g.role in OWN_SCOPED]
    wide = outermost(g.unit_path for g in who.grants if g.role not in OWN_SCOPED)
    anything = [emulation_model.c.unit_id.in_(own)] if own else []
    mine = emulation_model.c.created_by == who.account_id
    submitted = emulation_model.c.submitted_at.is_not(None)
    alternatives = [*anything, sa.and_(submitted, sa.or_(*(under(path) for path in wide)))] if wide else anything
    return sa.or_(sa.and_(~submitted, mine), *alternatives)


def covered(grants: Sequence[Grant]) -> sa.ColumnElement[bool]:
    """What lies in the scope of one of these grants, as a condition on `emulation_model` joined with `unit`."""
    own = sorted({grant.unit_id for grant in grants if grant.role in OWN_SCOPED})
    wide = outermost(grant.unit_path for grant in grants if grant.role not in OWN_SCOPED)
    return sa.or_(sa.false(), emulation_model.c.unit_id.in_(own), *(under(path) for path in wide))


def under(path: str) -> sa.ColumnElement[bool]:
    """`unit` is the unit with this path or lies below it. A range, so that uq_unit_path serves it: '0' follows '/'."""
    return sa.and_(unit.c.path >= path, unit.c.path < path[:-1] + "0")


def outermost(paths: Iterable[str]) -> list[str]:
    """Paths that lie below no other one of them."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


def people(who: Actor, grant: Grant | None) -> frozenset[int]:
    """The people behind an act: the one who acts and the one they stand in for."""
    if grant is None or grant.deputy_for is None:
        return frozenset((who.account_id,))
    return frozenset((who.account_id, grant.deputy_for))


def belongs_to(connection: Connection, accounts: Collection[int], unit_id: int, today: date) -> frozenset[int]:
    """Those of the accounts who belong to the unit: it is their home, or they are its officer today."""
    rows = connection.execute(
        sa.select(account.c.id)
        .where(account.c.id.in_(list(accounts)))
        .where(
            sa.or_(
                account.c.unit_id == unit_id,
                sa.exists().where(
                    assignment.c.account_id == account.c.id,
                    assignment.c.unit_id == unit_id,
                    assignment.c.role.in_(sorted(OWN_SCOPED)),
                    valid_on(assignment, today),
                ),
            )
        )
    )
    return frozenset(rows.scalars())
