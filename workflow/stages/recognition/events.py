"""What happens to dossiers, decisions and those they name, as the history keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflow.core.events import Event, left, noted


@noted("submission", "prepared")
@dataclass(frozen=True, slots=True)
class SubmissionPrepared(Event):
    """A dossier was drawn up from a meeting. declared: how many models the paper names; models: their codes."""

    meeting: int
    declared: int
    models: tuple[str, ...]
    number: str
    dated: date | None
    signer: str


@noted("submission", "numbered")
@dataclass(frozen=True, slots=True)
class SubmissionNumbered(Event):
    """The records clerk gave it a number."""

    number: str
    dated: date | None
    signer: str


@noted("model", "submission_prepared")
@dataclass(frozen=True, slots=True)
class PlacedInSubmission(Event):
    """The model stands in a dossier, at this place."""

    submission: int
    position: int


@noted("model", "report_written")
@dataclass(frozen=True, slots=True)
class AchievementReportWritten(Event):
    """The achievement report of the model was written."""

    submission: int
    report: str


@left
@dataclass(frozen=True, slots=True)
class Proposed(Event):
    """The model went up with a dossier."""

    submission: int | None


@left
@dataclass(frozen=True, slots=True)
class Decided(Event):
    """A decision recognised the model, or revoked that; keys, and number, day and signer where they were stated."""

    decision: int | None = None
    revocation: int | None = None
    decision_number: str = ""
    decision_date: date | None = None
    signer: str = ""


@noted("model", "outstanding_marked")
@dataclass(frozen=True, slots=True)
class OutstandingMarked(Event):
    """The model is outstanding. decision, commended: where it was chosen in the second selection."""

    outstanding: bool
    decision: int | None = None
    commended: bool | None = None


@noted("model", "outstanding_unmarked")
@dataclass(frozen=True, slots=True)
class OutstandingUnmarked(OutstandingMarked):
    """The model is outstanding no more."""


@noted("model", "commendation_proposed")
@dataclass(frozen=True, slots=True)
class CommendationProposed(Event):
    """The model is on the list for a commendation."""

    decision: int
    commended: bool


@noted("model", "commendation_withdrawn")
@dataclass(frozen=True, slots=True)
class CommendationWithdrawn(CommendationProposed):
    """The model is no longer on it."""
