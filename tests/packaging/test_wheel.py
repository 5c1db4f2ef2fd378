"""The wheel, installed away from the checkout, does the job: templates, definitions, migrations are in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "workflow", "notifications", "web")
SHIPPED_SUFFIXES = {
    ".py",
    ".toml",
    ".csv",
    ".html",
    ".css",
    ".js",
    ".mako",
    ".md",
    ".png",
    ".svg",
    ".woff2",
    ".po",
    ".mo",
    ".xlsx",
}

# The sample district: its code in config/sample/units.csv, and its models (collective, individual) by field.
DISTRICT = "KL"
FIELD_TABLE = [(24, 34), (28, 15), (23, 16), (14, 6), (11, 6)]


@dataclass(frozen=True)
class Installation:
    """An environment that holds the wheel and nothing of the checkout, and an empty folder to work in."""

    environment: Path
    folder: Path

    def run(self, program: str, *arguments: str) -> str:
        """Standard output of a program of the environment, run from the empty folder."""
        finished = subprocess.run(
            [str(self.environment / "bin" / program), *arguments],
            cwd=self.folder,
            env={"PATH": os.defpath, "HOME": str(self.folder), "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
        )
        assert finished.returncode == 0, f"{program} {' '.join(arguments)}\n{finished.stdout}{finished.stderr}"
        return finished.stdout

    def read(self, *arguments: str) -> Any:
        """What `dvk … --format json` printed."""
        return json.loads(self.run("dvk", *arguments, "--format", "json"))


def _checked(command: Sequence[str], folder: Path) -> None:
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert finished.returncode == 0, f"{' '.join(command)}\n{finished.stdout}{finished.stderr}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the checkout stays as it is."""
    source = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(CHECKOUT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source / name)
    target = tmp_path_factory.mktemp("wheel")
    _checked([sys.executable, "-m", "build", "--wheel", "--no-isolation", f"--outdir={target}", "."], source)
    (built,) = target.glob("danvankheo-*.whl")
    return built


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel in an environment of its own. Third-party libraries come from the one that runs the tests.

    They are found through a .pth line. Such a line adds the folder without reading the .pth files inside it,
    so an editable installation of the checkout that may lie there does not come along.
    """
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    _checked(
        [
            sys.executable,
            "-m",
            "pip",
            f"--python={python}",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            str(wheel),
        ],
        environment,
    )
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Installation(environment, tmp_path_factory.mktemp("elsewhere"))


def test_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if name.split("/")[0] in PACKAGES}
    expected = {
        path.relative_to(CHECKOUT).as_posix()
        for package in PACKAGES
        for path in (CHECKOUT / package).rglob("*")
        if path.suffix in SHIPPED_SUFFIXES
    }
    assert inside >= expected, f"left out of the wheel: {sorted(expected - inside)}"


def test_installed_packages_come_from_the_wheel(installation: Installation) -> None:
    listing = "import {0}; print({0}.__file__)"
    for package in PACKAGES:
        place = Path(installation.run("python", "-c", listing.format(package)).strip())
        assert place.is_relative_to(installation.environment), f"{package} was imported from {place}"


def test_installed_program_does_the_job_in_an_empty_folder(installation: Installation) -> None:
    installation.run("dvk", "lifecycle", "check")
    installation.run("dvk", "init")
    installation.run("dvk", "demo")
    tally = installation.read("tally", "--year", "2024", "--unit", DISTRICT)
    assert [(row["collective"], row["individual"]) for row in tally["rows"]] == FIELD_TABLE
    assert tally["total"]["total"] == 177
