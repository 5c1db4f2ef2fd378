"""Many at once: nobody starves while there is room, and who finds every connection taken is told to try again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from workflow.ground.database import Database
from workflow.ground.refusals import DatabaseUnusable

NOTE = sa.table("note", sa.column("n", sa.Integer))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each make."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'dvk.db'}"
    found: str = request.getfixturevalue("postgres_database")
    return found


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """With the settings it has when nobody says otherwise."""
    opened = Database(url)
    with opened.write() as connection:
        connection.execute(sa.text("CREATE TABLE note (n INTEGER)"))
    yield opened
    opened.close()


def at_once(act: Callable[[int], None], many: int) -> None:
    """The same in so many threads; the first error of any of them."""
    with ThreadPoolExecutor(many) as threads:
        list(threads.map(act, range(many)))


def count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(NOTE)).scalar_one())


@pytest.mark.parametrize("many", [16, 64])
def test_many_read_and_then_write(database: Database, many: int) -> None:
    """All read, and only when the last has done so do they write: what was read with is free for writing."""
    all_have_read = threading.Barrier(many)

    def read_and_write(number: int) -> None:
        with database.read() as connection:
            connection.execute(sa.select(NOTE)).all()
        all_have_read.wait(60)
        with database.write() as connection:
            connection.execute(sa.insert(NOTE).values(n=number))

    at_once(read_and_write, many)
    assert count(database) == many


@pytest.mark.parametrize("many", [16, 24])
def test_readings_held_together_leave_room_for_writings(database: Database, many: int) -> None:
    """Every connection of the readings is taken at the same moment; the writings that follow need none beside them."""
    all_read = threading.Barrier(many)

    def read(_number: int) -> None:
        with database.read() as connection:
            connection.execute(sa.select(NOTE)).all()
            all_read.wait(60)

    def write(number: int) -> None:
        with database.write() as connection:
            connection.execute(sa.insert(NOTE).values(n=number))

    at_once(read, many)
    at_once(write, many)
    assert count(database) == many


def test_exhausted_pool_says_busy_and_recovers(url: str) -> None:
    database = Database(url, connections=2, busy_seconds=0.2)
    with database.read(), database.read():
        for attempt in (database.read, database.write):
            with pytest.raises(DatabaseUnusable, match="đang bận quá lâu"), attempt():
                pass
        with pytest.raises(DatabaseUnusable, match="đang bận quá lâu"):
            database.line()
    with database.read(), database.write():
        pass
    database.close()


def test_who_waits_for_a_connection_gets_the_one_that_is_given_back(url: str) -> None:
    database = Database(url, connections=1, busy_seconds=30)
    taken = threading.Event()

    def hold_for_a_moment() -> None:
        with database.read():
            taken.set()
            threading.Event().wait(0.2)

    holding = threading.Thread(target=hold_for_a_moment)
    holding.start()
    taken.wait(10)
    with database.write() as connection:
        assert connection.execute(sa.select(sa.literal(1))).scalar_one() == 1
    holding.join()
    database.close()


def test_connection_after_an_error_is_as_new(database: Database) -> None:
    """What failed is rolled back before the next one gets the connection."""

    def fail() -> None:
        with database.write() as connection:
            connection.execute(sa.insert(NOTE).values(n=1))
            connection.execute(sa.text("SELECT nothing FROM nowhere"))

    for _again in range(3):
        with pytest.raises(sa.exc.DBAPIError):
            fail()
    assert count(database) == 0
    with database.write() as connection:
        connection.execute(sa.insert(NOTE).values(n=1))
    assert count(database) == 1
