"""What happens to a unit's report, as the history keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflow.core.events import Event, noted


@noted("report", "report_saved")
@dataclass(frozen=True, slots=True)
class ReportSaved(Event):
    """Sections were written: by id. words: said to figures that look wrong; None when nobody touched them."""

    obligation: int
    sections: Mapping[str, str]
    words: Mapping[str, str] | None = None


@noted("report", "report_submitted")
@dataclass(frozen=True, slots=True)
class ReportSubmitted(Event):
    """The report was handed in. as_of: the moment of its figures; figures: their hash; late_days: 0 in time."""

    obligation: int
    report_submission: int
    as_of: str
    figures: str
    late_days: int
    sections: Mapping[str, str]
    words: Mapping[str, str]


@noted("report", "report_accepted")
@dataclass(frozen=True, slots=True)
class ReportAccepted(Event):
    """The report was taken in."""

    obligation: int
    report_submission: int | None


@noted("report", "report_returned")
@dataclass(frozen=True, slots=True)
class ReportReturned(Event):
    """The report was given back, to be mended by a day."""

    obligation: int
    report_submission: int | None
    due: date | None
