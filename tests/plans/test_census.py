"""No statement of a page, a command or the tick goes through what grows, but those that say why."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest

from tests.plans.exceptions import EXCEPTIONS
from tests.plans.judging import Fault, judge
from tests.plans.life import live
from tests.plans.recording import Recorder, Statement


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Recorder, sqlite3.Connection]]:
    """What was asked while everything happened, and the database as it is then."""
    recorder = Recorder()
    folder = tmp_path_factory.mktemp("plans")
    live(folder, recorder).close()
    # What SQLite learned of tables as small as these says nothing of large ones: judged is what it does without.
    with closing(sqlite3.connect(folder / "dvk.db")) as forgetting, forgetting:
        assert forgetting.execute("DELETE FROM sqlite_stat1").rowcount > 0
    connection = sqlite3.connect(folder / "dvk.db")
    for text in recorder.temporary:
        connection.execute(text)
    yield recorder, connection
    connection.close()


@pytest.fixture(scope="module")
def faults(lived: tuple[Recorder, sqlite3.Connection]) -> Sequence[Fault]:
    recorder, connection = lived
    return judge(connection, recorder.found.values())


def test_nothing_goes_through_what_grows(faults: Sequence[Fault]) -> None:
    left = [fault for fault in faults if not any(one.covers(fault) for one in EXCEPTIONS)]
    assert not left, "\n" + "\n".join(map(str, left))


def test_no_exception_is_stale(faults: Sequence[Fault]) -> None:
    assert [one for one in EXCEPTIONS if not any(map(one.covers, faults))] == []


def test_everything_was_heard(lived: tuple[Recorder, sqlite3.Connection]) -> None:
    recorder, _connection = lived
    places = {statement.where.split(" as ")[0] for statement in recorder.found.values()}
    assert {"tick", "command", "/don-doc", "/quyet-dinh", "/tong-quan"} <= places
    assert len(recorder.found) > 500


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT id FROM obligation WHERE sequence > 3 LIMIT 1", "is gone through from end to end"),
        ("SELECT o.id FROM obligation AS o WHERE o.state = 'x' LIMIT 1", "is gone through from end to end"),
        ("UPDATE reminder SET why = 'x' WHERE part = 'head'", "is gone through from end to end"),
        ("SELECT id FROM emulation_model WHERE year_id = 1 ORDER BY origin LIMIT 5", "has many rows sorted"),
        ("SELECT count(*) FROM emulation_model WHERE year_id = 1", "has many rows read without a bound"),
        ("SELECT id FROM history WHERE at > '2024-01-01'", "has many rows read without a bound"),
    ],
)
def test_statement_that_goes_through_a_large_table_is_found(
    lived: tuple[Recorder, sqlite3.Connection], text: str, why: str
) -> None:
    _recorder, connection = lived
    (fault,) = judge(connection, [Statement("/trang as staff", text)])
    assert fault.why == why
    assert str(fault).startswith("/trang as staff: ")
    assert text.split()[0] in str(fault)


def test_statement_that_goes_by_an_index_is_none(lived: tuple[Recorder, sqlite3.Connection]) -> None:
    _recorder, connection = lived
    texts = (
        "SELECT id FROM emulation_model WHERE year_id = 1 ORDER BY id LIMIT 50",
        "SELECT id FROM emulation_model WHERE code = 'DVK-2024-00001'",
        "SELECT id FROM obligation WHERE unit_id = 3 AND fulfilled_at IS NULL AND withdrawn_at IS NULL ORDER BY id",
    )
    assert judge(connection, [Statement("/trang", text) for text in texts]) == []
