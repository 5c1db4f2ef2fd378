"""A district reviewer receives the dossiers of a commune and recognises seven models with one decision, with scripts off."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser import journey
from tests.browser.journey import COUNCIL
from tests.browser.looking import violations
from tests.browser.person import DESK, PHONE, Person, at_browser
from tests.browser.seeding import model_in
from tests.browser.site import Site
from workflow.across.oversight import audit
from workflow.core.lifecycles import parsing, store
from workflow.ground.schema import decision, programme_year
from workflow.ground.vietnam_time import local_date
from workflow.stages.recognition import submission
from workflow.stages.review import ballots
from workflow.stages.review import commands as review
from workflow.stages.review.committee import Member

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHAIR, DISTRICT = "truongban.binhluong", "xetduyet.naphieng"
MODELS = 7


def carried(site: Site, count: int = MODELS) -> tuple[int, list[str]]:
    """A submission of a commune in a year in which the district recognises, with models that carried; not sent up yet."""
    now = datetime.now(UTC)
    year = local_date(now).year
    with site.database.write() as connection:
        three_tier = parsing.standard("three_tier")
        store.put(connection, now, three_tier)
        connection.execute(
            sa.update(programme_year).where(programme_year.c.year == year).values(definition_hash=three_tier.hash)
        )
    codes = [model_in(site, "inspected", f"Vận động nhân dân làm đường ngõ số {i}") for i in range(1, count + 1)]
    with site.database.write() as connection:
        meeting_id = review.prepare_meeting(
            connection,
            CHAIR,
            now,
            "NP-BL",
            year,
            title="Phiên bình xét",
            held_on=local_date(now),
            members=[Member(who) for who in COUNCIL],
            models=codes,
        )
        review.open_meeting(connection, CHAIR, now, meeting_id, COUNCIL)
        votes = [(code, who, "for", False) for code in codes for who in COUNCIL]
        ballots.record_votes(connection, CHAIR, now, meeting_id, votes)
        review.close_meeting(connection, CHAIR, now, meeting_id, "Đã biểu quyết.")
        submission_id = submission.prepare_submission(
            connection,
            CHAIR,
            now,
            meeting_id,
            reports=dict.fromkeys(codes, "42 hộ hiến 3.200 m² đất."),
            number="05-TTr/BCĐ",
            dated=local_date(now),
            signer="Hà Sỹ Nguyện",
        )
    return submission_id, codes


def take_all(person: Person, submission_id: int, step: str, confirmed: str) -> None:
    """A step of all models of a dossier, from the dossier's page."""
    person.go(f"/to-trinh/{submission_id}")
    person.page.get_by_role("link", name=re.compile("^" + step)).click()
    person.press(confirmed)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_district_recognises_seven_models_with_one_decision(browser: Browser, site: Site, size: ViewportSize) -> None:
    submission_id, codes = carried(site)
    with at_browser(browser, site, CHAIR, size=size) as chair:
        take_all(chair, submission_id, "Đề nghị cấp huyện công nhận", "Đề nghị cấp huyện công nhận")
        chair.sees(f"Đã làm {MODELS} trên {MODELS} mô hình.")
    with at_browser(browser, site, DISTRICT, size=size) as district:
        district.go("/ho-so-trinh")
        district.sees("Số lượng và tên khớp")
        district.picture("incoming")
        district.follow("05-TTr/BCĐ")
        district.sees("Mỗi mô hình đủ phiếu đăng ký")
        district.picture("dossier")
        take_all(district, submission_id, "Tiếp nhận hồ sơ", "Tiếp nhận hồ sơ")
        district.sees(f"Đã làm {MODELS} trên {MODELS} mô hình.")

        district.go(f"/to-trinh/{submission_id}")
        for code in codes[:3]:
            district.page.locator(f"#chon-{code}").check()
        district.press("So sánh các mô hình đã chọn")
        expect(district.page.locator(".compare section")).to_have_count(3)
        district.picture("compare")

        district.go("/quyet-dinh/cong-nhan")
        for code in codes:
            district.page.locator(f"#chon-{code}").check()
        district.fill_all(journey.decision("88-QĐ/BCĐ"))
        district.press("Kiểm tra lại")
        district.sees("88-QĐ/BCĐ")
        assert {site.state(code) for code in codes} == {"district_review"}
        district.picture("decision-check")
        district.page.get_by_role("button", name=re.compile(rf"\({MODELS}\)$")).click()
        district.sees(f"Đã làm {MODELS} trên {MODELS} mô hình.")
        assert {site.state(code) for code in codes} == {"recognised"}

        district.go("/quyet-dinh")
        district.follow("88-QĐ/BCĐ")
        district.page.locator(f"#outstanding-{codes[0]}").check()
        district.page.locator(f"#commended-{codes[0]}").check()
        district.press("Lưu lựa chọn")
        district.done()
        expect(district.page.locator(f"#commended-{codes[0]}")).to_be_checked()
        expect(district.page.get_by_role("link", name="Danh sách đề nghị khen thưởng (xlsx)")).to_be_visible()
        district.picture("decision")
    with site.database.read() as connection:
        numbers = connection.execute(sa.select(decision.c.id).where(decision.c.number == 88)).scalars().all()
        assert len(numbers) == 1
        assert audit.verify(connection) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_check_page_and_result_are_for_everybody(browser: Browser, site: Site, size: ViewportSize) -> None:
    submission_id, codes = carried(site, 2)
    with at_browser(browser, site, CHAIR, size=size, scripts=True) as chair:
        chair.go(f"/to-trinh/{submission_id}/buoc/recognise_at_commune")
        chair.fill_all(journey.decision("89-QĐ/BCĐ"))
        for button in ("Kiểm tra lại", f"Công nhận cấp xã ({len(codes)})"):
            chair.press(button)
            assert faults(chair) == []
            assert chair.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert {site.state(code) for code in codes} == {"commune_recognised"}


def faults(person: Person) -> list[str]:
    """What axe finds on the page."""
    return [violation["id"] for violation in violations(person)]


def test_district_returns_one_dossier_and_then_the_others(browser: Browser, site: Site) -> None:
    submission_id, codes = carried(site, 3)
    with at_browser(browser, site, CHAIR) as chair:
        take_all(chair, submission_id, "Đề nghị cấp huyện công nhận", "Đề nghị cấp huyện công nhận")
    with at_browser(browser, site, DISTRICT) as district:
        for returned in (codes[:1], codes[1:]):
            district.go(f"/to-trinh/{submission_id}")
            district.page.get_by_role("link", name=re.compile("^Trả hồ sơ về xã")).click()
            if len(returned) == 1:
                for code in codes[1:]:
                    district.page.locator(f"#chon-{code}").uncheck()
            district.fill("Lý do", "Báo cáo thành tích chưa nêu số hộ tham gia.")
            district.press("Kiểm tra lại")
            district.page.get_by_role("button", name=re.compile(r"\(\d\)$")).click()
            district.sees(f"Đã làm {len(returned)} trên {len(returned)} mô hình.")
            assert {site.state(code) for code in returned} == {"commune_review"}
