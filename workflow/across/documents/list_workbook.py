"""A list of models as a spreadsheet or CSV: exactly what the page shows, telephone numbers masked, no text a formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, BinaryIO

from workflow.across.documents.workbook_export import CellValue, ColumnSpec, SheetSpec, write_csv, write_workbook
from workflow.across.lists.listed import Exported
from workflow.core.labels import MODEL_KINDS, ORIGINS
from workflow.ground.speech import _, mark
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection.visits import masked

COLUMNS = (
    ColumnSpec(mark("Mã"), 18),
    ColumnSpec(mark("Tên mô hình"), 60),
    ColumnSpec(mark("Loại"), 12),
    ColumnSpec(mark("Lĩnh vực"), 28),
    ColumnSpec(mark("Mã đơn vị"), 14),
    ColumnSpec(mark("Đơn vị"), 32),
    ColumnSpec(mark("Cá nhân đăng ký"), 26),
    ColumnSpec(mark("Người đại diện"), 26),
    ColumnSpec(mark("Điện thoại"), 16),
    ColumnSpec(mark("Nguồn"), 22),
    ColumnSpec(mark("Trạng thái"), 28),
    ColumnSpec(mark("Đăng ký trễ"), 12),
    ColumnSpec(mark("Tiêu biểu"), 12),
    ColumnSpec(mark("Ngày nộp"), 14),
    ColumnSpec(mark("Ngày công nhận"), 16),
)


def write_list(
    target: Path | BinaryIO, rows: Sequence[Exported], labels: Mapping[tuple[str, str], str], heading: Sequence[str]
) -> None:
    """Write an xlsx file. labels: (hash of the definition, state) → its name."""
    columns = [replace(column, title=_(column.title)) for column in COLUMNS]
    write_workbook(target, [SheetSpec(_("Mô hình"), columns, _cells(rows, labels), heading)])


def write_list_csv(target: Path | IO[str], rows: Sequence[Exported], labels: Mapping[tuple[str, str], str]) -> None:
    """The same as CSV with the mark by which a spreadsheet program knows UTF-8."""
    write_csv(target, [_(column.title) for column in COLUMNS], _cells(rows, labels))


def _cells(rows: Sequence[Exported], labels: Mapping[tuple[str, str], str]) -> Iterator[Sequence[CellValue]]:
    for row in rows:
        yield (
            row.code,
            row.name,
            str(MODEL_KINDS[row.kind]),
            _(row.field_label),
            row.unit_code,
            row.unit_name,
            row.person_name or "",
            row.representative or "",
            masked(row.phone or ""),
            str(ORIGINS[row.origin]),
            labels[row.definition_hash, row.state],
            _("Có") if row.late else "",
            _("Có") if row.outstanding else "",
            local_date(row.submitted_at) if row.submitted_at else None,
            local_date(row.recognised_at) if row.recognised_at else None,
        )
