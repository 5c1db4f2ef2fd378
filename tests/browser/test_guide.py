"""The guide's pictures are what a person sees on a phone: each is taken from the page it tells about.

With DVK_GUIDE=1 they are taken anew into web/static/guide; otherwise each is looked for on its page, so that it can be.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FloatRect, ViewportSize, expect

from tests.browser import journey
from tests.browser.gallery import ADMIN, CHAIR, DISTRICT, STAFF
from tests.browser.person import Person, at_browser
from tests.browser.seeding import INSPECTOR, OFFICER, model_in
from tests.browser.site import Site
from web.serving.static_files import FOLDER
from workflow.ground.schema import ITEMS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

PROVINCE = "xetduyet.tinhmau"
SIZE = ViewportSize(width=360, height=640)
COLOURS = 64
NAMES = {
    "draft": "Thắp sáng đường thôn Nà Chuông",
    "submitted": "Hiến đất mở rộng đường liên thôn",
    "registered": "Tổ tự quản giữ gìn vệ sinh môi trường",
    "implementing": "Vận động nhân dân làm đường hoa",
    "awaiting_inspection": "Nhóm hộ giúp nhau làm kinh tế",
    "inspected": "Xây dựng nhà văn hoá thôn",
}
CARRIED = ("Dòng họ khuyến học, khuyến tài", "Ngày thứ Bảy cùng dân")


@dataclass(frozen=True, slots=True)
class Shot:
    """name: of the picture. path: with {names} of `_scene`. at: what stands at its upper edge; the page's top without one."""

    name: str
    user_name: str
    path: str
    at: str = ""


SHOTS = (
    Shot("don-vi-viec", OFFICER, "/viec-cua-toi", "h1"),
    Shot("don-vi-kiem-tra", OFFICER, "/mo-hinh/{draft}/phieu/kiem-tra", "h1"),
    Shot("don-vi-bao-cao", OFFICER, "/mo-hinh/{implementing}/buoc/report_results", "h1"),
    Shot("doan-ke-hoach", INSPECTOR, "/kiem-tra", "h1"),
    Shot("doan-cham-diem", INSPECTOR, "/mo-hinh/{awaiting_inspection}/kiem-tra", "text=Chấm điểm"),
    Shot("xet-mo-hinh", CHAIR, "/mo-hinh/{submitted}", "h1"),
    Shot("xet-phieu", CHAIR, "{meeting}/phieu", "h1"),
    Shot("xet-to-trinh", CHAIR, "{closed}/to-trinh", "h1"),
    Shot("cap-tren-ho-so", DISTRICT, "/ho-so-trinh?nam=2024", "h1"),
    Shot("cap-tren-cong-nhan", PROVINCE, "/quyet-dinh/cong-nhan?nam={year}", "h1"),
    Shot("giup-viec-tong-quan", STAFF, "/tong-quan?nam=2024", "main h2 >> nth=0"),
    Shot("giup-viec-danh-sach", STAFF, "/mo-hinh?nam=2024&loai=collective", "text=Danh sách >> nth=0"),
    Shot("quan-tri-tai-khoan", ADMIN, "/quan-tri/tai-khoan/truongban.binhluong", "h1"),
    Shot("quan-tri-nam", ADMIN, "/quan-tri/nam/2024", "h2:text-is('Sửa')"),
)


def test_pictures_of_the_guide(browser: Browser, site: Site) -> None:
    with ExitStack() as stack:
        people: dict[str, Person] = {}
        for user_name in dict.fromkeys(shot.user_name for shot in SHOTS):
            people[user_name] = stack.enter_context(at_browser(browser, site, user_name, size=SIZE))
        names = _scene(site, people[CHAIR], people[PROVINCE])
        for shot in SHOTS:
            picture = _taken(people[shot.user_name], shot, names)
            with Image.open(io.BytesIO(picture)) as image:
                assert image.size == (SIZE["width"], SIZE["height"]), shot.name
                if os.environ.get("DVK_GUIDE") == "1":
                    _keep(image, FOLDER / "guide" / f"{shot.name}.png")


def test_every_picture_of_the_guide_is_taken_here() -> None:
    assert {path.stem for path in (FOLDER / "guide").iterdir()} == {shot.name for shot in SHOTS}


def _scene(site: Site, chair: Person, province: Person) -> dict[str, str]:
    """Models in each state, some with the province, a meeting at which votes are taken and one that is closed."""
    items = dict(zip(ITEMS, journey.ITEMS.values(), strict=True))
    names = {state: model_in(site, state, name, items) for state, name in NAMES.items()}
    year = int(names["draft"].split("-")[1])
    names["year"] = str(year)
    carried = [model_in(site, "inspected", name, items) for name in CARRIED]
    for number, code in enumerate(carried, start=7):
        journey.submit_dossier(chair, journey.hold_meeting(chair, [code], year), code, f"{number:02}-TTr/ĐU")
        chair.take(code, "Đề nghị cấp tỉnh công nhận")
        province.take(code, "Tiếp nhận hồ sơ")
    names["closed"] = journey.hold_meeting(chair, [model_in(site, "inspected", "Đội văn nghệ bản", items)], year)
    names["meeting"] = journey.prepare_meeting(chair, [names["inspected"]], year)
    chair.follow("Khai mạc")
    chair.press("Khai mạc")
    chair.done()
    return names


def _taken(person: Person, shot: Shot, names: Mapping[str, str]) -> bytes:
    answer = person.go(shot.path.format_map(names))
    assert answer is not None
    assert answer.status == 200, shot.name
    here = person.page.locator(shot.at or "body").first
    expect(here).to_be_visible()
    box = here.bounding_box()
    assert box is not None, shot.name
    whole = person.page.locator("html").bounding_box()
    assert whole is not None
    # Some white above; a page that ends sooner is shown to its end.
    top = max(0.0, min(box["y"] - 12, whole["height"] - SIZE["height"]))
    clip = FloatRect(x=0, y=top, width=SIZE["width"], height=SIZE["height"])
    return person.page.screenshot(full_page=True, clip=clip)


def _keep(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    image.convert("RGB").quantize(COLOURS).save(path, "PNG", optimize=True)
