"""The answers when something does not work are pages for everybody too: by axe, in the dark, narrow or with large letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, FilePayload, Response

from tests.browser.journey import COUNCIL
from tests.browser.looking import everybody_can_use
from tests.browser.person import DESK, Person, at_browser
from tests.browser.seeding import ACCEPTER, INSPECTOR, OFFICER, model_in, write_record
from tests.browser.site import PASSWORD, Site, serving
from web.serving import clock
from workflow.ground.vietnam_time import local_date
from workflow.stages.review import commands as review
from workflow.stages.review.committee import Member

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHAIR, SECRETARY, OTHER_INSPECTOR = "truongban.binhluong", "thuky.binhluong", "kiemtra2.naphieng"
REASON = "Chỉ tiêu chưa đo được; ghi rõ số hộ."


def sent(person: Person, button: str) -> Response:
    """Press a button; the answer."""
    with person.page.expect_navigation() as answer:
        person.page.get_by_role("button", name=button, exact=True).first.click()
    return answer.value


@pytest.fixture
def narrow_site(sample_folder: Path, tmp_path: Path) -> Iterator[Site]:
    """A site that takes small files only, and three wrong passwords."""
    limits = {"DVK_MAX_UPLOAD_MB": "1", "DVK_SIGN_IN_LIMIT": "1 per 15 minutes"}
    with serving(sample_folder, tmp_path / "data", **limits) as site:
        yield site


def test_form_kept_over_the_end_of_a_session(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình hết phiên")
    with at_browser(browser, site, ACCEPTER, scripts=True) as person:
        person.go(f"/mo-hinh/{code}/buoc/return_registration")
        person.fill("Lý do", REASON)
        site.end_sessions()
        assert sent(person, "Trả lại để bổ sung").status == 401
        everybody_can_use(person, "session-ended-with-form")
        person.sign_in()
        person.sees(REASON)
        everybody_can_use(person, "form-held")


def test_page_open_too_long(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình mở qua đêm")
    with at_browser(browser, site, ACCEPTER, scripts=True) as person:
        person.go(f"/mo-hinh/{code}/buoc/return_registration")
        person.fill("Lý do", REASON)
        other = person.page.context.new_page()
        other.goto(f"{site.address}/viec-cua-toi")
        other.get_by_role("button", name="Đăng xuất").last.click()
        other.get_by_label("Tên đăng nhập").fill(ACCEPTER)
        other.get_by_label("Mật khẩu").fill(PASSWORD)
        other.get_by_role("button", name="Đăng nhập").click()
        other.wait_for_url("**/viec-cua-toi")
        assert sent(person, "Trả lại để bổ sung").status == 400
        everybody_can_use(person, "page-open-too-long")


def test_step_that_somebody_took_meanwhile(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình mở hai thẻ")
    with at_browser(browser, site, ACCEPTER, scripts=True) as person, at_browser(browser, site, OFFICER) as officer:
        person.go(f"/mo-hinh/{code}/buoc/return_registration")
        person.fill("Lý do", REASON)
        officer.go(f"/mo-hinh/{code}/doi-ten")
        officer.fill("Đổi thành", "Mô hình mở hai thẻ, tên mới")
        officer.fill("Lý do", "Tên cũ chưa rõ địa bàn.")
        officer.page.locator("main form button").last.click()
        officer.done()
        assert sent(person, "Trả lại để bổ sung").status == 409
        person.sees("tên mới")
        everybody_can_use(person, "stale-step")
        person.go(f"/mo-hinh/{code}/buoc/start")
        everybody_can_use(person, "step-not-possible")
        person.follow(f"Xem mô hình {code}")
        person.sees("Mô hình mở hai thẻ")


def test_record_that_another_inspector_wrote_meanwhile(browser: Browser, site: Site) -> None:
    code = model_in(site, "awaiting_inspection", "Mô hình hai người ghi")
    with at_browser(browser, site, INSPECTOR, scripts=True) as person:
        # Without its script, as on an old browser: the form itself is sent.
        person.page.route(re.compile(r"inspection[^/]*\.js"), lambda route: route.abort())
        person.go(f"/mo-hinh/{code}/kiem-tra")
        with site.database.write() as connection:
            write_record(connection, code, clock.now(), OTHER_INSPECTOR)
        person.fill_all({"Địa điểm": "Sân kho hợp tác xã", "Tồn tại": "Sổ thiếu chữ ký."})
        person.tick("Bế Thị Ngần")
        assert sent(person, "Lưu biên bản").status == 409
        person.sees("thành viên khác đã ghi biên bản này")
        person.sees("Ma Văn Quỳnh (Thành viên đoàn kiểm tra) đã ghi biên bản kiểm tra.")
        person.sees("Nhà văn hoá thôn")
        assert person.field("Tồn tại").input_value() == "Sổ thiếu chữ ký."
        everybody_can_use(person, "stale-record")
        person.page.set_viewport_size(DESK)
        assert sent(person, "Lưu biên bản").status == 200


def test_meeting_that_the_secretary_changed_meanwhile(browser: Browser, site: Site) -> None:
    code = model_in(site, "inspected", "Mô hình hai người lập phiên")
    now = clock.now()
    with site.database.write() as connection:
        meeting_id = review.prepare_meeting(
            connection,
            CHAIR,
            now,
            "NP-BL",
            local_date(now).year,
            title="Phiên hai người lập",
            held_on=local_date(now),
            members=[Member(who) for who in COUNCIL],
            models=[code],
        )
    path = f"/phien-binh-xet/{meeting_id}"
    with at_browser(browser, site, CHAIR, scripts=True) as chair, at_browser(browser, site, SECRETARY) as secretary:
        chair.go(f"{path}/thanh-vien")
        chair.fill("Khách mời", "Ông Lò Văn Già")
        secretary.go(f"{path}/thanh-vien")
        secretary.fill("Khách mời", "Bà Hà Thị Mời")
        secretary.press("Lưu thành viên")
        secretary.done()
        assert sent(chair, "Lưu thành viên").status == 409
        chair.sees("Bà Hà Thị Mời")
        assert chair.field("Khách mời").input_value() == "Ông Lò Văn Già"
        everybody_can_use(chair, "stale-members")
        chair.press("Lưu thành viên")
        chair.done()


def test_file_that_is_too_large(browser: Browser, narrow_site: Site) -> None:
    code = model_in(narrow_site, "implementing", "Mô hình ảnh nặng")
    with at_browser(browser, narrow_site, OFFICER, scripts=True) as officer:
        officer.go(f"/mo-hinh/{code}/tep")
        photo = FilePayload(name="ảnh.jpg", mimeType="image/jpeg", buffer=b"\xff\xd8\xff\xe0" + bytes(3 * 1024 * 1024))
        officer.page.locator('input[type="file"]').set_input_files(photo)
        assert sent(officer, "Gửi tệp").status == 413
        officer.sees("Mỗi tệp nặng tối đa 1 MB.")
        everybody_can_use(officer, "too-large")


def test_too_many_wrong_passwords(browser: Browser, narrow_site: Site) -> None:
    with at_browser(browser, narrow_site, "", scripts=True) as person:
        status = 0
        for _attempt in range(4):
            person.go("/dang-nhap")
            person.fill_all({"Tên đăng nhập": OFFICER, "Mật khẩu": "không phải mật khẩu này"})
            status = sent(person, "Đăng nhập").status
        assert status == 429
        person.sees("Quá nhiều lần thử")
        everybody_can_use(person, "too-many")


def test_fault_of_the_program(browser: Browser, site: Site) -> None:
    with at_browser(browser, site, OFFICER, scripts=True) as officer:
        with site.database.write() as connection:
            connection.execute(sa.text("ALTER TABLE review_meeting RENAME TO mislaid"))
        answer = officer.go("/viec-cua-toi")
        assert answer is not None
        assert answer.status == 500
        officer.sees("Phần mềm gặp lỗi")
        assert re.search(r"\b[0-9A-F]{8}\b", officer.page.locator("main").inner_text())
        everybody_can_use(officer, "fault")


def test_name_of_three_hundred_letters_without_a_space(browser: Browser, site: Site) -> None:
    code = model_in(site, "awaiting_inspection", "Đ" * 300)
    with site.database.write() as connection:
        write_record(connection, code, clock.now())
    for user_name, paths in (
        (OFFICER, ("/viec-cua-toi", "/mo-hinh", f"/mo-hinh/{code}", f"/mo-hinh/{code}/doi-ten")),
        (INSPECTOR, ("/kiem-tra", f"/mo-hinh/{code}/kiem-tra", f"/mo-hinh/{code}/buoc/pass_inspection")),
    ):
        with at_browser(browser, site, user_name, scripts=True) as person:
            for path in paths:
                person.page.set_viewport_size({"width": 1280, "height": 800})
                person.go(path)
                everybody_can_use(person, "long-name")
