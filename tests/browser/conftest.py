"""The browser and the sites it visits: one for reading in a module, a fresh one for each test that changes something."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.gallery import NAMES, furnish
from tests.browser.site import Site, load_sample, made_once, serving, without_server

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
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the run: with several processes each has one of its own below it."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own


@pytest.fixture(scope="session")
def sample_folder(shared_folder: Path) -> Path:
    """The sample, loaded once even when several processes test."""
    return made_once(shared_folder / "sample", load_sample)


@pytest.fixture(scope="session")
def furnished_folder(shared_folder: Path, sample_folder: Path) -> Path:
    """The sample with a model, a meeting, a report in every state that the gallery visits, furnished once."""

    def make(data: Path) -> None:
        shutil.copytree(sample_folder, data)
        with without_server(data) as site:
            (data / NAMES).write_text(json.dumps(furnish(site)), encoding="utf-8")

    return made_once(shared_folder / "furnished", make)


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
