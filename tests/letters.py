"""Messages that wait for delivery, set down as composing them would have left them, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.settings import Settings, load_settings
from notifications.clock.clockwork import Work
from notifications.clock.retention import Kept
from notifications.delivery.channels import Smtp
from notifications.letters.wording import sentences
from notifications.reminders.letter import Site
from tests.world import NOW, World
from web.words import catalogue
from workflow.ground.database import Database
from workflow.ground.schema import delivery, delivery_event, message, preference

SITE = Site(
    "https://danvan.example",
    "khelam.example",
    cache(lambda language: sentences.load(None, language)),
    catalogue.translator,
)
KEPT = Kept(timedelta(hours=1), timedelta(hours=12), timedelta(days=400))


def settings_for(port: int, **more: str) -> Settings:
    """Settings with a mail server on this machine."""
    given = {
        "DVK_SMTP_HOST": "127.0.0.1",
        "DVK_SMTP_PORT": str(port),
        "DVK_SMTP_SECURITY": "none",
        "DVK_SMTP_TIMEOUT_SECONDS": "2",
        "DVK_MAIL_FROM": "Ban Dân vận <danvan@khelam.example>",
    }
    return load_settings(given | more, env_file=None)


def work_for(port: int, *, per_minute: int = 0) -> Work:
    """A tick's work with that mail server."""
    return Work({"email": Smtp(settings_for(port))}, per_minute, KEPT, SITE)


def put(
    connection: Connection,
    account_id: int,
    addresses: Sequence[str],
    now: datetime,
    *,
    kind: str = "notice",
    prefix: str = "m",
    channel: str = "email",
) -> list[int]:
    """One message for each address, waiting since `now`; the ids of the deliveries."""
    messages = sa.insert(message).returning(message.c.id, sort_by_parameter_order=True)
    ids = connection.execute(
        messages,
        [
            {
                "account_id": account_id,
                "kind": kind,
                "language": "vi",
                "subject": f"Còn 3 ngày: báo cáo quý I, thư {number}",
                "body_text": f"Thôn Nà Hin còn 3 ngày để gửi báo cáo quý I.\nMở: https://danvan.example/bao-cao/{number}\n",
                "body_html": f'<p>Thôn Nà Hin còn 3 ngày.</p><p><a href="https://danvan.example/bao-cao/{number}">Mở</a></p>',
                "link": f"/bao-cao/{number}",
                "key": f"{prefix}:{number}",
                "created_at": now,
            }
            for number in range(len(addresses))
        ],
    ).scalars()
    deliveries = sa.insert(delivery).returning(delivery.c.id, sort_by_parameter_order=True)
    return list(
        connection.execute(
            deliveries,
            [
                {
                    "message_id": each,
                    "channel": channel,
                    "address": address,
                    "rfc_message_id": f"<{prefix}.{each}@khelam.example>",
                    "next_at": now,
                }
                for each, address in zip(ids, addresses, strict=True)
            ],
        ).scalars()
    )


def give_addresses(world: World) -> None:
    """Everybody can be reached by mail."""
    with world.database.write() as connection:
        connection.execute(
            sa.insert(preference),
            [
                {"account_id": key, "email": f"{name}@khelam.example", "changed_at": NOW}
                for name, key in world.accounts.items()
            ],
        )


def fate(database: Database) -> dict[int, sa.Row[Any]]:
    """The row of each delivery."""
    with database.read() as connection:
        return {row.id: row for row in connection.execute(sa.select(delivery).order_by(delivery.c.id))}


def told_of(database: Database, delivery_id: int) -> list[str]:
    """The events of one delivery, oldest first."""
    with database.read() as connection:
        return list(
            connection.execute(
                sa.select(delivery_event.c.event)
                .where(delivery_event.c.delivery_id == delivery_id)
                .order_by(delivery_event.c.id)
            ).scalars()
        )
