"""The inspection's pages: the record saved in parts, by a form or a script, photos, the plan, the minutes."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from tests.web.conftest import Browser, hidden_fields
from tests.world import NOW, World, a_draft
from workflow.ground.schema import attachment, emulation_model, programme_year
from workflow.ground.schema import visit as visit_table
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection import visits
from workflow.stages.inspection.visits import VisitInput

Visit = Callable[[str], Browser]
RECORD = {
    "kind": "inspection",
    "held_on": "01/03/2024",
    "place": "Nhà văn hoá thôn",
    "members": ["inspector1", "inspector2"],
    "head": "inspector1",
    "score_leadership": "13,5",
}


def a_photo(name: str = "sân.jpg") -> tuple[BytesIO, str]:
    content = BytesIO()
    Image.new("RGB", (64, 48), "green").save(content, "JPEG")
    return BytesIO(content.getvalue()), name


def views(world: World, code: str) -> list[inspection.InspectionView]:
    with world.database.read() as connection:
        return inspection.of_model(connection, world.model(code).id)


def words(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def waiting(world: World) -> str:
    """A model awaiting inspection."""
    return world.carry(world.create(), "awaiting_inspection")


def test_draft_is_saved_and_stays_on_its_page(visit: Visit, world: World, waiting: str) -> None:
    inspector = visit("inspector1")
    path = f"/mo-hinh/{waiting}/kiem-tra"
    answer = inspector.fill(path, RECORD)
    assert answer.headers["Location"] == path
    page = inspector.follow(answer)
    assert "Đã lưu trên máy chủ lúc" in page
    assert "Chưa chấm đủ tiêu chí." in page
    assert 'value="13,5"' in page
    inspector.fill(path, {**RECORD, "score_fit": "15"})
    (view,) = views(world, waiting)
    assert (view.total, view.version) == (Decimal("28.5"), 2)


@pytest.mark.parametrize("trigger", ["pass_inspection", "require_remediation"])
def test_outcome_leads_to_its_check_page(visit: Visit, world: World, waiting: str, trigger: str) -> None:
    inspector = visit("inspector1")
    answer = inspector.fill(f"/mo-hinh/{waiting}/kiem-tra", {**RECORD, "then": trigger})
    assert answer.headers["Location"] == f"/mo-hinh/{waiting}/buoc/{trigger}"
    inspector.follow(answer)
    assert world.state(waiting) == "awaiting_inspection"
    assert len(views(world, waiting)) == 1


@pytest.mark.parametrize("trigger", ["pass_inspection", "require_remediation"])
def test_record_is_read_once_more_before_it_is_concluded(
    visit: Visit, world: World, waiting: str, trigger: str
) -> None:
    inspector = visit("inspector1")
    filled = {**RECORD, "score_fit": "12", "note_fit": "Đúng việc dân cần.", "strengths": "Dân tự bàn, tự làm."}
    inspector.fill(
        f"/mo-hinh/{waiting}/kiem-tra", {**filled, "shortcomings": "Sổ thiếu chữ ký.", "photos": [a_photo()]}
    )
    page = inspector.get(f"/mo-hinh/{waiting}/buoc/{trigger}")
    told = words(page[page.index('id="bien-ban-da-ghi"') : page.index("<form", page.index('id="bien-ban-da-ghi"'))])
    for said in ("Đúng việc dân cần.", "15 12 ", "Tổng điểm Chưa chấm đủ tiêu chí. 100 25,5", "(trưởng đoàn)"):
        assert said in told
    for said in ("Ưu điểm Dân tự bàn, tự làm.", "Tồn tại Sổ thiếu chữ ký.", "Ảnh tại chỗ 1", "Sửa biên bản"):
        assert said in told
    scores = {f"score_{line.criterion}": str(line.max_points) for line in views(world, waiting)[0].scores}
    inspector.fill(f"/mo-hinh/{waiting}/kiem-tra", {**RECORD, **scores})
    assert "Tổng điểm – Xuất sắc 100 100" in words(inspector.get(f"/mo-hinh/{waiting}/buoc/{trigger}"))


def test_steps_that_close_no_record_show_none(visit: Visit, world: World) -> None:
    page = visit("staff2").get(f"/mo-hinh/{world.carry(world.create(), 'submitted')}/buoc/accept")
    assert "bien-ban-da-ghi" not in page


def test_page_says_how_many_inspectors_the_year_asks_for(visit: Visit, world: World, waiting: str) -> None:
    with world.database.write() as connection:
        connection.execute(sa.update(programme_year).values(min_inspectors=4))
    assert "Thành viên đoàn (ít nhất 4 người)" in words(visit("inspector1").get(f"/mo-hinh/{waiting}/kiem-tra"))


def test_outcome_that_is_none_only_saves(visit: Visit, waiting: str) -> None:
    answer = visit("inspector1").fill(f"/mo-hinh/{waiting}/kiem-tra", {**RECORD, "then": "recognise"})
    assert answer.headers["Location"] == f"/mo-hinh/{waiting}/kiem-tra"


def test_script_is_answered_in_figures_and_never_counts_twice(visit: Visit, world: World, waiting: str) -> None:
    inspector = visit("inspector1")
    path = f"/mo-hinh/{waiting}/kiem-tra"
    hidden = hidden_fields(inspector.get(path))
    form = {**hidden, **RECORD, "csrf_token": inspector.token}
    first = inspector.client.post(path, data=form, headers={"Accept": "application/json"})
    assert (first.status_code, first.json["version"], first.json["total"]) == (200, 1, "13,5")  # type: ignore[index]
    again = inspector.client.post(path, data=form, headers={"Accept": "application/json"})
    assert (again.status_code, again.headers["Location"]) == (303, path)
    page = inspector.get(path)
    assert hidden["form_token"] in page
    assert views(world, waiting)[0].version == 1


def test_refused_record_keeps_what_was_typed(visit: Visit, world: World, waiting: str) -> None:
    answer = visit("inspector1").fill(
        f"/mo-hinh/{waiting}/kiem-tra", {**RECORD, "score_fit": "99", "strengths": "Dân tự làm."}, status=422
    )
    assert 'href="#score_fit"' in answer.text
    assert "Dân tự làm." in answer.text
    assert views(world, waiting) == []


def test_photos_are_attached_and_a_wrong_one_loses_nothing(visit: Visit, world: World, waiting: str) -> None:
    inspector = visit("inspector1")
    photos = [a_photo(), a_photo("cổng.jpg"), (BytesIO(b"%PDF-1.7 khong phai anh"), "ảnh.jpg")]
    answer = inspector.fill(f"/mo-hinh/{waiting}/kiem-tra", {**RECORD, "photos": photos})
    page = inspector.follow(answer)
    assert "Ảnh chưa lưu được. ảnh.jpg" in page
    assert page.count("/anh-nho") == 2
    with world.database.read() as connection:
        kept = connection.execute(sa.select(attachment.c.file_name, attachment.c.purpose)).all()
    assert [tuple(row) for row in kept] == [("sân.jpg", "inspection"), ("cổng.jpg", "inspection")]
    assert len(views(world, waiting)) == 1


def test_two_inspectors_see_what_the_other_wrote(visit: Visit, world: World, waiting: str) -> None:
    first, second = visit("inspector1"), visit("inspector2")
    path = f"/mo-hinh/{waiting}/kiem-tra"
    first.fill(path, {**RECORD, "strengths": "Dân tự bàn."})
    stale = hidden_fields(second.get(path))
    first.fill(path, {**RECORD, "score_leadership": "14", "strengths": "Dân tự bàn, tự làm.", "place": "Sân kho"})
    typed = {**stale, **RECORD, "score_leadership": "", "score_fit": "12", "shortcomings": "Sổ thiếu chữ ký."}
    answer = second.post(path, typed, 409)
    told = words(answer.text[answer.text.index('id="trong-luc-do"') :])
    assert "thành viên khác đã ghi biên bản này" in told
    assert "Địa điểm: Nhà văn hoá thôn → Sân kho" in told
    assert "Ưu điểm: Dân tự bàn. → Dân tự bàn, tự làm." in told
    assert re.search(r"13,5 → 14 ", told)
    # What was the same before and after, and what I changed myself, is not theirs.
    assert "Hình thức:" not in told
    assert 'value="12"' in answer.text
    assert "Sổ thiếu chữ ký." in answer.text
    second.post(path, {**hidden_fields(answer.text), **RECORD, "score_fit": "12"})
    assert views(world, waiting)[0].version == 3


def test_first_record_of_two_inspectors_is_told_whole(visit: Visit, world: World, waiting: str) -> None:
    first, second = visit("inspector1"), visit("inspector2")
    path = f"/mo-hinh/{waiting}/kiem-tra"
    stale = hidden_fields(second.get(path))
    first.fill(path, RECORD)
    answer = second.post(path, {**stale, **RECORD, "score_leadership": "9"}, 409)
    told = words(answer.text[answer.text.index('id="trong-luc-do"') :])
    assert "– → 13,5" in told
    assert re.search(r"Thành viên đoàn: – → \w+", told)


def test_record_of_a_model_that_awaits_none_says_so(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "implementing")
    assert "không ghi biên bản kiểm tra" in visit("inspector1").get(f"/mo-hinh/{code}/kiem-tra", status=409)


def test_minutes_are_for_everybody_who_sees_the_model(visit: Visit, world: World, waiting: str) -> None:
    record_id = world.inspect(waiting)
    path = f"/mo-hinh/{waiting}/kiem-tra/{record_id}/bien-ban"
    for who in ("inspector1", "officer.x1t1"):
        browser = visit(who)
        assert path in browser.get(f"/mo-hinh/{waiting}")
        page = browser.get(path)
        for words in (
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Phan Văn Tra",
            "94",
            "TRƯỞNG ĐOÀN",
            "Bản ghi chưa kết luận",
        ):
            assert words in page
    visit("outsider").get(path, status=404)
    visit("inspector1").get(f"/mo-hinh/{waiting}/kiem-tra/{record_id + 1}/bien-ban", status=404)


def test_visit_is_planned_from_the_ticked_models(visit: Visit, world: World, waiting: str) -> None:
    second = world.create(a_draft(unit="KL-X1-T2", name="Tổ tự quản đường hoa"), who="officer.x1t2")
    world.carry(second, "awaiting_inspection")
    inspector = visit("inspector1")
    assert "2 mô hình chờ kiểm tra, 2 chưa hẹn ngày." in inspector.get("/kiem-tra")
    path = f"/kiem-tra/chuyen/moi?ma={waiting}&ma={second}"
    assert inspector.get(path).count("checked") == 3
    planned: dict[str, Any] = {"day": "31/12/2030", "models": [waiting, second], "members": ["inspector1"]}
    answer = inspector.fill(path, {**planned, "day": "hôm nào rảnh"}, status=422)
    assert "hôm nào rảnh" in answer.text
    inspector.fill(path, planned)
    page = inspector.get("/kiem-tra")
    assert "31/12/2030 – Xã Bản Lầu" in page
    assert "Ngày hẹn: 31/12/2030." in visit("officer.x1t1").get(f"/mo-hinh/{waiting}")
    assert "Hẹn ngày 31/12/2030." in inspector.get(f"/mo-hinh/{waiting}/kiem-tra")
    assert "Chưa có mô hình nào" in visit("inspector3").get("/kiem-tra?cua-toi=1")


def test_visit_changed_by_another_comes_back_with_both(visit: Visit, world: World, waiting: str) -> None:
    first, second = visit("inspector1"), visit("inspector2")
    planned: dict[str, Any] = {"day": "31/12/2030", "models": [waiting], "members": ["inspector1"]}
    first.fill("/kiem-tra/chuyen/moi", planned)
    with world.database.read() as connection:
        visit_id = connection.execute(sa.select(visit_table.c.id)).scalar_one()
    path = f"/kiem-tra/chuyen/{visit_id}"
    stale = hidden_fields(second.get(path))
    first.fill(path, {**planned, "day": "30/12/2030"})
    answer = second.post(path, {**stale, **planned, "note": "Đi ô tô."}, 409)
    assert "nay đi ngày 30/12/2030" in answer.text
    assert "Đi ô tô." in answer.text
    first.get(path)
    first.post(f"{path}/huy")
    first.get(path, status=404)


@pytest.mark.parametrize("count", [1, 4])
def test_plan_asks_the_database_as_often_for_many(visit: Visit, world: World, count: int) -> None:
    for n in range(count):
        world.carry(world.create(a_draft(name=f"Mô hình đường hoa số {n}")), "awaiting_inspection")
    with world.database.write() as connection:
        codes = list(connection.execute(sa.select(emulation_model.c.code)).scalars())
        visits.save(connection, "inspector1", NOW, VisitInput("05/03/2024", codes, ["inspector1"]))
    inspector = visit("inspector1")
    inspector.get("/kiem-tra")
    statements: list[str] = []

    def count_one(*args: Any) -> None:
        statements.append(args[2])

    sa.event.listen(world.database.engine, "before_cursor_execute", count_one)
    inspector.get("/kiem-tra")
    sa.event.remove(world.database.engine, "before_cursor_execute", count_one)
    # The session and the count of unread messages are among them.
    assert len([one for one in statements if one.startswith("SELECT")]) == 8
