"""Lists, my work, tally, lifecycle and administration: what they show to whom, and how many statements they take."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from tests.web.conftest import Browser
from tests.web.test_journey import register, step
from tests.world import NOW, PASSWORD, YEAR, World, a_draft
from workflow.across.figures import full_tally
from workflow.core.lifecycles import parsing
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.stages.registration import commands as registration

Visit = Callable[[str], Browser]


@pytest.fixture
def codes(world: World) -> list[str]:
    """Five models handed in, one of them of an individual, one left a draft."""
    drafts = [a_draft(name=f"Tổ tự quản đường hoa số {i}") for i in range(4)]
    drafts.append(a_draft(name="Vận động góp ngày công", kind="individual", person="Lò Văn Đức", field="Kinh tế"))
    drafts.append(a_draft(name="Bản nháp chưa nộp"))
    with world.database.write() as connection:
        made = [registration.create_draft(connection, "officer.x1t1", NOW, YEAR, draft) for draft in drafts]
    for code in made[:-1]:
        world.carry(code, "submitted")
    return made


def _listed(page: str) -> set[str]:
    return set(re.findall(r"DVK-2024-\d{5}", page))


def test_list_shows_what_one_may_see(visit: Visit, codes: list[str]) -> None:
    assert _listed(visit("officer.x1t1").get("/mo-hinh")) == set(codes)
    assert _listed(visit("staff").get("/mo-hinh")) == set(codes[:-1])
    assert _listed(visit("officer.x1t2").get("/mo-hinh")) == set()
    assert _listed(visit("outsider").get("/mo-hinh")) == set()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"tim": "duong hoa"}, [0, 1, 2, 3]),
        ({"tim": "NGÀY cong"}, [4]),
        ({"tim": "lo van duc"}, [4]),
        ({"loai": "individual"}, [4]),
        ({"linh-vuc": "kinh_te"}, [4]),
        ({"trang-thai": "submitted"}, [0, 1, 2, 3, 4]),
        ({"trang-thai": "recognised"}, []),
        ({"chang": "registration", "tim": "ngay cong"}, [4]),
        ({"trang-thai": "submitted", "chang": "inspection"}, []),
        ({"don-vi": "KL-X1"}, [0, 1, 2, 3, 4]),
        ({"don-vi": "KL-X2"}, []),
        ({"don-vi": "KHONG-CO"}, []),
        ({"tre": "1"}, []),
    ],
)
def test_list_filters(visit: Visit, codes: list[str], query: dict[str, str], expected: list[int]) -> None:
    assert _listed(visit("staff").get("/mo-hinh", query=query)) == {codes[i] for i in expected}


def test_list_pages_by_place_and_back(visit: Visit, world: World) -> None:
    with world.database.write() as connection:
        drafts = [a_draft(name=f"Mô hình {i}") for i in range(60)]
        registration.create_drafts(connection, "officer.x1t1", NOW, YEAR, drafts)
    officer = visit("officer.x1t1")
    first = officer.get("/mo-hinh", tim="mo hinh")
    following = re.search(r'rel="next"\s+href="([^"]+)"', first)
    assert following is not None
    second = officer.get(following[1].replace("&amp;", "&"))
    assert (len(_listed(first)), len(_listed(second))) == (50, 10)
    preceding = re.search(r'rel="prev"\s+href="([^"]+)"', second)
    assert preceding is not None
    assert _listed(officer.get(preceding[1].replace("&amp;", "&"))) == _listed(first)


def test_my_work_groups_what_waits_for_me(visit: Visit, codes: list[str]) -> None:
    assert _listed(visit("chair").get("/viec-cua-toi")) == set(codes[:-1])
    assert "Chờ tiếp nhận" in visit("staff").get("/viec-cua-toi")
    assert codes[-1] in visit("officer.x1t1").get("/viec-cua-toi")
    assert "Không có việc nào đang chờ bạn" in visit("inspector1").get("/viec-cua-toi")


def test_my_work_tells_what_was_done(visit: Visit, codes: list[str]) -> None:
    step(visit("staff"), codes[0], "return_registration", reason="Chỉ tiêu chưa đo được.")
    page = visit("officer.x1t1").get("/viec-cua-toi")
    assert "Mới diễn ra" in page
    assert "Chỉ tiêu chưa đo được." in page


def test_pages_take_as_many_statements_for_fifty_as_for_one(app: Flask, visit: Visit, world: World) -> None:
    officer, staff = visit("officer.x1t1"), visit("staff")
    register(officer)

    def statements(path: str) -> int:
        counted: list[str] = []

        def count(_: Any, __: Any, statement: str, *___: Any) -> None:
            counted.append(statement)

        sa.event.listen(world.database.engine, "before_cursor_execute", count)
        try:
            (officer if path != "/tong-hop" else staff).get(path)
        finally:
            sa.event.remove(world.database.engine, "before_cursor_execute", count)
        return len(counted)

    paths = ("/mo-hinh", "/viec-cua-toi", "/tong-hop", "/quy-trinh", "/quyet-dinh")
    for path in paths:
        statements(path)  # what a process reads once is read now
    one = {path: statements(path) for path in paths}
    with world.database.write() as connection:
        drafts = [a_draft(name=f"Mô hình {i}") for i in range(60)]
        registration.create_drafts(connection, "officer.x1t1", NOW, YEAR, drafts)
    assert {path: statements(path) for path in paths} == one


def test_tally_counts_and_reconciles(visit: Visit, codes: list[str]) -> None:
    page = visit("staff").get("/tong-hop")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Nông thôn mới 4 0 4" in text
    assert "Kinh tế 0 1 1" in text
    assert "Văn hóa - xã hội 0 0 0" in text
    assert "Tổng 4 1 5" in text
    assert "Tổng 0 0 0" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", visit("outsider").get("/tong-hop")))


def test_tally_as_a_workbook(visit: Visit, codes: list[str]) -> None:
    staff = visit("staff")
    with staff.client.get("/tong-hop.xlsx?nam=2024&don-vi=KL") as answer:
        assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        book = openpyxl.load_workbook(BytesIO(answer.data))
    rows = [tuple(cell.value for cell in row) for row in book.worksheets[0].iter_rows()]
    assert ("Nông thôn mới", 4, 0, 4) in rows
    assert ("Tổng", 4, 1, 5) in rows
    assert staff.client.get("/tong-hop.xlsx?don-vi=BS").status_code == 404


def test_tally_has_the_figures_of_a_report(visit: Visit, codes: list[str]) -> None:
    page = visit("staff").get("/tong-hop")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("Số liệu báo cáo")[1]))
    assert "Đã đăng ký 1 0 4 0 0 4 1 5" in text
    assert "Thôn, bản có mô hình 1/3" in text
    assert "1.500 ngày công" in text


def test_tally_of_very_many_asks_before_it_goes_through_them(
    visit: Visit, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_tally, "MOST_AT_ONCE", 2)
    page = visit("staff").get("/tong-hop")
    assert "Số đơn vị, số người đăng ký" not in page
    assert "day-du=1" in page
    assert "Tổng" in page
    assert "1.500 ngày công" in visit("staff").get("/tong-hop", query={"day-du": "1"})


def test_tally_as_of_a_day(visit: Visit, codes: list[str]) -> None:
    assert "hãy" in visit("staff").get("/tong-hop", status=422, ngay="31/02/2024").lower()
    page = visit("staff").get("/tong-hop", ngay="29/02/2024")
    assert "Tổng 0 0 0" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_lifecycle_picture_has_counts_and_a_models_way(visit: Visit, codes: list[str]) -> None:
    page = visit("staff").get("/quy-trinh")
    assert "<svg" in page
    assert "Chờ tiếp nhận" in page
    assert "Đã qua: Bản nháp → Chờ tiếp nhận" in visit("staff").get(f"/mo-hinh/{codes[0]}/quy-trinh")


def test_administrator_adds_renames_and_merges_units(visit: Visit) -> None:
    admin = visit("admin")
    unit = {"code": "KL-X9", "name": "Xã Mới", "level": "commune", "kind": "administrative", "parent": "KL"}
    admin.fill("/quan-tri/don-vi/moi", unit)
    answer = admin.fill("/quan-tri/don-vi/moi", unit, status=422)
    assert 'href="#code"' in answer.text
    admin.fill("/quan-tri/don-vi/KL-X9", {"name": "Xã Tân Lập", "valid_from": "01/02/2024", "valid_to": ""})
    assert "Xã Tân Lập" in admin.get("/quan-tri/don-vi")
    admin.fill("/quan-tri/don-vi/KL-X9/sap-nhap", {"successor": "KL-X1"})
    assert "kế tục: KL-X1" in re.sub(r"\s+", " ", admin.get("/quan-tri/don-vi"))


def test_administrator_makes_an_account_that_signs_in(app: Flask, visit: Visit) -> None:
    admin = visit("admin")
    form = {
        "user_name": "canbo.moi",
        "full_name": "Lò Thị Mới",
        "position": "Trưởng thôn",
        "unit": "KL-X1-T2",
        "entry": "password",
    }
    page = admin.fill("/quan-tri/tai-khoan/moi", form, status=200).text
    password = re.findall(r"<code>([^<]+)</code>", page)[1].strip()
    assert "canbo.moi" in admin.get("/quan-tri/tai-khoan", tim="lo thi moi")
    role = {"role": "unit_officer", "unit": "KL-X1-T2", "valid_from": "", "valid_to": "", "deputy_for": ""}
    admin.fill("/quan-tri/tai-khoan/canbo.moi", role)
    browser = Browser(app).sign_in("canbo.moi", password)
    assert browser.client.get("/mo-hinh").headers["Location"] == "/doi-mat-khau"
    admin.get("/quan-tri/tai-khoan/canbo.moi")
    admin.post("/quan-tri/tai-khoan/canbo.moi/khoa")
    browser.get("/dang-nhap")
    admin.get("/quan-tri/tai-khoan/canbo.moi")
    admin.post("/quan-tri/tai-khoan/canbo.moi/mo-khoa")
    page = admin.post("/quan-tri/tai-khoan/canbo.moi/mat-khau", status=200).text
    assert password not in page
    answer = admin.fill("/quan-tri/tai-khoan/canbo.moi", {**role, "valid_from": "hôm qua"}, status=422)
    assert 'href="#valid_from"' in answer.text


def test_administrator_ends_a_role(visit: Visit) -> None:
    admin = visit("admin")
    page = admin.get("/quan-tri/tai-khoan/inspector3")
    action = re.search(r'action="([^"]+/ket-thuc)"', page)
    assert action is not None
    admin.post(action[1])
    assert (
        "Bạn không có quyền" in visit("inspector3").get("/mo-hinh")
        or _listed(visit("inspector3").get("/mo-hinh")) == set()
    )
    admin.post("/quan-tri/tai-khoan/staff/vai-tro/999999/ket-thuc", status=404)


def test_administration_is_closed_to_others(visit: Visit) -> None:
    for path in ("/quan-tri/don-vi", "/quan-tri/tai-khoan", "/quan-tri/tai-khoan/admin"):
        assert visit("staff").client.get(path).status_code == 403


def test_deputy_acts_and_history_names_both(visit: Visit) -> None:
    code = register(visit("deputy.officer"))
    page = re.sub(r"\s+", " ", visit("officer.x1t1").get(f"/mo-hinh/{code}"))
    assert "Hồ Văn Hộ" in page
    assert "thay mặt Lò Thị Hin" in page


def test_results_ask_for_what_was_waived(visit: Visit, world: World) -> None:
    with world.database.write() as connection:
        bare = a_draft(items={}, waived=list(a_draft().items))
        code = registration.create_drafts(connection, "staff", NOW, YEAR, [bare])[0]
    world.carry(code, "submitted")
    world.apply(code, "accept", "staff2", NOW)
    world.apply(code, "start", "officer.x1t1", NOW, start_date="05/03/2024", plan="Họp dân.")
    officer = visit("officer.x1t1")
    assert "chưa có trong danh sách của cơ quan" in officer.get(f"/mo-hinh/{code}")
    form = {"results-0-measure": "labour_days", "results-0-value": "trên 350", "goals": "Mở 1,2 km đường."}
    officer.fill(f"/mo-hinh/{code}/ket-qua", form)
    assert "Mở 1,2 km đường." in officer.get(f"/mo-hinh/{code}")


def test_password_of_the_world_is_never_on_a_page(visit: Visit) -> None:
    assert PASSWORD not in visit("admin").get("/quan-tri/tai-khoan")


def test_latest_year_with_models_is_shown_and_the_latest_is_registered_in(
    visit: Visit, world: World, codes: list[str]
) -> None:
    with world.database.write() as connection:
        stored.create_year(connection, NOW, 2025, standard_defaults(), parsing.standard())
    officer = visit("officer.x1t1")
    assert "Mô hình năm 2024" in officer.get("/mo-hinh")
    assert "Đăng ký mô hình năm 2025" in officer.get("/mo-hinh/moi")
    assert "Mô hình năm 2025" in officer.get("/mo-hinh", nam="2025")


def test_nothing_chosen_for_many_says_what_to_do(visit: Visit, codes: list[str]) -> None:
    staff = visit("staff")
    staff.get("/mo-hinh")
    assert "Hãy chọn ít nhất một mô hình" in staff.follow(staff.post("/mo-hinh/hang-loat", {"trigger": "accept"}))
