"""The life of a report: written as a draft, handed in with its figures, accepted or returned, handed in again.

Handing in fulfils the obligation, returning opens it again with a date of its own, each in one transaction with its history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import due, life
from workflow.across.reports import checks, events, figures
from workflow.across.reports import view as report_view
from workflow.across.reports.view import ReportView, view
from workflow.core import access, history
from workflow.core.access import Actor, Grant
from workflow.core.events import told
from workflow.core.programmes import report_sections
from workflow.core.programmes.report_sections import Content
from workflow.ground.dialects import insert_new, locked
from workflow.ground.reading.text import clean
from workflow.ground.refusals import Conflict, GuardRefused, InvalidInput, NotAllowed, NotPossible, Reason
from workflow.ground.schema import account, obligation, report, report_call, report_submission
from workflow.ground.schema import history as history_table
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

SUBJECT: Final = "report"
FIGURES_KEPT_FOR: Final = timedelta(days=1)
"""A page on which somebody checked the figures may stay open so long; default of ours."""
LONGEST_REASON: Final = 2_000


@dataclass(frozen=True, slots=True)
class Submitted:
    """What handing in left behind. late_days: after the due date, 0 in time; short: sections that are very short."""

    submission_id: int
    late_days: int
    short: tuple[str, ...]


def save(
    connection: Connection,
    who: int | str,
    now: datetime,
    obligation_id: int,
    sections: Mapping[str, str],
    *,
    words: Mapping[str, str] | None = None,
    version: int | None = None,
) -> int:
    """Keep what was written so far; sections that are not named stay as they are. Returns the version.

    words: what is said to figures that look wrong. version: what the person saw (0: nothing yet); Conflict when it is another.
    """
    actor = access.actor(connection, who, now)
    seen = view(connection, actor, obligation_id, lock=True)
    grant = _writing(seen)
    _as_seen(seen, version)
    read = report_sections.read(seen.sections, sections, words or {})
    written = Content(
        {**_without(seen.content.sections, sections), **read.sections},
        {**(seen.content.words if words is None else {}), **read.words},
    )
    if written == seen.content and seen.report_id is not None:
        return seen.version
    report_id = _keep(connection, actor, now, seen, written)
    changed = {
        name: written.sections.get(name, "")
        for name in (section.id for section in seen.sections)
        if written.sections.get(name) != seen.content.sections.get(name)
    }
    words_now = dict(written.words) if written.words != seen.content.words else None
    saved = events.ReportSaved(seen.obligation_id, changed, words_now)
    # One entry for each version: the number of the entry is the version.
    return history.record(connection, history.acting(actor, grant), now, report_id, saved)


def submit(
    connection: Connection,
    who: int | str,
    now: datetime,
    obligation_id: int,
    *,
    version: int | None = None,
    as_of: datetime | None = None,
) -> Submitted:
    """Hand the report in with its figures as of a moment, by default now, and fulfil the obligation.

    as_of: of the figures that the person checked. Raises GuardRefused for empty sections and for figures that look wrong and
    to which nobody has said a word.
    """
    actor = access.actor(connection, who, now)
    seen = view(connection, actor, obligation_id, lock=True)
    grant = _writing(seen)
    _as_seen(seen, version)
    moment = _moment(as_of, now)
    gaps = report_sections.gaps(seen.sections, seen.content)
    reasons = [Reason("section_empty", gap.section, gap.sentence) for gap in gaps if gap.empty]
    counted = figures.counted(connection, seen.year, seen.unit_id, moment)
    before = report_view.previous(connection, seen.unit_id, seen.year_id, seen.report_id, moment)
    doubts = checks.doubts(connection, actor, counted, seen.year_id, seen.unit_path, before)
    for doubt in checks.without_word(doubts, seen.content.words):
        sentence = _("%(doubt)s Hãy ghi một lời xác nhận cho số này.", doubt=doubt.sentence)
        reasons.append(Reason("figure_unconfirmed", f"word-{doubt.id}", sentence))
    if reasons or seen.report_id is None:
        raise GuardRefused(reasons)
    doubted = {doubt.id for doubt in doubts}
    said = Content(seen.content.sections, {name: word for name, word in seen.content.words.items() if name in doubted})
    late_days = max(0, (local_date(now) - seen.due_on).days)
    submission_id = connection.execute(
        sa.insert(report_submission)
        .values(
            report_id=seen.report_id,
            seq=len(seen.submissions) + 1,
            submitted_at=now,
            submitted_by=actor.account_id,
            as_of=moment,
            content={**said.as_json(), "due_on": seen.due_on.isoformat(), "late_days": late_days},
            figures=counted.text,
        )
        .returning(report_submission.c.id)
    ).scalar_one()
    _advance(connection, actor, now, seen, status="submitted", submitted_at=now, decided_at=None, decided_by=None)
    life.fulfil(connection, now, obligation_id)
    handed_in = events.ReportSubmitted(
        obligation=obligation_id,
        report_submission=submission_id,
        as_of=history.stamp(moment),
        figures=figures.hashed(counted.text),
        late_days=late_days,
        **said.as_json(),
    )
    history.record(connection, history.acting(actor, grant), now, seen.report_id, handed_in)
    return Submitted(submission_id, late_days, tuple(gap.section for gap in gaps))


def accept(
    connection: Connection, who: int | str, now: datetime, obligation_id: int, *, version: int | None = None
) -> int:
    """Take the report in, as staff, a reviewer or a leader of the unit that collects; not as one who handed it in."""
    actor = access.actor(connection, who, now)
    seen, grant, report_id = _deciding(connection, actor, obligation_id, version, to=_("tiếp nhận báo cáo"))
    submission = seen.latest
    _advance(connection, actor, now, seen, status="accepted", decided_at=now, decided_by=actor.account_id)
    accepted = events.ReportAccepted(obligation_id, submission.id if submission else None)
    return history.record(connection, history.acting(actor, grant), now, report_id, accepted)


def return_(
    connection: Connection,
    who: int | str,
    now: datetime,
    obligation_id: int,
    reason: str,
    due_on: date | str,
    *,
    version: int | None = None,
) -> date:
    """Give the report back to be mended by a date of its own: the obligation is open again. Returns the day it is due then.

    Whoever calls this tells the people in the same transaction. Raises InvalidInput without a reason or for a day that is past.
    """
    actor = access.actor(connection, who, now)
    # A call that is being withdrawn must not find one of its reports opened again; whoever withdraws takes the call first too.
    withdrawn = connection.execute(locked(_CALL_OF.where(obligation.c.id == obligation_id), report_call)).scalar()
    seen, grant, report_id = _deciding(connection, actor, obligation_id, version, to=_("trả lại báo cáo"))
    if withdrawn is not None:
        raise NotPossible(_("Yêu cầu báo cáo này đã thu hồi nên không trả lại được."), guard="call")
    problems: dict[str, str] = {}
    why = clean(reason, multiline=True)
    if not why:
        problems["reason"] = _("Hãy ghi rõ cần bổ sung, sửa điều gì.")
    elif len(why) > LONGEST_REASON:
        problems["reason"] = _("Tối đa %(most)s ký tự. Hãy rút gọn.", most=LONGEST_REASON)
    try:
        day = due.stated(due_on, now)
    except InvalidInput as refusal:
        raise InvalidInput({**problems, **refusal.problems}) from refusal
    if problems:
        raise InvalidInput(problems)
    _advance(
        connection, actor, now, seen, status="returned", decided_at=now, decided_by=actor.account_id, return_reason=why
    )
    life.reopen(connection, now, obligation_id, day)
    submission = seen.latest
    returned = events.ReportReturned(obligation_id, submission.id if submission else None, day)
    history.record(connection, history.acting(actor, grant, reason=why), now, report_id, returned)
    return view(connection, actor, obligation_id).due_on


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One thing that was done with a report. sections: what a draft wrote; late_days: of handing in, 0 in time."""

    seq: int
    trigger: str
    actor_id: int
    actor_name: str
    role: str
    at: datetime
    reason: str
    sections: Mapping[str, str]
    late_days: int


def entries_since(connection: Connection, report_id: int, version: int) -> list[ReportEntry]:
    """What was done with a report after the version somebody saw, the oldest first."""
    rows = connection.execute(
        sa.select(history_table, account.c.full_name.label("actor_name"))
        .join(account, account.c.id == history_table.c.actor_id)
        .where(
            history_table.c.subject == SUBJECT,
            history_table.c.subject_id == report_id,
            history_table.c.seq > version,
        )
        .order_by(history_table.c.seq)
    )
    return [_entry(row) for row in rows]


def _entry(row: sa.Row[Any]) -> ReportEntry:
    happened = told(SUBJECT, row.trigger, row.payload)
    return ReportEntry(
        row.seq,
        row.trigger,
        row.actor_id,
        row.actor_name,
        row.role,
        row.at,
        row.reason,
        next((event.sections for event in happened if isinstance(event, events.ReportSaved)), {}),
        next((event.late_days for event in happened if isinstance(event, events.ReportSubmitted)), 0),
    )


_CALL_OF = sa.select(report_call.c.withdrawn_at).join(obligation, obligation.c.call_id == report_call.c.id)


def _writing(seen: ReportView) -> Grant:
    """The grant to write under. Raises NotAllowed for a reader, NotPossible when the report is not in the unit's hands."""
    if seen.writes is None:
        raise NotAllowed(_("Báo cáo này do đơn vị khác viết; bạn chỉ xem được."), guard="role")
    if seen.withdrawn:
        raise NotPossible(_("Yêu cầu báo cáo này đã thu hồi: không phải nộp nữa."), guard="call", code="call_withdrawn")
    if not seen.editable:
        raise NotPossible(
            _("Báo cáo đã gửi nên không sửa được. Nếu cần sửa, hãy đề nghị nơi nhận trả lại."),
            guard="status",
            code="already_submitted",
        )
    return seen.writes


def _deciding(
    connection: Connection, actor: Actor, obligation_id: int, version: int | None, *, to: str
) -> tuple[ReportView, Grant, int]:
    seen = view(connection, actor, obligation_id, lock=True)
    if seen.decides is None:
        raise NotAllowed(_("Bạn không có quyền %(to)s ở đơn vị này.", to=to), guard="role")
    if seen.withdrawn:
        raise NotPossible(_("Yêu cầu báo cáo này đã thu hồi."), guard="call", code="call_withdrawn")
    _as_seen(seen, version)
    if seen.status != "submitted" or seen.report_id is None:
        raise NotPossible(_("Báo cáo này không chờ quyết định."), guard="status")
    if access.people(actor, seen.decides) & _submitters(connection, seen.report_id):
        raise NotAllowed(
            _("Người gửi báo cáo không tự quyết định về báo cáo ấy. Hãy để người khác làm."),
            guard="not_submitter",
            code="own_report",
        )
    return seen, seen.decides, seen.report_id


def _submitters(connection: Connection, report_id: int) -> frozenset[int]:
    """The people behind the last handing in: who did it and whom they stood in for."""
    row = connection.execute(
        sa.select(history_table.c.actor_id, history_table.c.for_id)
        .where(
            history_table.c.subject == SUBJECT,
            history_table.c.subject_id == report_id,
            history_table.c.trigger == "report_submitted",
        )
        .order_by(history_table.c.seq.desc())
        .limit(1)
    ).one()
    return frozenset(key for key in (row.actor_id, row.for_id) if key is not None)


def _as_seen(seen: ReportView, version: int | None) -> None:
    if version is not None and version != seen.version:
        raise _stale()


def _stale() -> Conflict:
    return Conflict(_("Người khác vừa thay đổi báo cáo này. Hãy xem thay đổi rồi làm lại."), guard="version")


def _moment(as_of: datetime | None, now: datetime) -> datetime:
    if as_of is None:
        return now
    if not now - FIGURES_KEPT_FOR <= as_of <= now:
        raise InvalidInput(
            {"as_of": _("Số liệu trên trang đã cũ. Hãy mở lại trang kiểm tra để xem số liệu mới rồi gửi.")}
        )
    return as_of


def _without(kept: Mapping[str, str], named: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in kept.items() if name not in named}


def _keep(connection: Connection, actor: Actor, now: datetime, seen: ReportView, written: Content) -> int:
    if seen.report_id is not None:
        _advance(connection, actor, now, seen, content=written.as_json())
        return seen.report_id
    report_id = connection.execute(
        insert_new(connection, report, ["obligation_id"])
        .values(
            obligation_id=seen.obligation_id,
            call_id=seen.call_id,
            unit_id=seen.unit_id,
            status="draft",
            content=written.as_json(),
            version=1,
            changed_at=now,
            changed_by=actor.account_id,
        )
        .returning(report.c.id)
    ).scalar()
    if report_id is None:
        raise _stale()
    return int(report_id)


def _advance(connection: Connection, actor: Actor, now: datetime, seen: ReportView, **values: Any) -> None:
    """Write the next version of the report. Raises Conflict when it is no longer at the version that was seen."""
    result = connection.execute(
        sa.update(report)
        .where(report.c.id == seen.report_id, report.c.version == seen.version)
        .values(version=seen.version + 1, changed_at=now, changed_by=actor.account_id, **values)
    )
    if result.rowcount != 1:
        raise _stale()
