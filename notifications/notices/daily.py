"""What happened to models becomes one message a day for each person it concerns: every row of the outbox exactly once.

The page of somebody's work shows the same at once (`notices.py`); this is for those who do not come by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.delivery import preferences
from notifications.delivery.preferences import DIGEST_HOUR
from notifications.letters.mail import one_line
from notifications.letters.wording import letter
from notifications.letters.wording.letter import Content, Line, Section
from notifications.letters.wording.sentences import Sentences
from notifications.notices import newest
from notifications.notices.newest import Deed
from notifications.notices.recipients import recipients
from notifications.reminders import letter as composition
from notifications.reminders.composing import Composed, ways, write_deliveries, write_messages
from notifications.reminders.letter import Site, Told
from workflow.ground.dialects import alone, any_of
from workflow.ground.prepared import Prepared
from workflow.ground.schema import account, outbox, preference
from workflow.ground.schema.base import Moment
from workflow.ground.speech import speaking
from workflow.ground.vietnam_time import ZONE

MOST: Final = 2_000
"""So many deeds are told of in one transaction."""
STALE: Final = timedelta(days=7)
"""What happened longer ago is told to nobody: it stands in the history; default of ours."""
_WAITING = outbox.c.delivered_at.is_(None)
# Served by ix_outbox_waiting.
_ANY = Prepared(
    sa.select(outbox.c.id).where(_WAITING, outbox.c.created_at < sa.bindparam("until", type_=Moment())).limit(1)
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is told, how and at which hour."""

    id: int
    full_name: str
    language: str
    email: str | None
    by_email: bool
    other_address: str | None
    by_other: bool
    digest_hour: int
    quiet_days: str


def due(connection: Connection, now: datetime) -> bool:
    """Whether anything happened up to this morning that nobody was told of."""
    return _ANY.first(connection, {"until": _this_morning(now)}) is not None


def compose(connection: Connection, now: datetime, site: Site, *, most: int = MOST) -> Composed:
    """Write what happened up to this morning, one letter for each person. Nothing is left when `settled` is 0."""
    if not due(connection, now):
        return Composed()
    until = _this_morning(now)
    alone(connection, "noticing")
    waiting = connection.execute(
        sa.select(outbox.c.id, outbox.c.created_at)
        .where(_WAITING, outbox.c.created_at < until)
        .order_by(outbox.c.id)
        .limit(most)
    ).all()
    fresh = [row.id for row in waiting if row.created_at >= until - STALE]
    letters = _write(connection, now, fresh, site) if fresh else 0
    connection.execute(
        sa.update(outbox).where(any_of(outbox.c.id, [row.id for row in waiting])).values(delivered_at=now)
    )
    return Composed(len(waiting), letters)


def _this_morning(now: datetime) -> datetime:
    """The last moment at which it struck the usual hour: what happened before is told of from then on."""
    local = now.astimezone(ZONE)
    day = local.date() if local.hour >= DIGEST_HOUR else local.date() - timedelta(days=1)
    return datetime.combine(day, time(DIGEST_HOUR), ZONE)


def _write(connection: Connection, now: datetime, ids: Sequence[int], site: Site) -> int:
    rows = {row.id: row for row in newest.read(connection, newest.deeds().where(any_of(outbox.c.id, ids)))}
    theirs: dict[int, list[Deed]] = {}
    for key, told in recipients(connection, now, ids).items():
        for person in told:
            theirs.setdefault(person.account_id, []).append(rows[key])
    people = _people(connection, sorted(theirs))
    letters = {key: _letter(connection, site, person, theirs[key]) for key, person in people.items()}
    if not letters:
        return 0
    # A row of the outbox is told of once, so the first of these is in no other letter to the same person.
    keys = write_messages(connection, now, letters, f"notice:{min(ids)}:")
    carried = [
        {**values, "next_at": preferences.next_hour(person.digest_hour, person.quiet_days, now)}
        for key, told in letters.items()
        for person in (people[key],)
        for values in ways(keys[key], told.kind, person, now, site.domain)
    ]
    write_deliveries(connection, now, carried)
    return len(letters)


def _people(connection: Connection, ids: Sequence[int]) -> dict[int, Person]:
    found = connection.execute(
        sa.select(
            account.c.id,
            account.c.full_name,
            account.c.language,
            preference.c.email,
            sa.func.coalesce(preference.c.by_email, sa.true()).label("by_email"),
            preference.c.other_address,
            sa.func.coalesce(preference.c.by_other, sa.false()).label("by_other"),
            sa.func.coalesce(preference.c.digest_hour, DIGEST_HOUR).label("digest_hour"),
            sa.func.coalesce(preference.c.quiet_days, "").label("quiet_days"),
        )
        .outerjoin(preference, preference.c.account_id == account.c.id)
        .where(any_of(account.c.id, ids))
        .order_by(account.c.id)
    )
    return {row.id: Person(**row._mapping) for row in found}


def _letter(connection: Connection, site: Site, person: Person, rows: Sequence[Deed]) -> Told:
    say = site.sentences(person.language)
    with speaking(site.speak(say.language)):
        shown = rows[: composition.MOST_LINES]
        lines = tuple(_line(connection, site, say, row) for row in shown)
        more = say("line.more", count=len(rows) - len(shown)) if len(rows) > len(shown) else ""
        link = _path(rows[0]) if len({row.code for row in rows}) == 1 else composition.WORK
        content = Content(
            language=say.language,
            subject=letter.subject(say("subject.notice", count=len(rows))),
            greeting=say("letter.greeting", name=person.full_name),
            sections=(Section(say("heading.notices"), lines, more),),
            action=say("letter.open_several"),
            link=site.address + link,
            closing=say("letter.closing", link=site.address + composition.PREFERENCES),
        )
        return Told("notice", say.language, content.subject, letter.as_text(content), letter.as_html(content), link)


def _line(connection: Connection, site: Site, say: Sentences, row: Deed) -> Line:
    deed, state = newest.step(connection, row)
    name = "" if row.model_kind == "individual" else row.name
    text = say("line.model", code=row.code, name=name, unit=row.unit_name)
    return Line(one_line(text), (say("line.step", deed=deed, state=state),), site.address + _path(row))


def _path(row: Deed) -> str:
    return f"/mo-hinh/{row.code}"
