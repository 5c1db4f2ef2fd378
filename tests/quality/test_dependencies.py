"""Every dependency that an installation downloads is imported by the product."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "workflow", "notifications", "web")

# The name that is imported, where it is not the name that is installed in small letters with "_" for "-".
IMPORTED_AS = {
    "argon2-cffi": "argon2",
    "markdown-it-py": "markdown_it",
    "pillow": "PIL",
}
UNIMPORTED = {"tzdata": "zoneinfo of the standard library reads it where the system has no time zones"}


def test_every_dependency_is_imported() -> None:
    assert _unused(_asked(), _imported()) == []


def test_every_exception_is_a_dependency() -> None:
    asked = {_distribution(requirement) for requirement in _asked()}
    assert {*IMPORTED_AS, *UNIMPORTED} - asked == set()
    assert {_module(name) for name in UNIMPORTED} & _imported() == set()


def test_dependency_without_an_import_is_found() -> None:
    asked = ["Flask-WTF>=1.3,<2", "psycopg[binary]>=3.3,<4", "Pillow>=12", "tzdata>=2026.1", "left-over>=1.30,<2"]
    assert _unused(asked, {"flask_wtf", "psycopg", "PIL"}) == ["left-over"]


def _unused(asked: Iterable[str], imported: set[str]) -> list[str]:
    names = sorted(_distribution(requirement) for requirement in asked)
    return [name for name in names if name not in UNIMPORTED and _module(name) not in imported]


def _asked() -> list[str]:
    """What every installation needs and what it may add."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [each for extra in project["optional-dependencies"].values() for each in extra]
    return [*project["dependencies"], *optional]


def _distribution(requirement: str) -> str:
    return re.split(r"[\[<>=~!;\s]", requirement)[0].lower()


def _module(distribution: str) -> str:
    return IMPORTED_AS.get(distribution, distribution.replace("-", "_"))


def _imported() -> set[str]:
    """The first part of every name that a file of the product imports."""
    return {
        name.partition(".")[0]
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for name in _names(ast.parse(path.read_text(encoding="utf-8")))
    }


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
