"""`python -m tests.simulation`: counts as JSON, a database of its own that is gone afterwards, and no other one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.simulation.__main__ import main
from workflow.ground.database import Database


def test_few_days_are_lived_and_told_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--units", "8", "--seed", "4", "--days", "4", "--ticks", "1", "--format", "json") == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["seed"], told["units"], told["findings"]) == (4, 8, [])
    assert told["counts"]["units"] == 8
    assert told["counts"]["ticks"] >= 4
    assert "Số gieo: 4" in said.err
    assert "Mọi lời nhắc đều đúng" in said.err


def test_database_with_data_is_refused_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'nam.db'}"
    command = ("--units", "6", "--seed", "1", "--days", "1", "--database", url)
    assert run(*command) == 0
    capsys.readouterr()
    before = _size(url)
    assert run(*command) == 1
    assert "đã có dữ liệu" in capsys.readouterr().err
    assert _size(url) == before


def test_too_few_units_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--units", "2") == 2
    assert capsys.readouterr().out == ""


def run(*arguments: str) -> int:
    """The exit code of the command."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert isinstance(left.value.code, int)
    return left.value.code


def _size(url: str) -> int:
    database = Database(url)
    with database.read() as connection:
        found = int(connection.exec_driver_sql("SELECT count(*) FROM history").scalar_one())
    database.close()
    return found
