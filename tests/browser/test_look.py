"""The frame of every page on a phone and on a desk, and what of a page's look carries meaning."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.person import DESK, PHONE, at_browser
from tests.browser.seeding import OFFICER
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_menu_on_a_phone_opens_without_scripts(browser: Browser, read_site: Site) -> None:
    with at_browser(browser, read_site, OFFICER, size=PHONE) as person:
        person.go("/viec-cua-toi")
        place = person.page.get_by_role("link", name="Quy trình", exact=True)
        expect(place).to_have_count(0)
        person.page.get_by_text("Danh mục").click()
        expect(place).to_be_visible()
        box = place.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        person.follow("Quy trình")
        assert person.title().startswith("Quy trình")
        person.page.get_by_text("Danh mục").click()
        expect(person.page.get_by_role("link", name="Quy trình", exact=True)).to_have_attribute("aria-current", "page")
        person.press("Đăng xuất")
        person.sees("Mật khẩu")


def test_links_stand_in_a_row_on_a_desk(browser: Browser, read_site: Site) -> None:
    with at_browser(browser, read_site, OFFICER, size=DESK) as person:
        person.go("/mo-hinh?nam=2024")
        expect(person.page.get_by_text("Danh mục")).not_to_be_visible()
        tops = {
            round(box["y"])
            for link in person.page.locator("nav.places a").all()
            if (box := link.bounding_box()) is not None
        }
        assert len(tops) == 1
        person.page.locator("td.first a").first.click()
        person.page.wait_for_load_state()
        # A model's page belongs to the list.
        expect(person.page.get_by_role("link", name="Mô hình", exact=True)).to_have_attribute("aria-current", "true")


def test_vietnamese_letters_are_drawn_in_the_font_of_the_house(browser: Browser, read_site: Site) -> None:
    with at_browser(browser, read_site, "", scripts=True) as person:
        fetched: list[str] = []
        person.page.on("request", lambda request: fetched.append(request.url))
        person.go("/dang-nhap")
        person.page.evaluate("document.fonts.ready.then(() => null)")
        loaded = person.page.evaluate(
            "[...document.fonts].filter(face => face.status === 'loaded').map(face => face.unicodeRange).join()"
        )
        assert "1EA0-1EF9" in loaded.upper()
        fonts = {url.rsplit("/", 1)[1].split(".")[0] for url in fetched if url.endswith(".woff2")}
        assert "be-vietnam-pro-vietnamese-400" in fonts
        # Letters of other languages are not fetched for a Vietnamese page.
        assert not {name for name in fonts if "latin-ext" in name}


def test_numbers_stand_below_each_other(browser: Browser, read_site: Site) -> None:
    with at_browser(browser, read_site, "canbo.naphieng", scripts=True) as person:
        person.go("/tong-hop?nam=2024")
        person.page.evaluate("document.fonts.ready.then(() => null)")
        widths = person.page.evaluate(
            """() => [...'0123456789'].map(figure => {
                const cell = document.querySelector('td.numbers');
                const place = document.createElement('span');
                place.textContent = figure.repeat(20);
                cell.append(place);
                const width = place.getBoundingClientRect().width;
                place.remove();
                return Math.round(width);
            })"""
        )
        assert len(set(widths)) == 1
