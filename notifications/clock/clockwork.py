"""One tick: everything that is due by now, step by step, each in a short transaction of its own.

A tick may be run again, by two at once, or after days in which none was: what is due is in the database, nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final, Literal, NamedTuple

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from config.settings import Settings, secret_key
from notifications.clock import retention
from notifications.clock.leadership import NAME
from notifications.clock.retention import Kept
from notifications.delivery import preferences
from notifications.delivery import sending as delivery
from notifications.delivery.channels import Channels, channels
from notifications.letters.wording import sentences
from notifications.notices import daily as noticing
from notifications.reminders import composing, deeds, planning
from notifications.reminders.letter import Site
from workflow.across.obligations import due_calls, sync
from workflow.across.oversight import audit
from workflow.ground.database import Database
from workflow.ground.dialects import analyse, insert_or_update
from workflow.ground.prepared import Prepared
from workflow.ground.refusals import DatabaseUnusable
from workflow.ground.schema import clockwork
from workflow.ground.speech import Translate, _
from workflow.ground.vietnam_time import local_date

LATE_AFTER: Final = timedelta(minutes=5)
"""Without a tick for so long something is wrong: several were due."""
LETTERS_AT_ONCE: Final = 500
"""So that the next tick plans what is due even while thousands of letters wait."""
UNSUBSCRIBE: Final = "/ngung-nhan"
"""Where the pages take people off mails; a signed token of `preferences` follows."""
_DAILY: Final = "daily"
_LAST_SWEPT: Final = Prepared(sa.select(clockwork.c.ticked_at).where(clockwork.c.name == _DAILY))
_LONGEST_ERROR = 500


def _open(connection: Connection, now: datetime) -> int:
    """Call for the reports whose time has come and tell those who owe them, in one transaction."""
    return len(deeds.open_due_calls(connection, now))


class Step(NamedTuple):
    """One step of a tick. due: whether there is anything to write, asked while reading; do: writes it and says how much."""

    name: str
    due: Callable[[Connection, datetime], bool]
    do: Callable[[Connection, datetime], int]


STEPS: Final = (
    Step("opened", due_calls.due, _open),
    Step("synced", sync.due, sync.sync),
    Step("moved", planning.moved, planning.tell_moved),
    Step("planned", planning.due, planning.plan),
)
"""What turns time into messages, in this order. Each is set-based and finds nothing when it is run again."""
COUNTED: Final = (
    *(step.name for step in STEPS), "composed", "anchored", "sent", "waiting", "failed", "skipped", "swept",
)  # fmt: skip
"""What a tick counts."""

log = structlog.get_logger("clockwork")


@dataclass(frozen=True, slots=True)
class Work:
    """What an installation's settings make of a tick. unsubscribe: account → the address that takes the person off mails."""

    channels: Channels
    per_minute: int
    kept: Kept
    site: Site
    unsubscribe: Callable[[int], str] | None = None


@dataclass(slots=True)
class Ticked:
    """What a tick did. counts: step → how many; failures: step → a sentence; complaints: channel → why nothing goes there."""

    counts: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    complaints: dict[str, str] = field(default_factory=dict)
    took_ms: int = 0

    @property
    def complaint(self) -> str:
        """What an administrator should know, in one line; '' when all went well."""
        found = (*(f"{step}: {why}" for step, why in self.failures.items()), *self.complaints.values())
        return "; ".join(found)[:_LONGEST_ERROR]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last sign of life of whoever does the work of the clock.

    state: 'never' ticked; 'late' for its next tick; 'failing' when it ticks and no tick has gone well for a while; 'ok'.
    """

    state: Literal["never", "late", "failing", "ok"]
    ticked_at: datetime | None
    succeeded_at: datetime | None
    took_ms: int | None
    backlog: int
    last_error: str


def work_of(settings: Settings, speak: Callable[[str], Translate | None]) -> Work:
    """The work as the settings have it. speak: language → what says the domain's own words in it."""
    key = secret_key(settings)
    return Work(
        channels=channels(settings, speak),
        per_minute=settings.mail_per_minute,
        kept=Kept(
            timedelta(minutes=settings.session_idle_minutes),
            timedelta(hours=settings.session_absolute_hours),
            timedelta(days=settings.keep_draft_reports_days),
        ),
        site=Site(settings.site, settings.message_domain, sentences.Library(settings.data_dir), speak),
        unsubscribe=lambda account_id: f"{settings.site}{UNSUBSCRIBE}/{preferences.token(key, account_id)}",
    )


def tick(
    database: Database,
    now: datetime,
    work: Work,
    *,
    limit: int = LETTERS_AT_ONCE,
    stopping: Callable[[], bool] = lambda: False,
) -> Ticked:
    """Do everything that is due by now. A step that fails is noted, logged and due again in the next tick; the others go on.

    Nobody else is kept from writing before a step has seen that it has something to write.
    stopping: asked between two steps and between two letters.
    """
    began, done = monotonic(), Ticked()
    if _quiet(database, now, done):
        done.took_ms = int((monotonic() - began) * 1000)
        return done
    for step in STEPS:
        _run(database, now, step, done, stopping)
    done.counts["composed"] = 0
    for due, write in ((composing.due, composing.compose), (noticing.due, noticing.compose)):
        with _noting(done, "composed"):
            # A transaction for each lot of people, so that others come to write in between.
            while not stopping() and _is(database, now, due):
                with database.write() as connection:
                    composed = write(connection, now, work.site)
                if not composed.settled:
                    break
                done.counts["composed"] += composed.letters
    _run(database, now, _ANCHORED, done, stopping)
    if not stopping():
        with _noting(done, "delivered"):
            told = delivery.deliver(
                database,
                now,
                work.channels,
                limit=limit,
                per_minute=work.per_minute,
                unsubscribe=work.unsubscribe,
                stopping=stopping,
            )
            done.counts |= {
                "sent": told.sent,
                "waiting": told.waiting,
                "failed": told.failed,
                "skipped": told.skipped,
            }
            done.complaints |= told.complaints
    _run(
        database,
        now,
        Step("swept", _new_day, lambda connection, now: _daily(connection, now, work.kept)),
        done,
        stopping,
    )
    done.took_ms = int((monotonic() - began) * 1000)
    return done


def preview(database: Database, now: datetime, work: Work) -> dict[str, int]:
    """What the steps before delivery would do, step → how many. Everything is taken back."""
    counts: dict[str, int] = {}
    try:
        with database.write() as connection:
            for step in STEPS:
                counts[step.name] = step.do(connection, now)
            counts["composed"] = sum(
                composing.whole(connection, now, write, work.site) for write in (composing.compose, noticing.compose)
            )
            raise _Undo
    except _Undo:
        return counts


def note(database: Database, now: datetime, done: Ticked) -> None:
    """Keep how the tick went, where administrators and monitors look."""
    values: dict[str, Any] = {"took_ms": done.took_ms, "last_error": done.complaint}
    if not done.failures:
        values["succeeded_at"] = now
    with database.read() as connection:
        values["backlog"] = delivery.backlog(connection, now)
    with database.write() as connection:
        connection.execute(sa.update(clockwork).where(clockwork.c.name == NAME).values(**values))


def heartbeat(connection: Connection, now: datetime) -> Heartbeat:
    """When the last tick was and what waits, for pages and monitors."""
    row = connection.execute(sa.select(clockwork).where(clockwork.c.name == NAME)).first()
    if row is None or row.ticked_at is None:
        return Heartbeat("never", None, None, None, delivery.backlog(connection, now), "")
    state: Literal["late", "failing", "ok"] = "ok"
    # A tick of the future: the clock was set back since, and the next tick puts that right.
    if abs(now - row.ticked_at) > LATE_AFTER:
        state = "late"
    elif abs(now - (row.succeeded_at or row.started_at or row.ticked_at)) > LATE_AFTER:
        state = "failing"
    return Heartbeat(state, row.ticked_at, row.succeeded_at, row.took_ms, row.backlog, row.last_error)


def _quiet(database: Database, now: datetime, done: Ticked) -> bool:
    """Whether one look finds nothing at all to do, as in most ticks. What it cannot see each step meets by itself."""
    asked = (*(step.due for step in (*STEPS, _ANCHORED)), composing.due, noticing.due, delivery.due, _new_day)
    try:
        with database.read() as connection:
            if any(due(connection, now) for due in asked):
                return False
    except Exception:
        log.exception("look_failed")
        return False
    done.counts |= dict.fromkeys(COUNTED, 0)
    return True


def _run(database: Database, now: datetime, step: Step, done: Ticked, stopping: Callable[[], bool]) -> None:
    """Do one step in a transaction of its own, if there is anything to do."""
    if stopping():
        return
    done.counts[step.name] = 0
    with _noting(done, step.name):
        if _is(database, now, step.due):
            with database.write() as connection:
                done.counts[step.name] = step.do(connection, now)


def _is(database: Database, now: datetime, due: Callable[[Connection, datetime], bool]) -> bool:
    with database.read() as connection:
        return due(connection, now)


def _anchor(connection: Connection, now: datetime) -> int:
    return len(audit.make_anchors(connection, now))


_ANCHORED: Final = Step("anchored", audit.due, _anchor)


def _new_day(connection: Connection, now: datetime) -> bool:
    last = _LAST_SWEPT.first(connection, {})
    return last is None or local_date(last.ticked_at) != local_date(now)


def _daily(connection: Connection, now: datetime, kept: Kept) -> int:
    """Once a day: follow what a new release knows of days off, throw away what is too old, let SQLite look at its tables."""
    if not _new_day(connection, now):
        return 0
    deeds.follow_official_days(connection, now)
    swept = retention.sweep(connection, now, kept)
    analyse(connection)
    connection.execute(
        insert_or_update(connection, clockwork, ["name"], columns=["ticked_at"]), {"name": _DAILY, "ticked_at": now}
    )
    return swept.total


@contextmanager
def _noting(done: Ticked, step: str) -> Iterator[None]:
    try:
        yield
    except DatabaseUnusable as unusable:
        log.error("step_failed", step=step, why=unusable.message)
        done.failures[step] = unusable.message
    except Exception as error:
        log.exception("step_failed", step=step)
        done.failures[step] = _("lỗi của chương trình (%(kind)s), xem nhật ký máy chủ", kind=type(error).__name__)


class _Undo(Exception):
    pass
