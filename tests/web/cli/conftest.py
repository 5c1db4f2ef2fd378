"""A copy of the small world in a data folder of its own, and `dvk` run in this process against it."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import world as small_world
from tests.world import World
from web.cli.entry import run
from workflow.ground.database import Database


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command left: exit code, result and messages."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The result as the one JSON document it has to be."""
        return json.loads(self.out)


Dvk = Callable[..., Answer]


@pytest.fixture(scope="session")
def world_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the small world in it, to be copied."""
    path = tmp_path_factory.mktemp("cli") / "world.db"
    database = Database(f"sqlite:///{path}")
    small_world.build(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder whose settings come from nowhere but here."""
    for name in ("DVK_DATABASE_URL", "DVK_SECRET_KEY", "DVK_HOST", "DVK_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DVK_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DVK_SQLITE_SYNCHRONOUS", "NORMAL")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def dvk(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Dvk:
    """`dvk(*arguments, stdin="…")`."""

    def call(*arguments: str, stdin: str = "") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        capsys.readouterr()
        code = run(arguments)
        shown = capsys.readouterr()
        return Answer(code, shown.out, shown.err)

    return call


@pytest.fixture
def world(folder: Path, world_file: Path) -> Iterator[World]:
    """The small world in the database that `dvk` uses."""
    target = folder / "var" / "dvk.db"
    target.parent.mkdir()
    shutil.copyfile(world_file, target)
    database = Database(f"sqlite:///{target}", synchronous="NORMAL")
    yield small_world.found(database)
    database.close()


@pytest.fixture
def write(folder: Path) -> Callable[[str, Any], str]:
    """`write("plan.json", {...})` writes a JSON file and gives its name back."""

    def keep(name: str, content: Any) -> str:
        (folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return name

    return keep
