"""Faults found in a data file (a lifecycle definition, the defaults of a programme year), and a reader that collects them all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from workflow.ground.speech import _


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: which file, which key in it, and a Vietnamese sentence that says what to put right."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.message}" if self.key else f"{self.file}: {self.message}"


class DataFileInvalid(Exception):
    """A data file cannot be used; carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: list[Problem] = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)")


def parse_toml(text: str, origin: str) -> tuple[dict[str, Any], list[Problem]]:
    """The content of a TOML text, or the one problem that names the line where it stops being TOML."""
    try:
        return tomllib.loads(text), []
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.search(str(error))
        where = _("dòng %(found)s, cột %(found_2)s", found=found[1], found_2=found[2]) if found else _("cuối tệp")
        return {}, [Problem(origin, where, _("tệp không đúng cú pháp TOML; hãy sửa tại đây (%(error)s)", error=error))]
    except RecursionError:
        return {}, [Problem(origin, "", _("tệp lồng quá nhiều tầng; hãy bớt các ngoặc lồng nhau"))]


def choices_text(names: Collection[str]) -> str:
    """A list of permitted names for a message."""
    return ", ".join(sorted(names)) if names else _("(không có tên nào)")


def unknown_name(kind: str, name: str, known: Collection[str]) -> str:
    """The sentence for a name that does not exist; suggests the nearest one, because most are misspelt."""
    near = get_close_matches(name, sorted(known), n=1)
    hint = _("; có phải là “%(near)s”?", near=near[0]) if near else ""
    return _(
        "%(kind)s “%(name)s” không có%(hint)s Các tên dùng được: %(known)s.",
        kind=kind,
        name=name,
        hint=hint,
        known=choices_text(known),
    )


_MISSING: Any = object()


class Table:
    """A TOML table being read: every access checks the type, and a wrong or unknown key becomes a problem, not an exception."""

    def __init__(self, content: object, origin: str, key: str, problems: list[Problem]) -> None:
        self.origin = origin
        self.key = key
        self.problems = problems
        self._asked: set[str] = set()
        self._content: Mapping[str, Any] = {}
        if isinstance(content, Mapping):
            self._content = content
        else:
            self.problem("", _("phải là một bảng (các dòng khóa = giá trị)"))

    def at(self, name: str) -> str:
        if not name:
            return self.key
        return f"{self.key}.{name}" if self.key else name

    def problem(self, name: str, message: str) -> None:
        self.problems.append(Problem(self.origin, self.at(name), message))

    def has(self, name: str) -> bool:
        return name in self._content

    def written_keys(self) -> tuple[str, ...]:
        return tuple(self._content)

    def _get(self, name: str, default: Any) -> Any:
        self._asked.add(name)
        value = self._content.get(name, _MISSING)
        if value is _MISSING:
            if default is _MISSING:
                self.problem(name, _("thiếu khóa này; hãy thêm vào"))
                return None
            return default
        return value

    def text(self, name: str, default: str | None = _MISSING) -> str:
        """A non-empty string; an empty default is allowed."""
        value = self._get(name, default)
        if value is None or value == default:
            return value or ""
        if not isinstance(value, str) or not value.strip():
            self.problem(name, _("phải là một chuỗi chữ không trống"))
            return ""
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._get(name, default)
        if not isinstance(value, bool):
            self.problem(name, _("phải là true hoặc false"))
            return default
        return value

    def integer(self, name: str, *, low: int, high: int, default: int | None = _MISSING) -> int | None:
        """A whole number within [low, high]; a wrong one is a problem and comes back as None."""
        value = self._get(name, default)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.problem(name, _("phải là số nguyên từ %(low)s đến %(high)s", low=low, high=high))
            return None
        return value

    def day(self, name: str, default: date | None = _MISSING) -> date | None:
        value = self._get(name, default)
        if value is None:
            return None
        if not isinstance(value, date) or hasattr(value, "hour"):
            self.problem(name, _("phải là một ngày, ví dụ 2025-07-01 (không có dấu nháy)"))
            return None
        return value

    def texts(self, name: str, default: Sequence[str] | None = _MISSING) -> tuple[str, ...]:
        """A list of distinct non-empty strings."""
        value = self._get(name, default)
        if value is None:
            return ()
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.problem(name, _('phải là một danh sách chuỗi, ví dụ ["a", "b"]'))
            return ()
        good: list[str] = []
        for index, item in enumerate(value):
            if not isinstance(item, str) or not item.strip():
                self.problem(f"{name}[{index}]", _("phải là một chuỗi chữ không trống"))
            elif item in good:
                self.problem(f"{name}[{index}]", _("“%(item)s” bị lặp lại; hãy bỏ bớt một", item=item))
            else:
                good.append(item)
        return tuple(good)

    def names(
        self, name: str, kind: str, known: Collection[str], default: Sequence[str] | None = _MISSING
    ) -> tuple[str, ...]:
        """A list of strings each of which must be known."""
        found = self.texts(name, default)
        written = list(self._content.get(name, ()))
        for item in found:
            if item not in known:
                self.problem(f"{name}[{written.index(item)}]", unknown_name(kind, item, known))
        return tuple(item for item in found if item in known)

    def name(self, name: str, kind: str, known: Collection[str], default: str | None = _MISSING) -> str:
        value = self.text(name, default)
        if value and value not in known:
            self.problem(name, unknown_name(kind, value, known))
        return value

    def table(self, name: str, *, required: bool = True) -> Table:
        return Table(self._get(name, _MISSING if required else {}) or {}, self.origin, self.at(name), self.problems)

    def tables(self, name: str, *, required: bool = True) -> Iterator[Table]:
        """The tables of a list written as [[name]]; their keys are name[0], name[1] …"""
        value = self._get(name, _MISSING if required else [])
        if value is None:
            return
        if not isinstance(value, list) or (required and not value):
            self.problem(name, _("phải có ít nhất một mục [[%(name)s]]", name=self.at(name)))
            return
        for index, item in enumerate(value):
            yield Table(item, self.origin, self.at(f"{name}[{index}]"), self.problems)

    def entries(self, name: str, *, required: bool = True) -> Iterator[tuple[str, Table]]:
        """The sub-tables of a table written as [name.id], in the order of the file."""
        value = self._get(name, _MISSING if required else {})
        if value is None:
            return
        if not isinstance(value, dict) or (required and not value):
            self.problem(name, _("phải có ít nhất một mục [%(name)s.<mã>]", name=self.at(name)))
            return
        for key, item in value.items():
            yield key, Table(item, self.origin, self.at(f"{name}.{key}"), self.problems)

    def values(self, name: str) -> Mapping[str, Any]:
        """An optional inline table, as it stands."""
        value = self._get(name, {})
        if not isinstance(value, dict):
            self.problem(name, _("phải là một bảng, ví dụ { khoa = true }"))
            return {}
        return value

    def close(self) -> None:
        """Reports every key nobody asked for: a misspelt key must not be ignored in silence."""
        for key in self._content:
            if key not in self._asked:
                self.problem(key, unknown_name(_("khóa"), key, self._asked))
