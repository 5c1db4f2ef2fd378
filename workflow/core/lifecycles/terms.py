"""What a lifecycle definition consists of, as frozen values, and the questions it answers.

Reading one is in `lifecycle_reading`, firing a trigger in `lifecycle`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from workflow.ground.speech import _, other

FactType = Literal[
    "text",
    "line",
    "date",
    "boolean",
    "integer",
    "choice",
    "model",
    "decision",
    "meeting",
    "submission",
    "list",
]
Scope = Literal["own", "subtree"]

END_STAGE = "end"


@dataclass(frozen=True, slots=True)
class Named:
    """What has a name in both languages: `label` is the one of the language spoken now."""

    id: str
    written: str
    label_en: str

    @property
    def label(self) -> str:
        return other(self.written, self.label_en)


class Level(Named):
    """A level of the unit tree, highest first in a definition."""

    __slots__ = ()


class Stage(Named):
    """One of the stops on the way; the last one is `end`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class State(Named):
    """`requires` names the columns a model in this state must have, e.g. `decision_id`.

    `limit_days`: within how many days of entering it the state is to be left; None for as long as it takes.
    """

    stage: str
    end: bool
    initial: bool
    requires: tuple[str, ...]
    limit_days: int | None = None


@dataclass(frozen=True, slots=True)
class Role(Named):
    """`levels`: the unit levels at which an assignment of this role counts; empty means any."""

    scope: Scope
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a person states when taking a transition; `required` belongs to the transition that asks."""

    name: str
    written: str
    label_en: str
    type: FactType
    required: bool
    written_help: str
    max_length: int | None
    written_choices: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        return other(self.written, self.label_en)

    @property
    def help(self) -> str:
        return _(self.written_help)

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        return tuple((value, _(label)) for value, label in self.written_choices)


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of the lifecycle.

    `on_behalf`: roles that may take it for the person it belongs to. `when` picks among transitions of one trigger by
    the value of a fact; an empty one is the usual way. `role_levels` narrows a role to assignments at some levels.
    `leaves` says what paper the step leaves behind.
    """

    trigger: str
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    on_behalf: tuple[str, ...]
    guards: tuple[str, ...]
    facts: tuple[Fact, ...]
    when: Mapping[str, bool | str] = field(hash=False)
    effects: tuple[str, ...]
    record: str | None
    notify: tuple[str, ...]
    written: str
    label_en: str
    written_leaves: str
    danger: bool
    role_levels: Mapping[str, tuple[str, ...]] = field(hash=False)

    @property
    def label(self) -> str:
        return other(self.written, self.label_en)

    @property
    def leaves(self) -> str:
        return _(self.written_leaves)

    def fact(self, name: str) -> Fact | None:
        return next((fact for fact in self.facts if fact.name == name), None)

    def fits(self, data: Mapping[str, object]) -> bool:
        """Whether the facts stated select this transition; a boolean nobody stated counts as false."""
        for name, wanted in self.when.items():
            if isinstance(wanted, bool):
                if (data.get(name) is True) is not wanted:
                    return False
            elif data.get(name) != wanted:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole lifecycle. Two definitions are equal when their content is, whatever their spacing and comments."""

    id: str = field(compare=False)
    written_title: str = field(compare=False)
    title_en: str = field(compare=False)
    hash: str
    source: str = field(compare=False, repr=False)
    origin: str = field(compare=False)
    recognising_level: str = field(compare=False)
    reviewing_level: str = field(compare=False)
    levels: tuple[Level, ...] = field(compare=False, repr=False)
    stages: tuple[Stage, ...] = field(compare=False, repr=False)
    states: Mapping[str, State] = field(compare=False, repr=False)
    roles: Mapping[str, Role] = field(compare=False, repr=False)
    transitions: tuple[Transition, ...] = field(compare=False, repr=False)
    _outgoing: Mapping[str, tuple[Transition, ...]] = field(init=False, compare=False, repr=False)
    _by_trigger: Mapping[tuple[str, str], tuple[Transition, ...]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        outgoing: dict[str, tuple[Transition, ...]] = dict.fromkeys(self.states, ())
        by_trigger: dict[tuple[str, str], tuple[Transition, ...]] = {}
        for transition in self.transitions:
            for source in transition.sources:
                outgoing[source] = (*outgoing.get(source, ()), transition)
                key = (source, transition.trigger)
                by_trigger[key] = (*by_trigger.get(key, ()), transition)
        for key, group in by_trigger.items():
            # The most particular entry is asked first, the usual way last.
            by_trigger[key] = tuple(sorted(group, key=lambda entry: -len(entry.when)))
        object.__setattr__(self, "_outgoing", MappingProxyType(outgoing))
        object.__setattr__(self, "_by_trigger", MappingProxyType(by_trigger))

    @property
    def title(self) -> str:
        return other(self.written_title, self.title_en)

    @property
    def short_hash(self) -> str:
        return self.hash[:16]

    @property
    def initial(self) -> State:
        return next(state for state in self.states.values() if state.initial)

    @property
    def triggers(self) -> frozenset[str]:
        return frozenset(transition.trigger for transition in self.transitions)

    def outgoing(self, state_id: str) -> tuple[Transition, ...]:
        """Every transition that leaves a state, in the order of the file; empty for a state that does not exist."""
        return self._outgoing.get(state_id, ())

    def entries(self, state_id: str, trigger: str) -> tuple[Transition, ...]:
        """The transitions of one trigger from one state, the most particular `when` first."""
        return self._by_trigger.get((state_id, trigger), ())

    def choose(self, state_id: str, trigger: str, data: Mapping[str, object]) -> Transition | None:
        """The transition that a trigger means here, given the facts stated; None when it is not possible from here."""
        for transition in self._by_trigger.get((state_id, trigger), ()):
            if transition.fits(data):
                return transition
        return None

    def stage_of(self, state: State | str) -> Stage:
        stage_id = self.states[state].stage if isinstance(state, str) else state.stage
        return next(stage for stage in self.stages if stage.id == stage_id)
