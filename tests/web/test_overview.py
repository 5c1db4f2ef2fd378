"""The year at a glance: every number leads to the list that has as many rows, pictures say what they are, nothing leaks."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import html5lib
import pytest
import sqlalchemy as sa

from tests.web.conftest import Browser
from tests.world import NOW, YEAR, World, a_draft
from web.look import charts
from workflow.across.figures import cells
from workflow.core.lifecycles import parsing
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.schema import tally_delta
from workflow.stages.registration import commands as registration

Visit = Callable[[str], Browser]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def models(world: World) -> World:
    """Models of two communes along the way."""
    for i, state in enumerate(("submitted", "implementing", "inspected", "recognised")):
        world.carry(
            world.create(a_draft(name=f"Đường hoa <{i}>", field="Kinh tế" if i % 2 else "Nông thôn mới")), state
        )
    person = a_draft(name="Nuôi ong", kind="individual", person="Lò Văn Đức")
    world.carry(world.create(person), "submitted")
    other = world.create(a_draft(unit="KL-X2-T1", name="Xã khác"), "officer.x2t1")
    world.apply(other, "submit", "officer.x2t1")
    return world


def _rows(page: str) -> int:
    return len(set(re.findall(r'href="/mo-hinh/(DVK-2024-\d{5})"', page)))


@pytest.mark.parametrize("query", [{}, {"don-vi": "KL-X1"}, {"don-vi": "Xã Mường Sang"}])
def test_every_number_leads_to_as_many_models(visit: Visit, models: World, query: dict[str, str]) -> None:
    staff = visit("staff")
    page = staff.get("/tong-quan", query=query)
    links = re.findall(r'<a href="(/mo-hinh\?[^"]+)">\s*([\d.]+)\s*</a>', page)
    assert len(links) >= 7
    for address, number in set(links):
        assert _rows(staff.get(html.unescape(address))) == int(number.replace(".", "")), address


def test_overview_reconciles_and_names_who_is_absent(visit: Visit, models: World) -> None:
    page = visit("staff").get("/tong-quan")
    assert re.search(r"Đã đăng ký\s*<strong>6</strong>", page)
    absent = page.split("Chưa đăng ký</h2>")[1]
    assert "Phòng Giáo dục" in absent
    assert "1 đơn vị trực tiếp chưa có mô hình nào" in absent
    assert "Huyện Bình Sa" not in page


def test_pictures_have_a_title_a_description_and_a_table(visit: Visit, models: World) -> None:
    document = html5lib.parse(visit("staff").get("/tong-quan"), namespaceHTMLElements=False)
    pictures = [one for one in document.iter(f"{SVG}svg") if one.get("role") == "img"]
    assert len(pictures) == 2
    for picture in pictures:
        named = {one.get("id") for one in picture if one.tag in (f"{SVG}title", f"{SVG}desc")}
        assert set(picture.get("aria-labelledby", "").split()) == named
        assert all("".join(one.itertext()).strip() for one in picture if one.tag in (f"{SVG}title", f"{SVG}desc"))
    assert len(list(document.iter("table"))) == 3


@pytest.mark.parametrize(("who", "shown"), [("officer.x1t1", 5), ("chair", 5), ("chair2", 1)])
def test_everybody_sees_his_own_part(visit: Visit, models: World, who: str, shown: int) -> None:
    assert re.search(rf"Đã đăng ký\s*<strong>{shown}</strong>", visit(who).get("/tong-quan"))


def test_nothing_is_an_invitation(visit: Visit, models: World) -> None:
    for who in ("outsider", "villager"):
        page = visit(who).get("/tong-quan")
        assert "Chưa có mô hình nào được đăng ký" in page
        assert "Bản Lầu" not in page


def test_unit_that_is_not_there_or_not_clear(visit: Visit, models: World) -> None:
    staff = visit("staff")
    assert "Không có đơn vị" in staff.get("/tong-quan", query={"don-vi": "khong co"})
    several = staff.get("/tong-quan", query={"don-vi": "thon"})
    assert "don-vi=KL-X1-T2" in several
    assert "Không có đơn vị" in visit("outsider").get("/tong-quan", query={"don-vi": "KL-X1"})


def test_last_year_on_the_same_day_stands_beside(visit: Visit, models: World) -> None:
    with models.database.write() as connection:
        stored.create_year(connection, NOW, YEAR + 1, standard_defaults(), parsing.standard("three_tier"))
        made = registration.create_draft(connection, "officer.x1t1", NOW, YEAR + 1, a_draft(name="Năm sau"))
    models.apply(made, "submit", "officer.x1t1")
    page = visit("staff").get("/tong-quan", nam=str(YEAR + 1))
    table = page.split("Cùng kỳ năm trước")[1].split("</table>")[0]
    total = [
        re.sub(r"\s+", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", table.split("<tr>")[-1], re.DOTALL)
    ]
    assert total == ["Tổng", "1", "6", "−5"]


def test_counts_are_added_up_before_they_are_shown(visit: Visit, models: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(cells, "FOLD_ABOVE", 3)
    page = visit("staff").get("/tong-quan")
    assert re.search(r"Đã đăng ký\s*<strong>6</strong>", page)
    with models.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tally_delta)).scalar_one() == 0


def test_charts_escape_what_people_wrote() -> None:
    drawn = charts.heat_map("a", "b", "c", ["<x>"], [("<script>", [3]), ("Không", [0])])
    assert "<script>" not in drawn
    assert "&lt;x&gt;" in drawn
    assert "heat-5" in drawn
    assert "heat-0" in drawn


def test_chart_of_nothing_is_a_chart() -> None:
    assert "<svg" in charts.heat_map("a", "b", "c", [], [])
    assert 'width="0.0"' in charts.bars("a", "b", "c", [charts.Bar("Không", 0)])


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (999, "999"), (12500, "12.500"), (1234567, "1.234.567")])
def test_numbers_are_grouped_the_vietnamese_way(value: int, shown: str) -> None:
    assert charts.number(value) == shown
