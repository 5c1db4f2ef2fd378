"""What the history carries is told to people in words: no key of a program, no number of an account."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.web.conftest import Browser
from tests.world import COMMITTEE, World
from web.words.particulars import MOST_DETAILS, details, people_in
from workflow.ground.schema import account, history

Visit = Callable[[str], Browser]
CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ('{"changed": {"closes_on": ["2024-03-31", "2024-04-15"]}}', ["Hết hạn đăng ký: 31/03/2024 → 15/04/2024"]),
        ('{"changed": {"name": ["Cũ", ""], "kind": ["collective", "x"]}}', ["Tên mô hình: Cũ → –", "Loại: Tập thể → x"]),
        ('{"members": [7, 8], "head": "inspector1"}', ["Thành viên: Hà Văn Xét; 8", "Trưởng đoàn: inspector1"]),
        ('{"members": [{"account": 7, "duty": "chair"}]}', ["Thành viên: Người Hà Văn Xét, Nhiệm vụ Chủ trì"]),
        ('{"scores": {"leadership": 13.5}, "inspection": 4}', ["Điểm › Vai trò lãnh đạo, chỉ đạo: 13,5"]),
        ('{"can_sign_in": false, "valid_to": [null, "2024-05-01"]}', ["Đăng nhập được: không", "Đến ngày: – → 01/05/2024"]),
        ('{"held_on": "2024-99-01", "unheard_of": "x"}', ["Ngày họp, ngày kiểm tra: 2024-99-01", "unheard_of: x"]),
        ('{"mend_by": null, "finding": ""}', []),
    ],
)  # fmt: skip
def test_entry_is_told_in_words(app: Flask, payload: str, told: list[str]) -> None:
    with app.test_request_context():
        found = details(payload, {7: "Hà Văn Xét"})
    assert [re.sub("Điểm › .*:", "Điểm › Vai trò lãnh đạo, chỉ đạo:", line) for line in found] == told


def test_long_entry_says_how_much_is_left_out(app: Flask) -> None:
    content = {f"dong{i}": "x" for i in range(MOST_DETAILS + 5)}
    with app.test_request_context():
        found = details(content, {})
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
        payloads = connection.execute(sa.select(history.c.payload).where(history.c.trigger == "members_set")).scalars()
        assert name in people_in(connection, payloads).values()
    assert name in words
