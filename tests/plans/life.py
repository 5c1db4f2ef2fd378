"""A small world in which everything happens once, heard by the recorder: every command, every page, every step of the tick."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
import time_machine
from flask import Flask

from config.settings import load_settings
from notifications.clock import clockwork
from notifications.clock.clockwork import Work
from notifications.reminders import deeds
from tests import matrix
from tests import world as small_world
from tests.letters import KEPT, SITE
from tests.matrix import Stock
from tests.plans.recording import Recorder
from tests.web.conftest import Browser
from tests.web.test_routes import ARGUMENTS
from tests.workflow import reporting_world as reporting
from tests.world import NOW, World, a_draft
from web import create_app
from workflow.across.oversight import audit
from workflow.core.people import units
from workflow.ground.database import Database
from workflow.ground.schema import programme_year
from workflow.stages.implementation import comments
from workflow.stages.registration import change_requests

PEOPLE = ("admin", "staff", "district1", "secretary", "inspector1", "officer.x1t1")
"""Somebody for every role, at a village, a commune and the district."""
NO_PAGE = {"static", "calendar.feed", "health.healthz"}
QUERIES = {
    "/mo-hinh": (
        "sap-xep=ten", "sap-xep=don-vi", "sap-xep=trang-thai", "sap-xep=thay-doi", "tim=duong", "tim=DVK-2024-00001",
        "loai=individual", "chang=inspection&tre=1", "don-vi=KL-X1", "trang-thai=submitted", "linh-vuc=kinh_te",
        "sau=%3C5", "loai=individual&sap-xep=ten",
    ),
    "/don-doc": (
        "tinh-trang=all", "tinh-trang=soon", "loai=state", "loai=meeting&tinh-trang=all", "chua-mo=1",
        "dot=1&tinh-trang=all", "don-vi=KL-X1", "sau=2024-03-01.1",
    ),
    "/don-doc/bang": ("don-vi=KL-X1",),
    "/lich": ("pham-vi=all", "pham-vi=unit", "pham-vi=mine"),
    "/tong-quan": ("don-vi=KL-X1",),
    "/tong-hop": ("don-vi=KL-X1", "den-ngay=2024-03-01"),
    "/cong-khai": ("tim=duong", "linh-vuc=kinh_te", "don-vi=KL-X1", "sau=%3C500"),
    "/quyet-dinh": ("sau=2030-01-01.900.900",),
}  # fmt: skip


def live(folder: Path, recorder: Recorder) -> Database:
    """Let everything happen."""
    database = Database(f"sqlite:///{folder / 'dvk.db'}", synchronous="NORMAL")
    recorder.listen(database)
    world = small_world.build(database)
    with recorder.during("command"):
        stock = _commands(world)
    work = Work({}, 0, KEPT, SITE)
    for days in range(-20, 21, 4):
        with recorder.during("tick"):
            done = clockwork.tick(database, NOW + timedelta(days=days), work)
            clockwork.note(database, NOW + timedelta(days=days), done)
    env = {"DVK_DATA_DIR": str(folder), "DVK_SECRET_KEY": "k" * 40, "DVK_SQLITE_SYNCHRONOUS": "NORMAL"}
    with time_machine.travel(reporting.LATER, tick=False):
        _pages(create_app(load_settings(env, None), database), stock, recorder)
    return database


def _commands(world: World) -> Stock:
    stock = matrix.stock(world)
    call = reporting.a_call(world)
    reporting.hand_in(world, reporting.owed_by(world, call))
    moved = reporting.a_call(world, label="Báo cáo dời hạn")
    owed = reporting.owed_by(world, moved)
    code = world.carry(world.create(a_draft(name="Mô hình xin đổi tên")), "registered")
    with world.database.write() as connection:
        deeds.move_due(connection, "staff", NOW, moved, "22/03/2024")
        deeds.note_day_off(connection, "admin", NOW, "22/03/2024", False, "Nghỉ bù")
        deeds.chase(connection, "staff", NOW, [owed], word="Mong sớm.")
        comments.write(connection, "staff", NOW, code, "Xin ảnh rõ hơn.", "unit")
        asked = change_requests.request_change(
            connection, "officer.x1t1", NOW, code, "name", "Tên mới", "Viết nhầm tên."
        )
        change_requests.decide_change(connection, "staff", NOW, asked, True, "")
        units.create_unit(connection, "admin", NOW, "KL-X9", "Xã Mới Lập", "commune", "administrative", "KL")
        units.merge_into(connection, "admin", NOW, "KL-X9", "KL-X2")
        connection.execute(sa.update(programme_year).values(public=True))
        audit.make_anchors(connection, NOW + timedelta(days=1))
        deeds.return_report(
            connection, "staff", reporting.LATER, reporting.owed_by(world, call), "Thiếu số liệu.", "25/03/2024"
        )
    return stock


def _pages(app: Flask, stock: Stock, recorder: Recorder) -> None:
    codes = {code for (unit, _state), code in stock.codes.items() if unit == matrix.VILLAGE}
    for who in PEOPLE:
        browser = Browser(app).sign_in(who)
        asked = [f"{path}?{query}" for path, queries in QUERIES.items() for query in queries]
        for address in (*_addresses(app, codes), *asked):
            with recorder.during(f"{address} as {who}"):
                status = browser.client.get(address).status_code
            assert status < 500, (address, who, status)


def _addresses(app: Flask, codes: Iterable[str]) -> list[str]:
    """Every address there is to read, those of one model for a model in every state."""
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for route in app.url_map.iter_rules():
            if "GET" not in (route.methods or ()) or route.endpoint in NO_PAGE:
                continue
            values = {name: ARGUMENTS[name] for name in route.arguments}
            if "code" not in values or route.endpoint.startswith("administration"):
                found.append(adapter.build(route.endpoint, values, method="GET"))
            else:
                of_each = codes if route.endpoint == "models.shown" else sorted(codes)[:3]
                found += [adapter.build(route.endpoint, {**values, "code": code}, method="GET") for code in of_each]
    return list(dict.fromkeys(found))
