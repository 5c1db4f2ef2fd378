"""The list of the slowest files is itself tested, in a pytest of its own: alone and with two workers."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

PLUGINS = ("-p", "tests.slowest_files", "-p", "no:cacheprovider")
FILES = {
    "test_late_fixture": (
        "import time\nimport pytest\n@pytest.fixture\ndef late():\n    time.sleep(0.3)\n    yield\n    time.sleep(0.3)\n"
        "def test_it(late): assert 1\n"
    ),
    "test_slow": "import time\ndef test_it(): time.sleep(0.3)\n",
    "test_quick": "def test_one(): assert 1\ndef test_other(): assert 1\n",
}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_slowest_files_come_first(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    pytester.makepyfile(**FILES)
    outcome = pytester.runpytest_inprocess(*PLUGINS, *workers)
    outcome.assert_outcomes(passed=4)
    outcome.stdout.fnmatch_lines(
        ["*slowest 3 files*", "*s test_late_fixture.py", "*s test_slow.py", "*s test_quick.py"],
    )


def test_ten_are_shown(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(**{f"test_{number}": "def test_it(): assert 1\n" for number in range(12)})
    outcome = pytester.runpytest_inprocess(*PLUGINS)
    assert len([line for line in outcome.outlines if "s test_" in line]) == 10


def test_one_file_alone_is_no_list(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_quick=FILES["test_quick"])
    outcome = pytester.runpytest_inprocess(*PLUGINS)
    outcome.stdout.no_fnmatch_line("*slowest*")
