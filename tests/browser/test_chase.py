"""Deadlines in the browser: staff see who is late and remind them in a few keys; an officer follows a message to the form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from tests import owing
from tests import world as small_world
from tests.browser.person import DESK, PHONE, at_browser
from tests.browser.seeding import OFFICER
from tests.browser.site import PASSWORD, Site
from tests.browser.test_keyboard import tab_to
from workflow.ground.schema import obligation, reminder
from workflow.ground.vietnam_time import local_date

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAFF = "canbo.naphieng"
VILLAGE = "NP-BL-T01"


def _late(site: Site, days: int = 4) -> int:
    """The village owes something that is late, and nothing else is."""
    world = small_world.found(site.database)
    now = datetime.now(UTC)
    with site.database.write() as connection:
        connection.execute(
            sa.update(obligation)
            .where(obligation.c.fulfilled_at.is_(None), obligation.c.withdrawn_at.is_(None))
            .values(fulfilled_at=now)
        )
        due = local_date(now) - timedelta(days=days)
        return owing.owe(connection, world, due, unit=VILLAGE, collector="NP")


def _reminded(site: Site) -> list[str]:
    with site.database.read() as connection:
        return list(
            connection.execute(sa.select(reminder.c.word).where(reminder.c.step.startswith("chase:"))).scalars()
        )


def test_staff_see_who_is_late_and_remind_them_with_two_presses_on_a_phone(browser: Browser, site: Site) -> None:
    _late(site)
    with at_browser(browser, site, STAFF, size=PHONE) as person:
        person.follow("1 việc đang trễ hạn ở các đơn vị bạn theo dõi: xem và nhắc")
        person.sees("trễ 4 ngày")
        person.press("Nhắc cả trang này")
        assert person.title() == "Kết quả nhắc"
        assert _reminded(site) == [""]
        person.follow("Về danh sách")
        person.press("Nhắc cả trang này")
        person.sees("đã được nhắc hôm nay")
        assert len(_reminded(site)) == 1


def test_staff_remind_those_chosen_with_a_word_by_keyboard_alone(browser: Browser, site: Site) -> None:
    _late(site)
    with at_browser(browser, site, STAFF, size=DESK, scripts=True) as person:
        page = person.page
        tab_to(page, "1 việc đang trễ hạn")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        tab_to(page, "Lời nhắn kèm theo")
        page.keyboard.type("Huyện chờ trong hôm nay.")
        tab_to(page, "Chọn Đăng ký mô hình")
        page.keyboard.press("Space")
        expect(page.locator('input[name="id"]')).to_be_checked()
        page.keyboard.press("Shift+Tab")
        for _ in range(6):
            if page.evaluate("document.activeElement.textContent").strip() == "Chỉ nhắc những dòng đã chọn":
                break
            page.keyboard.press("Shift+Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert person.title() == "Kết quả nhắc"
        assert _reminded(site) == ["Huyện chờ trong hôm nay."]


def test_officer_comes_from_a_mail_through_signing_in_to_the_form(browser: Browser, site: Site) -> None:
    key = _late(site)
    world = small_world.found(site.database)
    year = local_date(datetime.now(UTC)).year
    with site.database.write() as connection:
        told = owing.tell(
            connection,
            world,
            OFFICER,
            datetime.now(UTC),
            about=[key],
            link=f"/mo-hinh/moi?nam={year}",
            subject="Sắp trễ",
        )
    with at_browser(browser, site, "", size=PHONE) as person:
        person.go(f"/hop-thu/{told}/mo")
        person.fill("Tên đăng nhập", OFFICER)
        person.fill("Mật khẩu", PASSWORD)
        person.press("Đăng nhập")
        assert person.page.url == f"{site.address}/mo-hinh/moi?nam={year}"
        assert person.title() == "Tên, lĩnh vực và người đăng ký"
        person.go("/hop-thu")
        person.sees("Sắp trễ")
        person.sees_not("Chưa đọc")


def test_person_chooses_how_to_be_told_and_tries_it_without_scripts(browser: Browser, site: Site) -> None:
    with at_browser(browser, site, OFFICER, size=PHONE) as person:
        person.go("/hop-thu")
        person.follow("Cách nhận thư")
        person.fill("Địa chỉ thư điện tử", "nachuong@vi-du.vn")
        person.choose("Giờ nhận nhắc việc", "17:00")
        person.tick("Chủ nhật")
        person.press("Lưu")
        person.done()
        person.press("Gửi cho tôi một thư thử")
        person.done()
        person.go("/hop-thu")
        person.follow("Thư thử: bạn nhận được nhắc việc bằng cách này")
        person.sees("Bạn không cần làm gì.")


def test_dates_of_a_month_are_a_list_on_a_phone(browser: Browser, site: Site) -> None:
    _late(site, days=0)
    with at_browser(browser, site, OFFICER, size=PHONE) as person:
        person.go("/lich")
        cells = person.page.locator("table.month td:visible")
        expect(cells).to_have_count(1)
        expect(cells.first).to_contain_text("hôm nay")
        person.page.set_viewport_size(DESK)
        assert cells.count() > 27
