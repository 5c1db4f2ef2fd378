"""Pages of reports: writing and handing one in, deciding on it, all of a call together; who comes in and who does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa

from tests.web.conftest import Browser, hidden_fields
from tests.workflow.reporting_world import ALL, TEXTS
from tests.world import YEAR, World, a_draft
from workflow.across.obligations import calls
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.selector import Selector
from workflow.across.reports import commands as reports
from workflow.ground.schema import obligation, report
from workflow.ground.vietnam_time import local_date

Visit = Callable[[str], Browser]
TYPED = {f"section-{name}": text for name, text in TEXTS.items()}


@pytest.fixture
def call(world: World) -> int:
    """The district asks its communes today; commune 1 has two models."""
    world.carry(world.create(a_draft(name="Vận động hiến đất làm đường")), "awaiting_inspection")
    world.carry(world.create(a_draft(name="Thắp sáng đường quê", field="Kinh tế")), "registered")
    return open_call(world, "commune")


@pytest.fixture
def key(world: World, call: int) -> int:
    """What commune 1 owes."""
    return owed(world, call, "KL-X1")


def open_call(world: World, level: str, label: str = "Báo cáo sáu tháng đầu năm") -> int:
    now = datetime.now(UTC)
    command = CallInput(
        YEAR,
        "KL",
        label,
        local_date(now) + timedelta(days=10),
        "Báo cáo theo mẫu.",
        Selector(levels=(level,)),
        sections=ALL,
    )
    with world.database.write() as connection:
        return calls.open_call(connection, "staff", now, command).call_id


def owed(world: World, call: int, unit: str) -> int:
    with world.database.read() as connection:
        statement = sa.select(obligation.c.id).where(
            obligation.c.call_id == call, obligation.c.unit_id == world.units[unit]
        )
        return int(connection.execute(statement).scalar_one())


def hand_in(world: World, key: int, who: str = "officer.x1") -> None:
    now = datetime.now(UTC)
    with world.database.write() as connection:
        reports.save(connection, who, now, key, TEXTS)
        reports.submit(connection, who, now, key)


def status(world: World, key: int) -> str:
    with world.database.read() as connection:
        return str(connection.execute(sa.select(report.c.status).where(report.c.obligation_id == key)).scalar())


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """Every statement the database is asked while the block runs."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(world.database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(world.database.engine, "before_cursor_execute", note)


def test_report_is_written_checked_and_handed_in(visit: Visit, world: World, key: int) -> None:
    officer = visit("officer.x1")
    assert "Báo cáo sáu tháng đầu năm" in officer.get("/viec-cua-toi")
    page = officer.get(f"/bao-cao/{key}/viet")
    # The figures are there already, in words too.
    assert "Năm 2024, toàn đơn vị đăng ký 2 mô hình" in page
    officer.post(f"/bao-cao/{key}/viet", {**hidden_fields(page), **TYPED, "section-lessons": ""})
    assert "Đang viết" in officer.get("/bao-cao")
    check = officer.get(f"/bao-cao/{key}/kiem-tra")
    assert "Phần «Bài học kinh nghiệm» còn trống" in check
    assert "Gửi báo cáo tới" not in check
    officer.post(f"/bao-cao/{key}/kiem-tra", hidden_fields(check), status=409)
    answer = officer.fill(f"/bao-cao/{key}/viet", {**TYPED, "check": "1"})
    assert answer.headers["Location"].endswith("/kiem-tra")
    answer = officer.post(f"/bao-cao/{key}/kiem-tra", hidden_fields(officer.follow(answer)))
    page = officer.follow(answer)
    assert "Đã gửi báo cáo tới Huyện Khe Lam." in page
    assert "Chờ tiếp nhận" in page
    assert status(world, key) == "submitted"
    assert "Chờ tiếp nhận" in officer.get("/bao-cao")
    assert "Báo cáo sáu tháng đầu năm" not in officer.get("/viec-cua-toi")


def test_staff_take_it_in(visit: Visit, world: World, key: int) -> None:
    hand_in(world, key)
    staff = visit("staff")
    assert "1 báo cáo chờ tiếp nhận" in staff.get("/viec-cua-toi")
    page = staff.get(f"/bao-cao/{key}")
    answer = staff.post(f"/bao-cao/{key}/tiep-nhan", hidden_fields(page))
    assert "Đã tiếp nhận báo cáo của Xã Bản Lầu." in staff.follow(answer)
    assert status(world, key) == "accepted"


def test_staff_return_it_and_what_changed_is_shown(visit: Visit, world: World, key: int) -> None:
    hand_in(world, key)
    staff, officer = visit("staff"), visit("officer.x1")
    path = f"/bao-cao/{key}/tra-lai"
    staff.fill(path, {"reason": "", "due": "31/02/2024"}, status=422)
    day = local_date(datetime.now(UTC)) + timedelta(days=5)
    staff.fill(path, {"reason": "Thiếu số ngày công.", "due": f"{day:%d/%m/%Y}"})
    assert status(world, key) == "returned"
    page = officer.get(f"/bao-cao/{key}/viet")
    assert "Thiếu số ngày công." in page
    changed = TEXTS["tasks"] + " Bổ sung 350 ngày công."
    officer.post(f"/bao-cao/{key}/viet", {**hidden_fields(page), **TYPED, "section-tasks": changed})
    officer.fill(f"/bao-cao/{key}/kiem-tra", {})
    page = staff.get(f"/bao-cao/{key}")
    assert "Đổi so với lần gửi trước" in page
    assert "<ins> Bổ sung 350 ngày công.</ins>" in page
    assert "lần thứ 2" in page


def test_second_tab_keeps_what_was_typed_and_shows_what_changed(visit: Visit, world: World, key: int) -> None:
    officer, chair = visit("officer.x1"), visit("chair")
    stale = hidden_fields(officer.get(f"/bao-cao/{key}/viet"))
    chair.fill(f"/bao-cao/{key}/viet", {"section-tasks": "Chủ trì viết trước."})
    answer = officer.post(f"/bao-cao/{key}/viet", {**stale, "section-tasks": "Cán bộ viết sau."}, status=409)
    assert "Cán bộ viết sau." in answer.text
    assert "Chủ trì viết trước." in answer.text
    assert "Vi Văn Chủ" in answer.text
    officer.post(f"/bao-cao/{key}/viet", {**hidden_fields(answer.text), "section-tasks": "Cán bộ viết sau."})
    assert "Cán bộ viết sau." in officer.get(f"/bao-cao/{key}/viet")


def test_form_sent_twice_is_taken_once(visit: Visit, world: World, key: int) -> None:
    officer = visit("officer.x1")
    officer.fill(f"/bao-cao/{key}/viet", TYPED)
    sent = hidden_fields(officer.get(f"/bao-cao/{key}/kiem-tra"))
    for _ in range(2):
        officer.post(f"/bao-cao/{key}/kiem-tra", sent)
    with world.database.read() as connection:
        row = connection.execute(sa.select(report.c.version).where(report.c.obligation_id == key)).one()
    assert row.version == 2


@pytest.mark.parametrize(
    "as_of", ["", "hôm qua", "2020-01-01T00:00:00+00:00", "2099-01-01T00:00:00+00:00", "2024-01-01"]
)
def test_figures_nobody_saw_are_not_sent(visit: Visit, world: World, key: int, as_of: str) -> None:
    officer = visit("officer.x1")
    officer.fill(f"/bao-cao/{key}/viet", TYPED)
    answer = officer.fill(f"/bao-cao/{key}/kiem-tra", {"as_of": as_of}, status=422)
    assert "Số liệu trên trang đã cũ" in answer.text
    assert status(world, key) == "draft"
    officer.post(f"/bao-cao/{key}/kiem-tra", hidden_fields(answer.text))
    assert status(world, key) == "submitted"


PATHS = ("", "/viet", "/kiem-tra", "/tra-lai", "/ban-in")


@pytest.mark.parametrize(
    "who", ["officer.x1t1", "chair2", "inspector1", "outsider", "outsider.officer", "villager", "admin"]
)
def test_out_of_scope_is_not_found(visit: Visit, world: World, call: int, key: int, who: str) -> None:
    hand_in(world, key)
    browser = visit(who)
    for path in PATHS:
        assert "Xã Bản Lầu" not in browser.get(f"/bao-cao/{key}{path}", status=404)
    for path in ("viet", "kiem-tra", "tiep-nhan", "tra-lai"):
        browser.post(f"/bao-cao/{key}/{path}", {"version": "2", "reason": "x", "due": "01/01/2030"}, status=404)
    for path in ("", "/toan-van", ".xlsx"):
        browser.get(f"/bao-cao/yeu-cau/{call}{path}", status=404)
    assert f'"/bao-cao/{key}"' not in browser.get("/bao-cao")
    assert status(world, key) == "submitted"


def test_readers_do_not_write_and_writers_do_not_decide(visit: Visit, world: World, call: int, key: int) -> None:
    staff = visit("staff")
    for path in ("viet", "kiem-tra"):
        staff.get(f"/bao-cao/{key}/{path}", status=404)
    staff.get(f"/bao-cao/{key}/ban-in", status=404)
    hand_in(world, key)
    officer = visit("officer.x1")
    officer.get(f"/bao-cao/{key}/tra-lai", status=404)
    officer.post(f"/bao-cao/{key}/tiep-nhan", {"version": "2"}, status=403)
    officer.get(f"/bao-cao/yeu-cau/{call}", status=404)
    officer.get(f"/bao-cao/{key}/viet", status=409)
    assert "Phần tasks" in officer.get(f"/bao-cao/{key}/ban-in")


def test_administrator_reads_what_happened_but_no_draft(visit: Visit, world: World, key: int) -> None:
    now = datetime.now(UTC)
    with world.database.write() as connection:
        reports.save(connection, "officer.x1", now, key, {"tasks": "Câu viết dở."})
    assert "Câu viết dở." not in visit("admin").get("/quan-tri/lich-su")
    hand_in(world, key)
    with world.database.write() as connection:
        reports.accept(connection, "staff", now, key)
    page = visit("admin").get("/quan-tri/lich-su")
    for told in ("Gửi báo cáo", "Tiếp nhận báo cáo", "Báo cáo sáu tháng đầu năm, Xã Bản Lầu", "Nhiệm vụ thời gian tới"):
        assert told in page


def test_reports_of_a_call_stand_together(visit: Visit, world: World, call: int, key: int) -> None:
    hand_in(world, key)
    page = visit("leader").get(f"/bao-cao/yeu-cau/{call}")
    assert "Đã nộp 1/2 đơn vị" in page
    assert "Xã Mường Sang" in page
    assert "Số mô hình trong các báo cáo khớp với số mô hình trong phần mềm." in page
    world.apply(world.create(a_draft(name="Đến sau")), "submit", "officer.x1t1")
    assert "Còn 1 mô hình chưa nằm trong báo cáo nào" in visit("leader").get(f"/bao-cao/yeu-cau/{call}")
    compiled = visit("staff").get(f"/bao-cao/yeu-cau/{call}/toan-van")
    assert TEXTS["tasks"].strip() in compiled


def test_units_are_shown_page_by_page(
    visit: Visit, world: World, call: int, key: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.views.reports.PAGE", 1)
    hand_in(world, key)
    hand_in(world, owed(world, call, "KL-X2"), "chair2")
    staff = visit("staff")
    for path in ("", "/toan-van"):
        first = staff.get(f"/bao-cao/yeu-cau/{call}{path}")
        assert ("Xã Bản Lầu" in first, "Xã Mường Sang" in first) == (True, False)
        second = staff.get(f"/bao-cao/yeu-cau/{call}{path}?sau=KL-X1")
        assert ("Xã Bản Lầu" in second, "Xã Mường Sang" in second) == (False, True)
        assert f'href="/bao-cao/yeu-cau/{call}{path}?sau=KL-X1"' in first
        assert f'rel="prev" href="/bao-cao/yeu-cau/{call}{path}"' in second


def test_workbook_of_a_call(visit: Visit, world: World, call: int, key: int) -> None:
    hand_in(world, key)
    answer = visit("staff").client.get(f"/bao-cao/yeu-cau/{call}.xlsx")
    book = openpyxl.load_workbook(BytesIO(answer.data))
    assert book.sheetnames == ["Theo đơn vị", "Theo lĩnh vực", "Kết quả đo được", "Chưa nộp"]
    rows = list(book["Theo đơn vị"].iter_rows(min_row=5, values_only=True))
    assert [row[1] for row in rows if row[1]][-3:] == ["Xã Bản Lầu", "Xã Mường Sang", "Tổng"]
    registered = rows[0].index("Đã đăng ký")
    assert [row[registered] for row in rows[1:]] == [2, None, 2]


@pytest.mark.parametrize("path", ["/bao-cao", "/bao-cao/yeu-cau/{call}", "/viec-cua-toi"])
def test_pages_ask_as_often_for_many_units_as_for_few(visit: Visit, world: World, call: int, path: str) -> None:
    staff = visit("staff")
    page = path.format(call=call)
    staff.get(page)
    with statements(world) as few:
        staff.get(page)
    many = open_call(world, "village", "Báo cáo thôn")
    for unit, who in (("KL-X1-T1", "officer.x1t1"), ("KL-X1-T2", "officer.x1t2"), ("KL-X2-T1", "officer.x2t1")):
        hand_in(world, owed(world, many, unit), who)
    page = path.format(call=many)
    staff.get(page)
    with statements(world) as found:
        staff.get(page)
    assert len(found) == len(few)
