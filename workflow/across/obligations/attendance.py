"""Who is expected at a meeting or a visit: its members, whatever roles they hold."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from workflow.ground.dialects import any_of
from workflow.ground.schema import account, meeting_member, visit_member
from workflow.ground.schema.base import BigId

_MEMBERS = {"meeting": meeting_member, "visit": visit_member}


def expected(roles: Collection[str]) -> sa.Subquery | None:
    """roles ('meeting:17', as an obligation names them) with account_id, of everybody not locked; None without any."""
    found: list[sa.Select[Any]] = []
    for subject, members in _MEMBERS.items():
        keys = [int(role.partition(":")[2]) for role in roles if role.startswith(f"{subject}:")]
        if keys:
            event = members.c[f"{subject}_id"]
            found.append(
                sa.select(
                    sa.literal(f"{subject}:").concat(sa.cast(event, sa.String(20))).label("roles"),
                    members.c.account_id,
                    sa.cast(sa.null(), BigId).label("deputy_for_id"),
                )
                .join(account, account.c.id == members.c.account_id)
                .where(any_of(event, sorted(keys)), account.c.locked_at.is_(None))
            )
    return sa.union_all(*found).subquery("expected") if found else None
