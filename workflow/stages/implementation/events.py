"""What happens to a model while it is carried out, as the history keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflow.core.events import Event, left, noted
from workflow.stages.registration.events import FigureWritten


@noted("model", "plan_saved")
@dataclass(frozen=True, slots=True)
class PlanSaved(Event):
    """A plan was written down before the step that asks for it."""

    start_date: date | None
    plan: str


@left
@dataclass(frozen=True, slots=True)
class Started(Event):
    """The model was begun, with what was stated of its plan."""

    start_date: date | None = None
    plan: str = ""


@noted("model", "results_saved")
@dataclass(frozen=True, slots=True)
class ResultsSaved(Event):
    """Results were written down before they were reported. items: waived items of the form that were filled in, by id."""

    results: tuple[FigureWritten, ...]
    summary: str
    evidence_note: str
    items: Mapping[str, str] | None = None


@left
@dataclass(frozen=True, slots=True)
class ResultsReported(Event):
    """Results were handed in: all figures (None: an entry that lacks them), and the words that were stated with the step."""

    results: tuple[FigureWritten, ...] | None = None
    summary: str = ""
    evidence_note: str = ""


@noted("model", "comment_written")
@dataclass(frozen=True, slots=True)
class CommentWritten(Event):
    """A comment was added; its text is no part of the history."""

    comment: int
    audience: str


@noted("model", "file_added")
@dataclass(frozen=True, slots=True)
class FileAdded(Event):
    """A file was attached. content: hash; purpose: code."""

    attachment: int
    file: str
    purpose: str
    content: str


@noted("model", "file_removed")
@dataclass(frozen=True, slots=True)
class FileRemoved(FileAdded):
    """A file was taken off the model."""
