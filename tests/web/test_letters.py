"""The page of what became of letters: failed ones with the reason, the life of each, sending again, nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from tests import owing
from tests.web.conftest import Browser
from tests.world import NOW, World
from workflow.ground.schema import delivery

Visit = Callable[[str], Browser]


def _failed(world: World, who: str = "officer.x1") -> int:
    with world.database.write() as connection:
        return owing.send(
            connection,
            owing.tell(connection, world, who),
            "failed",
            error="550 không có hộp thư này",
            events=[
                (NOW, "planned", ""),
                (NOW + timedelta(minutes=1), "claimed", ""),
                (NOW + timedelta(minutes=1), "failed", "550 không có hộp thư này"),
            ],
        )


def test_failed_letter_is_listed_with_its_reason_and_its_life(visit: Visit, world: World) -> None:
    key = _failed(world)
    for who in ("admin", "staff"):
        browser = visit(who)
        listed = browser.get("/quan-tri/thu")
        assert "550 không có hộp thư này" in listed
        assert "Vi Thị Lầu" in listed
        shown = browser.get(f"/quan-tri/thu/{key}")
        life = shown[shown.index("Quá trình của thư") :]
        assert life.index("Đã lập, chờ gửi") < life.index("Bắt đầu gửi") < life.index("Không gửi được, đã dừng")


def test_letter_is_sent_again_once(visit: Visit, world: World) -> None:
    key = _failed(world)
    staff = visit("staff")
    staff.get(f"/quan-tri/thu/{key}")
    assert "Thư sẽ được gửi lại trong vài phút." in staff.follow(staff.post(f"/quan-tri/thu/{key}/gui-lai"))
    with world.database.read() as connection:
        assert connection.execute(sa.select(delivery.c.status)).scalar_one() == "planned"
    assert "không cần gửi lại" in staff.follow(staff.post(f"/quan-tri/thu/{key}/gui-lai"))
    assert "Vi Thị Lầu" not in staff.get("/quan-tri/thu")
    assert "Vi Thị Lầu" in staff.get("/quan-tri/thu?tinh-trang=waiting")


def test_letters_of_other_units_are_not_found(visit: Visit, world: World) -> None:
    key = _failed(world)
    outsider = visit("outsider")
    assert "Vi Thị Lầu" not in outsider.get("/quan-tri/thu")
    outsider.get(f"/quan-tri/thu/{key}", status=404)
    outsider.post(f"/quan-tri/thu/{key}/gui-lai", status=404)
    visit("officer.x1").get("/quan-tri/thu", status=403)


def test_people_without_address_are_named(visit: Visit) -> None:
    page = visit("admin").get("/quan-tri/thu/khong-dia-chi")
    assert "Vi Thị Lầu" in page
    assert 'href="/quan-tri/tai-khoan/officer.x1"' in page
    assert 'href="/quan-tri/tai-khoan/officer.x1"' not in visit("staff").get("/quan-tri/thu/khong-dia-chi")


def test_nothing_failed_says_so(visit: Visit) -> None:
    assert "Không có thư nào gửi hỏng." in visit("staff").get("/quan-tri/thu")
