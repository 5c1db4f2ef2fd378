"""No room (folder) of the product reaches itself in a circle; checks per file do not see such a circle."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "workflow", "notifications", "web")


@pytest.mark.parametrize("package", PACKAGES)
def test_rooms_form_no_circle(package: str) -> None:
    circle = _circle(_rooms(ROOT, package))
    assert circle == (), " → ".join(circle)


def test_circle_of_folders_is_found_where_the_files_have_none(tmp_path: Path) -> None:
    for name, text in {
        "house/a/one.py": "from house.b import one\n",
        "house/a/two.py": "",
        "house/b/one.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.a.two import name\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert _circle(_rooms(tmp_path, "house")) == ("house.a", "house.b", "house.a")


def _rooms(root: Path, package: str) -> dict[str, set[str]]:
    """Each folder of a package, and the other folders of the package that its files import, for types only as well."""
    files = {
        ".".join(path.relative_to(root).with_suffix("").parts): path for path in sorted((root / package).rglob("*.py"))
    }
    modules = {name.removesuffix(".__init__"): name.rpartition(".")[0] for name in files}
    rooms: dict[str, set[str]] = {room: set() for room in modules.values()}
    for name, path in files.items():
        room = name.rpartition(".")[0]
        for target in _imported(ast.parse(path.read_text(encoding="utf-8")), room):
            found = modules.get(target) or modules.get(target.rpartition(".")[0])
            if found and found != room:
                rooms[room].add(found)
    return rooms


def _imported(tree: ast.Module, room: str) -> set[str]:
    """Names of what is imported anywhere in a file: `from a import b` gives `a.b`, which is a module or a name in one."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = room.split(".")
            above = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found.update(f"{base}.{one.name}" for one in node.names)
    return found


def _circle(rooms: dict[str, set[str]]) -> tuple[str, ...]:
    """The first circle met, from a room back to itself; nothing if there is none."""
    done: set[str] = set()

    def walk(room: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if room in path:
            return (*path[path.index(room) :], room)
        if room in done:
            return ()
        for following in sorted(rooms[room]):
            if circle := walk(following, (*path, room)):
                return circle
        done.add(room)
        return ()

    return next((circle for room in sorted(rooms) if (circle := walk(room, ()))), ())
