"""Tables in xlsx files, read safely: header found wherever it stands, every cell with the text a person sees in it.

What the columns mean is the caller's. Writing lives in `workbook_export`, whose public names are offered here too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

from workflow.across.documents.package import (
    Package,
    SheetFacts,
    SheetPart,
    WorkbookRefused,
    broken,
    cell_name,
    column_letters,
    open_package,
    scan_sheet,
)
from workflow.ground.reading.dates import format_date
from workflow.ground.reading.old_letters import encodings_of_column, is_old_typeface, say
from workflow.ground.reading.text import clean, fold, identity, shorten
from workflow.ground.speech import _

MEGABYTE = 1024 * 1024
HEADER_WITHIN = 20
_WARNINGS_SHOWN = 20
_SPANS_SHOWN = 30

CellContent = str | int | float | bool | date | datetime | time | timedelta
_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_LETTER = re.compile(r"[\W_]+")


class Cell(NamedTuple):
    """value: as the file keeps it ("" when empty); text: as a person reads it, numbers with a decimal comma;
    problem: why the cell cannot be used (a sentence), or None."""

    value: CellContent
    text: str
    problem: str | None = None


EMPTY = Cell("", "")


@dataclass(frozen=True, slots=True)
class Row:
    """number: the row's number in the file, from 1, as Excel shows it."""

    number: int
    cells: tuple[Cell, ...]

    def text(self, column: int) -> str:
        """The text of a cell; "" beyond the last one."""
        return self.cells[column].text if 0 <= column < len(self.cells) else ""

    @property
    def problems(self) -> tuple[tuple[int, str], ...]:
        """(column, sentence) of every cell that cannot be used."""
        return tuple((i, cell.problem) for i, cell in enumerate(self.cells) if cell.problem is not None)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the wanted columns stand. index: position among the rows given; doubled: (key, first, second column)."""

    index: int
    columns: Mapping[str, int]
    doubled: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: headers as written, columns (wanted key → position), rows below the header that are not empty."""

    name: str
    header_row: int
    headers: tuple[str, ...]
    columns: Mapping[str, int]
    rows: tuple[Row, ...]
    warnings: tuple[str, ...]


def _heading(text: str) -> str:
    return _NO_LETTER.sub(" ", fold(text)).strip()


def find_header(
    rows: Sequence[Row], wanted: Mapping[str, Sequence[str]], *, within: int = HEADER_WITHIN
) -> Header | None:
    """The row among the first `within` that names most of the wanted columns, in any order, accents and case ignored.

    A remark in brackets ("Tên mô hình (*)") does not matter. None when no row names two of them (or the only one).
    """
    known = {_heading(alias): key for key, aliases in wanted.items() for alias in (key, *aliases)}
    best: Header | None = None
    for index, row in enumerate(rows[:within]):
        columns: dict[str, int] = {}
        doubled: list[tuple[str, int, int]] = []
        for position, cell in enumerate(row.cells):
            if not cell.text:
                continue
            key = known.get(_heading(cell.text)) or known.get(_heading(_BRACKETED.sub(" ", cell.text)))
            if key is not None and key in columns:
                doubled.append((key, columns[key], position))
            elif key is not None:
                columns[key] = position
        if len(columns) > (len(best.columns) if best else 0):
            best = Header(index, columns, tuple(doubled))
    return best if best and len(best.columns) >= min(2, len(wanted)) else None


def _shown(value: CellContent) -> str:
    if isinstance(value, str):
        return clean(value, multiline=True)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{Decimal(repr(value)):f}".replace(".", ",")
    if isinstance(value, datetime):
        clock = f" {value:%H:%M}" if value.time() != time.min else ""
        return format_date(value.date()) + clock
    if isinstance(value, date):
        return format_date(value)
    return str(value)


def _cell(value: CellContent) -> Cell:
    if value == "" and isinstance(value, str):
        return EMPTY
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Cell(value, _shown(value))


def _load(package: Package, sheet: SheetPart) -> list[list[CellContent]]:
    try:
        workbook = CalamineWorkbook.from_filelike(package.repacked())
        return workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as fault:
        raise broken() from fault
    except BaseException as fault:
        # A panic in the reader's Rust code arrives as a BaseException of its own, past every `except
        # Exception`.
        if type(fault).__name__ == "PanicException":
            raise broken() from fault
        raise


def _read_rows(package: Package, sheet: SheetPart, facts: SheetFacts) -> list[Row]:
    rows = [Row(number, tuple(map(_cell, values))) for number, values in enumerate(_load(package, sheet), 1)]
    problems = {
        position: _(
            "Ô %(cell_name)s là công thức chưa có kết quả. Hãy mở tệp bằng Excel và lưu lại, hoặc dán giá trị.",
            cell_name=cell_name(*position),
        )
        for position in facts.unanswered
    }
    problems.update(
        (position, _("Ô %(cell_name)s có lỗi %(error)s. Hãy sửa ô này.", cell_name=cell_name(*position), error=error))
        for position, error in facts.errors.items()
    )
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), problem in problems.items():
        by_row.setdefault(row, {})[column] = problem
    for number in range(len(rows), max(by_row, default=-1) + 1):
        rows.append(Row(number + 1, ()))
    for number, marked in by_row.items():
        cells = list(rows[number].cells)
        cells.extend([EMPTY] * (max(marked) + 1 - len(cells)))
        for column, problem in marked.items():
            cells[column] = Cell("", "", problem)
        rows[number] = Row(number + 1, tuple(cells))
    return rows


def _repeat_merged(rows: list[Row], facts: SheetFacts, first: int) -> list[str]:
    """Repeat the value of a cell merged over several rows below the header; says so for each."""
    warnings: list[str] = []
    filled: set[tuple[int, int]] = set()
    for top, column, bottom, right in facts.merges:
        bottom = min(bottom, len(rows) - 1)
        if top < first or bottom <= top or (top, column) in filled or not rows[top].text(column):
            continue
        value = rows[top].cells[column]
        for number in range(top + 1, bottom + 1):
            if (number, column) in filled:
                break
            cells = rows[number].cells
            if _is_empty(rows[number]):
                continue
            if column < len(cells) and not cells[column].text and cells[column].problem is None:
                rows[number] = Row(number + 1, (*cells[:column], value, *cells[column + 1 :]))
                filled.add((number, column))
        area = f"{cell_name(top, column)}:{cell_name(bottom, right)}"
        warnings.append(
            _(
                "Ô gộp %(area)s: “%(text)s” được lặp lại cho các dòng %(top)s–%(bottom)s.",
                area=area,
                text=shorten(value.text, 40),
                top=top + 2,
                bottom=bottom + 1,
            )
        )
    if len(warnings) > _WARNINGS_SHOWN:
        warnings[_WARNINGS_SHOWN:] = [
            _("Và %(count)s ô gộp khác được lặp lại như vậy.", count=len(warnings) - _WARNINGS_SHOWN)
        ]
    return warnings


def _mark_old_letters(rows: list[Row], package: Package, facts: SheetFacts, first: int) -> None:
    """Mark the cells from row `first` on that are written in letters from before Unicode; each column is judged as a whole."""
    problems: dict[tuple[int, int], str] = {}
    for column in range(max((len(row.cells) for row in rows), default=0)):
        written = {
            at: cell.value
            for at in range(first, len(rows))
            if column < len(rows[at].cells)
            for cell in (rows[at].cells[column],)
            if isinstance(cell.value, str) and not cell.value.isascii() and cell.problem is None
        }
        faces = [package.typefaces[facts.styles[at, column]] if (at, column) in facts.styles else "" for at in written]
        for at, found in zip(written, encodings_of_column(list(written.values()), faces), strict=True):
            if found is not None:
                problems[at, column] = say(found)
    for (at, column), problem in problems.items():
        cells = rows[at].cells
        value = cells[column].value
        # What is refused is shown as it was written: cleaning it is what would destroy it.
        rows[at] = Row(at + 1, (*cells[:column], Cell(value, str(value), problem), *cells[column + 1 :]))


def _refuse_old_headings(rows: Sequence[Row]) -> None:
    """Raise WorkbookRefused if the top of a sheet is written in letters from before Unicode."""
    texts = [str(cell.value) for row in rows[:HEADER_WITHIN] for cell in row.cells if isinstance(cell.value, str)]
    found = next((one for one in encodings_of_column(texts, [""] * len(texts)) if one is not None), None)
    if found is not None:
        raise WorkbookRefused(say(found))


def _is_empty(row: Row) -> bool:
    return not any(cell.text or cell.problem for cell in row.cells)


def _counts_columns(row: Row) -> bool:
    """The row "(1) (2) (3)" or "1 2 3 …" that official tables put below their header."""
    texts = [cell.text.strip("() ") for cell in row.cells if cell.text]
    return len(texts) >= 3 and texts == [str(i) for i in range(1, len(texts) + 1)]


def _table(name: str, rows: list[Row], facts: SheetFacts, header: Header) -> Sheet:
    if header.doubled:
        _title, first_column, second_column = header.doubled[0]
        title = rows[header.index].text(second_column)
        raise WorkbookRefused(
            _(
                "Cột “%(title)s” có hai lần (cột %(first_column)s và %(second_column)s). Hãy giữ một cột.",
                title=shorten(title, 40),
                first_column=column_letters(first_column),
                second_column=column_letters(second_column),
            )
        )
    # A header cell merged downwards makes the header that much higher.
    below = max((bottom for top, _, bottom, _ in facts.merges if top == header.index), default=header.index) + 1
    below = min(below, header.index + HEADER_WITHIN)
    warnings = _repeat_merged(rows, facts, below)
    data = [row for row in rows[below:] if not _is_empty(row)]
    if data and _counts_columns(data[0]):
        warnings.append(_("Dòng %(number)s chỉ đánh số cột nên được bỏ qua.", number=data[0].number))
        del data[0]
    warnings += _told_of_hidden(rows[header.index], header, data, facts)
    headers = tuple(cell.text for cell in rows[header.index].cells)
    return Sheet(name, header.index + 1, headers, header.columns, tuple(data), tuple(warnings))


def _told_of_hidden(headings: Row, header: Header, data: Sequence[Row], facts: SheetFacts) -> list[str]:
    """A sentence about the rows and one about the columns that are read although nobody sees them in the file."""
    told = []
    hidden = [row.number for row in data if row.number - 1 in facts.hidden_rows]
    if hidden:
        told.append(
            _(
                "Dòng %(rows)s đang bị ẩn trong tệp nhưng vẫn được đọc. Nếu không muốn nhập, hãy xoá hẳn dòng ấy khỏi tệp.",
                rows=spans(hidden),
            )
        )
    columns = [
        f"{column_letters(position)} “{shorten(headings.text(position), 40)}”"
        for position in sorted(header.columns.values())
        if any(first <= position <= last for first, last in facts.hidden_columns)
    ]
    if columns:
        told.append(
            _(
                "Cột %(columns)s đang bị ẩn trong tệp nhưng vẫn được đọc. Nếu không muốn nhập, hãy xoá hẳn cột ấy khỏi tệp.",
                columns=", ".join(columns),
            )
        )
    return told


def spans(numbers: Sequence[int]) -> str:
    """Numbers of rows as people write them: [4, 7, 8, 9] → "4, 7–9"; at most so many of them."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in spans[:_SPANS_SHOWN]]
    return ", ".join(shown) + (", …" if len(spans) > _SPANS_SHOWN else "")


def _fullest(rows: list[Row]) -> Header:
    """Without wanted columns: the first of the top rows with most texts in it."""
    counts = [sum(1 for cell in row.cells if isinstance(cell.value, str) and cell.text) for row in rows[:HEADER_WITHIN]]
    return Header(counts.index(max(counts)), {}, ())


def _told_of_unread(
    package: Package, sheets: Sequence[SheetPart], wanted: Mapping[str, Sequence[str]], max_rows: int, max_columns: int
) -> list[str]:
    """A sentence for each other sheet that holds such a table too: one is read, and nobody is to think that all were."""
    told = []
    for part in sheets:
        try:
            facts = scan_sheet(package, part, max_rows=max_rows + HEADER_WITHIN, max_columns=max_columns)
            if facts.last_row < 0 or find_header(_read_rows(package, part, facts), wanted) is None:
                continue
        except WorkbookRefused:
            # Nothing of it comes in, so it may be as it likes.
            continue
        name = shorten(clean(part.name), 31)
        told.append(
            _(
                "Trang tính “%(name)s” cũng có danh sách nhưng chưa được đọc. Hãy nhập trang ấy bằng một tệp riêng.",
                name=name,
            )
            if part.visible
            else _("Trang tính ẩn “%(name)s” cũng có danh sách nhưng không được đọc.", name=name)
        )
    return told


def _bytes_of(source: str | Path | bytes | BinaryIO, max_bytes: int) -> bytes:
    if isinstance(source, bytes):
        data = source
    elif isinstance(source, str | Path):
        try:
            with Path(source).open("rb") as stream:
                data = stream.read(max_bytes + 1)
        except OSError as fault:
            name = Path(source).name
            raise WorkbookRefused(
                _("Không mở được tệp “%(name)s”. Hãy kiểm tra tên tệp và quyền đọc.", name=name)
            ) from fault
    else:
        data = source.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise WorkbookRefused(
            _("Tệp lớn hơn %(max_bytes)s MB. Hãy tách thành nhiều tệp nhỏ hơn.", max_bytes=max_bytes // MEGABYTE)
        )
    return data


def read_sheet(
    source: str | Path | bytes | BinaryIO,
    *,
    wanted: Mapping[str, Sequence[str]] | None = None,
    sheet: str | None = None,
    max_bytes: int = 20 * MEGABYTE,
    max_unpacked: int = 200 * MEGABYTE,
    max_rows: int = 50_000,
    max_columns: int = 100,
) -> Sheet:
    """Read one table. `wanted` maps each column's key to the headings it may bear; `sheet` names a worksheet.

    Without `sheet` the first visible one is read that holds the wanted header. Raises WorkbookRefused for anything that is no
    workbook, is too large or has no such header; a cell that cannot be used is marked and left to the caller.
    """
    package = open_package(_bytes_of(source, max_bytes), max_unpacked=max_unpacked)
    candidates = [part for part in package.sheets if part.visible] or list(package.sheets)
    if sheet is not None:
        candidates = [part for part in package.sheets if identity(part.name) == identity(sheet)]
        candidates = candidates or [part for part in package.sheets if fold(part.name) == fold(sheet)]
        if not candidates:
            names = ", ".join(f"“{shorten(clean(part.name), 31)}”" for part in package.sheets[:10])
            raise WorkbookRefused(
                _(
                    "Tệp không có trang tính “%(sheet)s”. Các trang tính: %(names)s.",
                    sheet=shorten(clean(sheet), 31),
                    names=names,
                )
            )
    old = frozenset(style for style, name in enumerate(package.typefaces) if is_old_typeface(name))
    tops: list[Row] = []
    for part in candidates:
        facts = scan_sheet(package, part, max_rows=max_rows + HEADER_WITHIN, max_columns=max_columns, styles=old)
        if facts.last_row < 0:
            continue
        rows = _read_rows(package, part, facts)
        header = find_header(rows, wanted) if wanted else _fullest(rows)
        if header is not None:
            _mark_old_letters(rows, package, facts, header.index + 1)
            table = _table(clean(part.name), rows, facts, header)
            others = [other for other in package.sheets if other.path != part.path] if wanted and sheet is None else []
            unread = _told_of_unread(package, others, wanted or {}, max_rows, max_columns)
            return replace(table, warnings=(*table.warnings, *unread))
        tops += rows[:HEADER_WITHIN]
    _refuse_old_headings(tops)
    if wanted is None:
        raise WorkbookRefused(_("Trang tính không có dữ liệu. Hãy chọn lại tệp."))
    needed = ", ".join(f"“{(aliases or (key,))[0]}”" for key, aliases in wanted.items())
    raise WorkbookRefused(
        _(
            "Không tìm thấy dòng tiêu đề trong %(header_within)s dòng đầu. Hãy dùng tệp mẫu, hoặc đặt tên các"
            " cột là: %(needed)s.",
            header_within=HEADER_WITHIN,
            needed=needed,
        )
    )
