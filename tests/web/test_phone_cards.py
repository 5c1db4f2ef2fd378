"""What a page says in the order in which it is read on a telephone, and the picture of a lifecycle in the dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import web
from tests.web.conftest import Browser
from tests.world import World
from workflow.core.lifecycles import drawing

Visit = Callable[[str], Browser]
SHEET = (Path(web.__file__).parent / "static" / "dvk.css").read_text(encoding="utf-8")


def test_number_of_a_row_stands_before_its_name(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "proposed")
    chair = visit("chair")
    listed = re.search(r'href="(/to-trinh/\d+)"', chair.get("/to-trinh"))
    assert listed is not None
    page = chair.get(listed[1])
    row = page[page.index("<tbody>") : page.index("</tbody>")]
    assert re.findall(r'<td class="first" data-ordinal="(\d+)">', row) == ["1"]
    assert row.index("data-ordinal") < row.index(code, row.index('class="first"'))
    # The column of numbers is for wide pages only; the same number stands before the name on narrow ones.
    narrow = SHEET[SHEET.index("@media screen and (max-width") :]
    assert "td.ordinal { display: none; }" in narrow
    assert 'td.first[data-ordinal]::before { content: attr(data-ordinal) ". "; }' in narrow


@pytest.mark.parametrize("name", ["INK", "GREY", "HAIRLINE", "PAPER", "RED", "GOLD"])
def test_every_colour_of_the_picture_has_one_for_the_dark(name: str) -> None:
    dark = SHEET[SHEET.index(".lifecycle [fill=") :].split("\n}\n")[0]
    assert f'="{getattr(drawing, name)}"]' in dark


def test_people_of_the_place_come_first_when_members_are_chosen(visit: Visit, world: World) -> None:
    page = visit("chair").get(f"/phien-binh-xet/{world.prepare_meeting([])}/thanh-vien")
    named = re.findall(r'<label for="duty-([^"]+)"', page)
    assert named.index("chair") < named.index("district1")
    assert named.index("secretary") < named.index("district1")


def test_returned_form_is_mended_before_it_is_handed_in(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "returned")
    page = visit("officer.x1t1").get(f"/mo-hinh/{code}")
    (main,) = re.findall(r'<a class="button main"\s+href="([^"]+)"', page)
    assert main == f"/mo-hinh/{code}/phieu"
    assert page.index(f'"/mo-hinh/{code}/phieu"') < page.index(f'"/mo-hinh/{code}/phieu/kiem-tra"')


def test_empty_day_asks_for_one(visit: Visit, world: World) -> None:
    page = visit("chair").fill("/phien-binh-xet/moi", {"unit": "KL-X1", "title": "Phiên"}, status=422).text
    assert "Hãy nhập ngày/tháng/năm, ví dụ 05/02/2024." in page
    assert "Không đọc được" not in page
