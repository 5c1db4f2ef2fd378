"""The inbox on pages: counted everywhere, opened and marked as read, the way to what a message asks for, nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from tests import owing
from tests.web.conftest import Browser
from tests.world import NOW, PASSWORD, World
from web.look.presentation import navigation

Visit = Callable[[str], Browser]
COUNT = '<span class="count">{}<span class="hidden"> thư chưa đọc</span></span>'


def test_every_page_counts_what_is_unread(visit: Visit, world: World) -> None:
    officer = visit("officer.x1")
    assert 'class="count"' not in officer.get("/mo-hinh")
    with world.database.write() as connection:
        for _ in range(3):
            owing.tell(connection, world, "officer.x1")
        owing.tell(connection, world, "officer.x1t1")
    for path in ("/mo-hinh", "/viec-cua-toi", "/hop-thu"):
        assert COUNT.format(3) in officer.get(path), path


def test_message_that_is_opened_is_read_and_leads_to_its_thing(visit: Visit, world: World) -> None:
    with world.database.write() as connection:
        key = owing.tell(connection, world, "officer.x1", link="/mo-hinh/moi?nam=2024", subject="Sắp hết hạn <đăng ký>")
    officer = visit("officer.x1")
    listed = officer.get("/hop-thu")
    assert "Sắp hết hạn &lt;đăng ký&gt;" in listed
    assert "Chưa đọc" in listed
    shown = officer.get(f"/hop-thu/{key}")
    assert "Báo cáo năm, hạn 31/10." in shown
    assert f'href="/hop-thu/{key}/mo"' in shown
    assert "Chưa đọc" not in officer.get("/hop-thu")
    answer = officer.client.get(f"/hop-thu/{key}/mo")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/mo-hinh/moi?nam=2024")


def test_pages_of_this_site_can_be_followed_and_no_others(visit: Visit, world: World) -> None:
    body = "- Việc <b>một</b>\n  http://127.0.0.1:8080/bao-cao/7?a=1&b=2\n- https://xau.example/x\nhttp://127.0.0.1:8080//xau.example"
    with world.database.write() as connection:
        key = owing.tell(connection, world, "officer.x1", body_text=body)
    page = visit("officer.x1").get(f"/hop-thu/{key}")
    letter = page[page.index('class="prose narrow letter"') : page.index('class="buttons"')]
    assert '<a href="/bao-cao/7?a=1&amp;b=2">http://127.0.0.1:8080/bao-cao/7?a=1&amp;b=2</a>' in letter
    assert letter.count("<a ") == 1
    assert "&lt;b&gt;một&lt;/b&gt;" in letter


def test_link_of_a_mail_leads_through_signing_in_to_the_thing(app: Flask, stranger: Browser, world: World) -> None:
    with world.database.write() as connection:
        key = owing.tell(connection, world, "officer.x1", link="/mo-hinh/moi?nam=2024")
    sent = stranger.client.get(f"/hop-thu/{key}/mo")
    page = stranger.get(sent.headers["Location"])
    assert f'value="/hop-thu/{key}/mo"' in page
    answer = stranger.post(
        sent.headers["Location"],
        {"user_name": "officer.x1", "password": PASSWORD, "next": f"/hop-thu/{key}/mo"},
    )
    assert answer.headers["Location"] == f"/hop-thu/{key}/mo"
    assert "Đăng ký mô hình" in stranger.follow(stranger.client.get(f"/hop-thu/{key}/mo"))


def test_link_to_another_site_is_not_followed(visit: Visit, world: World) -> None:
    with world.database.write() as connection:
        key = owing.tell(connection, world, "officer.x1", link="//xau.example/")
    answer = visit("officer.x1").client.get(f"/hop-thu/{key}/mo")
    assert answer.headers["Location"] == f"/hop-thu/{key}"


def test_all_are_marked_but_not_what_came_in_meanwhile(visit: Visit, world: World) -> None:
    with world.database.write() as connection:
        for day in range(2):
            newest = owing.tell(connection, world, "officer.x1", NOW + timedelta(days=day))
    officer = visit("officer.x1")
    page = officer.get("/hop-thu")
    assert f'name="newest" value="{newest}"' in page
    with world.database.write() as connection:
        owing.tell(connection, world, "officer.x1")
    done = officer.follow(officer.post("/hop-thu/da-doc", {"newest": str(newest)}))
    assert "Đã đánh dấu 2 thư là đã đọc." in done
    assert COUNT.format(1) in done


def test_message_of_somebody_else_is_not_found_and_stays_unread(visit: Visit, world: World) -> None:
    with world.database.write() as connection:
        key = owing.tell(connection, world, "officer.x1")
    stranger = visit("officer.x1t1")
    for path in (f"/hop-thu/{key}", f"/hop-thu/{key}/mo"):
        assert "Báo cáo năm" not in stranger.get(path, status=404)
    assert COUNT.format(1) in visit("officer.x1").get("/hop-thu")


def test_empty_inbox_says_what_will_come(visit: Visit) -> None:
    officer = visit("officer.x1")
    assert "Chưa có thư nào." in officer.get("/hop-thu")
    assert "Bạn đã đọc hết thư." in officer.get("/hop-thu?chua-doc=1")
    officer.get("/hop-thu?truoc=abc", status=422)


def test_navigation_leads_to_dates_and_to_chasing(app: Flask, visit: Visit) -> None:
    assert '<a href="/lich"' in visit("villager").get("/viec-cua-toi").replace("\n           ", "")
    assert '"/don-doc"' not in visit("chair").get("/viec-cua-toi")
    for who in ("staff", "leader"):
        assert '"/don-doc"' in visit(who).get("/viec-cua-toi")
    with app.test_request_context():
        assert navigation() == ()
