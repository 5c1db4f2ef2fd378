"""What monitors and administrators are told of the clock's work, and that the address in a mail leads to its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from config.settings import load_settings
from notifications.clock import clockwork, scheduler
from notifications.clock.clockwork import Work, work_of
from tests import owing
from tests.letters import KEPT, SITE
from tests.web.conftest import Browser
from tests.world import World
from web.serving import clock
from web.words import catalogue
from workflow.ground.schema import clockwork as clockwork_table

Visit = Callable[[str], Browser]


def asked(app: Flask) -> tuple[int, dict[str, Any]]:
    answer = app.test_client().get("/healthz")
    return answer.status_code, answer.json or {}


def note(world: World, ago: timedelta, **values: Any) -> None:
    moment = clock.now() - ago
    with world.database.write() as connection:
        connection.execute(sa.delete(clockwork_table))
        connection.execute(
            sa.insert(clockwork_table).values(
                {"name": "tick", "ticked_at": moment, "succeeded_at": moment, "started_at": moment, "took_ms": 7}
                | values
            )
        )


def test_healthz_is_well_only_while_the_clock_ticks(app: Flask, world: World) -> None:
    status, said = asked(app)
    assert (status, said["status"], said["scheduler"]["state"]) == (503, "unwell", "never")
    note(world, timedelta(minutes=1), backlog=3)
    status, said = asked(app)
    assert (status, said["status"], said["database"]) == (200, "ok", "ok")
    assert (said["scheduler"]["backlog"], said["scheduler"]["took_ms"], said["scheduler"]["thread_alive"]) == (
        3,
        7,
        None,
    )
    note(world, timedelta(minutes=6))
    assert asked(app)[0] == 503
    note(world, timedelta(), succeeded_at=clock.now() - timedelta(hours=1), last_error="planned: ổ đĩa đầy")
    status, said = asked(app)
    assert (status, said["scheduler"]["state"], said["scheduler"]["failing"]) == (503, "failing", True)
    assert "ổ đĩa" not in str(said)


def test_healthz_sees_that_its_own_thread_died(app: Flask, world: World) -> None:
    running = scheduler.start(world.database, clock.now, Work({}, 0, KEPT, SITE))
    app.extensions["dvk_scheduler"] = running
    note(world, timedelta())
    assert asked(app)[0] == 200
    assert running.stop()
    status, said = asked(app)
    assert (status, said["scheduler"]["thread_alive"]) == (503, False)


def test_healthz_says_when_the_database_is_gone(app: Flask, world: World) -> None:
    with world.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE clockwork RENAME TO hidden")
    assert asked(app) == (503, {"status": "unwell", "database": "unusable", "scheduler": None})


@pytest.mark.parametrize(
    ("ago", "values", "told"),
    [
        (None, {}, "Việc nhắc hạn chưa chạy lần nào"),
        (timedelta(minutes=1), {"backlog": 3}, r"Nhắc việc chạy lúc .*, tồn 3 thư\."),
        (timedelta(minutes=9), {}, "Việc nhắc hạn đã ngừng"),
        (timedelta(minutes=1), {"last_error": "<b>ổ đĩa đầy</b>"}, "có lỗi: &lt;b&gt;ổ đĩa đầy"),
    ],
)
def test_administrator_reads_whether_reminders_go(
    visit: Visit, world: World, ago: timedelta | None, values: dict[str, Any], told: str
) -> None:
    if ago is not None:
        note(world, ago, **values)
    assert re.search(told, visit("admin").get("/quan-tri"))


def test_administrator_reads_of_letters_that_were_given_up(visit: Visit, world: World) -> None:
    note(world, timedelta(minutes=1))
    assert "không gửi được" not in visit("admin").get("/quan-tri")
    with world.database.write() as connection:
        for status in ("failed", "failed", "skipped"):
            owing.send(connection, owing.tell(connection, world, "officer.x1", clock.now()), status)
    assert "Trong 7 ngày qua có 2 thư không gửi được" in visit("admin").get("/quan-tri")


def test_address_in_a_mail_takes_its_reader_off(app: Flask, world: World) -> None:
    settings = load_settings(
        {"DVK_SECRET_KEY": app.config["SECRET_KEY"], "DVK_PUBLIC_URL": "https://danvan.example"}, None
    )
    work = work_of(settings, catalogue.translator)
    assert work.unsubscribe is not None
    address = work.unsubscribe(world.accounts["officer.x1t1"])
    assert address.startswith(f"https://danvan.example{clockwork.UNSUBSCRIBE}/")
    path = address.removeprefix("https://danvan.example")
    stranger = app.test_client()
    assert stranger.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    with world.database.read() as connection:
        assert connection.execute(sa.text("SELECT by_email FROM preference")).scalars().all() == [False]
    assert stranger.post(path[:-3] + "abc").status_code == 404
