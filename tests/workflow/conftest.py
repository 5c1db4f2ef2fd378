"""A fresh world on each database for the tests of the domain.

`world` runs on SQLite and on PostgreSQL; `sqlite_world` is for what has nothing to do with the database.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests import world as small_world
from tests.servers import PostgresServer
from tests.world import World
from workflow.ground.database import Database

Prepare = Callable[[World], None]
"""What happens in a world before a test; two tests with the same function begin alike."""


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
    with sqlite_copy(world_file, tmp_path / "dvk.db") as world:
        yield world


@contextmanager
def sqlite_copy(original: Path, path: Path) -> Iterator[World]:
    """A copy of a world, opened."""
    shutil.copyfile(original, path)
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
    with postgres_copy(postgres, world_template) as world:
        yield world


@contextmanager
def postgres_copy(postgres: PostgresServer, template: str) -> Iterator[World]:
    """A copy of a world, opened."""
    with postgres.database(template) as name:
        database = Database(postgres.url(name), busy_seconds=5)
        yield small_world.found(database)
        database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest) -> World:
    """The world on either database; PostgreSQL is skipped where there is none."""
    found: World = request.getfixturevalue("sqlite_world" if request.param == "sqlite" else "postgres_world")
    return found


@pytest.fixture(scope="session")
def sqlite_stages(world_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Prepare], Path]:
    """Files with a world in which something has happened already, each made when it is first asked for."""

    @cache
    def stage(prepare: Prepare) -> Path:
        path = tmp_path_factory.mktemp("stage") / "world.db"
        with sqlite_copy(world_file, path) as world:
            prepare(world)
            with world.database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return path

    return stage


@pytest.fixture(scope="session")
def postgres_stages(postgres: PostgresServer, world_template: str) -> Iterator[Callable[[Prepare], str]]:
    """The same on PostgreSQL, by the names of their databases."""
    with ExitStack() as stack:

        @cache
        def stage(prepare: Prepare) -> str:
            name = stack.enter_context(postgres.database(world_template))
            database = Database(postgres.url(name))
            prepare(small_world.found(database))
            database.close()
            return name

        yield stage


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def world_after(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Prepare], World]]:
    """The world on either database after what a function does in it. It is done once for all tests; each gets a copy."""
    with ExitStack() as stack:

        def world(prepare: Prepare) -> World:
            if request.param == "sqlite":
                original = request.getfixturevalue("sqlite_stages")(prepare)
                return stack.enter_context(sqlite_copy(original, tmp_path / "dvk.db"))
            template = request.getfixturevalue("postgres_stages")(prepare)
            return stack.enter_context(postgres_copy(request.getfixturevalue("postgres"), template))

        yield world
