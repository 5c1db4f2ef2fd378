"""Requests to change a name or a field that wait for a person's decision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor
from workflow.ground.schema import account, change_request, emulation_model, unit

MOST: Final = 15


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """One request. subject: 'name' or 'field'; asker: who asks for it, by name; code, unit_name: of the model."""

    id: int
    subject: str
    before: str
    after: str
    requested_at: datetime
    asker: str
    code: str
    unit_name: str


def open_requests(connection: Connection, actor: Actor, roles: Collection[str]) -> list[OpenRequest]:
    """Those that a person with one of the roles may decide: over their units, and not their own. The oldest first."""
    grants = [grant for grant in actor.grants if grant.role in roles]
    if not grants:
        return []
    rows = connection.execute(
        sa.select(
            change_request.c.id,
            change_request.c.subject,
            change_request.c.before,
            change_request.c.after,
            change_request.c.requested_at,
            account.c.full_name.label("asker"),
            emulation_model.c.code,
            unit.c.name.label("unit_name"),
        )
        .join(emulation_model, emulation_model.c.id == change_request.c.model_id)
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .join(account, account.c.id == change_request.c.requested_by)
        .where(
            change_request.c.status == "open",
            change_request.c.requested_by != actor.account_id,
            access.covered(grants),
            access.visible(actor),
        )
        .order_by(change_request.c.id)
        .limit(MOST)
    )
    return [OpenRequest(**row._mapping) for row in rows]
