"""A form counts once: sent again it is answered with what the first sending did; refused, it can be sent again."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from tests.web.conftest import Browser, hidden_fields
from tests.world import World
from workflow.ground.schema import comment, form_receipt

Visit = Callable[[str], Browser]
TOKEN = "t" * 24


def _comments(world: World) -> int:
    with world.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(comment)).scalar_one())


def test_comment_sent_twice_is_written_once(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "implementing")
    officer = visit("officer.x1t1")
    form = {**hidden_fields(officer.get(f"/mo-hinh/{code}/y-kien")), "text": "Đã họp dân.", "audience": "unit"}
    first = officer.post(f"/mo-hinh/{code}/y-kien", form)
    second = officer.post(f"/mo-hinh/{code}/y-kien", form)
    assert second.headers["Location"] == first.headers["Location"]
    assert "Không có gì được ghi hai lần" in officer.follow(second)
    assert _comments(world) == 1


def test_two_forms_of_one_page_both_count(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "implementing")
    officer = visit("officer.x1t1")
    for text in ("Một.", "Hai."):
        officer.fill(f"/mo-hinh/{code}/y-kien", {"text": text, "audience": "unit"})
    assert _comments(world) == 2


def test_every_page_carries_new_tokens(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "implementing")
    officer = visit("officer.x1t1")
    pages = [officer.get(f"/mo-hinh/{code}/y-kien") for _ in range(2)]
    tokens = [token for page in pages for token in re.findall(r'name="form_token" value="([^"]+)"', page)]
    assert len(tokens) == len(set(tokens)) == 2


def test_refused_form_can_be_sent_again(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "implementing")
    officer = visit("officer.x1t1")
    form = {**hidden_fields(officer.get(f"/mo-hinh/{code}/y-kien")), "audience": "unit"}
    officer.post(f"/mo-hinh/{code}/y-kien", {**form, "text": ""}, 422)
    officer.post(f"/mo-hinh/{code}/y-kien", {**form, "text": "Đã họp dân."})
    assert _comments(world) == 1


def test_token_of_somebody_else_counts_for_him_alone(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "implementing")
    form = {"form_token": TOKEN, "text": "Đã đọc.", "audience": "unit"}
    for who in ("officer.x1t1", "staff"):
        browser = visit(who)
        browser.get(f"/mo-hinh/{code}/y-kien")
        browser.post(f"/mo-hinh/{code}/y-kien", form)
    assert _comments(world) == 2


def test_token_that_is_none_is_ignored(visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "implementing")
    officer = visit("officer.x1t1")
    for token in ("", "ngắn", "x" * 5000, "a b" * 10):
        officer.get(f"/mo-hinh/{code}/y-kien")
        officer.post(f"/mo-hinh/{code}/y-kien", {"form_token": token, "text": "Một.", "audience": "unit"})
    assert _comments(world) == 4
    with world.database.read() as connection:
        assert connection.execute(sa.select(form_receipt)).all() == []


def test_double_click_at_the_same_moment_is_one(app: Flask, visit: Visit, world: World) -> None:
    code = world.carry(world.create(), "implementing")
    officer = visit("officer.x1t1")
    form = {**hidden_fields(officer.get(f"/mo-hinh/{code}/y-kien")), "text": "Đã họp dân.", "audience": "unit"}
    cookie = officer.client.get_cookie("dvk_session")
    forging = officer.client.get_cookie("dvk_form")
    assert cookie is not None
    assert forging is not None
    statuses: list[int] = []
    ready = threading.Barrier(2)

    def send() -> None:
        client = app.test_client()
        client.set_cookie("dvk_session", cookie.value)
        client.set_cookie("dvk_form", forging.value)
        ready.wait()
        answer = client.post(f"/mo-hinh/{code}/y-kien", data={"csrf_token": officer.token, **form})
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303, 303]
    assert _comments(world) == 1
