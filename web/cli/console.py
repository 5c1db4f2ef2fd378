"""What the command line says and how: results to stdout, messages to stderr, always UTF-8, plain where nobody looks."""

from __future__ import annotations

import errno
import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from workflow.ground.speech import _, mark

_SYSTEM_SENTENCES = {
    errno.ENOENT: mark("không có tệp hoặc thư mục này"),
    errno.EACCES: mark("không có quyền"),
    errno.EPERM: mark("không có quyền"),
    errno.EISDIR: mark("đây là thư mục, cần một tệp"),
    errno.ENOTDIR: mark("đường dẫn đi qua một tệp không phải thư mục"),
    errno.ENOSPC: mark("ổ đĩa đã đầy"),
    errno.EROFS: mark("ổ đĩa chỉ đọc được"),
    errno.EADDRINUSE: mark("cổng đang được dùng"),
    errno.EADDRNOTAVAIL: mark("máy này không có địa chỉ ấy"),
}
_MISSING_KINDS = {"argument": mark("tham số"), "option": mark("tùy chọn")}


def speak_utf8() -> None:
    """Vietnamese comes out whole whatever the locale says; a character that is none is shown, not a reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def message(text: str) -> None:
    """A line for the person, beside the result."""
    click.echo(text, err=True)


def result(text: str) -> None:
    """A line of the result."""
    click.echo(text)


def as_json(document: Any) -> None:
    """The result as one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def system_sentence(error: OSError) -> str:
    """What the operating system complains about, in Vietnamese where it is something a person meets."""
    known = _SYSTEM_SENTENCES.get(error.errno or 0)
    return _(known) if known else error.strerror or str(error)


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> None:
    """The result as a table: fitted to the window on a terminal, one unbroken line for each row where it is piped.

    right: indexes of the columns that hold numbers. Without any heading the first line is left out.
    """
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _table_for_eyes(headings, cells, right)
        return
    lines = [list(headings), *cells] if any(headings) else cells
    widths = [max((len(line[index]) for line in lines), default=0) for index in range(len(headings))]
    for line in lines:
        shown = (
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        click.echo("  ".join(shown).rstrip())


def _table_for_eyes(headings: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[int]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, show_header=any(headings))
    for index, heading in enumerate(headings):
        shown.add_column(Text(heading), justify="right" if index in right else "left", overflow="fold")
    for row in cells:
        shown.add_row(*(Text(cell) for cell in row))
    Console(file=sys.stdout, highlight=False).print(shown)


@contextmanager
def progress(label: str) -> Iterator[Any]:
    """A function `(done, total)` that shows how far long work is; on stderr, and only where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def usage(error: click.UsageError) -> None:
    """Say in Vietnamese what is wrong with the way the command was called, and how to learn more."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and error.ctx is not None:
        message(error.ctx.get_help())
        return
    message(_("Dùng sai: %(error)s", error=_complaint(error)))
    if error.ctx is not None:
        message(_("Cách dùng: %(usage)s", usage=error.ctx.get_usage().partition(":")[2].strip()))
        message(_("Xem thêm: %(command_path)s --help", command_path=error.ctx.command_path))


def _complaint(error: click.UsageError) -> str:
    if isinstance(error, click.MissingParameter):
        kind = _MISSING_KINDS.get(
            error.param.param_type_name if error.param is not None else "", _MISSING_KINDS["argument"]
        )
        name = error.param.get_error_hint(error.ctx) if error.param is not None and error.ctx is not None else ""
        return _("thiếu %(kind)s %(name)s.", kind=_(kind), name=name)
    if isinstance(error, click.NoSuchOption):
        near = (
            _(" Có phải là: %(listed)s?", listed=", ".join(sorted(error.possibilities))) if error.possibilities else ""
        )
        return _("không có tùy chọn %(option_name)s.%(near)s", option_name=error.option_name, near=near)
    if isinstance(error, click.exceptions.NoSuchCommand):
        group = error.ctx.command if error.ctx is not None else None
        listed = ", ".join(group.list_commands(error.ctx)) if isinstance(group, click.Group) and error.ctx else ""
        return _(
            "không có lệnh «%(command_name)s». Các lệnh: %(listed)s.", command_name=error.command_name, listed=listed
        )
    if isinstance(error, click.BadParameter):
        name = error.param.get_error_hint(error.ctx) if error.param is not None and error.ctx is not None else ""
        if error.param is not None and isinstance(error.param.type, click.Choice):
            return _(
                "%(name)s: chỉ được là một trong: %(listed)s.",
                name=name,
                listed=", ".join(map(str, error.param.type.choices)),
            )
        return f"{name}: {error.message}" if name else error.message
    return error.format_message()
