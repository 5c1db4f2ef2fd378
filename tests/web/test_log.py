"""What reaches the log, and what must not."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

import pytest
import structlog

from web.serving import log


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def _fail(secret: str) -> None:
    raise ValueError(len(secret))


def test_traceback_holds_no_values_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    log.to_stderr("INFO")
    try:
        _fail("0912" + " 345 678")
    except ValueError:
        structlog.get_logger("web").exception("page failed", reference="51DAD495")
    told = capsys.readouterr()
    assert told.out == ""
    assert "page failed" in told.err
    assert "reference=51DAD495" in told.err
    assert "ValueError: 12" in told.err
    assert "0912 345 678" not in told.err


def test_events_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log.to_stderr("WARNING")
    structlog.get_logger("scheduler").info("anchored")
    structlog.get_logger("scheduler").warning("late")
    told = capsys.readouterr().err
    assert "anchored" not in told
    assert "late" in told


def test_lines_go_where_stderr_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    closed, present = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", closed)
    log.to_stderr("INFO")
    closed.close()
    monkeypatch.setattr(sys, "stderr", present)
    structlog.get_logger("web").info("still told")
    assert "still told" in present.getvalue()
