"""Planned reminders become messages: asked again whether each is still true, gathered for each person, written down.

One transaction: a reminder is told by exactly one message, and a message is there together with the deliveries that carry it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.delivery.preferences import DIGEST_HOUR, LATEST_HOUR
from notifications.reminders import letter, recipients
from notifications.reminders.letter import Known, Reminder, Site, Told
from notifications.reminders.planning import step_name
from workflow.across.obligations import finding
from workflow.across.obligations.chasing import TIMED
from workflow.across.obligations.life import OPEN
from workflow.ground.dialects import alone, any_of
from workflow.ground.prepared import Prepared
from workflow.ground.schema import (
    account,
    delivery,
    delivery_event,
    message,
    obligation,
    preference,
    reminder,
    reminder_step,
    unit,
)
from workflow.ground.schema.base import Moment
from workflow.ground.speech import _
from workflow.ground.vietnam_time import ZONE, local_date

AT_ONCE: Final = 200
"""So many people's letters are written in one transaction; others wait to write meanwhile."""
_PLANNED = reminder.c.status == sa.literal_column("'planned'")
# Served by ix_reminder_planned.
_ANY = Prepared(sa.select(reminder.c.id).where(_PLANNED).limit(1))


class Composed(NamedTuple):
    """What came of it. settled: reminders told or skipped, 0 when nothing is left to do now; letters: messages written."""

    settled: int = 0
    letters: int = 0


def due(connection: Connection, now: datetime) -> bool:
    """Whether there is a letter to write by now: something is planned, and somebody's hour has come."""
    return _ANY.first(connection, {}) is not None and connection.execute(_come(now).limit(1)).first() is not None


def compose(connection: Connection, now: datetime, site: Site, *, most: int = AT_ONCE) -> Composed:
    """Write the letters that are due to be written by now, to at most `most` people.

    Letters wait for the person's hour and for a day that is not quiet, unless something is late and theirs to see to.
    What somebody asked for (a call, a move, a return, a chase) goes at any time of the day from that hour on.
    """
    if not due(connection, now):
        return Composed()
    # Two that compose would write the same letters; the second finds nothing left.
    alone(connection, "composing")
    ready = _ready(connection, now, most)
    if not ready:
        return Composed()
    _skip_untrue(connection, now, ready)
    rows = [Reminder(**row._mapping) for row in connection.execute(_rows(ready))]
    return Composed(len(ready), _write(connection, now, rows, site) if rows else 0)


class Reached(Protocol):
    """By which ways somebody wants to be told, and at which addresses."""

    @property
    def email(self) -> str | None: ...
    @property
    def by_email(self) -> bool: ...
    @property
    def other_address(self) -> str | None: ...
    @property
    def by_other(self) -> bool: ...


Writer = Callable[[Connection, datetime, Site], Composed]


def whole(connection: Connection, now: datetime, write: Writer, site: Site) -> int:
    """All that there is to write, in one transaction: what a dry run shows. Returns how many letters."""
    letters = 0
    while (done := write(connection, now, site)).settled:
        letters += done.letters
    return letters


def _come(now: datetime) -> sa.Select[Any]:
    """Planned reminders whose hour has come, and whose they are."""
    local = now.astimezone(ZONE)
    digest_hour = sa.func.coalesce(preference.c.digest_hour, DIGEST_HOUR)
    quiet = recipients.names(sa.func.coalesce(preference.c.quiet_days, ""), sa.literal(str(local.isoweekday())))
    by_hand = sa.func.substr(reminder.c.step, 1, 1) != "d"
    escalated = sa.and_(sa.func.substr(reminder.c.step, 1, 2) == "d+", reminder.c.part.in_(recipients.ESCALATION))
    # In the evening only what passes with the day is told; what somebody asked for waits for the morning.
    evening = sa.and_(sa.literal(local.hour >= LATEST_HOUR), digest_hour < LATEST_HOUR)
    return (
        sa.select(reminder.c.id, reminder.c.account_id)
        .outerjoin(preference, preference.c.account_id == reminder.c.account_id)
        .where(
            _PLANNED,
            # Of a clock that was set back over midnight: what was planned for tomorrow is told tomorrow.
            reminder.c.planned_at <= now,
            digest_hour <= local.hour,
            sa.or_(escalated, ~quiet),
            sa.or_(~by_hand, ~evening),
        )
    )


def _ready(connection: Connection, now: datetime, most: int) -> list[int]:
    """Those of the first people who have any."""
    ready = _come(now).cte("ready")
    people = sa.select(ready.c.account_id).distinct().order_by(ready.c.account_id).limit(most)
    found = connection.execute(sa.select(ready.c.id).where(ready.c.account_id.in_(people)).order_by(ready.c.id))
    return list(found.scalars())


def _skip_untrue(connection: Connection, now: datetime, ready: Sequence[int]) -> None:
    """Of these, keep from being told what is no longer so, and say why."""
    today = local_date(now)
    chosen = any_of(reminder.c.id, ready)
    owed = (
        sa.select(obligation.c.unit_id, obligation.c.collector_id, obligation.c.roles)
        .where(obligation.c.id.in_(sa.select(reminder.c.obligation_id).where(chosen)))
        .cte("owed")
    )
    part_of = recipients.find(connection, owed, today, recipients.EVERY)
    still = sa.exists().where(
        *(part_of.c[name] == obligation.c[name] for name in ("unit_id", "collector_id", "roles")),
        part_of.c.account_id == reminder.c.account_id,
        part_of.c.part == reminder.c.part,
    )
    why = sa.case(
        (obligation.c.fulfilled_at.is_not(None), "fulfilled"),
        (obligation.c.withdrawn_at.is_not(None), "withdrawn"),
        (obligation.c.due_on != reminder.c.due_on, "moved"),
        (unit.c.valid_to < today, "unit_ended"),
        (account.c.locked_at.is_not(None), "locked"),
        (~still, "left_role"),
        else_="",
    )
    rows = connection.execute(
        sa.select(reminder.c.id, reminder.c.obligation_id, reminder.c.account_id, reminder.c.step, why.label("why"))
        .join(obligation, obligation.c.id == reminder.c.obligation_id)
        .join(unit, unit.c.id == obligation.c.unit_id)
        .join(account, account.c.id == reminder.c.account_id)
        .where(chosen)
    ).all()
    skipped: dict[str, list[int]] = {}
    latest: dict[tuple[int, int], int] = {}
    timed = [row for row in rows if not row.why and row.step.startswith("d")]
    for row in timed:
        key = (row.obligation_id, row.account_id)
        latest[key] = max(latest.get(key, _days(row.step)), _days(row.step))
    for row in timed:
        if _days(row.step) < latest[row.obligation_id, row.account_id]:
            skipped.setdefault("superseded", []).append(row.id)
    for row in rows:
        if row.why:
            skipped.setdefault(row.why, []).append(row.id)
    for reason, ids in sorted(skipped.items()):
        connection.execute(sa.update(reminder).where(any_of(reminder.c.id, ids)).values(status="skipped", why=reason))


def _days(step: str) -> int:
    """-14 of 'd-14', 7 of 'd+7'."""
    return int(step[1:])


def _rows(ready: Sequence[int]) -> sa.Select[Any]:
    """What is to be told, person after person, with what the letters need to know of each."""
    principal = account.alias("principal")
    return (
        sa.select(
            reminder.c.id,
            reminder.c.obligation_id,
            reminder.c.account_id,
            reminder.c.step,
            reminder.c.part,
            reminder.c.word,
            account.c.full_name,
            account.c.language,
            principal.c.full_name.label("principal"),
            sa.func.coalesce(reminder_step.c.with_list_of_late, sa.false()).label("with_list"),
            preference.c.email,
            sa.func.coalesce(preference.c.by_email, sa.true()).label("by_email"),
            preference.c.other_address,
            sa.func.coalesce(preference.c.by_other, sa.false()).label("by_other"),
        )
        .join(obligation, obligation.c.id == reminder.c.obligation_id)
        .join(account, account.c.id == reminder.c.account_id)
        .outerjoin(principal, principal.c.id == reminder.c.deputy_for_id)
        .outerjoin(preference, preference.c.account_id == reminder.c.account_id)
        .outerjoin(
            reminder_step,
            sa.and_(
                reminder_step.c.year_id == obligation.c.year_id, step_name(reminder_step.c.days) == reminder.c.step
            ),
        )
        .where(_PLANNED, any_of(reminder.c.id, ready))
        .order_by(reminder.c.account_id, reminder.c.id)
    )


def _write(connection: Connection, now: datetime, rows: Sequence[Reminder], site: Site) -> int:
    """One letter for each person among the rows, its deliveries, and which reminders it told. Returns how many letters."""
    today = local_date(now)
    known = _known(connection, now, rows)
    people = {account_id: list(theirs) for account_id, theirs in groupby(rows, lambda row: row.account_id)}
    letters = {
        account_id: letter.write(connection, site, known, theirs[0].full_name, theirs[0].language, theirs, today)
        for account_id, theirs in people.items()
    }
    # The lowest of the reminders is told once and for all, so no other run comes to the same keys.
    run = f"{today}:{min(row.id for row in rows)}:"
    ids = write_messages(connection, now, letters, run)
    carried = [
        values
        for account_id, told in letters.items()
        for values in ways(ids[account_id], told.kind, people[account_id][0], now, site.domain)
    ]
    connection.execute(
        sa.update(reminder)
        .where(any_of(reminder.c.id, [row.id for row in rows]))
        .values(
            status="told",
            message_id=sa.select(message.c.id)
            .where(message.c.key == sa.literal(run).concat(sa.cast(reminder.c.account_id, sa.String(20))))
            .scalar_subquery(),
        )
    )
    write_deliveries(connection, now, carried)
    return len(letters)


def write_messages(connection: Connection, now: datetime, letters: Mapping[int, Told], prefix: str) -> dict[int, int]:
    """Put letters into the inboxes of these accounts; account → message. prefix: names the letter, with the account."""
    rows = [
        {
            "account_id": account_id,
            "kind": told.kind,
            "language": told.language,
            "subject": told.subject,
            "body_text": told.text,
            "body_html": told.html,
            "link": told.link,
            "key": f"{prefix}{account_id}",
            "created_at": now,
        }
        for account_id, told in letters.items()
    ]
    connection.execute(sa.insert(message), rows)
    # Asked for by their keys: SQLite would give ids back for one row at a time only.
    written = sa.select(message.c.account_id, message.c.id).where(any_of(message.c.key, [row["key"] for row in rows]))
    return {row.account_id: row.id for row in connection.execute(written)}


def write_deliveries(connection: Connection, now: datetime, carried: Sequence[Mapping[str, Any]]) -> None:
    """Put letters on their way; the first thing in the life of each is that it was planned, or why it cannot go."""
    if not carried:
        return
    connection.execute(sa.insert(delivery), list(carried))
    names = [values["rfc_message_id"] for values in carried]
    begun = sa.select(delivery.c.id, sa.literal(now, Moment()), delivery.c.status, delivery.c.last_error).where(
        any_of(delivery.c.rfc_message_id, names)
    )
    connection.execute(sa.insert(delivery_event).from_select(("delivery_id", "at", "event", "detail"), begun))


def ways(message_id: int, kind: str, person: Reached, now: datetime, domain: str) -> Iterator[dict[str, Any]]:
    """By which ways it goes: those the person chose; what is late and theirs to look after goes by mail in any case."""
    if person.by_email or kind == "escalation":
        yield _way(message_id, "email", person.email or "", now, domain)
    if person.by_other and person.other_address:
        yield _way(message_id, "apprise", person.other_address, now, domain)


def _way(message_id: int, channel: str, address: str, now: datetime, domain: str) -> dict[str, Any]:
    # The moment tells apart installations that share a domain, and a database that was restored.
    name = f"dvk.{message_id}.{int(now.timestamp())}.{channel}"
    return {
        "message_id": message_id,
        "channel": channel,
        "address": address,
        "rfc_message_id": f"<{name}@{domain}>",
        "status": "planned" if address else "skipped",
        "next_at": now,
        "last_error": "" if address else _("Chưa có địa chỉ thư. Thư nằm trong hộp thư của người nhận."),
    }


def _known(connection: Connection, now: datetime, rows: Sequence[Reminder]) -> Known:
    """What the letters speak of, found for all of them together."""
    asked = {row.obligation_id for row in rows}
    listing = [row.obligation_id for row in rows if row.with_list and row.part in recipients.ESCALATION]
    late = _late(connection, now, listing) if listing else {}
    everything = asked.union(*(ids for _count, ids in late.values()))
    owed = {row.id: row for row in finding.told(connection, sorted(everything))}
    calls = sorted({call for key in asked if (call := owed[key].call_id) is not None})
    return Known(owed, _counts(connection, calls) if calls else {}, late)


def _late(connection: Connection, now: datetime, obligation_ids: Sequence[int]) -> dict[int, tuple[int, list[int]]]:
    """Everything that is late with the collectors of these: how many, and the first of them by due date."""
    collector = obligation.c.collector_id
    collectors = sa.select(collector).where(any_of(obligation.c.id, obligation_ids))
    ranked = (
        sa.select(
            obligation.c.collector_id,
            obligation.c.id,
            sa.func.row_number()
            .over(partition_by=collector, order_by=(obligation.c.due_on, obligation.c.id))
            .label("place"),
            sa.func.count().over(partition_by=collector).label("every"),
        )
        .where(
            OPEN,
            obligation.c.collector_id.in_(collectors),
            obligation.c.due_on < local_date(now),
            obligation.c.subject.in_(TIMED),
        )
        .subquery("ranked")
    )
    found: dict[int, tuple[int, list[int]]] = {}
    for row in connection.execute(
        sa.select(ranked).where(ranked.c.place <= letter.MOST_LINES).order_by(ranked.c.collector_id, ranked.c.place)
    ):
        found.setdefault(row.collector_id, (row.every, []))[1].append(row.id)
    return found


def _counts(connection: Connection, calls: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many of those called on have handed in, of how many (index ix_obligation_call_id_unit_id)."""
    return {
        row.call_id: (row.sent, row.every)
        for row in connection.execute(
            sa.select(
                obligation.c.call_id,
                sa.func.count(obligation.c.fulfilled_at).label("sent"),
                sa.func.count().label("every"),
            )
            .where(any_of(obligation.c.call_id, calls), obligation.c.withdrawn_at.is_(None))
            .group_by(obligation.c.call_id)
        )
    }
