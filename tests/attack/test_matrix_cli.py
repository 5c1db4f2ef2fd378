"""Role × state × transition through `dvk transition`: exit code, sentence and database as the engine would have it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from tests import matrix
from tests.matrix import LATER, Stock
from web.cli.entry import run
from workflow.ground.database import Database

# Each call opens the database anew, so fewer people than elsewhere: every role that acts, and one from outside.
PEOPLE = ("officer.x1t1", "staff2", "inspector1", "chair", "district2", "outsider")


@pytest.fixture
def installation(
    stocked_file: tuple[Path, Stock], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Path, Database]]:
    """The file that `dvk` uses, with a model in every state, and a database open on an untouched copy."""
    path, _ = stocked_file
    used, untouched = tmp_path / "dvk.db", tmp_path / "untouched.db"
    for copy in (used, untouched):
        shutil.copyfile(path, copy)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DVK_DATABASE_URL", f"sqlite:///{used}")
    monkeypatch.setenv("DVK_SQLITE_SYNCHRONOUS", "NORMAL")
    database = Database(f"sqlite:///{untouched}", synchronous="NORMAL")
    yield used, database
    database.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_command_answers_like_the_engine(
    installation: tuple[Path, Database], stocked_file: tuple[Path, Stock], capsys: pytest.CaptureFixture[str]
) -> None:
    (used, database), (template, stock) = installation, stocked_file
    answers: Counter[str] = Counter()
    with time_machine.travel(LATER, tick=False):
        for case in matrix.cases(stock, PEOPLE):
            expected, _ = matrix.tried(database, case, stock)
            stated = matrix.facts(case.step, stock.heir) if case.step else {}
            used.with_name("facts.json").write_text(json.dumps(stated), encoding="utf-8")
            given = [
                "transition",
                case.code,
                case.trigger,
                "--as",
                case.who,
                "--format",
                "json",
                "--data",
                "facts.json",
            ]
            code = run(given)
            shown = capsys.readouterr()
            answers[expected] += 1
            assert code == (0 if expected == "done" else 1), f"{case}: {expected}\n{shown.err}"
            if case.step is not None and expected == "done":
                document = json.loads(shown.out)
                assert (document["from"], document["to"]) == (case.state, case.step.target)
                for stale in used.parent.glob("dvk.db-*"):
                    stale.unlink()
                shutil.copyfile(template, used)
            else:
                assert shown.out == ""
                assert shown.err.strip().endswith(".")
                assert "Traceback" not in shown.err
    assert min(answers[one] for one in ("done", "refused", "not_found", "not_possible", "not_allowed")) > 5, answers
