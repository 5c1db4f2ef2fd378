"""Whether everybody may read about a model: asked on the registration form, given or taken back at any time later.

Law 91/2025/QH15: an individual's public listing needs consent. Whoever registers is asked the same way for a collective model, so
that nothing is public by default. The moment is kept on the model, every change in its history.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor
from workflow.core.engine import changes
from workflow.core.lifecycles import store
from workflow.ground.refusals import NotAllowed
from workflow.ground.schema import emulation_model
from workflow.ground.speech import _
from workflow.stages.registration.events import PublicAgreed, PublicWithdrawn
from workflow.stages.registration.registrant import SUBMIT, Standing, roles_of, standing


def agreed_at(connection: Connection, model_id: int) -> datetime | None:
    """Since when the registrant of a model agrees; None when they do not."""
    since: datetime | None = connection.execute(
        sa.select(emulation_model.c.public_agreed_at).where(emulation_model.c.id == model_id)
    ).scalar_one()
    return since


def set_consent(
    connection: Connection, who: int | str, now: datetime, code: str, agree: bool, *, version: int | None = None
) -> int:
    """Agree that everybody may read about a model, or take that back. Returns the version; saying it again changes nothing.

    Possible in every state. Agreeing is the registrant's own; whoever acts on behalf of registrants may take it back for them.
    """
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, code, version)
    held = _standing(connection, actor, model)
    if agree and held.on_behalf:
        raise NotAllowed(
            _("Chỉ đơn vị đăng ký mới đồng ý thay cho mình được. Bạn chỉ có thể rút đồng ý khi đơn vị yêu cầu."),
            guard="role",
            code="consent_is_own",
        )
    if agree == (agreed_at(connection, model.id) is not None):
        return int(model.version)
    return changes.note(
        connection,
        held.acting(actor, model),
        now,
        model,
        PublicAgreed(agree) if agree else PublicWithdrawn(agree),
        {"public_agreed_at": now if agree else None},
    )


def may_agree(connection: Connection, actor: Actor, model: sa.Row[Any]) -> bool:
    """Whether this person may agree for the registrant."""
    definition = store.definition(connection, model.definition_hash)
    return actor.grant_for(roles_of(definition, SUBMIT), model.unit_path) is not None


def may_withdraw(connection: Connection, actor: Actor, model: sa.Row[Any]) -> bool:
    """Whether this person may take the registrant's agreement back."""
    try:
        _standing(connection, actor, model)
    except NotAllowed:
        return False
    return True


def _standing(connection: Connection, actor: Actor, model: sa.Row[Any]) -> Standing:
    definition = store.definition(connection, model.definition_hash)
    return standing(definition, actor, SUBMIT, model.unit_path, to=_("đồng ý hoặc rút đồng ý giới thiệu công khai"))
