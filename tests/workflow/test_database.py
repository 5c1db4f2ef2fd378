"""A database that cannot be used says so in a sentence, and nothing has changed; transactions keep or drop everything."""

from __future__ import annotations

import os
import pwd
import socket
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.world import NOW, World, a_draft
from workflow.core.engine import transition
from workflow.ground import migrate
from workflow.ground.database import Database
from workflow.ground.refusals import DatabaseUnusable
from workflow.ground.schema import emulation_model, outbox, unit
from workflow.ground.schema import history as history_table
from workflow.stages.registration import commands as registration


def fingerprint(path: Path) -> tuple[int, ...]:
    """What the file holds, read behind the program's back."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as raw:
        return tuple(
            raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("history", "outbox", "emulation_model", "registration_form")
        )


def file_of(world: World) -> Path:
    assert world.database.url.database is not None
    return Path(world.database.url.database)


def test_lock_held_too_long(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "submitted")
    impatient = Database(sqlite_world.database.url, busy_seconds=0.3)
    before = fingerprint(file_of(sqlite_world))
    with (
        sqlite_world.database.write(),
        pytest.raises(DatabaseUnusable, match="đang bận quá lâu"),
        impatient.write() as connection,
    ):
        transition.apply(connection, "staff2", NOW, code, "accept")
    assert fingerprint(file_of(sqlite_world)) == before
    # Once the other has gone the same thing works.
    with impatient.write() as connection:
        transition.apply(connection, "staff2", NOW, code, "accept")
    impatient.close()


@pytest.mark.postgres
def test_row_held_too_long_on_postgresql(postgres_world: World) -> None:
    code = postgres_world.carry(postgres_world.create(), "submitted")
    impatient = Database(postgres_world.database.url, busy_seconds=0.3)
    with postgres_world.database.write() as holding:
        transition.apply(holding, "staff2", NOW, code, "accept")
        with pytest.raises(DatabaseUnusable, match="đang bận quá lâu"), impatient.write() as connection:
            transition.apply(connection, "staff", NOW, code, "accept")
    impatient.close()
    assert postgres_world.state(code) == "registered"


def test_readers_do_not_wait_for_a_writer(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    with world.database.write() as writing:
        transition.apply(writing, "staff2", NOW, code, "accept")
        assert world.state(code) == "submitted"
    assert world.state(code) == "registered"


def test_read_only_database(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "submitted")
    before = fingerprint(file_of(sqlite_world))
    url = f"sqlite:///file:{file_of(sqlite_world)}?mode=ro&uri=true"
    reading_only = Database(url)
    with pytest.raises(DatabaseUnusable, match="chỉ đọc được"), reading_only.write() as connection:
        transition.apply(connection, "staff2", NOW, code, "accept")
    with reading_only.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(emulation_model)).scalar_one() == 1
    reading_only.close()
    assert fingerprint(file_of(sqlite_world)) == before


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """Somebody whom permissions concern: root writes whatever they say."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    yield
    os.seteuid(0)


@pytest.mark.usefixtures("ordinary_user")
@pytest.mark.parametrize("path", ["/proc/dvk.db", "/dvk-no-such-folder/dvk.db"])
def test_folder_without_permission(path: str) -> None:
    with pytest.raises(DatabaseUnusable, match="Không mở được tệp"), Database(f"sqlite:///{path}").write():
        pass


@pytest.mark.postgres
def test_read_only_postgresql(postgres_world: World) -> None:
    code = postgres_world.carry(postgres_world.create(), "submitted")

    def accept_reading_only() -> None:
        with postgres_world.database.write() as connection:
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
            transition.apply(connection, "staff2", NOW, code, "accept")

    with pytest.raises(DatabaseUnusable, match="chỉ đọc được"):
        accept_reading_only()
    assert postgres_world.state(code) == "submitted"


def test_full_disk(sqlite_world: World) -> None:
    """The file may not grow any more: the writer is told, and what was there is there."""
    before = fingerprint(file_of(sqlite_world))

    def fill() -> None:
        with sqlite_world.database.write() as connection:
            pages = connection.execute(sa.text("PRAGMA page_count")).scalar_one()
            connection.execute(sa.text(f"PRAGMA max_page_count={pages}"))
            for number in range(500):
                small = a_draft(name=f"Mô hình số {number}", items={"situation": "x" * 4_000})
                registration.create_draft(connection, "officer.x1t1", NOW, 2024, small)

    with pytest.raises(DatabaseUnusable, match="Ổ đĩa đã đầy"):
        fill()
    assert fingerprint(file_of(sqlite_world)) == before


def test_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "dvk.db"
    path.write_text("Danh sách mô hình dân vận khéo\n" * 200, encoding="utf-8")
    content = path.read_bytes()
    database = Database(f"sqlite:///{path}")
    for attempt in (database.read, database.write):
        with pytest.raises(DatabaseUnusable, match="không phải cơ sở dữ liệu"), attempt() as connection:
            connection.execute(sa.select(unit)).all()
    with pytest.raises(DatabaseUnusable, match="không phải cơ sở dữ liệu"):
        migrate.upgrade(database)
    database.close()
    assert path.read_bytes() == content


def test_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="Không mở được tệp"), Database(f"sqlite:///{tmp_path}").read():
        pass


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("tệp", encoding="utf-8")
    with pytest.raises(DatabaseUnusable, match="Không mở được tệp"):
        Database(f"sqlite:///{tmp_path / 'data' / 'dvk.db'}")


def test_unreachable_postgresql() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = Database(f"postgresql://dvk@127.0.0.1:{port}/dvk")
    with pytest.raises(DatabaseUnusable, match="Không nối được với máy chủ PostgreSQL"), database.read():
        pass
    database.close()


@pytest.mark.postgres
def test_server_that_goes_away(postgres_world: World) -> None:
    """A connection cut in the middle of a transaction: the sentence, nothing kept, and the next one works."""
    code = postgres_world.carry(postgres_world.create(), "submitted")

    def cut() -> None:
        with postgres_world.database.write() as connection:
            transition.apply(connection, "staff2", NOW, code, "accept")
            backend = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
            with postgres_world.database.write() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
            connection.execute(sa.select(unit)).all()

    with pytest.raises(DatabaseUnusable):
        cut()
    assert postgres_world.state(code) == "submitted"


@pytest.mark.parametrize("url", ["mysql://dvk@127.0.0.1/dvk", "mssql://dvk@127.0.0.1/dvk"])
def test_database_of_another_make(url: str) -> None:
    with pytest.raises(DatabaseUnusable, match="Không hỗ trợ"):
        Database(url)


def test_nothing_written_while_reading_survives(world: World) -> None:
    with world.database.read() as connection:
        connection.execute(sa.update(unit).values(name="Tên khác"))
    with world.database.read() as connection:
        names = set(connection.execute(sa.select(unit.c.name)).scalars())
    assert "Tên khác" not in names


def test_connections_work_in_other_threads(world: World) -> None:
    codes: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: codes.append(world.create(a_draft(name=f"Mô hình {n}")))) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(codes)) == 8


def test_foreign_keys_are_enforced(world: World) -> None:
    with pytest.raises(sa.exc.IntegrityError), world.database.write() as connection:
        connection.execute(
            sa.insert(outbox).values(
                model_id=4711, unit_id=1, trigger="submit", roles="staff", history_seq=1, created_at=NOW
            )
        )


def test_naive_moment_is_refused(world: World) -> None:
    with pytest.raises((TypeError, sa.exc.StatementError)), world.database.read() as connection:
        connection.execute(sa.select(history_table).where(history_table.c.at < NOW.replace(tzinfo=None))).all()
