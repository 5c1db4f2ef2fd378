"""Migrations on empty and on populated databases, both ways; databases of another version; a migration that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from tests import world as small_world
from tests.world import World, a_draft
from workflow.across.oversight import audit
from workflow.ground import migrate
from workflow.ground.database import Database
from workflow.ground.refusals import DatabaseUnusable
from workflow.ground.schema import metadata


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An empty database of each make."""
    url = (
        f"sqlite:///{tmp_path / 'empty.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_database")
    )
    database = Database(url, busy_seconds=5)
    yield database
    database.close()


# The index of words has a form of its own on each database, so the migration writes it and the schema does not know it.
INDEX_OF_WORDS = "model_search"


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
    return {name for name in names if not name.startswith(INDEX_OF_WORDS)}


def differences(database: Database) -> list[Any]:
    def known(name: str | None, kind: str, parents: Any) -> bool:
        return not (kind == "table" and name is not None and name.startswith(INDEX_OF_WORDS))

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": known})
        return list(compare_metadata(context, metadata))


def test_empty_database_comes_up_and_goes_down_again(empty: Database) -> None:
    assert migrate.current(empty) is None
    assert migrate.upgrade(empty) is True
    assert migrate.current(empty) == migrate.head()
    assert tables(empty) == set(metadata.tables) | {"alembic_version"}
    assert migrate.upgrade(empty) is False
    migrate.downgrade(empty, "base")
    assert tables(empty) == {"alembic_version"}
    assert migrate.upgrade(empty) is True
    assert differences(empty) == []


def test_migrations_make_what_the_schema_says(empty: Database) -> None:
    migrate.upgrade(empty)
    assert differences(empty) == []


def test_populated_database_goes_down_and_comes_up_usable(world: World) -> None:
    for state in ("submitted", "inspected", "recognised", "revoked"):
        world.carry(world.create(a_draft(name=f"Mô hình {state}")), state)
    migrate.downgrade(world.database, "base")
    assert tables(world.database) == {"alembic_version"}
    migrate.upgrade(world.database)
    again = small_world.build(world.database)
    assert again.state(again.carry(again.create(), "recognised")) == "recognised"
    with again.database.read() as connection:
        assert audit.verify(connection) == []


def test_history_is_append_only_after_coming_up_again(world: World) -> None:
    migrate.downgrade(world.database, "base")
    migrate.upgrade(world.database)
    again = small_world.build(world.database)
    again.create()
    for table in ("history", "anchor", "report_submission"):
        with again.database.engine.connect() as connection:
            if again.database.is_sqlite:
                found = connection.execute(
                    sa.text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"),
                    {"table": table},
                ).scalar_one()
            else:
                found = connection.execute(
                    sa.text(
                        "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = CAST(:table AS regclass)"
                    ),
                    {"table": table},
                ).scalar_one()
        assert found == 2
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), again.database.write() as connection:
        connection.execute(sa.text("DELETE FROM history"))


def test_newer_database_is_refused_with_a_sentence(world: World) -> None:
    code = world.create()
    with world.database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (migrate.upgrade, migrate.require_current):
        with pytest.raises(DatabaseUnusable, match="phiên bản mới hơn") as refusal:
            attempt(world.database)
        assert refusal.value.guard == "revision"
    assert world.state(code) == "draft"


@pytest.mark.parametrize("revision", ["0003", "0016"])
def test_database_from_before_the_baseline_is_refused_with_a_sentence(world: World, revision: str) -> None:
    code = world.create()
    with world.database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    for attempt in (migrate.upgrade, migrate.require_current):
        with pytest.raises(DatabaseUnusable, match="bản thử nghiệm trước đây") as refusal:
            attempt(world.database)
        assert refusal.value.guard == "revision"
    assert world.state(code) == "draft"


def test_database_without_tables_says_what_to_run(empty: Database) -> None:
    with pytest.raises(DatabaseUnusable, match="dvk init"):
        migrate.require_current(empty)
    migrate.upgrade(empty)
    migrate.require_current(empty)


def test_failing_migration_leaves_all_as_it_was(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last statement of the first migration fails: not one table stays."""
    upgrade = command.upgrade

    def interrupted(config: Config, to: str) -> None:
        upgrade(config, to)
        config.attributes["connection"].execute(sa.text("INSERT INTO no_such_table VALUES (1)"))

    monkeypatch.setattr(command, "upgrade", interrupted)
    with pytest.raises(sa.exc.DBAPIError, match="no_such_table"):
        migrate.upgrade(empty)
    assert tables(empty) == set()
    monkeypatch.undo()
    assert migrate.upgrade(empty) is True


def test_failing_way_down_keeps_the_data(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = world.carry(world.create(), "inspected")
    before = world.model(code)
    downgrade = command.downgrade

    def interrupted(config: Config, to: str) -> None:
        downgrade(config, to)
        config.attributes["connection"].execute(sa.text("INSERT INTO no_such_table VALUES (1)"))

    monkeypatch.setattr(command, "downgrade", interrupted)
    with pytest.raises(sa.exc.DBAPIError, match="no_such_table"):
        migrate.downgrade(world.database, "base")
    assert world.model(code) == before
    assert migrate.current(world.database) == migrate.head()
    with world.database.read() as connection:
        assert audit.verify(connection) == []
        if world.database.is_sqlite:
            assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar_one() == 1
