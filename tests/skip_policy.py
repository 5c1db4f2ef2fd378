"""The rule on skipping, as a pytest plugin: with `DVK_REQUIRE_ALL=1` a skipped test or module fails."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

VARIABLE = "DVK_REQUIRE_ALL"


def _everything_required() -> bool:
    return os.environ.get(VARIABLE, "") not in ("", "0")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    # An expected failure reports itself as skipped too; it ran, so it is no skip.
    if report.outcome == "skipped" and not hasattr(report, "wasxfail") and _everything_required():
        report.outcome = "failed"
        report.longrepr = f"{VARIABLE} is set, and this was skipped. {_reason(report)}"


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skip in set-up, in the test or in tear-down into a failure."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turns the skip of a whole module into a collection error."""
    report = yield
    _refuse_skip(report)
    return report
