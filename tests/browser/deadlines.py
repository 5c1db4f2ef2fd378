"""What is owed, told and sent in a site, for the pages that show it: something late, something near, a letter that failed."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from notifications.delivery import preferences
from tests import owing
from tests import world as small_world
from tests.browser.site import Site
from workflow.ground.schema import account, emulation_model
from workflow.ground.vietnam_time import local_date

COLLECTOR, VILLAGE, COMMUNE = "NP", "NP-BL-T01", "NP-BL"


def furnish_deadlines(site: Site, officer: str, model: str, now: datetime) -> dict[str, str]:
    """What stands between braces in the paths of visits: {late}, {message}, {letter} and {unsubscribe}."""
    world = small_world.found(site.database)
    today = local_date(now)
    with site.database.write() as connection:
        called = owing.call(
            connection,
            world,
            today - timedelta(days=12),
            unit=COLLECTOR,
            label="Báo cáo kết quả thực hiện phong trào thi đua “Dân vận khéo” 6 tháng đầu năm",
        )
        late = owing.owe(
            connection,
            world,
            today - timedelta(days=12),
            unit=VILLAGE,
            collector=COLLECTOR,
            subject="report",
            call_id=called,
        )
        owing.owe(
            connection,
            world,
            today - timedelta(days=12),
            unit=COMMUNE,
            collector=COLLECTOR,
            subject="report",
            call_id=called,
            fulfilled_at=now - timedelta(days=14),
        )
        for days in (-3, 0, 2, 2, 2, 2, 2, 9):
            owing.owe(connection, world, today + timedelta(days=days), unit=VILLAGE, collector=COLLECTOR)
        owing.owe(
            connection,
            world,
            today - timedelta(days=1),
            unit=VILLAGE,
            collector=COLLECTOR,
            subject="state",
            roles="commune_reviewer",
            model_id=sa.select(emulation_model.c.id).where(emulation_model.c.code == model).scalar_subquery(),
        )
        owing.tell(connection, world, officer, now - timedelta(days=9), about=[late], read_at=now)
        told = owing.tell(
            connection,
            world,
            officer,
            now,
            about=[late],
            subject="Trễ 12 ngày: Báo cáo kết quả thực hiện phong trào thi đua “Dân vận khéo” 6 tháng đầu năm",
            body_text="Kính gửi đồng chí,\n\nThôn chưa nộp báo cáo 6 tháng. Huyện Nà Phiêng đang chờ.",
            link=f"/bao-cao/{late}",
        )
        letter = owing.send(
            connection,
            owing.tell(connection, world, officer, now - timedelta(days=1)),
            "failed",
            address="khong.con.dung@mot-dia-chi-rat-dai.vi-du.vn",
            error="550 5.1.1 Không có hộp thư này. Hãy hỏi người nhận địa chỉ mới.",
            events=[(now, "planned", ""), (now, "claimed", ""), (now, "failed", "550 5.1.1 Không có hộp thư này.")],
        )
        owing.send(connection, told, "skipped", address="", error="Chưa có địa chỉ thư.")
        key = connection.execute(sa.select(account.c.id).where(account.c.user_name == officer)).scalar_one()
    return {
        "late": str(late),
        "message": str(told),
        "letter": str(letter),
        "unsubscribe": preferences.token("k" * 40, key),
    }
