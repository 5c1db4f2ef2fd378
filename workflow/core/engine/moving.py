"""Moves running models from one lifecycle definition to another: an explicit mapping, a dry run, and an entry in each history.

Besides transition.py this is the only code that changes a model's state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, events
from workflow.core.access import OWN_SCOPED, PRIVILEGED, Actor
from workflow.core.engine.context import MODEL
from workflow.core.engine.events import DefinitionChanged
from workflow.core.history import Advance, Passage, acting, advance_many, entry
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition, State
from workflow.ground.dialects import locked
from workflow.ground.refusals import InvalidInput, NotAllowed, Reason
from workflow.ground.schema import account, assignment, emulation_model, unit
from workflow.ground.speech import _
from workflow.ground.validity import not_over
from workflow.ground.vietnam_time import local_date


@dataclass(frozen=True, slots=True)
class Moved:
    """A model that was moved (or would be, in a dry run)."""

    code: str
    from_state: str
    to_state: str


@dataclass(frozen=True, slots=True)
class Stayed:
    """A model that stays under its definition, with each reason."""

    code: str
    state: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class MigrationOutcome:
    """What a migration did, model by model. Ended models are not touched and not listed."""

    from_definition: str
    to_definition: str
    dry_run: bool
    moved: tuple[Moved, ...]
    stayed: tuple[Stayed, ...]

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "from": self.from_definition,
            "to": self.to_definition,
            "dry_run": self.dry_run,
            "moved": [{"code": m.code, "from": m.from_state, "to": m.to_state} for m in self.moved],
            "refused": [
                {
                    "code": s.code,
                    "state": s.state,
                    "reasons": [{"code": r.code, "guard": r.guard, "message": r.message} for r in s.reasons],
                }
                for s in self.stayed
            ],
        }


def migrate(
    connection: Connection,
    who: int | str,
    now: datetime,
    from_prefix: str,
    to_prefix: str,
    mapping: Mapping[str, str],
    *,
    dry_run: bool = False,
) -> MigrationOutcome:
    """Move every running model of one definition to another, as an administrator over all of them.

    Definitions by hash or unique prefix; mapping: old state → new state, states of the same name map by themselves. A model that
    cannot be moved stays and says why; the others are moved in this one transaction.
    """
    actor = access.actor(connection, who, now)
    old = store.find(connection, from_prefix, key="from")
    new = store.find(connection, to_prefix, key="to")
    if not actor.holds(PRIVILEGED):
        raise NotAllowed(_("Chỉ quản trị được chuyển mô hình sang quy trình khác."), guard="role")
    states = _mapped(old, new, mapping)
    running = [state.id for state in old.states.values() if not state.end]
    models = connection.execute(
        locked(
            MODEL.where(emulation_model.c.definition_hash == old.hash, emulation_model.c.state.in_(running)).order_by(
                emulation_model.c.id
            ),
            emulation_model,
        )
    ).all()
    _administers_all(actor, models)
    holders = _Holders(connection, local_date(now))
    stayed: list[Stayed] = []
    steps: list[Advance] = []
    moved: list[Moved] = []
    for model in models:
        target = states.get(model.state)
        reasons = _hindrances(old, new, model, target, holders)
        if reasons or target is None:
            stayed.append(Stayed(model.code, model.state, tuple(reasons)))
            continue
        moved.append(Moved(model.code, model.state, target.id))
        steps.append(_step(actor, model, old, new, target, now))
    if steps and not dry_run:
        store.put(connection, now, new)
        advance_many(connection, steps)
    return MigrationOutcome(old.hash, new.hash, dry_run, tuple(moved), tuple(stayed))


def _mapped(old: Definition, new: Definition, mapping: Mapping[str, str]) -> dict[str, State]:
    """The state that follows each running state of the old definition; those without a counterpart are missing."""
    problems: dict[str, str] = {}
    if old.hash == new.hash:
        problems["to"] = _("Hai mã băm chỉ cùng một quy trình. Hãy chọn quy trình đích khác.")
    for before, after in mapping.items():
        if before not in old.states:
            problems[f"map {before}"] = _("Quy trình cũ không có trạng thái «%(before)s».", before=before[:60])
        elif old.states[before].end:
            problems[f"map {before}"] = _(
                "«%(label)s» là trạng thái kết thúc: mô hình đã xong thì không chuyển.", label=old.states[before].label
            )
        elif after not in new.states:
            problems[f"map {before}"] = _("Quy trình mới không có trạng thái «%(after)s».", after=after[:60])
        elif new.states[after].end:
            problems[f"map {before}"] = _(
                "Không chuyển thẳng vào trạng thái kết thúc «%(label)s». Hãy dùng bước của quy trình.",
                label=new.states[after].label,
            )
        elif _stage_number(new, new.states[after]) > _stage_number(old, old.states[before]):
            problems[f"map {before}"] = _(
                "«%(label)s» ở chặng sau «%(label_2)s»: chuyển quy trình không được bỏ qua chặng.",
                label=new.states[after].label,
                label_2=old.states[before].label,
            )
    if problems:
        raise InvalidInput(problems)
    named = {state: mapping.get(state, state) for state, content in old.states.items() if not content.end}
    return {
        before: new.states[after]
        for before, after in named.items()
        if after in new.states and not new.states[after].end
    }


def _stage_number(definition: Definition, state: State) -> int:
    """How far along the way a state lies: stages differ in name between definitions, hardly in order."""
    return [stage.id for stage in definition.stages].index(state.stage)


def _administers_all(actor: Actor, models: Sequence[sa.Row[Any]]) -> None:
    outside = sum(actor.grant_for(PRIVILEGED, model.unit_path) is None for model in models)
    if outside:
        raise NotAllowed(
            _(
                "%(outside)s mô hình đang chạy theo quy trình này nằm ngoài phạm vi quản trị của bạn. Hãy nhờ quản"
                " trị cấp trên.",
                outside=outside,
            ),
            guard="role",
        )


class _Holders:
    """Who holds which role over a unit, today or later; read once for all models."""

    def __init__(self, connection: Connection, today: date) -> None:
        rows = connection.execute(
            sa.select(assignment.c.role, unit.c.path, unit.c.level)
            .join(unit, unit.c.id == assignment.c.unit_id)
            .join(account, account.c.id == assignment.c.account_id)
            .where(
                account.c.locked_at.is_(None),
                not_over(assignment, today),
            )
            .distinct()
        )
        self._by_role: dict[str, list[tuple[str, str]]] = {}
        for row in rows:
            self._by_role.setdefault(row.role, []).append((row.path, row.level))

    def any_over(self, role: str, path: str, levels: tuple[str, ...]) -> bool:
        """Whether somebody has the role over the unit with this path, by an assignment at one of the levels (any when empty)."""
        return any(
            (path == place if role in OWN_SCOPED else path.startswith(place)) and (not levels or level in levels)
            for place, level in self._by_role.get(role, ())
        )


def _hindrances(
    old: Definition, new: Definition, model: sa.Row[Any], target: State | None, holders: _Holders
) -> list[Reason]:
    if target is None:
        label = old.states[model.state].label
        return [
            Reason(
                "no_counterpart",
                "state",
                _(
                    "Trạng thái «%(label)s» không có tương ứng trong quy trình mới. Hãy chọn một trạng thái (--map"
                    " %(state)s=…).",
                    label=label,
                    state=model.state,
                ),
            )
        ]
    reasons = []
    if model.unit_level not in {level.id for level in new.levels}:
        reasons.append(
            Reason(
                "level_unknown",
                "level",
                _(
                    "Quy trình mới không có cấp «%(unit_level)s» của đơn vị «%(unit_name)s».",
                    unit_level=model.unit_level,
                    unit_name=model.unit_name,
                ),
            )
        )
    missing = [column for column in target.requires if model._mapping[column] is None]
    if model.submitted_at is None and target.id != new.initial.id:
        missing.append("submitted_at")
    if missing:
        reasons.append(
            Reason(
                "facts_missing",
                "requires",
                _(
                    "Mô hình chưa có %(missing)s mà trạng thái «%(label)s» đòi hỏi.",
                    missing=", ".join(missing),
                    label=target.label,
                ),
            )
        )
    onward = [step for step in new.outgoing(target.id) if not step.danger]
    roles = {
        (role, step.role_levels.get(role) or new.roles[role].levels)
        for step in onward
        for role in (*step.roles, *step.on_behalf)
    }
    if not any(holders.any_over(role, model.unit_path, levels) for role, levels in roles):
        listed = ", ".join(dict.fromkeys(new.roles[role].label for role, _ in sorted(roles)))
        reasons.append(
            Reason(
                "role_missing",
                "role",
                _(
                    "Chưa ai giữ vai trò đưa mô hình đi tiếp từ «%(label)s» (%(listed)s). Hãy giao vai trò trước.",
                    label=target.label,
                    listed=listed,
                ),
            )
        )
    return reasons


def _step(actor: Actor, model: sa.Row[Any], old: Definition, new: Definition, target: State, now: datetime) -> Advance:
    grant = actor.require(PRIVILEGED, model.unit_path, to=_("chuyển quy trình của mô hình"))
    moved = events.content(DefinitionChanged(old.hash, new.hash))
    passage = Passage(model.state, target.id, model.field_id, model.kind, new.hash)
    what = entry(acting(actor, grant), now, DefinitionChanged.trigger, moved, passage)
    return Advance(model, what, {"state": target.id, "definition_hash": new.hash})
