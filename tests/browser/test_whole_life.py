"""One model from registration to recognition, by the sample's own people, on a phone and at a desk, with scripts off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.browser import journey
from tests.browser.journey import Office
from tests.browser.person import DESK, PHONE
from tests.browser.site import Site
from workflow.across.oversight import audit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_model_goes_from_registration_to_recognition(browser: Browser, site: Site, size: ViewportSize) -> None:
    with Office(browser, site, size) as office:
        officer, chair = office["nachuong"], office["truongban.binhluong"]
        inspector, province = office["kiemtra.naphieng"], office["xetduyet.tinhmau"]

        code = journey.register(officer, "Vận động nhân dân hiến đất mở rộng đường thôn Nà Chuông")
        officer.picture("draft")
        journey.submit(officer, code)
        assert site.state(code) == "submitted"
        office["thuky.binhluong"].take(code, "Tiếp nhận đăng ký")
        journey.start(officer, code)
        journey.report(officer, code)
        journey.inspect(inspector, code, ["Bế Thị Ngần", "Ma Văn Quỳnh"])
        inspector.picture("awaiting-conclusion")
        inspector.take(code, "Kết luận đạt")
        assert site.state(code) == "inspected"

        meeting = journey.hold_meeting(chair, [code], year=officer_year(code))
        journey.submit_dossier(chair, meeting, code, "07-TTr/BCĐ")
        chair.take(code, "Đề nghị cấp tỉnh công nhận")
        assert site.state(code) == "proposed"
        province.take(code, "Tiếp nhận hồ sơ")
        province.take(code, "Công nhận", journey.decision("88-QĐ/BCĐ"))
        assert site.state(code) == "recognised"

        officer.open_model(code)
        officer.sees("Tỉnh công nhận")
        officer.sees("88-QĐ/BCĐ")
        officer.picture("recognised")
        officer.go("/viec-cua-toi")
        officer.sees("Lương Quốc Đĩnh đã công nhận, mô hình chuyển sang «Tỉnh công nhận».")
        officer.picture("my-work")
    with site.database.read() as connection:
        assert audit.verify(connection) == []


def officer_year(code: str) -> int:
    """The programme year that stands in a code."""
    return int(code.split("-")[1])
