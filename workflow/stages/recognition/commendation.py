"""The second selection among the models of a decision: which are outstanding, and which are put forward for a commendation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor, Grant
from workflow.core.engine.changes import noted
from workflow.core.engine.context import MODEL, registrant_name
from workflow.core.history import Advance, acting, advance_many
from workflow.core.lifecycles import store
from workflow.ground.dialects import locked
from workflow.ground.reading.text import clean
from workflow.ground.refusals import Conflict, InvalidInput, NotAllowed, NotPossible
from workflow.ground.schema import commendation, emulation_model, field
from workflow.ground.speech import _
from workflow.stages.implementation.briefs import Brief, briefs
from workflow.stages.recognition.events import (
    CommendationProposed,
    CommendationWithdrawn,
    OutstandingMarked,
    OutstandingUnmarked,
)
from workflow.stages.recognition.view import DecisionView, decision_seen


@dataclass(frozen=True, slots=True)
class Chosen:
    """One model of a decision. brief: what it reached and what its inspection gave."""

    model_id: int
    code: str
    name: str
    registrant: str
    unit_name: str
    kind: str
    field_label: str
    state: str
    definition_hash: str
    version: int
    outstanding: bool
    commended: bool
    brief: Brief

    @property
    def total(self) -> Decimal | None:
        """The score of its inspection."""
        return self.brief.total


@dataclass(frozen=True, slots=True)
class Selection:
    """A decision with its models that a person may see, the highest score first. may_choose: whether they select among those."""

    decision: DecisionView
    models: tuple[Chosen, ...]
    may_choose: bool

    @property
    def commended(self) -> tuple[Chosen, ...]:
        """Those that are put forward."""
        return tuple(one for one in self.models if one.commended)


def selection(connection: Connection, actor: Actor, decision_id: int) -> Selection:
    """The models of a decision. Raises NotFound for a decision that does not concern this person."""
    seen = decision_seen(connection, actor, decision_id)
    rows = _models(connection, actor, decision_id)
    told: dict[int, Brief] = {}
    for year_id in {row.year_id for row in rows}:
        told |= briefs(connection, year_id, [row.id for row in rows if row.year_id == year_id])
    models = [
        Chosen(
            row.id,
            row.code,
            row.name,
            registrant_name(row),
            row.unit_name,
            row.kind,
            row.field_label,
            row.state,
            row.definition_hash,
            row.version,
            row.outstanding,
            row.commended,
            told[row.id],
        )
        for row in rows
    ]
    models.sort(key=lambda one: (-(one.total or 0), one.code))
    may_choose = any(_grant(connection, actor, row) is not None for row in rows)
    return Selection(seen, tuple(models), may_choose)


def choose(
    connection: Connection,
    who: int | str,
    now: datetime,
    decision_id: int,
    outstanding: Collection[str],
    commended: Collection[str],
    *,
    seen: Collection[tuple[str, int]] | None = None,
) -> int:
    """Make exactly these models of a decision outstanding, and these the list for a commendation. Returns how many changed.

    outstanding, commended: codes. seen: codes with the version the caller saw, None for whatever is there.
    Raises NotAllowed, InvalidInput for a model of another decision, NotPossible for one revoked since, Conflict.
    """
    actor = access.actor(connection, who, now)
    decision_seen(connection, actor, decision_id)
    rows = _models(connection, actor, decision_id, lock=True)
    wanted = {clean(code) for code in outstanding}
    forward = {clean(code) for code in commended}
    strangers = sorted((wanted | forward) - {row.code for row in rows})
    if strangers:
        listed = ", ".join(code[:40] for code in strangers[:10])
        raise InvalidInput({"models": _("Không thuộc quyết định này: %(listed)s.", listed=listed)})
    versions = dict(seen) if seen is not None else {}
    if any(versions.get(row.code, row.version) != row.version for row in rows):
        raise Conflict(
            _("Trong lúc bạn chọn, người khác đã thay đổi một mô hình. Hãy xem lại rồi gửi lại."), guard="version"
        )
    advances: list[Advance] = []
    added: list[int] = []
    removed: list[int] = []
    for row in rows:
        changed: dict[str, bool] = {}
        if row.outstanding != (row.code in wanted):
            changed["outstanding"] = row.code in wanted
        if row.commended != (row.code in forward):
            (added if row.code in forward else removed).append(row.id)
            changed["commended"] = row.code in forward
        if changed:
            grant = _grant(connection, actor, row)
            if grant is None:
                raise _refused(connection, row)
            columns = {name: value for name, value in changed.items() if name == "outstanding"}
            advances.append(noted(acting(actor, grant), now, row, _event(decision_id, changed), columns))
    connection.execute(
        sa.delete(commendation).where(
            commendation.c.decision_id == decision_id, commendation.c.model_id.in_(removed or [0])
        )
    )
    if added:
        connection.execute(
            sa.insert(commendation),
            [
                {"decision_id": decision_id, "model_id": key, "chosen_at": now, "chosen_by": actor.account_id}
                for key in added
            ],
        )
    advance_many(connection, advances)
    return len(advances)


# Inside ------------------------------------------------------------------------------------------------------------------------


def _models(connection: Connection, actor: Actor, decision_id: int, *, lock: bool = False) -> list[sa.Row[Any]]:
    listed = sa.exists().where(
        commendation.c.decision_id == decision_id, commendation.c.model_id == emulation_model.c.id
    )
    statement = (
        MODEL.add_columns(field.c.label.label("field_label"), listed.label("commended"))
        .join(field, field.c.id == emulation_model.c.field_id)
        .where(emulation_model.c.decision_id == decision_id, access.visible(actor))
        .order_by(emulation_model.c.id)
    )
    return list(connection.execute(locked(statement, emulation_model) if lock else statement))


def _grant(connection: Connection, actor: Actor, model: sa.Row[Any]) -> Grant | None:
    """Who recognises such models selects among them."""
    definition = store.definition(connection, model.definition_hash)
    steps = [t for t in definition.transitions if t.record == "decision" and t.target == model.state]
    return actor.grant_for({role for t in steps for role in t.roles}, model.unit_path) if steps else None


def _refused(connection: Connection, model: sa.Row[Any]) -> NotAllowed | NotPossible:
    definition = store.definition(connection, model.definition_hash)
    steps = [t for t in definition.transitions if t.record == "decision" and t.target == model.state]
    if not steps:
        label = definition.states[model.state].label
        return NotPossible(
            _("Mô hình %(code)s nay «%(label)s» nên không chọn được nữa.", code=model.code, label=label), guard="state"
        )
    listed = ", ".join(dict.fromkeys(definition.roles[role].label for t in steps for role in t.roles))
    return NotAllowed(
        _("Bạn không có quyền xét chọn mô hình này. Việc này dành cho: %(listed)s.", listed=listed), guard="role"
    )


def _event(decision_id: int, changes: Mapping[str, bool]) -> OutstandingMarked | CommendationProposed:
    if "outstanding" in changes:
        return (OutstandingMarked if changes["outstanding"] else OutstandingUnmarked)(
            changes["outstanding"], decision_id, changes.get("commended")
        )
    return (CommendationProposed if changes["commended"] else CommendationWithdrawn)(decision_id, changes["commended"])


def export_rows(chosen: Selection) -> list[tuple[str | int | Decimal | date | None, ...]]:
    """The list for a commendation as rows of a workbook: place, code, name, registrant, unit, field, score, band, result."""
    return [
        (
            i,
            one.code,
            one.name,
            one.registrant,
            one.unit_name,
            one.field_label,
            one.total,
            one.brief.band,
            one.brief.summary,
        )
        for i, one in enumerate(chosen.commended, 1)
    ]
