"""Changes of a model's records that leave its state as it is: the same version check, the same history as a transition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor, Grant
from workflow.core.engine.context import model_by_code, registrant_name
from workflow.core.history import Advance, Entry, advance
from workflow.ground.refusals import Conflict, NotFound
from workflow.ground.speech import _

Model: TypeAlias = sa.Row[Any]
"""A model as `seen` and `held` give it: a row of `context.MODEL`."""


def seen(connection: Connection, actor: Actor, code: str) -> Model:
    """The model if this person may see it, for reading. Raises NotFound otherwise."""
    return _found(model_by_code(connection, code, lock=False), actor, code)


def held(connection: Connection, actor: Actor, code: str, version: int | None = None) -> Model:
    """The same, locked for a change. Raises Conflict when `version` (what the person saw) is no longer the present one."""
    model = _found(model_by_code(connection, code, lock=True), actor, code)
    if version is not None and version != model.version:
        raise Conflict(
            _(
                "Mô hình %(code)s đã thay đổi (bản %(version)s, bạn thấy bản %(version_2)s). Hãy tải lại để xem thay"
                " đổi rồi làm lại.",
                code=code,
                version=model.version,
                version_2=version,
            ),
            guard="version",
        )
    return model


def note(
    connection: Connection,
    model: Model,
    actor: Actor,
    grant: Grant,
    trigger: str,
    now: datetime,
    *,
    payload: Mapping[str, Any],
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    on_behalf: bool = False,
) -> int:
    """Append what happened to the model's history and set `changes` on its row. Returns the new version.

    model: as `held` gave it, and not noted on since (each note needs the row anew). trigger: past-tense word for what happened
    ('inspection_recorded'). on_behalf: staff acted for the registrant. The state stays: only transition.py changes it.
    """
    changes = dict(changes or {})
    if changes.keys() & {"state", "version", "last_hash"}:
        raise TypeError("the state changes through transition.apply() only")
    entry = Entry(
        at=now,
        actor_id=actor.account_id,
        for_id=grant.deputy_for,
        behalf=registrant_name(model) if on_behalf else "",
        role=grant.role,
        trigger=trigger,
        from_state=model.state,
        to_state=model.state,
        reason=reason,
        field_id=changes.get("field_id", model.field_id),
        kind=changes.get("kind", model.kind),
        payload=payload,
        definition_hash=model.definition_hash,
    )
    return advance(connection, Advance(model, entry, changes))


def _found(model: Model | None, actor: Actor, code: str) -> Model:
    if model is None or not access.sees(
        actor, model.unit_path, submitted=model.submitted_at is not None, created_by=model.created_by
    ):
        raise NotFound(_("Không có mô hình mã «%(code)s» trong phạm vi của bạn.", code=code), guard="model")
    return model
