"""Models as lists show them: a line of a page, of an export, and one that somebody ticked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One model of a list. person_name: of an individual."""

    id: int
    code: str
    name: str
    kind: str
    state: str
    definition_hash: str
    late: bool
    outstanding: bool
    version: int
    unit_name: str
    person_name: str | None
    field_label: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Exported(Listed):
    """The same with what an export shows beside."""

    unit_code: str
    origin: str
    submitted_at: datetime | None
    recognised_at: datetime | None
    representative: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What names a model that somebody ticked, and where it stands."""

    code: str
    name: str
    state: str
    definition_hash: str
    unit_name: str
