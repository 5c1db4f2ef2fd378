"""The tally of a year as a spreadsheet: the field table, and the states and registrants beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from workflow.documents.workbook_export import ColumnSpec, SheetSpec, write_workbook
from workflow.reporting.tally import Tally


def write_tally(
    target: Path | BinaryIO, counted: Tally, state_labels: Mapping[str, str], unit_name: str | None
) -> None:
    """Write an xlsx file. state_labels: label of each state of the year's lifecycle; unit_name: None for everything."""
    heading = [f"Tổng hợp mô hình “Dân vận khéo” năm {counted.year}"]
    if unit_name is not None:
        heading.append(f"Đơn vị: {unit_name}")
    if counted.as_of is not None:
        heading.append(f"Số liệu đến hết ngày {counted.as_of:%d/%m/%Y}")
    fields = SheetSpec(
        "Theo lĩnh vực",
        [ColumnSpec("Lĩnh vực", 40), ColumnSpec("Tập thể", 12), ColumnSpec("Cá nhân", 12), ColumnSpec("Tổng", 12)],
        [(row.label, row.collective, row.individual, row.total) for row in (*counted.rows, counted.total)],
        heading,
    )
    people = SheetSpec(
        "Người đăng ký",
        [ColumnSpec("Loại", 24), ColumnSpec("Số người đăng ký", 20)],
        [
            ("Đơn vị (tập thể)", counted.registrants.get("collective", 0)),
            ("Người (cá nhân)", counted.registrants.get("individual", 0)),
        ],
        heading,
    )
    states = SheetSpec(
        "Theo trạng thái",
        [ColumnSpec("Trạng thái", 40), ColumnSpec("Số mô hình", 14)],
        [(state_labels.get(state, state), count) for state, count in counted.states.items()],
        heading,
    )
    write_workbook(target, [fields, people, states])
