"""A form sent after the session ended or from a page of before loses nothing, and nobody else can have it sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse
from wtforms import PasswordField

from tests.web.conftest import Browser, hidden_fields
from tests.web.test_journey import register, step
from tests.world import PASSWORD, World
from web.forms import held
from web.forms.administration import AccountForm
from web.forms.session import ChosenPasswordForm, PasswordForm, SignInForm
from workflow.ground.schema import web_session

Visit = Callable[[str], Browser]

OURS = {"Sec-Fetch-Site": "same-origin"}
REASON = "Chỉ tiêu chưa đo được; ghi rõ số hộ,\nsố mét “đường” & <ngày công>."


def end_sessions(world: World) -> None:
    """As if everybody had been away too long."""
    with world.database.write() as connection:
        connection.execute(sa.delete(web_session))


def send(browser: Browser, path: str, data: dict[str, Any], status: int, **headers: str) -> TestResponse:
    """Send a form as a browser does that says where it comes from."""
    answer = browser.client.post(path, data={"csrf_token": browser.token, **data}, headers=headers or OURS)
    assert answer.status_code == status, answer.text
    browser._read(answer)
    return answer


def submitted(visit: Visit) -> str:
    officer = visit("officer.x1t1")
    code = register(officer)
    step(officer, code, "submit")
    return code


def held_page(browser: Browser, page: TestResponse, user_name: str = "staff2") -> TestResponse:
    """Sign in on the page that carries the form."""
    signed_in = {"user_name": user_name, "password": PASSWORD}
    return browser.post("/dang-nhap", {**hidden_fields(page.text), **signed_in}, status=200)


def test_form_sent_after_the_session_ended_is_sent_on_after_signing_in(visit: Visit, world: World) -> None:
    code, staff = submitted(visit), visit("staff2")
    path = f"/mo-hinh/{code}/buoc/return_registration"
    typed = {**hidden_fields(staff.get(path)), "reason": REASON}
    end_sessions(world)
    page = send(staff, path, typed, 401)
    assert "Nội dung bạn vừa nhập vẫn còn" in page.text
    # A wrong password loses nothing either.
    wrong = {**hidden_fields(page.text), "user_name": "staff2", "password": "sai"}
    page = staff.post("/dang-nhap", wrong, status=403)
    page = held_page(staff, page)
    assert hidden_fields(page.text)["reason"] == REASON
    assert f'action="{path}"' in page.text
    assert world.state(code) == "submitted"
    assert staff.post(path, hidden_fields(page.text)).headers["Location"] == f"/mo-hinh/{code}"
    assert world.state(code) == "returned"
    assert "số mét" in staff.get(f"/mo-hinh/{code}")


def test_hundred_thousand_characters_are_carried(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    path = f"/mo-hinh/{register(officer)}/y-kien"
    text = "".join(chr(0x1EA0 + i * 7919 % 90) for i in range(100_000))
    officer.get(path)
    end_sessions(world)
    page = held_page(officer, send(officer, path, {"text": text, "audience": "unit"}, 401), "officer.x1t1")
    assert hidden_fields(page.text) == {"text": text, "audience": "unit"}


def test_text_of_another_account_is_shown_and_not_sent(visit: Visit, world: World) -> None:
    code, staff = submitted(visit), visit("staff2")
    path = f"/mo-hinh/{code}/buoc/return_registration"
    typed = {**hidden_fields(staff.get(path)), "reason": REASON}
    end_sessions(world)
    page = held_page(staff, send(staff, path, typed, 401), "staff")
    assert "do một tài khoản khác nhập" in page.text
    assert "số mét" in page.text
    assert 'action="' + path not in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://localhost.example.org"},
        {"Referer": "https://example.org/?http://localhost/"},
        {"X-Nothing": "said"},
    ],
)
def test_form_of_another_site_is_not_kept(visit: Visit, world: World, headers: dict[str, str]) -> None:
    staff = visit("staff2")
    staff.get("/viec-cua-toi")
    stale = staff.client.post("/mo-hinh/X/y-kien", data={"csrf_token": "cũ", "text": REASON}, headers=headers)
    assert stale.status_code == 400
    assert "số mét" not in stale.text
    end_sessions(world)
    answer = staff.client.post("/mo-hinh/X/y-kien", data={"text": REASON}, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dang-nhap?next=/mo-hinh/X/y-kien")


@pytest.mark.parametrize("headers", [OURS, {"Origin": "http://localhost"}, {"Referer": "http://localhost/mo-hinh"}])
def test_page_open_too_long_is_sent_again_under_a_fresh_token(
    visit: Visit, world: World, headers: dict[str, str]
) -> None:
    code, staff = submitted(visit), visit("staff2")
    path = f"/mo-hinh/{code}/buoc/return_registration"
    typed = {**hidden_fields(staff.get(path)), "reason": REASON, "csrf_token": "đã cũ"}
    page = send(staff, path, typed, 400, **headers)
    assert "Trang đã mở quá lâu" in page.text
    assert world.state(code) == "submitted"
    staff.post(path, hidden_fields(page.text))
    assert world.state(code) == "returned"


def test_page_of_whoever_was_signed_in_before_is_not_sent_by_the_next(visit: Visit, world: World) -> None:
    code, browser = submitted(visit), visit("staff2")
    path = f"/mo-hinh/{code}/buoc/return_registration"
    typed = {**hidden_fields(browser.get(path)), "reason": REASON, "csrf_token": browser.token}
    browser.post("/dang-xuat")
    browser.sign_in("staff")
    browser.get("/viec-cua-toi")
    page = send(browser, path, typed, 400)
    assert "số mét" in page.text
    assert f'action="{path}"' not in page.text


def test_button_without_anything_typed_leads_back_to_its_page(visit: Visit, world: World) -> None:
    staff = visit("staff2")
    staff.get("/viec-cua-toi")
    end_sessions(world)
    headers = {**OURS, "Referer": "http://localhost/mo-hinh/DVK-1"}
    answer = staff.client.post("/mo-hinh/DVK-1/tep/1/go", data={"csrf_token": staff.token}, headers=headers)
    assert answer.headers["Location"] == "/dang-nhap?next=/mo-hinh/DVK-1"
    answer = staff.client.post("/mo-hinh/DVK-1/tep/1/go", headers=OURS)
    assert answer.headers["Location"] == "/dang-nhap?next=/viec-cua-toi"


def test_forged_value_is_not_shown(app: Flask, stranger: Browser) -> None:
    forged = URLSafeTimedSerializer("x" * 40, salt="held-form").dumps([1, "/mo-hinh", [["text", "của kẻ khác"]], False])
    stranger.get("/dang-nhap")
    form = {"user_name": "staff", "password": PASSWORD, "held": forged}
    assert stranger.post("/dang-nhap", form).headers["Location"] == "/viec-cua-toi"


def test_stranger_without_any_session_before_is_not_listened_to(stranger: Browser) -> None:
    answer = stranger.client.post("/mo-hinh/X/y-kien", data={"text": REASON}, headers=OURS)
    assert answer.status_code == 303


def test_sign_in_page_open_too_long_asks_for_the_password_again(app: Flask) -> None:
    browser = Browser(app)
    form = {"csrf_token": "đã cũ", "user_name": "staff", "password": PASSWORD, "next": "/mo-hinh"}
    answer = browser.post("/dang-nhap", form, status=400)
    assert 'value="staff"' in answer.text
    assert PASSWORD not in answer.text
    again = {**hidden_fields(answer.text), "user_name": "staff", "password": PASSWORD}
    assert browser.post("/dang-nhap", again).headers["Location"] == "/mo-hinh"


def test_two_windows_of_an_ended_session_are_both_sent_on(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    path = f"/mo-hinh/{register(officer)}/y-kien"
    officer.get(path)
    end_sessions(world)
    first, second = (send(officer, path, {"text": text, "audience": "unit"}, 401) for text in ("Ý một", "Ý hai"))
    token = officer.token
    assert "Ý một" in held_page(officer, first, "officer.x1t1").text
    sent = {"csrf_token": token, "user_name": "officer.x1t1", "password": PASSWORD}
    page = officer.post("/dang-nhap", {**hidden_fields(second.text), **sent}, status=400)
    officer.post(path, hidden_fields(page.text))
    assert "Ý hai" in officer.get(path.removesuffix("/y-kien"))


def test_script_that_keeps_what_was_typed_is_led_to_sign_in(visit: Visit, world: World) -> None:
    staff = visit("staff2")
    staff.get("/viec-cua-toi")
    end_sessions(world)
    headers = {**OURS, "Accept": "application/json"}
    answer = staff.client.post("/mo-hinh/X/y-kien", data={"text": REASON}, headers=headers)
    assert answer.headers["Location"] == "/dang-nhap?next=/mo-hinh/X/y-kien"


def test_password_is_never_carried(visit: Visit, world: World) -> None:
    staff = visit("staff2")
    staff.get("/doi-mat-khau")
    form = {"current": "mật-khẩu-lộ", "new": "mật-khẩu-lộ-2", "again": "mật-khẩu-lộ-2"}
    assert "mật-khẩu-lộ" not in send(staff, "/doi-mat-khau", {**form, "csrf_token": "cũ"}, 400).text
    end_sessions(world)
    answer = staff.client.post("/doi-mat-khau", data=form, headers=OURS)
    assert answer.status_code == 303
    passwords = {
        name
        for form_class in (SignInForm, PasswordForm, ChosenPasswordForm, AccountForm)
        for name in dir(form_class)
        if getattr(getattr(form_class, name), "field_class", None) is PasswordField
    }
    assert passwords <= held.SECRET
    assert passwords
