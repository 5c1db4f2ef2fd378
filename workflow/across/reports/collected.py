"""What came of a call for reports: each unit with what it handed in, who is missing, and the sum of the figures.

A unit that lies below another one that reported is counted in that one's report. The sum is held beside what the program itself
counts below the unit that calls: the difference is what no report has told yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.figures import cells
from workflow.across.figures.cells import Scope
from workflow.across.reports.figures import Figures, added_up
from workflow.across.reports.view import READERS
from workflow.core.access import Actor
from workflow.core.programmes import stored
from workflow.core.programmes.report_sections import Content, Section, asked_for
from workflow.ground.refusals import NotFound
from workflow.ground.schema import obligation, programme_year, report, report_call, report_kind, report_submission, unit
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

HANDED_IN = ("submitted", "accepted")


@dataclass(frozen=True, slots=True)
class Line:
    """One unit that owes. status: '' when nothing was written yet. late_days: with which it came, or is missing today.

    figures, content: as handed in last, None unless they stand. counted_in: the unit above it whose report counts it, or ''.
    """

    obligation_id: int
    unit_code: str
    unit_name: str
    unit_path: str
    status: str
    due_on: date
    submitted_at: datetime | None
    late_days: int
    figures: Figures | None
    content: Content | None
    counted_in: str

    @property
    def handed_in(self) -> bool:
        """Whether the report is there, whatever was decided on it."""
        return self.figures is not None


@dataclass(frozen=True, slots=True)
class Collected:
    """A call with its lines in the order of the unit tree. total: sum of what was handed in; counted: registered models
    that the program counts now below the unit that calls, by field.
    """

    call_id: int
    label: str
    year: int
    unit_code: str
    unit_name: str
    due_on: date
    period_from: date
    period_to: date
    withdrawn: bool
    sections: tuple[Section, ...]
    lines: tuple[Line, ...]
    total: Figures
    counted: Mapping[str, int]
    labels: Mapping[str, str]

    @property
    def there(self) -> tuple[Line, ...]:
        """Those that handed in."""
        return tuple(line for line in self.lines if line.handed_in)

    @property
    def missing(self) -> tuple[Line, ...]:
        """Those that did not, the latest first."""
        return tuple(sorted((line for line in self.lines if not line.handed_in), key=lambda line: -line.late_days))

    def untold(self, field: str = "") -> int:
        """Registered models that no report has told: of one field or of all. Negative when reports say more than there is."""
        counted = self.counted.get(field, 0) if field else sum(self.counted.values())
        return counted - self.total.count("registered", field=field)


def collected(connection: Connection, actor: Actor, now: datetime, call_id: int) -> Collected:
    """The reports of a call for somebody over the unit that calls. Raises NotFound for everybody else. Four statements."""
    call = connection.execute(_CALL.where(report_call.c.id == call_id)).first()
    if call is None or not actor.roles_over(call.unit_path) & READERS:
        raise NotFound(
            _("Không có yêu cầu báo cáo số %(call_id)s trong phạm vi của bạn.", call_id=call_id), guard="call"
        )
    today = local_date(now)
    lines: list[Line] = []
    # In the order of the tree a unit comes after every unit it lies in.
    covering: list[Line] = []
    rows: list[sa.Row[Any]] = list(connection.execute(_LINES.where(obligation.c.call_id == call_id)))
    for row in rows:
        over = next((line for line in reversed(covering) if row.unit_path.startswith(line.unit_path)), None)
        line = _line(row, today, over.unit_name if over else "")
        lines.append(line)
        if line.handed_in and over is None:
            covering.append(line)
    counts = cells.counts(connection, call.year_id, Scope((call.unit_path,)), ("field_id",))
    fields = stored.fields(connection, call.year_id)
    return Collected(
        call.id,
        call.label,
        call.year,
        call.unit_code,
        call.unit_name,
        call.due_on,
        call.period_from,
        call.period_to,
        call.withdrawn_at is not None,
        asked_for(call.sections, call.kind),
        tuple(lines),
        added_up((line.figures for line in lines if line.figures is not None and not line.counted_in), call.year, now),
        {field.code: int(counts[(field.id,)]) for field in fields},
        {field.code: field.label for field in fields},
    )


def _line(row: sa.Row[Any], today: date, counted_in: str) -> Line:
    there = row.figures is not None
    late = int(row.content["late_days"]) if there else max(0, (today - row.due_on).days)
    return Line(
        row.id,
        row.unit_code,
        row.unit_name,
        row.unit_path,
        row.status,
        row.due_on,
        row.submitted_at if there else None,
        late,
        Figures.of(row.figures) if there else None,
        Content.of(row.content) if there else None,
        counted_in if there else "",
    )


_CALL = (
    sa.select(
        report_call,
        programme_year.c.year,
        unit.c.code.label("unit_code"),
        unit.c.name.label("unit_name"),
        unit.c.path.label("unit_path"),
        sa.func.coalesce(report_kind.c.kind, "ad_hoc").label("kind"),
    )
    .join(unit, unit.c.id == report_call.c.unit_id)
    .join(programme_year, programme_year.c.id == report_call.c.year_id)
    .outerjoin(report_kind, report_kind.c.id == report_call.c.report_kind_id)
)
_last = (
    sa.select(sa.func.max(report_submission.c.seq))
    .where(report_submission.c.report_id == report.c.id)
    .correlate(report)
    .scalar_subquery()
)
# What was given back does not stand: it is missing until it is handed in again. Index ix_obligation_call_id.
_LINES = (
    sa.select(
        obligation.c.id,
        obligation.c.due_on,
        unit.c.code.label("unit_code"),
        unit.c.name.label("unit_name"),
        unit.c.path.label("unit_path"),
        sa.func.coalesce(report.c.status, "").label("status"),
        report_submission.c.submitted_at,
        report_submission.c.content,
        report_submission.c.figures,
    )
    .select_from(obligation)
    .join(unit, unit.c.id == obligation.c.unit_id)
    .outerjoin(report, report.c.obligation_id == obligation.c.id)
    .outerjoin(
        report_submission,
        sa.and_(
            report_submission.c.report_id == report.c.id,
            report.c.status.in_(HANDED_IN),
            report_submission.c.seq == _last,
        ),
    )
    .where(sa.or_(obligation.c.withdrawn_at.is_(None), report_submission.c.id.is_not(None)))
    .order_by(unit.c.tree_sort)
)
