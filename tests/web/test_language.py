"""English by a switch: the cookie, the account, links of the public page, and what never leads elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask, url_for

from tests.web.conftest import Browser
from tests.world import World
from workflow.ground.refusals import DatabaseUnusable
from workflow.ground.schema import account
from workflow.ground.speech import _l, speaking

Visit = Callable[[str], Browser]


def _language(page: str) -> str:
    found = re.search(r'<html lang="(\w+)">', page)
    assert found is not None
    return found[1]


def _switch(browser: Browser, path: str, language: str, to: str | None = None) -> str:
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', browser.client.get(path).get_data(as_text=True))
    assert token is not None
    answer = browser.client.post(
        "/ngon-ngu", data={"csrf_token": token[1], "language": language, "next": path if to is None else to}
    )
    assert answer.status_code in (303, 404)
    return str(answer.headers.get("Location", ""))


def test_page_is_vietnamese_until_somebody_asks(stranger: Browser) -> None:
    page = stranger.client.get("/dang-nhap").get_data(as_text=True)
    assert _language(page) == "vi"
    assert "Đăng nhập" in page


def test_switch_changes_the_page_one_stands_on_and_back(stranger: Browser) -> None:
    assert _switch(stranger, "/tro-giup", "en") == "/tro-giup"
    page = stranger.client.get("/dang-nhap").get_data(as_text=True)
    assert _language(page) == "en"
    assert "Sign in" in page
    assert "Đăng nhập" not in page
    assert _switch(stranger, "/tro-giup", "vi") == "/tro-giup"
    assert _language(stranger.client.get("/dang-nhap").get_data(as_text=True)) == "vi"


def test_switch_leads_nowhere_else(stranger: Browser) -> None:
    assert _switch(stranger, "/tro-giup", "en", "https://example.org/") == "/"
    assert _switch(stranger, "/tro-giup", "en", "//example.org") == "/"


def test_language_that_is_none_is_not_found(stranger: Browser) -> None:
    assert _switch(stranger, "/tro-giup", "xx") == ""
    assert _language(stranger.client.get("/dang-nhap").get_data(as_text=True)) == "vi"


def test_account_keeps_the_language_for_another_browser(visit: Visit, world: World) -> None:
    browser = visit("staff")
    _switch(browser, "/viec-cua-toi", "en")
    with world.database.read() as connection:
        kept = connection.execute(sa.select(account.c.language).where(account.c.user_name == "staff")).scalar_one()
    assert kept == "en"
    browser.client.delete_cookie("dvk_lang")
    page = browser.client.get("/viec-cua-toi").get_data(as_text=True)
    assert _language(page) == "en"
    assert "My work" in page


def test_refusal_of_the_domain_is_in_the_language_of_the_page(stranger: Browser) -> None:
    _switch(stranger, "/dang-nhap", "en")
    stranger.client.set_cookie("dvk_lang", "en")
    page = stranger.client.get("/dang-nhap").get_data(as_text=True)
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', page)
    assert token is not None
    answer = stranger.client.post("/dang-nhap", data={"csrf_token": token[1], "user_name": "staff", "password": "no"})
    assert answer.status_code == 403
    text = answer.get_data(as_text=True)
    assert "The user name or the password is wrong" in text
    assert "không đúng" not in text


def test_public_page_has_its_language_in_the_address(app: Flask) -> None:
    with app.test_request_context("/tro-giup", headers={"Cookie": "dvk_lang=en"}):
        assert url_for("public.listed", nam=2024) == "/cong-khai?nam=2024&ngon-ngu=en"
        assert url_for("help.index") == "/tro-giup"
    with app.test_request_context("/cong-khai?ngon-ngu=en"):
        assert url_for("public.shown", code="DVK-2024-00001") == "/cong-khai/DVK-2024-00001?ngon-ngu=en"
    # The same address is the same page for everybody, whatever their browser remembers.
    with app.test_request_context("/cong-khai", headers={"Cookie": "dvk_lang=en"}):
        assert url_for("public.listed") == "/cong-khai"


def test_templates_speak_by_the_functions_of_the_code(app: Flask) -> None:
    words = {"Tập thể": "Collective", "places\x04Quyết định": "Decisions", "còn %(n)s": "%(n)s left"}
    page = app.jinja_env.from_string(
        "{{ _('Tập thể') }} {{ pgettext('places', 'Quyết định') }} {{ _('còn %(n)s', n=2) }} {{ x }}"
    )
    with speaking(lambda message: words.get(message, message)):
        assert page.render(x=_l("Tập thể")) == "Collective Decisions 2 left Collective"
    assert page.render(x=_l("Tập thể")) == "Tập thể Quyết định còn 2 Tập thể"


def test_error_before_anybody_is_known_is_in_the_language_of_the_browser(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object, **_named: object) -> None:
        raise DatabaseUnusable("bận")

    monkeypatch.setattr("workflow.core.people.sessions.resume", fails)
    stranger.client.set_cookie("dvk_lang", "en")
    stranger.client.set_cookie("dvk_session", "x" * 40)
    page = stranger.client.get("/viec-cua-toi").get_data(as_text=True)
    assert _language(page) == "en"
    assert ("To the content" in page, "Đến nội dung" in page) == (True, False)
