"""Somebody from elsewhere finds a recognised model without an account and replicates it; a registrant takes consent back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.person import DESK, PHONE, Person, at_browser
from tests.browser.seeding import OFFICER
from tests.browser.site import Site
from tests.browser.test_keyboard import tab_to
from tests.browser.test_register import fits

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "Vận động nhân dân hiến đất mở rộng đường trục thôn Nà Chuông"
ELSEWHERE = "hoiphunu.binhluong"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1280"])
def test_stranger_finds_a_model_and_replicates_it_without_scripts(
    browser: Browser, site: Site, size: ViewportSize
) -> None:
    with at_browser(browser, site, "", size=size) as person:
        person.go("/dang-nhap")
        person.follow("Xem các mô hình đã được công nhận")
        person.fill("Tìm theo tên mô hình", "duong truc thon")
        person.choose("Lĩnh vực", "Nông thôn mới")
        person.choose("Đơn vị", "Xã Bình Luông")
        person.press("Tìm")
        expect(person.page.locator("td.first a")).to_have_text([NAME])
        assert fits_in(person)
        person.picture("public-found")
        person.follow(NAME)
        assert person.title() == NAME
        person.sees("Số 156-QĐ/BCĐ ngày 21/11/2024")
        person.sees_not("Hứa Văn Thưởng")
        assert fits_in(person)
        person.follow("Nhân rộng mô hình này")
        assert person.title() == "Đăng nhập"
        person.sign_in(ELSEWHERE)
        expect(person.field("Tên mô hình")).to_have_value(NAME)
        person.fill("Tên mô hình", "Hội viên hiến đất mở rộng đường ngõ")
        person.press("Lưu và tiếp tục")
        person.sees("Đã lưu bản nháp")


def test_public_page_needs_no_mouse(browser: Browser, read_site: Site) -> None:
    with at_browser(browser, read_site, "", size=DESK, scripts=True) as person:
        page = person.page
        person.go("/cong-khai")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "noi-dung"
        tab_to(page, "Tìm theo tên mô hình")
        page.keyboard.type("to lien gia")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        tab_to(page, "Tổ liên gia tự quản")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        tab_to(page, "Nhân rộng mô hình này")
        page.emulate_media(media="print")
        for hidden in ("header.top", "footer", "main .button >> nth=0"):
            expect(page.locator(hidden)).not_to_be_visible()
        expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1280"])
def test_registrant_takes_back_and_agrees_again(browser: Browser, site: Site, size: ViewportSize) -> None:
    code = site.code_of(NAME)
    with at_browser(browser, site, OFFICER, size=size) as officer, at_browser(browser, site, "", size=size) as reader:
        officer.open_model(code)
        officer.follow("Đồng ý hoặc thôi giới thiệu công khai")
        fits(officer)
        officer.press("Rút đồng ý")
        officer.done()
        officer.sees("Rút đồng ý giới thiệu công khai".lower())
        reader.go("/cong-khai")
        reader.sees_not(NAME)
        reader.go(f"/cong-khai/{code}")
        reader.sees("Không tìm thấy")
        officer.follow("Đồng ý hoặc thôi giới thiệu công khai")
        officer.press("Đồng ý giới thiệu công khai")
        officer.done()
        reader.go(f"/cong-khai/{code}")
        assert reader.title() == NAME


def fits_in(person: Person) -> bool:
    """Nothing stands beside the window; without scripts only boxes can be measured."""
    width = (person.page.viewport_size or DESK)["width"]
    boxes = [one.bounding_box() for one in person.page.locator("main form, main table, main h1").all()]
    return all(box is None or box["x"] + box["width"] <= width + 1 for box in boxes)
