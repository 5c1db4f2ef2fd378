"""A review meeting by its pages: one grid for everything, stale pages, two secretaries, papers, what comes after the close."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.web.conftest import Browser, hidden_fields
from tests.world import COMMITTEE, NOW, YEAR, World, a_draft
from workflow.ground.schema import account, meeting_note, review_meeting
from workflow.stages.review import commands as review
from workflow.stages.review import view as review_view

Visit = Callable[[str], Browser]
PRESENT = list(COMMITTEE[:4])


def inspected(world: World, count: int) -> list[str]:
    names = (f"Vận động nhân dân trồng rừng gỗ lớn khu số {i}" for i in range(1, count + 1))
    return [world.carry(world.create(a_draft(name=name)), "inspected") for name in names]


def opened(world: World, codes: list[str], *, ballot: str = "named") -> str:
    meeting_id = world.prepare_meeting(codes)
    with world.database.write() as connection:
        connection.execute(sa.update(review_meeting).values(ballot=ballot))
    with world.database.write() as connection:
        review.open_meeting(connection, "chair", NOW, meeting_id, PRESENT)
    return f"/phien-binh-xet/{meeting_id}"


def test_whole_meeting_of_eighteen_models_runs_from_one_page(visit: Visit, world: World) -> None:
    codes = inspected(world, 18)
    path = f"/phien-binh-xet/{world.prepare_meeting(codes)}"
    chair = visit("chair")
    chair.fill(f"{path}/khai-mac", {"present": PRESENT})
    grid = chair.get(f"{path}/phieu")
    assert all(grid.count(f'name="rest-{code}"') == 1 for code in codes)
    assert "điểm" in grid
    assert "Không được biểu quyết:" in grid
    # One choice for each row: everybody who is there and has no vote of their own yet.
    votes = {f"rest-{code}": "for" for code in codes[:-1]} | {f"rest-{codes[-1]}": "against"}
    votes[f"vote-{codes[0]}-reviewer1"] = "against"
    votes[f"vote-{codes[0]}-reviewer.own"] = "abstain"
    grid = chair.follow(chair.fill(f"{path}/phieu", votes))
    assert grid.count("Đủ phiếu") >= 17
    assert "3–1–1" in grid
    check = chair.get(f"{path}/ket-thuc")
    assert "17/18" in check
    assert "Tổng số 17/18 mô hình đủ phiếu." in check
    chair.fill(f"{path}/ket-thuc", {"minutes": "Các thành viên thảo luận rồi biểu quyết."})
    assert "Lập tờ trình" in chair.get(path)
    assert chair.client.get(f"{path}/phieu").status_code == 302
    chair.post(f"{path}/phieu", {f"rest-{codes[0]}": "for"}, status=409)


def test_members_of_the_committee_are_proposed_and_guests_kept(visit: Visit, world: World) -> None:
    path = f"/phien-binh-xet/{world.prepare_meeting([], members=['chair'])}"
    chair = visit("chair")
    answer = chair.fill("/phien-binh-xet/moi", {"unit": "KL-X1", "title": "Phiên năm 2024", "held_on": "05/04/2024"})
    fresh = chair.get(f"{answer.headers['Location']}/thanh-vien")
    assert "Đã đề xuất" in fresh
    assert "Đã đề xuất" not in chair.get(f"{path}/thanh-vien")
    chair.fill(f"{path}/thanh-vien", {"duty-chair": "chair", "guests": "Ông Lò Văn Già\nBà Hà Thị Mời"})
    assert "Ông Lò Văn Già; Bà Hà Thị Mời" in chair.get(path)


def test_stale_page_keeps_what_was_chosen_and_says_so(visit: Visit, world: World) -> None:
    codes = inspected(world, 2)
    path = f"/phien-binh-xet/{world.prepare_meeting(codes)}"
    chair, secretary = visit("chair"), visit("secretary")
    stale = hidden_fields(chair.get(f"{path}/chuong-trinh"))
    secretary.fill(f"{path}/chuong-trinh", {"code": codes[:1]})
    chair.get(f"{path}/chuong-trinh")
    kept = chair.post(f"{path}/chuong-trinh", {**stale, "code": codes, f"order-{codes[1]}": "1"}, status=409).text
    assert "người khác đã làm việc với phiên này" in kept
    assert f'name="order-{codes[1]}"' in kept
    renewed = hidden_fields(kept)
    assert renewed["version"] != stale["version"]
    chair.post(f"{path}/chuong-trinh", {**renewed, "code": codes, f"order-{codes[1]}": "1"})
    with world.database.read() as connection:
        from workflow.core import access

        seen = review_view.meeting(connection, access.actor(connection, "chair", NOW), int(path.rsplit("/", 1)[1]))
    assert [item.code for item in seen.agenda] == [codes[1], codes[0]]


def test_stale_page_tells_what_others_did_with_the_meeting(visit: Visit, world: World) -> None:
    codes = inspected(world, 2)
    path = f"/phien-binh-xet/{world.prepare_meeting(codes[:1])}"
    chair, secretary = visit("chair"), visit("secretary")
    members = {"duty-chair": "chair", "duty-secretary": "secretary", "guests": "Bà Hà Thị Mời"}
    stale = {page: hidden_fields(chair.get(f"{path}/{page}")) for page in ("thanh-vien", "chuong-trinh")}
    secretary.fill(f"{path}/thanh-vien", members)
    secretary.fill(f"{path}/chuong-trinh", {"code": codes[1:]})
    page = chair.post(f"{path}/thanh-vien", {**stale["thanh-vien"], **members, "guests": "Ông Lò"}, status=409).text
    told = told_meanwhile(page)
    assert "đã lập danh sách thành viên." in told
    assert "Khách mời: – → Bà Hà Thị Mời" in told
    assert re.search(r"Thành viên: [^→]*\(Thành viên\)[^→]* → ", told)
    assert f"Chương trình: {codes[0]} → {codes[1]}" in told
    assert "Ông Lò</textarea>" in page
    # What it has told once is not told again.
    secretary.fill(f"{path}/chuong-trinh", {"code": codes})
    page = chair.post(f"{path}/thanh-vien", {**hidden_fields(page), **members}, status=409).text
    assert "Khách mời" not in told_meanwhile(page)
    assert f"Chương trình: – → {codes[0]}" in told_meanwhile(page)


def test_votes_of_others_are_told_before_the_close(visit: Visit, world: World) -> None:
    codes = inspected(world, 2)
    path = opened(world, codes)
    chair, secretary = visit("chair"), visit("secretary")
    stale = hidden_fields(chair.get(f"{path}/ket-thuc"))
    secretary.fill(f"{path}/phieu", {f"rest-{code}": "for" for code in codes})
    page = chair.post(f"{path}/ket-thuc", {**stale, "minutes": "Đã thảo luận kỹ."}, status=409).text
    assert f"đã ghi phiếu. Mô hình: {codes[0]}, {codes[1]}." in told_meanwhile(page)


@pytest.mark.parametrize("moment", ["", "hôm qua", "2024-03-01T02:00:00", "9" * 500])
def test_moment_that_is_none_tells_nothing_and_loses_nothing(visit: Visit, world: World, moment: str) -> None:
    path = f"/phien-binh-xet/{world.prepare_meeting(inspected(world, 1))}"
    typed = {"version": "1", "opened_at": moment, "duty-chair": "chair", "guests": "Ông Lò"}
    chair = visit("chair")
    chair.get(f"{path}/thanh-vien")
    page = chair.post(f"{path}/thanh-vien", typed, status=409).text
    assert "trong-luc-do" not in page
    assert "Ông Lò</textarea>" in page


def told_meanwhile(page: str) -> str:
    """What a page says about what others did."""
    section = page[page.index('id="trong-luc-do"') :].split("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", section).split())


def test_two_secretaries_at_once_lose_no_vote(visit: Visit, world: World) -> None:
    (code,) = inspected(world, 1)
    path = opened(world, [code])
    first, second = visit("chair"), visit("secretary")
    first.get(f"{path}/phieu")
    second.fill(f"{path}/phieu", {f"vote-{code}-reviewer1": "for"})
    typed = {f"vote-{code}-reviewer1": "against", f"vote-{code}-reviewer2": "against"}
    again = first.post(f"{path}/phieu", typed, status=409).text
    assert "đã bỏ phiếu cho mô hình" in again
    assert f'name="vote-{code}-reviewer1"' not in again
    assert '<option value="against"' in again.split(f'name="vote-{code}-reviewer2"')[1].split("</select>")[0]
    first.post(f"{path}/phieu", {f"vote-{code}-reviewer2": "against"})
    assert "1–1–0" in first.get(f"{path}/phieu")


def test_stale_count_of_a_secret_ballot_is_not_overwritten(visit: Visit, world: World) -> None:
    codes = inspected(world, 2)
    path = opened(world, codes, ballot="secret")
    first, second = visit("chair"), visit("secretary")

    def counted(code: str, *numbers: str) -> dict[str, str]:
        return dict(zip((f"for-{code}", f"against-{code}", f"abstain-{code}"), numbers, strict=True))

    stale = hidden_fields(first.get(f"{path}/phieu"))
    second.fill(f"{path}/phieu", counted(codes[0], "4", "0", "0"))
    again = first.post(f"{path}/phieu", {**stale, **counted(codes[0], "3", "1", "0")}, status=409).text
    assert "Đã ghi trên máy chủ: 4 – 0 – 0" in " ".join(again.split())
    assert f'name="for-{codes[0]}"' in again
    first.post(f"{path}/phieu", {**hidden_fields(again), **counted(codes[0], "3", "1", "0")})
    assert "3–1–0" in first.get(f"{path}/phieu")


def test_close_asks_for_the_vote_of_somebody_present(visit: Visit, world: World) -> None:
    (code,) = inspected(world, 1)
    path = opened(world, [code])
    chair = visit("chair")
    chair.fill(f"{path}/phieu", {f"vote-{code}-{name}": "for" for name in PRESENT[:3]})
    page = chair.fill(f"{path}/ket-thuc", {"minutes": "Đã thảo luận kỹ."}, status=422).text
    assert "Còn thiếu phiếu của người có mặt" in page
    assert 'href="#not_returned"' in page
    assert "Đã thảo luận kỹ." in page
    chair.fill(f"{path}/ket-thuc", {"minutes": "Đã thảo luận kỹ.", "not_returned": "y"})
    assert "Phiếu không nộp lại" in chair.get(f"{path}/bien-ban")


def test_nobody_closes_over_votes_he_has_not_seen(visit: Visit, world: World) -> None:
    (code,) = inspected(world, 1)
    path = opened(world, [code])
    chair, secretary = visit("chair"), visit("secretary")
    stale = hidden_fields(chair.get(f"{path}/ket-thuc"))
    secretary.fill(f"{path}/phieu", {f"rest-{code}": "for"})
    again = chair.post(f"{path}/ket-thuc", {**stale, "minutes": "Đã thảo luận kỹ."}, status=409).text
    assert "Đã thảo luận kỹ." in again
    assert "Đủ phiếu" in again
    chair.post(f"{path}/ket-thuc", {**hidden_fields(again), "minutes": "Đã thảo luận kỹ."})


def test_meeting_whose_members_were_all_replaced_says_so_before_it_opens(visit: Visit, world: World) -> None:
    (code,) = inspected(world, 1)
    path = f"/phien-binh-xet/{world.prepare_meeting([code], members=COMMITTEE[2:])}"
    with world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name.in_(COMMITTEE[2:])).values(locked_at=NOW))
    chair = visit("chair")
    page = chair.fill(f"{path}/khai-mac", {"present": list(COMMITTEE[2:])}, status=409).text
    assert "Hãy chọn lại thành viên rồi khai mạc" in page
    chair.fill(f"{path}/thanh-vien", {"duty-chair": "chair", "duty-secretary": "secretary"})
    chair.fill(f"{path}/khai-mac", {"present": ["chair", "secretary"]})


def test_five_thousand_pasted_rows_are_refused_with_a_sentence(visit: Visit, world: World) -> None:
    path = f"/phien-binh-xet/{world.prepare_meeting([])}"
    pasted = "\n".join(f"DVK-{YEAR}-{i:05}" for i in range(5_000))
    page = visit("chair").fill(f"{path}/chuong-trinh", {"pasted": pasted}, status=422).text
    assert "Chương trình có 5000 mô hình, tối đa 500" in page
    assert f"DVK-{YEAR}-04999" in page


def test_models_are_put_on_the_agenda_by_pasting_their_codes(visit: Visit, world: World) -> None:
    codes = inspected(world, 3)
    path = f"/phien-binh-xet/{world.prepare_meeting([])}"
    visit("chair").fill(f"{path}/chuong-trinh", {"pasted": f"{codes[2]}, {codes[0]}\n{codes[1]}"})
    assert all(code in visit("chair").get(path) for code in codes)


def test_papers_are_printed_and_a_note_stands_beside_them(visit: Visit, world: World) -> None:
    (code,) = inspected(world, 1)
    path = opened(world, [code])
    chair = visit("chair")
    assert "bản nháp" in chair.get(f"{path}/bien-ban")
    chair.fill(f"{path}/phieu", {f"rest-{code}": "for"})
    chair.get(f"{path}/ghi-chu")
    chair.post(f"{path}/ghi-chu", {"text": "Còn đang họp."}, status=409)
    chair.fill(f"{path}/ket-thuc", {"minutes": "Biên bản đã thông qua."})
    minutes = chair.get(f"{path}/bien-ban")
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in minutes
    assert "Biên bản đã thông qua." in minutes
    count = " ".join(chair.get(f"{path}/kiem-phieu").split())
    assert re.findall(r'<td class="numbers" data-label="([^"]+)"\s*>(\d)</td>', count) == [
        ("Số phiếu", "4"),
        ("Đồng ý", "4"),
        ("Không", "0"),
        ("Không biểu quyết", "0"),
        ("Bằng văn bản", "0"),
    ]
    chair.fill(f"{path}/ghi-chu", {"text": "Dòng 3: xin đọc là 42 hộ."})
    assert "Dòng 3: xin đọc là 42 hộ." in chair.get(path)
    assert "Dòng 3: xin đọc là 42 hộ." in chair.get(f"{path}/bien-ban")
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(meeting_note)).scalar_one() == 1


def test_no_paper_before_the_meeting_opens(visit: Visit, world: World) -> None:
    path = f"/phien-binh-xet/{world.prepare_meeting([])}"
    for paper in ("bien-ban", "kiem-phieu"):
        visit("chair").get(f"{path}/{paper}", status=409)
        visit("outsider").get(f"{path}/{paper}", status=404)


@pytest.mark.parametrize("page", ["", "/phieu", "/chuong-trinh", "/thanh-vien", "/ket-thuc", "/bien-ban"])
def test_page_takes_as_many_statements_for_five_models_as_for_one(visit: Visit, world: World, page: str) -> None:
    codes = inspected(world, 6)
    statements: list[str] = []
    sa.event.listen(
        world.database.engine, "before_cursor_execute", lambda c, cursor, statement, *rest: statements.append(statement)
    )

    def count(path: str) -> int:
        chair.get(path)
        statements.clear()
        chair.get(path)
        return len(statements)

    chair = visit("chair")
    one, many = opened(world, codes[:1]), opened(world, codes[1:])
    assert count(one + page) == count(many + page) > 0
