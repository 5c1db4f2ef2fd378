"""What `dvk doctor` asks of a database: whether it can be written, whether its file is sound, what it holds."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.database import Database
from workflow.ground.schema import account, programme_year


@dataclass(frozen=True, slots=True)
class Contents:
    """How many accounts there are, and which programme years, the earliest first."""

    accounts: int
    years: tuple[int, ...]


def require_writable(database: Database) -> None:
    """Take the lock and open the journal, which is what fails on a read-only or full disk; nothing is changed.

    Raises DatabaseUnusable.
    """
    with database.write() as connection:
        connection.execute(sa.update(account).where(sa.false()).values(full_name=""))


def contents(connection: Connection) -> Contents:
    """What the database holds."""
    accounts = connection.execute(sa.select(sa.func.count()).select_from(account)).scalar_one()
    years = connection.execute(sa.select(programme_year.c.year).order_by(programme_year.c.year)).scalars()
    return Contents(accounts, tuple(years))


def is_sound(connection: Connection) -> bool:
    """Whether the file of an embedded database holds together; a server looks after its own."""
    if connection.dialect.name != "sqlite":
        return True
    return connection.execute(sa.text("PRAGMA quick_check(1)")).scalar() == "ok"
