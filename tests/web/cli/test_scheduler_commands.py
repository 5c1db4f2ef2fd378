"""`dvk remind` does one tick at a moment that is given; `dvk scheduler` and `dvk serve` tick until they are told to stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.letters import fate, give_addresses, put
from tests.mail_server import HANGS, Post, mail_server
from tests.servers import free_port
from tests.web.cli.conftest import Dvk
from tests.world import NOW, World
from workflow.ground.schema import clockwork, delivery, obligation, reminder

ROOT = Path(__file__).resolve().parents[3]
AT = "2024-03-01T09:00"


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """A mail server that `dvk` knows of."""
    with mail_server() as found:
        for name, value in (("HOST", "127.0.0.1"), ("PORT", str(found.port)), ("SECURITY", "none")):
            monkeypatch.setenv(f"DVK_SMTP_{name}", value)
        monkeypatch.setenv("DVK_MAIL_FROM", "danvan@khelam.example")
        monkeypatch.setenv("DVK_PUBLIC_URL", "https://danvan.example")
        yield found


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    """`dvk` in a process of its own, with the settings of this test; what it says on stderr goes to nobody."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from web.cli import main; main()", *command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until(condition: Callable[[], bool]) -> None:
    last = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < last, "waited in vain"
        time.sleep(0.05)


def count(world: World, table: sa.Table) -> int:
    with world.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def seconds_to_end(process: subprocess.Popen[str]) -> float:
    """How long it takes from SIGTERM to its end, which has to be a clean one."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    return time.monotonic() - began


def test_dry_run_says_what_would_be_done_and_does_nothing(dvk: Dvk, world: World, post: Post) -> None:
    told = dvk("remind", "--now", AT, "--dry-run", "--format", "json")
    assert (told.code, told.json["now"], told.json["dry_run"]) == (0, "2024-03-01T02:00:00+00:00", True)
    assert told.json["counts"]["planned"] > 0
    assert (count(world, obligation), count(world, reminder), post.arrived) == (0, 0, [])
    done = dvk("remind", "--now", AT, "--format", "json")
    assert done.code == 0
    assert {name: done.json["counts"][name] for name in told.json["counts"]} == told.json["counts"]
    assert count(world, reminder) > 0


def test_each_step_reminds_once_however_often_it_is_run(dvk: Dvk, world: World, post: Post) -> None:
    give_addresses(world)
    for moment in (AT, AT, "2024-03-02", "2024-03-12T09:00", "2024-03-12T09:00"):
        assert dvk("remind", "--now", moment).code == 0
    assert post.ids.total() == len(post.ids) > 1
    assert "chair@khelam.example" in {str(mail["To"].addresses[0].addr_spec) for mail in post.mails}


def test_server_that_is_down_is_told_and_counts_as_a_finding(
    dvk: Dvk, world: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVK_SMTP_PORT", str(free_port()))
    with world.database.write() as connection:
        put(connection, world.accounts["officer.x1t1"], ["a@khelam.example"], NOW)
    answer = dvk("remind", "--now", AT)
    assert answer.code == 1
    assert "Không nối được với máy chủ thư" in answer.err


@pytest.mark.parametrize("moment", ["hôm qua", "2024-02-31", "31/12/2024 25:00", ""])
def test_moment_that_is_none_is_wrong_usage(dvk: Dvk, world: World, moment: str) -> None:
    assert dvk("remind", "--now", moment).code == 2


def test_scheduler_delivers_and_ends_within_seconds(world: World, folder: Path, post: Post) -> None:
    post.at_data["cham@khelam.example"] = HANGS
    with world.database.write() as connection:
        ids = put(connection, world.accounts["officer.x1t1"], ["a@khelam.example", "cham@khelam.example"], NOW)
    with running("scheduler", "--every", "1") as process:
        wait_until(lambda: post.ids.total() == 1 and fate(world.database)[ids[1]].status == "claimed")
        assert seconds_to_end(process) < 5
    rows = fate(world.database)
    assert [rows[each].status for each in ids] == ["sent", "planned"]
    with world.database.read() as connection:
        assert connection.execute(sa.select(clockwork.c.lease_until).where(clockwork.c.name == "tick")).scalar() is None


def test_killed_scheduler_leaves_nothing_undone(
    dvk: Dvk, world: World, folder: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.database.write() as connection:
        put(connection, world.accounts["officer.x1t1"], [f"n{n}@khelam.example" for n in range(300)], NOW)
    for _round in range(3):
        with running("scheduler", "--every", "1") as process:
            before = post.ids.total()
            wait_until(lambda before=before: post.ids.total() > before or post.ids.total() == 300)  # type: ignore[misc]
            process.kill()
            process.wait()
        with world.database.write() as connection:
            # What would happen by itself after the leases have run out.
            connection.execute(
                sa.update(delivery).where(delivery.c.status == "claimed").values(lease_until=NOW, next_at=NOW)
            )
            connection.execute(sa.update(clockwork).values(lease_until=None))
    assert dvk("remind").code == 0
    assert len(post.ids) == 300
    assert {row.status for row in fate(world.database).values()} == {"sent"}


@pytest.mark.parametrize("alone", [False, True])
def test_serve_ticks_unless_told_otherwise_and_ends_within_seconds(world: World, folder: Path, alone: bool) -> None:
    port = free_port()
    with running("serve", "--port", str(port), *(["--no-scheduler"] if alone else [])) as process:
        wait_until(lambda: _listens(port))
        if alone:
            assert _asked(port) == 503
            assert count(world, clockwork) == 0
        else:
            wait_until(lambda: _asked(port) == 200)
        assert seconds_to_end(process) < 5


def test_doctor_tells_of_mail_and_of_the_clock(
    dvk: Dvk, world: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = dvk("doctor", "--format", "json").json
    assert found["findings"] == []
    assert found["facts"]["Máy chủ thư"] == "127.0.0.1"
    monkeypatch.delenv("DVK_PUBLIC_URL")
    monkeypatch.setenv("DVK_SMTP_PORT", str(free_port()))
    with world.database.write() as connection:
        connection.execute(
            sa.insert(clockwork).values(name="tick", ticked_at=NOW, succeeded_at=NOW, last_error="planned: ổ đĩa đầy")
        )
    findings = " ".join(dvk("doctor", "--format", "json").json["findings"])
    assert "DVK_PUBLIC_URL" in findings
    assert "Thư không đi được. Không nối được với máy chủ thư." in findings
    assert "ngừng từ 01/03/2024 09:00" in findings
    assert "ổ đĩa đầy" in findings


def test_password_of_the_mail_server_is_never_shown(dvk: Dvk, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVK_SMTP_PASSWORD", "rat-bi-mat")
    assert "rat-bi-mat" not in dvk("doctor").out + dvk("doctor", "--format", "json").out


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _asked(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code
