"""Tables written for a spreadsheet program: xlsx with drop-downs and an explanation, and CSV. No text becomes a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import IO, BinaryIO, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from workflow.ground.reading.dates import VIETNAM

CellValue = str | int | float | Decimal | bool | date | datetime | time | timedelta | None

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What XML 1.0 cannot hold at all.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST_CELL = 32_767
# The longest list a validation may carry in itself; longer ones refer to cells.
_LONGEST_LIST = 255
_LISTS_SHEET = "Danh mục"
_SPARE_ROWS = 1_000

_HEADER_FONT = Font(bold=True, color="FFFFFF")
_HEADER_FILL = PatternFill("solid", fgColor="8B1A1A")
_HEADER_BORDER = Border(bottom=Side(style="thin"))
_HEADER_ALIGNMENT = Alignment(wrap_text=True, vertical="center", horizontal="center")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column: title, width in characters, allowed values, and what the explanation sheet says about it."""

    title: str
    width: int = 20
    choices: Sequence[str] = ()
    strict: bool = True
    required: bool = False
    help: str = ""
    example: str = ""
    number_format: str = ""


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """A worksheet: name, columns, rows; `heading` lines stand above the header."""

    name: str
    columns: Sequence[ColumnSpec]
    rows: Iterable[Sequence[CellValue]] = ()
    heading: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SafeCell:
    """What goes into a cell. quoted: the text would begin a formula if a person typed it, so it is marked as text."""

    value: CellValue
    kind: Literal["text", "value"]
    quoted: bool = False


def safe_cell(value: CellValue) -> SafeCell:
    """Text stays text (never a formula, nothing XML cannot hold), numbers stay numbers, moments are those of Vietnam."""
    if isinstance(value, str):
        text = _NOT_XML.sub("", value)[:_LONGEST_CELL]
        return SafeCell(text, "text", text.startswith(_FORMULA_STARTS))
    if isinstance(value, float | Decimal) and not isfinite(value):
        return SafeCell(str(value), "text")
    if isinstance(value, datetime) and value.tzinfo is not None:
        return SafeCell(value.astimezone(VIETNAM).replace(tzinfo=None), "value")
    return SafeCell(value, "value")


def _put(sheet: WriteOnlyWorksheet, value: CellValue) -> Cell:
    safe = safe_cell(value)
    cell: Cell = WriteOnlyCell(sheet)
    cell.value = safe.value
    if safe.kind == "text":
        cell.data_type = "s"
        cell.quotePrefix = safe.quoted
    elif isinstance(safe.value, datetime):
        cell.number_format = "dd/mm/yyyy hh:mm"
    elif isinstance(safe.value, date):
        cell.number_format = "dd/mm/yyyy"
    return cell


def explanation_sheet(
    columns: Sequence[ColumnSpec], *, name: str = "Hướng dẫn", notes: Sequence[str] = ()
) -> SheetSpec:
    """A sheet that says of every column whether it is needed, how to fill it, and shows an example."""
    rows = [
        (column.title, "Bắt buộc" if column.required else "Không bắt buộc", column.help, column.example)
        for column in columns
    ]
    titles = (
        ColumnSpec("Cột", 28),
        ColumnSpec("Bắt buộc", 16),
        ColumnSpec("Cách điền", 70),
        ColumnSpec("Ví dụ", 36),
    )
    return SheetSpec(name, titles, rows, notes)


class _Lists:
    """Long drop-down lists, kept in the columns of one hidden sheet."""

    def __init__(self) -> None:
        self._columns: list[tuple[str, ...]] = []

    def reference(self, choices: Sequence[str]) -> str:
        """The formula a validation needs: the list itself, or the defined name of its cells."""
        inline = ",".join(choices)
        if len(inline) <= _LONGEST_LIST and not any("," in c or '"' in c or c.startswith("=") for c in choices):
            return f'"{inline}"'
        column = tuple(choices)
        if column not in self._columns:
            self._columns.append(column)
        return self._name(self._columns.index(column))

    @staticmethod
    def _name(index: int) -> str:
        return f"danh_muc_{index + 1}"

    def write(self, book: Workbook) -> None:
        if not self._columns:
            return
        sheet = book.create_sheet(_LISTS_SHEET)
        sheet.sheet_state = "hidden"
        for row in range(max(map(len, self._columns))):
            sheet.append([_put(sheet, column[row] if row < len(column) else None) for column in self._columns])
        for index, column in enumerate(self._columns):
            letter = get_column_letter(index + 1)
            area = f"'{_LISTS_SHEET}'!${letter}$1:${letter}${len(column)}"
            book.defined_names[self._name(index)] = DefinedName(self._name(index), attr_text=area)


def _write_sheet(book: Workbook, spec: SheetSpec, lists: _Lists) -> None:
    sheet = book.create_sheet(spec.name)
    header_row = len(spec.heading) + (2 if spec.heading else 1)
    for index, column in enumerate(spec.columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    sheet.freeze_panes = f"A{header_row + 1}"
    for line in spec.heading:
        cell = _put(sheet, line)
        cell.font = Font(bold=True)
        sheet.append([cell])
    if spec.heading:
        sheet.append([])
    titles = []
    for column in spec.columns:
        cell = _put(sheet, f"{column.title} (*)" if column.required else column.title)
        cell.font, cell.fill, cell.border = _HEADER_FONT, _HEADER_FILL, _HEADER_BORDER
        cell.alignment = _HEADER_ALIGNMENT
        titles.append(cell)
    sheet.append(titles)
    last = header_row
    for row in spec.rows:
        last += 1
        cells = [_put(sheet, value) for value in row]
        for cell, column in zip(cells, spec.columns, strict=False):
            if cell.data_type == "s":
                cell.alignment = _WRAPPED
            if column.number_format:
                cell.number_format = column.number_format
        sheet.append(cells)
    for index, column in enumerate(spec.columns, 1):
        if not column.choices:
            continue
        letter = get_column_letter(index)
        rule = DataValidation(type="list", formula1=lists.reference(column.choices), allow_blank=not column.required)
        rule.error = "Hãy chọn một giá trị trong danh sách."
        rule.errorTitle = column.title[:32]
        rule.errorStyle = "stop" if column.strict else "warning"
        rule.showErrorMessage = True
        rule.add(f"{letter}{header_row + 1}:{letter}{last + _SPARE_ROWS}")
        sheet.data_validations.append(rule)


def write_workbook(target: str | Path | BinaryIO, sheets: Sequence[SheetSpec]) -> None:
    """Write the sheets in their order; rows are taken one by one, so that a long export needs little memory."""
    book = Workbook(write_only=True)
    lists = _Lists()
    for spec in sheets:
        _write_sheet(book, spec, lists)
    lists.write(book)
    book.save(target)


def _csv_value(value: CellValue) -> str | int | float | Decimal:
    safe = safe_cell(value)
    if isinstance(safe.value, str):
        return "'" + safe.value if safe.quoted else safe.value
    if isinstance(safe.value, bool):
        return "TRUE" if safe.value else "FALSE"
    if isinstance(safe.value, int | float | Decimal):
        return f"{safe.value:f}" if isinstance(safe.value, Decimal) else safe.value
    if isinstance(safe.value, datetime):
        return safe.value.isoformat(sep=" ", timespec="minutes")
    return "" if safe.value is None else str(safe.value)


def write_csv(
    target: str | Path | IO[str], headers: Sequence[str], rows: Iterable[Sequence[CellValue]], *, delimiter: str = ","
) -> None:
    """Write a CSV that Excel opens with its accents right (a path gets UTF-8 with a mark; a text stream gets the mark itself).

    A text that would begin a formula gets a leading apostrophe.
    """

    def lines() -> Iterator[Sequence[str | int | float | Decimal]]:
        yield [_csv_value(title) for title in headers]
        for row in rows:
            yield [_csv_value(value) for value in row]

    if isinstance(target, str | Path):
        with Path(target).open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(lines())
    else:
        target.write("\ufeff")
        csv.writer(target, delimiter=delimiter).writerows(lines())
