"""What a programme year starts with, as frozen values; reading them from a file is in `programme_defaults`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

# The nine items of the registration form; their ids are fixed because the database has a column for each.
ITEM_IDS = (
    "name",
    "situation",
    "goals",
    "method",
    "place_people",
    "forces",
    "time_resources",
    "outputs",
    "sustainability",
)
FULL_SCORE = 100
# What the database holds: of a model's name, and of any other item of the form.
LONGEST_NAME = 300
LONGEST_ITEM = 20_000
Numbering = Literal["year", "term"]
ObligationKind = Literal["quarterly", "six_monthly", "annual", "thematic", "ad_hoc"]


@dataclass(frozen=True, slots=True)
class FieldDefault:
    """keywords: phrases in a model's name that speak for this field."""

    code: str
    label: str
    label_en: str
    aliases: tuple[str, ...]
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CriterionDefault:
    """One line of the score sheet; all `max_points` add up to 100."""

    code: str
    label: str
    label_en: str
    max_points: int
    guidance: str


@dataclass(frozen=True, slots=True)
class BandDefault:
    """A band of scores from `from_points` to below `below_points`; None for the highest, which reaches 100."""

    code: str
    label: str
    label_en: str
    from_points: int
    below_points: int | None


@dataclass(frozen=True, slots=True)
class MeasureDefault:
    """`unit_aliases` are other spellings of the same unit, never another size; above `outlier_above` a value is doubted."""

    code: str
    label: str
    label_en: str
    unit: str
    aliases: tuple[str, ...]
    unit_aliases: tuple[str, ...]
    outlier_above: Decimal | None


@dataclass(frozen=True, slots=True)
class ReviewDefault:
    """Share of the members that must be present, and share of all members that the votes for must exceed."""

    quorum: Fraction
    threshold: Fraction


@dataclass(frozen=True, slots=True)
class DayOfYear:
    month: int
    day: int

    def in_year(self, year: int) -> date:
        return date(year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class WindowDefault:
    """First and last day on which a registration is in time."""

    opening: DayOfYear
    closing: DayOfYear

    def opens(self, year: int) -> date:
        return self.opening.in_year(year)

    def closes(self, year: int) -> date:
        return self.closing.in_year(year)


@dataclass(frozen=True, slots=True)
class ItemDefault:
    """good, bad: one example of each, shown beside the field."""

    id: str
    label: str
    label_en: str
    guidance: str
    max_length: int
    good: str
    bad: str


@dataclass(frozen=True, slots=True)
class OwedBy:
    """Who owes a report: units of these levels and kinds (any when empty) below one of the level that calls (when empty the one
    that recognises), in these roles.
    """

    levels: tuple[str, ...]
    kinds: tuple[str, ...]
    roles: tuple[str, ...]
    called_by: str = ""


@dataclass(frozen=True, slots=True)
class ObligationDefault:
    """A kind of report of the year. opens_days: days before the due date at which it is called for; sections: empty for the usual
    ones of the kind.
    """

    code: str
    kind: ObligationKind
    label: str
    label_en: str
    due: DayOfYear
    first: DayOfYear
    last: DayOfYear
    opens_days: int
    owed_by: OwedBy
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReminderStepDefault:
    """`days` after the due date, negative before it."""

    days: int
    recipients: tuple[str, ...]
    with_list_of_late: bool


@dataclass(frozen=True, slots=True)
class LifecyclePeriod:
    """A lifecycle definition and the first day for which it holds; None for the one that held from the beginning."""

    id: str
    starts_on: date | None


@dataclass(frozen=True, slots=True)
class ProgrammeDefaults:
    fields: tuple[FieldDefault, ...]
    criteria: tuple[CriterionDefault, ...]
    bands: tuple[BandDefault, ...]
    measures: tuple[MeasureDefault, ...]
    review: ReviewDefault
    min_inspectors: int
    days_to_mend: int
    numbering: Numbering
    window: WindowDefault
    items: tuple[ItemDefault, ...]
    obligations: tuple[ObligationDefault, ...]
    reminder_steps: tuple[ReminderStepDefault, ...]
    lifecycles: tuple[LifecyclePeriod, ...]

    def lifecycle_on(self, day: date) -> str:
        """The id of the lifecycle definition that holds on a day."""
        holding = [period.id for period in self.lifecycles if period.starts_on is None or period.starts_on <= day]
        return holding[-1]

    def lifecycle_for(self, year: int) -> str:
        """The definition under which a programme year begins: the one that holds when its registration opens."""
        return self.lifecycle_on(self.window.opens(year))
