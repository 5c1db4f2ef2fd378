"""What reminding people leaves in the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflow.core.events import Event, noted


@noted("obligation", "chased")
@dataclass(frozen=True, slots=True)
class Chased(Event):
    """Somebody reminded those who owe. unit: code."""

    due_on: date | None
    unit: str
