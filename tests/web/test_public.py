"""The public page: what everybody reads without signing in, what nobody does, how it is kept by caches, and agreeing to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Connection
from werkzeug.test import TestResponse

from tests.web.conftest import Browser, hidden_fields
from tests.world import NOW, YEAR, World, a_draft
from web.serving import publicity
from workflow.core.programmes import editing
from workflow.ground import prepared
from workflow.ground.database import Database
from workflow.ground.schema import access_log
from workflow.stages.registration import consent
from workflow.stages.registration.drafts import Draft

Visit = Callable[[str], Browser]

AGREED = replace(a_draft(), public=True)
PERSON = a_draft(kind="individual", person="Lò Văn Đức", name="Nuôi dê nhốt chuồng ở bản Nà Hin")
KEPT = "public, max-age=300"


@pytest.fixture
def opened(world: World) -> World:
    """The world with a public page."""
    with world.database.write() as connection:
        editing.set_public(connection, "admin", NOW, YEAR, True)
    return world


def recognised(world: World, draft: Draft = AGREED) -> str:
    return world.carry(world.create(draft), "recognised")


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def is_for_everybody(answer: TestResponse) -> None:
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == KEPT
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "X-Robots-Tag" not in answer.headers
    assert "csrf_token" not in answer.text


def test_everybody_reads_list_and_model(opened: World, stranger: Browser) -> None:
    code = recognised(opened)
    page = words(stranger.get("/cong-khai"))
    assert AGREED.name in page
    assert "Thôn Nà Hin" in page
    assert f'href="/cong-khai/{code}"' in stranger.get("/cong-khai")
    told = words(stranger.get(f"/cong-khai/{code}"))
    for part in (AGREED.items["situation"], AGREED.items["method"], "Ngày công: 350 ngày công", "01/03/2024"):
        assert part in told, part
    for part in ("0912", "Lò Văn Bản", "Lò Thị Hin", "Trưởng thôn", AGREED.items["forces"]):
        assert part not in told, part


def test_answers_are_the_same_for_everybody_and_touch_no_session(
    opened: World, stranger: Browser, visit: Visit
) -> None:
    code = recognised(opened)
    staff = visit("staff")
    for path in ("/cong-khai", f"/cong-khai/{code}", "/cong-khai?tim=hien+dat", "/cong-khai?tim=khongcogi"):
        first = stranger.client.get(path)
        is_for_everybody(first)
        assert stranger.client._cookies == {}
        signed_in = staff.client.get(path)
        is_for_everybody(signed_in)
        assert signed_in.data == first.data


def test_what_is_not_public_is_not_found_and_not_kept(world: World, stranger: Browser, app: Flask) -> None:
    hidden = recognised(world, a_draft())
    agreed = recognised(world)
    paths = ["/cong-khai", f"/cong-khai?nam={YEAR}", f"/cong-khai/{agreed}", f"/cong-khai/{hidden}"]
    for path in paths:
        answer = stranger.client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store"), path
        assert AGREED.name not in answer.text
    assert "/cong-khai" not in stranger.get("/dang-nhap")
    with world.database.write() as connection:
        editing.set_public(connection, "admin", NOW, YEAR, True)
    with app.app_context():
        publicity.forget()
    assert 'href="/cong-khai"' in stranger.get("/dang-nhap")
    stranger.get(f"/cong-khai/{agreed}")
    for path in (f"/cong-khai/{hidden}", "/cong-khai?nam=1999", "/cong-khai?nam=2024x", "/cong-khai/DVK-2024-99999"):
        stranger.get(path, status=404)


def test_withdrawn_and_revoked_are_gone_at_once(opened: World, stranger: Browser) -> None:
    world = opened
    first, second = recognised(world), recognised(world, replace(AGREED, name="Bếp ăn tình thương"))
    with world.database.write() as connection:
        consent.set_consent(connection, "officer.x1t1", NOW, first, False)
    world.apply(
        second,
        "revoke",
        "district2",
        reason="Kết quả báo cáo không đúng sự thật.",
        decision_number="999",
        decision_date=NOW.date(),
        signer="Trần Văn Công",
    )
    for code in (first, second):
        stranger.get(f"/cong-khai/{code}", status=404)
    assert "chưa có mô hình nào được giới thiệu" in words(stranger.get("/cong-khai"))


def test_search_and_filters(opened: World, stranger: Browser) -> None:
    world = opened
    recognised(world, replace(PERSON, phone="0912345678"))
    recognised(world, replace(AGREED, name="Trồng chè Shan", field="Kinh tế"))
    recognised(world)

    def found(**asked: str) -> int:
        return stranger.get("/cong-khai", query=asked).count('class="first"')

    assert found() == 2
    assert found(tim="CHE SHAN") == 1
    assert found(tim="nuoi de") == found(tim="lo van duc") == found(tim="0912345678") == 0
    assert found(**{"linh-vuc": "kinh_te"}) == 1
    assert found(**{"linh-vuc": "khong_co"}) == 2
    assert found(**{"don-vi": "KL-X1"}) == found(**{"don-vi": "xa ban lau"}) == 2
    assert found(**{"don-vi": "KL-X2"}) == 0
    assert found(sau="<1") == 0
    assert "Nhiều đơn vị" in stranger.get("/cong-khai", query={"don-vi": "xa"})
    assert "Không có đơn vị" in stranger.get("/cong-khai", query={"don-vi": "khong co"})
    stranger.get("/cong-khai", status=422, query={"sau": "linh tinh"})
    stranger.get("/cong-khai", query={"tim": "x" * 5000, "don-vi": "'; --", "linh-vuc": "\x00"})


def test_pages_lead_on_and_back(opened: World, stranger: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.views.public.PAGE_SIZE", 2)
    names = [f"Việc tốt số {i}" for i in range(5)]
    for name in names:
        recognised(opened, replace(AGREED, name=name))
    seen, place = [], "/cong-khai?tim=viec"
    while place:
        page = stranger.get(place)
        seen += re.findall(r"Việc tốt số \d", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        place = following[1].replace("&amp;", "&") if following else ""
    assert seen == names[::-1]
    assert 'rel="prev"' in page


def test_empty_year_leads_to_the_others(opened: World, stranger: Browser) -> None:
    code = recognised(opened)
    with opened.database.write() as connection:
        editing.copy_year(connection, "admin", NOW, YEAR, YEAR + 1)
        editing.copy_year(connection, "admin", NOW, YEAR, YEAR + 2)
        editing.set_public(connection, "admin", NOW, YEAR + 1, True)
    page = stranger.get("/cong-khai")
    assert f"năm {YEAR + 1}" in words(page)
    assert f'href="/cong-khai?nam={YEAR}"' in page
    assert str(YEAR + 2) not in page
    assert code in stranger.get(f"/cong-khai?nam={YEAR}")
    stranger.get(f"/cong-khai?nam={YEAR + 2}", status=404)


def test_robots_read_only_here(world: World, stranger: Browser, app: Flask) -> None:
    assert stranger.client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    with world.database.write() as connection:
        editing.set_public(connection, "admin", NOW, YEAR, True)
    told = stranger.client.get("/robots.txt").text.splitlines()
    assert told == ["User-agent: *", "Allow: /cong-khai", "Allow: /tinh/", "Disallow: /"]
    for path in ("/dang-nhap", "/tro-giup", "/cong-khai/DVK-2024-99999", "/"):
        assert stranger.client.get(path).headers["X-Robots-Tag"] == "noindex, nofollow", path


def test_replicating_begins_a_form_even_of_a_model_out_of_sight(opened: World, stranger: Browser, visit: Visit) -> None:
    shown, hidden = recognised(opened), recognised(opened, a_draft(name="Không giới thiệu"))
    link = re.search(r'href="(/mo-hinh/moi[^"]+)"', stranger.get(f"/cong-khai/{shown}"))
    assert link
    assert stranger.client.get(link[1]).headers["Location"].startswith("/dang-nhap?next=")
    officer = visit("officer.x2t1")
    officer.get(f"/mo-hinh/{shown}", status=404)
    page = officer.get(link[1])
    assert AGREED.name in page
    sent = {**hidden_fields(page), "name": "Hiến đất ở Khe Rạn", "field": "nong_thon_moi", "unit": "KL-X2-T1"}
    answer = officer.post(
        "/mo-hinh/moi?nhan-rong=" + shown,
        {**sent, "kind": "collective", "origin": "replicated", "origin_model": shown},
    )
    code = answer.headers["Location"].split("/")[2]
    assert opened.model(code).origin_model_id == opened.model(shown).id
    assert opened.model(code).public_agreed_at is None
    assert AGREED.items["method"] in officer.get(f"/mo-hinh/{code}/phieu/cach-lam")
    assert AGREED.items["forces"] not in officer.get(f"/mo-hinh/{code}/phieu/cach-lam")
    officer.get(f"/mo-hinh/moi?nhan-rong={hidden}", status=404)
    officer.get(f"/mo-hinh/moi?tiep-tuc={shown}", status=404)


def test_form_asks_and_another_person_is_asked_again(world: World, visit: Visit) -> None:
    officer = visit("officer.x1t1")
    code = world.create(PERSON)
    contact, first = f"/mo-hinh/{code}/phieu/lien-he", f"/mo-hinh/{code}/phieu/ten"
    kept = {"representative": "Lò Văn Bản", "representative_position": "Trưởng thôn", "phone": "0912 345 678"}
    assert "chính người đó đồng ý" in words(officer.get(contact)).replace(" ", " ")
    officer.fill(contact, {**kept, "public": "y"})
    assert world.model(code).public_agreed_at is not None
    assert "Đồng ý" in words(officer.get(f"/mo-hinh/{code}/phieu/kiem-tra")).split("Giới thiệu công khai")[1][:20]
    named = {"name": PERSON.name, "field": "nong_thon_moi", "unit": "KL-X1-T1", "kind": "individual", "origin": "new"}
    answer = officer.fill(first, {**named, "person": "Lò Thị Hoa"})
    assert "cần hỏi lại" in officer.follow(answer)
    assert world.model(code).public_agreed_at is None
    officer.fill(contact, {**kept, "public": "y"})
    officer.fill(contact, kept)
    assert world.model(code).public_agreed_at is None


def test_registrant_agrees_and_takes_it_back_on_a_page_that_shows_what_is_read(opened: World, visit: Visit) -> None:
    world = opened
    code = recognised(world, PERSON)
    officer, staff = visit("officer.x1t1"), visit("staff")
    path = f"/mo-hinh/{code}/cong-khai"
    assert f'href="{path}"' in officer.get(f"/mo-hinh/{code}")
    page = words(officer.get(path))
    assert "Họ tên Lò Văn Đức sẽ hiện cho mọi người" in page
    assert PERSON.items["method"] in page
    assert "dành cho đơn vị đăng ký" in words(staff.get(path))
    staff.fill(path, {"agree": "1"}, status=403)
    stale = hidden_fields(staff.get(path))
    answer = officer.fill(path, {})
    shown = officer.follow(answer)
    assert "Đã ghi: đồng ý giới thiệu công khai" in shown
    assert f'href="/cong-khai/{code}"' in shown
    assert "đồng ý giới thiệu công khai" in words(shown).split("Lịch sử")[1]
    staff.post(path, {**stale, "agree": "0"}, status=409)
    staff.fill(path, {})
    assert world.model(code).public_agreed_at is None
    visit("chair").fill(path, {"agree": "1"}, status=403)
    with world.database.read() as connection:
        noted = connection.execute(sa.select(access_log.c.what)).scalars().all()
    assert list(noted) == ["page", "page"], "staff and chair read an individual's dossier"
    visit("outsider").get(path, status=404)


def test_administrator_opens_and_closes_the_page_of_a_year(world: World, visit: Visit, stranger: Browser) -> None:
    code = recognised(world)
    admin = visit("admin")
    path = f"/quan-tri/nam/{YEAR}/thong-tin"
    settings = {"name": "Năm 2024", "opens_on": "01/01/2024", "closes_on": "31/03/2024"}
    settings |= {"quorum": "2/3", "threshold": "1/2", "numbering": "year"}
    stranger.get(f"/cong-khai/{code}", status=404)
    admin.fill(path, {**settings, "public": "y"})
    assert "Đang mở" in words(admin.get(f"/quan-tri/nam/{YEAR}"))
    stranger.get(f"/cong-khai/{code}")
    assert 'href="/cong-khai"' in admin.get("/viec-cua-toi")
    admin.fill(path, settings)
    stranger.get(f"/cong-khai/{code}", status=404)
    assert 'href="/cong-khai"' not in admin.get("/viec-cua-toi")


@pytest.mark.parametrize("path", ["/cong-khai", "/cong-khai?tim=viec&don-vi=KL-X1&linh-vuc=nong_thon_moi"])
def test_page_takes_as_many_statements_for_fifty_models_as_for_one(
    opened: World, stranger: Browser, statements: list[str], path: str
) -> None:
    recognised(opened, replace(AGREED, name="Việc tốt"))

    def count() -> int:
        stranger.get(path)
        statements.clear()
        assert "Việc tốt" in stranger.get(path)
        return len(statements)

    one = count()
    _fifty(opened.database)
    assert stranger.get(path).count('class="first"') == 30
    assert count() == one <= 8


def _fifty(database: Database) -> None:
    """Fifty models like the one there is."""
    columns = "year_id, unit_id, person_id, kind, field_id, name, name_folded, name_identity, definition_hash, state, "
    columns += "version, last_hash, "
    columns += "submitted_at, recognised_at, public_agreed_at, decision_id, created_at, created_by, changed_at"
    with database.write() as connection:
        for number in range(50):
            connection.execute(
                sa.text(
                    f"INSERT INTO emulation_model (code, {columns}) SELECT 'M{number}', {columns} FROM emulation_model"
                    " WHERE code LIKE 'DVK%' LIMIT 1"
                )
            )


@pytest.fixture
def statements(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the database, where both ways of asking meet: prepared statements and those of the connection."""
    sent: list[str] = []
    driver_of = prepared._driver

    def counting(connection: Connection) -> Any:
        sent.append("prepared")
        return driver_of(connection)

    def count(*facts: Any) -> None:
        sent.append(facts[2])

    monkeypatch.setattr(prepared, "_driver", counting)
    sa.event.listen(world.database.engine, "before_cursor_execute", count)
    return sent


def test_page_speaks_english_by_its_address(opened: World, stranger: Browser) -> None:
    code = recognised(opened)
    answer = stranger.client.get("/cong-khai?ngon-ngu=en")
    is_for_everybody(answer)
    assert '<html lang="en">' in answer.text
    assert f'href="/cong-khai/{code}?ngon-ngu=en"' in answer.text
    assert '<input type="hidden" name="ngon-ngu" value="en">' in answer.text


def test_templates_of_the_page_know_no_visitor() -> None:
    """What caches keep must not depend on who asks."""
    folder = Path(__file__).parents[2] / "web" / "templates" / "public"
    for name in ("list.html", "show.html", "_model.html"):
        text = (folder / name).read_text("utf-8")
        assert not re.search(r"visitor|csrf_token|form_token|navigation", text), name
