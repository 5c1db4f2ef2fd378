"""The installation a command works on: its settings, its database and its folder of attached files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Settings, load_settings
from workflow.ground import migrate
from workflow.ground.database import Connection, Database

if TYPE_CHECKING:
    from workflow.stages.implementation.attachments import Store


BUSY_SECONDS = 10.0
"""How long a command waits for another writer."""


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Database]:
    """The database the settings name, which must have the schema of this version."""
    with reached(settings) as database:
        migrate.require_current(database)
        yield database


@contextmanager
def reached(settings: Settings | None = None, *, busy_seconds: float | None = None) -> Iterator[Database]:
    """The same, whatever schema it has: for setting up and for examining."""
    found = settings or load_settings()
    database = Database(
        found.database_url, synchronous=found.sqlite_synchronous, busy_seconds=busy_seconds or BUSY_SECONDS
    )
    try:
        yield database
    finally:
        database.close()


@contextmanager
def reading(settings: Settings | None = None) -> Iterator[Connection]:
    """One reading transaction of that database."""
    with opened(settings) as database, database.read() as connection:
        yield connection


@contextmanager
def writing(settings: Settings | None = None) -> Iterator[Connection]:
    """One writing transaction: what is refused in it leaves nothing behind."""
    with opened(settings) as database, database.write() as connection:
        yield connection


def store(settings: Settings) -> Store:
    """Where attached files are kept."""
    from workflow.stages.implementation.attachments import Store

    return Store(Path(settings.data_dir) / "attachments", settings.max_upload_bytes)
