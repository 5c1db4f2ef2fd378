"""Taking the sample away: whole and with its history when nothing is real, not at all otherwise; then the first administrator."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.world import NOW, World
from workflow.across import sample
from workflow.across.oversight import audit
from workflow.across.sample import removal
from workflow.across.sample.removal import FirstAdministrator
from workflow.core.people import accounts, units
from workflow.core.programmes import starting
from workflow.ground import migrate
from workflow.ground.database import Database
from workflow.ground.refusals import InvalidInput, NotAllowed, NotPossible
from workflow.ground.schema import history, metadata
from workflow.stages.implementation.attachments import Store

TODAY = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
FIRST = FirstAdministrator("LC", "Tỉnh Lào Cai", "province", "quantri.tinh", "Lý Thị Thật")
ADMIN = "quantri"


def sampled(url: str, folder: Path) -> tuple[Database, Store]:
    database, store = Database(url, synchronous="NORMAL"), Store(folder / "files", 5_000_000)
    migrate.upgrade(database)
    sample.load(database, TODAY, store)
    return database, store


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample in it, to be copied: loading it takes longer than any test."""
    folder = tmp_path_factory.mktemp("sample")
    database, _ = sampled(f"sqlite:///{folder / 'dvk.db'}", folder)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder


@pytest.fixture
def installation(loaded: Path, tmp_path: Path) -> Iterator[tuple[Database, Store]]:
    """The sample on SQLite."""
    folder = tmp_path / "copy"
    shutil.copytree(loaded, folder)
    database = Database(f"sqlite:///{folder / 'dvk.db'}", synchronous="NORMAL")
    yield database, Store(folder / "files", 5_000_000)
    database.close()


def files(store: Store) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_sample_goes_whole_and_the_first_administrator_comes(installation: tuple[Database, Store]) -> None:
    database, store = installation
    assert files(store)
    with database.read() as connection:
        assert removal.present(connection)
        assert removal.holdings(connection).removable
    password = removal.remove(database, TODAY, store, who=ADMIN, first=FIRST)
    assert password is not None
    with database.read() as connection:
        checked = accounts.check_password(connection, TODAY, "quantri.tinh", password)
        assert checked.must_change_password
        assert not removal.present(connection)
        assert [node.code for node in units.tree(connection)] == ["LC"]
        assert audit.verify(connection) == []
        triggers = connection.execute(sa.select(history.c.trigger).order_by(history.c.id)).scalars()
        assert sorted(triggers) == ["account_bootstrapped", "unit_created"]
    assert files(store) == []
    with database.write() as connection, pytest.raises(sa.exc.DatabaseError, match="append-only"):
        connection.execute(sa.delete(history))


def test_an_emptied_database_takes_the_sample_again(installation: tuple[Database, Store]) -> None:
    database, store = installation
    assert removal.remove(database, TODAY, store) is None
    with database.read() as connection:
        for table in metadata.sorted_tables:
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0, table.name
    with pytest.raises(NotPossible):
        removal.remove(database, TODAY, store)
    assert sample.load(database, TODAY, store).loaded


def test_anything_real_keeps_everything(installation: tuple[Database, Store]) -> None:
    database, store = installation
    with database.write() as connection:
        starting.start_year(connection, ADMIN, TODAY, 2030)
    with pytest.raises(NotPossible, match="2030"):
        removal.remove(database, TODAY, store, who=ADMIN, first=FIRST)
    with database.read() as connection:
        assert audit.verify(connection) == []
    assert files(store)


def test_a_first_administrator_that_cannot_be_changes_nothing(installation: tuple[Database, Store]) -> None:
    database, store = installation
    with pytest.raises(InvalidInput) as refused:
        removal.remove(
            database, TODAY, store, who=ADMIN, first=FirstAdministrator("có dấu", "", "ward", "q", "", "ngắn")
        )
    assert refused.value.problems
    with pytest.raises(NotAllowed):
        removal.remove(database, TODAY, store, who="canbo.naphieng", first=FIRST)
    with database.read() as connection:
        assert removal.holdings(connection).removable
        assert audit.verify(connection) == []


def test_a_real_installation_has_no_sample_to_remove(world: World, tmp_path: Path) -> None:
    with world.database.read() as connection:
        found = removal.holdings(connection)
    assert not found.removable
    with pytest.raises(NotPossible, match="đơn vị không phải dữ liệu mẫu"):
        removal.remove(world.database, NOW, Store(tmp_path, 1))


@pytest.mark.postgres
def test_sample_goes_whole_on_postgresql(postgres_database: str, tmp_path: Path) -> None:
    database, store = sampled(postgres_database, tmp_path)
    try:
        assert removal.remove(database, TODAY, store, who=ADMIN, first=FIRST) is not None
        with database.read() as connection:
            assert audit.verify(connection) == []
        with database.write() as connection, pytest.raises(sa.exc.DatabaseError, match="append-only"):
            connection.execute(sa.delete(history))
    finally:
        database.close()
