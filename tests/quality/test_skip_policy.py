"""The rule on skipping is itself tested, in a pytest of its own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

SKIPPING_TESTS = {
    "test_in_body": "import pytest\ndef test_it():\n    pytest.skip('no browser')\n",
    "test_by_mark": "import pytest\n@pytest.mark.skip(reason='no browser')\ndef test_it():\n    assert 1\n",
    "test_by_fixture": (
        "import pytest\n@pytest.fixture\ndef browser():\n    pytest.skip('no browser')\n"
        "def test_it(browser):\n    assert browser\n"
    ),
    "test_importorskip": "import pytest\npytest.importorskip('no_such_module')\ndef test_it(): assert 1\n",
    "test_module": "import pytest\npytest.skip('no browser', allow_module_level=True)\n",
}
PLUGINS = ("-p", "tests.skip_policy", "-p", "no:cacheprovider")


@pytest.mark.parametrize("name", SKIPPING_TESTS)
def test_skip_without_requirement_stays_a_skip(
    name: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DVK_REQUIRE_ALL", raising=False)
    pytester.makepyfile(**{name: SKIPPING_TESTS[name]})
    outcome = pytester.runpytest_inprocess(*PLUGINS)
    outcome.assert_outcomes(skipped=1)


@pytest.mark.parametrize("name", SKIPPING_TESTS)
def test_skip_with_requirement_becomes_a_failure(
    name: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVK_REQUIRE_ALL", "1")
    pytester.makepyfile(**{name: SKIPPING_TESTS[name]})
    outcome = pytester.runpytest_inprocess(*PLUGINS)
    assert outcome.ret != 0
    assert outcome.parseoutcomes().keys() & {"skipped", "passed"} == set()
    outcome.stdout.fnmatch_lines(["*DVK_REQUIRE_ALL is set*"])


def test_expected_failure_with_requirement_is_no_skip(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVK_REQUIRE_ALL", "1")
    pytester.makepyfile("import pytest\n@pytest.mark.xfail(strict=True)\ndef test_it():\n    assert 1 == 2\n")
    outcome = pytester.runpytest_inprocess(*PLUGINS)
    outcome.assert_outcomes(xfailed=1)
