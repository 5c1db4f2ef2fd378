"""Signing in and out: sessions on the server, forced change of a password, limits, redirects that stay at home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.web.conftest import Browser
from tests.world import PASSWORD, World
from web.serving.security import own_path
from workflow.ground.schema import account, web_session

Visit = Callable[[str], Browser]


def test_sign_in_leads_to_my_work(stranger: Browser) -> None:
    stranger.get("/dang-nhap")
    answer = stranger.post("/dang-nhap", {"user_name": "staff", "password": PASSWORD})
    assert answer.headers["Location"] == "/viec-cua-toi"
    assert "Việc của tôi" in stranger.follow(answer)


def test_sign_in_sets_a_cookie_out_of_reach(stranger: Browser) -> None:
    stranger.get("/dang-nhap")
    answer = stranger.post("/dang-nhap", {"user_name": "staff", "password": PASSWORD})
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("dvk_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(("user_name", "password"), [("staff", "sai rồi nhé"), ("không-có-ai", PASSWORD), ("", "")])
def test_wrong_sign_in_says_the_same_for_name_and_password(stranger: Browser, user_name: str, password: str) -> None:
    stranger.get("/dang-nhap")
    answer = stranger.post("/dang-nhap", {"user_name": user_name, "password": password}, status=403)
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in answer.text


def test_wrong_sign_in_keeps_the_name_and_never_the_password(stranger: Browser) -> None:
    stranger.get("/dang-nhap")
    answer = stranger.post("/dang-nhap", {"user_name": "staff", "password": "mật-khẩu-lộ"}, status=403)
    assert 'value="staff"' in answer.text
    assert "mật-khẩu-lộ" not in answer.text


def test_account_is_limited_after_wrong_passwords(stranger: Browser) -> None:
    stranger.get("/dang-nhap")
    for _ in range(10):
        stranger.post("/dang-nhap", {"user_name": "staff", "password": "sai"}, status=403)
    answer = stranger.post("/dang-nhap", {"user_name": " STAFF ", "password": PASSWORD}, status=429)
    assert "Quá nhiều lần thử" in answer.text
    stranger.post("/dang-nhap", {"user_name": "chair", "password": PASSWORD})


def test_right_passwords_do_not_count_towards_the_limit(app: Flask) -> None:
    for _ in range(12):
        Browser(app).sign_in("staff")


def test_page_without_session_leads_to_sign_in_and_back(stranger: Browser) -> None:
    answer = stranger.client.get("/mo-hinh?tim=duong")
    assert answer.status_code == 302
    stranger.get(answer.headers["Location"])
    form = {"user_name": "staff", "password": PASSWORD, "next": "/mo-hinh?tim=duong"}
    assert stranger.post("/dang-nhap", form).headers["Location"] == "/mo-hinh?tim=duong"


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "\\\\example.org",
        "/\t/example.org",
        "javascript:alert(1)",
        "mo-hinh",
        "",
        None,
        "/" + "a" * 3000,
    ],
)
def test_foreign_redirect_is_not_followed(target: str | None) -> None:
    assert own_path(target, "/viec-cua-toi") == "/viec-cua-toi"


def test_sign_out_ends_the_session_on_the_server(visit: Visit, world: World) -> None:
    browser = visit("staff")
    token = browser.client.get_cookie("dvk_session")
    browser.get("/viec-cua-toi")
    browser.post("/dang-xuat")
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(web_session)).scalar() == 0
    assert token is not None
    browser.client.set_cookie("dvk_session", token.value)
    assert browser.client.get("/viec-cua-toi").status_code == 302


def test_sign_out_everywhere_ends_other_sessions(visit: Visit) -> None:
    first, second = visit("staff"), visit("staff")
    first.get("/doi-mat-khau")
    first.post("/dang-xuat-moi-noi")
    assert second.client.get("/viec-cua-toi").status_code == 302


@pytest.mark.parametrize(("column", "minutes"), [("last_seen_at", 61), ("created_at", 12 * 60 + 1)])
def test_session_expires_idle_and_absolute(visit: Visit, world: World, column: str, minutes: int) -> None:
    browser = visit("staff")
    with world.database.write() as connection:
        kept = connection.execute(sa.select(web_session.c[column])).scalar_one()
        connection.execute(sa.update(web_session).values({column: kept - timedelta(minutes=minutes)}))
    answer = browser.client.get("/viec-cua-toi")
    assert answer.status_code == 302
    assert "Phiên làm việc đã hết hạn" in browser.follow(answer)


def test_initial_password_must_be_changed_before_anything_else(app: Flask, world: World) -> None:
    with world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name == "staff").values(must_change_password=True))
    browser = Browser(app).sign_in("staff")
    answer = browser.client.get("/mo-hinh")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/doi-mat-khau")
    form = {"current": PASSWORD, "new": "đường liên bản mới", "again": "đường liên bản mới"}
    browser.fill("/doi-mat-khau", form)
    browser.get("/mo-hinh")
    Browser(app).sign_in("staff", "đường liên bản mới")


def test_password_change_explains_what_is_wrong(visit: Visit) -> None:
    browser = visit("staff")
    answer = browser.fill("/doi-mat-khau", {"current": "sai", "new": "đường liên bản mới", "again": "khác"}, 422)
    assert "Hai lần nhập mật khẩu mới chưa giống nhau" in answer.text
    form = {"current": "sai", "new": "đường liên bản mới", "again": "đường liên bản mới"}
    answer = browser.fill("/doi-mat-khau", form, 422)
    assert 'href="#current"' in answer.text


def test_locked_account_loses_its_session(visit: Visit, world: World) -> None:
    browser = visit("staff")
    with world.database.write() as connection:
        connection.execute(
            sa.update(account).where(account.c.user_name == "staff").values(locked_at=sa.func.current_timestamp())
        )
    assert browser.client.get("/viec-cua-toi").status_code == 302
