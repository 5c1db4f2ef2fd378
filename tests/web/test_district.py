"""What the district does with dossiers: incoming, received, returned, compared, decided at once, chosen for a commendation."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from tests.web.conftest import Browser, hidden_fields
from tests.world import COMMITTEE, NOW, World, a_draft
from workflow.ground.schema import achievement_report, decision, submission
from workflow.stages.recognition.submission import prepare_submission
from workflow.stages.review import ballots
from workflow.stages.review import commands as review

Visit = Callable[[str], Browser]

DECISION = {"decision_number": "12-QĐ/BCĐ", "decision_date": "01/03/2024", "signer": "Nguyễn Văn Huyện"}


def submitted(world: World, count: int, *, reports: bool = True) -> tuple[int, list[str]]:
    """A submission with models that carried, not sent up yet."""
    names = [f"Vận động nhân dân làm đường ngõ {i} trên {count}" for i in range(1, count + 1)]
    codes = [world.carry(world.create(a_draft(name=name)), "inspected") for name in names]
    meeting_id = world.prepare_meeting(codes)
    with world.database.write() as connection:
        review.open_meeting(connection, "chair", NOW, meeting_id, COMMITTEE[:4])
        votes = [(code, who, "for", False) for code in codes for who in COMMITTEE[:4]]
        ballots.record_votes(connection, "secretary", NOW, meeting_id, votes)
        review.close_meeting(connection, "chair", NOW, meeting_id, "Đã biểu quyết.")
        submission_id = prepare_submission(
            connection,
            "chair",
            NOW,
            meeting_id,
            reports=dict.fromkeys(codes, "42 hộ hiến 3.200 m² đất.") if reports else {},
            number="05-TTr/BCĐ",
            dated="01/03/2024",
            signer="Vi Văn Chủ",
        )
    return submission_id, codes


def take(browser: Browser, path: str, codes: list[str], status: int = 200, **facts: str) -> str:
    """Fill in, check, and do it: the text of the result."""
    check = browser.fill(path, {"code": codes, **facts}, status=status).text
    if 'name="confirm"' not in check:
        return check
    return browser.post(path, {**hidden_fields(check), "code": codes, "confirm": "1"}, status=200).text


def proposed(visit: Visit, world: World, count: int = 7) -> tuple[int, list[str]]:
    submission_id, codes = submitted(world, count)
    take(visit("chair"), f"/to-trinh/{submission_id}/buoc/propose", codes)
    assert {world.state(code) for code in codes} == {"proposed"}
    return submission_id, codes


def test_seven_winners_are_proposed_received_and_recognised_with_one_decision(visit: Visit, world: World) -> None:
    submission_id, codes = proposed(visit, world)
    receiving = visit("district1")
    listed = receiving.get("/ho-so-trinh")
    assert "Số lượng và tên khớp" in listed
    assert "7 Đã trình cấp huyện" in " ".join(listed.split()) or "7 " in listed
    page = receiving.get(f"/to-trinh/{submission_id}")
    assert "Tiếp nhận hồ sơ (7)" in page
    assert "Đã làm 7 trên 7" in take(receiving, f"/to-trinh/{submission_id}/buoc/receive_dossier", codes)
    deciding = visit("district2")
    path = "/quyet-dinh/cong-nhan?nam=2024"
    check = deciding.fill(path, {"code": codes, **DECISION}, status=200).text
    assert "12-QĐ/BCĐ" in check
    assert "(7)" in check
    # The check has changed nothing.
    assert {world.state(code) for code in codes} == {"district_review"}
    deciding.post(path, {**hidden_fields(check), "code": codes, "confirm": "1"}, status=200)
    assert {world.state(code) for code in codes} == {"recognised"}
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(decision)).scalar_one() == 1
    assert "không có mô hình nào" in deciding.get(path).lower()


def test_check_page_says_which_model_would_be_refused_and_why(visit: Visit, world: World) -> None:
    submission_id, codes = submitted(world, 2)
    with world.database.write() as connection:
        connection.execute(
            sa.delete(achievement_report).where(achievement_report.c.model_id == world.model(codes[1]).id)
        )
    chair = visit("chair")
    page = chair.get(f"/to-trinh/{submission_id}")
    assert "Thiếu báo cáo thành tích của" in page
    result = take(chair, f"/to-trinh/{submission_id}/buoc/propose", codes)
    assert "Đã làm 1 trên 2" in result
    assert "báo cáo thành tích" in result
    assert [world.state(code) for code in codes] == ["proposed", "commune_review"]


def test_papers_that_do_not_agree_are_not_received(visit: Visit, world: World) -> None:
    submission_id, codes = proposed(visit, world, 2)
    with world.database.write() as connection:
        connection.execute(sa.update(submission).values(declared_models=9))
    district = visit("district1")
    assert "Chưa khớp" in district.get("/ho-so-trinh")
    result = take(district, f"/to-trinh/{submission_id}/buoc/receive_dossier", codes)
    assert "Đã làm 0 trên 2" in result
    assert "Số mô hình không khớp" in result


def test_dossiers_are_returned_with_a_reason_one_or_all(visit: Visit, world: World) -> None:
    submission_id, codes = proposed(visit, world, 3)
    district = visit("district1")
    path = f"/to-trinh/{submission_id}/buoc/return_dossier"
    again = district.fill(path, {"code": codes[:1]}, status=422).text
    assert "Hãy nhập" in again
    assert "Đã làm 1 trên 1" in take(district, path, codes[:1], reason="Thiếu chữ ký trong biên bản.")
    assert [world.state(code) for code in codes] == ["commune_review", "proposed", "proposed"]
    assert "Đã làm 2 trên 2" in take(district, path, codes[1:], reason="Trả để xã rà soát lại.")
    district.get(path, status=409)


def test_nothing_chosen_and_bad_facts_keep_what_was_typed(visit: Visit, world: World) -> None:
    submission_id, codes = proposed(visit, world, 1)
    take(visit("district1"), f"/to-trinh/{submission_id}/buoc/receive_dossier", codes)
    deciding = visit("district2")
    path = "/quyet-dinh/cong-nhan?nam=2024"
    assert "Hãy chọn ít nhất một mô hình" in deciding.fill(path, DECISION, status=422).text
    page = deciding.fill(path, {**DECISION, "code": codes, "decision_date": "31/02/2024"}, status=422).text
    assert 'value="12-QĐ/BCĐ"' in page
    assert "31/02/2024" in page
    check = deciding.fill(path, {**DECISION, "code": codes}, status=200).text
    mended = deciding.post(path, {**hidden_fields(check), "code": codes, "mend": "1"}, status=200).text
    assert 'value="12-QĐ/BCĐ"' in mended
    assert world.state(codes[0]) == "district_review"


def test_out_of_scope_is_not_found(visit: Visit, world: World) -> None:
    submission_id, codes = proposed(visit, world, 2)
    outsider = visit("outsider")
    outsider.get(f"/to-trinh/{submission_id}/buoc/receive_dossier", status=404)
    outsider.get("/so-sanh?" + "&".join(f"ma={code}" for code in codes), status=404)
    assert "05-TTr/BCĐ" not in outsider.get("/ho-so-trinh")


def test_models_stand_side_by_side(visit: Visit, world: World) -> None:
    _, codes = proposed(visit, world, 5)
    district = visit("district1")
    page = district.get("/so-sanh?" + "&".join(f"ma={code}" for code in codes[:4]))
    assert page.count("<section") == 4
    assert "4/5 đồng ý" in " ".join(page.split())
    assert "ngày công" in page
    district.get("/so-sanh?" + "&".join(f"ma={code}" for code in codes), status=422)
    district.get(f"/so-sanh?ma={codes[0]}", status=422)
    assert "2 đến 4" in district.get("/so-sanh") or "Hai đến bốn" in district.get("/so-sanh")


def decided(world: World) -> tuple[str, str]:
    code = world.carry(world.create(), "recognised")
    return f"/quyet-dinh/{world.model(code).decision_id}", code


def test_models_of_a_decision_are_chosen_and_exported(visit: Visit, world: World) -> None:
    path, code = decided(world)
    district = visit("district2")
    district.fill(path, {"outstanding": code, "commended": code})
    page = district.get(path)
    assert "Danh sách đề nghị khen thưởng" in page
    answer = district.client.get(f"{path}/khen-thuong.xlsx")
    sheet = load_workbook(BytesIO(answer.data)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert any(code in row for row in rows)
    assert "tiêu biểu" in district.get(f"/mo-hinh/{code}").lower()


def test_choice_on_a_stale_page_keeps_the_ticks(visit: Visit, world: World) -> None:
    path, code = decided(world)
    first, second = visit("district1"), visit("district2")
    stale: dict[str, Any] = hidden_fields(first.get(path))
    second.fill(path, {"outstanding": code})
    again = first.post(path, {**stale, "commended": code}, status=409).text
    assert "người khác đã thay đổi" in again
    ticked = again.split(f'id="commended-{code}"')[1].split(">")[0]
    assert "checked" in ticked
    first.post(path, {**hidden_fields(again), "commended": code})


@pytest.mark.parametrize("who", ["staff", "chair"])
def test_others_see_the_choice_and_cannot_change_it(visit: Visit, world: World, who: str) -> None:
    path, code = decided(world)
    browser = visit(who)
    assert "Lưu lựa chọn" not in browser.get(path)
    browser.post(path, {"outstanding": code}, status=403)
    visit("outsider").get(path, status=404)


@pytest.mark.parametrize("path", ["/ho-so-trinh", "/to-trinh/1", "/to-trinh/1/buoc/receive_dossier", "/quyet-dinh/1"])
def test_page_takes_as_many_statements_for_five_models_as_for_one(visit: Visit, world: World, path: str) -> None:
    def count(number: int) -> int:
        submission_id, codes = proposed(visit, world, number)
        where = path.replace("/to-trinh/1", f"/to-trinh/{submission_id}")
        if path.startswith("/quyet-dinh"):
            take(visit("district1"), f"/to-trinh/{submission_id}/buoc/receive_dossier", codes)
            facts: dict[str, Any] = {**DECISION, "decision_number": str(10 + number)}
            take(visit("district2"), "/quyet-dinh/cong-nhan?nam=2024", codes, **facts)
            where = f"/quyet-dinh/{world.model(codes[0]).decision_id}"
        browser = visit("district1")
        browser.get(where)
        statements.clear()
        browser.get(where)
        return len(statements)

    statements: list[str] = []
    sa.event.listen(
        world.database.engine, "before_cursor_execute", lambda c, cursor, statement, *rest: statements.append(statement)
    )
    assert count(1) == count(5)
