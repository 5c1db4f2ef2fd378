"""Who may act for a registrant, read from the model's own definition: the registrant's roles before those on behalf of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workflow.core import history
from workflow.core.access import Actor, Grant
from workflow.core.engine.changes import Model
from workflow.core.engine.context import registrant_name
from workflow.core.history import By
from workflow.core.lifecycles.terms import Definition
from workflow.ground.refusals import NotAllowed
from workflow.ground.speech import _

SUBMIT: Final = "submit"
"""The trigger that hands a registration in: where it is possible the form is the registrant's to edit."""

WITHDRAW: Final = "withdraw"
"""The trigger that takes a model back: where it is possible the commune's review has not begun."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The grant a person acts under, and whether that is on behalf of the registrant."""

    grant: Grant
    on_behalf: bool

    def acting(self, actor: Actor, model: Model) -> By:
        """The person under this grant, and the registrant of the model where they act for them."""
        return history.acting(actor, self.grant, behalf=registrant_name(model) if self.on_behalf else "")


def roles_of(definition: Definition, trigger: str, *, on_behalf: bool = False) -> frozenset[str]:
    """Roles that may take a trigger anywhere in the definition, or that may take it on behalf."""
    entries = [transition for transition in definition.transitions if transition.trigger == trigger]
    return frozenset(role for entry in entries for role in (entry.on_behalf if on_behalf else entry.roles))


def standing(
    definition: Definition, actor: Actor, trigger: str, path: str, *, to: str, prefer_behalf: bool = False
) -> Standing:
    """Under which grant the person prepares what `trigger` hands in. Raises NotAllowed, which says what they wanted `to` do."""
    own = actor.grant_for(roles_of(definition, trigger), path)
    other = actor.grant_for(roles_of(definition, trigger, on_behalf=True), path)
    if other is not None and (own is None or prefer_behalf):
        return Standing(other, True)
    if own is not None:
        return Standing(own, False)
    raise NotAllowed(_("Bạn không có quyền %(to)s ở đơn vị này.", to=to), guard="role")


def editable(definition: Definition, state: str) -> bool:
    """Whether the registration form may still be edited: not handed in yet, or given back."""
    return bool(definition.entries(state, SUBMIT))


def before_review(definition: Definition, state: str) -> bool:
    """Whether the commune's review has not begun."""
    return bool(definition.entries(state, WITHDRAW))
