"""Delivery from the outbox against smtplib alone: the same mails to the same loopback server, over one connection."""

from __future__ import annotations

import smtplib
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from notifications.clock.clockwork import LETTERS_AT_ONCE
from notifications.delivery.channels import Smtp
from notifications.delivery.sending import deliver
from notifications.letters.mail import Letter, mail
from tests import world as small_world
from tests.benchmarks.measuring import Measurement, interleaved
from tests.letters import put, settings_for
from tests.servers import free_port
from workflow.ground.database import Database
from workflow.ground.schema import delivery, message

AT_ONCE = LETTERS_AT_ONCE
ROUNDS = 10
WARM_UP = 2
NOW = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)

# A server in a process of its own, so that it takes no time of ours. It says when it listens.
_SERVER = """
import sys, time
from aiosmtpd.controller import Controller
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 taken"
Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
print("listening", flush=True)
sys.stdin.read()
"""


def measure(folder: Path) -> list[Measurement]:
    """As many letters as a tick sends, SQLite with synchronous=FULL: claimed, built, sent and written down, against sent only."""
    port = free_port()
    command = [sys.executable, "-c", _SERVER, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        server.stdout.readline()
        database = Database(f"sqlite:///{folder / 'delivery.db'}", synchronous="FULL")
        mails = _seed(database)
        channels = {"email": Smtp(settings_for(port))}
        ours, floor = interleaved(
            ROUNDS,
            lambda _number: deliver(database, NOW, channels, limit=AT_ONCE),
            lambda _number: _smtplib_alone(port, mails),
            block=1,
            warm_up=WARM_UP,
        )
        with database.read() as connection:
            sent = connection.execute(
                sa.select(sa.func.count()).select_from(delivery).where(delivery.c.status == "sent")
            ).scalar_one()
        database.close()
        server.stdin.close()
    if sent != AT_ONCE * (ROUNDS + WARM_UP):
        raise RuntimeError(f"{sent} letters were delivered")
    asked = Measurement(f"one letter to a loopback SMTP server, of {AT_ONCE} in a tick", 0, 0, 1.5)
    return [replace(asked, ours=ours / AT_ONCE, floor=floor / AT_ONCE)]


def _seed(database: Database) -> list[tuple[str, bytes]]:
    world = small_world.build(database)
    with database.write() as connection:
        count = AT_ONCE * (ROUNDS + WARM_UP)
        put(connection, world.accounts["officer.x1t1"], [f"nguoi{n}@khelam.example" for n in range(count)], NOW)
        row = connection.execute(sa.select(message).limit(1)).one()
    letter = Letter(
        0, "email", "", "Lò Thị Hin", "vi", row.subject, row.body_text, row.body_html, "<m.1@khelam.example>", NOW
    )
    addresses = [f"nguoi{n}@khelam.example" for n in range(AT_ONCE)]
    return [(each, mail(replace(letter, address=each), "Ban Dân vận <danvan@khelam.example>")) for each in addresses]


def _smtplib_alone(port: int, mails: list[tuple[str, bytes]]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        for address, content in mails:
            server.sendmail("danvan@khelam.example", [address], content)
