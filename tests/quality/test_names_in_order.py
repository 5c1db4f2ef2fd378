"""Whatever is put in order by a name goes by the keys of reading/order.py: no database and no `sorted` knows Vietnamese order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("config", "workflow", "notifications", "web")
NAMES: Final = {"name", "full_name", "unit_name", "model_name", "person_name", "label", "title"}
FOLDED: Final = {"name_folded", "name_identity"}
# A unit is listed by its place in the tree, whose key is made of names.
OF_UNITS: Final = {"unit", "home", "owing", "collector", "place"}
ORDERS: Final = {"name_order", "person_order", "tree_order"}
OTHER_QUESTIONS: Final = {"length", "startswith", "identity"}
# What stands in these is compared, not put in order by its letters.

# File and function, with the reason.
EXCEPTED: Final = {
    "web/words/particulars.py:_items": "names of the program's own fields",
    "web/views/recognition/submissions.py:_steps": "asks whether there is a reason",
    "workflow/ground/data_files.py:choices_text": "names that a file may use, no words",
    "workflow/stages/registration/namesakes.py:Namesakes": "keys for a statement",
    "workflow/stages/recognition/submission.py:_recipient": "the lowest of those above",
    "workflow/across/sample/reports.py:_writers": "who of the sample hands in when goes by the codes, which never change",
}


def by_a_name(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of what is put in order by a name itself."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr == "order_by":
            keys: list[ast.expr] = list(node.args)
        elif isinstance(node.func, ast.Name) and node.func.id in ("sorted", "min", "max"):
            keys = [word.value for word in node.keywords if word.arg == "key"] or _plain(node)
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "sort":
            keys = [word.value for word in node.keywords if word.arg == "key"]
        else:
            continue
        for key in keys:
            if any(_named(part) for part in _outside_orders(key)):
                yield node.lineno, ast.unparse(node)[:120]


def _plain(node: ast.Call) -> list[ast.expr]:
    """What is sorted as it is, where it says that it is names."""
    if not node.args or getattr(node.func, "id", "") != "sorted":
        return []
    return [node.args[0]] if re.search(r"(?<!user_)(?<!file_)names?\b", ast.unparse(node.args[0])) else []


def _outside_orders(key: ast.AST) -> Iterator[ast.AST]:
    if isinstance(key, ast.Call) and ast.unparse(key.func).rpartition(".")[2] in ORDERS | OTHER_QUESTIONS:
        return
    yield key
    for part in ast.iter_child_nodes(key):
        yield from _outside_orders(part)


def _named(part: ast.AST) -> bool:
    if isinstance(part, ast.Name):
        return part.id == "names"
    if not isinstance(part, ast.Attribute):
        return False
    of_unit = isinstance(part.value, ast.Attribute) and isinstance(part.value.value, ast.Name)
    owner = part.value.value.id if of_unit else ""  # type: ignore[attr-defined]
    return part.attr in NAMES | FOLDED or (owner in OF_UNITS and part.attr in ("path", "code"))


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        yield getattr(node, "name", ""), node


@pytest.mark.parametrize("package", PACKAGES)
def test_names_are_put_in_order_by_their_keys(package: str) -> None:
    found = [
        f"{name}:{line} {text}"
        for path in sorted((ROOT / package).rglob("*.py"))
        if not (name := path.relative_to(ROOT).as_posix()).startswith("workflow/ground/migrations")
        for function, node in _functions(ast.parse(path.read_text("utf-8")))
        if f"{name}:{function}" not in EXCEPTED
        for line, text in by_a_name(node)
    ]
    assert found == []


def test_templates_sort_nothing() -> None:
    pattern = re.compile(r"\|\s*(?:sort|dictsort)\b")
    found = [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.html"))
        if pattern.search(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("statement.order_by(account.c.full_name)", True),
        ("statement.order_by(account.c.name_sort, account.c.id)", False),
        ("statement.order_by(unit.c.path)", True),
        ("statement.order_by(sa.func.length(unit.c.path).desc())", False),
        ("statement.order_by(unit.c.tree_sort)", False),
        ("sorted(rows, key=lambda row: (row.late, row.unit_name))", True),
        ("sorted(rows, key=lambda row: name_order(row.unit_name))", False),
        ("rows.sort(key=lambda row: person_order(row.full_name))", False),
        ("rows.sort(key=lambda row: row.label.lower())", True),
        ("sorted(names)", True),
        ("sorted(names, key=name_order)", False),
        ("sorted(user_names)", False),
    ],
)
def test_what_is_told(written: str, wrong: bool) -> None:
    assert bool(list(by_a_name(ast.parse(written)))) is wrong
