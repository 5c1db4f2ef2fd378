"""Nothing is kept that nobody uses: keys of data files, variables, public functions."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from config.sentence import LANGUAGE
from config.settings import PREFIX, Settings, variable

CHECKOUT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("config", "workflow", "notifications", "web")
TREES: Final = {
    path.relative_to(CHECKOUT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for package in PACKAGES
    for path in sorted((CHECKOUT / package).rglob("*.py"))
}

# Read by the tests, not by an installation.
SWITCHES_OF_TESTS: Final = {"DVK_GUIDE", "DVK_HYPOTHESIS_PROFILE", "DVK_REQUIRE_ALL", "DVK_SCREENSHOTS"}
# Misspelt on purpose.
MISSPELT: Final = {"DVK_HOTS", "DVK_PROT", "DVK_ZZZZZZZZZZ"}
# Tables of a lifecycle whose keys are its own states, roles and facts.
NAMED_FREELY: Final = {"states", "roles", "facts", "when"}
# Called by a framework because of their name.
HOOKS: Final = {
    "bind_processor": "SQLAlchemy, on a type",
    "result_processor": "SQLAlchemy, on a type",
    "get_from_hint_text": "SQLAlchemy, on a compiler",
    "self_group": "SQLAlchemy, on an expression",
    "settings_customise_sources": "pydantic-settings",
    "get_command": "click, on a group",
    "format_commands": "click, on a group",
    "get_translations": "WTForms, on the Meta of a form",
    "ngettext": "WTForms, on what that gives",
}
# A decorator hands its function to somebody who calls it: a route, a command, a guard. These only change what it is.
PLAIN_DECORATORS: Final = {
    "property",
    "cached_property",
    "staticmethod",
    "classmethod",
    "contextmanager",
    "cache",
    "wraps",
}

_WORD = re.compile(r"\w+")


def _names(tree: ast.AST) -> Iterator[str]:
    """Every name that is read in a module; an import or a definition alone is no use of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The public functions of a module and the public methods of its classes."""
    bodies: list[list[ast.stmt]] = [tree.body]
    while bodies:
        for node in bodies.pop():
            if isinstance(node, ast.ClassDef):
                bodies.append(node.body)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                yield node


def _is_handed_over(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if (target.attr if isinstance(target, ast.Attribute) else ast.unparse(target)) not in PLAIN_DECORATORS:
            return True
    return False


def _templates() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((CHECKOUT / "web").rglob("*"))
        if path.suffix in {".html", ".txt", ".svg"}
    )


def uncalled(trees: dict[str, ast.Module], templates: str = "") -> list[str]:
    """Public functions that nothing in these modules and templates names, as "file: function"."""
    used = {name for tree in trees.values() for name in _names(tree)} | set(_WORD.findall(templates))
    return [
        f"{name}: {function.name}"
        for name, tree in trees.items()
        for function in _functions(tree)
        if function.name not in used and function.name not in HOOKS and not _is_handed_over(function)
    ]


def _keys(value: Any) -> Iterator[str]:
    """The keys at any depth, without the names that a lifecycle gives to its own states and the like."""
    if isinstance(value, dict):
        for key, inside in value.items():
            yield key
            named_freely = key in NAMED_FREELY and isinstance(inside, dict)
            yield from _keys(list(inside.values()) if named_freely else inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _keys(inside)


def _read_by_code() -> set[str]:
    """Words that code writes out, and fields of classes: one that takes the keys of a table as its fields reads them too."""
    found: set[str] = set()
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
    return found


def test_every_key_of_a_data_file_is_read() -> None:
    files = sorted([*(CHECKOUT / "config").glob("*.toml"), *(CHECKOUT / "config/lifecycles").glob("*.toml")])
    read = _read_by_code()
    unread = {
        f"{path.name}: {key}"
        for path in files
        for key in _keys(tomllib.loads(path.read_text(encoding="utf-8")))
        if key not in read
    }
    assert len(files) >= 4
    assert unread == set()


def test_every_variable_is_known() -> None:
    known = {variable(name) for name in Settings.model_fields} | {LANGUAGE} | SWITCHES_OF_TESTS | MISSPELT
    places = [CHECKOUT / name for name in ("README.md", "Makefile", "CHANGELOG.md", ".ci/run")]
    for folder in (*PACKAGES, "docs", "tests", "tools"):
        places += [
            path for path in (CHECKOUT / folder).rglob("*") if path.suffix in {".py", ".md", ".html", ".toml", ".po"}
        ]
    found = {
        f"{path.relative_to(CHECKOUT).as_posix()}: {name}"
        for path in places
        if path.is_file()
        for name in re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
        if name not in known
    }
    assert found == set()


def test_every_public_function_has_a_caller() -> None:
    assert uncalled(TREES, _templates()) == []


def test_exceptions_are_still_needed() -> None:
    defined = {function.name for tree in TREES.values() for function in _functions(tree)}
    assert set(HOOKS) - defined == set()


def test_a_function_that_nothing_calls_is_found() -> None:
    module = ast.parse(
        "def used(): ...\n"
        "def lonely(): ...\n"
        "@pages.get('/')\ndef page(): used()\n"
        "class Thing:\n"
        "    @property\n    def shown(self): ...\n"
        "    @property\n    def unshown(self): ...\n"
    )
    assert uncalled({"one.py": module}, "{{ thing.shown }}") == ["one.py: lonely", "one.py: unshown"]
