"""Lists of registrations as offices keep them: understood, refused by row and column, kept whole or not at all, never doubled."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from tests.world import ITEM_TEXTS, NOW, YEAR, World
from workflow.across.documents.import_registrations import ImportOutcome, import_registrations
from workflow.across.documents.package import WorkbookRefused
from workflow.across.documents.registration_columns import Column, columns_of
from workflow.across.documents.registration_rows import RowRefusal
from workflow.across.documents.registrations_template import SHEET_NAME, write_template
from workflow.across.oversight import audit
from workflow.core import access
from workflow.core.people import units
from workflow.ground.reading.names import keys_of
from workflow.ground.refusals import NotAllowed, NotFound
from workflow.ground.schema import ITEMS, emulation_model, field, form_item, history, person, registration_form, unit
from workflow.stages.registration import model_quantities

BARE = ("Tên mô hình", "Lĩnh vực", "Loại", "Đơn vị", "Người đăng ký")
ROAD = ("Hiến đất mở đường liên bản", "Nông thôn mới", "Tập thể", "Thôn Nà Hin", "")
GOATS = ("Nuôi dê thoát nghèo", "KT", "Cá nhân", "KL-X1-T1", "Lò Văn Ánh")


def book(rows: Sequence[Sequence[Any]], headers: Sequence[str] = BARE, merge: str = "") -> bytes:
    """A workbook with one sheet; text beginning with "=" is a formula, as when a person types it."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(list(headers))
    for row in rows:
        sheet.append(list(row))
    if merge:
        sheet.merge_cells(merge)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def bring(world: World, rows: Sequence[Sequence[Any]], headers: Sequence[str] = BARE, **options: Any) -> ImportOutcome:
    """Import as the district's staff unless said otherwise."""
    who, now = options.pop("who", "staff"), options.pop("now", NOW)
    content = book(rows, headers, options.pop("merge", ""))
    return import_registrations(world.database, who, now, content, YEAR, **options)


def columns(world: World) -> dict[str, Column]:
    with world.database.read() as connection:
        return columns_of(connection, world.year_id)


def hidden_lists(workbook: Any) -> list[str]:
    """What stands in the cells of sheets that nobody sees."""
    hidden = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "hidden"]
    return [str(value) for sheet in hidden for row in sheet.values for value in row if value]


def names(world: World) -> list[str]:
    with world.database.read() as connection:
        return list(connection.execute(sa.select(emulation_model.c.name).order_by(emulation_model.c.id)).scalars())


def form(world: World, code: str) -> Any:
    with world.database.read() as connection:
        return connection.execute(
            sa.select(registration_form).where(registration_form.c.model_id == world.model(code).id)
        ).one()


def test_bare_list_is_created_and_submitted_with_its_missing_items_waived(world: World) -> None:
    outcome = bring(world, [ROAD, GOATS])
    assert outcome.as_json() == {"rows": 2, "created": 2, "unchanged": 0, "refused": [], "warnings": []}
    assert outcome.codes == ("DVK-2024-00001", "DVK-2024-00002")
    assert [world.state(code) for code in outcome.codes] == ["submitted", "submitted"]
    assert form(world, outcome.codes[0]).waived == list(ITEMS)
    goats = world.model(outcome.codes[1])
    with world.database.read() as connection:
        assert connection.execute(sa.select(field.c.code).where(field.c.id == goats.field_id)).scalar() == "kinh_te"
        assert connection.execute(sa.select(person.c.full_name)).scalars().all() == ["Lò Văn Ánh"]
        assert audit.verify(connection) == []


def test_history_says_who_imported_for_whom(sqlite_world: World) -> None:
    code = bring(sqlite_world, [GOATS]).codes[0]
    with sqlite_world.database.read() as connection:
        entries = connection.execute(
            sa.select(history.c.trigger, history.c.actor_id, history.c.role, history.c.behalf)
            .where(history.c.subject == "model", history.c.subject_id == sqlite_world.model(code).id)
            .order_by(history.c.seq)
        ).all()
    staff = sqlite_world.accounts["staff"]
    assert entries == [("created", staff, "staff", "Lò Văn Ánh"), ("submit", staff, "staff", "Lò Văn Ánh")]


def test_headers_in_any_order_without_accents_or_in_capitals_are_understood(sqlite_world: World) -> None:
    headers = ("STT", "NGUOI DANG KY", "don vi", "Loại (Tập thể/Cá nhân)", "Lĩnh  vực (*)", "TÊN MÔ HÌNH")
    rows = [[1, "", "THON NA HIN", "tap the", "ntm", "Tổ tự quản đường hoa"]]
    assert bring(sqlite_world, rows, headers).as_json() == {
        "rows": 1,
        "created": 1,
        "unchanged": 0,
        "refused": [],
        "warnings": [],
    }


def test_decomposed_accents_are_the_same_text(sqlite_world: World) -> None:
    decomposed = [[unicodedata.normalize("NFD", cell) for cell in row] for row in (BARE, ROAD)]
    assert bring(sqlite_world, [decomposed[1]], decomposed[0]).created == 1
    assert names(sqlite_world) == ["Hiến đất mở đường liên bản"]
    assert bring(sqlite_world, [ROAD]).unchanged == 1


def test_title_lines_above_the_header_and_unread_columns_do_not_matter(sqlite_world: World) -> None:
    rows = [["DANH SÁCH ĐĂNG KÝ NĂM 2024"], [], [*BARE, "Ghi chú"], [*ROAD, "gửi lần hai"]]
    outcome = bring(sqlite_world, rows[1:], rows[0])
    assert (outcome.rows, outcome.created) == (1, 1)
    assert outcome.warnings == ("Các cột không được đọc: Ghi chú.",)


def test_complete_row_fills_the_whole_form(world: World) -> None:
    asked = columns(world)
    headers = [column.title for column in asked.values()]
    values = {
        "name": "Tổ phụ nữ góp vốn nuôi gà đồi",
        "field": "Phát triển kinh tế",
        "kind": "Tập thể",
        "unit_code": "kl-x1-t1",
        "person": "Lò Thị Hin",
        "representative_position": "Tổ trưởng",
        "phone": "0912 345 678",
        "origin": "Tiếp tục",
        "targets": "Ngày công: trên 350; Tiền mặt: 35.300.000đ (góp vốn)",
        **ITEM_TEXTS,
    }
    outcome = bring(world, [[values.get(key, "") for key in asked]], headers, strict=True)
    assert (outcome.created, outcome.refused) == (1, ())
    code = outcome.codes[0]
    kept = form(world, code)
    assert {item: kept._mapping[item] for item in ITEMS} == ITEM_TEXTS
    assert (kept.waived, kept.representative, kept.representative_position) == ([], "Lò Thị Hin", "Tổ trưởng")
    assert (world.model(code).origin, world.model(code).person_id) == ("continued", None)
    with world.database.read() as connection:
        targets = model_quantities.quantities(connection, world.model(code).id, "target")
    assert [(row.code, row.written, row.note) for row in targets] == [
        ("cash", "35.300.000 đồng", "góp vốn"),
        ("labour_days", "trên 350 ngày công", ""),
    ]


def test_items_are_found_and_named_as_the_year_calls_them(sqlite_world: World, tmp_path: Path) -> None:
    with sqlite_world.database.write() as connection:
        values = {"label": "Khó khăn của bản", "guidance": "Nêu một con số.", "max_length": 20}
        connection.execute(sa.update(form_item).where(form_item.c.code == "situation").values(values))
        # What one item is called now was an alias of another.
        connection.execute(sa.update(form_item).where(form_item.c.code == "goals").values(label="Cách làm"))
    headers = [*BARE, "Khó khăn của bản", "Cách làm"]
    outcome = bring(sqlite_world, [[*ROAD, "Đường lầy", "17 hộ"]], headers)
    kept = form(sqlite_world, outcome.codes[0])
    assert (kept.situation, kept.goals, kept.method) == ("Đường lầy", "17 hộ", "")
    long = bring(sqlite_world, [[*ROAD[:3], "Thôn Pác Cọ", "", "Đường lầy, xe không qua được", ""]], headers)
    assert [(refusal.column, refusal.message) for refusal in long.refused] == [
        (
            "Khó khăn của bản",
            "«Khó khăn của bản» dài 28 ký tự, tối đa 20. Hãy rút gọn, phần còn lại đính kèm thành tệp.",
        )
    ]
    # The names that come with the program are still understood.
    assert (
        bring(sqlite_world, [[*ROAD[:3], "Thôn Pác Cọ", "", "Lầy"]], [*BARE, "Thực trạng và lý do chọn"]).created == 1
    )
    path = tmp_path / "mau.xlsx"
    write_template(sqlite_world.database, path, YEAR)
    shown = [cell.value for cell in load_workbook(path)[SHEET_NAME][1]]
    assert "Khó khăn của bản" in shown
    assert "Thực trạng và lý do chọn" not in shown


def test_strict_refuses_a_row_whose_form_has_gaps(sqlite_world: World) -> None:
    outcome = bring(sqlite_world, [ROAD], strict=True)
    assert outcome.created == 0
    assert (outcome.refused[0].row, outcome.refused[0].column) == (2, "Thực trạng và lý do chọn")
    assert "thiếu 8 mục" in outcome.refused[0].message


@pytest.mark.parametrize(
    ("column", "row", "value", "message"),
    [
        ("Lĩnh vực", ("A b", "Thể thao", "Tập thể", "KL-X1-T1", ""), "Thể thao", "Không có lĩnh vực «Thể thao»."),
        ("Lĩnh vực", ("A b", "", "Tập thể", "KL-X1-T1", ""), "", "Hãy chọn lĩnh vực"),
        ("Loại", ("A b", "KT", "Nhóm", "KL-X1-T1", ""), "Nhóm", "Loại phải là Tập thể hoặc Cá nhân."),
        ("Đơn vị", ("A b", "KT", "Tập thể", "Thôn Xa", ""), "Thôn Xa", "Không có đơn vị «Thôn Xa» trong phạm vi"),
        ("Đơn vị", ("A b", "KT", "Tập thể", "BS-X1", ""), "BS-X1", "Không có đơn vị «BS-X1» trong phạm vi"),
        ("Đơn vị", ("A b", "KT", "Tập thể", "", ""), "", "Hãy ghi đơn vị đăng ký."),
        ("Đơn vị", ("A b", "KT", "Tập thể", "Thôn Bản Lầu", ""), "Thôn Bản Lầu", "Không có đơn vị «Thôn Bản Lầu»"),
        ("Người đăng ký", ("A b", "KT", "Cá nhân", "KL-X1-T1", ""), "", "Hãy nhập họ và tên người đăng ký."),
        ("Tên mô hình", ("", "KT", "Tập thể", "KL-X1-T1", ""), "", "Hãy nhập tên mô hình"),
        ("Tên mô hình", (20240105, "KT", "Tập thể", "KL-X1-T1", ""), "20240105", "Hãy nhập tên mô hình, bằng chữ."),
        ("Tên mô hình", ("Dê " * 200, "KT", "Tập thể", "KL-X1-T1", ""), None, "Tên mô hình dài 599 ký tự"),
        ("Tên mô hình", ("=A1&B1", "KT", "Tập thể", "KL-X1-T1", ""), "", "công thức chưa có kết quả"),
    ],
)
def test_faulty_row_is_refused_by_column_with_what_to_do(
    sqlite_world: World, column: str, row: Sequence[Any], value: str | None, message: str
) -> None:
    outcome = bring(sqlite_world, [ROAD, row])
    assert (outcome.rows, outcome.created, len(outcome.refused)) == (2, 0, 1)
    refusal = outcome.refused[0]
    assert (refusal.row, refusal.column) == (3, column)
    assert value is None or refusal.value == value
    assert message in refusal.message
    assert names(sqlite_world) == []


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("origin", "Cũ", "Hãy ghi một trong: Mới, Tiếp tục từ năm trước, Nhân rộng."),
        ("phone", "không có", "Số điện thoại chỉ gồm chữ số"),
        ("targets", "350 ngày công", "Không hiểu chỉ tiêu «350 ngày công»"),
        ("targets", "Con trâu: 3", "Không có chỉ số «Con trâu»"),
        ("targets", "Tiền mặt: 1.139 tỷ", "có thể là"),
        ("origin_model", "DVK-2023-00001", "Mô hình mới thì không có mô hình gốc"),
    ],
)
def test_faulty_optional_column_is_named(sqlite_world: World, key: str, value: str, message: str) -> None:
    title = columns(sqlite_world)[key].title
    outcome = bring(sqlite_world, [[*ROAD, value]], [*BARE, title])
    assert [(refusal.row, refusal.column, refusal.value) for refusal in outcome.refused] == [(2, title, value)]
    assert message in outcome.refused[0].message


def test_every_fault_of_a_row_is_said_at_once(sqlite_world: World) -> None:
    outcome = bring(sqlite_world, [("", "Thể thao", "Cá nhân", "KL-X1-T1", "")])
    assert {refusal.column for refusal in outcome.refused} == {"Tên mô hình", "Lĩnh vực", "Người đăng ký"}


def test_unit_is_found_by_code_name_bare_name_and_drop_down(world: World) -> None:
    written = ("kl-x1-t2", "thôn pác cọ", "Pác Cọ", "UBND Thôn Pác Cọ", "Thôn Pác Cọ [KL-X1-T2]")
    outcome = bring(
        world,
        [(f"Mô hình {word}", "KT", "Tập thể", unit_text, "") for word, unit_text in zip("abcde", written, strict=True)],
    )
    assert outcome.created == 5
    assert {world.model(code).unit_id for code in outcome.codes} == {world.units["KL-X1-T2"]}


def test_ambiguous_unit_name_lists_the_codes(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        connection.execute(
            sa.update(unit).where(unit.c.code == "KL-X2-T1").values(name="Thôn Nà Hin", **keys_of("Thôn Nà Hin", 200))
        )
    outcome = bring(sqlite_world, [ROAD])
    assert outcome.refused[0].message == ("Có 2 đơn vị cùng tên «Thôn Nà Hin»: KL-X1-T1, KL-X2-T1. Hãy ghi mã đơn vị.")
    assert bring(sqlite_world, [[*ROAD, "KL-X1-T1"]], [*BARE, "Mã đơn vị"]).created == 1


def test_code_and_name_of_two_units_are_refused(sqlite_world: World) -> None:
    outcome = bring(sqlite_world, [[*ROAD, "KL-X1-T2"]], [*BARE, "Mã đơn vị"])
    assert outcome.refused[0].column == "Mã đơn vị"
    assert "khác với đơn vị «Thôn Nà Hin» (KL-X1-T1)" in outcome.refused[0].message


def test_missing_column_refuses_the_file_and_names_what_was_found(sqlite_world: World) -> None:
    with pytest.raises(WorkbookRefused, match="Thiếu cột “Lĩnh vực”, “Đơn vị”") as refusal:
        bring(sqlite_world, [("Tổ tự quản", "Tập thể", "x")], ("Tên mô hình", "Loại", "Ghi chú"))
    assert "“Tên mô hình”, “Loại”, “Ghi chú”" in refusal.value.message


def test_person_column_is_missed_only_by_individuals(sqlite_world: World) -> None:
    assert bring(sqlite_world, [ROAD[:4]], BARE[:4]).created == 1
    with pytest.raises(WorkbookRefused, match="Thiếu cột “Người đăng ký”"):
        bring(sqlite_world, [GOATS[:4]], BARE[:4])


@pytest.mark.parametrize("content", [b"", b"Ten mo hinh;Linh vuc\n", b"%PDF-1.7", b"PK\x03\x04 nothing"])
def test_what_is_no_workbook_is_refused_and_nothing_is_kept(sqlite_world: World, content: bytes) -> None:
    with pytest.raises(WorkbookRefused):
        import_registrations(sqlite_world.database, "staff", NOW, content, YEAR)
    assert names(sqlite_world) == []


def test_list_on_disk_is_read_by_its_path(sqlite_world: World, tmp_path: Path) -> None:
    path = tmp_path / "danh sách.xlsx"
    path.write_bytes(book([ROAD]))
    assert import_registrations(sqlite_world.database, "staff", NOW, path, YEAR).created == 1


def test_partial_keeps_the_good_rows(world: World) -> None:
    outcome = bring(world, [ROAD, ("A b", "Thể thao", "Tập thể", "KL-X1-T1", ""), GOATS], partial=True)
    assert (outcome.rows, outcome.created, [refusal.row for refusal in outcome.refused]) == (3, 2, [3])
    assert names(world) == [ROAD[0], GOATS[0]]


def test_dry_run_reports_the_same_and_keeps_nothing(world: World) -> None:
    rows = [ROAD, GOATS, ("A b", "Thể thao", "Tập thể", "KL-X1-T1", "")]
    rehearsed = bring(world, rows, dry_run=True, partial=True)
    assert names(world) == []
    with world.database.read() as connection:
        assert connection.execute(sa.select(person.c.id)).all() == []
    assert bring(world, rows, partial=True) == rehearsed


def test_the_same_list_again_changes_nothing(world: World) -> None:
    bring(world, [ROAD, GOATS])
    with world.database.read() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(history)).scalar_one()
    outcome = bring(world, [GOATS, ROAD, ("Nuôi dê thoát nghèo", "KT", "Cá nhân", "KL-X1-T1", "Hà Văn Khác")])
    assert (outcome.created, outcome.unchanged) == (1, 2)
    with world.database.read() as connection:
        after = connection.execute(sa.select(sa.func.count()).select_from(history)).scalar()
    assert after == before + 2


def test_two_rows_the_same_refuse_the_second_and_name_the_first(sqlite_world: World) -> None:
    shouted = (ROAD[0].upper(), *ROAD[1:])
    outcome = bring(sqlite_world, [ROAD, GOATS, shouted], partial=True)
    assert outcome.created == 2
    assert [(refusal.row, refusal.column) for refusal in outcome.refused] == [(4, "Tên mô hình")]
    assert outcome.refused[0].message.startswith("Trùng với dòng 2:")


def test_one_person_with_two_models_is_one_person(world: World) -> None:
    outcome = bring(world, [GOATS, ("Trồng quế dưới tán rừng", "KT", "Cá nhân", "Thôn Nà Hin", "LÒ VĂN ÁNH")])
    assert outcome.created == 2
    assert len({world.model(code).person_id for code in outcome.codes}) == 1
    (warning,) = outcome.warnings
    assert warning == (
        "1 người có nhiều dòng, mỗi tên được coi là một người: Lò Văn Ánh (dòng 2, 3). Nếu là hai người trùng tên, hãy điền cột"
        " «Phân biệt người trùng tên»."
    )
    (warning,) = bring(world, [("Nuôi cá lồng", *GOATS[1:])]).warnings
    assert warning == (
        f"1 người được coi là người đã đăng ký ở đơn vị: Lò Văn Ánh (dòng 2; {outcome.codes[0]}). Nếu là người khác trùng tên,"
        " hãy điền cột «Phân biệt người trùng tên»."
    )


def test_person_of_a_list_who_may_be_one_of_two_is_asked(sqlite_world: World) -> None:
    headers = [*BARE, "Phân biệt người trùng tên"]
    codes = bring(sqlite_world, [[*GOATS, "tổ 1"], [*GOATS, "tổ 2"]], headers).codes
    (refused,) = bring(sqlite_world, [("Nuôi cá lồng", *GOATS[1:])]).refused
    assert refused.column == "Phân biệt người trùng tên"
    assert refused.message == (
        f"«Thôn Nà Hin» đã có người đăng ký tên Lò Văn Ánh (tổ 1, {codes[0]}; tổ 2, {codes[1]})."
        " Hãy ghi phần phân biệt: của người ấy, hoặc một phần khác nếu là người khác."
    )


def test_namesakes_are_told_apart_by_their_column(world: World) -> None:
    headers = [*BARE, "Phân biệt người trùng tên"]
    outcome = bring(world, [[*GOATS, "tổ 1"], [*GOATS, "tổ 2"]], headers)
    assert outcome.created == 2
    assert len({world.model(code).person_id for code in outcome.codes}) == 2


def test_draft_leaves_drafts_and_a_later_import_says_so(world: World) -> None:
    code = bring(world, [ROAD], draft=True).codes[0]
    assert world.state(code) == "draft"
    outcome = bring(world, [ROAD])
    assert (outcome.unchanged, outcome.warnings) == (
        1,
        ("1 dòng đã có dưới dạng bản nháp và được giữ nguyên. Hãy gửi các bản nháp đó.",),
    )


def test_unit_officer_imports_for_his_own_unit_only(sqlite_world: World) -> None:
    outcome = bring(sqlite_world, [ROAD, ("A b", "KT", "Tập thể", "Thôn Pác Cọ", "")], who="officer.x1t1", partial=True)
    assert (outcome.created, [refusal.row for refusal in outcome.refused]) == (1, [3])
    with sqlite_world.database.read() as connection:
        behalf = connection.execute(sa.select(history.c.behalf).where(history.c.trigger == "submit")).scalar()
    assert behalf == ""


def test_commune_reviewer_imports_for_his_commune(sqlite_world: World) -> None:
    outcome = bring(sqlite_world, [ROAD, ("A b", "KT", "Tập thể", "KL-X2-T1", "")], who="chair", partial=True)
    assert (outcome.created, [refusal.row for refusal in outcome.refused]) == (1, [3])


@pytest.mark.parametrize("who", ["leader", "villager", "inspector1", "admin"])
def test_who_may_register_for_nobody_is_refused(sqlite_world: World, who: str) -> None:
    with pytest.raises(NotAllowed, match="không có quyền nhập danh sách"):
        bring(sqlite_world, [ROAD], who=who)
    assert names(sqlite_world) == []


def test_unknown_year_is_not_found(sqlite_world: World) -> None:
    with pytest.raises(NotFound, match="Không có năm thi đua 2031"):
        import_registrations(sqlite_world.database, "staff", NOW, book([ROAD]), 2031)


def test_similar_names_warn_and_do_not_refuse(world: World) -> None:
    first = bring(world, [ROAD]).codes[0]
    rows = [
        ("Hiến đất mở đường liên thôn bản", "NTM", "Tập thể", "KL-X1-T2", ""),
        ("Câu lạc bộ đàn tính hát then", "VH-XH", "Tập thể", "KL-X1-T2", ""),
        ("Câu lạc bộ đàn tính và hát then", "VH-XH", "Tập thể", "KL-X1", ""),
    ]
    outcome = bring(world, rows)
    assert (outcome.created, len(outcome.warnings)) == (3, 2)
    assert outcome.warnings[0].startswith(f"Dòng 2: tên gần giống mô hình {first} «Hiến đất mở đường liên bản»")
    assert outcome.warnings[1].startswith("Dòng 4: tên gần giống dòng 3 «Câu lạc bộ đàn tính hát then»")


def test_names_outside_the_importers_scope_are_not_told(sqlite_world: World) -> None:
    bring(sqlite_world, [("Hiến đất mở đường liên thôn bản", "NTM", "Tập thể", "BS-X1", "")], who="outsider")
    assert bring(sqlite_world, [ROAD]).warnings == ()


def test_late_list_is_taken_with_one_warning(world: World) -> None:
    outcome = bring(world, [ROAD, GOATS], now=NOW + timedelta(days=60))
    assert outcome.created == 2
    assert [warning.split(":")[0] for warning in outcome.warnings] == ["2 dòng"]
    assert "đăng ký trễ" in outcome.warnings[0]
    assert all(world.model(code).late for code in outcome.codes)


def test_merged_unit_cell_counts_for_every_row_below(sqlite_world: World) -> None:
    rows = [("Mô hình một hai", "KT", "Tập thể", "Thôn Nà Hin", ""), ("Việc ba bốn", "NTM", "Tập thể", None, "")]
    outcome = bring(sqlite_world, rows, merge="D2:D3")
    assert outcome.created == 2
    assert {sqlite_world.model(code).unit_id for code in outcome.codes} == {sqlite_world.units["KL-X1-T1"]}
    assert "Ô gộp D2:D3" in outcome.warnings[0]


def test_hostile_text_is_kept_as_text(world: World) -> None:
    name = "<script>alert(1)</script> {{7*7}} \u202eđảo 👩‍🌾"
    assert bring(world, [(name, "KT", "Tập thể", "KL-X1-T1", "")]).created == 1
    assert names(world) == ["<script>alert(1)</script> {{7*7}} đảo 👩‍🌾"]


def test_progress_rises_to_two_steps_a_row(world: World) -> None:
    told: list[tuple[int, int]] = []
    rows = [(f"Việc số {i} của thôn", "KT", "Tập thể", "KL-X1-T1", "") for i in range(1_200)]
    outcome = bring(world, rows, progress=lambda done, total: told.append((done, total)), dry_run=True)
    assert outcome.created == 1_200
    assert told[0] == (0, 2_400)
    assert told[-4:] == [(1_200, 2_400), (2_200, 2_400), (2_400, 2_400), (2_400, 2_400)]
    assert told == sorted(told)


def test_similar_names_beyond_two_hundred_are_not_all_told(sqlite_world: World) -> None:
    rows = [(f"Việc số {i} của thôn", "KT", "Tập thể", "KL-X1-T1", "") for i in range(300)]
    outcome = bring(sqlite_world, rows)
    assert (outcome.created, len(outcome.warnings)) == (300, 201)
    assert outcome.warnings[-1].startswith("Chỉ nêu 200 tên gần giống đầu tiên")


def test_refusals_come_in_the_order_of_the_rows(sqlite_world: World) -> None:
    outcome = bring(
        sqlite_world, [ROAD, ROAD, ("A b", "KT", "Nhóm", "KL-X1", ""), ("A c", "Thể thao", "Tập thể", "KL-X1", "")]
    )
    assert [refusal.row for refusal in outcome.refused] == [3, 4, 5]


def test_template_is_filled_in_and_imported(sqlite_world: World, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    write_template(sqlite_world.database, path, YEAR)
    empty = import_registrations(sqlite_world.database, "staff", NOW, path, YEAR)
    assert (empty.rows, empty.created, len(empty.warnings)) == (0, 0, 1)
    workbook = load_workbook(path)
    sheet = workbook[SHEET_NAME]
    titles = {str(cell.value): position for position, cell in enumerate(sheet[1], 1)}
    for title, text in zip(
        ("Tên mô hình (*)", "Lĩnh vực (*)", "Loại (*)", "Đơn vị (*)"),
        (*ROAD[:3], "Thôn Nà Hin [KL-X1-T1]"),
        strict=True,
    ):
        sheet.cell(2, titles[title], text)
    workbook.save(path)
    assert import_registrations(sqlite_world.database, "staff", NOW, path, YEAR).created == 1


def test_template_offers_fields_kinds_and_units_and_explains_every_column(sqlite_world: World, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    with sqlite_world.database.read() as connection:
        chair = access.actor(connection, "chair", NOW)
    write_template(sqlite_world.database, path, YEAR, actor=chair)
    workbook = load_workbook(path)
    rules = workbook[SHEET_NAME].data_validations.dataValidation
    assert len(rules) == 5
    # Short lists stand in the rule itself, long ones on a hidden sheet.
    offered = " ".join([rule.formula1 for rule in rules] + hidden_lists(workbook))
    assert "Thôn Nà Hin [KL-X1-T1]" in offered
    assert "KL-X2" not in offered
    assert "Quốc phòng - an ninh" in offered
    assert '"Có,Không"' in offered
    explained = [row[0].value for row in workbook["Hướng dẫn"].iter_rows()]
    assert {column.title for column in columns(sqlite_world).values()} <= set(explained)


def test_refusal_as_json_has_the_four_keys() -> None:
    assert RowRefusal(12, "Lĩnh vực", "Thể thao", "Không có.").as_json() == {
        "row": 12,
        "column": "Lĩnh vực",
        "value": "Thể thao",
        "message": "Không có.",
    }


def test_rows_in_letters_from_before_unicode_are_refused_by_name_and_shown_as_they_are(sqlite_world: World) -> None:
    old = ("VËn ®éng nh©n d©n ®\xadîc mïa", "Kinh tÕ", "TËp thÓ", "Thôn Nà Hin", "")
    outcome = bring(sqlite_world, [ROAD, old])
    assert (outcome.created, names(sqlite_world)) == (0, [])
    assert [(refusal.row, refusal.column, refusal.value) for refusal in outcome.refused] == [
        (3, "Tên mô hình", old[0]),
        (3, "Loại", "TËp thÓ"),
    ]
    assert all("TCVN3" in refusal.message and "Ctrl+Shift+F6" in refusal.message for refusal in outcome.refused)
    vni = bring(sqlite_world, [("Vaän ñoäng nhaân daân hieán ñaát", "KT", "Tập thể", "Thôn Nà Hin", "")])
    assert "VNI" in vni.refused[0].message
    # Good rows still come in when asked for.
    assert bring(sqlite_world, [ROAD, old], partial=True).created == 1


def test_typeface_of_a_cell_speaks_for_its_letters(sqlite_world: World) -> None:
    workbook = load_workbook(io.BytesIO(book([("bÐ bè", "KT", "Tập thể", "Thôn Nà Hin", ""), ROAD])))
    for cell in workbook.worksheets[0][2]:
        cell.font = Font(name=".VnTime", size=13)
    target = io.BytesIO()
    workbook.save(target)
    outcome = import_registrations(sqlite_world.database, "staff", NOW, target.getvalue(), YEAR)
    # What is plainly Unicode stays so under whatever typeface.
    assert [(refusal.row, refusal.column) for refusal in outcome.refused] == [(2, "Tên mô hình")]


def test_a_whole_list_in_old_letters_is_called_by_its_name(sqlite_world: World) -> None:
    headings = ("Tªn m« h×nh", "LÜnh vùc", "Lo¹i", "§¬n vÞ", "Ng\xadêi ®¨ng ký")
    with pytest.raises(WorkbookRefused, match="TCVN3"):
        bring(sqlite_world, [("HiÕn ®Êt", "Kinh tÕ", "TËp thÓ", "Th«n Nµ Hin", "")], headings)


def test_eth_comes_in_as_the_letter_it_looks_like(sqlite_world: World) -> None:
    assert bring(sqlite_world, [("Ðổi rác lấy cây giống", *ROAD[1:])]).created == 1
    assert names(sqlite_world) == ["Đổi rác lấy cây giống"]


def test_telephone_kept_as_a_number_gets_its_nought_back_with_a_note(sqlite_world: World) -> None:
    headers = [*BARE, "Điện thoại"]
    rows: list[list[Any]] = [
        [*ROAD, 912000111],
        [*GOATS, "0912 345 678"],
        [*ROAD[:3], "Thôn Pác Cọ", "", 2083888999.0],
        [*ROAD[:3], "Xã Khe Rạn", "", "912000111"],
    ]
    outcome = bring(sqlite_world, rows[:3], headers)
    kept = [form(sqlite_world, code).phone for code in outcome.codes]
    assert kept == ["0912000111", "0912 345 678", "02083888999"]
    assert outcome.warnings == (
        "Số điện thoại lưu dạng số nên mất số 0 ở đầu; đã thêm lại ở dòng 2, 4 (912000111 đọc là 0912000111). Hãy xem lại.",
    )


def test_hidden_rows_columns_and_other_lists_are_named(sqlite_world: World) -> None:
    rows = [ROAD, GOATS, *((f"Việc số {number} của bản", *ROAD[1:]) for number in range(4))]
    workbook = load_workbook(io.BytesIO(book(rows)))
    sheet = workbook.worksheets[0]
    for number in (3, 5, 6):
        sheet.row_dimensions[number].hidden = True
    sheet.column_dimensions["E"].hidden = True
    for title, state in (("Danh sách cũ", "hidden"), ("Cá nhân", "visible"), ("Ghi chú", "hidden")):
        other = workbook.create_sheet(title)
        other.sheet_state = state
        other.append(list(BARE) if title != "Ghi chú" else ["Việc khác"])
    target = io.BytesIO()
    workbook.save(target)
    outcome = import_registrations(sqlite_world.database, "staff", NOW, target.getvalue(), YEAR, dry_run=True)
    assert outcome.created == 6
    assert [warning for warning in outcome.as_json()["warnings"] if "gần giống" not in warning] == [
        "Dòng 3, 5–6 đang bị ẩn trong tệp nhưng vẫn được đọc. Nếu không muốn nhập, hãy xoá hẳn dòng ấy khỏi tệp.",
        "Cột E “Người đăng ký” đang bị ẩn trong tệp nhưng vẫn được đọc. Nếu không muốn nhập, hãy xoá hẳn cột ấy khỏi tệp.",
        "Trang tính ẩn “Danh sách cũ” cũng có danh sách nhưng không được đọc.",
        "Trang tính “Cá nhân” cũng có danh sách nhưng chưa được đọc. Hãy nhập trang ấy bằng một tệp riêng.",
    ]


def test_template_comes_back_without_a_word_about_its_own_hidden_sheet(sqlite_world: World, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    write_template(sqlite_world.database, path, YEAR)
    outcome = import_registrations(sqlite_world.database, "staff", NOW, path, YEAR)
    assert outcome.warnings == ("Tệp chưa có dòng nào dưới tiêu đề. Hãy điền danh sách rồi nhập lại.",)


def two_communes(world: World) -> None:
    """Two communes of one province whose names differ by one accent; both have models of their own to register."""
    with world.database.write() as connection:
        for code, name in (("KL-VA", "Xã Văn Lang"), ("KL-VB", "Xã Văn Lăng")):
            units.create_unit(connection, "admin", NOW, code, name, "commune", "administrative", "KL")


def test_units_that_differ_by_an_accent_are_found_by_their_own_names(world: World) -> None:
    two_communes(world)
    written = ("Xã Văn Lang", "xã văn lăng", "Văn Lang", "UBND xã Văn Lăng", "Xã Văn Lăng [KL-VA]")
    rows = [(f"Mô hình {word}", "KT", "Tập thể", place, "") for word, place in zip("abcde", written, strict=True)]
    outcome = bring(world, rows)
    assert (outcome.refused, outcome.warnings) == ((), ())
    with world.database.read() as connection:
        codes = dict(connection.execute(sa.select(unit.c.id, unit.c.code)).all())
    meant = [codes[world.model(code).unit_id] for code in outcome.codes]
    assert meant == ["KL-VA", "KL-VB", "KL-VA", "KL-VB", "KL-VA"]


def test_unit_without_accents_that_may_be_two_is_asked(sqlite_world: World) -> None:
    two_communes(sqlite_world)
    outcome = bring(sqlite_world, [("Mô hình a", "KT", "Tập thể", "xa van lang", "")])
    assert [refusal.message for refusal in outcome.refused] == [
        "«xa van lang» có thể là: Xã Văn Lang (KL-VA); Xã Văn Lăng (KL-VB). Hãy ghi đủ dấu hoặc ghi mã đơn vị."
    ]


def test_unit_with_other_accents_than_written_is_named(sqlite_world: World) -> None:
    outcome = bring(
        sqlite_world, [("Mô hình a", "KT", "Tập thể", "Thôn Ná Hìn", ""), ROAD, ("b c", "KT", "Tập thể", "na hin", "")]
    )
    assert outcome.created == 3
    assert outcome.warnings == ("«Thôn Ná Hìn» được hiểu là «Thôn Nà Hin». Nếu sai, hãy ghi mã đơn vị.",)


def test_two_models_and_two_people_that_differ_by_an_accent_are_no_doubles(world: World) -> None:
    rows = [GOATS, ("Nuôi dế thoát nghèo", *GOATS[1:]), (*GOATS[:4], "Lò Văn Anh")]
    outcome = bring(world, rows)
    assert (outcome.created, outcome.refused) == (3, ())
    assert bring(world, rows).unchanged == 3
    with world.database.read() as connection:
        people = connection.execute(sa.select(person.c.full_name).order_by(person.c.id)).scalars().all()
    assert people == ["Lò Văn Ánh", "Lò Văn Anh"]
    assert bring(world, [("NUÔI  DÊ thoát nghèo", *GOATS[1:])]).unchanged == 1


def test_field_without_accents_that_may_be_two_is_asked(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        year_id = sqlite_world.year_id
        for position, (code, label) in enumerate((("de", "Nuôi dê"), ("de_men", "Nuôi dế")), start=90):
            connection.execute(
                sa.insert(field).values(year_id=year_id, code=code, label=label, aliases=[], position=position)
            )
    outcome = bring(
        sqlite_world, [(name, written, *ROAD[2:]) for name, written in (("Mô hình a", "nuôi dế"), ("b c", "NUOI DE"))]
    )
    assert [(refusal.row, refusal.message) for refusal in outcome.refused] == [
        (3, "«NUOI DE» có thể là: Nuôi dê; Nuôi dế. Hãy ghi đúng dấu.")
    ]
