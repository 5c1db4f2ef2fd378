"""Reports in every state they can be in, for the tests that look at each page."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from notifications.reminders import deeds
from tests.browser.seeding import OFFICER, a_call
from tests.browser.site import Site
from workflow.across.reports import commands as reports
from workflow.across.reports import prefill
from workflow.core import access
from workflow.ground.vietnam_time import local_date
from workflow.stages.implementation import commands as implementation
from workflow.stages.registration.model_quantities import QuantityInput

CHAIR, STAFF = "truongban.binhluong", "canbo.naphieng"


def furnish_reports(site: Site, implementing: str, now: datetime) -> dict[str, str]:
    """What stands between braces in paths of visits. implementing: a model of the commune, given a length nobody believes."""
    with site.database.write() as connection:
        rows = [QuantityInput("Đường giao thông", "569 km")]
        implementation.save_results(connection, OFFICER, now, implementing, rows, summary="Đã làm xong.")
    asked = a_call(site)[1]
    doubtful = a_call(site)[1]
    call, handed_in = a_call(site, handed_in=True)
    back, twice = (a_call(site, handed_in=True)[1] for _ in range(2))
    due = local_date(now) + timedelta(days=5)
    with site.database.write() as connection:
        texts = {"results": "Nhân dân góp ngày công, hiến đất. " * 5, "proposals": "Không có kiến nghị."}
        reports.save(connection, CHAIR, now, doubtful, texts)
        for key in (back, twice):
            deeds.return_report(connection, STAFF, now, key, "Thiếu số hộ tham gia.", due)
        _again(connection, twice, now)
    return {
        "report_asked": str(asked),
        "report_doubtful": str(doubtful),
        "report_in": str(handed_in),
        "report_back": str(back),
        "report_twice": str(twice),
        "report_call": str(call),
    }


def _again(connection: Connection, key: int, now: datetime) -> None:
    text = "Nhân dân góp 350 ngày công, hiến 1.200 m² đất; 215 hộ tham gia. Cách làm nổi bật là để dân bàn trước."
    who = access.actor(connection, CHAIR, now)
    words = {doubt.id: "Đã đối chiếu." for doubt in prefill.prefill(connection, who, key, now).doubts}
    reports.save(connection, CHAIR, now, key, {"results": text}, words=words)
    reports.submit(connection, CHAIR, now, key)
