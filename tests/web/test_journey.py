"""One model through all five stages and the exceptions, each step by the person whose step it is, through the pages alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from tests.web.conftest import Browser
from tests.world import COMMITTEE, ITEM_TEXTS, World
from workflow.ground.schema import agenda_item, review_meeting, submission

Visit = Callable[[str], Browser]

NAME = "Vận động nhân dân thôn Nà Hin hiến đất mở đường"
FORM = {
    "unit": "KL-X1-T1",
    "kind": "collective",
    "field": "nong_thon_moi",
    "name": NAME,
    **ITEM_TEXTS,
    "representative": "Lò Văn Bản",
    "phone": "0912 345 678",
    "origin": "new",
    "targets-0-measure": "labour_days",
    "targets-0-value": "trên 300",
}


def register(officer: Browser, **changes: str) -> str:
    """A draft through the form; its code."""
    answer = officer.fill("/mo-hinh/moi", {**FORM, **changes})
    code = answer.headers["Location"].split("/")[2]
    officer.fill(f"/mo-hinh/{code}/phieu/ca-phieu", {**FORM, **changes})
    return code


def step(browser: Browser, code: str, trigger: str, status: int = 303, **facts: Any) -> None:
    browser.fill(f"/mo-hinh/{code}/buoc/{trigger}", facts, status)


def upto_inspection(visit: Visit, code: str) -> None:
    officer = visit("officer.x1t1")
    step(officer, code, "submit")
    step(visit("staff2"), code, "accept")
    step(officer, code, "start", start_date="05/03/2024", plan="Họp dân, chia tổ, làm từng đoạn.")
    step(officer, code, "report_results", **RESULTS)


RESULTS: dict[str, Any] = {
    "results-0-measure": "labour_days",
    "results-0-value": "350 ngày công",
    "summary": "Làm xong 1,2 km đường.",
    "evidence_note": "Ảnh lưu ở nhà văn hoá thôn.",
}


def inspect(visit: Visit, code: str) -> None:
    inspector = visit("inspector1")
    page = inspector.get(f"/mo-hinh/{code}/kiem-tra")
    scores = dict.fromkeys(set(re.findall(r'name="(score_[a-z_]+)"', page)), "12,5")
    record = {
        "kind": "appraisal",
        "held_on": "05/03/2024",
        "place": "Nhà văn hoá thôn",
        "members": ["inspector1", "inspector2"],
        "head": "inspector1",
        "strengths": "Người dân tự bàn, tự làm.",
        "shortcomings": "Sổ ghi ngày công chưa đủ chữ ký.",
        **scores,
    }
    inspector.fill(f"/mo-hinh/{code}/kiem-tra", record)


def hold_meeting(visit: Visit, world: World, codes: list[str], choice: str = "for") -> int:
    chair = visit("chair")
    answer = chair.fill("/phien-binh-xet/moi", {"unit": "KL-X1", "title": "Phiên năm 2024", "held_on": "05/04/2024"})
    path = answer.headers["Location"]
    duties = {f"duty-{name}": {"chair": "chair", "secretary": "secretary"}.get(name, "member") for name in COMMITTEE}
    chair.fill(f"{path}/thanh-vien", duties)
    chair.fill(f"{path}/chuong-trinh", {"code": codes})
    chair.fill(f"{path}/khai-mac", {"present": list(COMMITTEE[:4])})
    votes = {f"vote-{code}-{name}": choice for code in codes for name in COMMITTEE[:4]}
    votes |= {f"vote-{code}-reviewer.own": "abstain" for code in codes}
    visit("secretary").fill(f"{path}/phieu", votes)
    chair.fill(f"{path}/ket-thuc", {"minutes": "Các thành viên thảo luận và biểu quyết."})
    return int(path.rsplit("/", 1)[1])


def test_model_from_registration_to_recognition(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    code = register(officer)
    assert "trên 300 ngày công" in officer.get(f"/mo-hinh/{code}")
    upto_inspection(visit, code)
    inspect(visit, code)
    step(visit("inspector1"), code, "pass_inspection")
    meeting_id = hold_meeting(visit, world, [code])
    chair = visit("chair")
    answer = chair.fill(
        f"/phien-binh-xet/{meeting_id}/to-trinh",
        {f"report-{code}": "Thôn vận động 42 hộ hiến đất.", f"results-{code}": "350 ngày công"},
    )
    assert "khớp nhau" in chair.follow(answer)
    chair.fill(answer.headers["Location"], {"number": "05-TTr/BCĐ", "dated": "06/04/2024", "signer": "Vi Văn Chủ"})
    step(chair, code, "propose")
    step(visit("district1"), code, "receive_dossier")
    district = visit("district2")
    decision: dict[str, Any] = {
        "decision_number": "12-QĐ/BCĐ",
        "decision_date": "15/05/2024",
        "signer": "Nguyễn Văn Huyện",
    }
    step(district, code, "recognise", **decision)
    page = district.get(f"/mo-hinh/{code}")
    assert world.state(code) == "recognised"
    for shown in ("12-QĐ/BCĐ", "Cấp huyện công nhận", ">75<", "4 đồng ý", "Lò Thị Hin", "350 ngày công"):
        assert shown in page, shown
    assert "12-QĐ/BCĐ" in district.get("/quyet-dinh")
    district.post(f"/mo-hinh/{code}/tieu-bieu", {"outstanding": "1"})
    assert "Tiêu biểu" in district.get(f"/mo-hinh/{code}")


def test_model_through_the_exceptions(visit: Visit, world: World) -> None:
    officer, staff = visit("officer.x1t1"), visit("staff2")
    code = register(officer)
    step(officer, code, "submit")
    step(staff, code, "return_registration", reason="Chỉ tiêu chưa đo được.", items=["goals"])
    page = officer.get(f"/mo-hinh/{code}")
    assert "Mục tiêu, chỉ tiêu" in page
    assert "Chỉ tiêu chưa đo được." in page
    assert "/phieu/muc-tieu#goals" in officer.get(f"/mo-hinh/{code}/phieu")
    officer.fill(f"/mo-hinh/{code}/phieu/ca-phieu", {**FORM, "goals": "Mở rộng 1,2 km đường, 42 hộ hiến đất."})
    step(officer, code, "submit")
    step(staff, code, "accept")
    step(officer, code, "start", start_date="05/03/2024", plan="Họp dân, chia tổ.")
    step(officer, code, "report_results", **RESULTS)
    inspect(visit, code)
    step(visit("inspector1"), code, "require_remediation", finding="Thiếu sổ ghi công.", mend_by="30/12/2090")
    assert world.state(code) == "remediation"
    step(officer, code, "report_results", **RESULTS)
    inspect(visit, code)
    step(visit("inspector1"), code, "pass_inspection")
    hold_meeting(visit, world, [code], choice="against")
    chair = visit("chair")
    page = chair.get(f"/mo-hinh/{code}")
    assert "Mô hình được 0/5 phiếu, cần ít nhất 3" in page
    step(chair, code, "decline_at_commune", reason="Không đủ phiếu đồng ý.")
    assert world.state(code) == "not_recognised"
    assert "không còn bước nào" in chair.get(f"/mo-hinh/{code}")


def test_dossier_returned_and_commune_recognition_revoked(visit: Visit, world: World) -> None:
    officer, chair = visit("officer.x1t1"), visit("chair")
    code = register(officer)
    world.carry(code, "proposed")
    step(visit("district1"), code, "return_dossier", reason="Thiếu chữ ký trong biên bản.")
    assert world.state(code) == "commune_review"
    decision: dict[str, Any] = {"decision_date": "15/05/2024", "signer": "Vi Văn Chủ"}
    step(chair, code, "recognise_at_commune", decision_number="03", **decision)
    assert world.state(code) == "commune_recognised"
    step(chair, code, "revoke", decision_number="04", reason="Kết quả không đúng sự thật.", **decision)
    assert world.state(code) == "revoked"


def test_withdraw_and_merge(visit: Visit, world: World) -> None:
    officer, staff = visit("officer.x1t1"), visit("staff2")
    first, second, third = (
        register(officer),
        register(officer, name="Tổ tự quản đường hoa"),
        register(officer, name="Thu gom rác"),
    )
    for code in (first, second):
        step(officer, code, "submit")
        step(staff, code, "accept")
    step(staff, second, "merge", merged_into=first, reason="Cùng nội dung.")
    assert world.state(second) == "merged"
    assert first in staff.get(f"/mo-hinh/{second}")
    step(officer, third, "withdraw", reason="Không còn điều kiện thực hiện.")
    assert world.state(third) == "withdrawn"


def test_change_of_name_is_asked_and_approved(visit: Visit, world: World) -> None:
    officer, staff = visit("officer.x1t1"), visit("staff2")
    code = register(officer)
    step(officer, code, "submit")
    step(staff, code, "accept")
    asked = {"subject": "name", "after": "Hiến đất mở đường liên bản", "reason": "Nói rõ việc làm."}
    officer.fill(f"/mo-hinh/{code}/doi-ten", asked)
    assert "chờ quyết định" in staff.get("/viec-cua-toi")
    staff.fill(f"/mo-hinh/{code}/de-nghi/1", {"approve": "1"})
    page = staff.get(f"/mo-hinh/{code}")
    assert f"<del>{NAME}</del>" in page
    assert world.model(code).name == "Hiến đất mở đường liên bản"


def test_picture_is_attached_shown_and_taken_off(visit: Visit) -> None:
    officer = visit("officer.x1t1")
    code = register(officer)
    picture = BytesIO()
    Image.new("RGB", (600, 400), "green").save(picture, "JPEG")
    file = (BytesIO(picture.getvalue()), "đường mới.jpg")
    officer.fill(f"/mo-hinh/{code}/tep", {"purpose": "registration", "file": file})
    assert "đường mới.jpg" in officer.get(f"/mo-hinh/{code}")
    for path in (f"/mo-hinh/{code}/tep/1", f"/mo-hinh/{code}/tep/1/anh-nho"):
        with officer.client.get(path) as answer:
            assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
            assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert visit("outsider").client.get(f"/mo-hinh/{code}/tep/1").status_code == 404
    officer.get(f"/mo-hinh/{code}")
    officer.post(f"/mo-hinh/{code}/tep/1/go")
    assert officer.client.get(f"/mo-hinh/{code}/tep/1").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ảnh.jpg", b"%PDF-1.7 khong phai anh"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("trang.html", b"<script>alert(1)</script>"),
        ("rong.pdf", b""),
    ],
)
def test_wrong_file_is_refused_with_a_sentence(visit: Visit, name: str, content: bytes) -> None:
    officer = visit("officer.x1t1")
    code = register(officer)
    data = {"purpose": "registration", "file": (BytesIO(content), name)}
    answer = officer.fill(f"/mo-hinh/{code}/tep", data, status=422)
    assert 'href="#file"' in answer.text


def test_comment_among_reviewers_stays_among_them(visit: Visit) -> None:
    officer, chair = visit("officer.x1t1"), visit("chair")
    code = register(officer)
    step(officer, code, "submit")
    chair.fill(f"/mo-hinh/{code}/y-kien", {"text": "Cần xem lại chỉ tiêu.", "audience": "reviewers"})
    chair.fill(f"/mo-hinh/{code}/y-kien", {"text": "Chào thôn.", "audience": "unit"})
    assert "Cần xem lại chỉ tiêu." in chair.get(f"/mo-hinh/{code}")
    page = officer.get(f"/mo-hinh/{code}")
    assert "Cần xem lại chỉ tiêu." not in page
    assert "Chào thôn." in page


def test_many_recognised_with_one_decision(visit: Visit, world: World) -> None:
    officer = visit("officer.x1t1")
    codes = [register(officer, name=f"Mô hình đường hoa số {i}") for i in "ABC"]
    for code in codes[:2]:
        world.carry(code, "district_review")
    district = visit("district2")
    district.get("/quyet-dinh/cong-nhan")
    page = district.post("/mo-hinh/hang-loat", {"code": codes, "trigger": "recognise", "nam": "2024"}, 200)
    assert "Số quyết định" in page.text
    form = {
        "code": codes,
        "trigger": "recognise",
        "nam": "2024",
        "confirm": "1",
        "decision_number": "12-QĐ/BCĐ",
        "decision_date": "15/05/2024",
        "signer": "Nguyễn Văn Huyện",
    }
    page = district.post("/mo-hinh/hang-loat", form, 200)
    assert "Đã làm 2 trên 3 mô hình" in page.text
    assert "trong phạm vi của bạn" in page.text
    assert [world.state(code) for code in codes] == ["recognised", "recognised", "draft"]


def test_secret_ballot_is_counted(visit: Visit, world: World) -> None:
    officer, chair = visit("officer.x1t1"), visit("chair")
    code = world.carry(register(officer), "inspected")
    form = {"unit": "KL-X1", "title": "Phiên kín", "held_on": "05/04/2024", "ballot": "secret"}
    path = chair.fill("/phien-binh-xet/moi", form).headers["Location"]
    chair.fill(f"{path}/thanh-vien", {f"duty-{name}": "member" for name in COMMITTEE})
    chair.fill(f"{path}/chuong-trinh", {"code": [code], f"order-{code}": "1"})
    chair.fill(f"{path}/khai-mac", {"present": list(COMMITTEE)})
    answer = chair.fill(f"{path}/phieu", {f"for-{code}": "4", f"against-{code}": "x", f"abstain-{code}": "1"}, 422)
    assert 'value="x"' in answer.text
    chair.fill(f"{path}/phieu", {f"for-{code}": "4", f"against-{code}": "0", f"abstain-{code}": "1"})
    chair.fill(f"{path}/ket-thuc", {"minutes": "Kiểm phiếu xong."})
    with world.database.read() as connection:
        assert connection.execute(sa.select(agenda_item.c.carried)).scalar_one() is True


def test_meeting_is_called_off(visit: Visit, world: World) -> None:
    chair = visit("chair")
    form = {"unit": "KL-X1", "title": "Phiên hoãn", "held_on": "05/04/2024"}
    path = chair.fill("/phien-binh-xet/moi", form).headers["Location"]
    chair.fill(f"{path}/huy", {"reason": "Bão lũ."})
    with world.database.read() as connection:
        assert connection.execute(sa.select(review_meeting.c.status)).scalar_one() == "cancelled"
        assert connection.execute(sa.select(sa.func.count()).select_from(submission)).scalar_one() == 0
