"""The tally of a year as a spreadsheet: the field table, and the states and registrants beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from workflow.across.documents.workbook_export import CellValue, ColumnSpec, SheetSpec, write_workbook
from workflow.across.figures.dated import MeasuredSum
from workflow.across.figures.full_tally import FullTally, written
from workflow.across.figures.tally import Tally
from workflow.core.labels import MODEL_KINDS
from workflow.ground.speech import _, spoken_day


def write_tally(
    target: Path | BinaryIO, counted: Tally, state_labels: Mapping[str, str], unit_name: str | None
) -> None:
    """Write an xlsx file. state_labels: label of each state of the year's lifecycle; unit_name: None for everything."""
    heading = [_("Tổng hợp mô hình “Dân vận khéo” năm %(year)s", year=counted.year)]
    if unit_name is not None:
        heading.append(_("Đơn vị: %(unit_name)s", unit_name=unit_name))
    if counted.as_of is not None:
        heading.append(_("Số liệu đến hết ngày %(as_of)s", as_of=spoken_day(counted.as_of)))
    fields = SheetSpec(
        _("Theo lĩnh vực"),
        [
            ColumnSpec(_("Lĩnh vực"), 40),
            ColumnSpec(str(MODEL_KINDS["collective"]), 12),
            ColumnSpec(str(MODEL_KINDS["individual"]), 12),
            ColumnSpec(_("Tổng"), 12),
        ],
        [(_(row.label), row.collective, row.individual, row.total) for row in (*counted.rows, counted.total)],
        heading,
    )
    people = SheetSpec(
        _("Người đăng ký"),
        [ColumnSpec(_("Loại"), 24), ColumnSpec(_("Số người đăng ký"), 20)],
        [
            (_("Đơn vị (tập thể)"), counted.registrants.get("collective", 0)),
            (_("Người (cá nhân)"), counted.registrants.get("individual", 0)),
        ],
        heading,
    )
    states = SheetSpec(
        _("Theo trạng thái"),
        [ColumnSpec(_("Trạng thái"), 40), ColumnSpec(_("Số mô hình"), 14)],
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
        (_(row.label), row.collective, row.individual, row.total) for row in (*counted.rows, counted.total)
    ]
    short.append(
        (
            _("Số đơn vị, số người đăng ký"),
            *(registrants.get(kind, 0) for kind in MODEL_KINDS),
            sum(registrants.values()),
        )
    )
    sheets = [
        SheetSpec(
            _("Tổng hợp"),
            [
                ColumnSpec(_("Lĩnh vực"), 36),
                *(ColumnSpec(title, 12) for title in (*map(str, MODEL_KINDS.values()), _("Cộng"))),
            ],
            short,
            heading,
        ),
        SheetSpec(
            _("Đầy đủ"),
            [
                ColumnSpec(_("Lĩnh vực"), 36),
                ColumnSpec(_("Loại"), 12),
                *(ColumnSpec(x, 14) for x in full.figures.values()),
            ],
            [
                (
                    _(row.label),
                    str(MODEL_KINDS[row.kind]) if row.kind else _("Cộng"),
                    *(row.figures[name] for name in full.figures),
                )
                for row in full.rows
            ],
            heading,
        ),
        SheetSpec(
            _("Theo trạng thái"),
            [ColumnSpec(_("Trạng thái"), 40), ColumnSpec(_("Số mô hình"), 14)],
            [(state_labels.get(state, state), count) for state, count in counted.states.items()],
            heading,
        ),
        SheetSpec(
            _("Kết quả đo được"),
            [
                ColumnSpec(_("Chỉ tiêu"), 36),
                ColumnSpec(_("Đơn vị tính"), 16),
                ColumnSpec(_("Chỉ tiêu đăng ký"), 20),
                ColumnSpec(_("Kết quả"), 20),
                ColumnSpec(_("Ghi chú"), 40),
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


def _notes(one: MeasuredSum) -> str:
    """How a sum is written when some of its parts were not exact."""
    told = []
    for name, stated in ((_("Chỉ tiêu"), one.target), (_("Kết quả"), one.result)):
        if stated is not None and stated.qualifier != "exactly":
            told.append(f"{name}: {written(stated)}")
    return "; ".join(told)


def _beside(full: FullTally) -> list[str]:
    lines = []
    if full.inspections is not None:
        lines.append(_("Số cuộc kiểm tra, thẩm định đã kết luận: %(inspections)s", inspections=full.inspections))
    if full.villages is not None and full.villages[1]:
        lines.append(
            _(
                "Số thôn, bản có mô hình: %(villages)s/%(villages_2)s",
                villages=full.villages[0],
                villages_2=full.villages[1],
            )
        )
    return lines
