"""Every way in which a model does not go straight to recognition, walked through the pages with scripts off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser import journey
from tests.browser.journey import Office, day
from tests.browser.seeding import model_in
from tests.browser.site import Site
from workflow.across.oversight import audit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEAM = ["Bế Thị Ngần", "Ma Văn Quỳnh"]
REASON = "Chỉ tiêu chưa đo được, cần ghi rõ số hộ và số mét đường."


def test_returned_registration_is_mended_and_submitted_again(browser: Browser, site: Site) -> None:
    code = model_in(site, "submitted", "Mô hình bị trả lại")
    with Office(browser, site) as office:
        officer, clerk = office["nachuong"], office["thuky.binhluong"]
        clerk.open_model(code)
        clerk.follow("Trả lại để bổ sung")
        clerk.fill("Lý do", REASON)
        clerk.tick("Mục tiêu, chỉ tiêu")
        clerk.press("Trả lại để bổ sung")
        clerk.done()
        assert site.state(code) == "returned"

        officer.open_model(code)
        officer.sees(REASON)
        officer.picture("returned")
        officer.follow("Sửa phiếu đăng ký")
        officer.follow("Mục tiêu, chỉ tiêu")
        officer.fill("Mục tiêu, chỉ tiêu", "42/42 hộ đồng thuận; 1.200 m đường rộng 5 m.")
        officer.press("Lưu và tiếp tục")
        journey.submit(officer, code)
        assert site.state(code) == "submitted"
        clerk.open_model(code)
        clerk.sees("1.200 m đường rộng 5 m")


def test_remediation_is_reported_and_inspected_again(browser: Browser, site: Site) -> None:
    code = model_in(site, "awaiting_inspection", "Mô hình phải khắc phục")
    with Office(browser, site) as office:
        officer, inspector = office["nachuong"], office["kiemtra.naphieng"]
        journey.inspect(inspector, code, TEAM, mend_by=day(20))
        inspector.take(
            code, "Yêu cầu khắc phục", {"Kết luận kiểm tra": "Thiếu sổ ghi ngày công.", "Hạn khắc phục": day(20)}
        )
        assert site.state(code) == "remediation"
        officer.open_model(code)
        officer.sees("Thiếu sổ ghi ngày công.")
        officer.picture("remediation")
        journey.report(officer, code)
        assert site.state(code) == "awaiting_inspection"
        journey.inspect(inspector, code, TEAM)
        inspector.take(code, "Kết luận đạt")
        assert site.state(code) == "inspected"


def test_review_ends_in_decline_commune_recognition_and_returned_dossier(browser: Browser, site: Site) -> None:
    declined, kept, proposed = (
        model_in(site, "inspected", name)
        for name in ("Mô hình không đủ phiếu", "Mô hình xã công nhận", "Mô hình bị trả hồ sơ")
    )
    with Office(browser, site) as office:
        chair, province = office["truongban.binhluong"], office["xetduyet.tinhmau"]
        year = int(proposed.split("-")[1])
        meeting = journey.hold_meeting(chair, [declined, kept, proposed], year, against=[declined])

        chair.open_model(declined)
        # What is not possible stands there with its reason, and is no link.
        assert chair.page.get_by_role("link", name="Đề nghị cấp tỉnh công nhận").count() == 0
        chair.sees("Đề nghị cấp tỉnh công nhận")
        chair.picture("not-carried")
        chair.take(declined, "Không công nhận", {"Lý do": "Không đủ phiếu đồng ý."})
        assert site.state(declined) == "not_recognised"

        chair.take(kept, "Công nhận cấp xã", journey.decision("11-QĐ/BCĐ"))
        assert site.state(kept) == "commune_recognised"
        chair.take(
            kept,
            "Thu hồi công nhận cấp xã",
            {"Lý do": "Kết quả báo cáo không đúng sự thật.", **journey.decision("12-QĐ/BCĐ")},
        )
        assert site.state(kept) == "revoked"

        journey.submit_dossier(chair, meeting, proposed, "07-TTr/BCĐ")
        chair.take(proposed, "Đề nghị cấp tỉnh công nhận")
        province.take(proposed, "Trả hồ sơ về xã", {"Lý do": "Báo cáo thành tích chưa nêu số hộ tham gia."})
        assert site.state(proposed) == "commune_review"
        chair.open_model(proposed)
        chair.sees("Báo cáo thành tích chưa nêu số hộ tham gia.")
        journey.submit_dossier(chair, meeting, proposed, "08-TTr/BCĐ")
        chair.take(proposed, "Đề nghị cấp tỉnh công nhận")
        province.take(proposed, "Tiếp nhận hồ sơ")

        province.open_model(proposed)
        province.page.get_by_role("link", name="Không công nhận cấp tỉnh").first.click()
        province.fill("Lý do", "Mới làm tốt trong phạm vi một thôn.")
        province.tick("Giữ công nhận cấp xã")
        province.picture("decline-at-province")
        province.page.locator("main form button").last.click()
        province.done()
        assert site.state(proposed) == "commune_recognised"
    with site.database.read() as connection:
        assert audit.verify(connection) == []


def test_model_is_withdrawn_by_its_officer_and_another_merged_by_staff(browser: Browser, site: Site) -> None:
    leaving, going, staying = (
        model_in(site, state, name)
        for state, name in (
            ("registered", "Mô hình xin rút"),
            ("submitted", "Mô hình nhập vào"),
            ("implementing", "Mô hình tiếp nhận"),
        )
    )
    with Office(browser, site) as office:
        officer, staff = office["nachuong"], office["canbo.naphieng"]
        officer.take(leaving, "Rút đăng ký", {"Lý do": "Thôn không còn điều kiện thực hiện."})
        assert site.state(leaving) == "withdrawn"
        staff.take(going, "Sáp nhập vào mô hình khác", {"Mô hình tiếp nhận": staying, "Lý do": "Cùng một tuyến đường."})
        assert site.state(going) == "merged"
        officer.open_model(going)
        officer.sees("Đã sáp nhập")
        officer.picture("merged")


def test_recognition_of_the_sample_year_is_revoked_by_the_district(browser: Browser, site: Site) -> None:
    code = site.some("recognised")
    with Office(browser, site) as office:
        district = office["xetduyet.naphieng"]
        district.take(
            code,
            "Thu hồi công nhận cấp huyện",
            {"Lý do": "Kết quả báo cáo không đúng sự thật.", **journey.decision("200-QĐ/BCĐ")},
        )
        district.picture("revoked")
    assert site.state(code) == "revoked"
