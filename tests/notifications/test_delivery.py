"""Delivery to a real mail server that misbehaves: nothing lost, nothing twice, a bad address in nobody's way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from notifications.delivery import sending as delivery
from notifications.delivery import undelivered
from notifications.delivery.channels import Rejected, Smtp
from notifications.delivery.sending import LEASE, MOST_ATTEMPTS, Delivered, deliver, wait_after
from notifications.letters.mail import Letter
from tests.letters import fate, give_addresses, put, settings_for, told_of
from tests.mail_server import DISCONNECTS, HANGS, TAKES_AND_DIES, Post, mail_server, silent_server
from tests.servers import free_port
from tests.workflow.conftest import postgres_world, sqlite_world, world, world_file, world_template
from tests.world import NOW, World
from workflow.ground.refusals import NotFound, NotPossible
from workflow.ground.schema import account
from workflow.ground.schema import delivery as delivery_table

__all__ = ["postgres_world", "sqlite_world", "world", "world_file", "world_template"]

OFFICER = "officer.x1t1"


@pytest.fixture(scope="module")
def server() -> Iterator[Post]:
    with mail_server() as post:
        yield post


@pytest.fixture
def post(server: Post) -> Post:
    server.restore()
    server.arrived.clear()
    server.connections = 0
    return server


def addresses(number: int) -> list[str]:
    return [f"nguoi{n}@khelam.example" for n in range(number)]


def seed(world: World, *to: str, who: str = OFFICER, prefix: str = "m", channel: str = "email") -> list[int]:
    with world.database.write() as connection:
        return put(connection, world.accounts[who], to, NOW, prefix=prefix, channel=channel)


def run(world: World, port: int, *, later: timedelta = timedelta(), limit: int = 500, per_minute: int = 0) -> Delivered:
    channels = {"email": Smtp(settings_for(port))}
    return deliver(world.database, NOW + later, channels, limit=limit, per_minute=per_minute)


def test_every_letter_arrives_once_over_one_connection(world: World, post: Post) -> None:
    ids = seed(world, *addresses(120))
    assert run(world, post.port).sent == 120
    assert len(post.ids) == post.ids.total() == 120
    assert post.connections == 1
    assert {row.status for row in fate(world.database).values()} == {"sent"}
    assert told_of(world.database, ids[7]) == ["claimed", "sent"]
    assert run(world, post.port, later=timedelta(days=1)).sent == 0
    assert post.ids.total() == 120


def test_mail_says_what_it_is_and_reads_as_it_was_written(sqlite_world: World, post: Post) -> None:
    seed(sqlite_world, addresses(1)[0])
    run(sqlite_world, post.port)
    (mail,) = post.mails
    assert mail["To"] == "Lò Thị Hin <nguoi0@khelam.example>"
    assert mail["From"] == "Ban Dân vận <danvan@khelam.example>"
    assert mail["Subject"] == "Còn 3 ngày: báo cáo quý I, thư 0"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW.replace(microsecond=0)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == [
        "Thôn Nà Hin còn 3 ngày để gửi báo cáo quý I.",
        "Mở: https://danvan.example/bao-cao/0",
    ]
    assert '<a href="https://danvan.example/bao-cao/0">Mở</a>' in html.get_content()


def test_all_but_escalations_can_be_unsubscribed(sqlite_world: World, post: Post) -> None:
    with sqlite_world.database.write() as connection:
        for kind in ("digest", "opened", "escalation"):
            put(connection, sqlite_world.accounts[OFFICER], [f"{kind}@x.example"], NOW, kind=kind, prefix=kind)
    channels = {"email": Smtp(settings_for(post.port))}
    deliver(
        sqlite_world.database, NOW, channels, unsubscribe=lambda account_id: f"https://danvan.example/thoi/{account_id}"
    )
    found = {str(mail["To"].addresses[0].username): mail for mail in post.mails}
    address = f"<https://danvan.example/thoi/{sqlite_world.accounts[OFFICER]}>"
    for kind in ("digest", "opened"):
        assert found[kind]["List-Unsubscribe"] == address
        assert found[kind]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["escalation"]["List-Unsubscribe"] is None


def test_bad_addresses_stop_nobody_else(world: World, post: Post) -> None:
    good = addresses(3)
    post.at_rcpt["khongco@khelam.example"] = "550 no such user"
    post.at_data["day@khelam.example"] = "554 refused"
    bad = ["khongco@khelam.example", "day@khelam.example", "không phải thư", "a@b\r\nBcc: x@y.example", "@x", "a@xa..b"]
    ids = seed(world, *bad, *good)
    told = run(world, post.port)
    assert (told.sent, told.failed) == (3, 6)
    rows = fate(world.database)
    assert [rows[each].status for each in ids] == ["failed"] * 6 + ["sent"] * 3
    assert rows[ids[0]].last_error == "550 no such user"
    assert rows[ids[1]].last_error == "554 refused"
    assert "địa chỉ" in rows[ids[2]].last_error
    # Permanent: never tried again by itself.
    assert run(world, post.port, later=timedelta(days=9)) == Delivered()
    assert sorted(mail["To"].addresses[0].addr_spec for mail in post.mails) == good


def test_letter_put_off_goes_later_and_waits_longer_each_time(world: World, post: Post) -> None:
    (slow, quick) = seed(world, *addresses(2))
    post.at_rcpt["nguoi0@khelam.example"] = "451 greylisted"
    assert run(world, post.port).sent == 1
    assert fate(world.database)[quick].status == "sent"
    moments = []
    later = timedelta()
    for attempt in range(2, 6):
        row = fate(world.database)[slow]
        assert (row.status, row.attempts, row.last_error) == ("planned", attempt - 1, "451 greylisted")
        moments.append(row.next_at - NOW - later)
        # A second too early nothing is tried.
        later = row.next_at - NOW
        assert run(world, post.port, later=later - timedelta(seconds=1)) == Delivered()
        run(world, post.port, later=later)
    assert [round(moment / timedelta(minutes=1)) for moment in moments] == [1, 2, 4, 8]
    post.restore()
    assert run(world, post.port, later=timedelta(days=1)).sent == 1
    assert told_of(world.database, slow) == ["claimed", "deferred"] * 5 + ["claimed", "sent"]


def test_letter_put_off_too_often_fails_with_the_last_reason(sqlite_world: World, post: Post) -> None:
    (only,) = seed(sqlite_world, addresses(1)[0])
    post.at_data["nguoi0@khelam.example"] = "452 mailbox full"
    later = timedelta()
    for _attempt in range(MOST_ATTEMPTS):
        run(sqlite_world, post.port, later=later)
        later = fate(sqlite_world.database)[only].next_at - NOW
    row = fate(sqlite_world.database)[only]
    assert (row.status, row.attempts) == ("failed", MOST_ATTEMPTS)
    assert row.last_error == "Đã thử 25 lần. 452 mailbox full"
    assert timedelta(days=4) < sum((wait_after(n) for n in range(1, MOST_ATTEMPTS)), timedelta()) < timedelta(days=5)


def test_server_that_is_down_costs_one_attempt_in_each_run(world: World, post: Post) -> None:
    ids = seed(world, *addresses(20))
    told = run(world, free_port())
    assert (told.sent, told.waiting) == (0, 1)
    assert told.complaints == {"email": "Không nối được với máy chủ thư. Kiểm tra DVK_SMTP_HOST và DVK_SMTP_PORT."}
    assert [fate(world.database)[each].attempts for each in ids] == [1] + [0] * 19
    assert run(world, post.port, later=timedelta(minutes=2)).sent == 20
    assert post.ids.total() == len(post.ids) == 20


def test_server_that_never_answers_is_left_after_its_time(sqlite_world: World, post: Post) -> None:
    ids = seed(sqlite_world, *addresses(5))
    with silent_server() as port:
        told = run(sqlite_world, port)
    assert told.complaints == {"email": "Máy chủ thư không trả lời trong thời gian cho phép."}
    assert [fate(sqlite_world.database)[each].attempts for each in ids] == [1, 0, 0, 0, 0]


def test_server_that_hangs_over_one_letter_delivers_the_others(sqlite_world: World, post: Post) -> None:
    ids = seed(sqlite_world, *addresses(4))
    post.at_data["nguoi1@khelam.example"] = HANGS
    told = run(sqlite_world, post.port)
    assert (told.sent, told.waiting) == (3, 1)
    assert [fate(sqlite_world.database)[each].status for each in ids] == ["sent", "planned", "sent", "sent"]


def test_disconnect_after_data_tries_again_under_the_same_id(world: World, post: Post) -> None:
    ids = seed(world, *addresses(4))
    post.at_data["nguoi1@khelam.example"] = DISCONNECTS
    post.at_data["nguoi2@khelam.example"] = TAKES_AND_DIES
    told = run(world, post.port)
    assert (told.sent, told.waiting) == (1, 3)
    post.restore()
    assert run(world, post.port, later=timedelta(hours=1)).sent == 3
    # Twice only what the server had taken without being able to say so.
    assert post.ids == Counter({f"<m.{each}@khelam.example>": 2 if each == ids[2] else 1 for each in ids})
    taken = [
        raw
        for raw, mail in zip(post.arrived, post.mails, strict=True)
        if mail["Message-ID"] == f"<m.{ids[2]}@khelam.example>"
    ]
    assert len(set(taken)) == 1


def test_server_that_limits_letters_per_connection_gets_all(sqlite_world: World, post: Post) -> None:
    seed(sqlite_world, *addresses(12))
    post.letters_per_connection = 5
    later = timedelta()
    for _run in range(4):
        run(sqlite_world, post.port, later=later)
        later += timedelta(minutes=2)
    assert post.ids.total() == len(post.ids) == 12


def test_sender_the_server_refuses_is_no_fault_of_the_letters(sqlite_world: World, post: Post) -> None:
    ids = seed(sqlite_world, *addresses(3))
    post.at_mail = "553 sender not allowed"
    told = run(sqlite_world, post.port)
    assert told.complaints == {"email": "553 sender not allowed"}
    assert [fate(sqlite_world.database)[each].status for each in ids] == ["planned"] * 3


class Picky:
    """A channel that refuses what has a certain address, for good."""

    def send(self, letter: Letter) -> None:
        if letter.link == "/bao-cao/1":
            raise Rejected("Dịch vụ nhắn tin từ chối.")

    def close(self) -> None:
        return

    def abort(self) -> None:
        return


def test_letter_that_a_service_refuses_is_given_up_at_once(world: World) -> None:
    ids = seed(world, *addresses(3), channel="apprise")
    told = deliver(world.database, NOW, {"apprise": Picky()})
    assert (told.sent, told.failed, told.waiting, told.complaints) == (2, 1, 0, {})
    row = fate(world.database)[ids[1]]
    assert (row.status, row.attempts, row.last_error) == ("failed", 1, "Dịch vụ nhắn tin từ chối.")
    assert deliver(world.database, NOW + timedelta(days=5), {"apprise": Picky()}) == Delivered()


def test_rate_per_minute_counts_whoever_sends(world: World, post: Post) -> None:
    seed(world, *addresses(12))
    assert run(world, post.port, per_minute=5).sent == 5
    assert run(world, post.port, per_minute=5, later=timedelta(seconds=30)).sent == 0
    assert run(world, post.port, per_minute=5, later=timedelta(seconds=61)).sent == 5
    assert run(world, post.port, per_minute=5, later=timedelta(seconds=123)).sent == 2


def test_limit_ends_a_run(sqlite_world: World, post: Post) -> None:
    seed(sqlite_world, *addresses(30))
    assert run(sqlite_world, post.port, limit=7).sent == 7
    assert run(sqlite_world, post.port).sent == 23


def test_stopping_gives_back_what_was_not_tried(world: World, post: Post) -> None:
    ids = seed(world, *addresses(40))
    asked = iter([False] * 12 + [True] * 100)
    told = deliver(world.database, NOW, {"email": Smtp(settings_for(post.port))}, stopping=lambda: next(asked))
    assert 0 < told.sent < 40
    rows = fate(world.database)
    assert Counter(row.status for row in rows.values()) == {"sent": told.sent, "planned": 40 - told.sent}
    assert {rows[each].attempts for each in ids if rows[each].status == "planned"} == {0}
    assert run(world, post.port).sent == 40 - told.sent
    assert len(post.ids) == post.ids.total() == 40


def test_lease_that_ran_out_is_taken_over_and_one_that_runs_is_not(world: World, post: Post) -> None:
    ids = seed(world, *addresses(3))
    with world.database.write() as connection:
        connection.execute(
            sa.update(delivery_table).values(
                status="claimed", lease_holder="gone", lease_until=NOW + LEASE, next_at=NOW + LEASE, attempts=1
            )
        )
    assert run(world, post.port, later=LEASE - timedelta(seconds=1)) == Delivered()
    assert run(world, post.port, later=LEASE).sent == 3
    assert [fate(world.database)[each].attempts for each in ids] == [2, 2, 2]
    assert post.ids == Counter({f"<m.{each}@khelam.example>": 1 for each in ids})


def test_four_that_deliver_at_once_share_the_letters(world: World, post: Post) -> None:
    seed(world, *addresses(200))
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _number: run(world, post.port), range(4)))
    assert sum(one.sent for one in told) == 200
    assert post.ids.total() == len(post.ids) == 200
    assert {row.attempts for row in fate(world.database).values()} == {1}


def test_slow_server_keeps_no_letter_longer_than_its_lease(
    sqlite_world: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = seed(sqlite_world, *addresses(12))
    # So short that a few letters take half of it.
    monkeypatch.setattr(delivery, "LEASE", timedelta(seconds=0.01))
    assert run(sqlite_world, post.port).sent == 12
    assert post.ids.total() == len(post.ids) == 12
    assert {fate(sqlite_world.database)[each].attempts for each in ids} == {1}


def test_without_a_mail_server_letters_are_skipped_with_the_reason(world: World, post: Post) -> None:
    ids = seed(world, *addresses(60))
    told = deliver(world.database, NOW, {})
    assert told == Delivered(skipped=60)
    row = fate(world.database)[ids[0]]
    assert (row.status, "DVK_SMTP_HOST" in row.last_error) == ("skipped", True)
    with world.database.write() as connection:
        undelivered.retry(connection, "staff", NOW, ids[0])
    assert run(world, post.port).sent == 1


def test_letters_to_a_locked_account_do_not_go(world: World, post: Post) -> None:
    seed(world, *addresses(2))
    with world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name == OFFICER).values(locked_at=NOW))
    assert run(world, post.port) == Delivered(skipped=2)
    assert post.arrived == []


def test_retry_begins_anew_under_the_old_id(world: World, post: Post) -> None:
    post.at_rcpt["nguoi0@khelam.example"] = "550 moved away"
    (only,) = seed(world, *addresses(1))
    run(world, post.port)
    post.restore()
    with world.database.write() as connection:
        undelivered.retry(connection, "staff", NOW, only)
    assert run(world, post.port).sent == 1
    assert told_of(world.database, only) == ["claimed", "failed", "retried", "claimed", "sent"]
    with world.database.read() as connection:
        events = undelivered.life(connection, only)
    assert [(e.event, e.detail) for e in events][1:3] == [("failed", "550 moved away"), ("retried", "staff")]
    assert post.ids == Counter({f"<m.{only}@khelam.example>": 1})


def test_retry_goes_to_the_address_the_person_has_now(world: World, post: Post) -> None:
    (only,) = seed(world, "không phải thư")
    assert run(world, post.port).failed == 1
    give_addresses(world)
    with world.database.write() as connection:
        undelivered.retry(connection, "staff", NOW, only)
    assert run(world, post.port).sent == 1
    assert post.mails[0]["To"].addresses[0].addr_spec == f"{OFFICER}@khelam.example"


def test_retry_is_for_those_who_look_after_the_unit_and_for_what_did_not_go(world: World, post: Post) -> None:
    post.at_rcpt["nguoi1@khelam.example"] = "550 no"
    (gone, stuck) = seed(world, *addresses(2))
    run(world, post.port)
    for who in ("outsider", OFFICER, "chair"):
        with world.database.write() as connection, pytest.raises(NotFound):
            undelivered.retry(connection, who, NOW, stuck)
    with world.database.write() as connection, pytest.raises(NotPossible):
        undelivered.retry(connection, "staff", NOW, gone)
    with world.database.write() as connection, pytest.raises(NotFound):
        undelivered.retry(connection, "staff", NOW, stuck + 1000)
    assert fate(world.database)[stuck].status == "failed"


def test_backlog_counts_what_ought_to_have_gone(world: World) -> None:
    seed(world, *addresses(3))
    with world.database.read() as connection:
        assert delivery.backlog(connection, NOW - timedelta(seconds=1)) == 0
        assert delivery.backlog(connection, NOW) == 3


def test_claiming_finds_what_waits_by_its_index(sqlite_world: World, post: Post) -> None:
    # A thousand that went long ago stand in the way of a scan.
    seed(sqlite_world, *addresses(1000))
    with sqlite_world.database.write() as connection:
        connection.execute(sa.update(delivery_table).values(status="sent", sent_at=NOW))
        plan = connection.execute(
            sa.text(
                "EXPLAIN QUERY PLAN SELECT id FROM delivery WHERE status IN ('planned', 'claimed') AND next_at <= :now"
                " ORDER BY next_at, id LIMIT 50"
            ),
            {"now": "2024-03-01"},
        ).all()
    assert "ix_delivery_next_at" in plan[0].detail
