"""Views let forms act through `web.forms.answers`: none catches a refusal, or writes, says so and leads on, by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]

# Functions of a view that do it themselves, and why.
BY_ITSELF: Final = {
    "administration/trail.py:listed": "a filter in the address that cannot be read: a list, not a form",
    "administration/trail.py:accesses": "a filter in the address that cannot be read: a list, not a form",
    "administration/trail.py:_days": "names the filter that a day was typed into",
    "calendar.py:month": "a month in the address that cannot be read",
    "tally.py:shown": "a filter in the address that cannot be read",
    "health.py:examine": "a database that cannot be used is what it tells of",
    "home.py:_visited": "the page matters more than the note that it was opened",
    "inspection/record.py:_keep": "each photo for itself: the record is saved already",
    "inspection/record.py:_saved": "after the record is kept; a script is told in figures",
    "models/pages.py:many": "nothing was ticked: back to the list",
    "registration.py:_source": "out of sight, what everybody may read will do",
    "session/admission.py:_to_sign_in": "the session has ended",
    "session/language.py:change": "for people who have not signed in nothing is written",
}


def test_no_view_acts_by_itself() -> None:
    found = {
        f"{path.relative_to(ROOT / 'web/views').as_posix()}:{name}": what
        for path in sorted((ROOT / "web/views").rglob("*.py"))
        for name, what in _acting(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert {place: what for place, what in found.items() if place not in BY_ITSELF} == {}
    assert set(BY_ITSELF) - set(found) == set(), "no longer needed in the list"


@pytest.mark.parametrize(
    "text",
    [
        "def new():\n    try:\n        pass\n    except Refusal as refused:\n        pass",
        "def new():\n    try:\n        pass\n    except (KeyError, refusals.NotPossible):\n        pass",
        "def new():\n    try:\n        pass\n    except SignInFailed:\n        pass",
        "def new():\n    with writing() as connection:\n        pass\n    return redirect('/')",
        "def new():\n    say('Đã lưu.')\n    return redirect('/')",
    ],
)
def test_view_that_acts_by_itself_is_found(text: str) -> None:
    assert [name for name, _what in _acting(ast.parse(text))] == ["new"]


def test_view_with_a_command_is_fine() -> None:
    text = (
        "def new():\n    def save(connection):\n        return Done('Đã lưu.', '/')\n"
        "    return act(form, save) or page_again('new.html', form)"
    )
    assert list(_acting(ast.parse(text))) == []


def _acting(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Functions on the outermost level of a module, with what they do by themselves."""
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        inside = list(ast.walk(function))
        caught = {name for node in inside if isinstance(node, ast.ExceptHandler) for name in _names(node.type)}
        called = {name for node in inside if isinstance(node, ast.Call) for name in _names(node.func)}
        if refusals := caught & _refusals():
            yield function.name, f"catches {', '.join(sorted(refusals))}"
        elif "redirect" in called and called & {"writing", "say", "flash"}:
            yield function.name, "writes or says something and redirects"


def _names(node: ast.AST | None) -> set[str]:
    """Names in an expression, of attributes too."""
    inside = list(ast.walk(node)) if node is not None else []
    return {one.id for one in inside if isinstance(one, ast.Name)} | {
        one.attr for one in inside if isinstance(one, ast.Attribute)
    }


@cache
def _refusals() -> frozenset[str]:
    """The names of every refusal in the domain."""
    classes = {
        node.name: {name for base in node.bases for name in _names(base)}
        for path in (ROOT / "workflow").rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    known = {"Refusal"}
    while more := {name for name, bases in classes.items() if bases & known} - known:
        known |= more
    return frozenset(known)
