"""Who writes the record of a stage, and the accounts that are named in it as inspectors or members of a committee."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.access import OWN_SCOPED, Actor, Grant
from workflow.core.lifecycles.terms import Definition
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput, NotAllowed
from workflow.ground.schema import account, assignment, unit
from workflow.ground.speech import _
from workflow.ground.validity import valid_on


def require_writer(actor: Actor, definition: Definition, record: str, path: str, *, to: str) -> Grant:
    """The grant over `path` for a role that may take a transition leaving this record, as the definition has it.

    Raises NotAllowed saying who may.
    """
    roles: dict[str, None] = {}
    for transition in definition.transitions:
        if transition.record == record:
            roles.update(dict.fromkeys(transition.roles))
    grant = actor.grant_for(roles, path)
    if grant is None:
        who = ", ".join(definition.roles[role].label for role in roles)
        raise NotAllowed(_("Bạn không có quyền %(to)s. Việc này dành cho: %(who)s.", to=to, who=who), guard="role")
    return grant


def named(
    connection: Connection, user_names: Sequence[str], path: str, today: date, *, form_field: str
) -> dict[str, sa.Row[Any]]:
    """The accounts (id, user_name, full_name, unit_id) behind user names, in the order given.

    Only people of the place: at home in the unit with this path, below it or above it, or holding a role over it today.
    Others look like accounts that do not exist. Raises InvalidInput under `form_field`.
    """
    wanted = [clean(name) for name in user_names]
    doubled = sorted({name for name in wanted if wanted.count(name) > 1})
    if doubled:
        raise InvalidInput(
            {form_field: _("Có người được nêu hai lần: %(doubled)s. Hãy giữ một.", doubled=", ".join(doubled))}
        )
    home, held = unit.alias("home"), unit.alias("held")
    place = sa.literal(path)
    rows = connection.execute(
        sa.select(
            account.c.id,
            account.c.user_name,
            account.c.full_name,
            account.c.unit_id,
            account.c.locked_at,
            sa.or_(home.c.path.startswith(place), place.startswith(home.c.path)).label("at_home"),
            sa.exists()
            .where(
                assignment.c.account_id == account.c.id,
                assignment.c.role.not_in(sorted(OWN_SCOPED)),
                valid_on(assignment, today),
                held.c.id == assignment.c.unit_id,
                place.startswith(held.c.path),
            )
            .label("holds_role"),
        )
        .outerjoin(home, home.c.id == account.c.unit_id)
        .where(account.c.user_name.in_(wanted))
    )
    known = {row.user_name: row for row in rows if row.at_home or row.holds_role}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        listed = ", ".join(f"«{name[:60]}»" for name in unknown[:10])
        raise InvalidInput(
            {form_field: _("Không có tài khoản %(listed)s ở đơn vị này. Hãy kiểm tra tên đăng nhập.", listed=listed)}
        )
    locked = [name for name in wanted if known[name].locked_at is not None]
    if locked:
        raise InvalidInput(
            {form_field: _("Tài khoản đang bị khoá: %(locked)s. Hãy chọn người khác.", locked=", ".join(locked))}
        )
    return {name: known[name] for name in wanted}


def units_of(connection: Connection, accounts: Collection[int], today: date) -> dict[int, frozenset[int]]:
    """For each account the units it belongs to: `access.belongs_to` for all units at once."""
    rows = connection.execute(
        sa.union(
            sa.select(account.c.id, account.c.unit_id).where(
                account.c.id.in_(list(accounts)), account.c.unit_id.is_not(None)
            ),
            sa.select(assignment.c.account_id, assignment.c.unit_id).where(
                assignment.c.account_id.in_(list(accounts)),
                assignment.c.role.in_(sorted(OWN_SCOPED)),
                valid_on(assignment, today),
            ),
        )
    )
    found: dict[int, set[int]] = {who: set() for who in accounts}
    for who, unit_id in rows:
        found[who].add(unit_id)
    return {who: frozenset(units) for who, units in found.items()}
