"""Every job of the four kinds of users with Tab, Space, arrows, letters and Enter alone, on a telephone's width and on a desk."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser import journey
from tests.browser.journey import COUNCIL, ITEMS, SCORES
from tests.browser.person import DESK, PHONE, Person, at_browser
from tests.browser.seeding import ACCEPTER, INSPECTOR, OFFICER, model_in
from tests.browser.site import PASSWORD, Site
from tests.browser.test_district import DISTRICT, carried
from workflow.across.oversight import audit
from workflow.ground.schema import attachment, programme_year
from workflow.ground.vietnam_time import local_date

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHAIR, STAFF = "truongban.binhluong", "canbo.naphieng"
MODELS = 18
MOST_TABS = 600
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])

# What has the focus: what it is called and which name it sends; whether it shows that it has the focus and can be seen.
_FOCUS = """() => {
    const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
    const name = (e.labels && e.labels.length ? e.labels[0].innerText : '') || e.getAttribute('aria-label')
        || e.innerText || '';
    return {words: name.trim(), name: e.name || '', value: e.value || '', tag: e.tagName,
            marked: style.outlineStyle !== 'none', seen: box.bottom > 0 && box.top < innerHeight && box.width > 0,
            inside: e.closest('main') !== null};
}"""


def reach(page: Page, words: str = "", *, name: str = "", value: str = "") -> None:
    """Tab on within the page's own part until what has the focus begins with these words, or sends this name and value."""
    for _step in range(MOST_TABS):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        wanted = focus["name"] == name and value in ("", focus["value"]) if name else focus["words"].startswith(words)
        if wanted and focus["inside"]:
            assert focus["marked"], focus
            assert focus["seen"], focus
            return
    pytest.fail(f"«{words or name}» is not reached with {MOST_TABS} tabs")


def enter(page: Page, words: str) -> None:
    """Reach a link or a button, press Enter and wait for the next page."""
    reach(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, label: str, text: str) -> None:
    """Reach a field and type."""
    reach(page, label)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def choose(page: Page, name: str, place: int) -> None:
    """Reach a drop-down list and choose what stands at this place of it, 0 being "nothing"."""
    reach(page, name=name)
    page.keyboard.press("Home")
    for _step in range(place):
        page.keyboard.press("ArrowDown")


def by_keyboard(person: Person) -> None:
    """Sign in without touching anything else."""
    page = person.page
    person.go("/dang-nhap")
    write(page, "Tên đăng nhập", person.user_name)
    write(page, "Mật khẩu", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@SIZES
def test_model_is_registered(browser: Browser, site: Site, size: ViewportSize) -> None:
    with at_browser(browser, site, "", size=size, scripts=True) as officer:
        officer.user_name = OFFICER
        by_keyboard(officer)
        page = officer.page
        enter(page, "Đăng ký mô hình")
        write(page, "Tên mô hình", "Vận động nhân dân làm đường bằng bàn phím")
        reach(page, "Lĩnh vực")
        page.keyboard.type("Nông")
        for label, text in ITEMS.items():
            if label in ("Thực trạng và lý do chọn", "Nội dung và cách làm", "Thời gian và nguồn lực"):
                enter(page, "Lưu và tiếp tục")
            write(page, label, text)
        enter(page, "Lưu và tiếp tục")
        write(page, "Người đại diện", "Hứa Văn Thưởng")
        enter(page, "Lưu và tiếp tục")
        enter(page, "Nộp đăng ký")
        officer.done()
        code = journey.code_in(page.url)
    assert site.state(code) == "submitted"


@SIZES
def test_visit_is_recorded_with_scores_and_photos_and_concluded(
    browser: Browser, site: Site, size: ViewportSize
) -> None:
    code = model_in(site, "awaiting_inspection", "Mô hình kiểm tra bằng bàn phím")
    with at_browser(browser, site, "", size=size, scripts=True) as inspector:
        inspector.user_name = INSPECTOR
        by_keyboard(inspector)
        page = inspector.page
        enter(page, "Ghi biên bản")
        write(page, "Ngày kiểm tra", journey.day())
        write(page, "Địa điểm", "Sân nhà văn hoá thôn")
        for member in ("Bế Thị Ngần", "Ma Văn Quỳnh"):
            reach(page, member)
            page.keyboard.press("Space")
        reach(page, "Trưởng đoàn")
        page.keyboard.type("Bế")
        for place, points in enumerate(SCORES):
            score = page.locator(".criterion input.points").nth(place).get_attribute("name")
            assert score
            reach(page, name=score)
            page.keyboard.type(str(points))
        write(page, "Ưu điểm", "Người dân tự bàn, tự làm.")
        _choose(page, "Chụp hoặc chọn ảnh", _photo("cổng thôn.jpg"), _photo("đường mới.jpg"))
        expect(page.locator("#tong-diem")).to_have_text(str(sum(SCORES)))
        enter(page, "Lưu rồi: Kết luận đạt")
        inspector.sees("Kiểm tra lại biên bản")
        inspector.picture("inspection-check")
        enter(page, "Kết luận đạt")
        inspector.done()
    assert site.state(code) == "inspected"
    with site.database.read() as connection:
        kept = connection.execute(sa.select(attachment.c.file_name).where(attachment.c.purpose == "inspection"))
        assert {"cổng thôn.jpg", "đường mới.jpg"} <= set(kept.scalars())


@SIZES
def test_meeting_with_eighteen_models_is_run(browser: Browser, site: Site, size: ViewportSize) -> None:
    codes = [model_in(site, "inspected", f"Vận động nhân dân làm đường ngõ số {i}") for i in range(1, MODELS + 1)]
    with at_browser(browser, site, "", size=size, scripts=True) as chair:
        chair.user_name = CHAIR
        by_keyboard(chair)
        page = chair.page
        chair.go("/phien-binh-xet")
        enter(page, "Lập phiên bình xét")
        write(page, "Tên phiên", "Phiên bình xét bằng bàn phím")
        write(page, "Ngày họp", journey.day())
        enter(page, "Lập phiên")
        enter(page, "Chọn thành viên")
        for place, who in enumerate(COUNCIL):
            choose(page, f"duty-{who}", min(place, 2) + 1)
        enter(page, "Lưu thành viên")
        chair.done()
        enter(page, "Lập chương trình")
        for code in page.locator('[name="code"]').evaluate_all("all => all.map(one => one.value)"):
            reach(page, name="code", value=code)
            page.keyboard.press("Space")
        enter(page, "Lưu chương trình")
        chair.done()
        enter(page, "Khai mạc")
        enter(page, "Khai mạc")
        chair.done()
        for code in page.locator("table.votes select[data-rest]").evaluate_all(
            "all => all.map(one => one.name.replace('rest-', ''))"
        ):
            choose(page, f"rest-{code}", 2 if code == codes[-1] else 1)
        enter(page, "Ghi phiếu")
        chair.done()
        enter(page, "Kết thúc phiên")
        chair.sees(f"{MODELS - 1}/{MODELS}")
        enter(page, "Kết thúc phiên")
        chair.done()
        enter(page, "Lập tờ trình")
        for label, text in (("Số tờ trình", "07-TTr/BCĐ"), ("Ngày", journey.day()), ("Người ký", "Hà Sỹ Nguyện")):
            write(page, label, text)
        for report in page.locator('textarea[name^="report-"]').evaluate_all("all => all.map(one => one.name)"):
            reach(page, name=report)
            page.keyboard.insert_text("42 hộ hiến 3.200 m² đất, làm xong 1,2 km đường.")
        enter(page, "Lập tờ trình")
        chair.done()
        enter(page, "Đề nghị cấp tỉnh công nhận")
        enter(page, "Đề nghị cấp tỉnh công nhận")
        chair.sees(f"Đã làm {MODELS - 1} trên {MODELS - 1} mô hình.")
    assert {site.state(code) for code in codes[:-1]} == {"proposed"}
    assert site.state(codes[-1]) == "commune_review"
    with site.database.read() as connection:
        assert audit.verify(connection) == []


@SIZES
def test_seven_models_are_recognised_with_one_decision(browser: Browser, site: Site, size: ViewportSize) -> None:
    submission_id, codes = carried(site)
    with at_browser(browser, site, "", size=size, scripts=True) as chair:
        chair.user_name = CHAIR
        by_keyboard(chair)
        chair.go(f"/to-trinh/{submission_id}")
        for _page in range(2):
            enter(chair.page, "Đề nghị cấp huyện công nhận")
        chair.sees(f"Đã làm {len(codes)} trên {len(codes)} mô hình.")
    with at_browser(browser, site, "", size=size, scripts=True) as district:
        district.user_name = DISTRICT
        by_keyboard(district)
        page = district.page
        enter(page, "Hồ sơ các xã trình")
        enter(page, "05-TTr/BCĐ")
        for _page in range(2):
            enter(page, "Tiếp nhận hồ sơ")
        district.go("/quyet-dinh")
        enter(page, "Công nhận nhiều mô hình")
        for code in codes:
            reach(page, name="code", value=code)
            page.keyboard.press("Space")
        for label, text in journey.decision("88-QĐ/BCĐ").items():
            write(page, label, text)
        enter(page, "Kiểm tra lại")
        district.sees("88-QĐ/BCĐ")
        enter(page, "Công nhận")
        district.sees(f"Đã làm {len(codes)} trên {len(codes)} mô hình.")
    assert {site.state(code) for code in codes} == {"recognised"}


@SIZES
def test_staff_find_who_is_late(browser: Browser, site: Site, size: ViewportSize) -> None:
    with site.database.write() as connection:
        yesterday = local_date(datetime.now(UTC)) - timedelta(days=1)
        connection.execute(
            sa.update(programme_year).where(programme_year.c.year == yesterday.year).values(closes_on=yesterday)
        )
    late = model_in(site, "submitted", "Mô hình nộp sau hạn")
    with at_browser(browser, site, "", size=size, scripts=True) as staff:
        staff.user_name = STAFF
        by_keyboard(staff)
        page = staff.page
        staff.go("/mo-hinh")
        if not page.locator("main details[open]").count():
            reach(page, "Lọc và sắp xếp")
            page.keyboard.press("Enter")
        reach(page, "Chỉ đăng ký trễ")
        page.keyboard.press("Space")
        enter(page, "Lọc")
        assert set(re.findall(r"DVK-\d{4}-\d{5}", page.locator("table.cards tbody").inner_text())) == {late}
        enter(page, "Mô hình nộp sau hạn")
        staff.sees("Đăng ký trễ")
        enter(page, "Tiếp nhận đăng ký")
        enter(page, "Tiếp nhận đăng ký")
        staff.done()
    assert site.state(late) == "registered"
    with at_browser(browser, site, STAFF, size=size) as staff:
        # Without scripts as well, on one page: the units that have registered nothing.
        staff.go("/tong-quan")
        staff.sees("đơn vị trực tiếp chưa có mô hình nào")
        staff.picture("who-is-missing")


@SIZES
def test_returned_form_is_mended(browser: Browser, site: Site, size: ViewportSize) -> None:
    code = model_in(site, "submitted", "Mô hình bị trả lại")
    with at_browser(browser, site, "", size=size, scripts=True) as clerk:
        clerk.user_name = ACCEPTER
        by_keyboard(clerk)
        clerk.open_model(code)
        enter(clerk.page, "Trả lại để bổ sung")
        write(clerk.page, "Lý do", "Chỉ tiêu chưa đo được.")
        reach(clerk.page, "Mục tiêu, chỉ tiêu")
        clerk.page.keyboard.press("Space")
        write(clerk.page, "Hạn nộp lại", journey.day(3))
        enter(clerk.page, "Trả lại để bổ sung")
        clerk.done()
    with at_browser(browser, site, "", size=size, scripts=True) as officer:
        officer.user_name = OFFICER
        by_keyboard(officer)
        officer.sees("còn 3 ngày")
        officer.picture("work-returned")
        enter(officer.page, "Điền tiếp")
        enter(officer.page, "Mục tiêu, chỉ tiêu")
        write(officer.page, "Mục tiêu, chỉ tiêu", "42/42 hộ đồng thuận; 1.200 m đường.")
        enter(officer.page, "Lưu và tiếp tục")
        officer.go(f"/mo-hinh/{code}/phieu/kiem-tra")
        enter(officer.page, "Nộp đăng ký")
        officer.done()
    assert site.state(code) == "submitted"


def _choose(page: Page, words: str, *files: FilePayload) -> None:
    """Reach a place for files and choose these. A busy Chromium now and then opens no chooser: a person presses again."""
    reach(page, words)
    for _press in range(3):
        try:
            with page.expect_file_chooser(timeout=10_000) as chooser:
                page.keyboard.press("Enter")
        except PlaywrightTimeout:
            continue
        chooser.value.set_files(files)
        return
    pytest.fail(f"«{words}» opens no chooser")


def _photo(name: str) -> FilePayload:
    content = io.BytesIO()
    Image.new("RGB", (400, 300), (90, 140, 80)).save(content, "JPEG")
    return FilePayload(name=name, mimeType="image/jpeg", buffer=content.getvalue())
