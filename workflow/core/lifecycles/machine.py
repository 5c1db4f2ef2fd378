"""The front door to lifecycle definitions: one shared, sealed state machine per definition decides which state follows.

Reading a definition is in `lifecycle_reading`, its parts in `lifecycle_terms`; both are offered here too. Who may act and
under which conditions is not decided here: the caller answers that through `permit`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, NoReturn

from transitions import EventData, Machine
from transitions import Transition as MachineTransition

from workflow.core.lifecycles.terms import Definition, Transition

Permit = Callable[[Transition], bool]


class _BareStep(MachineTransition):
    """A machine transition without callbacks: our machines have none, and walking the empty lists costs half the time."""

    def execute(self, event_data: EventData) -> bool:
        if not self._eval_conditions(event_data):
            return False
        if self.dest is not None:
            event_data.machine.set_state(self.dest, event_data.model)
        return True


class SealedMachine(Machine):
    """A machine that many threads share: once built it takes no further state, transition or model."""

    transition_cls = _BareStep
    _sealed = False

    def seal(self) -> None:
        self._sealed = True

    def _refuse_when_sealed(self) -> None:
        if self._sealed:
            raise TypeError("a lifecycle's machine is shared and cannot be changed; load another definition instead")

    def add_model(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_when_sealed()
        super().add_model(*args, **kwargs)

    def add_states(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_when_sealed()
        super().add_states(*args, **kwargs)

    def add_transition(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_when_sealed()
        super().add_transition(*args, **kwargs)


class _Light:
    """The object a trigger is fired on: a state and nothing else."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


_machines: dict[str, SealedMachine] = {}
_building = Lock()


def machine(definition: Definition) -> SealedMachine:
    """The machine of a definition, built once per content hash."""
    found = _machines.get(definition.hash)
    if found is None:
        with _building:
            found = _machines.get(definition.hash)
            if found is None:
                found = _machines[definition.hash] = _build(definition)
    return found


def decide(
    definition: Definition,
    state: str,
    trigger: str,
    permit: Permit,
    data: Mapping[str, object] | None = None,
) -> str | None:
    """The state that follows, or None when the trigger does not exist, is not possible from here or is not permitted.

    `permit` is asked once for the transition concerned. With `data` (the facts stated) the transition is the one that
    `Definition.choose` names; without, the entries of the trigger are offered in turn, the usual one first, and
    `permit` alone picks. Whatever `permit` raises comes through.
    """
    event = machine(definition).events.get(trigger)
    if event is None or state not in event.transitions:
        return None
    light = _Light(state)
    if event.trigger(light, definition=definition, permit=permit, data=data):
        return light.state
    return None


def _build(definition: Definition) -> SealedMachine:
    built = SealedMachine(
        model=None,
        states=[{"name": state.id, "final": state.end} for state in definition.states.values()],
        initial=definition.initial.id,
        auto_transitions=False,
        send_event=True,
        queued=False,
    )
    index = {id(transition): number for number, transition in enumerate(definition.transitions)}
    for source in definition.states:
        for trigger in dict.fromkeys(transition.trigger for transition in definition.outgoing(source)):
            entries = definition.entries(source, trigger)
            for transition in reversed(entries):
                built.add_transition(
                    trigger=trigger,
                    source=source,
                    dest=transition.target,
                    conditions=_condition(
                        index[id(transition)], source, alone=len(entries) == 1 and not transition.when
                    ),
                )
    for event in built.events.values():
        # A lookup in transitions' defaultdict would otherwise grow a machine that many threads read.
        event.transitions.default_factory = _no_such_state
    built.seal()
    return built


def _no_such_state() -> NoReturn:
    raise KeyError("no transition of this trigger leaves that state")


def _condition(number: int, source: str, *, alone: bool) -> Callable[[EventData], bool]:
    """The one condition of a machine transition. It goes by number, because equal definitions share a machine."""

    def permitted(event: EventData) -> bool:
        transition = event.kwargs["definition"].transitions[number]
        data = event.kwargs["data"]
        if not alone and data is not None:
            chosen = event.kwargs["definition"].choose(source, transition.trigger, data)
            if chosen is not transition:
                return False
        return bool(event.kwargs["permit"](transition))

    return permitted
