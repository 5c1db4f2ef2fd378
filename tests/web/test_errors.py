"""Pages that say what does not work: limits and what to do, when to try again, a number that is in the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from flask import Flask

from config.settings import Settings, SettingsInvalid, load_settings
from tests.web.conftest import Browser
from tests.web.test_journey import register
from tests.world import PASSWORD, World
from web import create_app
from web.serving import log
from web.serving.access_rules import access_rule
from workflow.ground.vietnam_time import ZONE

Visit = Callable[[str], Browser]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_photo_of_forty_megabytes_is_told_the_limit_and_what_to_do(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    path = f"/mo-hinh/{register(officer)}/tep"
    answer = officer.client.post(
        path,
        data={"purpose": "registration"},
        content_type="multipart/form-data",
        environ_overrides={"CONTENT_LENGTH": str(40 * 1024 * 1024)},
    )
    assert answer.status_code == 413
    text = officer._read(answer)
    for told in ("Tệp quá lớn", "tối đa 20 MB", "khoảng 40 MB", "chọn cỡ nhỏ hơn", f'href="{path}"'):
        assert told in text, told


def test_text_too_long_for_any_form_is_told_as_text(visit: Visit, app: Flask) -> None:
    app.config["MAX_FORM_MEMORY_SIZE"] = 100_000
    officer = visit("officer.x1t1")
    path = f"/mo-hinh/{register(officer)}/y-kien"
    form = {"text": "x" * 200_000, "audience": "unit"}
    answer = officer.client.post(path, data=form, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert "Nội dung quá dài" in answer.text
    assert f'href="{path}"' in answer.text


def test_too_many_wrong_passwords_are_told_when_to_try_again(stranger: Browser) -> None:
    stranger.get("/dang-nhap")
    for _ in range(10):
        stranger.post("/dang-nhap", {"user_name": "staff", "password": "sai"}, status=403)
    answer = stranger.post("/dang-nhap", {"user_name": "staff", "password": PASSWORD}, status=429)
    found = re.search(r"Hãy thử lại sau (\d\d):(\d\d)", answer.text)
    assert found is not None
    now = datetime.now(UTC).astimezone(ZONE)
    again = now.replace(hour=int(found[1]), minute=int(found[2]))
    assert timedelta(0) < (again - now) % timedelta(days=1) <= timedelta(minutes=17)
    assert 'href="/dang-nhap"' in answer.text


def test_refused_request_is_logged_with_its_number_and_without_what_was_typed(
    visit: Visit, capsys: pytest.CaptureFixture[str]
) -> None:
    staff = visit("staff")
    log.to_stderr("INFO")
    page = staff.get("/mo-hinh/DVK-1999-00001", status=404, tim="chữ đã tìm")
    staff.client.post("/mo-hinh/X/y-kien", data={"csrf_token": "mã-cũ", "text": "chữ đã gõ"})
    told = capsys.readouterr().err
    reference = re.search(r"<code>([0-9A-F]{8})</code>", page)
    assert reference is not None
    assert f"reference={reference[1]}" in told
    assert "path=/mo-hinh/DVK-1999-00001" in told
    assert re.search(r"account=\d", told)
    for secret in ("chữ đã tìm", "chữ đã gõ", "mã-cũ", staff.token):
        assert secret not in told


def test_key_in_a_link_is_not_logged(settings: Settings, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(settings, world.database)

    @access_rule(public=True)
    def invited(token: str) -> str:
        raise ZeroDivisionError

    app.add_url_rule("/loi-moi-thu/<token>", "invited", invited)
    log.to_stderr("INFO")
    Browser(app).get("/loi-moi-thu/khoa-rat-bi-mat", status=500)
    told = capsys.readouterr().err
    assert "path=/loi-moi-thu/…" in told
    assert "khoa-rat-bi-mat" not in told


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/dang-xuat", 405), ("PUT", "/mo-hinh", 405)])
def test_other_refusals_are_in_vietnamese_with_a_way_on(app: Flask, method: str, path: str, status: int) -> None:
    browser = Browser(app)
    answer = browser.client.open(path, method=method)
    assert answer.status_code == status
    assert "Về trang việc của tôi" in browser._read(answer)


def test_storage_that_cannot_be_used_is_told_at_the_start(settings: Settings, world: World) -> None:
    chosen = load_settings(
        {"DVK_DATA_DIR": str(settings.data_dir), "DVK_RATE_LIMIT_STORAGE": "memcached://localhost:1"}, None
    )
    with pytest.raises(SettingsInvalid, match="DVK_RATE_LIMIT_STORAGE"):
        create_app(chosen, world.database)
