"""The file a sample registrant attaches to their results: the table of figures, as an office would keep it."""

from __future__ import annotations

import io

from config.sample.records import CommuneModel
from workflow.across.documents.workbook_export import ColumnSpec, SheetSpec, write_workbook
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.reading.text import fold


def evidence_list(model: CommuneModel) -> tuple[str, bytes]:
    """File name and content: targets and results side by side."""
    labels = {measure.code: measure.label for measure in standard_defaults().measures}
    targets = {target.measure: target.quantity for target in model.targets}
    columns = [
        ColumnSpec("Chỉ số", 26),
        ColumnSpec("Chỉ tiêu", 22),
        ColumnSpec("Kết quả", 22),
        ColumnSpec("Ghi chú", 40),
    ]
    rows = [
        [labels[row.measure], targets.get(row.measure, ""), row.quantity, row.note] for row in model.results.quantities
    ]
    target = io.BytesIO()
    heading = [f"Bảng tổng hợp kết quả (dữ liệu mẫu): {model.name}", model.unit_name]
    write_workbook(target, [SheetSpec("Kết quả", columns, rows, heading)])
    short = "-".join(fold(model.name).split()[:6])
    return f"ket-qua-{''.join(c for c in short if c.isalnum() or c == '-')}.xlsx", target.getvalue()
