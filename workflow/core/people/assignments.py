"""Roles at units: who holds which, from when to when, and who stands in for whom. Every change is in the account's history."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, history, labels
from workflow.core.access import PRIVILEGED, Actor, Grant
from workflow.core.events import Changed
from workflow.core.lifecycles import labels as lifecycle_labels
from workflow.core.lifecycles import store
from workflow.core.people import events, units
from workflow.core.people.accounts import by_user_name, refuse_without_admin
from workflow.core.people.unit import Unit
from workflow.ground.dialects import locked
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput, NotAllowed, NotFound
from workflow.ground.schema import account, assignment, unit
from workflow.ground.speech import _, spoken_day
from workflow.ground.validity import not_over, valid_on
from workflow.ground.vietnam_time import local_date

RANKED: Final = frozenset({"leader"})
"""Roles that leave open whether somebody is the head or a deputy head."""


def assign(
    connection: Connection,
    who: int | str,
    now: datetime,
    user_name: str,
    role: str,
    unit_code: str,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    deputy_for: str | None = None,
    rank: str = "",
) -> int:
    """Give somebody a role at a unit, as an administrator over it. Returns the assignment's id.

    valid_from: today unless said otherwise; valid_to: last day, open when None. deputy_for: user name of the principal, who must
    hold the role at that very unit for the whole period; an open period ends with the principal's. Nobody gives a role to
    themselves, nor to the person they stand in for. rank: 'head' or 'deputy_head' of a leader, whom escalations tell apart.
    """
    actor = access.actor(connection, who, now)
    place = units.by_code(connection, unit_code, lock=True)
    grant = actor.require(PRIVILEGED, place.path, to=_("giao vai trò"))
    target = by_user_name(connection, user_name, lock=True)
    if target.id in access.people(actor, grant):
        raise NotAllowed(
            _("Không ai tự giao vai trò cho mình hay cho người mình thay mặt. Hãy nhờ một quản trị khác."),
            guard="self_grant",
            code="self_grant",
        )
    role = clean(role)
    _check_role(connection, role, place)
    _check_rank(role, rank, deputy_for)
    starts = valid_from or local_date(now)
    if valid_to is not None and valid_to < starts:
        raise InvalidInput({"valid_to": _("Ngày cuối phải từ ngày bắt đầu trở đi.")})
    principal_id = None
    if deputy_for is not None:
        principal = by_user_name(connection, deputy_for)
        principal_id, valid_to = (
            principal.id,
            _deputy_until(connection, principal, target, role, place, starts, valid_to),
        )
    _refuse_double(connection, target.id, role, place, principal_id, starts, valid_to)
    assignment_id: int = connection.execute(
        sa.insert(assignment)
        .values(
            account_id=target.id,
            role=role,
            unit_id=place.id,
            valid_from=starts,
            valid_to=valid_to,
            deputy_for_id=principal_id,
            rank=rank,
        )
        .returning(assignment.c.id)
    ).scalar_one()
    given = events.RoleAssigned(
        assignment=assignment_id,
        role=role,
        unit=place.code,
        valid_from=starts,
        valid_to=valid_to,
        deputy_for=deputy_for and clean(deputy_for).lower(),
        rank=rank or "",
    )
    history.record(connection, history.acting(actor, grant), now, target.id, given)
    return assignment_id


def end_assignment(
    connection: Connection, who: int | str, now: datetime, assignment_id: int, *, last_day: date | None = None
) -> int:
    """End a role, as an administrator over its unit; with a principal's role end those of their deputies.

    last_day: the last day on which it counts, by default yesterday (it ends at once). Returns how many assignments ended.
    """
    actor = access.actor(connection, who, now)
    row = _held(connection, assignment_id)
    grant = actor.require(PRIVILEGED, row.path, to=_("kết thúc vai trò"))
    ends = last_day or local_date(now) - timedelta(days=1)
    if row.valid_to is not None and row.valid_to <= ends:
        raise InvalidInput(
            {"last_day": _("Vai trò này đã có ngày cuối %(valid_to)s.", valid_to=spoken_day(row.valid_to))}
        )
    if row.role in PRIVILEGED and ends < local_date(now):
        refuse_without_admin(connection, now, leaving_assignment=row.id)
    _end(connection, actor, grant, now, row, ends)
    if row.deputy_for_id is not None:
        return 1
    deputies = _outlasting(connection, row, ends)
    for deputy in deputies:
        _end(connection, actor, grant, now, deputy, ends)
    return 1 + len(deputies)


def holding(connection: Connection, now: datetime, user_name: str, role: str, unit_code: str) -> sa.Row[Any]:
    """The present or coming assignment of this role at this unit, for those who name it by its parts. NotFound without one."""
    target, place = by_user_name(connection, user_name), units.by_code(connection, unit_code)
    row = connection.execute(
        sa.select(assignment)
        .where(
            assignment.c.account_id == target.id,
            assignment.c.role == clean(role),
            assignment.c.unit_id == place.id,
            not_over(assignment, local_date(now)),
        )
        .order_by(assignment.c.valid_from)
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(
            _(
                "«%(user_name)s» không giữ vai trò «%(role)s» ở «%(name)s».",
                user_name=target.user_name,
                role=clean(role)[:40],
                name=place.name,
            ),
            guard="assignment",
        )
    return row


def _check_role(connection: Connection, role: str, place: Unit) -> None:
    known = store.roles(connection)
    if role not in known:
        listed = ", ".join(f"{key} ({label})" for key, label in sorted(lifecycle_labels.roles(connection).items()))
        raise InvalidInput(
            {"role": _("Không có vai trò «%(role)s». Các vai trò: %(listed)s.", role=role[:40], listed=listed)}
        )
    if not any(not found.levels or place.level in found.levels for found in known[role]):
        levels = lifecycle_labels.levels(connection)
        wanted = sorted({level for found in known[role] for level in found.levels})
        listed = ", ".join(levels.get(level, level) for level in wanted)
        raise InvalidInput(
            {
                "unit": _(
                    "Vai trò «%(label)s» chỉ giao ở: %(listed)s. «%(name)s» không thuộc cấp ấy.",
                    label=lifecycle_labels.roles(connection)[role],
                    listed=listed,
                    name=place.name,
                )
            }
        )


def _check_rank(role: str, rank: str, deputy_for: str | None) -> None:
    if not rank:
        return
    if rank not in labels.RANKS:
        raise InvalidInput({"rank": _("Chức danh là head (trưởng ban) hoặc deputy_head (phó trưởng ban).")})
    if role not in RANKED:
        raise InvalidInput({"rank": _("Chỉ vai trò lãnh đạo (leader) mới ghi trưởng hay phó trưởng ban.")})
    if deputy_for is not None:
        raise InvalidInput({"rank": _("Người thay mặt mang chức danh của người được thay; hãy để trống.")})


def _deputy_until(
    connection: Connection,
    principal: sa.Row[Any],
    target: sa.Row[Any],
    role: str,
    place: Unit,
    starts: date,
    ends: date | None,
) -> date | None:
    """The last day of a deputy, or a refusal: the principal must hold the role themselves from the first day to the last."""
    if principal.id == target.id:
        raise InvalidInput({"deputy_for": _("Một người không thay mặt chính mình.")})
    rows = connection.execute(
        sa.select(assignment.c.valid_to).where(
            assignment.c.account_id == principal.id,
            assignment.c.role == role,
            assignment.c.unit_id == place.id,
            assignment.c.deputy_for_id.is_(None),
            valid_on(assignment, starts),
        )
    ).all()
    if not rows:
        raise InvalidInput(
            {
                "deputy_for": _(
                    "«%(full_name)s» không giữ vai trò này ở «%(name)s» từ ngày %(starts)s.",
                    full_name=principal.full_name,
                    name=place.name,
                    starts=spoken_day(starts),
                )
            }
        )
    if any(row.valid_to is None for row in rows):
        return ends
    latest = max(row.valid_to for row in rows)
    if ends is not None and ends > latest:
        raise InvalidInput(
            {
                "valid_to": _(
                    "Người thay mặt không giữ vai trò lâu hơn người được thay: chậm nhất %(latest)s.",
                    latest=spoken_day(latest),
                )
            }
        )
    return ends or latest


def _refuse_double(
    connection: Connection,
    account_id: int,
    role: str,
    place: Unit,
    principal_id: int | None,
    starts: date,
    ends: date | None,
) -> None:
    overlapping = sa.select(assignment.c.id).where(
        assignment.c.account_id == account_id,
        assignment.c.role == role,
        assignment.c.unit_id == place.id,
        assignment.c.deputy_for_id.is_not_distinct_from(principal_id),
        not_over(assignment, starts),
    )
    if ends is not None:
        overlapping = overlapping.where(assignment.c.valid_from <= ends)
    if connection.execute(overlapping.limit(1)).first():
        raise InvalidInput(
            {"role": _("Người này đã giữ vai trò ấy ở «%(name)s» trong thời gian này.", name=place.name)}
        )


def _outlasting(connection: Connection, ended: sa.Row[Any], ends: date) -> list[sa.Row[Any]]:
    """Assignments of the principal's deputies that run past their last day, unless another one of their own carries them."""
    other = connection.execute(
        sa.select(assignment.c.id).where(
            assignment.c.id != ended.id,
            assignment.c.account_id == ended.account_id,
            assignment.c.role == ended.role,
            assignment.c.unit_id == ended.unit_id,
            assignment.c.deputy_for_id.is_(None),
            valid_on(assignment, ends + timedelta(days=1)),
        )
    ).first()
    if other is not None:
        return []
    return list(
        connection.execute(
            _WITH_PLACE.where(
                assignment.c.deputy_for_id == ended.account_id,
                assignment.c.role == ended.role,
                assignment.c.unit_id == ended.unit_id,
                not_over(assignment, ends + timedelta(days=1)),
            )
        )
    )


_WITH_PLACE = (
    sa.select(assignment, unit.c.path, unit.c.code.label("unit_code"), account.c.user_name)
    .join(unit, unit.c.id == assignment.c.unit_id)
    .join(account, account.c.id == assignment.c.account_id)
)


def _held(connection: Connection, assignment_id: int) -> sa.Row[Any]:
    row = connection.execute(locked(_WITH_PLACE.where(assignment.c.id == assignment_id), assignment)).first()
    if row is None:
        raise NotFound(_("Không có phân công này."), guard="assignment")
    by_user_name(connection, row.user_name, lock=True)
    return row


def _end(connection: Connection, actor: Actor, grant: Grant, now: datetime, row: sa.Row[Any], ends: date) -> None:
    if ends < row.valid_from:
        # It never came to count; the account's history keeps that it was given and taken back.
        connection.execute(sa.delete(assignment).where(assignment.c.id == row.id))
    else:
        connection.execute(sa.update(assignment).where(assignment.c.id == row.id).values(valid_to=ends))
    ended = events.RoleEnded(row.id, row.role, row.unit_code, Changed(row.valid_to, ends))
    history.record(connection, history.acting(actor, grant), now, row.account_id, ended)
