"""My work: the most urgent first with its one action, whose work a deputy sees, who is waited for, what is new."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from tests.web.conftest import Browser, hidden_fields
from tests.web.test_journey import inspect, register, step, upto_inspection
from tests.world import NOW, YEAR, World, a_draft
from web.look.speaking_dates import due_day
from web.serving import clock
from workflow.ground.speech import spoken_deadline
from workflow.ground.vietnam_time import local_date
from workflow.stages.registration import commands as registration

Visit = Callable[[str], Browser]


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 7, 10), "còn 3 ngày (thứ Sáu 10/7)"),
        (date(2026, 7, 8), "ngày mai (thứ Tư 8/7)"),
        (date(2026, 7, 7), "hôm nay (thứ Ba 7/7)"),
        (date(2026, 7, 5), "trễ 2 ngày (Chủ nhật 5/7)"),
        (date(2025, 12, 31), "trễ 188 ngày (thứ Tư 31/12/2025)"),
    ],
)
def test_days_speak(app: Flask, due: date, words: str) -> None:
    today = date(2026, 7, 7)
    with app.test_request_context():
        assert spoken_deadline(due, today) == words
        element = due_day(due, today)
    assert f'title="{due:%d/%m/%Y}"' in element
    assert ('class="late"' in element) == (due < today)


def test_nothing_due_says_nothing(app: Flask) -> None:
    with app.test_request_context():
        assert due_day(None, date(2026, 7, 7)) == ""


def test_what_is_to_be_mended_stands_before_what_only_waits(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    mending = register(officer, name="Mô hình phải khắc phục")
    upto_inspection(visit, mending)
    inspect(visit, mending)
    due = local_date(clock.now()) + timedelta(days=3)
    step(visit("inspector1"), mending, "require_remediation", finding="Thiếu sổ.", mend_by=f"{due:%d/%m/%Y}")
    running = register(officer, name="Mô hình đang làm")
    step(officer, running, "submit")
    step(visit("staff2"), running, "accept")
    page = officer.get("/viec-cua-toi")
    tasks = page[page.index('class="tasks"') :]
    assert tasks.index("Mô hình phải khắc phục") < tasks.index("Mô hình đang làm")
    assert "còn 3 ngày" in page
    assert f'title="{due:%d/%m/%Y}"' in page
    assert f"/mo-hinh/{mending}/buoc/report_results" in tasks
    assert f"/mo-hinh/{running}/buoc/start" in tasks


def test_counter_leads_to_the_filtered_list(visit: Visit, world: World) -> None:
    for number in range(3):
        world.carry(world.create(a_draft(name=f"Mô hình {number}")), "submitted")
    staff = visit("staff2")
    page = staff.get("/viec-cua-toi")
    assert "Chờ tiếp nhận 2024: 3" in _plain(page)
    link = re.search(r'href="(/mo-hinh\?[^"]*trang-thai=submitted[^"]*)"', page)
    assert link is not None
    assert staff.get(link[1].replace("&amp;", "&")).count("/mo-hinh/DVK-2024-") >= 3
    # The usual step on is offered, not the way back.
    assert "/buoc/accept" in page
    assert "/buoc/return_registration" not in page


def test_many_are_counted_up_to_a_limit_and_the_rest_is_said(visit: Visit, world: World) -> None:
    with world.database.write() as connection:
        drafts = [a_draft(name=f"Mô hình {i}") for i in range(60)]
        registration.create_drafts(connection, "officer.x1t1", NOW, YEAR, drafts)
    page = _plain(visit("officer.x1t1").get("/viec-cua-toi"))
    assert "Bản nháp 2024: hơn 50" in page
    assert "Còn 35 mô hình nữa" in page
    # The window of 2024 is long over.
    assert "trễ" in page


def test_deputy_sees_whose_work_it_is(visit: Visit, world: World) -> None:
    world.carry(world.create(), "submitted")
    assert "Việc của Trần Thị Giúp, bạn làm thay" in visit("deputy.staff").get("/viec-cua-toi")
    assert "bạn làm thay" not in visit("staff").get("/viec-cua-toi")


def test_dossiers_are_found_where_a_recognising_body_looks(visit: Visit, world: World) -> None:
    world.carry(world.create(), "proposed")
    page = visit("district1").get("/viec-cua-toi")
    places = page[page.index('<nav class="places"') :].split("</nav>")[0]
    assert 'href="/ho-so-trinh"' in places
    assert 'href="/to-trinh"' not in places
    assert 'href="/ho-so-trinh"' in page[page.index('id="cho-toi"') :]
    assert visit("district1").get("/ho-so-trinh").count('aria-current="page"') == 2
    # The commune writes submissions; it receives none.
    chair = visit("chair").get("/viec-cua-toi")
    assert 'href="/to-trinh"' in chair
    assert 'href="/ho-so-trinh"' not in chair


def test_registrant_sees_whom_he_waits_for_by_name(visit: Visit, world: World) -> None:
    world.carry(world.create(), "submitted")
    page = _plain(visit("officer.x1t1").get("/viec-cua-toi"))
    assert "Bạn đang chờ người khác" in page
    assert "Chờ: Tiếp nhận đăng ký" in page
    # By given name; the first three of five.
    assert "Ban Chỉ đạo xã, hội đồng bình xét (Lương Thị Bình, Vi Văn Chủ, Lò Thị Thôn, …)" in page
    # Nobody of another commune.
    assert "Kha Thị Sang" not in page


def test_reviewer_waits_for_the_district_after_proposing(visit: Visit, world: World) -> None:
    world.carry(world.create(), "proposed")
    page = _plain(visit("chair").get("/viec-cua-toi"))
    assert "Chờ: Tiếp nhận hồ sơ" in page
    assert "Nguyễn Văn Huyện" in page


def test_news_are_told_until_they_are_marked_as_seen(visit: Visit, world: World) -> None:
    world.carry(world.create(), "returned", clock.now())
    officer = visit("officer.x1t1")
    page = officer.get("/viec-cua-toi")
    assert "Chỉ tiêu chưa đo được." in page
    answer = officer.post("/viec-cua-toi/da-xem", {"until": hidden_fields(page)["until"]})
    page = officer.follow(answer)
    assert "Không có gì mới." in page
    assert "Chỉ tiêu chưa đo được." not in page[page.index('id="moi"') :]
    assert "Chỉ tiêu chưa đo được." in officer.get("/viec-cua-toi", cu="1")
    # Another person's news are their own.
    assert "Không có gì mới." not in visit("deputy.officer").get("/viec-cua-toi")


def test_next_visit_shows_only_what_is_new_since_the_last_one(visit: Visit, world: World) -> None:
    world.carry(world.create(), "returned", clock.now())
    officer = visit("officer.x1t1")
    for _reload in range(2):
        assert "Chỉ tiêu chưa đo được." in news(officer.get("/viec-cua-toi"))
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        world.carry(world.create(a_draft(name="Mô hình thứ hai")), "returned", clock.now() - timedelta(minutes=1))
        page = news(visit("officer.x1t1").get("/viec-cua-toi"))
        assert "từ lần xem trước" in page
        assert page.count("Chỉ tiêu chưa đo được.") == 1
        assert "Mô hình thứ hai" in page
    with time_machine.travel(clock.now() + timedelta(hours=4), tick=False):
        officer = visit("officer.x1t1")
        assert "Không có gì mới." in news(officer.get("/viec-cua-toi"))
        assert news(officer.get("/viec-cua-toi", cu="1")).count("Chỉ tiêu chưa đo được.") == 2


def news(page: str) -> str:
    """The part of the page that says what is new."""
    return page[page.index('id="moi"') :]


def test_returned_form_is_due_and_stands_before_what_only_waits(visit: Visit, world: World) -> None:
    officer, staff = visit("officer.x1t1"), visit("staff2")
    soon, later, running = (register(officer, name=f"Mô hình {name}") for name in ("gấp", "trả lại", "đang làm"))
    for code in (running, later, soon):
        step(officer, code, "submit")
    step(staff, running, "accept")
    step(staff, later, "return_registration", reason="Chỉ tiêu chưa đo được.")
    day = local_date(clock.now()) + timedelta(days=2)
    step(staff, soon, "return_registration", reason="Chưa rõ cách làm.", resubmit_by=f"{day:%d/%m/%Y}")
    page = officer.get("/viec-cua-toi")
    tasks = page[page.index('class="tasks"') :]
    assert tasks.index("Mô hình gấp") < tasks.index("Mô hình trả lại") < tasks.index("Mô hình đang làm")
    assert "còn 2 ngày" in tasks
    assert "còn 7 ngày" in tasks
    assert "Hạn nộp lại: <" in " ".join(officer.get(f"/mo-hinh/{soon}").split())
    assert f'title="{day:%d/%m/%Y}"' in officer.get(f"/mo-hinh/{soon}/phieu")
    step(officer, soon, "submit")
    assert "Hạn nộp lại: <" not in " ".join(officer.get(f"/mo-hinh/{soon}").split())


@pytest.mark.parametrize("until", ["", "hôm qua", "2024-03-01T02:00:00", "9" * 5000])
def test_moment_that_is_none_is_refused(visit: Visit, until: str) -> None:
    officer = visit("officer.x1t1")
    officer.get("/viec-cua-toi")
    officer.post("/viec-cua-toi/da-xem", {"until": until}, status=422)


def test_statements_do_not_grow_with_the_rows(app: Flask, visit: Visit, world: World) -> None:
    world.carry(world.create(), "submitted")
    world.create()
    officer, counted = visit("officer.x1t1"), list[str]()

    def count(*happened: object) -> None:
        counted.append(str(happened[2]))

    def statements() -> int:
        counted.clear()
        sa.event.listen(world.database.engine, "before_cursor_execute", count)
        try:
            officer.get("/viec-cua-toi")
        finally:
            sa.event.remove(world.database.engine, "before_cursor_execute", count)
        return len(counted)

    statements()
    few = statements()
    for number in range(12):
        world.carry(world.create(a_draft(name=f"Mô hình {number}")), ("draft", "submitted", "registered")[number % 3])
    assert statements() == few
    assert few <= 16
