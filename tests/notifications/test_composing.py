"""What is planned becomes letters: one for each person, at their hour, in their language, and only what is true."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.delivery import preferences
from notifications.delivery.preferences import Wish
from notifications.reminders import composing, planning
from tests.letters import SITE
from tests.notifications.owing import at, letters, owe, reminders, tick
from tests.notifications.test_planning import give_role
from tests.world import World
from workflow.across.obligations import life
from workflow.ground.schema import account, delivery, delivery_event, message, obligation, reminder

DUE = date(2024, 6, 10)
OPENED = at(date(2024, 5, 1))
OFFICER = "officer.x1t1"


@contextmanager
def passing(world: World) -> Iterator[Connection]:
    """A transaction that is never committed."""
    with world.database.engine.connect() as connection:
        yield connection
        connection.rollback()


def deliveries(connection: Connection, user_name: str) -> list[sa.Row[Any]]:
    return list(
        connection.execute(
            sa.select(delivery.c.channel, delivery.c.address, delivery.c.status, delivery.c.last_error)
            .join(message, message.c.id == delivery.c.message_id)
            .join(account, account.c.id == message.c.account_id)
            .where(account.c.user_name == user_name)
            .order_by(delivery.c.id)
        )
    )


def test_five_things_due_are_one_letter(eventful: World) -> None:
    with passing(eventful) as connection:
        for number in range(5):
            owe(connection, eventful, DUE + timedelta(days=number % 2), OPENED, label=f"Báo cáo số {number}")
        tick(connection, at(DUE - timedelta(days=1)))
        (letter,) = letters(connection, OFFICER)
        assert letter.kind == "digest"
        assert letter.subject == "5 việc cần làm, gấp nhất: ngày mai (thứ Hai 10/6)"
        assert [f"Báo cáo số {n}" in letter.body_text for n in range(5)] == [True] * 5
        assert letter.link == "/"


def test_one_thing_due_leads_to_the_very_form(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        tick(connection, at(DUE - timedelta(days=3)))
        (letter,) = letters(connection, OFFICER)
        assert letter.subject == "Báo cáo quý I – còn 3 ngày (thứ Hai 10/6)"
        assert letter.link == f"/bao-cao/{key}"
        assert f"https://danvan.example/bao-cao/{key}" in letter.body_text
        assert f'href="https://danvan.example/bao-cao/{key}"' in letter.body_html
        assert "Huyện Khe Lam đang chờ." in letter.body_text


def test_letter_says_how_many_of_the_others_have_sent_theirs(eventful: World) -> None:
    with passing(eventful) as connection:
        first, *_ = owe(connection, eventful, DUE, OPENED, units=("KL-X1-T2", "KL-X1-T1", "KL-X2-T1"))
        life.fulfil(connection, at(DUE - timedelta(days=4)), first)
        tick(connection, at(DUE - timedelta(days=3)))
        (letter,) = letters(connection, OFFICER)
        assert "Huyện Khe Lam đang chờ; 1/3 đơn vị đã gửi." in letter.body_text


def test_nothing_is_written_before_the_persons_hour(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED)
        preferences.save(connection, OFFICER, OPENED, Wish(digest_hour=9))
        day = DUE - timedelta(days=14)
        assert [tick(connection, at(day, hour)) for hour in (0, 6, 7, 8, 9, 10, 23)] == [0, 0, 1, 0, 1, 0, 0]
        assert {row[3] for row in reminders(connection, key)} == {"told"}


def test_quiet_day_waits_and_only_the_latest_step_is_told_then(eventful: World) -> None:
    with passing(eventful) as connection:
        # Due on a Monday: the steps of three days and one day before fall on the Friday and the Sunday.
        (key,) = owe(connection, eventful, DUE, OPENED)
        preferences.save(connection, OFFICER, OPENED, Wish(quiet_days=(5, 6, 7)))
        for ahead in (-3, -2, -1):
            tick(connection, at(DUE + timedelta(days=ahead)))
        assert [letter.kind for letter in letters(connection, OFFICER)] == []
        tick(connection, at(DUE))
        mine = {step: (status, why) for step, who, _, status, why in reminders(connection, key) if who == OFFICER}
        assert mine["d0"] == ("told", "")
        assert mine["d-1"] == mine["d-3"] == ("skipped", "superseded")


def test_escalation_knows_no_quiet_day_and_goes_by_mail_in_any_case(eventful: World) -> None:
    with passing(eventful) as connection:
        owe(connection, eventful, DUE, OPENED)
        quiet = Wish(email="staff@khelam.example", by_email=False, quiet_days=(1, 2, 3, 4, 6, 7))
        preferences.save(connection, "staff", OPENED, quiet)
        tick(connection, at(DUE + timedelta(days=1)))
        (letter,) = letters(connection, "staff")
        assert letter.kind == "escalation"
        assert letter.subject == "Trễ hạn: Báo cáo quý I – Thôn Nà Hin"
        assert "không tắt được" in letter.body_text
        assert [tuple(row) for row in deliveries(connection, "staff")] == [
            ("email", "staff@khelam.example", "planned", "")
        ]


def test_head_gets_the_list_of_everything_that_is_late(eventful: World) -> None:
    with passing(eventful) as connection:
        owe(connection, eventful, DUE, OPENED, units=("KL-X1-T1",))
        owe(
            connection,
            eventful,
            DUE + timedelta(days=5),
            OPENED,
            units=("KL-X1-T2", "KL-X2-T1"),
            label="Báo cáo quý II",
        )
        owe(connection, eventful, DUE + timedelta(days=60), OPENED, units=("KL-CQ1",), label="Báo cáo năm")
        connection.execute(sa.update(obligation).where(obligation.c.subject != "report").values(withdrawn_at=OPENED))
        tick(connection, at(DUE + timedelta(days=7)))
        (letter,) = [letter for letter in letters(connection, "leader") if letter.kind == "escalation"]
        assert "TOÀN BỘ VIỆC ĐANG TRỄ HẠN Ở HUYỆN KHE LAM: 3" in letter.body_text
        for name in ("Thôn Nà Hin", "Thôn Pác Cọ", "Thôn Khe Rạn"):
            assert name in letter.body_text
        assert "Báo cáo năm" not in letter.body_text
        assert letter.body_text.count("Thôn Nà Hin") == 1
        assert letter.link.startswith("/bao-cao/")


def test_deputy_reads_in_whose_place(eventful: World) -> None:
    with passing(eventful) as connection:
        owe(connection, eventful, DUE, OPENED)
        tick(connection, at(DUE - timedelta(days=3)))
        (letter,) = letters(connection, "deputy.officer")
        assert "VIỆC LÀM THAY LÒ THỊ HIN" in letter.body_text


def test_who_stands_in_reads_that_nobody_holds_the_role(eventful: World) -> None:
    with passing(eventful) as connection:
        owe(connection, eventful, DUE, OPENED, units=("KL-X2",))
        tick(connection, at(DUE - timedelta(days=3)))
        (letter,) = letters(connection, "staff")
        assert "Xã Mường Sang chưa có ai giữ vai trò phải làm việc này." in letter.body_text
        assert letter.kind == "digest"


def test_language_of_the_letter_is_that_of_the_account(eventful: World) -> None:
    with passing(eventful) as connection:
        connection.execute(sa.update(account).where(account.c.user_name == OFFICER).values(language="en"))
        owe(connection, eventful, DUE, OPENED)
        tick(connection, at(DUE - timedelta(days=3)))
        (letter,) = letters(connection, OFFICER)
        assert letter.language == "en"
        assert letter.subject.startswith("Báo cáo quý I – ")
        assert "Dear Lò Thị Hin," in letter.body_text
        assert '<html lang="en">' in letter.body_html
        (other,) = letters(connection, "deputy.officer")
        assert "Kính gửi Hồ Văn Hộ," in other.body_text


def test_moments_in_the_evening_wait_for_the_morning_unless_they_pass_with_the_day(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, at(DUE, 21, 5))
        planning.announce(connection, at(DUE, 21, 5), [key], planning.OPENED)
        assert tick(connection, at(DUE, 21, 10)) == 2
        later = owe(connection, eventful, DUE + timedelta(days=40), at(DUE, 21, 20), label="Báo cáo khác")
        planning.announce(connection, at(DUE, 21, 20), later, planning.OPENED)
        assert tick(connection, at(DUE, 21, 30)) == 0
        assert tick(connection, at(DUE + timedelta(days=1), 7)) > 0
        assert "Báo cáo khác" in letters(connection, OFFICER)[-1].body_text


def test_what_was_opened_and_is_due_today_is_one_line(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, at(DUE, 8))
        planning.announce(connection, at(DUE, 8), [key], planning.OPENED)
        tick(connection, at(DUE, 9))
        (letter,) = letters(connection, OFFICER)
        assert letter.body_text.count("Báo cáo quý I") == 1
        assert {row[0] for row in reminders(connection, key) if row[1] == OFFICER} == {"opened", "d0"}


def test_without_an_address_it_stands_in_the_inbox_and_the_mail_says_why_it_did_not_go(eventful: World) -> None:
    with passing(eventful) as connection:
        owe(connection, eventful, DUE, OPENED)
        preferences.save(connection, "deputy.officer", OPENED, Wish(by_email=False))
        tick(connection, at(DUE - timedelta(days=3)))
        assert [(row.status, row.address) for row in deliveries(connection, OFFICER)] == [("skipped", "")]
        assert deliveries(connection, OFFICER)[0].last_error.startswith("Chưa có địa chỉ thư.")
        assert deliveries(connection, "deputy.officer") == []
        assert len(letters(connection, "deputy.officer")) == 1
        events = connection.execute(
            sa.select(delivery_event.c.event, sa.func.count())
            .join(delivery, delivery.c.id == delivery_event.c.delivery_id)
            .group_by(delivery_event.c.event)
        ).all()
        assert [tuple(row) for row in events] == [("skipped", 1)]


def test_each_way_has_a_name_of_its_own_that_stays(eventful: World) -> None:
    with passing(eventful) as connection:
        owe(connection, eventful, DUE, OPENED)
        wish = Wish(email="hin@khelam.example", other_address="tgram://bot/chat", by_other=True)
        preferences.save(connection, OFFICER, OPENED, wish, schemes=frozenset({"tgram"}))
        tick(connection, at(DUE - timedelta(days=3)))
        rows = connection.execute(
            sa.select(delivery.c.channel, delivery.c.rfc_message_id).where(delivery.c.address != "")
        ).all()
        assert sorted(row.channel for row in rows) == ["apprise", "email"]
        assert len({row.rfc_message_id for row in rows}) == 2
        assert all(row.rfc_message_id.endswith("@khelam.example>") for row in rows)


class _Tags(HTMLParser):
    """Which elements a page has, and which addresses it leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]


def test_names_that_look_like_markup_headers_or_places_stay_text(eventful: World) -> None:
    label = "Báo cáo <script>alert(1)</script> {unit} %(left)s {0.__class__}"
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, OPENED, label=label)
        connection.execute(
            sa.update(account)
            .where(account.c.user_name == OFFICER)
            .values(full_name="Hin\r\nBcc: ai@do.example <b>{name}</b>")
        )
        word = "xong\nsớm <img src=x onerror=alert(1)> {word}"
        planning.announce(connection, at(DUE - timedelta(days=3)), [key], "chase:1", word=word)
        tick(connection, at(DUE - timedelta(days=3)))
        (letter,) = letters(connection, OFFICER)
        assert label in letter.body_text
        assert "\n" not in letter.subject
        assert "\r" not in letter.subject
        page = _Tags(letter.body_html)
        assert not page.tags & {"script", "img", "b"}
        assert {link.split("/")[2] for link in page.links} == {"danvan.example"}


def test_subject_is_never_longer_than_fits(eventful: World) -> None:
    with passing(eventful) as connection:
        owe(connection, eventful, DUE, OPENED, label="Báo cáo " + "rất dài " * 24)
        tick(connection, at(DUE + timedelta(days=1)))
        assert all(0 < len(row.subject) <= 200 for row in letters(connection, OFFICER) + letters(connection, "staff"))


def test_an_individuals_model_is_named_by_its_code_alone(quiet: World) -> None:
    from tests.world import a_draft

    code = quiet.create(a_draft(name="Ông Lò Văn A hiến đất", kind="individual", person="Lò Văn A"))
    quiet.apply(code, "submit", "officer.x1t1")
    with quiet.database.write() as connection:
        model = quiet.model(code)
        connection.execute(
            sa.insert(obligation).values(
                key="state:test",
                year_id=quiet.year_id,
                subject="state",
                model_id=model.id,
                state="submitted",
                unit_id=model.unit_id,
                roles="staff",
                collector_id=quiet.units["KL"],
                due_stated=DUE,
                due_on=DUE,
                due_at=at(DUE),
                next_step_on=DUE,
                opened_at=OPENED,
            )
        )
        tick(connection, at(DUE))
        (letter,) = letters(connection, "staff")
        assert code in letter.body_text
        assert "Lò Văn A" not in letter.body_text + letter.body_html + letter.subject
        assert letter.link == f"/mo-hinh/{code}"


def test_composing_again_writes_nothing(eventful: World) -> None:
    with passing(eventful) as connection:
        owe(connection, eventful, DUE, OPENED)
        now = at(DUE - timedelta(days=3))
        assert tick(connection, now) == 2
        for back in (timedelta(0), timedelta(hours=1), timedelta(days=2), timedelta(hours=-3)):
            assert tick(connection, now - back) == 0


def test_what_was_planned_for_tomorrow_is_not_told_by_a_clock_set_back_to_today(eventful: World) -> None:
    with passing(eventful) as connection:
        owe(connection, eventful, DUE, OPENED)
        tick(connection, at(DUE))
        assert tick(connection, at(DUE + timedelta(days=1), 0, 20)) == 0
        assert tick(connection, at(DUE, 23, 20)) == 0
        assert tick(connection, at(DUE + timedelta(days=1))) > 0


def test_lots_of_people_are_written_to_in_lots(eventful: World) -> None:
    with passing(eventful) as connection:
        owe(connection, eventful, DUE, OPENED, units=("KL-X1-T1", "KL-X1-T2", "KL-X2-T1"))
        planning.plan(connection, at(DUE - timedelta(days=14)))
        lots = []
        while (done := composing.compose(connection, at(DUE - timedelta(days=14)), SITE, most=2)).settled:
            lots.append(done.letters)
        assert lots == [2, 2]
        assert connection.execute(sa.select(sa.func.count()).where(reminder.c.status == "planned")).scalar() == 0


@pytest.mark.parametrize("step", ["opened", "moved", "returned", "chase:20240607", "d-3", "d0"])
def test_every_cause_has_its_letter_in_both_languages(eventful: World, step: str) -> None:
    with passing(eventful) as connection:
        give_role(connection, eventful, "villager", "leader", "KL-X1-T1")
        connection.execute(sa.update(account).where(account.c.user_name == "deputy.officer").values(language="en"))
        many = [
            key
            for number in range(2)
            for key in owe(connection, eventful, DUE, OPENED, label=f"Báo cáo {number}", units=("KL-X1-T1", "KL-X2"))
        ]
        day = DUE - timedelta(days=3)
        if step.startswith("d"):
            day = DUE if step == "d0" else day
        else:
            planning.announce(connection, at(day), many, step, word="Cảm ơn." if step.startswith("chase") else "")
            connection.execute(sa.update(obligation).values(next_step_on=None))
        tick(connection, at(day))
        for who in (OFFICER, "deputy.officer", "staff"):
            (letter,) = letters(connection, who)
            assert letter.kind == ("digest" if step.startswith("d") else step.partition(":")[0])
            assert "{" not in letter.subject + letter.body_text + letter.body_html
            assert letter.body_text.count("https://danvan.example/bao-cao/") == 2
            assert ("Dear" in letter.body_text) == (who == "deputy.officer")
