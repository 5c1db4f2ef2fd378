"""What a programme year consists of, as values: the year itself, its fields, score sheet, bands and measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Year:
    """One programme year.

    min_inspectors: of one record. days_to_mend: of a returned form. numbering: 'year' or 'term'. public: whether everybody may
    read about its recognised models.
    """

    id: int
    year: int
    name: str
    definition_hash: str
    opens_on: date
    closes_on: date
    quorum_numerator: int
    quorum_denominator: int
    threshold_numerator: int
    threshold_denominator: int
    min_inspectors: int
    days_to_mend: int
    numbering: str
    next_number: int
    public: bool
    sample: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a year. aliases: other names under which it is recognised; keywords: phrases in a name that speak for it."""

    id: int
    year_id: int
    code: str
    label: str
    aliases: list[str]
    keywords: list[str]
    position: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a year's score sheet."""

    id: int
    year_id: int
    code: str
    label: str
    guidance: str
    max_points: int
    position: int


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a year's score: from how many points of 100 on."""

    label: str
    from_points: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a year. unit_aliases: other spellings of its unit; outlier_above: more is probably a wrong unit."""

    id: int
    year_id: int
    code: str
    label: str
    unit: str
    aliases: list[str]
    unit_aliases: list[str]
    outlier_above: Decimal | None
    position: int


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a year's registration form. code: fixed; good, bad: one example of each; max_length: in characters."""

    id: int
    year_id: int
    code: str
    label: str
    guidance: str
    good: str
    bad: str
    max_length: int


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind of report of a year. opens_days: how long before the due date it is called for; owed_by: read by `Selector.of`."""

    id: int
    year_id: int
    code: str
    kind: str
    label: str
    due_on: date
    period_from: date
    period_to: date
    opens_days: int
    owed_by: dict[str, Any]
    sections: list[str]
    position: int


@dataclass(frozen=True, slots=True)
class ReminderStep:
    """One step of a year's reminders. days: after the due date, negative before it; recipients: with commas between them."""

    id: int
    year_id: int
    days: int
    recipients: str
    with_list_of_late: bool
