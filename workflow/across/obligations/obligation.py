"""One thing that is owed, as a value: whose it is, by when, and what names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Obligation:
    """An obligation with what names the thing that is owed.

    roles: who owes it, with commas between them; collector: the unit that waits for it. A report has a call_label, a state
    that is to be left the model's columns, a meeting its title, a visit its day unless it was called off.
    """

    id: int
    key: str
    year_id: int
    subject: str
    call_id: int | None
    model_id: int | None
    state: str | None
    meeting_id: int | None
    visit_id: int | None
    unit_id: int
    roles: str
    collector_id: int
    due_stated: date
    due_on: date
    due_at: datetime
    sequence: int
    untold: bool
    next_step_on: date | None
    opened_at: datetime
    fulfilled_at: datetime | None
    withdrawn_at: datetime | None
    year: int
    year_definition: str
    unit_code: str
    unit_name: str
    unit_path: str
    unit_sort: str
    collector_name: str
    collector_path: str
    call_label: str | None
    model_code: str | None
    model_name: str | None
    model_kind: str | None
    model_definition: str | None
    meeting_title: str | None
    visit_day: date | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.fulfilled_at is None and self.withdrawn_at is None
