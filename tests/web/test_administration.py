"""Administration by its pages: invitations, units from a spreadsheet, programme years, definitions, history, access log."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import sqlalchemy as sa
from flask import Flask

from tests.web.conftest import Browser
from tests.workflow.test_units_list import GOOD, workbook
from tests.world import COMMITTEE, NOW, YEAR, World, a_draft
from workflow.across.oversight import access_log
from workflow.core import access
from workflow.core.lifecycles import parsing
from workflow.core.programmes import stored
from workflow.ground.schema import inspection

Visit = Callable[[str], Browser]


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_invited_person_sets_a_password_and_is_signed_in(app: Flask, visit: Visit, stranger: Browser) -> None:
    admin = visit("admin")
    form = {"user_name": "canbo.moi", "full_name": "Lò Thị Mới", "unit": "KL-X1-T2", "entry": "link"}
    page = admin.fill("/quan-tri/tai-khoan/moi", form, status=200).text
    link = re.search(r"/loi-moi/[\w-]+", page)
    assert link is not None
    assert "Đã có một đường dẫn" in admin.get("/quan-tri/tai-khoan/canbo.moi")
    assert "Lò Thị Mới" in stranger.get(link[0])
    stranger.post(link[0], {"new": "một câu dễ nhớ", "again": "câu khác hẳn"}, status=422)
    stranger.post(link[0], {"new": "một câu dễ nhớ", "again": "một câu dễ nhớ"})
    stranger.get("/viec-cua-toi")
    Browser(app).get(link[0], status=404)
    Browser(app).sign_in("canbo.moi", "một câu dễ nhớ").get("/viec-cua-toi")


def test_link_can_be_withdrawn_and_sessions_ended(app: Flask, visit: Visit) -> None:
    admin, staff = visit("admin"), visit("staff")
    admin.get("/quan-tri/tai-khoan/staff")
    link = re.search(r"/loi-moi/[\w-]+", admin.post("/quan-tri/tai-khoan/staff/duong-dan", status=200).text)
    assert link is not None
    admin.post("/quan-tri/tai-khoan/staff/thu-hoi-duong-dan")
    Browser(app).get(link[0], status=404)
    admin.post("/quan-tri/tai-khoan/staff/dang-xuat")
    assert staff.client.get("/viec-cua-toi").headers["Location"].startswith("/dang-nhap")


def test_units_are_checked_first_and_then_imported(visit: Visit) -> None:
    admin = visit("admin")
    admin.get("/quan-tri/don-vi/nhap")
    page = admin.post("/quan-tri/don-vi/nhap", {"file": (BytesIO(workbook(GOOD)), "dv.xlsx")}, status=200).text
    assert "2 dòng: 2 đơn vị mới, 0 đã có, 0 lỗi" in words(page)
    assert "Xã Mới" not in admin.get("/quan-tri/don-vi")
    checked = re.search(r'name="checked"\s+value="([^"]+)"', page)
    assert checked is not None
    admin.get("/quan-tri/don-vi/nhap")
    admin.post("/quan-tri/don-vi/nhap", {"checked": checked[1]})
    assert "Xã Mới" in admin.get("/quan-tri/don-vi")
    bad = workbook([("KL-X7", "", "Cấp ấp", "", "KL", "", "")])
    page = admin.post("/quan-tri/don-vi/nhap", {"file": (BytesIO(bad), "dv.xlsx")}, status=200).text
    assert "Không có cấp này" in page
    admin.post("/quan-tri/don-vi/nhap", {"file": (BytesIO(b"not a workbook"), "dv.xlsx")}, status=422)
    admin.post("/quan-tri/don-vi/nhap", {"checked": "%%%"}, status=422)
    assert "KL-X9" in admin.get("/quan-tri/don-vi", tim="xa moi")
    admin.get("/quan-tri/don-vi", goc="KHONG-CO", status=404)
    for path in ("/quan-tri/don-vi/mau.xlsx", "/quan-tri/don-vi/danh-sach.xlsx"):
        with admin.client.get(path) as answer:
            assert answer.data[:2] == b"PK"


def test_year_is_copied_and_edited_with_its_history(visit: Visit) -> None:
    admin = visit("admin")
    admin.fill("/quan-tri/nam/moi", {"year": "2025", "source": str(YEAR)})
    admin.fill("/quan-tri/nam/moi", {"year": "2025", "source": str(YEAR)}, status=422)
    settings = {
        "name": "Năm 2025",
        "opens_on": "01/02/2025",
        "closes_on": "30/04/2025",
        "quorum": "2/3",
        "threshold": "1/2",
        "numbering": "year",
    }
    page = admin.follow(admin.fill("/quan-tri/nam/2025/thong-tin", settings))
    assert "Hết hạn đăng ký: 31/03/2025 → 30/04/2025" in words(page)
    admin.fill("/quan-tri/nam/2025/thong-tin", {**settings, "quorum": "5/3"}, status=422)
    admin.fill("/quan-tri/nam/2025/thong-tin", {**settings, "version": "1"}, status=409)
    admin.fill("/quan-tri/nam/2025/quy-trinh", {"definition": parsing.standard("two_tier").hash})
    admin.get("/quan-tri/nam/2025/khong-co", status=404)
    visit("staff").fill("/quan-tri/nam/2025/thong-tin", settings, status=403)


def _rows(world: World, first_points: str) -> dict[str, str]:
    with world.database.read() as connection:
        found = stored.criteria(connection, world.year_id)
    sent: dict[str, str] = {}
    for number, row in enumerate(found):
        points = first_points if number == 0 else str(row.max_points)
        sent |= {f"rows-{number}-label": row.label, f"rows-{number}-points": points}
        sent |= {f"rows-{number}-order": str(number + 1), f"rows-{number}-guidance": row.guidance}
    return sent


def test_score_sheet_shows_its_sum_before_it_is_kept(visit: Visit, world: World) -> None:
    admin, path = visit("admin"), f"/quan-tri/nam/{YEAR}/cham-diem"
    assert "Tổng điểm: 100 / 100" in words(admin.get(path))
    assert "Tổng điểm: 95 / 100" in words(admin.fill(path, {**_rows(world, "10"), "sum": "1"}, status=200).text)
    assert "đang là 95" in words(admin.fill(path, _rows(world, "10"), status=422).text)
    admin.fill(path, _rows(world, "15"))
    spoilt = {**_rows(world, "15"), "rows-2-points": "nhiều", "rows-2-order": "1"}
    assert 'href="#rows-2-points"' in admin.fill(path, spoilt, status=422).text
    assert "rows-7-label" in admin.fill(path, {**_rows(world, "15"), "add_row": "rows"}, status=200).text
    for part in ("linh-vuc", "xep-hang", "chi-so"):
        admin.get(f"/quan-tri/nam/{YEAR}/{part}")


def test_form_of_a_year_asks_as_the_year_says(visit: Visit, world: World) -> None:
    admin, path = visit("admin"), f"/quan-tri/nam/{YEAR}/phieu"
    assert "Thêm dòng" not in words(admin.get(path))
    with world.database.read() as connection:
        items = list(stored.items(connection, world.year_id).values())
    sent: dict[str, str] = {}
    for number, row in enumerate(items):
        sent |= {f"rows-{number}-{name}": str(getattr(row, name)) for name in ("code", "guidance", "good", "bad")}
        sent |= {f"rows-{number}-label": row.label, f"rows-{number}-max_length": str(row.max_length)}
    assert "rows-1-max_length" in admin.fill(path, {**sent, "rows-1-max_length": "nhiều"}, status=422).text
    admin.fill(path, {**sent, "rows-1-label": "Khó khăn của bản", "rows-1-good": "Đường lầy, 17 hộ."})
    code = world.create()
    officer = visit("officer.x1t1")
    asked = words(officer.get(f"/mo-hinh/{code}/phieu/muc-tieu"))
    assert "Khó khăn của bản" in asked
    assert "Đường lầy, 17 hộ." in asked
    for page in (f"/mo-hinh/{code}", f"/mo-hinh/{code}/phieu/kiem-tra", f"/mo-hinh/{code}/phieu/ca-phieu"):
        shown = words(officer.get(page))
        assert "Khó khăn của bản" in shown
        assert "Thực trạng và lý do chọn" not in shown


def test_words_that_speak_for_a_field_are_kept(visit: Visit, world: World) -> None:
    admin, path = visit("admin"), f"/quan-tri/nam/{YEAR}/linh-vuc"
    with world.database.read() as connection:
        found = stored.fields(connection, world.year_id)
    sent: dict[str, str] = {}
    for number, row in enumerate(found):
        sent |= {f"rows-{number}-code": row.code, f"rows-{number}-label": row.label}
        sent |= {f"rows-{number}-order": str(number + 1), f"rows-{number}-aliases": "; ".join(row.aliases)}
        sent |= {f"rows-{number}-keywords": "; ".join(row.keywords)}
    assert "hiến đất; mở đường" in admin.get(path)
    admin.fill(path, {**sent, "rows-0-keywords": "nuôi ong; lấy mật"})
    hint = visit("officer.x1t1").client.get("/mo-hinh/gan-giong", query_string={"ten": "Tổ lấy mật rừng"})
    assert "Kinh tế" in words(hint.text)


def test_models_move_to_another_definition_after_a_dry_run(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "implementing")
    admin = visit("admin")
    old, new = (parsing.standard(name).short_hash for name in ("three_tier", "two_tier"))
    assert old in admin.get("/quan-tri/quy-trinh")
    assert "Chuyển mô hình" in admin.get(f"/quan-tri/quy-trinh/{old}")
    path = f"/quan-tri/quy-trinh/{old}/chuyen?den={new}"
    page = admin.fill(path, {"map-implementing": "implementing"}, status=200).text
    assert "1 mô hình sẽ chuyển, 0 mô hình ở lại" in words(page)
    assert world.model(code).definition_hash == parsing.standard("three_tier").hash
    admin.post(path, {"map-implementing": "implementing", "confirm": "1"})
    assert world.model(code).definition_hash == parsing.standard("two_tier").hash
    admin.fill(path, {"map-implementing": "recognised"}, status=422)


def test_history_is_filtered_and_verified(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "registered")
    admin = visit("admin")
    assert "Tiếp nhận" in words(admin.get("/quan-tri/lich-su", ma=code))
    assert "Không có việc nào khớp" in admin.get("/quan-tri/lich-su", nguoi="khongco")
    assert "hãy" in admin.get("/quan-tri/lich-su", status=422, tu="31/02/2024").lower()
    admin.get("/quan-tri/lich-su", status=422, query={"don-vi": "KHONG"})
    admin.get("/quan-tri/lich-su/kiem-chung")
    assert "Lịch sử nguyên vẹn" in admin.post("/quan-tri/lich-su/kiem-chung", status=200).text
    wrong = admin.post("/quan-tri/lich-su/kiem-chung", {"expected": "a" * 64}, status=200).text
    assert "Lịch sử hỏng ở 1 chỗ" in wrong


def test_reading_an_individuals_dossier_is_written_down_and_told(visit: Visit, world: World) -> None:
    draft = a_draft(name="Vận động góp ngày công", kind="individual", person="Lò Văn Đức")
    code = world.carry(world.create(draft), "submitted")
    collective = world.carry(world.create(), "submitted")
    staff, officer = visit("staff"), visit("officer.x1t1")
    for path in (f"/mo-hinh/{code}", f"/mo-hinh/{code}", f"/mo-hinh/{collective}"):
        staff.get(path)
        officer.get(path)
    assert f"/mo-hinh/{code}/ai-da-xem" in officer.get(f"/mo-hinh/{code}")
    assert f"/mo-hinh/{code}/ai-da-xem" not in staff.get(f"/mo-hinh/{code}")
    page = words(officer.get(f"/mo-hinh/{code}/ai-da-xem"))
    assert page.count("Trần Thị Giúp") == 1
    staff.get(f"/mo-hinh/{code}/ai-da-xem", status=403)
    visit("outsider").get(f"/mo-hinh/{code}/ai-da-xem", status=404)
    assert "Trần Thị Giúp" in visit("admin").get("/quan-tri/nhat-ky-xem", ma=code)
    with world.database.read() as connection:
        admin = access.actor(connection, "admin", NOW)
        found = access_log.listing(connection, admin, access_log.Filters())
    assert [(one.user_name, one.code, one.what) for one in found] == [("staff", code, "page")]


def test_papers_that_tell_of_an_individual_are_noted(world: World, visit: Visit) -> None:
    draft = a_draft(kind="individual", person="Lò Văn Thử", name="Nuôi cá lồng trên lòng hồ")
    codes = [world.carry(world.create(draft), "proposed"), world.carry(world.create(), "proposed")]
    with world.database.read() as connection:
        visits = connection.execute(sa.select(inspection.c.id, inspection.c.model_id)).all()
    record = {row.model_id: row.id for row in visits}
    reviewer = visit(COMMITTEE[0])
    for code in codes:
        reviewer.get(f"/mo-hinh/{code}/kiem-tra/{record[world.model(code).id]}/bien-ban")
        reviewer.get(f"/to-trinh/{world.model(code).submission_id}/bao-cao/{code}")
    reviewer.get("/so-sanh?" + "&".join(f"ma={code}" for code in codes))
    with world.database.read() as connection:
        found = access_log.listing(connection, access.actor(connection, "admin", NOW), access_log.Filters())
    assert {(one.user_name, one.code, one.what) for one in found} == {
        (COMMITTEE[0], codes[0], "report"),
        (COMMITTEE[0], codes[0], "page"),
    }


def test_decisions_and_commendations_of_individuals_are_noted_once_an_hour(world: World, visit: Visit) -> None:
    draft = a_draft(kind="individual", person="Lò Văn Thử", name="Nuôi cá lồng trên lòng hồ")
    codes = [world.carry(world.create(draft), "recognised"), world.carry(world.create(), "recognised")]
    browser = visit("district1")
    for code in codes * 2:
        path = f"/quyet-dinh/{world.model(code).decision_id}"
        browser.fill(path, {"commended": code})
        assert browser.client.get(f"{path}/khen-thuong.xlsx").status_code == 200
    with world.database.read() as connection:
        found = access_log.listing(connection, access.actor(connection, "admin", NOW), access_log.Filters())
    assert sorted((one.user_name, one.code, one.what) for one in found) == [
        ("district1", codes[0], "export"),
        ("district1", codes[0], "page"),
    ]


def test_sample_page_says_that_there_is_none(visit: Visit) -> None:
    admin = visit("admin")
    page = admin.get("/quan-tri/du-lieu-mau")
    assert "Không có dữ liệu mẫu" in page
    assert "Dữ liệu mẫu: mọi tên người" not in page
    assert "Xoá dữ liệu mẫu" not in admin.get("/quan-tri")
