"""What the history carries is told to people in words: no key of a program, no number of an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.web.conftest import Browser
from tests.world import COMMITTEE, World
from web.words.particulars import MOST_DETAILS, details, people_in
from workflow.core.events import Changed, Event, Stated, read
from workflow.core.people.events import RoleEnded
from workflow.core.programmes.events import YearEdited
from workflow.ground.schema import account, history
from workflow.stages.implementation.events import PlanSaved
from workflow.stages.inspection.events import InspectionConcluded, VisitPlanned
from workflow.stages.registration.events import FormChanges, FormEdited
from workflow.stages.review.events import MemberNamed, MembersSet, ReviewOpened

Visit = Callable[[str], Browser]
CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (
            [YearEdited({"closes_on": Changed("2024-03-31", "2024-04-15"), "name": Changed("Một", "Một")})],
            ["Hết hạn đăng ký: 31/03/2024 → 15/04/2024"],
        ),
        (
            [FormEdited(FormChanges(name=Changed("Cũ", ""), kind=Changed("collective", "x")))],
            ["Loại: Tập thể → x", "Tên mô hình: Cũ → –"],
        ),
        ([VisitPlanned(4, date(2024, 5, 2), (7, 8))], ["Ngày: 02/05/2024", "Thành viên: Hà Văn Xét; 8"]),
        ([Stated({"head": "inspector1"})], ["Trưởng đoàn: inspector1"]),
        ([MembersSet((MemberNamed(7, "chair"),))], ["Thành viên: Người Hà Văn Xét, Nhiệm vụ Chủ trì"]),
        ([Stated({"scores": {"leadership": 13.5}})], ["Điểm › Vai trò lãnh đạo, chỉ đạo: 13,5"]),
        (
            [RoleEnded(3, "staff", "x1", Changed(None, date(2024, 5, 1)))],
            ["Vai trò: Tổ giúp việc, cán bộ Ban Dân vận", "Đơn vị: x1", "Đến ngày: – → 01/05/2024"],
        ),
        (
            [Stated({"held_on": "2024-99-01", "unheard_of": "x", "can_sign_in": False})],
            ["Đăng nhập được: không", "Ngày họp, ngày kiểm tra: 2024-99-01", "unheard_of: x"],
        ),
        ([InspectionConcluded(4, "passed", Decimal("94.5"))], ["Kết luận: Đạt", "Tổng điểm: 94,5"]),
        ([ReviewOpened(2), Stated({"finding": "Ổn"})], ["Kết luận kiểm tra: Ổn", "Phiên bình xét số: 2"]),
        ([PlanSaved(None, "")], []),
    ],
)  # fmt: skip
def test_entry_is_told_in_words(app: Flask, events: list[Event], told: list[str]) -> None:
    with app.test_request_context():
        found = details(events, {7: "Hà Văn Xét"})
    assert [re.sub("Điểm › .*:", "Điểm › Vai trò lãnh đạo, chỉ đạo:", line) for line in found] == told


def test_long_entry_says_how_much_is_left_out(app: Flask) -> None:
    content = Stated({f"dong{i}": "x" for i in range(MOST_DETAILS + 5)})
    with app.test_request_context():
        found = details([content], {})
    assert len(found) == MOST_DETAILS + 1
    assert found[-1] == "… và 5 dòng nữa"


def test_page_of_the_history_shows_no_key_and_names_people(visit: Visit, world: World) -> None:
    world.hold_meeting([world.carry(world.create(), "inspected")])
    page = visit("admin").get("/quan-tri/lich-su")
    told = re.findall(r"<details>(.*?)</details>", page, re.DOTALL)
    assert told
    words = re.sub(r"<[^>]+>", " ", " ".join(told))
    assert CODE.findall(words) == []
    with world.database.read() as connection:
        name = connection.execute(
            sa.select(account.c.full_name).where(account.c.user_name == COMMITTEE[0])
        ).scalar_one()
        payloads = connection.execute(
            sa.select(history.c.payload).where(history.c.trigger == MembersSet.trigger)
        ).scalars()
        named = people_in(connection, ([read(MembersSet, payload)] for payload in payloads))
        assert name in named.values()
    assert name in words
