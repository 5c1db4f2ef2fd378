"""What happened to models is told to each person it concerns once, in one letter a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.delivery import preferences
from notifications.delivery.preferences import Wish
from notifications.notices import daily as noticing
from notifications.notices.recipients import recipients
from notifications.reminders import composing
from notifications.reminders.composing import Composed
from tests.letters import SITE
from tests.notifications.owing import at, letters
from tests.notifications.test_composing import passing
from tests.world import NOW, World, a_draft
from workflow.ground.schema import account, delivery, emulation_model, message, outbox

MORNING = at(date(2024, 3, 2), 7)
"""After everything in the busy world happened, on the first of March at nine."""


def told(connection: Connection, now: datetime = MORNING) -> int:
    return composing.whole(connection, now, noticing.compose, SITE)


def waiting(connection: Connection) -> int:
    return connection.execute(sa.select(sa.func.count()).where(outbox.c.delivered_at.is_(None))).scalar_one()


def test_everybody_concerned_gets_one_letter_with_all_of_his(eventful: World) -> None:
    with passing(eventful) as connection:
        ids = list(connection.execute(sa.select(outbox.c.id).order_by(outbox.c.id)).scalars())
        counts: dict[str, int] = {}
        for people in recipients(connection, MORNING, ids).values():
            for person in people:
                counts[person.user_name] = counts.get(person.user_name, 0) + 1
        assert told(connection) == len(counts)
        for who, count in counts.items():
            (letter,) = letters(connection, who)
            assert (letter.kind, letter.subject) == ("notice", f"{count} thông báo mới về mô hình")
        assert waiting(connection) == 0


def test_nothing_is_told_twice(eventful: World) -> None:
    with passing(eventful) as connection:
        told(connection)
        for hours in (0, 1, -1, 24, 48):
            assert noticing.compose(connection, MORNING + timedelta(hours=hours), SITE) == Composed()


def test_the_day_is_told_of_from_the_next_morning_on(eventful: World) -> None:
    with passing(eventful) as connection:
        assert noticing.compose(connection, at(date(2024, 3, 1), 23), SITE) == Composed()
        assert noticing.compose(connection, at(date(2024, 3, 2), 6, 59), SITE) == Composed()
        assert told(connection) > 0


def test_what_happened_long_ago_is_told_to_nobody_and_waits_no_more(eventful: World) -> None:
    with passing(eventful) as connection:
        assert told(connection, MORNING + timedelta(days=8)) == 0
        assert waiting(connection) == 0
        assert connection.execute(sa.select(sa.func.count()).select_from(message)).scalar() == 0


def test_many_deeds_are_told_of_in_lots(eventful: World) -> None:
    with passing(eventful) as connection:
        every = waiting(connection)
        settled = []
        while (done := noticing.compose(connection, MORNING, SITE, most=10)).settled:
            settled.append(done.settled)
        assert sum(settled) == every
        assert max(settled) == 10


def test_the_letter_names_neither_who_did_it_nor_an_individuals_work(quiet: World) -> None:
    code = quiet.create(a_draft(name="Ông Lò Văn A hiến đất", kind="individual", person="Lò Văn A"))
    quiet.apply(code, "submit", "officer.x1t1")
    quiet.apply(code, "return_registration", "chair", reason="Ông A chưa ghi số điện thoại 0912 345 678.")
    with passing(quiet) as connection:
        told(connection)
        (letter,) = letters(connection, "officer.x1t1")
        assert code in letter.body_text
        assert letter.link == f"/mo-hinh/{code}"
        for private in ("Lò Văn A", "0912", "Vi Văn Chủ", "Ông A"):
            assert private not in letter.body_text + letter.body_html + letter.subject


def test_language_and_ways_are_those_the_person_chose(eventful: World) -> None:
    with passing(eventful) as connection:
        connection.execute(sa.update(account).where(account.c.user_name == "chair").values(language="en"))
        preferences.save(connection, "chair", NOW, Wish("chair@khelam.example", digest_hour=9, quiet_days=(6, 7)))
        preferences.save(connection, "staff", NOW, Wish(by_email=False))
        told(connection)
        (letter,) = letters(connection, "chair")
        assert "Dear Vi Văn Chủ," in letter.body_text
        # The second of March is a Saturday.
        rows = connection.execute(
            sa.select(account.c.user_name, delivery.c.next_at, delivery.c.status)
            .join(message, message.c.id == delivery.c.message_id)
            .join(account, account.c.id == message.c.account_id)
            .where(account.c.user_name.in_(("chair", "staff")))
        ).all()
        assert [(row.user_name, row.next_at, row.status) for row in rows] == [
            ("chair", at(date(2024, 3, 4), 9), "planned")
        ]


@pytest.mark.parametrize(
    ("hour", "quiet", "now", "leaves"),
    [
        (7, "", at(date(2024, 3, 4), 8), at(date(2024, 3, 4), 8)),
        (7, "", at(date(2024, 3, 4), 6), at(date(2024, 3, 4), 7)),
        (7, "", at(date(2024, 3, 4), 21), at(date(2024, 3, 5), 7)),
        (22, "", at(date(2024, 3, 4), 22, 30), at(date(2024, 3, 4), 22, 30)),
        (23, "1", at(date(2024, 3, 3), 23, 59), at(date(2024, 3, 3), 23, 59)),
        (7, "1,2,3,4,5,6", at(date(2024, 3, 4), 8), at(date(2024, 3, 10), 7)),
        (7, "6,7", at(date(2024, 3, 1), 21), at(date(2024, 3, 4), 7)),
    ],
)
def test_letter_that_can_wait_leaves_in_the_persons_hours(
    hour: int, quiet: str, now: datetime, leaves: datetime
) -> None:
    assert preferences.next_hour(hour, quiet, now) == leaves


def test_model_that_somebody_may_no_longer_see_is_not_told_of(eventful: World) -> None:
    with passing(eventful) as connection:
        drafts = connection.execute(
            sa.select(emulation_model.c.code).where(emulation_model.c.submitted_at.is_(None))
        ).scalars()
        hidden = list(drafts)
        assert hidden
        told(connection)
        everything = connection.execute(
            sa.select(message.c.body_text)
            .join(account, account.c.id == message.c.account_id)
            .where(account.c.user_name.not_in(("officer.x1t2",)))
        ).scalars()
        assert not any(code in body for body in everything for code in hidden)
