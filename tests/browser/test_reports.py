"""A report on a phone and at a desk: written and handed in by the commune, given back by the district, mended and accepted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from tests.browser.person import DESK, PHONE, at_browser
from tests.browser.seeding import a_call
from tests.browser.site import Site
from tests.browser.test_keyboard import tab_to
from workflow.ground.schema import report
from workflow.ground.vietnam_time import local_date

pytestmark = pytest.mark.browser

CHAIR, SECRETARY, STAFF = "truongban.binhluong", "thuky.binhluong", "canbo.naphieng"
RESULTS = (
    "Nhân dân góp 350 ngày công, hiến 1.200 m² đất; 8/8 thôn có mô hình. Cách làm nổi bật là để dân bàn trước khi làm."
)


def status(site: Site, key: int) -> str:
    with site.database.read() as connection:
        return str(connection.execute(sa.select(report.c.status).where(report.c.obligation_id == key)).scalar())


@pytest.mark.parametrize("scripts", [False, True], ids=["plain", "scripts"])
def test_report_is_written_on_a_phone_and_handed_in(browser: Browser, site: Site, scripts: bool) -> None:
    key = a_call(site)[1]
    with at_browser(browser, site, CHAIR, size=PHONE, scripts=scripts) as chair:
        chair.go(f"/bao-cao/{key}")
        chair.follow("Viết báo cáo")
        chair.fill("I. Kết quả thực hiện", RESULTS)
        chair.press("Lưu bản nháp")
        chair.done()
        chair.picture("report-draft")
        chair.fill("II. Kiến nghị", "Đề nghị hỗ trợ xi măng cho hai tuyến đường.")
        chair.press("Lưu và kiểm tra để gửi")
        chair.picture("report-check")
        for field in chair.page.locator("main input[type=text]").all():
            field.fill("Đã đối chiếu với sổ theo dõi.")
        chair.press("Gửi báo cáo tới Huyện Nà Phiêng (mẫu)")
        chair.done()
        chair.sees("Chờ tiếp nhận")
        chair.picture("report-handed-in")
    assert status(site, key) == "submitted"


def test_staff_return_it_the_commune_mends_it_and_staff_accept(browser: Browser, site: Site) -> None:
    key = a_call(site, handed_in=True)[1]
    day = f"{local_date(datetime.now(UTC)) + timedelta(days=4):%d/%m/%Y}"
    with at_browser(browser, site, STAFF, size=DESK) as staff:
        staff.go(f"/bao-cao/{key}")
        staff.follow("Trả lại báo cáo")
        staff.fill("Cần sửa, bổ sung điều gì", "Thiếu số hộ tham gia.")
        staff.fill("Hạn gửi lại", day)
        staff.press("Trả lại báo cáo")
        staff.done()
    with at_browser(browser, site, SECRETARY, size=PHONE) as secretary:
        secretary.go("/viec-cua-toi")
        secretary.go(f"/bao-cao/{key}")
        secretary.sees("Thiếu số hộ tham gia.")
        secretary.picture("report-returned")
        secretary.follow("Sửa báo cáo")
        secretary.fill("I. Kết quả thực hiện", RESULTS + " Có 215 hộ tham gia.")
        secretary.press("Lưu và kiểm tra để gửi")
        secretary.press("Gửi báo cáo tới Huyện Nà Phiêng (mẫu)")
        secretary.done()
    with at_browser(browser, site, STAFF, size=DESK) as staff:
        staff.go(f"/bao-cao/{key}")
        staff.sees("Đổi so với lần gửi trước")
        staff.sees("Có 215 hộ tham gia.")
        staff.picture("report-mended")
        staff.press("Tiếp nhận")
        staff.done()
    assert status(site, key) == "accepted"


def test_report_is_handed_in_by_keyboard_alone(browser: Browser, site: Site) -> None:
    key = a_call(site)[1]
    with at_browser(browser, site, CHAIR, size=DESK, scripts=True) as chair:
        page = chair.page
        chair.go(f"/bao-cao/{key}/viet")
        tab_to(page, "II. Kiến nghị")
        page.keyboard.type("Không có kiến nghị.")
        tab_to(page, "Lưu và kiểm tra để gửi")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        for field in page.locator("main input[type=text]").all():
            field.focus()
            page.keyboard.type("Đúng.")
        tab_to(page, "Gửi báo cáo tới")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        chair.done()
    assert status(site, key) == "submitted"


def test_text_survives_a_session_that_ended(browser: Browser, site: Site) -> None:
    key = a_call(site)[1]
    with at_browser(browser, site, CHAIR, size=PHONE) as chair:
        chair.go(f"/bao-cao/{key}/viet")
        chair.fill("II. Kiến nghị", "Chữ này không được mất.")
        site.end_sessions()
        chair.press("Lưu bản nháp")
        chair.sign_in()
        chair.sees("Chữ này không được mất.")
        chair.picture("report-held")
        chair.press("Gửi nội dung này")
        chair.done()
        chair.sees("Chữ này không được mất.")
    assert status(site, key) == "draft"
