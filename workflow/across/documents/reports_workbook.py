"""The reports of a call as a spreadsheet: figures by unit and by field with their sums, quantities, and who is missing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from workflow.across.documents.workbook_export import CellValue, ColumnSpec, SheetSpec, write_workbook
from workflow.across.reports.collected import Collected, Line
from workflow.across.reports.figures import Measured
from workflow.core.labels import MODEL_KINDS, REPORT_STATUSES
from workflow.ground.reading.quantities import Quantity
from workflow.ground.speech import _, spoken_day


def write_collected(target: Path | BinaryIO, found: Collected) -> None:
    """Write an xlsx file."""
    heading = [
        found.label,
        _("%(unit)s, hạn %(day)s", unit=found.unit_name, day=spoken_day(found.due_on)),
        _("Đã nộp %(there)s/%(all)s đơn vị", there=len(found.there), all=len(found.lines)),
    ]
    write_workbook(
        target,
        [
            _by_unit(found, heading),
            _by_field(found, heading),
            _quantities(found, heading),
            _missing(found, heading),
        ],
    )


def _by_unit(found: Collected, heading: Sequence[str]) -> SheetSpec:
    figures = found.total.labels

    def row(line: Line) -> Sequence[CellValue]:
        shown: list[CellValue] = [line.unit_code, line.unit_name, str(REPORT_STATUSES[line.status])]
        shown += [line.submitted_at.date() if line.submitted_at else None, line.late_days or None]
        shown += [line.figures.count(name) if line.figures else None for name in figures]
        return [*shown, line.counted_in]

    total: list[CellValue] = ["", _("Tổng"), "", None, None, *(found.total.count(name) for name in figures), ""]
    return SheetSpec(
        _("Theo đơn vị"),
        [
            ColumnSpec(_("Mã"), 14),
            ColumnSpec(_("Đơn vị"), 36),
            ColumnSpec(_("Tình trạng"), 18),
            ColumnSpec(_("Ngày nộp"), 14),
            ColumnSpec(_("Trễ (ngày)"), 12),
            *(ColumnSpec(_(label), 14) for label in figures.values()),
            ColumnSpec(_("Đã tính trong báo cáo của"), 30),
        ],
        [*(row(line) for line in found.lines), total],
        heading,
    )


def _by_field(found: Collected, heading: Sequence[str]) -> SheetSpec:
    def row(code: str, label: str) -> Sequence[CellValue]:
        kinds = [found.total.count("registered", field=code, kind=kind) for kind in ("collective", "individual", "")]
        counted = found.counted.get(code, 0) if code else sum(found.counted.values())
        return [label, *kinds, counted, found.untold(code)]

    return SheetSpec(
        _("Theo lĩnh vực"),
        [
            ColumnSpec(_("Lĩnh vực"), 40),
            ColumnSpec(str(MODEL_KINDS["collective"]), 12),
            ColumnSpec(str(MODEL_KINDS["individual"]), 12),
            ColumnSpec(_("Cộng"), 12),
            ColumnSpec(_("Trong phần mềm"), 16),
            ColumnSpec(_("Chênh lệch"), 14),
        ],
        [*(row(code, _(label)) for code, label in found.labels.items()), row("", _("Tổng"))],
        heading,
    )


def _quantities(found: Collected, heading: Sequence[str]) -> SheetSpec:
    lines = [line for line in found.there if line.figures is not None]

    def value(stated: Quantity | None) -> CellValue:
        return stated.value if stated is not None else None

    def of(line: Line, code: str) -> CellValue:
        one: Measured | None = line.figures.measured(code) if line.figures is not None else None
        return value(one.result) if one is not None else None

    return SheetSpec(
        _("Kết quả đo được"),
        [
            ColumnSpec(_("Nội dung"), 36),
            ColumnSpec(_("Đơn vị tính"), 16),
            ColumnSpec(_("Chỉ tiêu"), 18),
            ColumnSpec(_("Kết quả"), 18),
            *(ColumnSpec(line.unit_name, 18) for line in lines),
        ],
        [
            [_(one.label), _(one.unit), value(one.target), value(one.result), *(of(line, one.code) for line in lines)]
            for one in found.total.quantities
        ],
        heading,
    )


def _missing(found: Collected, heading: Sequence[str]) -> SheetSpec:
    return SheetSpec(
        _("Chưa nộp"),
        [
            ColumnSpec(_("Mã"), 14),
            ColumnSpec(_("Đơn vị"), 36),
            ColumnSpec(_("Hạn"), 14),
            ColumnSpec(_("Trễ (ngày)"), 12),
        ],
        [(line.unit_code, line.unit_name, line.due_on, line.late_days or None) for line in found.missing],
        heading,
    )
