"""A list of models as a spreadsheet or CSV: exactly what the page shows, telephone numbers masked, no text a formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO

import sqlalchemy as sa

from workflow.calendar import local_date
from workflow.documents.workbook_export import CellValue, ColumnSpec, SheetSpec, write_csv, write_workbook
from workflow.inspection.visits import masked

KINDS = {"collective": "Tập thể", "individual": "Cá nhân"}
ORIGINS = {"new": "Mới", "continued": "Tiếp tục từ năm trước", "replicated": "Nhân rộng"}
COLUMNS = (
    ColumnSpec("Mã", 18),
    ColumnSpec("Tên mô hình", 60),
    ColumnSpec("Loại", 12),
    ColumnSpec("Lĩnh vực", 28),
    ColumnSpec("Mã đơn vị", 14),
    ColumnSpec("Đơn vị", 32),
    ColumnSpec("Cá nhân đăng ký", 26),
    ColumnSpec("Người đại diện", 26),
    ColumnSpec("Điện thoại", 16),
    ColumnSpec("Nguồn", 22),
    ColumnSpec("Trạng thái", 28),
    ColumnSpec("Đăng ký trễ", 12),
    ColumnSpec("Tiêu biểu", 12),
    ColumnSpec("Ngày nộp", 14),
    ColumnSpec("Ngày công nhận", 16),
)


def write_list(
    target: Path | BinaryIO, rows: Sequence[sa.Row[Any]], labels: Mapping[tuple[str, str], str], heading: Sequence[str]
) -> None:
    """Write an xlsx file. rows: of `listing.exported`; labels: (hash of the definition, state) → its name."""
    write_workbook(target, [SheetSpec("Mô hình", COLUMNS, _cells(rows, labels), heading)])


def write_list_csv(target: Path | IO[str], rows: Sequence[sa.Row[Any]], labels: Mapping[tuple[str, str], str]) -> None:
    """The same as CSV with the mark by which a spreadsheet program knows UTF-8."""
    write_csv(target, [column.title for column in COLUMNS], _cells(rows, labels))


def _cells(rows: Sequence[sa.Row[Any]], labels: Mapping[tuple[str, str], str]) -> Iterator[Sequence[CellValue]]:
    for row in rows:
        yield (
            row.code,
            row.name,
            KINDS[row.kind],
            row.field_label,
            row.unit_code,
            row.unit_name,
            row.person_name or "",
            row.representative or "",
            masked(row.phone or ""),
            ORIGINS[row.origin],
            labels[row.definition_hash, row.state],
            "Có" if row.late else "",
            "Có" if row.outstanding else "",
            local_date(row.submitted_at) if row.submitted_at else None,
            local_date(row.recognised_at) if row.recognised_at else None,
        )
