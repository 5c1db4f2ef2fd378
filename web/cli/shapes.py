"""The JSON objects that commands take where the domain has no dataclass of its own for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from workflow.stages.registration.model_quantities import QuantityInput
from workflow.stages.review.committee import Member


@dataclass(frozen=True, slots=True)
class Plan:
    """`dvk record plan`."""

    start_date: str
    content: str


@dataclass(frozen=True, slots=True)
class Results:
    """`dvk record results`. items: items of the form that were waived and are filled in now."""

    results: Sequence[QuantityInput] = ()
    summary: str = ""
    evidence_note: str = ""
    items: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meeting:
    """`dvk meeting prepare`. models: codes."""

    unit: str
    title: str
    held_on: str
    place: str = ""
    ballot: str = "named"
    members: Sequence[Member] = ()
    models: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Members:
    """`dvk meeting members`. guests: left as they are when nothing is said of them."""

    members: Sequence[Member]
    guests: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """One line of `dvk meeting vote --data`."""

    code: str
    member: str
    choice: str
    written: bool = False


@dataclass(frozen=True, slots=True)
class Votes:
    """`dvk meeting vote --data`."""

    votes: Sequence[Vote]


@dataclass(frozen=True, slots=True)
class Submission:
    """`dvk submission prepare`. reports, results: text by model code."""

    reports: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    dated: date | str | None = None
    signer: str = ""
    declared_models: int | None = None
