"""The page on the command line names every command, and its example does what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from web.cli.entry import root

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
NAMED = re.compile(r"(?:`|    )(?:dvk )?([a-z][a-z -]*[a-z])")


def _commands(group: click.Group, path: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}"


def _named() -> set[str]:
    """Commands the page names; in a row of a table the second `sub` belongs to the group of the first."""
    found = set()
    for line in PAGE.splitlines():
        group = ""
        for words in NAMED.findall(line):
            first, _, rest = words.partition(" ")
            if rest and line.startswith("| `dvk"):
                group = group or first
            found |= {words, f"{group} {first}"}
    return found


def test_page_names_every_command() -> None:
    named = _named()
    missing = [one for one in _commands(root) if not any(f"{words} ".startswith(f"{one} ") for words in named)]
    assert missing == []


@pytest.mark.slow
@pytest.mark.timeout(600)  # thirty commands one after the other, each a process
def test_example_on_the_page_works(tmp_path: Path) -> None:
    shell = shutil.which("sh")
    assert shell
    example = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert example
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DVK_")},
        "DVK_DATA_DIR": str(tmp_path / "data"),
        "DVK_SQLITE_SYNCHRONOUS": "NORMAL",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TZ": "Asia/Ho_Chi_Minh",
    }
    script = f"set -e\ndvk init\ndvk demo >demo.txt\n{example[1]}\ndvk model list --year $YEAR --format json\n"
    done = subprocess.run(
        [shell, "-c", script],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    assert '"state": "recognised"' in done.stdout
