"""The safety look at an xlsx file before anything reads it: what it is, how large it unpacks, what lies in its cells.

Only checked parts go on: they are packed anew, so that the reader sees exactly the bytes that were looked at.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from array import array
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from xml.parsers import expat

from workflow.ground.reading.text import clean, shorten
from workflow.ground.refusals import Refusal
from workflow.ground.speech import _

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CHUNK = 1 << 20
_MAX_ENTRIES = 10_000
# Deflate reaches 1 000:1 on zeros; a real list stays below 100:1. Small parts may do what they like.
_MAX_RATIO = 200
_RATIO_MATTERS_ABOVE = 20 * 1024 * 1024
# The longest text a cell may hold (Excel specifications and limits).
LONGEST_CELL = 32_767
_MAX_SHARED_STRINGS = 2_000_000
# One shared string may stand in every cell: a small file can name more text than fits into memory.
_MAX_CHARACTERS = 200_000_000
_MAX_MERGES = 100_000
_MAX_FINDINGS = 100_000

_CELL_NAME = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW_NUMBER = re.compile(r"[1-9][0-9]{0,6}")


class WorkbookRefused(Refusal):
    """The file is not a workbook that can be read safely, or not one that makes sense here."""

    kind: ClassVar[str] = "invalid"
    code: ClassVar[str] = "workbook_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message, guard="workbook")


def broken() -> WorkbookRefused:
    return WorkbookRefused(
        _("Tệp Excel bị hỏng hoặc tải lên chưa trọn. Hãy mở bằng Excel, lưu lại rồi tải lên lần nữa.")
    )


def _too_large_inside(limit: int) -> WorkbookRefused:
    return WorkbookRefused(
        _(
            "Nội dung tệp bung ra quá lớn (hơn %(limit)s MB). Hãy chép riêng bảng cần nhập sang tệp mới.",
            limit=limit // 1024 // 1024,
        )
    )


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One worksheet of the package: its name, where it lies, whether a person sees it."""

    name: str
    path: str
    visible: bool


@dataclass(frozen=True, slots=True)
class Package:
    """The unpacked and checked parts of a workbook. typefaces: of each style that a cell may have."""

    parts: Mapping[str, bytes]
    sheets: tuple[SheetPart, ...]
    string_lengths: array[int]
    typefaces: tuple[str, ...]

    def repacked(self) -> io.BytesIO:
        """A new zip of the checked parts alone."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as target:
            for name, content in self.parts.items():
                target.writestr(name, content)
        stream.seek(0)
        return stream


@dataclass(slots=True)
class SheetFacts:
    """What the values alone do not tell. Rows and columns count from 0.

    hidden_columns: from, to. styles: of the filled cells that have one of the styles asked for.
    """

    last_row: int = -1
    last_column: int = -1
    unanswered: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    styles: dict[tuple[int, int], int] = field(default_factory=dict)


class _LocalNames(dict[str, str]):
    """Element name with its namespace → without it, worked out once for each."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(" ")[2]
        return local


def _parse(
    content: bytes,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Run expat over one part; names come without namespace. A document type (the door of XML attacks) is refused."""

    def refuse_doctype(*_args: object) -> None:
        raise WorkbookRefused(_("Tệp chứa khai báo XML không an toàn nên không được đọc. Hãy lưu lại bằng Excel."))

    local = _LocalNames()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_doctype
    if start is not None:
        begin = start
        parser.StartElementHandler = lambda name, attributes: begin(local[name], attributes)
    if end is not None:
        finish = end
        parser.EndElementHandler = lambda name: finish(local[name])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, UnicodeError) as fault:
        raise broken() from fault


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int, limit: int) -> bytes:
    """Unpack one part, chunk by chunk, never more than `room` bytes whatever its header claims."""
    if info.flag_bits & 0x1:
        raise WorkbookRefused(_("Tệp được đặt mật khẩu. Hãy bỏ mật khẩu rồi tải lên lại."))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise broken()
    chunks: list[bytes] = []
    size = 0
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > room:
                raise _too_large_inside(limit)
            chunks.append(chunk)
    return b"".join(chunks)


def _sheets(workbook: bytes, relations: bytes) -> tuple[list[SheetPart], list[tuple[str, str]]]:
    """The worksheets in the book's order, and the paths of shared strings and styles."""
    targets: dict[str, tuple[str, str]] = {}
    sheets: list[SheetPart] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith(("/", "xl/")) else "xl/" + target
            kind = attributes.get("Type", "").rpartition("/")[2]
            targets[attributes.get("Id", "")] = (kind, posixpath.normpath(path))

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            identity = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            kind, path = targets.get(identity, ("", ""))
            if kind == "worksheet":
                sheets.append(
                    SheetPart(attributes.get("name", ""), path, attributes.get("state", "visible") == "visible")
                )

    _parse(relations, relation)
    _parse(workbook, sheet)
    return sheets, [target for target in targets.values() if target[0] in ("sharedStrings", "styles")]


def _string_lengths(content: bytes) -> array[int]:
    lengths = array("q")
    current = 0
    skipping = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal current, skipping
        if name == "si":
            current = 0
        elif name == "rPh":
            skipping = True

    def text(characters: str) -> None:
        nonlocal current
        if not skipping:
            current += len(characters)

    def end(name: str) -> None:
        nonlocal skipping
        if name == "rPh":
            skipping = False
        elif name == "si":
            if current > LONGEST_CELL:
                raise WorkbookRefused(
                    _("Tệp có ô dài hơn %(longest_cell)s ký tự. Hãy rút gọn nội dung ô đó.", longest_cell=LONGEST_CELL)
                )
            lengths.append(current)
            if len(lengths) > _MAX_SHARED_STRINGS:
                raise WorkbookRefused(_("Tệp có quá nhiều nội dung. Hãy tách thành nhiều tệp nhỏ hơn."))

    _parse(content, start, end, text)
    return lengths


def _typefaces(content: bytes) -> tuple[str, ...]:
    """The name of the typeface of each style, in the order in which cells refer to them."""
    names: list[str] = []
    styles: list[str] = []
    within: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if within[-1:] == ["fonts"] and name == "font":
            names.append("")
        elif within[-1:] == ["font"] and name == "name" and names:
            names[-1] = attributes.get("val", "")
        elif within[-1:] == ["cellXfs"] and name == "xf":
            chosen = attributes.get("fontId", "0")
            at = int(chosen) if chosen.isdecimal() and len(chosen) < 7 else len(names)
            styles.append(names[at] if at < len(names) else "")
        within.append(name)

    def end(_name: str) -> None:
        within.pop()

    _parse(content, start, end)
    return tuple(styles)


def open_package(data: bytes, *, max_unpacked: int) -> Package:
    """Look at the bytes of a file that claims to be an xlsx; raises WorkbookRefused with what to do."""
    if data.startswith(_OLE_MAGIC):
        if _ENCRYPTED in data:
            raise WorkbookRefused(_("Tệp được đặt mật khẩu. Hãy bỏ mật khẩu (Tệp → Thông tin) rồi tải lên lại."))
        raise WorkbookRefused(_("Đây là tệp Excel đời cũ (.xls). Hãy mở bằng Excel và lưu thành .xlsx."))
    if not data:
        raise WorkbookRefused(_("Tệp rỗng. Hãy chọn lại tệp Excel (.xlsx)."))
    if not data.startswith(b"PK"):
        raise WorkbookRefused(_("Tệp này không phải tệp Excel (.xlsx). Hãy chọn lại tệp hoặc lưu thành .xlsx."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_package(archive, max_unpacked)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as fault:
        raise broken() from fault


def _entries(archive: zipfile.ZipFile, limit: int) -> dict[str, zipfile.ZipInfo]:
    """What is in the archive, by name in small letters. Raises WorkbookRefused for another kind of file and for one too large."""
    entries = archive.infolist()
    by_name = {info.filename.lower(): info for info in entries}
    if "xl/workbook.bin" in by_name:
        raise WorkbookRefused(_("Đây là tệp Excel nhị phân (.xlsb). Hãy mở bằng Excel và lưu thành .xlsx."))
    if "xl/workbook.xml" not in by_name:
        raise WorkbookRefused(_("Tệp này không phải tệp Excel (.xlsx). Hãy chọn lại tệp hoặc lưu thành .xlsx."))
    if len(entries) > _MAX_ENTRIES or sum(info.file_size for info in entries) > limit:
        raise _too_large_inside(limit)
    for info in entries:
        if info.file_size > _RATIO_MATTERS_ABOVE and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
            raise _too_large_inside(limit)
    return by_name


def _read_package(archive: zipfile.ZipFile, limit: int) -> Package:
    by_name = _entries(archive, limit)
    parts: dict[str, bytes] = {}
    room = limit

    def take(path: str) -> bytes | None:
        nonlocal room
        info = by_name.get(path.lower())
        if info is None:
            return None
        if path not in parts:
            parts[path] = _unpack(archive, info, room, limit)
            room -= len(parts[path])
        return parts[path]

    workbook, relations = take("xl/workbook.xml"), take("xl/_rels/workbook.xml.rels")
    if workbook is None or relations is None:
        raise broken()
    listed, others = _sheets(workbook, relations)
    take("[Content_Types].xml")
    take("_rels/.rels")
    lengths: array[int] = array("q")
    typefaces: tuple[str, ...] = ()
    for kind, path in others:
        content = take(path)
        if content is not None and kind == "sharedStrings":
            lengths = _string_lengths(content)
        elif content is not None:
            typefaces = _typefaces(content)
    sheets = tuple(sheet for sheet in listed if take(sheet.path) is not None)
    if not sheets:
        raise WorkbookRefused(_("Tệp Excel không có trang tính nào. Hãy chọn lại tệp."))
    return Package(parts, sheets, lengths, typefaces)


def column_letters(column: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """(4, 2) → C5."""
    return f"{column_letters(column)}{row + 1}"


def _position(name: str) -> tuple[int, int]:
    match = _CELL_NAME.fullmatch(name)
    if match is None:
        raise broken()
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


class _SheetScan:
    """Walks one worksheet's XML and keeps the facts; refuses as soon as a limit is passed."""

    def __init__(self, lengths: array[int], styles: Collection[str], max_rows: int, max_columns: int) -> None:
        self.facts = SheetFacts()
        self._lengths = lengths
        self._styles = styles
        self._style = ""
        self._max_rows = max_rows
        self._max_columns = max_columns
        self._characters = 0
        self._row = -1
        self._column = -1
        self._kind = ""
        self._formula = False
        self._filled = False
        self._listening = False
        self._heard: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._open_cell(attributes)
        elif name in ("v", "is"):
            self._listening = name == "v"
            self._filled = self._filled or name == "is"
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._open_row(attributes)
        elif name == "col" and _is_hidden(attributes, "width"):
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if _ROW_NUMBER.fullmatch(first) and _ROW_NUMBER.fullmatch(last):
                self.facts.hidden_columns.append((int(first) - 1, int(last) - 1))
        elif name == "mergeCell":
            first, _colon, last = attributes.get("ref", "").partition(":")
            if last:
                self.facts.merges.append((*_position(first), *_position(last)))
            if len(self.facts.merges) > _MAX_MERGES:
                raise WorkbookRefused(_("Tệp có quá nhiều ô gộp. Hãy bỏ gộp ô rồi tải lên lại."))

    def _open_cell(self, attributes: dict[str, str]) -> None:
        address = attributes.get("r")
        if address is None:
            self._column += 1
        else:
            row, self._column = _position(address)
            # The reader trusts the cell, this scan whichever lies further out.
            self._row = max(self._row, row)
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._formula = self._filled = False
        self._heard.clear()

    def _open_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        if number is None:
            self._row += 1
        elif _ROW_NUMBER.fullmatch(number):
            self._row = int(number) - 1
        else:
            raise broken()
        self._column = -1
        if _is_hidden(attributes, "ht"):
            self.facts.hidden_rows.add(self._row)

    def text(self, characters: str) -> None:
        if self._listening:
            self._heard.append(characters)

    def end(self, name: str) -> None:
        if name == "v":
            self._listening = False
        elif name == "c":
            self._close_cell()

    def _close_cell(self) -> None:
        value = "".join(self._heard)
        if self._formula and not value and not self._filled:
            # A text result may be empty; a formula that no program has reckoned yet has no kind either.
            if self._kind == "str":
                return
            self.facts.unanswered.add((self._row, self._column))
        elif self._kind == "e":
            self.facts.errors[self._row, self._column] = shorten(clean(value), 20)
        elif self._kind == "s" and value:
            if not value.isdecimal() or len(value) > 9 or int(value) >= len(self._lengths):
                raise broken()
            self._characters += self._lengths[int(value)]
        elif not value and not self._filled:
            return
        facts = self.facts
        if self._style in self._styles:
            facts.styles[self._row, self._column] = int(self._style)
        facts.last_row = max(facts.last_row, self._row)
        facts.last_column = max(facts.last_column, self._column)
        if self._row >= self._max_rows:
            raise WorkbookRefused(
                _(
                    "Bảng có hơn %(max_rows)s dòng. Hãy tách thành nhiều tệp nhỏ hơn.", max_rows=f"{self._max_rows:,}"
                ).replace(",", ".")
            )
        if self._column >= self._max_columns:
            raise WorkbookRefused(
                _(
                    "Bảng có hơn %(max_columns)s cột (ô %(row)s). Hãy xóa các cột thừa rồi tải lên lại.",
                    max_columns=self._max_columns,
                    row=cell_name(self._row, self._column),
                )
            )
        if self._characters > _MAX_CHARACTERS or len(facts.errors) + len(facts.unanswered) > _MAX_FINDINGS:
            raise WorkbookRefused(_("Tệp có quá nhiều nội dung hoặc quá nhiều ô lỗi. Hãy tách hoặc sửa tệp."))


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    return attributes.get("hidden") in ("1", "true") or attributes.get(size) in ("0", "0.0")


def scan_sheet(
    package: Package, sheet: SheetPart, *, max_rows: int, max_columns: int, styles: Collection[int] = ()
) -> SheetFacts:
    """The facts of one worksheet; raises WorkbookRefused when a filled cell lies beyond the limits.

    styles: those of which it is to be known where they are.
    """
    scan = _SheetScan(package.string_lengths, frozenset(map(str, styles)), max_rows, max_columns)
    _parse(package.parts[sheet.path], scan.start, scan.end, scan.text)
    return scan.facts
