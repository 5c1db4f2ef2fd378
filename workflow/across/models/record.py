"""Who wrote what into a model's open inspection record since somebody last saw it: every writing with the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.engine import Connection

from workflow.across.models import entries
from workflow.across.models.entries import Entry
from workflow.core.people.names import names_of
from workflow.ground.schema import history

WRITTEN: Final = "inspection_recorded"


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
    written = entries.with_content(connection, model_id, history.c.trigger == WRITTEN)
    latest = written[-1][1].get("inspection") if written else None
    written = [one for one in written if one[1].get("inspection") == latest]
    people = names_of(
        connection,
        {key for _entry, content in written for key in content.get("members") or ()},
        {content["head"] for _entry, content in written if content.get("head")},
    )
    found, before = [], Record()
    for entry, content in written:
        after = _record(content, people)
        if int(content.get("record_version", 0)) > version:
            found.append(Writing(entry, before, after))
        before = after
    return found


def _record(content: Mapping[str, Any], people: Mapping[int | str, str]) -> Record:
    def text(name: str) -> str:
        return str(content.get(name) or "")

    return Record(
        kind=text("kind"),
        held_on=_day(content.get("held_on")),
        place=text("place"),
        team_decision=text("team_decision"),
        members=tuple(people.get(key, str(key)) for key in content.get("members") or ()),
        head=people.get(text("head"), text("head")),
        strengths=text("strengths"),
        shortcomings=text("shortcomings"),
        recommendations=text("recommendations"),
        mend_by=_day(content.get("mend_by")),
        scores={
            code: None if points is None else Decimal(str(points))
            for code, points in (content.get("scores") or {}).items()
        },
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written[:10]) if written else None
