"""What people do with a browser: press twice, go back, open two tabs, come back later. Nothing is lost or done twice."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from tests.browser import journey
from tests.browser.person import Person, at_browser
from tests.browser.seeding import ACCEPTER, OFFICER, model_in
from tests.browser.site import PASSWORD, Site
from workflow.ground.schema import emulation_model

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REASON = "Chỉ tiêu chưa đo được; ghi rõ số hộ, số mét “đường” & <ngày công>."


def press_twice(person: Person, name: str) -> None:
    """Press a button a second time before the answer to the first can be there; wait for the page that comes of it."""
    with person.page.expect_navigation():
        person.page.get_by_role("button", name=name, exact=True).dblclick()
    person.page.wait_for_load_state("networkidle")


def models(site: Site) -> int:
    """How many models there are."""
    with site.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(emulation_model)).scalar_one())


def test_step_pressed_twice_is_taken_once(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình bấm hai lần")
    with at_browser(browser, site, ACCEPTER) as person:
        person.open_model(code)
        person.follow("Tiếp nhận đăng ký")
        version = site.version(code)
        press_twice(person, "Tiếp nhận đăng ký")
        person.open_model(code)
        person.sees("Đã đăng ký")
    assert (site.state(code), site.version(code)) == ("registered", version + 1)


def test_registration_pressed_twice_is_kept_once(browser: Browser, site: Site) -> None:
    before = models(site)
    with at_browser(browser, site, OFFICER) as person:
        person.go("/mo-hinh/moi")
        person.choose("Lĩnh vực", "Kinh tế")
        person.fill("Tên mô hình", "Mô hình gửi hai lần liền nhau")
        press_twice(person, "Lưu và tiếp tục")
        person.go("/viec-cua-toi")
        person.sees("Mô hình gửi hai lần liền nhau")
    assert models(site) == before + 1


def test_back_after_submitting_offers_nothing_that_is_done(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình quay lại")
    with at_browser(browser, site, ACCEPTER) as person:
        person.take(code, "Tiếp nhận đăng ký")
        person.page.go_back()
        person.sees("Có thể bước này vừa được làm rồi")
        person.page.go_back()
        # The page before is fetched anew: it shows the state of now.
        person.sees("Đã đăng ký")
    assert site.state(code) == "registered"


def test_stale_form_is_told_and_keeps_what_was_typed(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình mở hai thẻ")
    with at_browser(browser, site, ACCEPTER) as person, at_browser(browser, site, OFFICER) as officer:
        person.go(f"/mo-hinh/{code}/buoc/return_registration")
        person.fill("Lý do", REASON)
        # Meanwhile the officer asks for another name, which makes a new version.
        officer.go(f"/mo-hinh/{code}/doi-ten")
        officer.fill("Đổi thành", "Mô hình mở hai thẻ, tên mới")
        officer.fill("Lý do", "Tên cũ chưa rõ địa bàn.")
        officer.page.locator("main form button").last.click()
        officer.done()

        with person.page.expect_navigation() as sent:
            person.page.get_by_role("button", name="Trả lại để bổ sung").click()
        assert sent.value.status == 409
        person.sees("người khác đã thay đổi mô hình này")
        assert person.field("Lý do").input_value() == REASON
        person.picture("stale")
        assert site.state(code) == "submitted"

        # Sending it again is a decision of the person who has been told.
        person.press("Trả lại để bổ sung")
        person.done()
    assert site.state(code) == "returned"


def test_session_that_ended_leads_back_to_the_page_after_sign_in(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình sau giờ nghỉ")
    with at_browser(browser, site, ACCEPTER) as person:
        person.open_model(code)
        site.end_sessions()
        person.follow("Trả lại để bổ sung")
        person.sees("Đăng nhập")
        person.picture("session-ended")
        person.sign_in()
        assert person.page.url == f"{site.address}/mo-hinh/{code}/buoc/return_registration"
        person.fill("Lý do", REASON)
        person.press("Trả lại để bổ sung")
        person.done()
        person.sees(REASON)
    assert site.state(code) == "returned"


def test_form_sent_after_the_session_ended_is_sent_on_after_signing_in(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình hết phiên")
    with at_browser(browser, site, ACCEPTER) as person:
        person.go(f"/mo-hinh/{code}/buoc/return_registration")
        person.fill("Lý do", REASON)
        site.end_sessions()
        person.press("Trả lại để bổ sung")
        person.sees("Nội dung bạn vừa nhập vẫn còn")
        person.picture("session-ended-with-form")
        person.sign_in()
        assert person.title() == "Nội dung bạn đã nhập vẫn còn"
        person.sees(REASON)
        person.picture("form-held")
        assert site.state(code) == "submitted"
        person.press("Gửi nội dung này")
        person.done()
        person.sees(REASON)
    assert site.state(code) == "returned"


def test_page_open_too_long_is_sent_with_one_more_button(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình mở qua đêm")
    with at_browser(browser, site, ACCEPTER) as person:
        person.go(f"/mo-hinh/{code}/buoc/return_registration")
        person.fill("Lý do", REASON)
        # As when they signed out and in again in another window.
        other = person.page.context.new_page()
        other.goto(f"{site.address}/viec-cua-toi")
        other.get_by_role("button", name="Đăng xuất").last.click()
        other.get_by_label("Tên đăng nhập").fill(ACCEPTER)
        other.get_by_label("Mật khẩu").fill(PASSWORD)
        other.get_by_role("button", name="Đăng nhập").click()
        other.wait_for_url("**/viec-cua-toi")
        person.press("Trả lại để bổ sung")
        assert person.title() == "Trang đã mở quá lâu"
        person.picture("page-open-too-long")
        person.press("Gửi nội dung này")
        person.done()
    assert site.state(code) == "returned"


def test_quantity_rows_are_added_without_scripts_and_nothing_typed_is_lost(browser: Browser, site: Site) -> None:
    code = model_in(site, "implementing", "Mô hình nhiều kết quả")
    with at_browser(browser, site, OFFICER) as person:
        person.go(f"/mo-hinh/{code}/buoc/report_results")
        person.fill("Tóm tắt kết quả", REASON)
        rows = person.page.get_by_label("Số lượng")
        before = rows.count()
        rows.first.fill("trên 350")
        person.press("Thêm dòng")
        assert rows.count() == before + 1
        assert rows.first.input_value() == "trên 350"
        assert person.field("Tóm tắt kết quả").input_value() == REASON
    assert site.state(code) == "implementing"


def test_long_vietnamese_name_is_the_same_everywhere(browser: Browser, site: Site) -> None:
    name = "Ệ Ữ Ẫ – “Dân vận khéo” <b>đậm</b> {{7*7}} 🌾 " + "đường liên thôn " * 12
    with at_browser(browser, site, OFFICER) as person:
        code = journey.register(person, name.strip())
        assert person.title() == " ".join(name.split())
        person.go("/mo-hinh?tim=e+u+a+dan+van+kheo")
        person.sees(" ".join(name.split()))
    assert site.state(code) == "draft"
