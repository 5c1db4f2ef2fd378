"""A fresh world on each database for the tests of the domain.

`world` runs on SQLite and on PostgreSQL; `sqlite_world` is for what has nothing to do with the database.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import world as small_world
from tests.servers import PostgresServer
from tests.world import World
from workflow.ground.database import Database


@pytest.fixture(scope="session")
def world_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the world in it, to be copied: building it takes longer than most tests."""
    path = tmp_path_factory.mktemp("world") / "world.db"
    database = Database(f"sqlite:///{path}")
    small_world.build(database)
    with database.engine.connect() as connection:
        # Everything into the one file, so that a copy of it is whole.
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def sqlite_world(world_file: Path, tmp_path: Path) -> Iterator[World]:
    """The world on SQLite."""
    path = tmp_path / "dvk.db"
    shutil.copyfile(world_file, path)
    database = Database(f"sqlite:///{path}", synchronous="NORMAL", busy_seconds=5)
    yield small_world.found(database)
    database.close()


@pytest.fixture(scope="session")
def world_template(postgres: PostgresServer) -> Iterator[str]:
    """Name of a PostgreSQL database with the world in it, to be copied for the same reason."""
    with postgres.database() as name:
        database = Database(postgres.url(name))
        small_world.build(database)
        database.close()
        yield name


@pytest.fixture
def postgres_world(postgres: PostgresServer, world_template: str) -> Iterator[World]:
    """The world on PostgreSQL."""
    with postgres.database(world_template) as name:
        database = Database(postgres.url(name), busy_seconds=5)
        yield small_world.found(database)
        database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest) -> World:
    """The world on either database; PostgreSQL is skipped where there is none."""
    found: World = request.getfixturevalue("sqlite_world" if request.param == "sqlite" else "postgres_world")
    return found
