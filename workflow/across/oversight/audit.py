"""Proof that the history is whole: daily anchors over all entries, and a verification that names the first broken link.

An anchor commits to every entry of one day and to the anchor before it. Whoever keeps a root elsewhere (on paper, in a mail) can
later show that nothing before it was edited, removed or slipped in, even by somebody who can write to the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.reports.events import ReportSubmitted
from workflow.core.events import read
from workflow.core.history import GENESIS, digest
from workflow.ground.dialects import alone
from workflow.ground.prepared import Prepared
from workflow.ground.schema import anchor, emulation_model, history, report_submission
from workflow.ground.schema.base import Moment
from workflow.ground.speech import _, spoken_day
from workflow.ground.vietnam_time import end_of_day, local_date, start_of_day

SETTLED_AFTER = timedelta(minutes=10)
"""How long after midnight a day is anchored: longer than any transaction that still carries a moment of that day."""

_BATCH = 20_000
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
# What every tick asks (ix_history_at).
_LAST_DAY = Prepared(sa.select(anchor.c.day).order_by(anchor.c.day.desc()).limit(1))
_ANY_ENTRY = Prepared(
    sa.select(history.c.id)
    .where(
        history.c.at >= sa.bindparam("since", type_=Moment()),
        history.c.at < sa.bindparam("until", type_=Moment()),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The commitment to one day. root: SHA-256 over the anchor before it and every entry's hash, in the order of their ids."""

    day: date
    entries: int
    root: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken place. subject: '«model» 12' or 'anchor'; seq: the entry at which it shows, 0 for an anchor."""

    subject: str
    seq: int
    message: str

    def __str__(self) -> str:
        return (
            _("%(subject)s, mục %(seq)s: %(message)s", subject=self.subject, seq=self.seq, message=self.message)
            if self.seq
            else f"{self.subject}: {self.message}"
        )


def due(connection: Connection, now: datetime) -> bool:
    """Whether a finished day has entries and no anchor yet."""
    last = _LAST_DAY.first(connection, {})
    since = end_of_day(last.day) if last else _BEGINNING
    return _ANY_ENTRY.first(connection, {"since": since, "until": _settled_until(now)}) is not None


def make_anchors(connection: Connection, now: datetime) -> list[Anchor]:
    """Anchor every finished day that has entries and no anchor yet. Repeatable; returns the new ones, oldest first."""
    alone(connection, "anchors")
    last = connection.execute(sa.select(anchor).order_by(anchor.c.day.desc()).limit(1)).first()
    since = end_of_day(last.day) if last else None
    previous = last.root if last else GENESIS
    made: list[Anchor] = []
    for day in _days_with_entries(connection, since, _settled_until(now)):
        entries, root = _root(connection, day, previous)
        connection.execute(
            sa.insert(anchor),
            {"day": day, "entries": entries, "root": root, "previous_root": previous, "made_at": now},
        )
        made.append(Anchor(day, entries, root))
        previous = root
    return made


def _settled_until(now: datetime) -> datetime:
    return start_of_day(local_date(now - SETTLED_AFTER))


def verify(connection: Connection, *, expected_root: str | None = None) -> list[Finding]:
    """Recompute every chain and every anchor, replay every model against its cached state, and hold what units handed in
    against what their chains say of it.

    expected_root: a root kept outside the database; it must be among the anchors. Returns the findings, the first broken link
    first; empty when the history is whole. Reads in batches: memory grows with the number of subjects, not of entries.
    """
    findings = [*_chains(connection), *_reports(connection), *_anchors(connection)]
    if expected_root is not None:
        known = connection.execute(sa.select(anchor.c.day).where(anchor.c.root == expected_root)).first()
        if known is None:
            findings.insert(
                0,
                Finding(
                    _("mốc neo"),
                    0,
                    _(
                        "Không có mốc neo nào mang mã %(expected_root)s… đã lưu ngoài.",
                        expected_root=expected_root[:16],
                    ),
                ),
            )
    return findings


def _chains(connection: Connection) -> Iterator[Finding]:
    heads: dict[tuple[str, int], tuple[int, str, str | None]] = {}
    broken: set[tuple[str, int]] = set()
    for row in _entries(connection):
        key = (row.subject, row.subject_id)
        if key in broken:
            continue
        seq, previous, state = heads.get(key, (0, GENESIS, None))
        complaint = None
        if row.seq != seq + 1:
            complaint = _("thiếu mục %(seq)s", seq=seq + 1)
        elif row.previous_hash != previous:
            complaint = _("không nối với mục trước (mục trước đã bị sửa hoặc thay)")
        elif digest(dict(row._mapping)) != row.hash:
            complaint = _("nội dung đã bị sửa sau khi ghi")
        elif row.subject == "model" and row.from_state != state:
            complaint = _(
                "bắt đầu từ «%(from_state)s» nhưng mục trước kết thúc ở «%(state)s»",
                from_state=row.from_state,
                state=state,
            )
        if complaint:
            broken.add(key)
            yield Finding(f"{row.subject} {row.subject_id}", row.seq, complaint)
        heads[key] = (row.seq, row.hash, row.to_state)
    models = connection.execute(
        sa.select(
            emulation_model.c.id,
            emulation_model.c.code,
            emulation_model.c.version,
            emulation_model.c.last_hash,
            emulation_model.c.state,
        ).execution_options(yield_per=_BATCH)
    )
    for model in models:
        key = ("model", model.id)
        if key in broken:
            continue
        seq, last_hash, state = heads.get(key, (0, GENESIS, None))
        if (seq, last_hash) != (model.version, model.last_hash):
            yield Finding(
                f"model {model.id}",
                seq,
                _(
                    "%(code)s: lịch sử dừng ở mục %(seq)s, mô hình ở bản %(version)s",
                    code=model.code,
                    seq=seq,
                    version=model.version,
                ),
            )
        elif state != model.state:
            yield Finding(
                f"model {model.id}",
                seq,
                _(
                    "%(code)s: diễn lại ra «%(state)s», mô hình ghi «%(state_2)s»",
                    code=model.code,
                    state=state,
                    state_2=model.state,
                ),
            )


def _reports(connection: Connection) -> Iterator[Finding]:
    """Reports whose text or figures are not those that were handed in, and handings in that are gone."""
    entries = connection.execute(
        sa.select(history.c.subject_id, history.c.seq, history.c.payload)
        .where(history.c.subject == "report", history.c.trigger == ReportSubmitted.trigger)
        .order_by(history.c.subject_id, history.c.seq)
        .execution_options(yield_per=_BATCH)
    )
    said: dict[int, tuple[int, int, str, str]] = {}
    for row in entries:
        event = read(ReportSubmitted, row.payload)
        told = _digest(event.sections, event.words, event.late_days)
        said[event.report_submission] = (row.subject_id, row.seq, event.figures, told)
    kept = connection.execute(
        sa.select(report_submission.c.id, report_submission.c.content, report_submission.c.figures).execution_options(
            yield_per=_BATCH
        )
    )
    for submission in kept:
        if submission.id not in said:
            yield Finding(f"report_submission {submission.id}", 0, _("lịch sử không có lần gửi này"))
            continue
        report_id, seq, figures, text = said.pop(submission.id)
        kept_text = _digest(*(submission.content.get(name) for name in ("sections", "words", "late_days")))
        if (hashlib.sha256(submission.figures.encode()).hexdigest(), kept_text) != (figures, text):
            yield Finding(f"report {report_id}", seq, _("nội dung hoặc số liệu đã bị sửa sau khi gửi"))
    for submission_id, (report_id, seq, _figures, _text) in said.items():
        yield Finding(f"report {report_id}", seq, _("mất lần gửi số %(n)s", n=submission_id))


def _digest(*told: object) -> str:
    """A digest of what a person wrote and of how late it came."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _anchors(connection: Connection) -> Iterator[Finding]:
    previous = GENESIS
    for row in connection.execute(sa.select(anchor).order_by(anchor.c.day)).all():
        entries, root = _root(connection, row.day, previous)
        if row.previous_root != previous:
            yield Finding(_("mốc neo %(day)s", day=spoken_day(row.day)), 0, _("không nối với mốc neo trước"))
        elif (entries, root) != (row.entries, row.root):
            yield Finding(
                _("mốc neo %(day)s", day=spoken_day(row.day)),
                0,
                _(
                    "đã neo %(entries)s mục, nay có %(entries_2)s mục hoặc nội dung khác",
                    entries=row.entries,
                    entries_2=entries,
                ),
            )
        previous = row.root


def _root(connection: Connection, day: date, previous: str) -> tuple[int, str]:
    total = hashlib.sha256(f"{previous}|{day.isoformat()}".encode())
    entries = 0
    hashes = connection.execute(
        sa.select(history.c.hash)
        .where(history.c.at >= start_of_day(day), history.c.at < end_of_day(day))
        .order_by(history.c.id)
        .execution_options(yield_per=_BATCH)
    ).scalars()
    for value in hashes:
        total.update(value.encode())
        entries += 1
    return entries, total.hexdigest()


def _days_with_entries(connection: Connection, since: datetime | None, until: datetime) -> Iterator[date]:
    """Calendar days in [since, until) on which something happened; one index look-up (ix_history_at) per day."""
    start = since
    while True:
        statement = sa.select(sa.func.min(history.c.at, type_=history.c.at.type)).where(history.c.at < until)
        if start is not None:
            statement = statement.where(history.c.at >= start)
        moment = connection.execute(statement).scalar()
        if moment is None:
            return
        day = local_date(moment)
        yield day
        start = end_of_day(day)


def _entries(connection: Connection) -> Iterator[sa.Row[Any]]:
    after = ("", 0, 0)
    statement = sa.select(history).order_by(history.c.subject, history.c.subject_id, history.c.seq).limit(_BATCH)
    place = sa.tuple_(history.c.subject, history.c.subject_id, history.c.seq)
    while True:
        rows = connection.execute(statement.where(place > sa.tuple_(*map(sa.literal, after)))).all()
        yield from rows
        if len(rows) < _BATCH:
            return
        after = (rows[-1].subject, rows[-1].subject_id, rows[-1].seq)
