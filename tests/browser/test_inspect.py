"""An inspector in a yard: a poor line, a telephone, a keyboard, no scripts. The visit is recorded once and nothing is lost."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser import journey
from tests.browser.looking import told, violations
from tests.browser.person import PHONE, Person, at_browser
from tests.browser.seeding import INSPECTOR, model_in
from tests.browser.site import Site
from workflow.ground.schema import attachment, emulation_model, history
from workflow.stages.inspection import commands as inspection

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEAM = ("Bế Thị Ngần", "Ma Văn Quỳnh")
UNSENT = "Chưa gửi – còn trong máy này."
LOST_LINE = "Chưa gửi được vì mất mạng"
SAVED = "Đã lưu trên máy chủ lúc"


def _a_photo(name: str) -> FilePayload:
    """What a telephone makes when it is held upright: stored lying, with a note to turn it."""
    content = io.BytesIO()
    picture = Image.new("RGB", (400, 300), (90, 140, 80))
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(content, "JPEG", exif=exif)
    return FilePayload(name=name, mimeType="image/jpeg", buffer=content.getvalue())


def _views(site: Site, code: str) -> list[inspection.InspectionView]:
    with site.database.read() as connection:
        model_id = connection.execute(
            sa.select(emulation_model.c.id).where(emulation_model.c.code == code)
        ).scalar_one()
        return inspection.of_model(connection, model_id)


def _writings(site: Site, code: str) -> int:
    """How often the record was written."""
    with site.database.read() as connection:
        return int(
            connection.execute(
                sa.select(sa.func.count())
                .select_from(history)
                .join(emulation_model, emulation_model.c.id == history.c.subject_id)
                .where(history.c.subject == "model", emulation_model.c.code == code)
                .where(history.c.trigger == "inspection_recorded")
            ).scalar_one()
        )


def _state(page: Page) -> Locator:
    return page.locator("#da-luu")


def _fill_in(person: Person) -> None:
    person.fill_all({"Ngày kiểm tra": journey.day(), "Địa điểm": "Sân nhà văn hoá thôn"})
    for member in TEAM:
        person.tick(member)
    person.choose("Trưởng đoàn", TEAM[0])
    person.fill("Ưu điểm", "Người dân tự bàn, tự làm, tự giám sát.")


def _score(person: Person, points: tuple[int, ...] = journey.SCORES) -> None:
    fields = person.page.get_by_label("(tối đa ")
    for place, one in enumerate(points):
        fields.nth(place).fill(str(one))


def test_visit_is_recorded_with_scores_and_photos_in_a_yard(browser: Browser, site: Site) -> None:
    code = model_in(site, "awaiting_inspection", "Mô hình kiểm tra ngoài sân")
    with at_browser(browser, site, INSPECTOR, size=PHONE, scripts=True) as person:
        page = person.page
        person.go("/kiem-tra")
        person.follow("Mô hình kiểm tra ngoài sân")
        _fill_in(person)
        _score(person)
        expect(page.locator("#tong-diem")).to_have_text("90")
        expect(page.locator("#xep-loai")).not_to_be_empty()
        expect(_state(page)).to_have_text(UNSENT)
        assert told(violations(person)) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

        page.get_by_role("button", name="Lưu biên bản").click()
        expect(_state(page)).to_contain_text(SAVED)
        photos = page.get_by_label("Chụp hoặc chọn ảnh")
        assert photos.get_attribute("capture") == "environment"
        photos.set_input_files([_a_photo("cổng thôn.jpg"), _a_photo("đường mới.jpg")])
        with page.expect_navigation():
            page.get_by_role("button", name="Lưu biên bản").click()
        expect(page.locator(".photos img")).to_have_count(2)
        person.picture("inspection-with-photos")
        with page.expect_navigation():
            page.get_by_role("button", name="Lưu rồi: Kết luận đạt").click()
        assert person.title() == "Kết luận đạt"
        person.press("Kết luận đạt")
        person.done()
        assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('dvk:'))") == []
    assert site.state(code) == "inspected"
    with site.database.read() as connection:
        assert (
            len(connection.execute(sa.select(attachment.c.id).where(attachment.c.purpose == "inspection")).all()) >= 2
        )


def test_lost_line_and_reload_lose_nothing_and_nothing_counts_twice(browser: Browser, site: Site) -> None:
    code = model_in(site, "awaiting_inspection", "Mô hình nơi mất sóng")
    with at_browser(browser, site, INSPECTOR, size=PHONE, scripts=True) as person:
        page = person.page
        path = f"/mo-hinh/{code}/kiem-tra"
        person.go(path)
        _fill_in(person)
        page.context.set_offline(True)
        _score(person)
        page.get_by_role("button", name="Lưu biên bản").click()
        expect(_state(page)).to_contain_text(LOST_LINE)
        person.fill("Tồn tại", "Sổ ghi ngày công chưa đủ chữ ký.")
        expect(_state(page)).to_have_text(UNSENT)
        page.context.set_offline(False)
        # The line is back: the page sends by itself what it could not send before.
        expect(_state(page)).to_contain_text(SAVED)
        assert _writings(site, code) == 1
        assert _views(site, code)[0].shortcomings == "Sổ ghi ngày công chưa đủ chữ ký."

        person.fill("Kiến nghị", "Bổ sung chữ ký trước ngày họp.")
        expect(_state(page)).to_have_text(UNSENT)
        page.reload()
        expect(person.field("Kiến nghị")).to_have_value("Bổ sung chữ ký trước ngày họp.")
        expect(_state(page)).to_have_text(UNSENT)

        # The server takes it, but its answer is lost on the way.
        def lose_the_answer(route: Any) -> None:
            route.fetch(max_redirects=0)
            route.abort()

        page.route(f"**{path}", lose_the_answer)
        page.get_by_role("button", name="Lưu biên bản").click()
        expect(_state(page)).to_contain_text(LOST_LINE)
        page.unroute(f"**{path}")
        with page.expect_navigation():
            page.get_by_role("button", name="Lưu biên bản").click()
        expect(_state(page)).to_contain_text(SAVED)
        expect(person.field("Kiến nghị")).to_have_value("Bổ sung chữ ký trước ngày họp.")
        assert _writings(site, code) == 2


def test_what_was_typed_is_gone_after_signing_out_only(browser: Browser, site: Site) -> None:
    code = model_in(site, "awaiting_inspection", "Mô hình phiên hết hạn")
    with at_browser(browser, site, INSPECTOR, scripts=True) as person:
        page = person.page
        person.go(f"/mo-hinh/{code}/kiem-tra")
        _fill_in(person)
        expect(_state(page)).to_have_text(UNSENT)
        site.end_sessions()
        with page.expect_navigation():
            page.get_by_role("button", name="Lưu biên bản").click()
        person.sign_in()
        expect(page).to_have_url(f"{site.address}/mo-hinh/{code}/kiem-tra")
        expect(person.field("Địa điểm")).to_have_value("Sân nhà văn hoá thôn")
        page.get_by_role("button", name="Lưu biên bản").click()
        expect(_state(page)).to_contain_text(SAVED)
        person.fill("Địa điểm", "Nhà ông Thưởng")
        expect(_state(page)).to_have_text(UNSENT)
        person.press("Đăng xuất")
        expect(page).to_have_url(f"{site.address}/dang-nhap?da-thoat=1")
        assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('dvk:'))") == []
    assert _views(site, code)[0].place == "Sân nhà văn hoá thôn"


def test_visit_is_recorded_without_scripts(browser: Browser, site: Site) -> None:
    code = model_in(site, "awaiting_inspection", "Mô hình kiểm tra không có tập lệnh")
    with at_browser(browser, site, INSPECTOR, size=PHONE) as person:
        person.go("/kiem-tra")
        person.page.locator(f'[id="ma-{code}"]').check()
        person.press("Hẹn ngày cho các mô hình đã chọn")
        person.fill("Ngày đi", journey.day(1))
        person.press("Lưu ngày hẹn")
        person.done()
        person.follow("Mô hình kiểm tra không có tập lệnh")
        person.sees("Hẹn ngày")
        _fill_in(person)
        _score(person, journey.SCORES[:3])
        person.press("Lưu biên bản")
        person.done()
        person.sees("Chưa chấm đủ tiêu chí.")
        _score(person)
        person.page.get_by_label("Chụp hoặc chọn ảnh").set_input_files([_a_photo("sân.jpg")])
        person.press("Lưu rồi: Kết luận đạt")
        person.press("Kết luận đạt")
        person.done()
    assert site.state(code) == "inspected"
    assert _views(site, code)[0].total == sum(journey.SCORES)


def test_visit_is_recorded_by_keyboard_alone(browser: Browser, site: Site) -> None:
    code = model_in(site, "awaiting_inspection", "Mô hình kiểm tra bằng bàn phím")
    with at_browser(browser, site, INSPECTOR, scripts=True) as person:
        page = person.page
        person.go(f"/mo-hinh/{code}/kiem-tra")
        page.locator("#kind").focus()
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            name, kind, label = page.evaluate(
                "() => { const e = document.activeElement;"
                " return [e.name || '', e.type || '', e.labels && e.labels[0] ? e.labels[0].innerText : e.innerText]; }"
            )
            box = page.evaluate(
                "() => { const r = document.activeElement.getBoundingClientRect();"
                " const bar = document.querySelector('.keep').getBoundingClientRect();"
                " return r.top < bar.top || document.querySelector('.keep').contains(document.activeElement)"
                " || bar.bottom < innerHeight - 1; }"
            )
            assert box, f"{name} is hidden behind the bar"
            reached.add(name)
            if kind == "checkbox" and label.startswith(TEAM):
                page.keyboard.press("Space")
            elif name.startswith("score_"):
                page.keyboard.type("10")
            elif label.strip() == "Lưu biên bản":
                break
        assert {"held_on", "members", "head", "photos", "strengths", "mend_by"} <= reached
        page.keyboard.press("Enter")
        expect(_state(page)).to_contain_text(SAVED)
    (view,) = _views(site, code)
    assert (view.total, [one.full_name for one in view.members]) == (Decimal(60), list(TEAM))
