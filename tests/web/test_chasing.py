"""Chasing on pages: who is late, reminding with an own word once a day, units × calls, the list on paper, punctuality."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests import owing
from tests.web.conftest import Browser, hidden_fields
from tests.world import World
from web.serving import clock
from workflow.ground.schema import history, reminder
from workflow.ground.vietnam_time import end_of_day, local_date

Visit = Callable[[str], Browser]


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def now() -> datetime:
    return clock.now()


def _late(world: World, now: datetime, unit: str = "KL-X1", days: int = 5, **columns: Any) -> int:
    with world.database.write() as connection:
        return owing.owe(connection, world, local_date(now) - timedelta(days=days), unit=unit, **columns)


def test_staff_find_who_is_late_from_their_first_page(visit: Visit, world: World, now: datetime) -> None:
    _late(world, now)
    _late(world, now, "KL-X2-T1", 12)
    _late(world, now, "BS-X1", collector="BS")
    staff = visit("staff")
    home = staff.get("/viec-cua-toi")
    assert "2 việc đang trễ hạn ở các đơn vị bạn theo dõi" in home
    page = staff.get("/don-doc")
    assert _plain(page).index("trễ 12 ngày") < _plain(page).index("trễ 5 ngày")
    assert "Vi Thị Lầu" in page
    assert "Kha Văn Rạn" in page
    assert "Xã Đồng Tiến" not in page
    for other in ("chair", "officer.x1", "admin"):
        assert "đang trễ hạn" not in visit(other).get("/viec-cua-toi")


def test_chosen_ones_are_reminded_once_a_day_with_a_word(visit: Visit, world: World, now: datetime) -> None:
    chosen, left = _late(world, now), _late(world, now, "KL-X2-T1")
    staff = visit("staff")
    staff.get("/don-doc")
    answer = staff.post(
        "/don-doc/nhac",
        {"id": str(chosen), "shown": [str(chosen), str(left)], "word": "Tỉnh đang chờ.", "back": "/don-doc"},
    )
    done = staff.follow(answer)
    assert "Vi Thị Lầu" in done
    assert "Kha Văn Rạn" not in done
    with world.database.read() as connection:
        row = connection.execute(sa.select(reminder)).one()
        assert (row.obligation_id, row.word, row.account_id) == (chosen, "Tỉnh đang chờ.", world.accounts["officer.x1"])
        logged = connection.execute(sa.select(history.c.reason).where(history.c.trigger == "chased")).scalars().all()
        assert logged == ["Tỉnh đang chờ."]
    staff.get("/don-doc")
    again = staff.follow(staff.post("/don-doc/nhac", {"id": str(chosen), "back": "/don-doc"}))
    assert "đã được nhắc hôm nay" in again


def test_whole_page_is_reminded_with_one_button(visit: Visit, world: World, now: datetime) -> None:
    ids = {_late(world, now), _late(world, now, "KL-X2-T1")}
    staff = visit("staff")
    page = staff.get("/don-doc")
    shown = set(re.findall(r'name="shown" value="(\d+)"', page))
    assert shown == {str(one) for one in ids}
    fields = hidden_fields(page)
    answer = staff.post(
        "/don-doc/nhac",
        {"shown": sorted(shown), "tat-ca": "1", "back": fields["back"], "form_token": fields["form_token"]},
    )
    done = staff.follow(answer)
    assert "Vi Thị Lầu" in done
    assert "Kha Văn Rạn" in done
    # The second of two clicks leads to what the first did.
    twice = staff.post(
        "/don-doc/nhac",
        {"shown": sorted(shown), "tat-ca": "1", "back": fields["back"], "form_token": fields["form_token"]},
    )
    assert twice.headers["Location"] == answer.headers["Location"]


def test_nothing_chosen_is_said(visit: Visit, world: World, now: datetime) -> None:
    key = _late(world, now)
    staff = visit("staff")
    staff.get("/don-doc")
    page = staff.follow(staff.post("/don-doc/nhac", {"shown": str(key), "back": "/don-doc"}))
    assert "Hãy chọn ít nhất một dòng" in page


def test_nobody_reminds_for_other_units(visit: Visit, world: World, now: datetime) -> None:
    key = _late(world, now)
    outsider = visit("outsider")
    assert "Xã Bản Lầu" not in outsider.get("/don-doc")
    outsider.post("/don-doc/nhac", {"id": str(key)}, 404)
    assert "Xã Bản Lầu" not in outsider.get(f"/don-doc/da-nhac?ma={key}")
    visit("chair").get("/don-doc", status=403)
    with world.database.read() as connection:
        assert connection.execute(sa.select(reminder)).all() == []


def test_after_reminding_no_address_leads_to_another_site(visit: Visit, world: World, now: datetime) -> None:
    staff = visit("staff")
    assert 'href="https://' not in staff.get("/don-doc/da-nhac?ve=https://xau.example/")


def test_missing_holder_is_named(visit: Visit, world: World, now: datetime) -> None:
    _late(world, now, "AS-CQ1", roles="commune_reviewer")
    assert "chưa ai giữ vai trò này" in visit("staff").get("/don-doc")


def test_filters_and_what_nobody_opened(visit: Visit, world: World, now: datetime) -> None:
    opened, silent = _late(world, now), _late(world, now, "KL-X2-T1")
    with world.database.write() as connection:
        owing.tell(connection, world, "officer.x1", about=[opened], read_at=now)
        owing.tell(connection, world, "officer.x2t1", about=[silent])
    staff = visit("staff")
    page = _plain(staff.get("/don-doc"))
    assert page.count("đã mở thư") == 1
    unopened = staff.get("/don-doc?chua-mo=1")
    assert "Thôn Khe Rạn</td>" in unopened
    assert "Xã Bản Lầu</td>" not in unopened
    below = staff.get("/don-doc?don-vi=KL-X1")
    assert "Xã Bản Lầu</td>" in below
    assert "Thôn Khe Rạn</td>" not in below
    assert "Không có đơn vị mã hoặc tên này" in staff.get("/don-doc?don-vi=KHONG")
    assert "Không có việc nào khớp." in staff.get("/don-doc?loai=visit")
    assert "Không có việc nào khớp." in staff.get("/don-doc?tinh-trang=soon")
    staff.get("/don-doc?sau=x", status=422)


def test_pages_of_the_late_follow_each_other(visit: Visit, world: World, now: datetime) -> None:
    with world.database.write() as connection:
        for days in range(60):
            owing.owe(connection, world, local_date(now) - timedelta(days=days + 1))
    staff = visit("staff")
    first = staff.get("/don-doc")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = staff.get(following[1])
    shown = [set(re.findall(r'name="shown" value="(\d+)"', page)) for page in (first, second)]
    assert [len(one) for one in shown] == [50, 10]
    assert not shown[0] & shown[1]


def test_units_stand_beside_calls(visit: Visit, world: World, now: datetime) -> None:
    today = local_date(now)
    with world.database.write() as connection:
        called = owing.call(connection, world, today - timedelta(days=4), label="Báo cáo quý")
        for unit, ended in (("KL-X1", end_of_day(today - timedelta(days=5))), ("KL-X2", None)):
            owing.owe(
                connection,
                world,
                today - timedelta(days=4),
                unit=unit,
                subject="report",
                call_id=called,
                fulfilled_at=ended,
            )
    page = visit("staff").get("/don-doc/bang")
    row = _plain(page[page.index("Xã Bản Lầu</a>") : page.index("Xã Mường Sang</a>")])
    assert "đã nộp" in row
    assert "trễ 4 ngày" in _plain(page[page.index("Xã Mường Sang</a>") :])
    assert "Năm này chưa có đợt báo cáo nào." in visit("outsider").get("/don-doc/bang")


def test_list_on_paper_names_everybody_late(visit: Visit, world: World, now: datetime) -> None:
    _late(world, now)
    _late(world, now, "KL-X2-T1", 12)
    page = visit("leader").get("/don-doc/danh-sach-tre")
    assert f"Danh sách trễ hạn đến ngày {local_date(now):%d/%m/%Y}" in page
    assert page.index("Xã Bản Lầu") < page.index("Thôn Khe Rạn")
    assert "Không ai trễ hạn." in visit("leader").get("/don-doc/danh-sach-tre?loai=state")


def test_punctuality_of_a_year_has_figures_and_a_picture(visit: Visit, world: World, now: datetime) -> None:
    today = local_date(now)
    with world.database.write() as connection:
        called = owing.call(connection, world, today - timedelta(days=4))
        owing.owe(connection, world, today - timedelta(days=4), subject="report", call_id=called)
    page = visit("staff").get("/don-doc/dung-han")
    assert '<svg class="chart" role="img"' in page
    assert "0%" in page
    assert "Xã Bản Lầu" in page
    assert "Năm này chưa có báo cáo nào đến hạn." in visit("outsider").get("/don-doc/dung-han")


def test_nobody_late_is_good_news(visit: Visit) -> None:
    staff = visit("staff")
    assert "Không ai trễ hạn." in staff.get("/don-doc")
    assert "đang trễ hạn" not in staff.get("/viec-cua-toi")
