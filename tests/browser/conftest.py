"""The browser and the sites it visits: one for reading in a module, a fresh one for each test that changes something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.site import Site, loaded_sample, serving

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """The system's Chromium, once for all journeys of a process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, loaded once even when several processes test."""
    shared = tmp_path_factory.getbasetemp()
    # With several processes each has a folder of its own below the one of the run.
    if shared.name.startswith("popen-"):
        shared = shared.parent
    return loaded_sample(shared / "sample")


@pytest.fixture
def site(sample_folder: Path, tmp_path: Path) -> Iterator[Site]:
    """A site of its own."""
    with serving(sample_folder, tmp_path / "data") as site:
        yield site


@pytest.fixture(scope="module")
def read_site(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site for the tests of a module that only look."""
    with serving(sample_folder, tmp_path_factory.mktemp("read") / "data") as site:
        yield site
