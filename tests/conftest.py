"""What every test may ask for (browser, private PostgreSQL), and the rule on skipping.

A skip says why. Where `DVK_REQUIRE_ALL=1` is set, as in `.ci/run`, a skip is a failure: a run that tested
less than it should must not look green.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests import kept
from tests.servers import Absent, PostgresServer, find_chromium, memory, postgres_server
from workflow.core.people import passwords

pytest_plugins = ["tests.skip_policy", "tests.slowest_files"]

LONGEST = (
    "tests/attack/test_crashes.py",
    "tests/browser/test_every_page.py",
    "tests/attack/test_lifecycle_machine.py",
    "tests/attack/test_matrix_cli.py",
    "tests/browser/",
    "tests/workflow/test_sample",
)
"""What takes longest begins first: a worker that is left with it at the end keeps all others waiting."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Keep the folders of the tests in memory where there is room. What failed is found there until the next run."""
    if folder := memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


def pytest_collection_finish() -> None:
    """What has been imported stays to the end: let nobody look through it for what may go."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others as they come; the Makefile hands them out in this order."""
    items.sort(
        key=lambda item: next((at for at, name in enumerate(LONGEST) if item.nodeid.startswith(name)), len(LONGEST))
    )


@pytest.fixture(scope="session", autouse=True)
def full_hasher() -> Iterator[PasswordHasher]:
    """What keeps passwords in earnest, at a third of a second each; the tests sign in thousands of times, at less cost."""
    with pytest.MonkeyPatch.context() as patch:
        full = passwords._hasher
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=1024, parallelism=1))
        passwords._nobody.cache_clear()
        yield full


@pytest.fixture(scope="session", autouse=True)
def kept_between_tests() -> Iterator[None]:
    """What every application would make anew although it comes out the same."""
    with pytest.MonkeyPatch.context() as patch:
        kept.keep(patch)
        yield


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The system's Chromium, for playwright's `executable_path`."""
    try:
        return find_chromium()
    except Absent as absent:
        pytest.skip(str(absent))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A private PostgreSQL cluster: one for each worker, fsync off."""
    try:
        with postgres_server() as server:
            yield server
    except Absent as absent:
        pytest.skip(str(absent))


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> str:
    """Address of the cluster's `postgres` database, for tests that need no database of their own."""
    return postgres.url("postgres")


@pytest.fixture
def postgres_database(postgres: PostgresServer) -> Iterator[str]:
    """Address (SQLAlchemy's form) of a fresh, empty database that is dropped after the test."""
    with postgres.database() as name:
        yield postgres.url(name)
