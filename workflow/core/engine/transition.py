"""The only door through which a model's state changes.

`apply` and `apply_many` work inside the caller's write transaction (`Database.write`), so that nothing leaves the database before
the commit and a refusal leaves nothing behind. `possible` answers the same questions without changing anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, events
from workflow.core.access import Actor, Grant
from workflow.core.engine import facts
from workflow.core.engine.context import Context, model_by_code, models_by_codes, registrant_name
from workflow.core.engine.rules import EFFECTS, GUARDS, RECORDS
from workflow.core.history import Advance, By, Passage, advance, advance_many, entry
from workflow.core.lifecycles import machine as lifecycle
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition, Fact, Transition
from workflow.ground.prepared import Prepared
from workflow.ground.refusals import Conflict, GuardRefused, NotAllowed, NotFound, NotPossible, Reason, Refusal
from workflow.ground.schema import outbox
from workflow.ground.speech import _


class Applied(NamedTuple):
    """What one transition did. warnings: sentences for the person, e.g. that it counts as late."""

    code: str
    trigger: str
    from_state: str
    to_state: str
    version: int
    warnings: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """The result for one item of a bulk application: exactly one of the two is set."""

    code: str
    applied: Applied | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Possibility:
    """One transition of the present state, for one person. needs: what its form asks."""

    trigger: str
    label: str
    target: str
    allowed: bool
    reasons: tuple[Reason, ...]
    needs: tuple[Fact, ...] = field(default=())
    danger: bool = False


def apply(
    connection: Connection,
    who: int | str,
    now: datetime,
    code: str,
    trigger: str,
    *,
    stated: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Applied:
    """Take one transition of one model as one person.

    connection: of a write transaction. who: account id or user name, read afresh. stated: the facts, as text or typed.
    version: the one the caller saw, or None for whatever is there.
    Raises a Refusal; the caller's transaction is then rolled back whole.
    """
    actor = access.actor(connection, who, now)
    model = model_by_code(connection, code, lock=True)
    if model is None:
        raise _unseen(code)
    context = _decided(connection, actor, now, model, trigger, stated or {}, {}, version)
    step = _consequences(context)
    new_version = advance(connection, step)
    if context.transition.notify:
        _OUTBOX.run(connection, _message(context, new_version))
    return _applied(context, new_version)


def apply_many(
    connection: Connection,
    who: int | str,
    now: datetime,
    codes: Sequence[str],
    trigger: str,
    *,
    stated: Mapping[str, Any] | None = None,
) -> list[Outcome]:
    """Take one transition of many models in the caller's transaction: the same rules, a result for each, set-based writes.

    A refused item does not hold up the others. codes: no more than a person can mean, 100 000; doubles count once.
    """
    actor = access.actor(connection, who, now)
    models = models_by_codes(connection, codes)
    shared: dict[str, Any] = {}
    outcomes: list[Outcome] = []
    steps: list[Advance] = []
    messages: list[dict[str, Any]] = []
    for code in dict.fromkeys(codes):
        try:
            model = models.get(code)
            if model is None:
                raise _unseen(code)
            context = _decided(connection, actor, now, model, trigger, stated or {}, shared, None)
            if context.transition.record:
                with connection.begin_nested():
                    step = _consequences(context)
            else:
                step = _consequences(context)
        except Refusal as refusal:
            outcomes.append(Outcome(code, None, refusal))
            continue
        steps.append(step)
        new_version = model.version + 1
        if context.transition.notify:
            messages.append(_message(context, new_version))
        outcomes.append(Outcome(code, _applied(context, new_version), None))
    advance_many(connection, steps)
    if messages:
        _OUTBOX.run_many(connection, messages)
    return outcomes


def possible(connection: Connection, actor: Actor, now: datetime, model: sa.Row[Any]) -> list[Possibility]:
    """Every transition of the model's present state: whether this person may take it now and, if not, each reason.

    model: a row of `context.MODEL` that the person may see.
    """
    definition = store.definition(connection, model.definition_hash)
    answers = []
    for transition in definition.outgoing(model.state):
        grant = _grant(actor, model, transition)
        if grant is None:
            reasons = [_role_reason(definition, transition)]
        else:
            context = Context(connection, now, definition, model, actor, grant, transition, {}, probing=True)
            reasons = _refusing(context)
        answers.append(
            Possibility(
                transition.trigger,
                transition.label,
                transition.target,
                not reasons,
                tuple(reasons),
                transition.facts,
                transition.danger,
            )
        )
    return answers


def _decided(
    connection: Connection,
    actor: Actor,
    now: datetime,
    model: sa.Row[Any],
    trigger: str,
    stated: Mapping[str, Any],
    shared: dict[str, Any],
    version: int | None,
) -> Context:
    """Everything that can refuse: visibility, version, trigger, role, facts, guards, and the machine's last word."""
    if not access.sees(actor, model.unit_path, submitted=model.submitted_at is not None, created_by=model.created_by):
        raise _unseen(model.code)
    definition = store.definition(connection, model.definition_hash)
    if version is not None and version != model.version:
        raise Conflict(
            _(
                "Mô hình %(code)s đã thay đổi (bản %(version)s, bạn thấy bản %(version_2)s). Hãy tải lại để xem thay"
                " đổi rồi làm lại.",
                code=model.code,
                version=model.version,
                version_2=version,
            ),
            guard="version",
        )
    transition, grant, values = _chosen(definition, model, actor, trigger, stated)
    context = Context(connection, now, definition, model, actor, grant, transition, values, shared=shared)
    refusing: list[Reason] = []

    def permit(candidate: Transition) -> bool:
        refusing.extend(_refusing(context))
        return not refusing

    if lifecycle.decide(definition, model.state, trigger, permit, values) is None:
        raise GuardRefused(refusing)
    return context


def _chosen(
    definition: Definition, model: sa.Row[Any], actor: Actor, trigger: str, stated: Mapping[str, Any]
) -> tuple[Transition, Grant, dict[str, Any]]:
    entries = definition.entries(model.state, trigger)
    if not entries:
        raise _impossible(definition, model, trigger)
    # Entries of one trigger differ in `when`: the first reading only serves to find the one that is meant.
    for transition in entries:
        values = facts.parse(transition, stated) if transition.when else {}
        if transition.fits(values):
            break
    grant = _grant(actor, model, transition)
    if grant is None:
        reason = _role_reason(definition, transition)
        raise NotAllowed(reason.message, guard="role", code=reason.code)
    return transition, grant, facts.parse(transition, stated)


def _grant(actor: Actor, model: sa.Row[Any], transition: Transition) -> Grant | None:
    """The grant to act under: one of the transition's own roles before one that acts on the registrant's behalf."""
    for roles in (transition.roles, transition.on_behalf):
        fitting = [
            grant
            for grant in actor.grants
            if grant.role in roles
            and grant.covers(model.unit_path)
            and (grant.role not in transition.role_levels or grant.unit_level in transition.role_levels[grant.role])
        ]
        if fitting:
            return min(fitting, key=lambda grant: (grant.deputy_for is not None, -len(grant.unit_path)))
    return None


def _refusing(context: Context) -> list[Reason]:
    found = (GUARDS[name](context) for name in context.transition.guards)
    return [reason for reason in found if reason is not None]


def _consequences(context: Context) -> Advance:
    """Effects, records and the history entry of a decided transition."""
    transition, model = context.transition, context.model
    for name in transition.effects:
        EFFECTS[name](context)
    if transition.record:
        RECORDS[transition.record](context)
    if model.mend_by is not None:
        # A day by which to mend holds in the state it was set for.
        context.changes.setdefault("mend_by", None)
    reason = str(context.facts.get("reason", ""))
    stated = {name: value for name, value in context.facts.items() if name != "reason"}
    grant = context.grant
    by = By(
        context.actor.account_id,
        grant.role,
        grant.deputy_for,
        registrant_name(model) if grant.role not in transition.roles else "",
        reason,
    )
    passage = Passage(model.state, transition.target, model.field_id, model.kind, model.definition_hash)
    left = events.merged(stated, context.left)
    what = entry(by, context.now, transition.trigger, left, passage)
    return Advance(model, what, {**context.changes, "state": transition.target})


_OUTBOX = Prepared(sa.insert(outbox), columns=["model_id", "unit_id", "trigger", "roles", "history_seq", "created_at"])


def _message(context: Context, version: int) -> dict[str, Any]:
    return {
        "model_id": context.model.id,
        "unit_id": context.model.unit_id,
        "trigger": context.transition.trigger,
        "roles": ",".join(context.transition.notify),
        "history_seq": version,
        "created_at": context.now,
    }


def _applied(context: Context, version: int) -> Applied:
    return Applied(
        context.model.code,
        context.transition.trigger,
        context.model.state,
        context.transition.target,
        version,
        tuple(context.warnings),
    )


def _unseen(code: str) -> NotFound:
    return NotFound(_("Không có mô hình mã «%(code)s» trong phạm vi của bạn.", code=code), guard="model")


def _impossible(definition: Definition, model: sa.Row[Any], trigger: str) -> NotPossible:
    state = definition.states[model.state].label
    if trigger not in definition.triggers:
        listed = ", ".join(sorted(definition.triggers))
        return NotPossible(
            _("Không có bước «%(trigger)s». Các bước: %(listed)s.", trigger=trigger, listed=listed),
            guard="trigger",
            code="unknown_trigger",
        )
    now_possible = ", ".join(f"{t.trigger} ({t.label})" for t in definition.outgoing(model.state))
    hint = _("Bước có thể: %(now_possible)s.", now_possible=now_possible) if now_possible else _("Mô hình đã kết thúc.")
    return NotPossible(
        _(
            "Mô hình %(code)s đang ở «%(state)s» nên không làm được bước này. %(hint)s",
            code=model.code,
            state=state,
            hint=hint,
        ),
        guard="state",
    )


def _role_reason(definition: Definition, transition: Transition) -> Reason:
    who = ", ".join(definition.roles[role].label for role in transition.roles)
    return Reason("not_allowed", "role", _("Bước «%(label)s» dành cho: %(who)s.", label=transition.label, who=who))
