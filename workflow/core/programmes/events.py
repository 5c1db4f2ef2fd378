"""What happens to a programme year, as the history keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.core.events import Changed, Event, noted


@noted("year", "year_started")
@dataclass(frozen=True, slots=True)
class YearStarted(Event):
    """A year began, with its window of registration."""

    year: int
    opens_on: date | None
    closes_on: date | None
    copied_from: int | None = None


@noted("year", "year_edited")
@dataclass(frozen=True, slots=True)
class YearEdited(Event):
    """Settings of a year were changed. changed: by the name of the setting."""

    changed: Mapping[str, Changed[Any]]


@noted("year", "year_definition_set")
@dataclass(frozen=True, slots=True)
class YearDefinitionSet(Event):
    """The year's models begin under another definition (hashes)."""

    definition: Changed[str]


@dataclass(frozen=True, slots=True)
class PartEdited(Event):
    """Rows of a part of the year were changed, by code, added, or removed."""

    changed: Mapping[str, Mapping[str, Changed[Any]]]
    added: tuple[Mapping[str, Any], ...]
    removed: tuple[Mapping[str, Any], ...]


@noted("year", "fields_edited")
@dataclass(frozen=True, slots=True)
class FieldsEdited(PartEdited):
    """The fields of the year."""


@noted("year", "criteria_edited")
@dataclass(frozen=True, slots=True)
class CriteriaEdited(PartEdited):
    """The score sheet of the year."""


@noted("year", "measures_edited")
@dataclass(frozen=True, slots=True)
class MeasuresEdited(PartEdited):
    """The measures of the year."""


@noted("year", "items_edited")
@dataclass(frozen=True, slots=True)
class ItemsEdited(PartEdited):
    """The items of the registration form of the year."""


@noted("year", "report_kinds_edited")
@dataclass(frozen=True, slots=True)
class ReportKindsEdited(PartEdited):
    """The regular reports of the year."""


@dataclass(frozen=True, slots=True)
class ListReplaced(Event):
    """A list of the year as it was, and as it is."""

    before: tuple[Mapping[str, Any], ...]
    after: tuple[Mapping[str, Any], ...]


@noted("year", "bands_edited")
@dataclass(frozen=True, slots=True)
class BandsEdited(ListReplaced):
    """The bands of the score."""


@noted("year", "reminder_steps_edited")
@dataclass(frozen=True, slots=True)
class ReminderStepsEdited(ListReplaced):
    """The days on which people are reminded."""
