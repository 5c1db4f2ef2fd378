"""How a report is told: what its statuses are called, what happened to it, and what is new since the last handing in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from web.look.differences import Piece, pieces
from web.look.presentation import role_label
from web.words.meanwhile import News
from workflow.across.reports import commands as reports
from workflow.across.reports import figures
from workflow.across.reports.commands import ReportEntry
from workflow.across.reports.figures import Change
from workflow.across.reports.view import ReportView
from workflow.ground.database import Connection
from workflow.ground.reading.text import shorten
from workflow.ground.speech import _, _l

# The icon and the form of the badge.
TONES: Final = {"": "draft", "draft": "draft", "submitted": "running", "returned": "mend", "accepted": "done"}
_DEEDS: Final[Mapping[str, Any]] = {
    "report_saved": _l("đã lưu bản nháp."),
    "report_submitted": _l("đã gửi báo cáo."),
    "report_accepted": _l("đã tiếp nhận báo cáo."),
    "report_returned": _l("đã trả lại báo cáo."),
}
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A section that was written anew since the last handing in, word by word."""

    title: str
    pieces: tuple[Piece, ...]


def history_of(connection: Connection, seen: ReportView) -> list[News]:
    """What happened to a report, the oldest first; drafts only for those who may read them, and each person's in a row once."""
    if seen.report_id is None:
        return []
    rows = [
        row
        for row in reports.entries_since(connection, seen.report_id, 0)
        if seen.reads_draft or row.trigger != "report_saved"
    ]
    following = [*rows[1:], None]
    return [
        _news(row, ())
        for row, after in zip(rows, following, strict=True)
        if not (after is not None and row.trigger == after.trigger == "report_saved" and row.actor_id == after.actor_id)
    ]


def since(connection: Connection, seen: ReportView, version: int) -> list[News]:
    """What was done with a report after the version somebody saw, with what was changed in each section."""
    if seen.report_id is None:
        return []
    titles = {section.id: section.title for section in seen.sections}
    kept: dict[str, str] = {}
    found = []
    for row in reports.entries_since(connection, seen.report_id, 0):
        changed = tuple(
            (titles.get(name, name), shorten(kept.get(name, ""), _LONGEST), shorten(text, _LONGEST))
            for name, text in row.sections.items()
        )
        kept |= row.sections
        if row.seq > version:
            found.append(_news(row, changed))
    return found


def rewritten(seen: ReportView) -> tuple[list[Rewritten], list[Change]]:
    """Sections and figures in which the last handing in differs from the one before; nothing where there is one only."""
    if len(seen.submissions) < 2:
        return [], []
    before, last = seen.submissions[-2:]
    texts = []
    for section in seen.sections:
        old, new = before.content.sections.get(section.id, ""), last.content.sections.get(section.id, "")
        if old != new:
            texts.append(Rewritten(section.title, tuple(pieces(old, new))))
    return texts, figures.changes(before.figures, last.figures)


def _news(row: ReportEntry, changed: Sequence[tuple[str, str, str]]) -> News:
    deed = str(_DEEDS.get(row.trigger, row.trigger))
    details = (_("Gửi trễ %(n)s ngày.", n=row.late_days),) if row.late_days else ()
    return News(row.actor_name, role_label(row.role), deed, row.reason, details, tuple(changed), row.at)
