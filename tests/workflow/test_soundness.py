"""What `dvk doctor` asks of a database, and what has to answer although the database does not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.world import YEAR, World
from workflow.across.oversight import soundness
from workflow.ground.database import Database
from workflow.ground.outage import as_refusal
from workflow.ground.refusals import DatabaseUnusable
from workflow.ground.schema import programme_year


def test_contents_are_counted_and_the_file_is_sound(world: World) -> None:
    soundness.require_writable(world.database)
    with world.database.read() as connection:
        held = soundness.contents(connection)
        assert (held.accounts, held.years) == (len(world.accounts), (YEAR,))
        assert soundness.is_sound(connection)


def test_damaged_file_is_not_sound(sqlite_world: World, tmp_path: Path) -> None:
    copy = _copied(sqlite_world, tmp_path)
    with copy.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096)
    database = Database(f"sqlite:///{copy}")
    with database.read() as connection:
        assert not soundness.is_sound(connection)
    database.close()


def test_file_that_somebody_holds_is_not_writable(sqlite_world: World, tmp_path: Path) -> None:
    copy = _copied(sqlite_world, tmp_path)
    database = Database(f"sqlite:///{copy}", busy_seconds=0.1)
    with closing(sqlite3.connect(copy, isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnusable):
            soundness.require_writable(database)
    soundness.require_writable(database)
    database.close()


def _copied(world: World, folder: Path) -> Path:
    copy = folder / "ban-sao.db"
    with closing(sqlite3.connect(str(world.database.url.database))) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    return copy


def test_every_error_of_the_database_becomes_a_refusal(world: World) -> None:
    with pytest.raises(DatabaseUnusable), as_refusal(), world.database.read() as connection:
        connection.execute(sa.select(programme_year.c.id, sa.literal_column("no_such_column")))
