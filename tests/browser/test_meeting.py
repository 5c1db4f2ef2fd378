"""A reviewer runs a meeting with 18 models from one page: on a phone and at a desk, with scripts off, and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser import journey
from tests.browser.journey import COUNCIL
from tests.browser.person import DESK, PHONE, Person, at_browser
from tests.browser.seeding import model_in
from tests.browser.site import Site
from workflow.across.oversight import audit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHAIR = "truongban.binhluong"
MODELS = 18
MOST_TABS = 400


def inspected(site: Site, count: int = MODELS) -> list[str]:
    return [model_in(site, "inspected", f"Vận động nhân dân làm đường ngõ số {i}") for i in range(1, count + 1)]


def prepared(chair: Person, codes: list[str]) -> str:
    return journey.prepare_meeting(chair, codes, int(codes[0].split("-")[1]))


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_meeting_of_eighteen_models_runs_from_one_page(browser: Browser, site: Site, size: ViewportSize) -> None:
    codes = inspected(site)
    with at_browser(browser, site, CHAIR, size=size) as chair:
        prepared(chair, codes)
        chair.follow("Khai mạc")
        chair.sees("Cần ít nhất 4 trên 5 thành viên có mặt.")
        chair.page.locator(f'[name="present"][value="{COUNCIL[4]}"]').uncheck()
        chair.picture("meeting-opening")
        chair.press("Khai mạc")
        chair.done()
        grid = chair.page.locator("table.votes tbody tr")
        expect(grid).to_have_count(MODELS)
        expect(grid.first).to_contain_text("điểm")
        for place, code in enumerate(codes):
            choice = "against" if place == MODELS - 1 else "for"
            chair.page.locator(f'[name="rest-{code}"]').select_option(choice)
        # Somebody who could not come voted in writing; somebody thinks otherwise.
        chair.page.locator(f'[name="vote-{codes[0]}-{COUNCIL[4]}"]').select_option("for")
        chair.page.locator(f'[name="vote-{codes[0]}-{COUNCIL[3]}"]').select_option("against")
        chair.picture("meeting-grid")
        chair.press("Ghi phiếu")
        chair.done()
        expect(chair.page.locator("table.votes .badge.done")).to_have_count(MODELS - 1)
        expect(row(chair.page, codes[0])).to_contain_text("4–1–0")
        expect(row(chair.page, codes[-1])).to_contain_text("Được 0/5 phiếu, cần ít nhất 3")
        chair.follow("Kết thúc phiên")
        chair.sees(f"{MODELS - 1}/{MODELS}")
        assert "Tổng số 17/18 mô hình đủ phiếu." in chair.field("Biên bản phiên họp").input_value()
        chair.picture("meeting-closing")
        chair.press("Kết thúc phiên")
        chair.done()
        chair.follow("Biên bản kiểm phiếu")
        expect(chair.page.locator("article.paper tbody tr")).to_have_count(MODELS)
        chair.picture("meeting-count")
        chair.page.go_back()
        chair.follow("Lập tờ trình")
        expect(chair.page.locator('textarea[name^="report-"]')).to_have_count(MODELS - 1)
    with site.database.read() as connection:
        assert audit.verify(connection) == []


def test_result_and_quorum_are_told_while_one_chooses(browser: Browser, site: Site) -> None:
    codes = inspected(site, 2)
    with at_browser(browser, site, CHAIR, scripts=True) as chair:
        prepared(chair, codes)
        chair.follow("Khai mạc")
        told = chair.page.locator(".quorum")
        expect(told).to_have_text("Có mặt 5/5: đủ thành phần.")
        for member in COUNCIL[3:]:
            chair.page.locator(f'[name="present"][value="{member}"]').uncheck()
        expect(told).to_have_text("Có mặt 3/5: chưa đủ thành phần.")
        chair.page.locator(f'[name="present"][value="{COUNCIL[3]}"]').check()
        chair.press("Khai mạc")
        chair.done()
        first = row(chair.page, codes[0])
        chair.page.locator(f'[name="rest-{codes[0]}"]').select_option("for")
        expect(first.locator(".live")).to_have_text("4–0–0")
        expect(first.locator(".judged")).to_have_text("Đủ phiếu (4/3)")
        for member in COUNCIL[:2]:
            chair.page.locator(f'[name="vote-{codes[0]}-{member}"]').select_option("against")
        expect(first.locator(".live")).to_have_text("2–2–0")
        expect(first.locator(".judged")).to_have_text("Chưa đủ (2/3)")


def test_agenda_is_put_in_order_by_dragging_or_by_number(browser: Browser, site: Site) -> None:
    codes = inspected(site, 3)
    with at_browser(browser, site, CHAIR, scripts=True) as chair:
        address = prepared(chair, codes)
        chair.go(f"{address}/chuong-trinh")
        rows = chair.page.locator("table.agenda tbody tr")
        first = rows.first.locator('[name="code"]').get_attribute("value")
        rows.nth(0).locator("td").nth(3).drag_to(rows.nth(2).locator("td").nth(3))
        numbers = [rows.nth(i).locator("input.order").input_value() for i in range(3)]
        assert numbers == ["1", "2", "3"]
        assert rows.nth(0).locator('[name="code"]').get_attribute("value") != first
        wanted = [rows.nth(i).locator('[name="code"]').get_attribute("value") for i in range(3)]
        chair.press("Lưu chương trình")
        chair.done()
        shown = chair.page.locator("table.cards tbody tr td.first").all_inner_texts()
        assert [code for text in shown for code in wanted if code and code in text] == wanted


def test_votes_are_recorded_by_keyboard_alone(browser: Browser, site: Site) -> None:
    codes = inspected(site, 2)
    with at_browser(browser, site, CHAIR, scripts=True) as chair:
        address = prepared(chair, codes)
        chair.go(f"{address}/khai-mac")
        page = chair.page
        press(page, "button", "Khai mạc")
        for code in codes:
            reach(page, f'[name="rest-{code}"]')
            page.keyboard.press("ArrowDown")
        press(page, "button", "Ghi phiếu")
        chair.done()
        press(page, "a", "Kết thúc phiên")
        press(page, "button", "Kết thúc phiên")
        chair.done()
        chair.sees("Đã kết thúc")


def row(page: Page, code: str) -> Locator:
    """The row of a model in the grid."""
    return page.locator("table.votes tbody tr", has=page.locator(f'[name="rest-{code}"]'))


def reach(page: Page, selector: str) -> None:
    """Tab on until this has the focus; it must show that it has it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    pytest.fail(f"{selector} is not reached with {MOST_TABS} tabs")


def press(page: Page, tag: str, words: str) -> None:
    """Tab to a button or a link with these words in the page's own part and press Enter."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "([tag, words]) => document.activeElement.matches('main ' + tag)"
            " && document.activeElement.textContent.trim() === words",
            [tag, words],
        )
        if found:
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    pytest.fail(f"«{words}» is not reached with {MOST_TABS} tabs")
