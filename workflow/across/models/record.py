"""Who wrote what into a model's open inspection record since somebody last saw it: every writing with the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy.engine import Connection

from workflow.across.models import entries
from workflow.across.models.entries import Entry
from workflow.core.people.names import names_of
from workflow.ground.schema import history
from workflow.stages.inspection.events import InspectionRecorded


@dataclass(frozen=True, slots=True)
class Record:
    """The record as one writing left it. kind: code; members, head: names of people; scores: points by code of the criterion."""

    kind: str = ""
    held_on: date | None = None
    place: str = ""
    team_decision: str = ""
    members: tuple[str, ...] = ()
    head: str = ""
    strengths: str = ""
    shortcomings: str = ""
    recommendations: str = ""
    mend_by: date | None = None
    scores: Mapping[str, Decimal | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Writing:
    """One writing: its entry, and the record before and after it."""

    entry: Entry
    before: Record
    after: Record


def writings_since(connection: Connection, model_id: int, version: int) -> list[Writing]:
    """Every writing of the model's latest record after `version` of the record, the oldest first. Two statements."""
    written = [
        (entry, event)
        for entry in entries.which(connection, model_id, history.c.trigger == InspectionRecorded.trigger)
        for event in entry.events
        if isinstance(event, InspectionRecorded)
    ]
    written = [one for one in written if one[1].inspection == written[-1][1].inspection]
    people = names_of(
        connection,
        {key for _entry, event in written for key in event.members},
        {event.head for _entry, event in written if event.head},
    )
    found, before = [], Record()
    for entry, event in written:
        after = _record(event, people)
        if event.record_version > version:
            found.append(Writing(entry, before, after))
        before = after
    return found


def _record(event: InspectionRecorded, people: Mapping[int | str, str]) -> Record:
    return Record(
        kind=event.kind,
        held_on=event.held_on,
        place=event.place,
        team_decision=event.team_decision,
        members=tuple(people.get(key, str(key)) for key in event.members),
        head=people.get(event.head, event.head),
        strengths=event.strengths,
        shortcomings=event.shortcomings,
        recommendations=event.recommendations,
        mend_by=event.mend_by,
        scores=event.scores,
    )
