"""Bad input gets a clear answer and nothing typed is lost: hostile texts, stale versions, double submits, errors."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask

from config.settings import Settings
from tests.web.conftest import Browser, hidden_fields
from tests.web.test_journey import FORM, register, step
from tests.world import World
from web import create_app
from web.serving.access_rules import access_rule
from workflow.ground.database import Database
from workflow.ground.refusals import DatabaseUnusable
from workflow.stages.registration import view

Visit = Callable[[str], Browser]

HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}} {% raise %} %(year)s %s ${7*7}",
    '"><img src=x onerror=alert(1)>',
    "Đường \u202eliên bản\u202c đẹp 👩‍🌾🌾",
    "a" * 300,
    "Mô hình\x00có\x07ký tự lạ",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_is_shown_as_text(visit: Visit, name: str) -> None:
    officer = visit("officer.x1t1")
    code = register(officer, name=name)
    for path in (
        f"/mo-hinh/{code}",
        "/mo-hinh",
        f"/mo-hinh/{code}/phieu",
        f"/mo-hinh/{code}/buoc/submit",
        "/viec-cua-toi",
    ):
        page = officer.get(path)
        assert "<script>" not in page
        assert "onerror=alert" not in re.sub(r"&[^;]+;", "", page) or "<img src=x" not in page
        assert " 49 " not in page


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_search_and_filters_do_no_harm(visit: Visit, name: str) -> None:
    staff = visit("staff")
    staff.get("/mo-hinh", tim=name, chang=name, loai=name)
    staff.get("/mo-hinh", query={"trang-thai": name, "linh-vuc": name, "don-vi": name})
    staff.get("/mo-hinh", status=422, sau=name)
    staff.get("/tong-hop", status=422, ngay=name)


def test_hundred_thousand_characters_are_refused_and_kept(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    long = "Họp dân bàn việc. " * 6000
    path = f"/mo-hinh/{register(officer)}/phieu/muc-tieu"
    answer = officer.fill(path, {"situation": long}, status=422)
    assert 'href="#situation"' in answer.text
    assert long.strip() in html.unescape(answer.text)


def test_refused_form_keeps_everything_typed_and_lists_what_is_wrong(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    typed = {**FORM, "name": "", "phone": "gọi sau 5 giờ", "targets-0-value": "1,000,000", "origin": "continued"}
    answer = officer.fill(f"/mo-hinh/{register(officer)}/phieu/ca-phieu", typed, status=422)
    for target in ("#name", "#phone", "#targets-0-value"):
        assert f'href="{target}"' in answer.text, target
    assert 'value="gọi sau 5 giờ"' in answer.text
    assert 'value="1,000,000"' in answer.text
    assert FORM["goals"] in answer.text
    assert re.search(r'value="continued"[^>]*checked|checked[^>]*value="continued"', answer.text)


def test_row_is_added_without_scripts_and_without_losing_a_letter(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    path = f"/mo-hinh/{register(officer)}/phieu/ca-phieu"
    page = officer.get(path)
    before = page.count('-measure"')
    answer = officer.post(path, {**FORM, "targets-1-measure": "", "phone": "chưa có", "add_row": "targets"}, status=200)
    assert answer.text.count('-measure"') > before - 1
    assert 'id="targets-2-value"' in answer.text
    assert 'value="chưa có"' in answer.text
    assert "Chưa lưu" not in answer.text


def test_stale_version_is_a_conflict_that_keeps_what_was_typed(visit: Visit, world: World) -> None:
    officer, staff = visit("officer.x1t1"), visit("staff2")
    code = register(officer)
    step(officer, code, "submit")
    page = staff.get(f"/mo-hinh/{code}/buoc/return_registration")
    visit("chair").fill(f"/mo-hinh/{code}/y-kien", {"text": "Tôi đang xem.", "audience": "unit"})
    reason = "Chỉ tiêu chưa đo được, hãy ghi số."
    answer = staff.post(f"/mo-hinh/{code}/buoc/return_registration", {**hidden_fields(page), "reason": reason}, 409)
    assert "người khác đã thay đổi" in answer.text
    # Who did what meanwhile, and nothing of before.
    shown = answer.text.partition('id="trong-luc-do"')[2].partition("<form")[0]
    assert "đã viết ý kiến" in shown
    assert shown.count("<li>") == 1
    assert reason in answer.text
    assert world.state(code) == "submitted"
    staff.post(f"/mo-hinh/{code}/buoc/return_registration", {**hidden_fields(answer.text), "reason": reason})
    assert world.state(code) == "returned"


def test_double_click_does_one_thing_once(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    code = register(officer)
    before = world.model(code).version
    page = officer.get(f"/mo-hinh/{code}/buoc/submit")
    officer.post(f"/mo-hinh/{code}/buoc/submit", hidden_fields(page))
    again = officer.post(f"/mo-hinh/{code}/buoc/submit", hidden_fields(page))
    assert "đã được gửi trước đó" in officer.follow(again)
    # The same step from another tab is another form.
    answer = officer.post(f"/mo-hinh/{code}/buoc/submit", {"version": "1"}, 409)
    assert "Có thể bước này vừa được làm rồi" in answer.text
    assert world.model(code).version == before + 1


def test_step_refused_by_a_guard_says_each_reason(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    code = register(officer, goals="", method="")
    page = officer.get(f"/mo-hinh/{code}")
    assert "còn thiếu 2 mục" in page
    answer = officer.post(f"/mo-hinh/{code}/buoc/submit", {}, 409)
    assert "còn thiếu 2 mục" in answer.text
    assert world.state(code) == "draft"


def test_step_for_another_role_is_forbidden_and_explained(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    code = register(officer)
    step(officer, code, "submit")
    page = officer.get(f"/mo-hinh/{code}")
    assert "dành cho" in page
    answer = officer.fill(f"/mo-hinh/{code}/buoc/accept", {}, status=403)
    assert "dành cho" in answer.text
    assert world.state(code) == "submitted"


def test_submitter_may_not_accept_his_own(visit: Visit, world: World) -> None:
    officer, staff = visit("officer.x1t1"), visit("staff")
    code = register(staff)
    step(staff, code, "submit")
    assert "không được tự tiếp nhận" in staff.get(f"/mo-hinh/{code}")
    assert "không được tự tiếp nhận" in staff.fill(f"/mo-hinh/{code}/buoc/accept", {}, status=409).text
    assert "thay cho Thôn Nà Hin" in officer.get(f"/mo-hinh/{code}")
    assert world.state(code) == "submitted"


def test_step_that_does_not_exist_is_not_found(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    code = register(officer)
    officer.get(f"/mo-hinh/{code}/buoc/{'x' * 500}", status=404)
    officer.get(f"/mo-hinh/{code}/buoc/recognise", status=409)


def test_votes_refused_come_back_as_chosen(visit: Visit, world: World) -> None:
    code = world.carry(register(visit("officer.x1t1")), "inspected")
    meeting_id = world.prepare_meeting([code])
    chair = visit("chair")
    chair.fill(f"/phien-binh-xet/{meeting_id}/khai-mac", {"present": ["chair", "secretary", "reviewer1", "reviewer2"]})
    votes = {f"vote-{code}-chair": "for", f"vote-{code}-reviewer.own": "for"}
    answer = chair.fill(f"/phien-binh-xet/{meeting_id}/phieu", votes, status=409)
    assert re.search(r'value="for"\s+selected', answer.text)
    chair.fill(f"/phien-binh-xet/{meeting_id}/phieu", {f"vote-{code}-chair": "for"})
    chair.fill(f"/phien-binh-xet/{meeting_id}/phieu", {f"vote-{code}-chair": "against"}, status=409)
    chair.fill(f"/phien-binh-xet/{meeting_id}/phieu", {}, status=422)
    visit("villager").get(f"/phien-binh-xet/{meeting_id}", status=404)


def test_upload_over_the_limit_is_answered_in_vietnamese(visit: Visit, app: Flask) -> None:
    officer = visit("officer.x1t1")
    code = register(officer)
    sent = {"CONTENT_LENGTH": str(app.config["MAX_CONTENT_LENGTH"] + 1)}
    answer = officer.client.post(
        f"/mo-hinh/{code}/tep",
        data={"purpose": "registration"},
        content_type="multipart/form-data",
        environ_overrides=sent,
    )
    assert answer.status_code == 413
    assert "Tệp quá lớn" in answer.text


def test_fault_shows_a_number_that_is_in_the_log(
    settings: Settings, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(settings, world.database)

    @access_rule(signed_in=True)
    def broken() -> str:
        raise ZeroDivisionError("bí mật nội bộ")

    app.add_url_rule("/hong", "broken", broken)
    page = Browser(app).sign_in("staff").get("/hong", status=500)
    reference = re.search(r"<code>([0-9A-F]{8})</code>", page)
    assert reference is not None
    assert "bí mật nội bộ" not in page
    logged = capsys.readouterr()
    assert reference[1] in logged.out + logged.err


def test_unusable_database_says_so(settings: Settings, world: World) -> None:
    app = create_app(settings, world.database)

    @access_rule(public=True)
    def locked() -> str:
        raise DatabaseUnusable("Cơ sở dữ liệu đang bận quá lâu. Chưa có gì thay đổi; hãy thử lại sau ít phút.")

    app.add_url_rule("/ban", "locked", locked)
    assert "đang bận quá lâu" in Browser(app).get("/ban", status=503)


def test_page_while_every_connection_is_taken_says_busy(settings: Settings, world: World) -> None:
    crowded = Database(world.database.url, connections=1, busy_seconds=0.1)
    app = create_app(settings, crowded)
    with crowded.read():
        assert "đang bận quá lâu" in Browser(app).get("/cong-khai", status=503)
    crowded.close()


def test_letters_from_before_unicode_are_refused_beside_the_field_and_stay_as_typed(visit: Visit, world: World) -> None:
    code = world.create()
    officer, path = visit("officer.x1t1"), f"/mo-hinh/{code}/phieu/muc-tieu"
    typed = "VËn ®éng nh©n d©n ®\xadîc mïa"
    page = officer.fill(path, {"situation": typed, "goals": "Được mùa, 50 µg, «Dân vận khéo», 5 m²"}, status=422).text
    assert "TCVN3" in page
    assert 'href="#situation"' in page
    assert 'href="#goals"' not in page
    assert typed in page
    officer.fill(path, {"situation": "Ðường lầy", "goals": "50 µg, «Dân vận khéo», 5 m²"})
    with world.database.read() as connection:
        kept = view.typed(connection, world.model(code).id).items
    assert (kept["situation"], kept["goals"]) == ("Đường lầy", "50 µg, «Dân vận khéo», 5 m²")
