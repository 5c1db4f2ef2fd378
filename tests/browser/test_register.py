"""Somebody who has never seen it registers a model on a phone: without scripts and with, by keyboard, interrupted and resumed."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.journey import ITEMS, code_in, keep
from tests.browser.person import DESK, PHONE, Person, at_browser
from tests.browser.seeding import ACCEPTER, OFFICER, model_in
from tests.browser.site import Site
from tests.browser.test_keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "Vận động Nhân dân thôn Nà Chuông hiến đất mở rộng đường liên thôn"
# How long the program may take of the three minutes; the rest is the person's typing.
OF_THE_PROGRAM_S = 60


def register_and_submit(officer: Person, name: str) -> str:
    """From the page of one's work to the submitted form, only by what the pages offer."""
    officer.go("/viec-cua-toi")
    officer.follow("Đăng ký mô hình")
    officer.fill("Tên mô hình", name)
    officer.choose("Lĩnh vực", "Nông thôn mới")
    fits(officer)
    keep(officer)
    for label, text in ITEMS.items():
        if officer.field(label).count() == 0:
            fits(officer)
            keep(officer)
        officer.fill(label, text)
    rows = officer.page.get_by_role("group", name="Chỉ tiêu bằng số")
    rows.get_by_label("Chỉ số").first.select_option("cash")
    rows.get_by_label("Số lượng").first.fill("1,139 tỷ")
    keep(officer)
    officer.sees("Tiền mặt: 1.139.000.000 đồng")
    officer.fill_all({"Người đại diện": "Hứa Văn Thưởng", "Điện thoại": "0912 345 678"})
    fits(officer)
    keep(officer)
    officer.sees(name)
    fits(officer)
    officer.picture("register-check")
    officer.press("Nộp đăng ký")
    officer.done()
    return code_in(officer.page.url)


def fits(person: Person) -> None:
    """The heading is in sight and the main button as wide as a thumb; without scripts nothing can be measured but boxes."""
    width = (person.page.viewport_size or DESK)["width"]
    for wide in person.page.locator("main form, main dl, main h1").all():
        box = wide.bounding_box()
        assert box is None or box["x"] + box["width"] <= width + 1
    button = person.page.locator("main button.main").first.bounding_box()
    assert button is not None
    assert button["height"] >= 44


@pytest.mark.parametrize("scripts", [False, True], ids=["plain", "scripts"])
def test_model_is_registered_on_a_phone(browser: Browser, site: Site, scripts: bool) -> None:
    with at_browser(browser, site, OFFICER, size=PHONE, scripts=scripts) as officer:
        begun = time.monotonic()
        code = register_and_submit(officer, NAME)
        assert time.monotonic() - begun < OF_THE_PROGRAM_S
    assert site.state(code) == "submitted"


def test_field_is_suggested_and_double_is_told_while_typing(browser: Browser, site: Site) -> None:
    known = model_in(site, "submitted", NAME)
    with at_browser(browser, site, OFFICER, size=PHONE, scripts=True) as officer:
        officer.go("/mo-hinh/moi")
        officer.field("Tên mô hình").press_sequentially(NAME, delay=1)
        told = officer.page.locator("#gan-giong")
        expect(told).to_contain_text("Nông thôn mới")
        expect(told).to_contain_text(known)
        officer.picture("register-alike")


def test_draft_is_taken_up_again_from_my_work(browser: Browser, site: Site) -> None:
    with at_browser(browser, site, OFFICER, size=PHONE) as officer:
        officer.go("/mo-hinh/moi")
        officer.fill("Tên mô hình", "Mô hình đang viết dở")
        officer.choose("Lĩnh vực", "Kinh tế")
        keep(officer)
        code = code_in(officer.page.url)
    with at_browser(browser, site, OFFICER, size=DESK) as officer:
        officer.go("/viec-cua-toi")
        officer.page.locator(f'main a[href="/mo-hinh/{code}/phieu"]').click()
        officer.sees("Còn thiếu")
        officer.picture("register-parts")
        officer.follow("Điền tiếp")
        assert officer.title() == "Thực trạng và mục tiêu"
        officer.fill("Thực trạng", "Chợ phiên xa, nông sản khó bán.")
        officer.press("Lưu và xem các phần")
        officer.done()
        officer.sees("Mục tiêu, chỉ tiêu")
    assert site.state(code) == "draft"


def test_individual_is_asked_for_the_name_only_when_one_registers(browser: Browser, site: Site) -> None:
    with at_browser(browser, site, OFFICER, size=PHONE) as officer:
        officer.go("/mo-hinh/moi")
        expect(officer.field("Người đăng ký")).to_be_hidden()
        officer.tick("Cá nhân")
        expect(officer.field("Người đăng ký")).to_be_visible()


def test_model_is_registered_by_keyboard_alone(browser: Browser, site: Site) -> None:
    with at_browser(browser, site, OFFICER, size=DESK, scripts=True) as officer:
        page = officer.page
        officer.go("/mo-hinh/moi")
        tab_to(page, "Tên mô hình")
        page.keyboard.type(NAME)
        tab_to(page, "Lĩnh vực")
        page.keyboard.type("Nông")
        for label, text in ITEMS.items():
            if label in ("Thực trạng và lý do chọn", "Nội dung và cách làm", "Thời gian và nguồn lực"):
                _save(officer)
            tab_to(page, label)
            page.keyboard.type(text)
        _save(officer)
        tab_to(page, "Người đại diện")
        page.keyboard.type("Hứa Văn Thưởng")
        _save(officer)
        tab_to(page, "Nộp đăng ký")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        officer.done()
        code = code_in(page.url)
    assert site.state(code) == "submitted"


def _save(person: Person) -> None:
    tab_to(person.page, "Lưu và tiếp tục")
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    person.done()


def test_reviewer_sees_what_was_mended_and_code_is_copied(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình trả lại rồi nộp lại")
    with (
        at_browser(browser, site, ACCEPTER, size=PHONE) as clerk,
        at_browser(browser, site, OFFICER, size=PHONE) as officer,
    ):
        clerk.go(f"/mo-hinh/{code}/buoc/return_registration")
        clerk.fill("Lý do", "Chỉ tiêu chưa đo được.")
        clerk.tick("Mục tiêu, chỉ tiêu")
        clerk.press("Trả lại để bổ sung")
        clerk.done()
        officer.go(f"/mo-hinh/{code}/phieu")
        officer.sees("Chỉ tiêu chưa đo được.")
        officer.follow("Mục tiêu, chỉ tiêu")
        officer.fill("Mục tiêu, chỉ tiêu", "Nội dung viết rõ: 42 hộ đồng thuận.")
        keep(officer)
        officer.go(f"/mo-hinh/{code}/phieu/kiem-tra")
        officer.press("Nộp đăng ký")
        officer.done()
        clerk.open_model(code)
        clerk.sees("Đã sửa gì sau lần trả lại")
        expect(clerk.page.locator("ins").first).to_contain_text("42 hộ")
        # Without scripts there is nothing to press, the code itself stands there.
        expect(clerk.page.get_by_role("button", name="Chép mã")).to_be_hidden()
        clerk.picture("mended")
