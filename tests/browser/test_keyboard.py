"""Everything with Tab, Enter and the letters: sign in, find a model, take a step."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.person import DESK, at_browser
from tests.browser.seeding import OFFICER, model_in
from tests.browser.site import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_TABS = 80
NAME = "Mô hình tìm bằng bàn phím"


def tab_to(page: Page, words: str) -> None:
    """Tab on until what has the focus is called like this; it must show that it has it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(_NAME_OF_FOCUS).startswith(words):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    pytest.fail(f"«{words}» is not reached with {MOST_TABS} tabs")


# What a label, a button or a link says.
_NAME_OF_FOCUS = """() => {
    const e = document.activeElement;
    return ((e.labels && e.labels.length ? e.labels[0].textContent : '') || e.textContent || '').trim();
}"""


def test_model_is_found_and_moved_on_without_a_mouse(browser: Browser, site: Site) -> None:
    code = model_in(site, "registered", NAME)
    with at_browser(browser, site, "", size=DESK, scripts=True) as person:
        page = person.page
        person.go("/")
        tab_to(page, "Tên đăng nhập")
        page.keyboard.type(OFFICER)
        tab_to(page, "Mật khẩu")
        page.keyboard.type(PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert person.title() == "Việc của tôi"

        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "noi-dung"

        person.go("/viec-cua-toi")
        tab_to(page, "Mô hình")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        tab_to(page, "Tìm theo tên")
        page.keyboard.type("tim bang ban phim")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        tab_to(page, NAME)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert person.title() == NAME

        tab_to(page, "Bắt đầu thực hiện")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        tab_to(page, "Ngày bắt đầu thực hiện")
        page.keyboard.type("01/03/2026")
        tab_to(page, "Kế hoạch thực hiện")
        page.keyboard.type("Họp dân, chia tổ.")
        tab_to(page, "Bắt đầu thực hiện")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        person.done()
    assert site.state(code) == "implementing"


def test_error_summary_leads_to_the_field(browser: Browser, site: Site) -> None:
    with at_browser(browser, site, OFFICER, scripts=True) as person:
        page = person.page
        person.go("/mo-hinh/moi")
        person.press("Lưu và tiếp tục")
        tab_to(page, "Hãy nhập tên mô hình")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.name") == "name"
        assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
