"""Calling for a report in the browser: wording it, the last look, what the units get, moving and withdrawing; days off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from tests.web.conftest import Browser, hidden_fields
from tests.world import NOW, World
from workflow.across.obligations.sync import sync
from workflow.ground.schema import obligation, reminder, report_call

Visit = Callable[[str], Browser]

COMMUNES = "level:commune"


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    """The world's own day: due dates are told from it."""
    with time_machine.travel(NOW, tick=True):
        yield


def wording(**changes: Any) -> dict[str, Any]:
    """A call as typed. The tests' clock stands in March 2024."""
    return {
        "year": "2024",
        "label": "Báo cáo nhanh về làm đường",
        "due": "12/03/2024",
        "to": COMMUNES,
        "instructions": "Nêu số km đã làm.",
        **changes,
    }


def send(browser: Browser, **changes: Any) -> str:
    """Word a call, look at it, send it; the page it leads to."""
    look = browser.fill("/yeu-cau/moi", wording(**changes), 200).text
    files = {"files": [(BytesIO(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"), "huong-dan.pdf")]}
    return browser.follow(browser.post("/yeu-cau/moi", {**hidden_fields(look), **files, "send": "1"}))


def count(world: World, table: sa.Table) -> int:
    with world.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_call_goes_out_after_a_last_look(visit: Visit, world: World) -> None:
    staff = visit("staff")
    look = staff.fill("/yeu-cau/moi", wording(due="09/03/2024"), 200).text
    assert "là ngày nghỉ: hạn lùi sang 11/03/2024" in " ".join(look.split())
    assert "Gửi tới 2 đơn vị" in " ".join(look.split())
    assert count(world, report_call) == 0
    page = send(staff)
    assert "Đã gửi yêu cầu tới 2 đơn vị" in page
    assert "huong-dan.pdf" in page
    assert (count(world, obligation), count(world, report_call)) == (2, 1)
    # Everybody who owes it is to be told, in the same transaction.
    with world.database.read() as connection:
        told = set(connection.execute(sa.select(reminder.c.account_id).where(reminder.c.step == "opened")).scalars())
    assert {world.accounts["officer.x1"], world.accounts["chair2"]} <= told


def test_going_back_keeps_what_was_typed(visit: Visit, world: World) -> None:
    staff = visit("staff")
    look = staff.fill("/yeu-cau/moi", wording(to="chosen", units=["KL-X1"], other_units="KL-CQ1"), 200).text
    assert "Gửi tới 2 đơn vị" in " ".join(look.split())
    agencies = staff.fill("/yeu-cau/moi", wording(to="kind:agency"), 200).text
    assert "Phòng Giáo dục và Đào tạo huyện Khe Lam" in agencies
    assert "Gửi tới 3 đơn vị" in " ".join(staff.fill("/yeu-cau/moi", wording(to="all:"), 200).text.split())
    page = staff.post("/yeu-cau/moi", {**hidden_fields(look), "units": "KL-X1", "again": "1"}, 200).text
    assert 'value="KL-CQ1"' in page
    assert "Nêu số km đã làm." in page
    assert count(world, report_call) == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"due": "31/02/2024"}, "lịch không có ngày này"),
        ({"due": "28/02/2024"}, "đã qua"),
        ({"label": ""}, "Hãy đặt tên"),
        ({"to": ""}, "chọn đơn vị"),
        ({"to": "level:planet"}, "Không có đơn vị nào"),
        ({"to": "chosen", "other_units": "BS-X1"}, "không thuộc"),
        ({"year": "1999"}, "Không có năm thi đua"),
    ],
)
def test_what_cannot_be_called_for_stays_on_the_page(
    visit: Visit, world: World, changes: dict[str, Any], says: str
) -> None:
    status = 404 if "year" in changes else 422
    page = visit("staff").fill("/yeu-cau/moi", wording(**changes), status).text
    assert says in page
    assert "Nêu số km đã làm." in page
    assert count(world, report_call) == 0


def test_call_is_moved_and_withdrawn_by_those_who_saw_it(visit: Visit, world: World) -> None:
    staff = visit("staff")
    send(staff)
    with world.database.read() as connection:
        call_id = connection.execute(sa.select(report_call.c.id)).scalar_one()
    other = visit("staff2").get(f"/yeu-cau/{call_id}/doi-han")
    page = staff.follow(staff.fill(f"/yeu-cau/{call_id}/doi-han", {"due": "23/03/2024"}))
    assert "Đã dời hạn tới 25/03/2024 và báo cho 2 đơn vị" in page
    late = visit("staff2")
    late.get(f"/yeu-cau/{call_id}/doi-han")
    late.post(f"/yeu-cau/{call_id}/doi-han", {**hidden_fields(other), "due": "29/03/2024"}, 409)
    staff.fill(f"/yeu-cau/{call_id}/doi-han", {"due": "01/02/2024"}, 422)
    staff.fill(f"/yeu-cau/{call_id}/thu-hoi", {"reason": " "}, 422)
    page = staff.follow(staff.fill(f"/yeu-cau/{call_id}/thu-hoi", {"reason": "Trùng với báo cáo quý."}))
    assert "Yêu cầu này đã thu hồi" in page
    assert "Trùng với báo cáo quý." in page
    assert "đã thu hồi" in staff.get("/yeu-cau")


def test_call_is_not_there_for_whoever_it_does_not_concern(visit: Visit, world: World) -> None:
    send(visit("staff"))
    with world.database.read() as connection:
        call_id = connection.execute(sa.select(report_call.c.id)).scalar_one()
    stranger = visit("outsider")
    stranger.get(f"/yeu-cau/{call_id}", 404)
    stranger.get(f"/yeu-cau/{call_id}/tep/1", 404)
    visit("officer.x1").get("/yeu-cau/moi", 403)
    # Who owes it reads what came with it.
    with visit("officer.x1").client.get(f"/yeu-cau/{call_id}/tep/1") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    visit("officer.x1t1").get(f"/yeu-cau/{call_id}/tep/1", 404)


def test_day_off_is_noted_and_taken_back(visit: Visit, world: World) -> None:
    send(visit("staff"), due="08/03/2024")
    admin, path = visit("admin"), "/quan-tri/ngay-nghi"
    assert "Quốc khánh" in admin.get(path, nam="2024")
    admin.fill(path, {"day": "09/03/2024", "working": "off", "label": "Nghỉ bù"}, 422)
    page = admin.follow(admin.fill(path, {"day": "08/03/2024", "working": "off", "label": "Nghỉ bù"}))
    assert "Hạn của 2 việc đã đổi theo" in page
    page = admin.follow(admin.post(f"{path}/2024-03-08/bo"))
    assert "Hạn của 2 việc đã đổi theo" in page
    page = admin.get(path, nam="2026")
    assert "12729/VPCP-KGVX" in page
    assert "chưa có quyết định" in admin.get(path, nam="2099")
    assert "Tết và các ngày hoán đổi của năm theo: 12729/VPCP-KGVX, 25/12/2025." in page
    page = admin.follow(admin.fill(f"{path}/nam/2099", {"source": "1/TB, 1/12/2098"}))
    assert "theo: 1/TB, 1/12/2098." in page
    assert "chưa có quyết định" not in page
    assert 'value="1/TB, 1/12/2098"' in admin.get(f"{path}/nam/2099")
    admin.fill(f"{path}/nam/2099", {"source": "x" * 201}, 422)
    admin.get(f"{path}/nam/1999", 404)
    admin.get(path, 404, nam="chín")
    admin.post(f"{path}/2024-02-31/bo", status=404)
    visit("staff").fill(path, {"day": "08/03/2024", "working": "off", "label": "Nghỉ bù"}, 403)


def test_reports_and_steps_of_a_year_are_edited(visit: Visit, world: World) -> None:
    admin = visit("admin")
    page = admin.get("/quan-tri/nam/2024/ky-bao-cao")
    assert 'value="15/03/2024"' in page
    row = {
        "rows-0-label": "Báo cáo chuyên đề",
        "rows-0-kind": "thematic",
        "rows-0-due": "20/05/2024",
        "rows-0-period_from": "01/01/2024",
        "rows-0-period_to": "30/04/2024",
        "rows-0-opens_days": "10",
        "rows-0-levels": "commune",
    }
    version = {"version": hidden_fields(page)["version"]}
    page = admin.follow(admin.post("/quan-tri/nam/2024/ky-bao-cao", {**version, **row}))
    assert "Sửa các kỳ báo cáo" in page
    page = admin.get("/quan-tri/nam/2024/buoc-nhac")
    version = {"version": hidden_fields(page)["version"]}
    admin.post("/quan-tri/nam/2024/buoc-nhac", {**version, "rows-0-days": "-5"}, 422)
    steps = {"rows-0-days": "-5", "rows-0-reporter": "y", "rows-1-days": "+2", "rows-1-staff": "y"}
    page = admin.follow(admin.post("/quan-tri/nam/2024/buoc-nhac", {**version, **steps}))
    assert "Sửa các bước nhắc việc" in page


def test_pages_ask_as_much_for_many_calls_as_for_one(visit: Visit, world: World) -> None:
    staff = visit("staff")
    send(staff)

    def statements(path: str) -> int:
        asked: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            asked.append(statement)

        sa.event.listen(world.database.engine, "before_cursor_execute", note)
        try:
            staff.get(path)
        finally:
            sa.event.remove(world.database.engine, "before_cursor_execute", note)
        return len(asked)

    paths = ("/yeu-cau", "/yeu-cau/1", "/yeu-cau/moi")
    few = [statements(path) for path in paths]
    for number in range(12):
        send(staff, label=f"Báo cáo thứ {number}")
    assert [statements(path) for path in paths] == few


def test_model_says_by_when_its_next_step_is_due(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "submitted")
    with world.database.write() as connection:
        sync(connection, NOW)
    page = visit("staff").get(f"/mo-hinh/{code}")
    assert "Bước này đến hạn" in page
    assert "còn 5 ngày" in page
    assert "trong 5 ngày" in visit("staff").get("/quy-trinh")
