"""Census of all routes: each states its rule, turns strangers away, refuses wrong roles and forms without a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.web.conftest import Browser
from tests.world import World, a_draft
from web.serving.access_rules import rule_of
from workflow.stages.registration import commands as registration

Visit = Callable[[str], Browser]

PUBLIC = {
    "root",
    "health.healthz",
    "calendar.feed",
    "session.sign_in",
    "invitations.accept",
    "static",
    "language.change",
    "help.index",
    "help.shown",
    "preferences.unsubscribe",
    "public.listed",
    "public.shown",
    "public.robots",
}
# Their address is signed, and a mail program sends them without a form.
SIGNED = {"preferences.unsubscribe"}
ARGUMENTS = {
    "code": "DVK-2024-00001",
    "trigger": "submit",
    "meeting_id": 1,
    "submission_id": 1,
    "decision_id": 1,
    "attachment_id": 1,
    "inspection_id": 1,
    "visit_id": 1,
    "message_id": 1,
    "delivery_id": 1,
    "feed_id": 1,
    "request_id": 1,
    "assignment_id": 1,
    "obligation_id": 1,
    "call_id": 1,
    "file_id": 1,
    "day": "2026-11-24",
    "user_name": "staff",
    "filename": "dvk.css",
    "token": "khong-co",
    "year": 2024,
    "prefix": "abcdef",
    "part": "ten",
    "role": "don-vi",
}


def _routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    with app.test_request_context():
        for route in app.url_map.iter_rules():
            adapter = app.url_map.bind("localhost")
            values = {name: ARGUMENTS[name] for name in route.arguments}
            if "user_name" in values and str(route.endpoint) == "administration.rename_unit":
                values["code"] = "KL"
            yield route, adapter.build(route.endpoint, values, method=next(iter(_methods(route))))


def _methods(route: Rule) -> set[str]:
    return (route.methods or set()) & {"GET", "POST"}


@pytest.fixture
def model(world: World) -> str:
    """A draft that only its own unit sees."""
    with world.database.write() as connection:
        from tests.world import NOW, YEAR

        return registration.create_draft(connection, "officer.x1t1", NOW, YEAR, a_draft())


def test_every_route_states_its_rule(app: Flask) -> None:
    assert [route.endpoint for route, _ in _routes(app) if rule_of(app, route.endpoint) is None] == []


def test_only_these_routes_are_public(app: Flask) -> None:
    public = {
        route.endpoint
        for route, _ in _routes(app)
        if (rule := rule_of(app, route.endpoint)) is not None and rule.public
    }
    assert public == PUBLIC


def test_route_without_rule_lets_nobody_in(app: Flask, visit: Visit) -> None:
    app.add_url_rule("/quen", "forgotten", lambda: "bí mật")
    assert visit("admin").client.get("/quen").status_code == 403


def test_stranger_is_sent_to_sign_in_from_every_route(app: Flask, stranger: Browser, model: str) -> None:
    for route, path in _routes(app):
        if route.endpoint in PUBLIC:
            continue
        for method in _methods(route):
            answer = stranger.client.open(path, method=method)
            assert answer.status_code in (302, 303), (method, path, answer.status_code)
            assert answer.headers["Location"].startswith("/dang-nhap?next="), path


def test_form_without_token_is_refused_everywhere(app: Flask, visit: Visit, model: str) -> None:
    browser = visit("admin")
    for route, path in _routes(app):
        rule = rule_of(app, route.endpoint)
        if "POST" not in _methods(route) or rule is None or route.endpoint in SIGNED:
            continue
        answer = browser.client.post(path, data={"reason": "không có mã"})
        wrong_role = bool(rule.roles) and "admin" not in rule.roles
        assert answer.status_code == (403 if wrong_role else 400), (path, answer.status_code)


def test_person_without_roles_gets_nowhere(app: Flask, visit: Visit, model: str) -> None:
    browser = visit("villager")
    for route, path in _routes(app):
        rule = rule_of(app, route.endpoint)
        if "GET" not in _methods(route) or rule is None or rule.public:
            continue
        status = browser.client.get(path).status_code
        if rule.roles:
            assert status == 403, (path, status)
        elif route.arguments:
            assert status in (404, 302), (path, status)
        else:
            assert status in (200, 302), (path, status)


def test_what_is_out_of_scope_is_not_found(app: Flask, visit: Visit, world: World, model: str) -> None:
    world.carry(model, "awaiting_inspection")
    browser = visit("outsider")
    for route, path in _routes(app):
        if "code" in route.arguments and "GET" in _methods(route) and not path.startswith("/quan-tri"):
            status = browser.client.get(path).status_code
            assert status in (403, 404), (path, status)
            rule = rule_of(app, route.endpoint)
            if rule is not None and not rule.roles:
                assert status == 404, path
            assert "Nà Hin" not in browser.client.get(path).text, path


@pytest.mark.parametrize(
    "path",
    [
        "/mo-hinh/DVK-9999-00001",
        "/mo-hinh/..%2f..",
        "/mo-hinh/%F0%9F%98%80",
        "/mo-hinh/DVK-9999-00001/buoc/submit",
        "/phien-binh-xet/999999",
        "/phien-binh-xet/99999999999999999999",
        "/to-trinh/999999",
        "/khong-co",
        "/mo-hinh?nam=1999",
        "/mo-hinh?nam=abc",
        "/tong-hop?don-vi=KHONG",
    ],
)
def test_unknown_is_not_found_in_vietnamese(visit: Visit, path: str) -> None:
    text = visit("chair").get(path, status=404)
    assert "Không tìm thấy" in text
    assert "Số tham chiếu" in text


def test_every_answer_carries_the_security_headers(visit: Visit, stranger: Browser) -> None:
    for answer in (
        stranger.client.get("/dang-nhap"),
        visit("staff").client.get("/mo-hinh"),
        stranger.client.get("/khong-co"),
    ):
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
