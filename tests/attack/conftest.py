"""The worlds of the domain's tests, and one in which every state of a definition has a model ready for its next step."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import matrix
from tests import world as small_world
from tests.matrix import Stock
from tests.servers import PostgresServer
from tests.workflow.conftest import postgres_world, sqlite_world, world, world_file, world_template
from workflow.ground.database import Database

__all__ = ["postgres_world", "sqlite_world", "world", "world_file", "world_template"]


@pytest.fixture(scope="session")
def stocked_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Stock]:
    """A SQLite file with a model in every state, to be copied, and what is in it."""
    path = tmp_path_factory.mktemp("stocked") / "stocked.db"
    database = Database(f"sqlite:///{path}", synchronous="NORMAL")
    stock = matrix.stock(small_world.build(database))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path, stock


@pytest.fixture
def stocked_sqlite(stocked_file: tuple[Path, Stock], tmp_path: Path) -> Iterator[tuple[Database, Stock]]:
    """A copy of it."""
    path, stock = stocked_file
    copy = tmp_path / "stocked.db"
    shutil.copyfile(path, copy)
    database = Database(f"sqlite:///{copy}", synchronous="NORMAL", busy_seconds=10)
    yield database, stock
    database.close()


@pytest.fixture(scope="session")
def stocked_template(postgres: PostgresServer) -> Iterator[tuple[str, Stock]]:
    """Name of a PostgreSQL database with a model in every state, to be copied, and what is in it."""
    with postgres.database() as name:
        database = Database(postgres.url(name))
        stock = matrix.stock(small_world.build(database))
        database.close()
        yield name, stock


@pytest.fixture
def stocked_postgres(postgres: PostgresServer, stocked_template: tuple[str, Stock]) -> Iterator[tuple[Database, Stock]]:
    """A copy of it."""
    template, stock = stocked_template
    with postgres.database(template) as name:
        database = Database(postgres.url(name), busy_seconds=10)
        yield database, stock
        database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def stocked(request: pytest.FixtureRequest) -> tuple[Database, Stock]:
    """The same on either database."""
    name = "stocked_sqlite" if request.param == "sqlite" else "stocked_postgres"
    found: tuple[Database, Stock] = request.getfixturevalue(name)
    return found
