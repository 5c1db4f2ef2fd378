"""What the sample consists of, as values: units, accounts, registrations, and everything that happens to them in a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

UnitLevel = Literal["province", "district", "commune", "village"]
UnitKind = Literal["administrative", "agency", "organisation", "school", "armed_force"]
ModelKind = Literal["collective", "individual"]
Origin = Literal["new", "continued", "replicated"]
InspectionKind = Literal["inspection", "survey", "appraisal", "re_inspection"]
Conclusion = Literal["passed", "remediation"]
Choice = Literal["for", "against", "abstain"]


@dataclass(frozen=True, slots=True)
class SampleUnit:
    code: str
    name: str
    level: UnitLevel
    kind: UnitKind
    parent: str | None


@dataclass(frozen=True, slots=True)
class SampleAssignment:
    role: str
    unit_code: str


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """Somebody of the sample. `user_name` is also the key by which the rest of the sample refers to the account."""

    user_name: str
    full_name: str
    position: str
    home: str
    assignments: tuple[SampleAssignment, ...]
    sign_in: bool

    @property
    def key(self) -> str:
        return self.user_name

    def holds(self, role: str, unit_code: str) -> bool:
        return SampleAssignment(role, unit_code) in self.assignments


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """One line of the list a district office keeps: no more than name, field, kind, unit and person.

    `field_text` and `kind_text` are spelled as offices spell them; `person` is empty for a collective model.
    """

    name: str
    field_text: str
    kind_text: str
    unit_code: str
    unit_name: str
    person: str
    registered_on: date


@dataclass(frozen=True, slots=True)
class StatedQuantity:
    """A quantity as somebody writes it ("trên 350 ngày công"); reading it is the program's business."""

    measure: str
    quantity: str
    note: str


@dataclass(frozen=True, slots=True)
class SamplePlan:
    start_date: date
    text: str


@dataclass(frozen=True, slots=True)
class SampleResults:
    reported_on: date
    summary: str
    quantities: tuple[StatedQuantity, ...]
    coverage: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SampleRemediation:
    """What the registrant reports after mending what the inspection found."""

    reported_on: date
    summary: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SampleInspection:
    kind: InspectionKind
    held_on: date
    place: str
    inspectors: tuple[str, ...]
    scores: Mapping[str, int]
    strengths: str
    shortcomings: str
    recommendations: str
    conclusion: Conclusion
    finding: str
    mend_by: date | None

    @property
    def total(self) -> int:
        return sum(self.scores.values())


@dataclass(frozen=True, slots=True)
class CommuneModel:
    """One model of the commune from its registration form to its votes.

    `items` holds the eight items of the form beside the name, by their ids. `votes` has one choice for every member of
    the meeting. `achievement` (two lines) is there for the proposed models only, `decline_reason` for the others only.
    `public`: the registrant agreed on the form that everybody may read about it.
    """

    key: str
    name: str
    field: str
    field_text: str
    kind: ModelKind
    unit_code: str
    unit_name: str
    person: str
    position: str
    origin: Origin
    registered_on: date
    items: Mapping[str, str]
    targets: tuple[StatedQuantity, ...]
    plan: SamplePlan
    results: SampleResults
    inspections: tuple[SampleInspection, ...]
    remediation: SampleRemediation | None
    votes: Mapping[str, Choice]
    achievement: tuple[str, ...]
    decline_reason: str
    public: bool

    @property
    def votes_for(self) -> int:
        return sum(choice == "for" for choice in self.votes.values())

    @property
    def carried(self) -> bool:
        """More than half of all members for (a default of ours: docs/domain.md, Review meeting)."""
        return 2 * self.votes_for > len(self.votes)


@dataclass(frozen=True, slots=True)
class SampleMeeting:
    """`absent` members voted in writing before the meeting closed; all others were present."""

    title: str
    held_on: date
    place: str
    chair: str
    secretary: str
    members: tuple[str, ...]
    absent: tuple[str, ...]
    minutes: str


@dataclass(frozen=True, slots=True)
class SampleSubmission:
    number: str
    dated: date
    signer: str
    received_on: date


@dataclass(frozen=True, slots=True)
class SampleDecision:
    number: int
    symbol: str
    dated: date
    signer: str
    outstanding: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SamplePublication:
    """The year's public page: `opener` is an account key; `agreed` are keys of models whose registrants agreed afterwards."""

    opener: str
    opened_on: date
    agreed_on: date
    agreed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommuneYear:
    """A commune's whole year; the fields from `importer` to `recogniser` are account keys."""

    unit_code: str
    year: int
    importer: str
    accepter: str
    accepted_on: date
    proposer: str
    receiver: str
    recogniser: str
    team_decision: str
    team_head: str
    team: tuple[str, ...]
    rows: tuple[CommuneModel, ...]
    meeting: SampleMeeting
    submission: SampleSubmission
    decision: SampleDecision
    publication: SamplePublication

    @property
    def proposed(self) -> tuple[CommuneModel, ...]:
        return tuple(model for model in self.rows if model.carried)


@dataclass(frozen=True, slots=True)
class DistrictHalfYear:
    """What happens to the district's list: `importer` and `accepter` are account keys, `plans` goes by field code."""

    importer: str
    accepter: str
    started_on: date
    plans: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SampleContent:
    units: tuple[SampleUnit, ...]
    accounts: tuple[SampleAccount, ...]
    district_unit_code: str
    district: DistrictHalfYear
    district_rows: tuple[DistrictRow, ...]
    commune: CommuneYear

    def unit(self, code: str) -> SampleUnit:
        return next(unit for unit in self.units if unit.code == code)

    def account(self, key: str) -> SampleAccount:
        return next(account for account in self.accounts if account.key == key)

    def officer_of(self, unit_code: str) -> SampleAccount:
        """The unit officer who registers, starts and reports for this unit."""
        return next(account for account in self.accounts if account.holds("unit_officer", unit_code))
