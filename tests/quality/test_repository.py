"""The repository as a whole: nothing of one machine in it, documented modules, sizes, locked dependencies."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "workflow", "notifications", "web")
MOST_LINES = 500
LOCKS = ("runtime", "build", "dev")
NOT_SOURCE = {".git", ".venv", ".venv-lock", ".cache", ".hypothesis", "__pycache__", "var", "build", "dist"}

# Written so that no pattern matches itself: this file is searched too.
FORBIDDEN = {
    "a path of somebody's machine": re.compile(r"/root/\w|/home/[\w.-]+/|/Users/[\w.-]+/|\b[A-Z]:\\Users\\"),
    "the host of a package registry": re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a mark of unfinished work": re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X])\b"),
    "an exception from coverage": re.compile(r"pragma: +no +cover"),
}
REQUIREMENT = re.compile(r"^([\w.-]+)==\S+", re.MULTILINE)


def _tracked_files() -> list[Path]:
    """Files under version control; in an unpacked archive every file but what a run leaves behind."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True)
    if listing.returncode == 0 and listing.stdout:
        paths = [CHECKOUT / name for name in listing.stdout.split("\0") if name]
    else:
        paths = [p for p in CHECKOUT.rglob("*") if not NOT_SOURCE & set(p.relative_to(CHECKOUT).parts)]
    return sorted(path for path in paths if path.is_file())


def _texts() -> dict[str, str]:
    """Path inside the repository → content, for every tracked file that is text."""
    texts = {}
    for path in _tracked_files():
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            texts[path.relative_to(CHECKOUT).as_posix()] = content.decode("utf-8")
    return texts


TEXTS = _texts()
MODULES = {name: text for name, text in TEXTS.items() if name.endswith(".py")}


def _requirements(name: str) -> list[str]:
    lines = TEXTS[f"requirements/{name}.in"].splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-"))]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_contains(what: str) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in TEXTS.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


def test_no_tracked_file_names_this_checkout() -> None:
    # A checkout directly below / may be called anything, "app" say, and then its name is an ordinary word.
    if len(CHECKOUT.parts) > 2:
        assert [name for name, text in TEXTS.items() if str(CHECKOUT) in text] == []


def test_every_module_has_a_docstring() -> None:
    assert [name for name, text in MODULES.items() if not ast.get_docstring(ast.parse(text))] == []


def test_no_module_is_a_catch_all() -> None:
    catch_all = {"utils", "util", "common", "helpers", "misc"}
    assert [name for name in MODULES if set(Path(name).with_suffix("").parts) & catch_all] == []


def test_no_module_of_the_product_is_too_long() -> None:
    lengths = {name: text.count("\n") for name, text in MODULES.items() if name.split("/")[0] in PACKAGES}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_template_switches_escaping_off() -> None:
    unsafe = re.compile(r"\|\s*safe\b|autoescape\s+false")
    templates = {name: text for name, text in TEXTS.items() if name.endswith((".html", ".jinja", ".svg", ".xml"))}
    assert [name for name, text in templates.items() if unsafe.search(text)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_every_package_with_hashes(name: str) -> None:
    text = TEXTS[f"requirements/{name}.txt"]
    entries = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_place_to_download_from(name: str) -> None:
    lines = TEXTS[f"requirements/{name}.txt"].splitlines()
    assert [
        line
        for line in lines
        if "://" in line or re.match(r"\s*(--?(extra-)?(index|find-links|trusted)|-f\b|-i\b)", line)
    ] == []


@pytest.mark.parametrize(
    "name", ["pydantic-core", "pillow", "psycopg-binary", "sqlalchemy", "rapidfuzz", "python-calamine"]
)
def test_lock_of_compiled_package_covers_pythons_and_machines(name: str) -> None:
    # 3 Pythons × 2 machines is the least that is published; a single hash would be one machine's wheel.
    entry = re.search(rf"^{name}==.*\n((?:    --hash=.*\n)+)", TEXTS["requirements/runtime.txt"], re.MULTILINE)
    assert entry is not None
    assert entry[1].count("--hash=") >= 6


@pytest.mark.parametrize("name", LOCKS)
def test_lock_contains_what_is_asked_for(name: str) -> None:
    locked = {pin.lower().replace("_", "-") for pin in REQUIREMENT.findall(TEXTS[f"requirements/{name}.txt"])}
    asked = {re.split(r"[\[<>=~!;\s]", line)[0].lower() for line in _requirements(name)}
    assert asked <= locked


def test_locks_agree_with_each_other() -> None:
    pins = {name: set(re.findall(r"^\S+==\S+", TEXTS[f"requirements/{name}.txt"], re.MULTILINE)) for name in LOCKS}
    assert pins["runtime"] | pins["build"] <= pins["dev"]


def test_project_dependencies_are_those_that_are_locked() -> None:
    project = tomllib.loads(TEXTS["pyproject.toml"])
    assert sorted(project["project"]["dependencies"]) == sorted(_requirements("runtime"))
    assert sorted(project["build-system"]["requires"]) == sorted(_requirements("build"))
