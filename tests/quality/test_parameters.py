"""One order of parameters in the domain and in what it tells: connection, who, now, subject, …, version."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRST = {"connection": 0, "database": 0, "who": 1, "actor": 1, "now": 3, "version": 9}
GRANT, OTHERS = 2, 5

EXCEPT = {
    "workflow/across/documents/import_units.py:write_list": "whom the list is for may be left out",
    "workflow/across/documents/import_units.py:write_template": "whom the template is for may be left out",
}


def rank(name: str, beside: list[str]) -> int:
    """The place of a parameter. The grant that somebody acts under follows them; alone it is a subject."""
    if name == "grant":
        return GRANT if {"who", "actor"} & set(beside) else OTHERS
    if name in ("account_id", "by") and beside.index(name) == 1:
        return FIRST["who"]
    return FIRST.get(name, OTHERS)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions of a module and the methods of its classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from (inner for inner in node.body if isinstance(inner, ast.FunctionDef))


def out_of_order(source: str) -> list[str]:
    """The functions of a module that name what everybody knows in another order."""
    found = []
    for function in functions(ast.parse(source)):
        names = [one.arg for one in function.args.args if one.arg not in ("self", "cls")]
        places = [rank(name, names) for name in names]
        if {"connection", "database"} & set(names) and places != sorted(places):
            found.append(function.name)
    return found


@pytest.mark.parametrize("package", ["workflow", "notifications"])
def test_parameters_have_one_order(package: str) -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts and path.name != "prepared.py"
        for name in out_of_order(path.read_text("utf-8"))
    }
    assert found == {name for name in EXCEPT if name.startswith(f"{package}/")}


def test_other_order_is_found() -> None:
    assert out_of_order("def lock(connection, who, user_name, now): ...") == ["lock"]
    assert out_of_order("def save(connection, who, now, version, text): ...") == ["save"]
    assert out_of_order("def save(connection, who, now, code, text, version): ...") == []
