"""The tally of a year as a spreadsheet: the field table, and the states and registrants beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from workflow.documents.workbook_export import CellValue, ColumnSpec, SheetSpec, write_workbook
from workflow.reporting.full_tally import FullTally, MeasuredSum, written
from workflow.reporting.tally import KINDS, Tally


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


def write_full_tally(
    target: Path | BinaryIO, counted: Tally, full: FullTally, state_labels: Mapping[str, str], heading: Sequence[str]
) -> None:
    """Write an xlsx file with the short tally first, then every figure by field and kind, and what is measured."""
    registrants = counted.registrants
    short: list[Sequence[CellValue]] = [
        (row.label, row.collective, row.individual, row.total) for row in (*counted.rows, counted.total)
    ]
    short.append(
        ("Số đơn vị, số người đăng ký", *(registrants.get(kind, 0) for kind in KINDS), sum(registrants.values()))
    )
    sheets = [
        SheetSpec(
            "Tổng hợp",
            [ColumnSpec("Lĩnh vực", 36), *(ColumnSpec(title, 12) for title in ("Tập thể", "Cá nhân", "Cộng"))],
            short,
            heading,
        ),
        SheetSpec(
            "Đầy đủ",
            [ColumnSpec("Lĩnh vực", 36), ColumnSpec("Loại", 12), *(ColumnSpec(x, 14) for x in full.figures.values())],
            [(row.label, _KIND_LABELS[row.kind], *(row.figures[name] for name in full.figures)) for row in full.rows],
            heading,
        ),
        SheetSpec(
            "Theo trạng thái",
            [ColumnSpec("Trạng thái", 40), ColumnSpec("Số mô hình", 14)],
            [(state_labels.get(state, state), count) for state, count in counted.states.items()],
            heading,
        ),
        SheetSpec(
            "Kết quả đo được",
            [
                ColumnSpec("Chỉ tiêu", 36),
                ColumnSpec("Đơn vị tính", 16),
                ColumnSpec("Chỉ tiêu đăng ký", 20),
                ColumnSpec("Kết quả", 20),
                ColumnSpec("Ghi chú", 40),
            ],
            [
                (
                    one.label,
                    one.unit,
                    one.target.value if one.target else None,
                    one.result.value if one.result else None,
                    _notes(one),
                )
                for one in full.quantities or ()
            ],
            [*heading, *_beside(full)],
        ),
    ]
    write_workbook(target, sheets)


_KIND_LABELS = {"collective": "Tập thể", "individual": "Cá nhân", "": "Cộng"}


def _notes(one: MeasuredSum) -> str:
    """How a sum is written when some of its parts were not exact."""
    told = []
    for name, stated in (("Chỉ tiêu", one.target), ("Kết quả", one.result)):
        if stated is not None and stated.qualifier != "exactly":
            told.append(f"{name}: {written(stated)}")
    return "; ".join(told)


def _beside(full: FullTally) -> list[str]:
    lines = []
    if full.inspections is not None:
        lines.append(f"Số cuộc kiểm tra, thẩm định đã kết luận: {full.inspections}")
    if full.villages is not None and full.villages[1]:
        lines.append(f"Số thôn, bản có mô hình: {full.villages[0]}/{full.villages[1]}")
    return lines
