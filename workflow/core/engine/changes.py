"""Changes of a model's records that leave its state as it is: the same version check, the same history as a transition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, events
from workflow.core.access import Actor
from workflow.core.engine.context import model_by_code
from workflow.core.events import Event
from workflow.core.history import Advance, By, Passage, advance, entry
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
    connection: Connection, by: By, now: datetime, model: Model, event: Event, changes: Mapping[str, Any] | None = None
) -> int:
    """Append what happened to the model's history and set `changes` on its row. Returns the new version.

    model: as `held` gave it, and not noted on since (each note needs the row anew). The state stays.
    """
    return advance(connection, noted(by, now, model, event, changes))


def noted(by: By, now: datetime, model: Model, event: Event, changes: Mapping[str, Any] | None = None) -> Advance:
    """The same for many models at once, to be written by `history.advance_many`: the caller holds every one of them."""
    changes = dict(changes or {})
    if changes.keys() & {"state", "version", "last_hash"}:
        raise TypeError("the state changes through transition.apply() only")
    passage = Passage(
        model.state,
        model.state,
        changes.get("field_id", model.field_id),
        changes.get("kind", model.kind),
        model.definition_hash,
    )
    return Advance(model, entry(by, now, event.trigger, events.content(event), passage), changes)


def _found(model: Model | None, actor: Actor, code: str) -> Model:
    if model is None or not access.sees(
        actor, model.unit_path, submitted=model.submitted_at is not None, created_by=model.created_by
    ):
        raise NotFound(_("Không có mô hình mã «%(code)s» trong phạm vi của bạn.", code=code), guard="model")
    return model
