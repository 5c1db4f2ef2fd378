"""The workbook an office fills in to register its models: drop-downs for field, kind and unit, and a sheet that explains it.

The example stands on the explanation sheet only, so that nobody imports it by mistake.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.documents.registration_columns import ANSWERS, KIND_WORDS, ORIGIN_WORDS, Column, columns_of
from workflow.across.documents.workbook_export import ColumnSpec, SheetSpec, explanation_sheet, write_workbook
from workflow.core import access
from workflow.core.access import Actor
from workflow.core.programmes import stored
from workflow.core.programmes.year import Year
from workflow.ground.database import Database
from workflow.ground.schema import unit
from workflow.ground.validity import not_over

SHEET_NAME = "Danh sách đăng ký"

NOTES = (
    "Điền danh sách ở trang “Danh sách đăng ký”, mỗi mô hình một dòng, không gộp ô.",
    "Cột có dấu (*) là bắt buộc. Thứ tự các cột đổi được; cột không dùng thì xoá hoặc để trống.",
    "Danh sách chỉ có các cột bắt buộc vẫn được nhận: các mục còn thiếu của phiếu sẽ được hỏi khi báo cáo kết quả.",
    "Nhập lại cùng một tệp không tạo mô hình trùng: dòng đã có được giữ nguyên.",
    "Số viết theo cách của Việt Nam: dấu chấm tách phần nghìn, dấu phẩy tách phần lẻ (8.524; 172,5 kg; 1,139 tỷ).",
)


def write_template(database: Database, target: Path | BinaryIO, year: int, *, actor: Actor | None = None) -> None:
    """Write the template of a programme year (NotFound if there is none), its units limited to the actor's scope if given."""
    with database.read() as connection:
        programme_year = stored.year(connection, year)
        asked = columns_of(connection, programme_year.id)
        choices = {
            "field": [row.label for row in stored.fields(connection, programme_year.id)],
            "kind": list(KIND_WORDS.values()),
            "unit": _units(connection, actor, programme_year),
            "origin": list(ORIGIN_WORDS.values()),
            "public": list(ANSWERS),
        }
    columns = [_spec(column, choices.get(column.key, ())) for column in asked.values()]
    write_workbook(target, [SheetSpec(SHEET_NAME, columns), explanation_sheet(columns, notes=NOTES)])


def unit_choice(name: str, code: str) -> str:
    """How a unit stands in the drop-down: with its code, because every second district has a “Thôn 1”."""
    return f"{name} [{code}]"


def _units(connection: Connection, actor: Actor | None, year: Year) -> list[str]:
    statement = (
        sa.select(unit.c.id, unit.c.code, unit.c.name, unit.c.path)
        .where(not_over(unit, year.opens_on))
        .order_by(unit.c.tree_sort)
    )
    if actor is not None:
        own = [grant.unit_id for grant in actor.grants if grant.role in access.OWN_SCOPED]
        wide = access.outermost(grant.unit_path for grant in actor.grants if grant.role not in access.OWN_SCOPED)
        statement = statement.where(sa.or_(unit.c.id.in_(own), *(access.under(path) for path in wide)))
    return [unit_choice(row.name, row.code) for row in connection.execute(statement)]


def _spec(column: Column, choices: list[str] | tuple[str, ...]) -> ColumnSpec:
    # Only the kind is closed: other spellings of a field and codes of units are understood too.
    return ColumnSpec(
        column.title,
        width=column.width,
        choices=choices,
        strict=column.key == "kind",
        required=column.required,
        help=column.help,
        example=column.example or (choices[0] if choices else ""),
    )
