"""Dates on pages: the month with what is due, whose dates one may see, addresses for calendar programs, the command."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import icalendar
import pytest
from flask import Flask

from tests import owing
from tests.web.conftest import Browser
from tests.world import World
from web.cli.entry import run
from web.serving import clock
from workflow.core.people import accounts
from workflow.ground.vietnam_time import local_date

Visit = Callable[[str], Browser]


def _month(day: date) -> str:
    return f"{day.year}-{day.month:02}"


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_month_shows_what_is_due_and_where_it_is_done(visit: Visit, world: World) -> None:
    due = date(2031, 3, 14)
    with world.database.write() as connection:
        owing.owe(connection, world, due)
        owing.owe(connection, world, due, unit="KL-X2")
        owing.owe(connection, world, date(2031, 4, 1))
    page = visit("officer.x1").get("/lich", thang=_month(due))
    assert "Lịch tháng 3/2031" in page
    day = page[page.index('datetime="2031-03-14"') : page.index('datetime="2031-03-15"')]
    assert 'href="/mo-hinh/moi?nam=2024"' in day
    assert page.count("Đăng ký mô hình năm 2024") == 1
    assert 'href="/lich?thang=2031-02"' in page
    assert 'href="/lich?thang=2031-04"' in page
    assert page.count('class="off ') > 8


def test_worked_saturday_is_no_day_off_and_a_year_to_come_is_provisional(visit: Visit, world: World) -> None:
    officer = visit("officer.x1")
    page = officer.get("/lich", thang="2026-08")
    saturday = page[page.rindex("<td", 0, page.index('datetime="2026-08-22"')) : page.index('datetime="2026-08-23"')]
    assert "off" not in saturday[: saturday.index(">")]
    assert "Ngày làm bù" in saturday
    assert "chưa có quyết định" not in officer.get("/lich", thang="2024-05")
    assert "năm 2099 chưa có quyết định" in officer.get("/lich", thang="2099-05")
    assert "Làm bù cho thứ Sáu 2/1/2026" in officer.get("/lich", thang="2026-01")


def test_today_is_marked_and_late_is_said(visit: Visit, world: World) -> None:
    today = local_date(clock.now())
    first = today.replace(day=1)
    with world.database.write() as connection:
        owing.owe(connection, world, first - timedelta(days=1))
    officer = visit("officer.x1")
    assert "hôm nay" in officer.get("/lich")
    before = officer.get("/lich", thang=_month(first - timedelta(days=1)))
    assert "Trễ:" in before
    assert "hôm nay" not in before


def test_many_dates_of_a_day_are_folded(visit: Visit, world: World) -> None:
    with world.database.write() as connection:
        for _ in range(7):
            owing.owe(connection, world, date(2031, 3, 14))
    assert "và 3 việc nữa" in visit("officer.x1").get("/lich?thang=2031-03")


def test_those_who_collect_see_calls_as_one_date(visit: Visit, world: World) -> None:
    due = date(2031, 3, 14)
    with world.database.write() as connection:
        called = owing.call(connection, world, due, label="Báo cáo quý I")
        for unit in ("KL-X1", "KL-X2"):
            owing.owe(connection, world, due, unit=unit, subject="report", call_id=called)
        owing.owe(connection, world, due, unit="KL-X1-T1")
    page = visit("staff").get("/lich?thang=2031-03&pham-vi=all")
    assert page.count("Báo cáo quý I") == 1
    assert "2 đơn vị · Huyện Khe Lam" in page
    assert f'href="/don-doc?tinh-trang=all&amp;dot={called}"' in page
    assert "Thôn Nà Hin" in page
    assert "Mọi hạn tôi theo dõi" not in visit("officer.x1").get("/lich")
    # A scope that is not theirs gives their own dates, no others.
    assert "Báo cáo quý I" in visit("officer.x1").get("/lich?thang=2031-03&pham-vi=all")
    assert "Thôn Nà Hin" not in visit("officer.x1").get("/lich?thang=2031-03&pham-vi=all")


@pytest.mark.parametrize("written", ["2026-13", "2026", "x", "0-1", "99999-1", "2026-²"])
def test_month_that_is_none_is_refused_with_this_one_shown(visit: Visit, written: str) -> None:
    assert "Không có tháng này." in visit("officer.x1").get("/lich", status=422, thang=written)


def test_address_is_shown_once_and_read_by_a_program(app: Flask, visit: Visit, world: World) -> None:
    with world.database.write() as connection:
        owed = owing.owe(connection, world, local_date(clock.now()) + timedelta(days=3))
    officer = visit("officer.x1")
    page = officer.fill("/lich/dia-chi", {"scope": "mine"}, 200).get_data(as_text=True)
    address = re.search(r"http://localhost(/lich/[\w-]+\.ics)", page)
    assert address
    assert address[1] not in officer.get("/lich/dia-chi")
    program = app.test_client()
    answer = program.get(address[1])
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert [str(event["uid"]) for event in events] == [f"viec-{owed}@danvankheo.invalid"]
    assert str(events[0]["url"]) == "http://localhost/mo-hinh/moi?nam=2024"
    again = program.get(address[1], headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "đọc gần nhất" in officer.get("/lich/dia-chi")


def test_address_sent_twice_makes_one(visit: Visit, world: World) -> None:
    officer = visit("officer.x1")
    page = officer.get("/lich/dia-chi")
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token
    officer.post("/lich/dia-chi", {"scope": "mine", "form_token": token[1]}, 200)
    officer.post("/lich/dia-chi", {"scope": "mine", "form_token": token[1]}, 303)
    assert officer.get("/lich/dia-chi").count("chưa chương trình nào đọc") == 1


def test_revoked_address_of_ones_own_gives_nothing(app: Flask, visit: Visit, world: World) -> None:
    officer, other = visit("officer.x1"), visit("officer.x1t1")
    page = officer.fill("/lich/dia-chi", {"scope": "unit"}, 200).get_data(as_text=True)
    found = re.search(r"(/lich/[\w-]+\.ics)", page)
    revoke = re.search(r"/lich/dia-chi/\d+/thu-hoi", page)
    assert found
    assert revoke
    other.get("/lich/dia-chi")
    other.post(revoke[0], status=404)
    assert app.test_client().get(found[1]).status_code == 200
    assert "Đã thu hồi." in officer.follow(officer.post(revoke[0]))
    assert app.test_client().get(found[1]).status_code == 404


def test_address_of_a_locked_account_gives_nothing(app: Flask, visit: Visit, world: World) -> None:
    page = visit("officer.x1").fill("/lich/dia-chi", {"scope": "mine"}, 200).get_data(as_text=True)
    found = re.search(r"(/lich/[\w-]+\.ics)", page)
    assert found
    with world.database.write() as connection:
        accounts.lock(connection, "admin", clock.now(), "officer.x1")
    answer = app.test_client().get(found[1])
    assert answer.status_code == 404
    assert "officer" not in answer.get_data(as_text=True)


def test_scope_one_may_not_see_is_refused(visit: Visit) -> None:
    assert "Lịch này dành cho người khác." in visit("officer.x1").fill("/lich/dia-chi", {"scope": "all"}, 403).get_data(
        as_text=True
    )


def test_command_writes_the_same(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with world.database.write() as connection:
        owed = owing.owe(connection, world, local_date(clock.now()) + timedelta(days=3))
    monkeypatch.setenv("DVK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DVK_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("DVK_PUBLIC_URL", "https://danvan.vi-du.vn")
    target = tmp_path / "lich.ics"
    assert run(["calendar", "--as", "officer.x1", str(target)]) == 0
    event = icalendar.Calendar.from_ical(target.read_bytes()).walk("VEVENT")[0]
    assert str(event["uid"]).startswith(f"viec-{owed}@")
    assert str(event["url"]) == "https://danvan.vi-du.vn/mo-hinh/moi?nam=2024"
    capfdbinary.readouterr()
    assert run(["calendar", "--as", "officer.x1", "--scope", "unit", "-"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"BEGIN:VCALENDAR")
    assert run(["calendar", "--as", "officer.x1", "--scope", "all", str(target)]) == 1
    assert run(["calendar", "--as", "khong.co", str(target)]) == 1


def test_words_of_the_month_are_plain(visit: Visit) -> None:
    assert "Tháng này không có hạn nào đang chờ." in _plain(visit("officer.x1").get("/lich?thang=2031-03"))
