"""The installation a command works on: its settings, its database and its folder of attached files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Settings, load_settings
from workflow.ground import migrate
from workflow.ground.database import Database

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


def store(settings: Settings) -> Store:
    """Where attached files are kept."""
    from workflow.stages.implementation.attachments import Store

    return Store(Path(settings.data_dir) / "attachments", settings.max_upload_bytes)
