"""The proof after a simulation: what the database says was owed, told and sent, held against the reckoning and the post office.

A finding names what is wrong in the terms of the reckoning: name of what is owed, step, user name, due date.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.simulation import names
from tests.simulation.ledger import Owed, Reminder
from tests.simulation.post import TAKEN, Handed, PostOffice
from tests.simulation.reckoning import Reckoning
from workflow.across.oversight import audit
from workflow.ground.database import Database
from workflow.ground.schema import delivery, delivery_event, message, obligation, reminder
from workflow.ground.vietnam_time import local_date

MOST_SHOWN: Final = 50
"""Of one kind of finding."""
_AFTER: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset(("planned", "skipped")),
    "planned": frozenset(("claimed",)),
    # A lease that ran out is claimed again.
    "claimed": frozenset(("claimed", "sent", "failed", "deferred", "skipped")),
    "deferred": frozenset(("claimed",)),
}
"""What may follow what in the life of a letter on its way; nothing follows the rest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that ought not to be. kind: which invariant; what: where it is broken."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class _Sent:
    """One letter on its way, as the database has it."""

    row: sa.Row[Any]
    events: Sequence[str]


def prove(database: Database, reckoning: Reckoning, office: PostOffice) -> tuple[dict[str, int], list[Finding]]:
    """Counts by name, and everything that is not as it has to be."""
    with database.read() as connection:
        return counts(connection, reckoning, office), findings(connection, reckoning, office)


def findings(connection: Connection, reckoning: Reckoning, office: PostOffice) -> list[Finding]:
    """Everything that is not as it has to be: of each kind the first, and how many more."""
    told, sent = _Told(connection, reckoning), _sent(connection)
    return _shortened(
        [
            *_owed(connection, told),
            *_reminders(told),
            *_grouped(told),
            *_one_digest(told),
            *_never_stale(told, sent, office),
            *_leaders(reckoning),
            *_deliveries(told, sent),
            *_handed(sent, office),
            *(Finding("audit", str(each)) for each in audit.verify(connection)),
        ]
    )


class _Told:
    """Every reminder of the database beside the one reckoned."""

    def __init__(self, connection: Connection, reckoning: Reckoning) -> None:
        self.reckoning = reckoning
        self.names = names.of(connection)
        self.rows: dict[tuple[str, str, int, date], sa.Row[Any]] = {
            (self.names[row.obligation_id], row.step, row.account_id, row.due_on): row
            for row in connection.execute(sa.select(reminder))
        }
        self.expected: dict[tuple[str, str, int, date], Reminder] = {
            (owed.name, step, account, due): each for (owed, step, account, due), each in reckoning.reminders.items()
        }
        self.messages = {row.id: row for row in connection.execute(_MESSAGES)}

    def say(self, key: tuple[str, str, int, date]) -> str:
        """A reminder in words."""
        name, step, account, due = key
        return f"{name} {step} {self.reckoning.roster.names.get(account, account)} {due.isoformat()}"


_MESSAGES = sa.select(message.c.id, message.c.account_id, message.c.kind, message.c.created_at, message.c.key)


def _owed(connection: Connection, told: _Told) -> Iterator[Finding]:
    """What is owed, to whom, by when, and how it ended."""
    found = {told.names[row.id]: row for row in connection.execute(sa.select(obligation))}
    expected = told.reckoning.owed
    yield from (Finding("owed_missing", name) for name in sorted(expected.keys() - found.keys()))
    # A unit that was merged leaves the obligation it handed on under no name, or its own one withdrawn.
    yield from (Finding("owed_too_much", name) for name in sorted(found.keys() - expected.keys()))
    for name in sorted(expected.keys() & found.keys()):
        one, row = expected[name], found[name]
        here, there = _told_of(one), _kept_of(row)
        if here != there:
            yield Finding("owed_otherwise", f"{name}: {there} ≠ {here}")


def _told_of(one: Owed) -> tuple[object, ...]:
    ahead = one.next_day.isoformat() if one.next_day else None
    return one.unit, one.collector, ",".join(one.roles), str(one.stated), str(one.due), one.sequence, one.state, ahead


def _kept_of(row: sa.Row[Any]) -> tuple[object, ...]:
    state = "fulfilled" if row.fulfilled_at else "withdrawn" if row.withdrawn_at else "open"
    ahead = row.next_step_on.isoformat() if row.next_step_on else None
    dates = str(row.due_stated), str(row.due_on)
    return row.unit_id, row.collector_id, row.roles, *dates, row.sequence, state, ahead


def _reminders(told: _Told) -> Iterator[Finding]:
    """Each step that came, for each person it concerns: once, and told or skipped for the reason reckoned."""
    yield from (Finding("reminder_missing", told.say(key)) for key in sorted(told.expected.keys() - told.rows.keys()))
    yield from (Finding("reminder_too_many", told.say(key)) for key in sorted(told.rows.keys() - told.expected.keys()))
    for key in sorted(told.rows.keys() & told.expected.keys()):
        row, one = told.rows[key], told.expected[key]
        there = (row.status, row.why, row.part, row.deputy_for_id)
        here = (one.status, one.why, one.part, one.principal)
        if there != here:
            yield Finding("reminder_otherwise", f"{told.say(key)}: {there} ≠ {here}")


def _grouped(told: _Told) -> Iterator[Finding]:
    """What one person was told at once stands in one message, and nothing else does."""
    of_letter: dict[int, set[int]] = defaultdict(set)
    of_message: dict[int, set[int]] = defaultdict(set)
    kinds: dict[int, str] = {}
    for key, row in told.rows.items():
        one = told.expected.get(key)
        if row.message_id is not None and one is not None and one.letter is not None:
            of_letter[id(one.letter)].add(row.message_id)
            of_message[row.message_id].add(id(one.letter))
            kinds[row.message_id] = one.letter.kind
    for found in of_letter.values():
        if len(found) > 1:
            yield Finding("letter_divided", f"{sorted(found)}")
    for message_id, letters in sorted(of_message.items()):
        kind = told.messages[message_id].kind
        if len(letters) > 1:
            yield Finding("letters_merged", f"{message_id}")
        elif kind != kinds[message_id]:
            yield Finding("letter_otherwise", f"{message_id}: {kind} ≠ {kinds[message_id]}")
    used = {row.message_id for row in told.rows.values() if row.message_id is not None}
    others = sorted(told.messages.keys() - used)
    yield from (
        Finding("letter_without_reminder", f"{each}") for each in others if told.messages[each].kind != "notice"
    )


def _one_digest(told: _Told) -> Iterator[Finding]:
    """The passing of time makes one letter a day at most, what was dated on that very day aside; and so do notices."""
    lines: dict[int, list[tuple[str, Owed | None]]] = defaultdict(list)
    for (name, step, *_rest), row in told.rows.items():
        if row.message_id is not None:
            lines[row.message_id].append((step, told.reckoning.owed.get(name)))
    of_day: Counter[tuple[str, int, date]] = Counter()
    for message_id, said in lines.items():
        written = told.messages[message_id]
        day = local_date(written.created_at)
        if all(step[0] == "d" for step, _owed in said) and not any(
            owed is not None and day in owed.dated for _step, owed in said
        ):
            of_day["digest", written.account_id, day] += 1
    for each in told.messages.values():
        if each.kind == "notice":
            of_day["notice", each.account_id, local_date(each.created_at)] += 1
    for (kind, account, day), times in sorted(of_day.items()):
        if times > 1:
            yield Finding(f"{kind}_twice", f"{told.reckoning.roster.names[account]} {day.isoformat()}: {times}")


def _never_stale(told: _Told, sent: Mapping[int, _Sent], office: PostOffice) -> Iterator[Finding]:
    """Nothing is told of what had ended or had another date, and no letter goes out of which nothing is so any more."""
    of_message: dict[int, list[tuple[Owed, date]]] = defaultdict(list)
    for key, row in sorted(told.rows.items()):
        owed, one = told.reckoning.owed.get(key[0]), told.expected.get(key)
        if row.status != "told" or owed is None:
            continue
        of_message[row.message_id].append((owed, row.due_on))
        if one is None or one.letter is None:
            # Told where the reckoning has no letter: stale unless it is still owed by that date.
            stale = owed.life[-1][1:] != (True, row.due_on)
        else:
            stale = not owed.was_open(one.letter.turn, row.due_on)
        if stale:
            yield Finding("told_after_end", told.say(key))
    for each in office.handed:
        if each.answer in TAKEN:
            about = of_message[sent[each.delivery_id].row.message_id]
            if about and not any(owed.was_open(each.turn, due) for owed, due in about):
                yield Finding("sent_after_end", each.message_id)


def _leaders(reckoning: Reckoning) -> Iterator[Finding]:
    """Whatever stayed open over a step that asks for a leader was brought before somebody with that part."""
    for owed in reckoning.owed.values():
        for part in ("deputy_head", "head"):
            escalated = [one for one in owed.reminders if one.days is not None and one.part == part]
            asked = [one for one in owed.reminders if one.days in (3, 7) and part in reckoning.steps[one.days]]
            if asked and not escalated and not any(one.part in ("head", "deputy_head") for one in asked):
                yield Finding("not_escalated", f"{owed.name} {part}")


def _deliveries(told: _Told, sent: Mapping[int, _Sent]) -> Iterator[Finding]:
    """Each letter goes each way its person chose, once, and ends or waits for a time; every step of it is written down."""
    ways: dict[int, dict[str, str]] = {}
    for key, row in told.rows.items():
        one = told.expected.get(key)
        if row.message_id is not None and one is not None and one.letter is not None:
            ways[row.message_id] = dict(one.letter.ways)
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for each in sent.values():
        found[each.row.message_id][each.row.channel] = each.row.address
    for message_id, expected in sorted(ways.items()):
        if found[message_id] != expected:
            yield Finding("delivery_otherwise", f"{message_id}: {found[message_id]} ≠ {expected}")
    for delivery_id, each in sorted(sent.items()):
        before = ""
        for event in each.events:
            if event not in _AFTER.get(before, frozenset()):
                yield Finding("delivery_life", f"{delivery_id}: {' → '.join(each.events)}")
                break
            before = event
        ended = {"planned": ("planned", "deferred"), "claimed": ("claimed",)}.get(each.row.status, (each.row.status,))
        if before not in ended:
            yield Finding("delivery_state", f"{delivery_id}: {each.row.status} ≠ {before}")
        if each.row.status == "skipped" and not each.row.last_error:
            yield Finding("delivery_state", f"{delivery_id}: skipped ≠ why")


def _handed(sent: Mapping[int, _Sent], office: PostOffice) -> Iterator[Finding]:
    """What was taken is sent, what is sent was taken; twice only when the answer was lost, and then the same to the last byte."""
    attempts: dict[int, list[Handed]] = defaultdict(list)
    owner: dict[str, int] = {}
    for handed in office.handed:
        attempts[handed.delivery_id].append(handed)
        if owner.setdefault(handed.message_id, handed.delivery_id) != handed.delivery_id:
            yield Finding("message_id_shared", handed.message_id)
    for key, each in sorted(sent.items()):
        tries = attempts[key]
        for before, after in pairwise(tries):
            if before.answer == "taken":
                yield Finding("handed_twice", before.message_id)
            if before.digest != after.digest or before.address != after.address:
                yield Finding("handed_otherwise", before.message_id)
        # A power cut may come after the server took it and before that was written down.
        answer = tries[-1].answer if tries else ""
        wanted = {"taken": ("sent",), "refused": ("failed",), "killed": ("sent", "claimed", "skipped")}.get(
            answer, ("planned", "claimed", "failed", "skipped")
        )
        if each.row.status not in wanted:
            yield Finding("handed_but", f"{key}: {each.row.status} ≠ {answer}")


def _sent(connection: Connection) -> dict[int, _Sent]:
    events: dict[int, list[str]] = defaultdict(list)
    for row in connection.execute(
        sa.select(delivery_event.c.delivery_id, delivery_event.c.event).order_by(delivery_event.c.id)
    ):
        events[row.delivery_id].append(row.event)
    return {row.id: _Sent(row, events[row.id]) for row in connection.execute(sa.select(delivery))}


def counts(connection: Connection, reckoning: Reckoning, office: PostOffice) -> dict[str, int]:
    """How much there was of everything, by name."""
    told, sent = _Told(connection, reckoning), _sent(connection)
    why = Counter(f"skipped_{one.why}" for one in reckoning.reminders.values() if one.status == "skipped")
    return {
        "units": len(reckoning.roster.places),
        "people": len(reckoning.roster.names),
        "calls": len(reckoning.calls),
        "owed": len(reckoning.owed),
        "fulfilled": sum(one.state == "fulfilled" for one in reckoning.owed.values()),
        "withdrawn": sum(one.state == "withdrawn" for one in reckoning.owed.values()),
        "ticks": reckoning.turn // 2,
        "reminders": len(told.rows),
        "told": sum(one.status == "told" for one in reckoning.reminders.values()),
        **dict(sorted(why.items())),
        "waiting": sum(one.status == "planned" for one in reckoning.reminders.values()),
        "letters": len(told.messages),
        "escalations": sum(row.kind == "escalation" for row in told.messages.values()),
        "attempts": len(office.handed),
        **{f"answer_{name}": number for name, number in sorted(Counter(one.answer for one in office.handed).items())},
        **{f"mail_{name}": number for name, number in sorted(Counter(one.row.status for one in sent.values()).items())},
    }


def _shortened(findings: Sequence[Finding]) -> list[Finding]:
    """The first of each kind, and how many more there are."""
    seen: Counter[str] = Counter(each.kind for each in findings)
    kept: list[Finding] = []
    shown: Counter[str] = Counter()
    for each in findings:
        shown[each.kind] += 1
        if shown[each.kind] <= MOST_SHOWN:
            kept.append(each)
    more = [Finding(kind, f"+ {number - MOST_SHOWN}") for kind, number in seen.items() if number > MOST_SHOWN]
    return kept + more
