"""The list of models: filters that are on, orders, units by name, ticking a page, a step for many, and taking the list away."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.web.conftest import Browser
from tests.world import NOW, YEAR, World, a_draft
from workflow.across.lists import listing
from workflow.ground import prepared
from workflow.stages.registration import commands as registration

Visit = Callable[[str], Browser]
TICKED = re.compile(r'form="hang-loat"\s+checked>')


@pytest.fixture
def codes(world: World) -> list[str]:
    """Four models handed in, the last of an individual and with a name that a spreadsheet would take for a formula."""
    drafts = [a_draft(name=name) for name in ("Đường hoa", "Bếp ăn", "Ánh sáng")]
    drafts.append(
        a_draft(name="=Cong(1+1)", kind="individual", person="Lò Văn Đức", phone="0912 345 678", field="Kinh tế")
    )
    with world.database.write() as connection:
        made = [registration.create_draft(connection, "officer.x1t1", NOW, YEAR, draft) for draft in drafts]
    for code in made:
        world.carry(code, "submitted")
    world.apply(made[1], "accept", "chair")
    return made


def _listed(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="/mo-hinh/(DVK-2024-\d{5})"', page)))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", [3, 2, 1, 0]),
        ("ten", [3, 2, 1, 0]),
        ("don-vi", [0, 1, 2, 3]),
        ("trang-thai", [1, 0, 2, 3]),
        ("thay-doi", [1, 3, 2, 0]),
        ("khong-co", [3, 2, 1, 0]),
    ],
)
def test_orders(visit: Visit, codes: list[str], order: str, expected: list[int]) -> None:
    shown = _listed(visit("staff").get("/mo-hinh", query={"sap-xep": order}))
    assert sorted(shown) == sorted(codes)
    if order != "thay-doi":
        assert shown == [codes[i] for i in expected]


def test_filters_that_are_on_can_be_taken_off(visit: Visit, codes: list[str]) -> None:
    staff = visit("staff")
    page = staff.get("/mo-hinh", query={"nam": "2024", "loai": "individual", "tim": "duc", "trang-thai": "submitted"})
    assert _listed(page) == [codes[3]]
    chips = re.findall(r'<a href="([^"]+)">([^<]+)<svg', page.split('class="chips"')[1].split("</ul>")[0])
    assert [label for _, label in chips] == ["“duc”", "Chờ tiếp nhận", "Cá nhân"]
    without = staff.get(chips[0][0].replace("&amp;", "&"))
    assert _listed(without) == [codes[3]]
    assert "“duc”" not in without


def test_unit_is_found_by_its_name(visit: Visit, codes: list[str]) -> None:
    staff = visit("staff")
    assert len(_listed(staff.get("/mo-hinh", query={"don-vi": "xa ban lau"}))) == 4
    assert _listed(staff.get("/mo-hinh", query={"don-vi": "Thôn Pác Cọ"})) == []
    several = staff.get("/mo-hinh", query={"don-vi": "thon"})
    assert "Nhiều đơn vị có tên như vậy" in several
    assert "don-vi=KL-X1-T1" in several
    assert _listed(several) == []


def test_unit_out_of_reach_is_not_named(visit: Visit, codes: list[str]) -> None:
    page = visit("outsider").get("/mo-hinh", query={"don-vi": "KL-X1"})
    assert "Không có đơn vị" in page
    assert "Bản Lầu" not in page


def test_whole_page_is_ticked_by_a_link(visit: Visit, codes: list[str]) -> None:
    staff = visit("staff")
    assert not TICKED.search(staff.get("/mo-hinh").split("<tbody>")[1])
    page = staff.get("/mo-hinh", query={"chon": "het"})
    assert len(TICKED.findall(page.split("<tbody>")[1])) == 4
    assert "Bỏ chọn cả trang" in page


def test_step_for_many_is_checked_first_and_comes_back_to_the_list(
    visit: Visit, codes: list[str], world: World
) -> None:
    chair = visit("chair")
    chair.get("/mo-hinh")
    chosen = {"code": codes, "trigger": "accept", "tiep": "/mo-hinh?tim=a&sap-xep=ten"}
    page = chair.post("/mo-hinh/hang-loat", chosen, 200).get_data(as_text=True)
    assert "Kiểm tra lại trước khi làm" in page
    assert page.count("Bước này không dành cho trạng thái này") == 1
    assert world.state(codes[0]) == "submitted"
    done = chair.post("/mo-hinh/hang-loat", {**chosen, "confirm": "1"}, 200).get_data(as_text=True)
    assert "Đã làm 3 trên 4 mô hình" in done
    assert 'href="/mo-hinh?tim=a&amp;sap-xep=ten"' in done
    assert [world.state(code) for code in codes] == ["registered"] * 4


def test_step_for_many_goes_nowhere_else(visit: Visit, codes: list[str]) -> None:
    chair = visit("chair")
    chair.get("/mo-hinh")
    answer = chair.post("/mo-hinh/hang-loat", {"tiep": "//example.org/"})
    assert answer.headers["Location"] == "/mo-hinh"


def test_workbook_is_what_the_page_shows(visit: Visit, codes: list[str]) -> None:
    answer = visit("staff").client.get("/mo-hinh.xlsx?nam=2024&loai=individual")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert "Cá nhân" in str(rows[1][0])
    assert rows[3][:3] == ("Mã", "Tên mô hình", "Loại")
    assert [row[0] for row in rows[4:]] == [codes[3]]
    assert rows[4][1] == "=Cong(1+1)"
    assert sheet.cell(5, 2).data_type == "s"
    assert rows[4][8] == "•••• ••• 678"
    assert "0912" not in str(rows)


def test_csv_is_what_the_page_shows_and_safe(visit: Visit, codes: list[str]) -> None:
    answer = visit("staff").client.get("/mo-hinh.csv?nam=2024&sap-xep=ten")
    text = answer.data.decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(StringIO(text[1:])))
    assert [row[0] for row in rows[1:]] == [codes[i] for i in (3, 2, 1, 0)]
    assert rows[1][1] == "'=Cong(1+1)"


def test_export_is_of_what_one_may_see(visit: Visit, codes: list[str]) -> None:
    for who in ("outsider", "villager", "officer.x1t2"):
        assert len(visit(who).client.get("/mo-hinh.csv").data.splitlines()) == 1


def test_export_of_an_individual_is_written_down(visit: Visit, codes: list[str], world: World) -> None:
    assert visit("staff").client.get("/mo-hinh.csv").status_code == 200
    with world.database.read() as connection:
        found = connection.exec_driver_sql("SELECT what, model_id FROM access_log").all()
    assert [row.what for row in found] == ["export"]


def test_list_that_is_too_long_is_not_cut_in_silence(
    visit: Visit, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_EXPORTED", 3)
    text = visit("staff").get("/mo-hinh.csv", 422)
    assert "Danh sách có hơn 3 mô hình" in text


def test_pages_ask_as_often_for_sixty_models_as_for_one(
    visit: Visit, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted where both ways of asking meet: prepared statements and those of the connection."""
    asked: list[str] = []
    driver_of = prepared._driver

    def counting(connection: Connection) -> Any:
        asked.append("prepared")
        return driver_of(connection)

    def count(*facts: Any) -> None:
        asked.append(facts[2])

    monkeypatch.setattr(prepared, "_driver", counting)
    sa.event.listen(world.database.engine, "before_cursor_execute", count)
    staff = visit("staff")
    paths = ("/mo-hinh", "/mo-hinh?sap-xep=ten&tim=hoa", "/mo-hinh?chang=registration", "/tong-quan", "/tong-hop")

    def numbers() -> dict[str, int]:
        found = {}
        for path in paths:
            staff.get(path)
            asked.clear()
            staff.get(path)
            found[path] = len(asked)
        return found

    world.apply(world.create(a_draft(name="Đường hoa")), "submit", "officer.x1t1")
    one = numbers()
    for i in range(60):
        world.apply(world.create(a_draft(name=f"Đường hoa {i}")), "submit", "officer.x1t1")
    assert numbers() == one
    assert max(one.values()) <= 25
