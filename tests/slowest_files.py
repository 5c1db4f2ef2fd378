"""The slowest files of a run at its end, as a pytest plugin: what set-up, tests and tear-down of each took together."""

from __future__ import annotations

from collections import defaultdict

import pytest

SHOWN = 10


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shown when several files were run. With several workers their reports come together where this is called."""
    spent = _spent(terminalreporter)
    if len(spent) < 2:
        return
    terminalreporter.section(f"slowest {min(SHOWN, len(spent))} files")
    for name, seconds in sorted(spent.items(), key=lambda one: -one[1])[:SHOWN]:
        terminalreporter.write_line(f"{seconds:8.2f}s {name}")


def _spent(reporter: pytest.TerminalReporter) -> dict[str, float]:
    """Seconds by file."""
    spent: dict[str, float] = defaultdict(float)
    for reports in reporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                spent[report.nodeid.partition("::")[0]] += report.duration
    return spent
