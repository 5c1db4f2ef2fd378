"""Units from a spreadsheet: template, import that is all or nothing and repeatable, export that can be imported again."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest
import sqlalchemy as sa

from tests.world import NOW, UNITS, World
from workflow.across.documents.import_units import UnitsOutcome, import_units, write_list, write_template
from workflow.across.documents.package import WorkbookRefused
from workflow.across.documents.workbook_export import ColumnSpec, SheetSpec, write_workbook
from workflow.across.oversight import audit
from workflow.core import access
from workflow.core.people import units
from workflow.ground.refusals import NotAllowed
from workflow.ground.schema import unit

TITLES = ("Mã đơn vị", "Tên đơn vị", "Cấp", "Loại", "Trực thuộc", "Từ ngày", "Đến ngày")
GOOD = (
    ("KL-X9-T1", "Thôn Mới", "Thôn, bản, tổ dân phố", "", "KL-X9", "01/02/2024", ""),
    ("KL-X9", "Xã Mới", "Cấp xã", "Đơn vị hành chính", "Huyện Khe Lam [KL]", "", ""),
)


def workbook(rows: Sequence[Sequence[str]], titles: Sequence[str] = TITLES) -> bytes:
    target = io.BytesIO()
    write_workbook(target, [SheetSpec("Đơn vị", [ColumnSpec(title) for title in titles], rows)])
    return target.getvalue()


def run(world: World, rows: Sequence[Sequence[str]], who: str = "admin", *, dry_run: bool = False) -> UnitsOutcome:
    return import_units(world.database, who, NOW, workbook(rows), dry_run=dry_run)


def count(world: World) -> int:
    with world.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(unit)).scalar_one())


def test_units_come_in_whatever_order_and_only_once(world: World) -> None:
    assert run(world, GOOD, dry_run=True).created == ("KL-X9", "KL-X9-T1")
    assert count(world) == len(UNITS)
    first = run(world, GOOD)
    assert (first.created, first.unchanged, first.refused) == (("KL-X9", "KL-X9-T1"), 0, ())
    again = run(world, GOOD)
    assert (again.created, again.unchanged, again.refused) == ((), 2, ())
    with world.database.read() as connection:
        village = units.by_code(connection, "KL-X9-T1")
        assert village.path == f"{units.by_code(connection, 'KL-X9').path}{village.id}/"
        assert f"{village.valid_from:%d/%m/%Y}" == "01/02/2024"
        assert audit.verify(connection) == []


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("", "Xã Mới", "Cấp xã", "", "KL", "", ""), "Mã đơn vị"),
        (("có dấu", "Xã Mới", "Cấp xã", "", "KL", "", ""), "Mã đơn vị"),
        (("KL-X8", "", "Cấp xã", "", "KL", "", ""), "Tên đơn vị"),
        (("KL-X8", "Xã Mới", "Cấp ấp", "", "KL", "", ""), "Cấp"),
        (("KL-X8", "Xã Mới", "Cấp tỉnh", "", "KL", "", ""), "Cấp"),
        (("KL-X8", "Xã Mới", "Cấp xã", "Câu lạc bộ", "KL", "", ""), "Loại"),
        (("KL-X8", "Xã Mới", "Cấp xã", "", "KHONG-CO", "", ""), "Trực thuộc"),
        (("KL-X8", "Xã Mới", "Cấp xã", "", "KL-X8", "", ""), "Trực thuộc"),
        (("KL-X8", "Xã Mới", "Cấp xã", "", "KL", "31/02/2024", ""), "Từ ngày"),
        (("KL-X8", "Xã Mới", "Cấp xã", "", "KL", "02/02/2024", "01/02/2024"), "Đến ngày"),
        (("kl-x9", "Xã Khác", "Cấp xã", "", "KL", "", ""), "Mã đơn vị"),
        (("KL-X1", "Xã Bản Khác", "Cấp xã", "", "KL", "", ""), "Tên đơn vị"),
        (("KL-X1", "Xã Bản Lầu", "Cấp xã", "", "BS", "", ""), "Trực thuộc"),
    ],
)
def test_one_bad_row_keeps_everything_out(sqlite_world: World, row: tuple[str, ...], column: str) -> None:
    outcome = run(sqlite_world, [*GOOD, row])
    assert [(refusal.row, refusal.column) for refusal in outcome.refused] == [(4, column)]
    assert outcome.created == ()
    assert count(sqlite_world) == len(UNITS)


def test_only_administrators_import_and_only_with_the_needed_columns(sqlite_world: World) -> None:
    with pytest.raises(NotAllowed):
        run(sqlite_world, GOOD, who="staff")
    with pytest.raises(WorkbookRefused, match="Trực thuộc"):
        import_units(sqlite_world.database, "admin", NOW, workbook([("A", "B", "Cấp xã")], TITLES[:3]))
    assert "chưa có dòng nào" in run(sqlite_world, []).warnings[0]


def test_template_offers_levels_kinds_and_units(sqlite_world: World) -> None:
    target = io.BytesIO()
    with sqlite_world.database.read() as connection:
        write_template(connection, target, access.actor(connection, "admin", NOW))
    book = openpyxl.load_workbook(io.BytesIO(target.getvalue()))
    assert book.sheetnames[:2] == ["Đơn vị", "Hướng dẫn"]
    assert len(book["Đơn vị"].data_validations.dataValidation) == 3
    assert import_units(sqlite_world.database, "admin", NOW, target.getvalue(), dry_run=True).rows == 0


def test_export_can_be_imported_again_below_the_root(sqlite_world: World) -> None:
    target = io.BytesIO()
    with sqlite_world.database.read() as connection:
        write_list(connection, target, access.actor(connection, "admin", NOW))
    sheet = openpyxl.load_workbook(io.BytesIO(target.getvalue())).worksheets[0]
    rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [row[0] for row in rows] == sorted(code for code, *_ in UNITS)
    outcome = run(sqlite_world, [row for row in rows if row[4]])
    assert (outcome.unchanged, outcome.refused) == (len(UNITS) - 1, ())


def test_names_in_letters_from_before_unicode_are_refused_as_they_are(sqlite_world: World) -> None:
    row = ("KL-X9", "X· Míi B×nh Lu«ng", "Cấp xã", "", "KL", "", "")
    outcome = run(sqlite_world, [row])
    assert [(refusal.row, refusal.column, refusal.value) for refusal in outcome.refused] == [(2, "Tên đơn vị", row[1])]
    assert "TCVN3" in outcome.refused[0].message
    assert count(sqlite_world) == len(UNITS)
