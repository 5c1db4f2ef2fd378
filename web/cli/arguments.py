"""Arguments that many commands share: who acts, the form of the result, dates, JSON files and key=value pairs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.reading.old_letters import require_unicode
from workflow.ground.refusals import InvalidInput, Refusal
from workflow.ground.speech import _, mark

Command = TypeVar("Command", bound=Callable[..., Any])
Value = TypeVar("Value")

LARGEST_DATA = 5 * 1024 * 1024


class Day(click.ParamType[date]):
    """A date as people write it: 05/02/2024 or 2024-02-05."""

    name = mark("NGÀY")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return parse_date_vi(value)
        except Refusal as refusal:
            self.fail(refusal.message, param, ctx)


def by(required: bool = True) -> Callable[[Command], Command]:
    """`--as USER`: the person in whose name the command acts."""
    return click.option(
        "--as", "who", required=required, metavar=mark("NGƯỜI"), help=mark("Tên đăng nhập của người thực hiện.")
    )


def form(*choices: str) -> Callable[[Command], Command]:
    """`--format`: a table for people, one JSON document for programs."""
    offered = choices or ("table", "json")
    return click.option(
        "--format",
        "form",
        type=click.Choice(offered),
        default=offered[0],
        show_default=True,
        help=mark("Dạng kết quả."),
    )


def day(name: str, help_text: str, *, required: bool = False) -> Callable[[Command], Command]:
    """An option that takes a date."""
    return click.option(name, type=Day(), required=required, help=help_text)


def version() -> Callable[[Command], Command]:
    """`--version N`: refuse when somebody else was faster."""
    return click.option("--version", type=click.IntRange(min=0), help=mark("Bản bạn đã thấy; từ chối nếu nay đã khác."))


def data(required: bool = True) -> Callable[[Command], Command]:
    """`--data FILE.json`: the content, `-` for stdin."""
    return click.option(
        "--data", "data_file", required=required, metavar=mark("TỆP.json"), help=mark("Nội dung dạng JSON; - là stdin.")
    )


def read_text(path: str) -> str:
    """The UTF-8 text in a file (`-`: stdin). Raises InvalidInput for one that is too large or not UTF-8, or in old letters."""
    text = _text_of(path)
    require_unicode({"data": text})
    return text


def _text_of(path: str) -> str:
    if path == "-":
        raw = sys.stdin.buffer.read(LARGEST_DATA + 1)
    else:
        with Path(path).open("rb") as file:
            raw = file.read(LARGEST_DATA + 1)
    if len(raw) > LARGEST_DATA:
        raise InvalidInput(
            {
                "data": _(
                    "Tệp %(path)s lớn hơn %(largest_data)s MB.", path=path, largest_data=LARGEST_DATA // 1024 // 1024
                )
            }
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            {"data": _("Tệp %(path)s không phải UTF-8; hãy lưu lại với mã UTF-8.", path=path)}
        ) from error


def read_json(path: str) -> dict[str, Any]:
    """The JSON object in a file (`-`: stdin). Raises InvalidInput that says where it stops being JSON."""
    text = _text_of(path)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            {
                "data": _(
                    "Tệp %(path)s không đúng JSON ở dòng %(lineno)s, cột %(colno)s.",
                    path=path,
                    lineno=error.lineno,
                    colno=error.colno,
                )
            }
        ) from error
    except (RecursionError, ValueError) as error:
        raise InvalidInput({"data": _("Tệp %(path)s không đọc được như JSON.", path=path)}) from error
    if not isinstance(content, dict):
        raise InvalidInput({"data": _("Tệp %(path)s phải chứa một đối tượng JSON {…}.", path=path)})
    require_unicode(dict(_texts(content, "")))
    return content


def _texts(content: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every text in what a JSON file holds, with where it stands there: ("members.0.name", …)."""
    if isinstance(content, str):
        yield name, content
    elif isinstance(content, dict | list):
        parts = content.items() if isinstance(content, dict) else enumerate(content)
        for key, value in parts:
            yield from _texts(value, f"{name}.{key}".lstrip("."))


def pairs(written: Sequence[str], option: str) -> dict[str, str]:
    """`key=value` arguments as a mapping. Raises a usage error for one without `=` and for a key given twice."""
    found: dict[str, str] = {}
    for item in written:
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(_("%(option)s «%(item)s» phải viết dạng tên=giá trị.", option=option, item=item))
        if key.strip() in found:
            raise click.UsageError(_("%(option)s: «%(key)s» được nêu hai lần.", option=option, key=key.strip()))
        found[key.strip()] = value
    return found


def built(cls: type[Value], content: Mapping[str, Any], *, lists: Mapping[str, type[Any]] | None = None) -> Value:
    """A dataclass of the domain from a JSON object. lists: fields that hold a list of such objects.

    Checks names and the plain shape (text, list, object); what the content means is the domain's business.
    """
    known = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
    problems = {
        str(name): _("Không có mục này. Các mục: %(known)s.", known=", ".join(known))
        for name in content
        if name not in known
    }
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name not in content:
            if field.default is MISSING and field.default_factory is MISSING:
                problems[name] = _("Thiếu mục này.")
            continue
        value = content[name]
        if lists and name in lists:
            if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
                problems[name] = _("Cần là một danh sách các đối tượng.")
                continue
            values[name] = [built(lists[name], item) for item in value]
            continue
        complaint = _misshapen(str(field.type), value)
        if complaint:
            problems[name] = complaint
        else:
            values[name] = _exact(str(field.type), value)
    if problems:
        raise InvalidInput(problems)
    return cls(**values)


def _exact(annotation: str, value: Any) -> Any:
    """Numbers where text is meant become the text somebody would have typed; nothing is left as a binary fraction."""
    if isinstance(value, dict):
        return {key: str(item) for key, item in value.items()}
    if isinstance(value, float) or (isinstance(value, int) and annotation.split("|")[0].strip() in ("str", "date")):
        return value if isinstance(value, bool) else str(value)
    return value


def _misshapen(annotation: str, value: Any) -> str | None:
    if annotation.startswith("Mapping"):
        if not isinstance(value, dict) or not all(isinstance(item, str | int | float) for item in value.values()):
            return _("Cần là một đối tượng {tên: giá trị}.")
    elif annotation.startswith("Sequence"):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return _("Cần là một danh sách chữ.")
    elif value is None:
        return None if "None" in annotation else _("Không được để null.")
    elif annotation.startswith("bool"):
        return None if isinstance(value, bool) else _("Cần là true hoặc false.")
    elif isinstance(value, bool | dict | list):
        return _("Cần là một đoạn chữ hoặc một số.")
    return None
