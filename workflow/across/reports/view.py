"""One report as somebody sees it: what is asked of the unit, what was written, handed in, decided; and which ones concern them.

Who owes a report writes it. Staff, reviewers and leaders over the unit read what was handed in, never an unfinished draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations.finding import Window, open_keys, owed_by
from workflow.across.reports.figures import Figures
from workflow.core import access
from workflow.core.access import OWN_SCOPED, Actor, Grant
from workflow.core.programmes.report_sections import Content, Section, asked_for
from workflow.ground.dialects import any_of, locked
from workflow.ground.refusals import NotFound
from workflow.ground.schema import (
    account,
    obligation,
    programme_year,
    report,
    report_call,
    report_kind,
    report_submission,
    unit,
)
from workflow.ground.speech import _

READERS: Final = frozenset({"staff", "commune_reviewer", "district_reviewer", "province_reviewer", "leader"})
"""Who reads what units hand in: over the unit, and who decides on it: over the unit that collects."""
MOST = 50

_collector = unit.alias("collector")
_writer, _decider = account.alias("writer"), account.alias("decider")


@dataclass(frozen=True, slots=True)
class Submission:
    """One handing in. due_on: the due date that held then; late_days: days after it, 0 in time."""

    id: int
    seq: int
    submitted_at: datetime
    submitted_by: int
    submitter: str
    as_of: datetime
    content: Content
    figures_text: str
    due_on: date
    late_days: int

    @property
    def figures(self) -> Figures:
        """The figures as of its moment."""
        return Figures.of(self.figures_text)


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report and what it is for. report_id None and status '': nothing was written yet; version 0 then.

    writes, decides: the grants under which the person may, None where they may not. Whether the moment is right is not said.
    """

    obligation_id: int
    call_id: int
    label: str
    instructions: str
    kind: str
    year: int
    year_id: int
    period_from: date
    period_to: date
    due_on: date
    due_at: datetime
    fulfilled_at: datetime | None
    withdrawn: bool
    unit_id: int
    unit_code: str
    unit_name: str
    unit_path: str
    collector_name: str
    collector_path: str
    roles: tuple[str, ...]
    sections: tuple[Section, ...]
    report_id: int | None
    status: str
    version: int
    content: Content
    changed_at: datetime | None
    changed_by: str
    decided_at: datetime | None
    decider: str
    return_reason: str
    submissions: tuple[Submission, ...]
    writes: Grant | None
    decides: Grant | None
    reads_draft: bool

    @property
    def latest(self) -> Submission | None:
        """What was handed in last."""
        return self.submissions[-1] if self.submissions else None

    @property
    def editable(self) -> bool:
        """Whether it can be written on: not in the hands of the collector, and still called for."""
        return not self.withdrawn and self.status in ("", "draft", "returned")

    @property
    def waits_for_decision(self) -> bool:
        """Whether the collector has it and has not decided."""
        return self.status == "submitted"


@dataclass(frozen=True, slots=True)
class Owed:
    """One report of a unit in a list. status: '' when nothing was written yet."""

    obligation_id: int
    label: str
    unit_name: str
    due_on: date
    fulfilled: bool
    status: str
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call for reports in a list: how many units owe one, handed it in, and wait for a decision."""

    id: int
    label: str
    unit_name: str
    due_on: date
    withdrawn: bool
    units: int
    handed_in: int
    waiting: int


_ONE = (
    sa.select(
        obligation.c.id.label("obligation_id"),
        obligation.c.call_id,
        obligation.c.year_id,
        obligation.c.due_on,
        obligation.c.due_at,
        obligation.c.fulfilled_at,
        sa.or_(obligation.c.withdrawn_at.is_not(None), report_call.c.withdrawn_at.is_not(None)).label("withdrawn"),
        obligation.c.roles,
        report_call.c.label,
        report_call.c.instructions,
        report_call.c.sections,
        report_call.c.period_from,
        report_call.c.period_to,
        sa.func.coalesce(report_kind.c.kind, "ad_hoc").label("kind"),
        programme_year.c.year,
        unit.c.id.label("unit_id"),
        unit.c.code.label("unit_code"),
        unit.c.name.label("unit_name"),
        unit.c.path.label("unit_path"),
        _collector.c.name.label("collector_name"),
        _collector.c.path.label("collector_path"),
        report.c.id.label("report_id"),
        sa.func.coalesce(report.c.status, "").label("status"),
        sa.func.coalesce(report.c.version, 0).label("version"),
        report.c.content,
        report.c.changed_at,
        _writer.c.full_name.label("changed_by"),
        report.c.decided_at,
        _decider.c.full_name.label("decider"),
        report.c.return_reason,
    )
    .select_from(obligation)
    .join(report_call, report_call.c.id == obligation.c.call_id)
    .outerjoin(report_kind, report_kind.c.id == report_call.c.report_kind_id)
    .join(programme_year, programme_year.c.id == obligation.c.year_id)
    .join(unit, unit.c.id == obligation.c.unit_id)
    .join(_collector, _collector.c.id == obligation.c.collector_id)
    .outerjoin(report, report.c.obligation_id == obligation.c.id)
    .outerjoin(_writer, _writer.c.id == report.c.changed_by)
    .outerjoin(_decider, _decider.c.id == report.c.decided_by)
)


def view(connection: Connection, actor: Actor, obligation_id: int, *, lock: bool = False) -> ReportView:
    """The report that this obligation asks for. lock: hold the obligation until the commit. Raises NotFound out of scope."""
    if lock:
        # Whoever writes, decides or withdraws holds the obligation first, so that none of them meets the other half way.
        connection.execute(locked(sa.select(obligation.c.id).where(obligation.c.id == obligation_id)))
    row = connection.execute(_ONE.where(obligation.c.id == obligation_id)).first()
    roles = tuple(row.roles.split(",")) if row is not None else ()
    writes = actor.grant_for(roles, row.unit_path) if row is not None else None
    if row is None or not (writes or actor.roles_over(row.unit_path) & READERS):
        raise NotFound(_("Không có báo cáo này trong phạm vi của bạn."), guard="report")
    own_leader = any(grant.role == "leader" and grant.unit_path == row.unit_path for grant in actor.grants)
    reads_draft = writes is not None or own_leader
    return ReportView(
        **{name: getattr(row, name) for name in _PLAIN},
        roles=roles,
        sections=asked_for(row.sections, row.kind),
        content=Content.of(row.content or {}) if reads_draft else Content(),
        changed_by=row.changed_by or "",
        decider=row.decider or "",
        return_reason=row.return_reason or "",
        submissions=tuple(submissions(connection, row.report_id)) if row.report_id is not None else (),
        writes=writes,
        decides=actor.grant_for(READERS, row.collector_path),
        reads_draft=reads_draft,
    )


_PLAIN = (
    "obligation_id",
    "call_id",
    "label",
    "instructions",
    "kind",
    "year",
    "year_id",
    "period_from",
    "period_to",
    "due_on",
    "due_at",
    "fulfilled_at",
    "withdrawn",
    "unit_id",
    "unit_code",
    "unit_name",
    "unit_path",
    "collector_name",
    "collector_path",
    "report_id",
    "status",
    "version",
    "changed_at",
    "decided_at",
)


def submissions(connection: Connection, report_id: int) -> list[Submission]:
    """Every handing in of a report, the first one first (index uq_report_submission_report_id_seq)."""
    return [
        _submission(row)
        for row in connection.execute(
            _SUBMITTED.where(report_submission.c.report_id == report_id).order_by(report_submission.c.seq)
        )
    ]


def previous(
    connection: Connection, unit_id: int, year_id: int, report_id: int | None, moment: datetime
) -> Figures | None:
    """The figures of the unit's last report of the year before this one, if it stands; what changed is reckoned from them."""
    statement = (
        sa.select(report_submission.c.figures)
        .join(report, report.c.id == report_submission.c.report_id)
        .join(obligation, obligation.c.id == report.c.obligation_id)
        .where(
            report.c.unit_id == unit_id,
            obligation.c.year_id == year_id,
            report.c.status.in_(("submitted", "accepted")),
            report_submission.c.as_of < moment,
        )
        .order_by(report_submission.c.as_of.desc(), report_submission.c.id.desc())
        .limit(1)
    )
    if report_id is not None:
        statement = statement.where(report.c.id != report_id)
    text = connection.execute(statement).scalar()
    return Figures.of(text) if text is not None else None


def owed(connection: Connection, actor: Actor, *, only_open: bool = False, most: int = MOST) -> list[Owed]:
    """Reports that this person owes for their units: open ones by due date, then the latest that were handed in."""
    conditions = [_for_role(role, actor) for role in sorted({grant.role for grant in actor.grants})]
    if not conditions:
        return []
    statement = (
        sa.select(
            obligation.c.id,
            report_call.c.label,
            unit.c.name.label("unit_name"),
            obligation.c.due_on,
            obligation.c.fulfilled_at,
            sa.func.coalesce(report.c.status, "").label("status"),
            report.c.submitted_at,
        )
        .select_from(obligation)
        .join(report_call, report_call.c.id == obligation.c.call_id)
        .join(unit, unit.c.id == obligation.c.unit_id)
        .outerjoin(report, report.c.obligation_id == obligation.c.id)
        .where(obligation.c.subject == "report", obligation.c.withdrawn_at.is_(None), sa.or_(*conditions))
    )
    if only_open:
        keys = open_keys(connection, owed_by(actor), Window(subjects=("report",)), most=most)
        statement = statement.where(any_of(obligation.c.id, [key for _day, key in keys]))
    done = sa.case((obligation.c.fulfilled_at.is_(None), 0), else_=1)
    rows = connection.execute(
        statement.order_by(done, sa.case((done == 0, obligation.c.due_on)), obligation.c.fulfilled_at.desc()).limit(
            most
        )
    )
    return [
        Owed(row.id, row.label, row.unit_name, row.due_on, row.fulfilled_at is not None, row.status, row.submitted_at)
        for row in rows
    ]


def calls(connection: Connection, actor: Actor, *, only_waiting: bool = False, most: int = MOST) -> list[Call]:
    """Calls whose reports this person reads: those of units they are over, the latest first.

    only_waiting: those of which a report waits to be decided on (index ix_report_waiting).
    """
    paths = access.outermost(grant.unit_path for grant in actor.grants if grant.role in READERS)
    if not paths:
        return []
    # The few calls first, then their units: a province has many of both.
    first = (
        sa.select(
            report_call.c.id,
            report_call.c.label,
            unit.c.name.label("unit_name"),
            report_call.c.due_on,
            report_call.c.withdrawn_at,
        )
        .join(unit, unit.c.id == report_call.c.unit_id)
        .where(sa.or_(*(access.under(path) for path in paths)))
        .where(report_call.c.id.in_(_WAITING) if only_waiting else sa.true())
        .order_by(report_call.c.due_on.desc(), report_call.c.id.desc())
        .limit(most)
        .subquery()
    )
    handed_in = sa.func.sum(sa.case((report.c.status.in_(("submitted", "accepted")), 1), else_=0))
    waiting = sa.func.sum(sa.case((report.c.status == "submitted", 1), else_=0))
    rows = connection.execute(
        sa.select(
            first,
            sa.func.count(obligation.c.id).label("units"),
            sa.func.coalesce(handed_in, 0).label("handed_in"),
            sa.func.coalesce(waiting, 0).label("waiting"),
        )
        .select_from(first)
        .outerjoin(obligation, sa.and_(obligation.c.call_id == first.c.id, obligation.c.withdrawn_at.is_(None)))
        .outerjoin(report, report.c.obligation_id == obligation.c.id)
        .group_by(*first.c)
        .order_by(first.c.due_on.desc(), first.c.id.desc())
    )
    return [
        Call(
            row.id,
            row.label,
            row.unit_name,
            row.due_on,
            row.withdrawn_at is not None,
            int(row.units),
            int(row.handed_in),
            int(row.waiting),
        )
        for row in rows
    ]


def _for_role(role: str, actor: Actor) -> sa.ColumnElement[bool]:
    """Obligations that name this role, of units where the person holds it."""
    grants: Sequence[Grant] = [grant for grant in actor.grants if grant.role == role]
    place: sa.ColumnElement[bool]
    if role in OWN_SCOPED:
        place = unit.c.id.in_(sorted({grant.unit_id for grant in grants}))
    else:
        place = sa.or_(*(access.under(path) for path in access.outermost(grant.unit_path for grant in grants)))
    return sa.and_((sa.literal(",") + obligation.c.roles + ",").contains(f",{role},"), place)


# Written as a constant, so that the index on such reports alone serves it.
_WAITING = sa.select(report.c.call_id).where(report.c.status == sa.literal_column("'submitted'"))
_SUBMITTED = sa.select(report_submission, account.c.full_name.label("submitter")).join(
    account, account.c.id == report_submission.c.submitted_by
)


def _submission(row: sa.Row[Any]) -> Submission:
    kept = row.content
    return Submission(
        row.id,
        row.seq,
        row.submitted_at,
        row.submitted_by,
        row.submitter,
        row.as_of,
        Content.of(kept),
        row.figures,
        date.fromisoformat(kept["due_on"]),
        int(kept["late_days"]),
    )
