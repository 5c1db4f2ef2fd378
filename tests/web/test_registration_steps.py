"""The form in steps: what each keeps, what is suggested, copied, checked before handing in, and shown to the reviewer after."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from PIL import Image

from tests.web.conftest import Browser, hidden_fields
from tests.web.test_journey import FORM, register, step
from tests.world import ITEM_TEXTS, NOW, YEAR, World, a_draft
from web.look.differences import Piece, pieces
from workflow.core.lifecycles import parsing
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.schema import emulation_model
from workflow.stages.registration import commands as registration

Visit = Callable[[str], Browser]
FIRST = {name: FORM[name] for name in ("unit", "kind", "field", "name", "origin")}


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def begin(browser: Browser, **changes: str) -> str:
    """The first step; the draft's code."""
    return browser.fill("/mo-hinh/moi", {**FIRST, **changes}).headers["Location"].split("/")[2]


def test_steps_lead_from_one_to_the_next_and_each_is_kept(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    answer = officer.fill("/mo-hinh/moi", FIRST)
    assert answer.headers["Location"].endswith("/phieu/muc-tieu")
    code = answer.headers["Location"].split("/")[2]
    listed = _plain(officer.get(f"/mo-hinh/{code}/phieu"))
    assert "Còn thiếu Thực trạng và lý do chọn; Mục tiêu, chỉ tiêu" in listed
    way = {
        "muc-tieu": ("situation", "goals"),
        "cach-lam": ("method", "place_people", "forces"),
        "thoi-gian": ("time_resources", "outputs", "sustainability"),
    }
    slugs = [*way, "lien-he"]
    for slug, items in way.items():
        answer = officer.fill(f"/mo-hinh/{code}/phieu/{slug}", {item: ITEM_TEXTS[item] for item in items})
        assert answer.headers["Location"].endswith(slugs[slugs.index(slug) + 1])
    answer = officer.fill(f"/mo-hinh/{code}/phieu/lien-he", {"representative": "Lò Văn Bản", "phone": "0912 345 678"})
    assert answer.headers["Location"].endswith("/kiem-tra")
    page = officer.follow(answer)
    for text in (*ITEM_TEXTS.values(), "Lò Văn Bản", FORM["name"], "Nông thôn mới"):
        assert text in page, text
    assert "Sửa" in page
    # The window of 2024 is over: that is said before handing in, not after.
    assert "đăng ký trễ" in page
    officer.post(f"/mo-hinh/{code}/buoc/submit", hidden_fields(page))
    assert world.state(code) == "submitted"


def test_step_keeps_what_other_steps_hold(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    code = register(officer)
    officer.fill(f"/mo-hinh/{code}/phieu/muc-tieu", {"situation": "Viết lại.", "goals": "Viết lại mục tiêu."})
    page = officer.get(f"/mo-hinh/{code}/phieu/kiem-tra")
    for text in ("Viết lại.", ITEM_TEXTS["method"], "trên 300 ngày công", "0912 345 678"):
        assert text in page, text


def test_check_says_what_is_missing_and_offers_no_button(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    page = officer.get(f"/mo-hinh/{begin(officer)}/phieu/kiem-tra")
    assert "Chưa nộp được" in page
    assert "còn thiếu 8 mục" in page
    assert ">Nộp đăng ký</button>" not in page


def test_figures_are_echoed_the_way_they_were_read_and_doubted(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    code = begin(officer)
    typed = {"targets-0-measure": "cash", "targets-0-value": "1,139 tỷ", "targets-1-measure": "road"}
    answer = officer.fill(f"/mo-hinh/{code}/phieu/thoi-gian", {**typed, "targets-1-value": "900 km"})
    page = officer.follow(answer)
    assert "Tiền mặt: 1.139.000.000 đồng" in page
    assert "lớn bất thường" in page


def test_field_is_suggested_with_its_reason_when_none_was_chosen(visit: Visit) -> None:
    answer = visit("officer.x1t1").fill("/mo-hinh/moi", {**FIRST, "field": ""}, status=422)
    said = _plain(answer.text)
    assert "Gợi ý lĩnh vực: Nông thôn mới" in said
    assert "“hiến đất”" in said


def test_alike_names_and_field_are_told_while_typing(visit: Visit, world: World) -> None:
    code = world.carry(world.create(a_draft(name=FORM["name"])), "submitted")
    fragment = visit("officer.x1t1").client.get("/mo-hinh/gan-giong", query_string={"ten": FORM["name"], "nam": "2024"})
    assert fragment.status_code == 200
    assert code in fragment.text
    assert "Nông thôn mới" in fragment.text
    other = visit("officer.x1t2").client.get("/mo-hinh/gan-giong", query_string={"ten": FORM["name"], "nam": "2024"})
    assert code not in other.text


def test_alike_names_are_told_without_scripts_after_the_first_step(visit: Visit, world: World) -> None:
    known = world.carry(world.create(a_draft(name=FORM["name"])), "submitted")
    officer = visit("officer.x1t1")
    code = begin(officer)
    assert f"/mo-hinh/{known}" in officer.get(f"/mo-hinh/{code}/phieu/muc-tieu")


def test_every_item_has_a_good_and_a_bad_example(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    page = officer.get(f"/mo-hinh/{register(officer)}/phieu/ca-phieu")
    assert page.count("Nên viết:") == page.count("Chưa đạt:") == 9


def test_file_is_attached_on_the_way_and_another_may_follow(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    code = begin(officer)
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), (120, 160, 90)).save(picture, "PNG")
    path = f"/mo-hinh/{code}/phieu/lien-he"
    answer = officer.fill(path, {"file": (io.BytesIO(picture.getvalue()), "ảnh đường.png"), "stay": "1"})
    assert answer.headers["Location"].endswith(path)
    assert "ảnh đường.png" in officer.follow(answer)
    answer = officer.fill(
        path, {"phone": "0912 345 678", "file": (io.BytesIO(b"MZ" + b"\0" * 200), "cai-dat.png")}, 422
    )
    assert 'href="#file"' in answer.text
    assert 'value="0912 345 678"' in answer.text


def test_stale_step_is_a_conflict_that_keeps_what_was_typed(visit: Visit) -> None:
    officer, deputy = visit("officer.x1t1"), visit("deputy.officer")
    code = begin(officer)
    path = f"/mo-hinh/{code}/phieu/muc-tieu"
    page = officer.get(path)
    deputy.fill(f"/mo-hinh/{code}/phieu/cach-lam", {"method": "Họp dân ba lần."})
    answer = officer.post(path, {**hidden_fields(page), "goals": "1,2 km đường."}, 409)
    assert "người khác đã thay đổi" in answer.text
    assert "1,2 km đường." in answer.text
    # Sent again for the present version it is kept, beside what the other wrote.
    officer.post(path, {**hidden_fields(answer.text), "goals": "1,2 km đường."})
    check = officer.get(f"/mo-hinh/{code}/phieu/kiem-tra")
    assert "Họp dân ba lần." in check
    assert "1,2 km đường." in check


def test_form_that_was_accepted_is_not_offered_for_editing(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    code = world.carry(register(officer), "registered")
    for path in ("phieu", "phieu/muc-tieu", "phieu/kiem-tra"):
        assert "Hãy gửi đề nghị đổi tên hoặc lĩnh vực" in officer.get(f"/mo-hinh/{code}/{path}", status=409)


def test_unknown_part_is_not_found(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    officer.get(f"/mo-hinh/{register(officer)}/phieu/khong-co", status=404)


def test_last_years_model_is_continued_with_its_text(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    old = world.carry(register(officer), "registered")
    with world.database.write() as connection:
        stored.create_year(connection, NOW, YEAR + 1, standard_defaults(), parsing.standard())
    page = officer.get("/mo-hinh/moi", nam=str(YEAR + 1))
    assert f"tiep-tuc={old}" in page
    path = f"/mo-hinh/moi?nam={YEAR + 1}&tiep-tuc={old}"
    page = officer.get(path)
    assert FORM["name"] in page
    answer = officer.post(
        path, {**FIRST, "origin": "continued", "origin_model": old, "name": FORM["name"] + " giai đoạn hai"}
    )
    code = answer.headers["Location"].split("/")[2]
    page = officer.get(f"/mo-hinh/{code}/phieu/kiem-tra")
    for text in (*ITEM_TEXTS.values(), "trên 300 ngày công", old):
        assert text in page, text
    assert code in officer.get(f"/mo-hinh/{old}")
    # Continued already, so not proposed again.
    assert f"tiep-tuc={old}" not in officer.get("/mo-hinh/moi", nam=str(YEAR + 1))


def test_recognised_model_is_replicated_and_keeps_its_lineage(visit: Visit, world: World) -> None:
    source = world.carry(world.create(a_draft(name="Đường hoa kiểu mẫu")), "recognised")
    staff = visit("chair")
    assert "Nhân rộng mô hình này" in staff.get(f"/mo-hinh/{source}")
    path = f"/mo-hinh/moi?nhan-rong={source}"
    staff.get(path)
    answer = staff.post(
        path,
        {**FIRST, "unit": "KL-X1-T2", "name": "Đường hoa thôn Pác Cọ", "origin": "replicated", "origin_model": source},
    )
    code = answer.headers["Location"].split("/")[2]
    assert ITEM_TEXTS["method"] in staff.get(f"/mo-hinh/{code}/phieu/kiem-tra")
    assert "Được nhân rộng" in staff.get(f"/mo-hinh/{source}")


def test_model_out_of_scope_is_not_copied(visit: Visit, world: World) -> None:
    source = world.carry(world.create(), "recognised")
    visit("outsider.officer").get("/mo-hinh/moi", query={"nhan-rong": source}, status=404)
    visit("officer.x1t2").get("/mo-hinh/moi", query={"tiep-tuc": source}, status=404)


def test_individual_is_registered(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    code = begin(officer, kind="individual", person="Lò Văn Đức", person_distinguisher="tổ 2")
    assert "Lò Văn Đức, tổ 2" in officer.get(f"/mo-hinh/{code}/phieu/kiem-tra")


def test_known_name_is_asked_about_and_the_answer_is_kept(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    begin(officer, kind="individual", person="Lò Văn Đức")
    named = {"kind": "individual", "person": "Lò Văn Đức", "name": "Trồng quế dưới tán rừng"}
    assert "Cùng một người" not in officer.get("/mo-hinh/moi")
    page = officer.fill("/mo-hinh/moi", {**FIRST, **named}, status=422).get_data(as_text=True)
    assert "đã có người đăng ký tên Lò Văn Đức" in page
    assert 'name="same_person"' in page
    officer.fill("/mo-hinh/moi", {**FIRST, **named, "same_person": "y"})
    with world.database.read() as connection:
        assert len(connection.execute(sa.select(emulation_model.c.person_id).distinct()).all()) == 1


def test_return_says_what_to_mend_and_the_reviewer_sees_what_changed(visit: Visit, world: World) -> None:
    officer, staff = visit("officer.x1t1"), visit("staff2")
    code = register(officer)
    step(officer, code, "submit")
    step(staff, code, "return_registration", reason="Chỉ tiêu chưa đo được.", items=["goals"])
    listed = _plain(officer.get(f"/mo-hinh/{code}/phieu"))
    assert "Chỉ tiêu chưa đo được." in listed
    assert "Cần bổ sung" in listed
    page = officer.get(f"/mo-hinh/{code}/phieu/muc-tieu")
    assert "Cần viết lại" in page
    officer.fill(
        f"/mo-hinh/{code}/phieu/muc-tieu",
        {"situation": ITEM_TEXTS["situation"], "goals": ITEM_TEXTS["goals"].replace("viết đủ", "viết rõ 42 hộ")},
    )
    officer.fill(
        f"/mo-hinh/{code}/phieu/thoi-gian", {**ITEM_TEXTS, "targets-0-measure": "labour_days", "targets-0-value": "350"}
    )
    step(officer, code, "submit")
    page = staff.get(f"/mo-hinh/{code}")
    assert "Đã sửa gì sau lần trả lại" in page
    assert "<del>đủ</del>" in page
    assert "<ins>rõ 42 hộ</ins>" in page
    assert "Chỉ tiêu bằng số" in page


def test_return_without_mending_is_told_too(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "returned")
    world.apply(code, "submit", "officer.x1t1")
    assert "chưa sửa mục nào" in visit("staff2").get(f"/mo-hinh/{code}")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "mới", [Piece("come", "mới")]),
        ("cũ", "", [Piece("gone", "cũ")]),
        ("như cũ", "như cũ", [Piece("same", "như cũ")]),
        ("rộng 3 m", "rộng 5 m", [Piece("same", "rộng "), Piece("gone", "3"), Piece("come", "5"), Piece("same", " m")]),
        ("hai ba bốn", "hai năm sáu", [Piece("same", "hai "), Piece("gone", "ba bốn"), Piece("come", "năm sáu")]),
        ("a " * 2000, "b", [Piece("gone", "a " * 2000), Piece("come", "b")]),
    ],
)
def test_differences_are_told_word_by_word(before: str, after: str, expected: list[Piece]) -> None:
    assert pieces(before, after) == expected


def test_names_of_similar_are_limited_to_what_one_sees(world: World) -> None:
    with world.database.read() as connection:
        assert registration.similar_models(connection, world.year_id, "") == []
