"""Every answer of every route protects itself in the browser, and no redirect leads to another site."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import Browser
from tests.web.test_routes import _methods, _routes
from tests.world import PASSWORD

Visit = Callable[[str], Browser]

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ELSEWHERE = [
    "https://example.org/",
    "//example.org/",
    "///example.org",
    "/\\example.org",
    "/\\/example.org",
    "\\\\example.org",
    "/\t/example.org",
    "/\n/example.org",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:example.org",
    "@example.org",
    " //example.org",
]


def test_every_route_answers_with_the_headers(app: Flask, visit: Visit, stranger: Browser) -> None:
    admin = visit("admin")
    seen = 0
    for route, path in list(_routes(app)):
        for method in sorted(_methods(route)):
            # Last of all for the one who is signed in: this ends their session.
            for browser in (stranger,) if route.endpoint.startswith("session.sign_out") else (stranger, admin):
                answer = browser.client.open(path, method=method)
                _check(answer, f"{method} {path}", own_page=route.endpoint != "static")
                answer.close()
                seen += 1
    assert seen > 100


def _check(answer: TestResponse, where: str, *, own_page: bool) -> None:
    assert {name: answer.headers.get(name) for name in FIXED} == FIXED, where
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy, where
    if answer.mimetype == "text/html":
        assert "script-src 'self'" in policy, where
        assert "form-action 'self'" in policy, where
        assert "frame-ancestors 'none'" in policy, where
        if own_page:
            assert answer.headers["Cache-Control"] == "no-store", where
    if "Location" in answer.headers:
        assert answer.headers["Location"].startswith("/"), where
        assert not answer.headers["Location"].startswith("//"), where


@pytest.mark.parametrize("target", ELSEWHERE)
def test_sign_in_never_leads_to_another_site(app: Flask, target: str) -> None:
    browser = Browser(app)
    browser.get("/dang-nhap", query={"next": target})
    answer = browser.post("/dang-nhap", {"user_name": "staff", "password": PASSWORD, "next": target})
    assert answer.headers["Location"] == "/viec-cua-toi"
