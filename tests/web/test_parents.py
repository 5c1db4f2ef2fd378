"""An address names a thing under the model, dossier or account it belongs to: under another one it is not found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from tests.web.conftest import Browser
from tests.web.test_journey import register, step
from tests.world import NOW, World
from workflow.stages.implementation import attachments
from workflow.stages.implementation.attachments import Store
from workflow.stages.registration import change_requests

Visit = Callable[[str], Browser]


@pytest.fixture
def pair(visit: Visit, world: World, store: Store) -> tuple[str, str, int, int]:
    """Two models of one unit; the second one's file and open request."""
    officer = visit("officer.x1t1")
    first, second = register(officer), register(officer, name="Tổ tự quản vệ sinh đường bản")
    for code in (first, second):
        step(officer, code, "submit")
    later = NOW + timedelta(minutes=1)
    with world.database.write() as connection:
        file = attachments.add(
            connection, "officer.x1t1", later, store, second, "ảnh.pdf", b"%PDF-1.4\n%%EOF\n", "registration"
        )
        request = change_requests.request_change(
            connection, "officer.x1t1", later, second, "name", "Tên mới rõ hơn", "Tên cũ chưa rõ."
        )
    return first, second, file, request


@pytest.fixture
def store(app: Flask) -> Store:
    """Where the application keeps files."""
    found = app.extensions["dvk_store"]
    assert isinstance(found, Store)
    return found


def test_file_is_found_only_under_its_own_model(visit: Visit, pair: tuple[str, str, int, int]) -> None:
    first, second, file, _ = pair
    officer = visit("officer.x1t1")
    _opens(officer, f"/mo-hinh/{second}/tep/{file}")
    officer.get(f"/mo-hinh/{first}/tep/{file}", status=404)
    officer.get(f"/mo-hinh/{first}/tep/{file}/anh-nho", status=404)
    officer.post(f"/mo-hinh/{first}/tep/{file}/go", status=404)
    _opens(officer, f"/mo-hinh/{second}/tep/{file}")
    officer.get(f"/mo-hinh/{second}")
    officer.post(f"/mo-hinh/{second}/tep/{file}/go")
    officer.get(f"/mo-hinh/{second}/tep/{file}", status=404)


def test_request_is_found_only_under_its_own_model(visit: Visit, world: World, pair: tuple[str, str, int, int]) -> None:
    first, second, _, request = pair
    officer, staff = visit("officer.x1t1"), visit("staff")
    staff.get(f"/mo-hinh/{second}/de-nghi/{request}")
    staff.post(f"/mo-hinh/{first}/de-nghi/{request}", {"approve": "1"}, status=404)
    officer.get(f"/mo-hinh/{first}")
    officer.post(f"/mo-hinh/{first}/de-nghi/{request}/rut", status=404)
    with world.database.read() as connection:
        assert change_requests.changes_of(connection, world.model(second).id)[0].status == "open"
    officer.post(f"/mo-hinh/{second}/de-nghi/{request}/rut")


def test_role_is_ended_only_under_its_own_account(visit: Visit) -> None:
    admin = visit("admin")
    admin.get("/quan-tri/tai-khoan/staff")
    admin.post("/quan-tri/tai-khoan/staff/vai-tro/999999/ket-thuc", status=404)


def _opens(browser: Browser, path: str) -> None:
    answer = browser.client.get(path)
    assert answer.status_code == 200
    answer.close()
