"""Spreadsheets from strangers: read as people see them, or refused with a sentence that helps."""

from __future__ import annotations

import csv
import io
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from workflow.across.documents.package import WorkbookRefused
from workflow.across.documents.workbook import Sheet, find_header, read_sheet
from workflow.across.documents.workbook_export import (
    CellValue,
    ColumnSpec,
    SheetSpec,
    explanation_sheet,
    safe_cell,
    write_csv,
    write_workbook,
)

WANTED = {
    "name": ("Tên mô hình",),
    "field": ("Lĩnh vực",),
    "kind": ("Loại", "Loại hình"),
    "unit": ("Đơn vị", "Mã đơn vị"),
}
HEADER = ["Tên mô hình", "Lĩnh vực", "Loại", "Đơn vị"]
SHEET_XML = "xl/worksheets/sheet1.xml"


def book(fill: Callable[[Worksheet], None] | Sequence[Sequence[object]]) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    if callable(fill):
        fill(sheet)
    else:
        for row in fill:
            sheet.append(list(row))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            target.writestr(info.filename, change(content) if info.filename == name else content)
    return stream.getvalue()


def shared(strings: Sequence[str], rows: str) -> bytes:
    """A workbook whose texts lie in the shared table, as Excel writes them; `rows` is the XML of the sheet's rows."""
    table = "".join(f"<si><t>{text}</t></si>" for text in strings)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = (
        b'<Relationship Id="rId9" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org/officeDocument'
    )
    relation += b'/2006/relationships/sharedStrings"/></Relationships>'
    data = with_part(book([]), "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"</Relationships>", relation))
    data = with_part(
        data, SHEET_XML, lambda _: f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    )
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f'<?xml version="1.0"?><sst xmlns="{main}">{table}</sst>')
    return stream.getvalue()


def shared_row(*indexes: int) -> str:
    return "<row>" + "".join(f'<c t="s"><v>{index}</v></c>' for index in indexes) + "</row>"


def texts(sheet: Sheet) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in sheet.rows]


def refusal(data: bytes, **limits: Any) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        read_sheet(data, wanted=WANTED, **limits)
    assert refused.value.message.endswith(".")
    return refused.value.message


def test_header_is_found_below_a_title_in_any_order_and_writing() -> None:
    data = book(
        [
            ["BAN CHỈ ĐẠO HUYỆN"],
            ["Danh sách mô hình năm 2024"],
            [],
            ["TT", "ĐƠN VỊ (*)", unicodedata.normalize("NFD", "Lĩnh vực:"), "ten mo hinh", "LOẠI  HÌNH", "Ghi chú"],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
            [1, "Xã A", unicodedata.normalize("NFD", "Kinh tế"), "Nuôi ong", "Tập thể", None],
            [],
            [2, "Xã B", "Văn hóa\u200b", "Đọc  sách\n", "Cá nhân", "mới"],
        ]
    )
    sheet = read_sheet(data, wanted=WANTED)
    assert sheet.columns == {"unit": 1, "field": 2, "name": 3, "kind": 4}
    assert sheet.header_row == 4
    assert [row.number for row in sheet.rows] == [6, 8]
    assert [row.text(sheet.columns["field"]) for row in sheet.rows] == ["Kinh tế", "Văn hóa"]
    assert [row.text(sheet.columns["name"]) for row in sheet.rows] == ["Nuôi ong", "Đọc sách"]
    assert sheet.warnings == ("Dòng 5 chỉ đánh số cột nên được bỏ qua.",)
    assert sheet.rows[0].text(99) == ""


def test_values_read_as_people_see_them() -> None:
    row = [8524, 172.5, 1.139, 1e15, True, date(2024, 2, 5), datetime(2024, 2, 5, 7, 30), "05/02/2024", "007", 0.1]  # noqa: DTZ001
    sheet = read_sheet(book([[f"Cột {i}" for i in range(10)], row]))
    assert texts(sheet) == [
        [
            "8524",
            "172,5",
            "1,139",
            "1000000000000000",
            "TRUE",
            "05/02/2024",
            "05/02/2024 07:30",
            "05/02/2024",
            "007",
            "0,1",
        ]
    ]
    assert sheet.rows[0].cells[5].value == date(2024, 2, 5)
    assert sheet.rows[0].cells[7].value == "05/02/2024"


def test_formula_without_result_and_error_are_reported_with_their_cell() -> None:
    sheet = read_sheet(book([HEADER, ["Nuôi ong", "=B1", "#REF!", "Xã A"], ["Nuôi bò", "Kinh tế", "Tập thể", "=1+1"]]))
    assert sheet.rows[0].problems == (
        (1, "Ô B2 là công thức chưa có kết quả. Hãy mở tệp bằng Excel và lưu lại, hoặc dán giá trị."),
        (2, "Ô C2 có lỗi #REF!. Hãy sửa ô này."),
    )
    assert [column for column, _ in sheet.rows[1].problems] == [3]


def test_row_of_nothing_but_unanswered_formulas_is_not_lost() -> None:
    sheet = read_sheet(book([HEADER, ["Nuôi ong", "Kinh tế", "Tập thể", "Xã A"], ["=A2", "=B2", "=C2", "=D2"]]))
    assert [(row.number, len(row.problems)) for row in sheet.rows] == [(2, 0), (3, 4)]


@pytest.mark.parametrize(("value", "shown"), [("Kinh tế", "Kinh tế"), ("", "")])
def test_formula_with_a_result_gives_the_result(value: str, shown: str) -> None:
    cached = f' t="str"><f>B1</f><v>{value}</v>'.encode()
    data = book([HEADER, ["Nuôi ong", "=B1", "Tập thể", "Xã A"]])
    row = read_sheet(with_part(data, SHEET_XML, lambda xml: xml.replace(b"><f>B1</f><v />", cached))).rows[0]
    assert row.text(1) == shown
    assert row.problems == ()


def test_cell_merged_over_rows_is_repeated_with_a_warning() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (
            HEADER,
            ["Nuôi ong", "Kinh tế", "Tập thể", "Xã A"],
            ["Nuôi bò", None, "Tập thể", None],
            ["Đọc sách"],
        ):
            sheet.append(row)
        sheet.merge_cells("D2:D3")
        sheet.merge_cells("B2:B9")

    sheet = read_sheet(book(fill), wanted=WANTED)
    assert texts(sheet) == [
        ["Nuôi ong", "Kinh tế", "Tập thể", "Xã A"],
        ["Nuôi bò", "Kinh tế", "Tập thể", "Xã A"],
        ["Đọc sách", "Kinh tế", "", ""],
    ]
    assert sorted(sheet.warnings) == [
        "Ô gộp B2:B4: “Kinh tế” được lặp lại cho các dòng 3–4.",
        "Ô gộp D2:D3: “Xã A” được lặp lại cho các dòng 3–3.",
    ]


def test_header_of_two_rows() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(HEADER)
        sheet.append([None, None, "(tập thể, cá nhân)", None])
        sheet.append(["Nuôi ong", "Kinh tế", "Tập thể", "Xã A"])
        for column in "ABD":
            sheet.merge_cells(f"{column}1:{column}2")

    assert [row.number for row in read_sheet(book(fill), wanted=WANTED).rows] == [3]


def test_the_visible_sheet_that_holds_the_header_is_read() -> None:
    workbook = openpyxl.Workbook()
    guide = workbook.active
    assert isinstance(guide, Worksheet)
    guide.title = "Hướng dẫn"
    guide.append(["Điền vào trang sau"])
    for name, state in (("Ẩn", "hidden"), ("Đăng ký", "visible")):
        sheet = workbook.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(HEADER)
        sheet.append([name, "Kinh tế", "Tập thể", "Xã A"])
    stream = io.BytesIO()
    workbook.save(stream)
    assert read_sheet(stream.getvalue(), wanted=WANTED).name == "Đăng ký"
    assert read_sheet(stream.getvalue(), wanted=WANTED, sheet="AN").rows[0].text(0) == "Ẩn"
    with pytest.raises(WorkbookRefused, match=r"Các trang tính: “Hướng dẫn”, “Ẩn”, “Đăng ký”"):
        read_sheet(stream.getvalue(), sheet="Khác")


def test_find_header_gives_none_among_other_tables() -> None:
    assert find_header(read_sheet(book([["a", "b"], ["1", "2"]])).rows, WANTED) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Tệp rỗng"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 100, "không phải tệp Excel"),
        (b"<html><table></table></html>", "không phải tệp Excel"),
        ("Tên mô hình;Lĩnh vực".encode(), "không phải tệp Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "(.xls)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        (b"PK\x03\x04" + b"\x00" * 100, "bị hỏng"),
        (book([HEADER])[:2000], "bị hỏng"),
        (book([["Cột lạ", "Cột khác"]]), "“Tên mô hình”, “Lĩnh vực”, “Loại”, “Đơn vị”"),
        (book([]), "Không tìm thấy dòng tiêu đề"),
        (book([[*HEADER, "Lĩnh vực"], ["a"]]), "Cột “Lĩnh vực” có hai lần (cột B và E)"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_other_zip_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "không phải tệp Excel" in refusal(stream.getvalue())


def test_limits_are_named() -> None:
    rows = [HEADER, *([f"Mô hình {i}", "Kinh tế", "Tập thể", "Xã A"] for i in range(50))]
    data = book(rows)
    assert "lớn hơn 0 MB" in refusal(data, max_bytes=1000)
    assert "bung ra quá lớn" in refusal(data, max_unpacked=5000)
    assert "hơn 30 dòng" in refusal(data, max_rows=10)
    assert "hơn 3 cột (ô D1)" in refusal(data, max_columns=3)


def test_zip_bomb_is_refused_by_what_it_claims_and_by_what_it_holds() -> None:
    bomb = with_part(book([HEADER]), SHEET_XML, lambda xml: xml + b" " * (60 << 20))
    assert len(bomb) < 200_000
    assert "bung ra quá lớn" in refusal(bomb)
    # The same with a directory that claims 100 bytes: what is read stays within the claim and does not fit its checksum.
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        real = archive.getinfo(SHEET_XML).file_size
    assert "bị hỏng" in refusal(bomb.replace(struct.pack("<L", real), struct.pack("<L", 100)))


@pytest.mark.parametrize("part", [SHEET_XML, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_document_type_with_external_entity_is_refused(part: str) -> None:
    def attack(xml: bytes) -> bytes:
        start = xml.index(b"?>") + 2 if xml.startswith(b"<?xml") else 0
        return xml[:start] + b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + xml[start:]

    data = shared(HEADER, shared_row(0, 1, 2, 3))
    assert "không an toàn" in refusal(with_part(data, part, attack))


def test_cell_at_the_end_of_the_world_is_refused_before_memory_is_taken() -> None:
    data = book([HEADER, ["Nuôi ong", "Kinh tế", "Tập thể", "Xã A"]])
    far = with_part(
        data,
        SHEET_XML,
        lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    )
    assert "dòng" in refusal(far)
    styled = with_part(
        data,
        SHEET_XML,
        lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'),
    )
    assert len(read_sheet(styled, wanted=WANTED).rows) == 1


def test_shared_strings_cannot_blow_up() -> None:
    header = shared_row(0, 1, 2, 3)
    most = read_sheet(shared([*HEADER, "a" * 32_767], header + shared_row(4, 1)), wanted=WANTED)
    assert len(most.rows[0].text(0)) == 32_767
    assert "32767 ký tự" in refusal(shared([*HEADER, "a" * 32_768], header + shared_row(4)))
    # 6 200 cells of 32 767 characters: 200 million in memory out of a file of 10 kB.
    many = shared([*HEADER, "a" * 32_767], header + shared_row(*[4] * 100) * 62)
    assert len(many) < 20_000
    assert "quá nhiều nội dung" in refusal(many)
    assert "bị hỏng" in refusal(shared(HEADER, header + shared_row(99)))


SMALL = book([HEADER, ["Nuôi ong", "Kinh tế", "Tập thể", "Xã A"]])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    try:
        sheet = read_sheet(bytes(damaged[cut:] if data.draw(st.booleans()) else damaged))
    except WorkbookRefused:
        return
    assert sheet.header_row >= 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_sheet_is_read_or_refused(data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(SMALL)) as archive:
        xml = bytearray(archive.read(SHEET_XML))
    for _ in range(data.draw(st.integers(1, 4))):
        xml[data.draw(st.integers(0, len(xml) - 1))] = data.draw(st.sampled_from(b'0123456789ZA"<>/=stvr'))
    try:
        sheet = read_sheet(with_part(SMALL, SHEET_XML, lambda _: bytes(xml)))
    except WorkbookRefused:
        return
    assert sheet.header_row >= 1


def test_a_long_list_is_read_whole(tmp_path: Path) -> None:
    rows = ([f"Mô hình {i}", "Kinh tế", "Tập thể", f"X{i % 40:03d}"] for i in range(20_000))
    write_workbook(tmp_path / "dài.xlsx", [SheetSpec("Đăng ký", [ColumnSpec(title) for title in HEADER], rows)])
    sheet = read_sheet(tmp_path / "dài.xlsx", wanted=WANTED)
    assert len(sheet.rows) == 20_000
    assert (sheet.rows[-1].number, sheet.rows[-1].text(0)) == (20_001, "Mô hình 19999")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbookRefused, match=r"Không mở được tệp “không có\.xlsx”"):
        read_sheet(tmp_path / "không có.xlsx")


DANGEROUS = ["=1+1", "+84", "-5", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_dangerous_text_is_written_as_text(text: str) -> None:
    assert safe_cell(text).quoted
    stream = io.BytesIO()
    write_workbook(
        stream, [SheetSpec("A", [ColumnSpec(text), ColumnSpec("Số")], [[text, -5], ["khéo", Decimal("1.5")]])]
    )
    with zipfile.ZipFile(stream) as archive:
        assert b"<f>" not in archive.read(SHEET_XML)
    sheet = openpyxl.load_workbook(stream).active
    assert isinstance(sheet, Worksheet)
    assert (sheet["A2"].data_type, sheet["A2"].quotePrefix) == ("s", True)
    assert (sheet["B2"].data_type, sheet["B2"].value, sheet["B3"].value) == ("n", -5, 1.5)
    assert sheet["A3"].quotePrefix is False


@given(st.text(max_size=50) | st.sampled_from(DANGEROUS))
@settings(max_examples=60, deadline=None)
def test_any_text_survives_the_way_out_and_back(text: str) -> None:
    stream = io.BytesIO()
    write_workbook(stream, [SheetSpec("A", [ColumnSpec("Một"), ColumnSpec("Hai")], [[text, "x"]])])
    sheet = openpyxl.load_workbook(stream).active
    assert isinstance(sheet, Worksheet)
    assert sheet["A2"].data_type != "f"
    assert read_sheet(stream.getvalue()).rows[0].text(1) == "x"


def test_moments_are_written_in_vietnamese_time_and_odd_numbers_as_text() -> None:
    assert safe_cell(datetime(2024, 2, 4, 17, 0, tzinfo=UTC)).value == datetime(2024, 2, 5, 0, 0)  # noqa: DTZ001
    assert safe_cell(float("nan")).kind == "text"
    assert safe_cell(Decimal("Infinity")).kind == "text"


def test_drop_downs_long_lists_and_explanation() -> None:
    units = [f"X{i:03d} - Xã thứ {i}" for i in range(60)]
    columns = [
        ColumnSpec("Tên mô hình", 50, required=True, help="Ghi tên đầy đủ.", example="Nuôi ong"),
        ColumnSpec("Loại", choices=["Tập thể", "Cá nhân"]),
        ColumnSpec("Lĩnh vực", choices=["Kinh tế", "Quốc phòng, an ninh"]),
        ColumnSpec("Đơn vị", choices=units, strict=False),
    ]
    stream = io.BytesIO()
    write_workbook(stream, [SheetSpec("Đăng ký", columns, heading=["Danh sách"]), explanation_sheet(columns)])
    workbook = openpyxl.load_workbook(stream)
    assert [(sheet.title, sheet.sheet_state) for sheet in workbook.worksheets] == [
        ("Đăng ký", "visible"),
        ("Hướng dẫn", "visible"),
        ("Danh mục", "hidden"),
    ]
    first = workbook["Đăng ký"]
    assert first.freeze_panes == "A4"
    assert first["A3"].value == "Tên mô hình (*)"
    rules = {
        str(rule.sqref): (rule.formula1, rule.errorStyle or "stop") for rule in first.data_validations.dataValidation
    }
    assert rules == {
        "B4:B1003": ('"Tập thể,Cá nhân"', "stop"),
        "C4:C1003": ("danh_muc_1", "stop"),
        "D4:D1003": ("danh_muc_2", "warning"),
    }
    assert workbook.defined_names["danh_muc_2"].attr_text == "'Danh mục'!$B$1:$B$60"
    assert [cell.value for cell in workbook["Danh mục"]["B"]] == units
    assert [cell.value for cell in workbook["Hướng dẫn"][2]] == [
        "Tên mô hình",
        "Bắt buộc",
        "Ghi tên đầy đủ.",
        "Nuôi ong",
    ]
    assert read_sheet(stream.getvalue(), wanted=WANTED).columns == {"name": 0, "kind": 1, "field": 2, "unit": 3}


def test_csv_keeps_accents_and_guards_formulas(tmp_path: Path) -> None:
    path = tmp_path / "bảng.csv"
    row: list[CellValue] = ["=1+1", -5, Decimal("1E+3"), date(2024, 2, 5), None, True, "a,b\n“c”", "-5"]
    write_csv(path, ["Tên", "@x"], [row])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["Tên", "'@x"],
            ["'=1+1", "-5", "1000", "2024-02-05", "", "TRUE", "a,b\n“c”", "'-5"],
        ]
    written = io.StringIO()
    write_csv(written, ["a"], [["x"]], delimiter=";")
    assert written.getvalue() == "\ufeffa\r\nx\r\n"
