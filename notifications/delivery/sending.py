"""The outbox's way out: claim under a lease, attempt outside any transaction, record what came of it.

Whoever dies in between leaves a lease that ends; the next one takes the letter up again under the same Message-ID. So nothing is
lost, and nothing goes twice but a letter that the server had taken before that could be written down.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from notifications.delivery.channels import LONGEST_ANSWER, Channels, Deferred, Rejected
from notifications.letters.mail import Letter
from workflow.ground.database import Database
from workflow.ground.dialects import any_of
from workflow.ground.prepared import Prepared
from workflow.ground.schema import account, delivery, delivery_event, message, obligation, reminder
from workflow.ground.schema.base import Moment
from workflow.ground.schema.messages import WAITING
from workflow.ground.speech import _

LEASE: Final = timedelta(minutes=15)
"""How long a claimed letter is left to whoever claimed it. Half of it is for the work, so that two never have the same one."""
MOST_ATTEMPTS: Final = 25
"""With the waits below about four days, the least that RFC 5321 (4.5.4.1) asks of who sends."""
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_BATCH = 100
# What was sent and is not written down yet would go twice if the power failed now: no longer than this, in seconds.
_UNRECORDED_FOR = 0.1
_MOST_COUNTED = 10_000
# Kinds of message that come whatever the person chose, so no mail of them offers to stop.
_FOR_EVERYBODY = frozenset({"escalation", "test"})

# Served by ix_delivery_next_at; most ticks ask this and nothing else.
_ANY_WAITING = Prepared(
    sa.select(delivery.c.id).where(WAITING, delivery.c.next_at <= sa.bindparam("now", type_=Moment())).limit(1)
)

log = structlog.get_logger("delivery")


@dataclass(slots=True)
class Delivered:
    """How one run fared. waiting: put off or given back; complaints: what keeps a whole channel from working, by channel."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    skipped: int = 0
    complaints: dict[str, str] = field(default_factory=dict)


def wait_after(attempts: int) -> timedelta:
    """How long a letter rests after so many attempts: 1, 2, 4 … minutes, six hours at most."""
    return min(_FIRST_WAIT * (1 << min(attempts - 1, 20)), _LONGEST_WAIT)


def due(connection: Connection, now: datetime) -> bool:
    """Whether a letter ought to go by now."""
    return _ANY_WAITING.first(connection, {"now": now}) is not None


def deliver(
    database: Database,
    now: datetime,
    channels: Channels,
    *,
    limit: int = 500,
    per_minute: int = 0,
    unsubscribe: Callable[[int], str] | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Hand over what is waiting, the longest waiting first, at most `limit` letters.

    now: the moment it begins; time goes on from there. per_minute: how many may go out within 60 seconds, whoever sends them
    (0: any number). unsubscribe: account → the address that takes this person off. stopping: asked between two letters.
    """
    with database.read() as connection:
        if not due(connection, now):
            return Delivered()
    run = _Run(database, now, channels, unsubscribe, stopping)
    size = 1
    while run.handled < limit and not stopping():
        # One letter first: a server that is down costs one attempt in each run, not one of every letter that waits.
        wanted = min(size, limit - run.handled)
        if per_minute:
            run.record_sent()
            wanted = min(wanted, per_minute - _sent_since(database, run.moment() - timedelta(minutes=1)))
        if wanted <= 0 or not run.claim(wanted):
            break
        run.attempt()
        size = _BATCH
    run.record_sent()
    for channel in channels.values():
        channel.close()
    return run.told


def backlog(connection: Connection, now: datetime) -> int:
    """How many letters ought to have gone by now; counted to 10 000."""
    waiting = sa.select(delivery.c.id).where(WAITING, delivery.c.next_at <= now).limit(_MOST_COUNTED).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(waiting)).scalar_one())


class _Run:
    """One run of `deliver`: what it holds, and what it has done so far."""

    def __init__(
        self,
        database: Database,
        now: datetime,
        channels: Channels,
        unsubscribe: Callable[[int], str] | None,
        stopping: Callable[[], bool],
    ) -> None:
        self._database = database
        self._channels = channels
        self._unsubscribe = unsubscribe
        self._stopping = stopping
        self._began, self._clock = now, monotonic()
        self._holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(6)}"
        # Channels whose server put off two letters in a row, and how many it did so far.
        self._shaky: dict[str, int] = {}
        self._claimed: list[tuple[Letter, int]] = []
        # Taken by the server and not yet written down, and since when.
        self._unrecorded: list[int] = []
        self._recorded = monotonic()
        self.handled = 0
        self.told = Delivered()

    def moment(self) -> datetime:
        """Now, by the clock that was handed in."""
        return self._began + timedelta(seconds=monotonic() - self._clock)

    def claim(self, most: int) -> int:
        """Take up to `most` letters for ourselves; what is no longer true or has no way out is skipped at once. How many."""
        now = self.moment()
        picked = (
            sa.select(delivery.c.id)
            .where(WAITING, delivery.c.next_at <= now, delivery.c.channel.not_in(sorted(self.told.complaints)))
            .order_by(delivery.c.next_at, delivery.c.id)
            .limit(most)
            # Others who deliver take the next ones. SQLite has one writer and needs no such thing.
            .with_for_update(skip_locked=True)
            .cte("picked")
        )
        until = now + LEASE
        taken = (
            sa.update(delivery)
            .where(delivery.c.id.in_(sa.select(picked.c.id)))
            .values(
                status="claimed",
                lease_holder=self._holder,
                lease_until=until,
                next_at=until,
                attempts=delivery.c.attempts + 1,
            )
            .returning(delivery.c.id)
        )
        with self._database.write() as connection:
            self._record(connection, now)
            ids = sorted(connection.execute(taken).scalars())
            _note(connection, now, ids, "claimed")
            rows = list(connection.execute(_letters(ids))) if ids else []
            no_way = [row for row in rows if row.channel not in self._channels]
            untrue = [row for row in rows if not row.still_true and row.channel in self._channels]
            for channel in sorted({row.channel for row in no_way}):
                self._skip(connection, now, [row.id for row in no_way if row.channel == channel], _no_channel(channel))
            self._skip(
                connection,
                now,
                [row.id for row in untrue],
                _("Việc này đã xong, đã bỏ hoặc đã đổi hạn trước khi thư đi."),
            )
        self._recorded_all()
        skipped = {row.id for row in (*no_way, *untrue)}
        self._claimed = [(self._letter(row), int(row.attempts)) for row in rows if row.id not in skipped]
        self.told.skipped += len(skipped)
        self.handled += len(skipped)
        return len(ids)

    def attempt(self) -> None:
        """Send each that was claimed, and write down what was sent before long."""
        letters, self._claimed = self._claimed, []
        until = monotonic() + LEASE.total_seconds() / 2
        untried: dict[str, list[int]] = {}
        try:
            for letter, attempts in letters:
                why = self._reason_to_leave(letter, until)
                if why is not None:
                    untried.setdefault(why, []).append(letter.delivery_id)
                    continue
                if self._try(letter, attempts):
                    self._unrecorded.append(letter.delivery_id)
                self.handled += 1
                if monotonic() - self._recorded >= _UNRECORDED_FOR:
                    self.record_sent()
        except BaseException:
            self.record_sent()
            raise
        for why, ids in untried.items():
            self._give_back(ids, why)

    def _reason_to_leave(self, letter: Letter, until: float) -> str | None:
        if self._stopping():
            return _("Chương trình dừng.")
        if monotonic() > until:
            return _("Máy chủ thư chậm, chưa tới lượt.")
        return self.told.complaints.get(letter.channel)

    def _try(self, letter: Letter, attempts: int) -> bool:
        """One attempt; True when the letter was taken. Everything else is written down here."""
        try:
            self._channels[letter.channel].send(letter)
        except Rejected as rejected:
            log.warning("letter_given_up", channel=letter.channel, delivery=letter.delivery_id, why=rejected.why)
            self._fail(letter, rejected.why)
        except Deferred as deferred:
            self._put_off(letter, attempts, deferred.why)
            shaken = self._shaky.get(letter.channel, 0) + 1 if deferred.server else 0
            self._shaky[letter.channel] = shaken
            # Not once in this run has it taken anything, or it broke off twice running: the next ones would fare no better.
            if deferred.server and (shaken > 1 or self.told.sent == 0):
                self.told.complaints[letter.channel] = deferred.why
                log.warning("channel_unusable", channel=letter.channel, why=deferred.why)
        except Exception:
            # A fault of ours in one letter must not stop the others; mended, it goes.
            log.exception("letter_failed", delivery=letter.delivery_id)
            self._put_off(letter, attempts, _("Lỗi của chương trình; xem nhật ký máy chủ."))
        else:
            self._shaky[letter.channel] = 0
            self.told.sent += 1
            return True
        return False

    def _put_off(self, letter: Letter, attempts: int, why: str) -> None:
        if attempts >= MOST_ATTEMPTS:
            self._fail(letter, _("Đã thử %(count)s lần. %(why)s", count=attempts, why=why))
            return
        now = self.moment()
        with self._database.write() as connection:
            self._release(connection, now, [letter.delivery_id], why, now + wait_after(attempts))
        self.told.waiting += 1

    def _give_back(self, ids: Sequence[int], why: str) -> None:
        """Claimed and not tried: as if nobody had looked at them."""
        now = self.moment()
        with self._database.write() as connection:
            self._release(connection, now, ids, why, self._began, attempts=-1)
        self.told.waiting += len(ids)

    def _release(
        self,
        connection: Connection,
        now: datetime,
        ids: Sequence[int],
        why: str,
        next_at: datetime,
        *,
        attempts: int = 0,
    ) -> None:
        ours = connection.execute(
            self._held(ids)
            .values(
                status="planned",
                next_at=next_at,
                last_error=why[:LONGEST_ANSWER],
                attempts=delivery.c.attempts + attempts,
                lease_holder="",
                lease_until=None,
            )
            .returning(delivery.c.id)
        ).scalars()
        _note(connection, now, list(ours), "deferred", why)

    def _fail(self, letter: Letter, why: str) -> None:
        now = self.moment()
        with self._database.write() as connection:
            self._close(connection, now, [letter.delivery_id], "failed", why)
        self.told.failed += 1

    def _skip(self, connection: Connection, now: datetime, ids: Sequence[int], why: str) -> None:
        if ids:
            self._close(connection, now, ids, "skipped", why)

    def record_sent(self) -> None:
        """Write down what the server has taken. Between two lots the next claim does it on its way."""
        if self._unrecorded:
            with self._database.write() as connection:
                self._record(connection, self.moment())
        self._recorded_all()

    def _record(self, connection: Connection, now: datetime) -> None:
        ids = self._unrecorded
        if ids and self._close(connection, now, ids, "sent", "", sent_at=now) < len(ids):
            # Somebody took them for abandoned and will send them again, under the same Message-ID.
            log.warning("lease_lost", letters=len(ids))

    def _recorded_all(self) -> None:
        self._unrecorded, self._recorded = [], monotonic()

    def _close(
        self,
        connection: Connection,
        now: datetime,
        ids: Sequence[int],
        status: str,
        why: str,
        **values: Any,
    ) -> int:
        ours = list(
            connection.execute(
                self._held(ids)
                .values(status=status, last_error=why[:LONGEST_ANSWER], lease_holder="", lease_until=None, **values)
                .returning(delivery.c.id)
            ).scalars()
        )
        _note(connection, now, ours, status, why)
        return len(ours)

    def _held(self, ids: Sequence[int]) -> sa.Update:
        return sa.update(delivery).where(
            any_of(delivery.c.id, ids), delivery.c.status == "claimed", delivery.c.lease_holder == self._holder
        )

    def _letter(self, row: sa.Row[Any]) -> Letter:
        offers = self._unsubscribe if row.kind not in _FOR_EVERYBODY else None
        return Letter(
            delivery_id=row.id,
            channel=row.channel,
            address=row.address,
            full_name=row.full_name,
            language=row.language,
            subject=row.subject,
            text=row.body_text,
            html=row.body_html,
            message_id=row.rfc_message_id,
            written_at=row.created_at,
            unsubscribe=offers(row.account_id) if offers else "",
            link=row.link,
        )


def _letters(ids: Sequence[int]) -> sa.Select[Any]:
    """What is needed to send them, and whether at least one thing each says is still so."""
    reminded = sa.exists().where(reminder.c.message_id == message.c.id)
    still_so = sa.exists().where(
        reminder.c.message_id == message.c.id,
        obligation.c.id == reminder.c.obligation_id,
        obligation.c.fulfilled_at.is_(None),
        obligation.c.withdrawn_at.is_(None),
        obligation.c.due_on == reminder.c.due_on,
    )
    return (
        sa.select(
            delivery.c.id,
            delivery.c.channel,
            delivery.c.address,
            delivery.c.rfc_message_id,
            delivery.c.attempts,
            message.c.account_id,
            message.c.kind,
            message.c.language,
            message.c.subject,
            message.c.body_text,
            message.c.body_html,
            message.c.link,
            message.c.created_at,
            account.c.full_name,
            sa.and_(account.c.locked_at.is_(None), sa.or_(~reminded, still_so)).label("still_true"),
        )
        .join(message, message.c.id == delivery.c.message_id)
        .join(account, account.c.id == message.c.account_id)
        .where(any_of(delivery.c.id, ids))
        .order_by(delivery.c.id)
    )


def _note(connection: Connection, now: datetime, ids: Sequence[int], event: str, detail: str = "") -> None:
    if ids:
        what = (sa.literal(now, Moment()), sa.literal(event), sa.literal(detail[:LONGEST_ANSWER]))
        noted = sa.select(delivery.c.id, *what).where(any_of(delivery.c.id, ids)).order_by(delivery.c.id)
        connection.execute(sa.insert(delivery_event).from_select(["delivery_id", "at", "event", "detail"], noted))


def _sent_since(database: Database, since: datetime) -> int:
    with database.read() as connection:
        return int(
            connection.execute(
                sa.select(sa.func.count()).select_from(delivery).where(delivery.c.sent_at > since)
            ).scalar_one()
        )


def _no_channel(channel: str) -> str:
    if channel == "email":
        return _("Chưa có máy chủ thư (DVK_SMTP_HOST), thư không đi; nội dung nằm trong hộp tin của người nhận.")
    return _("Chưa bật kênh nhắn tin nào (DVK_OTHER_CHANNELS).")
