"""What happens at inspections, as the history keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workflow.core.events import Event, left, noted


@noted("model", "visit_planned")
@dataclass(frozen=True, slots=True)
class VisitPlanned(Event):
    """The model is to be inspected on a day. members: keys of accounts."""

    visit: int
    day: date | None
    members: tuple[int, ...]


@noted("model", "visit_cancelled")
@dataclass(frozen=True, slots=True)
class VisitCancelled(Event):
    """The visit was called off."""

    visit: int


@noted("model", "inspection_recorded")
@dataclass(frozen=True, slots=True)
class InspectionRecorded(Event):
    """Somebody wrote into the open record, as it stands now.

    record_version: how often it was written; members: keys of accounts; head: user name; scores: points by code of the criterion.
    """

    inspection: int
    record_version: int
    kind: str
    held_on: date | None
    mend_by: date | None
    place: str
    team_decision: str
    strengths: str
    shortcomings: str
    recommendations: str
    members: tuple[int, ...]
    head: str
    scores: Mapping[str, Decimal | None]


@left
@dataclass(frozen=True, slots=True)
class InspectionConcluded(Event):
    """The record was closed. conclusion: code; total: points; finding, mend_by: as stated when it did not pass."""

    inspection: int
    conclusion: str
    total: Decimal | None
    finding: str = ""
    mend_by: date | None = None
