"""Models of this year that have already come some way, for tests of what comes after. They get there through the domain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from tests.browser.site import Site
from workflow.across.obligations import calls
from workflow.across.obligations.calls import CallInput
from workflow.across.reports import commands as reports
from workflow.across.reports import prefill
from workflow.core import access
from workflow.core.engine import transition
from workflow.core.programmes import stored
from workflow.ground.schema import ITEMS
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection.commands import InspectionInput
from workflow.stages.registration import commands as registration
from workflow.stages.registration.drafts import Draft
from workflow.stages.registration.model_quantities import QuantityInput

OFFICER, ACCEPTER, INSPECTOR = "nachuong", "thuky.binhluong", "kiemtra.naphieng"
WAY = ("draft", "submitted", "registered", "implementing", "awaiting_inspection", "inspected")


def model_in(site: Site, state: str, name: str, items: Mapping[str, str] | None = None) -> str:
    """A new model of the village Nà Chuông in a state on the way to `inspected`; its code."""
    now = datetime.now(UTC)
    draft = Draft(
        unit="NP-BL-T01",
        kind="collective",
        field="Nông thôn mới",
        name=name,
        items=items or dict.fromkeys(ITEMS, "Nội dung viết đủ để người khác hiểu."),
        targets=(QuantityInput("labour_days", "300 ngày công"),),
    )
    with site.database.write() as connection:
        code = registration.create_draft(connection, OFFICER, now, local_date(now).year, draft)
        for reached in WAY[1 : WAY.index(state) + 1]:
            _step(connection, code, reached, now)
    return code


def _step(connection: Connection, code: str, state: str, now: datetime) -> None:
    def apply(trigger: str, who: str, **stated: Any) -> None:
        transition.apply(connection, who, now, code, trigger, stated=stated)

    if state == "submitted":
        apply("submit", OFFICER)
    elif state == "registered":
        apply("accept", ACCEPTER)
    elif state == "implementing":
        apply("start", OFFICER, start_date=f"{local_date(now):%d/%m/%Y}", plan="Họp dân, chia tổ, làm từng đoạn.")
    elif state == "awaiting_inspection":
        apply(
            "report_results",
            OFFICER,
            results=[{"measure": "labour_days", "value": "350"}],
            evidence_note="Ảnh lưu ở nhà văn hoá thôn.",
        )
    else:
        write_record(connection, code, now)
        apply("pass_inspection", INSPECTOR)


def a_call(site: Site, *, handed_in: bool = False) -> tuple[int, int]:
    """The district calls for a short report from the commune: the call, and what the commune owes. handed_in: it did already."""
    now = datetime.now(UTC)
    command = CallInput(
        local_date(now).year,
        "NP",
        "Báo cáo chuyên đề hiến đất làm đường",
        local_date(now) + timedelta(days=10),
        "Nêu rõ số hộ và diện tích.",
        units=("NP-BL",),
        sections=("results", "proposals"),
    )
    with site.database.write() as connection:
        called = calls.open_call(connection, "canbo.naphieng", now, command)
        key = called.obligations[0]
        if handed_in:
            who = access.actor(connection, "truongban.binhluong", now)
            doubts = prefill.prefill(connection, who, key, now).doubts
            texts = {"results": "Nhân dân góp 350 ngày công. " * 5, "proposals": "Không có kiến nghị."}
            words = {doubt.id: "Đã đối chiếu." for doubt in doubts}
            reports.save(connection, who.account_id, now, key, texts, words=words)
            reports.submit(connection, who.account_id, now, key)
    return called.call_id, key


def write_record(connection: Connection, code: str, now: datetime, who: str = INSPECTOR) -> None:
    """The record of a visit with everything in it, not concluded yet."""
    year = stored.year(connection, local_date(now).year)
    scores = {row.code: str(row.max_points - 1) for row in stored.criteria(connection, year.id)}
    record = InspectionInput(
        kind="inspection",
        held_on=local_date(now),
        place="Nhà văn hoá thôn",
        team_decision="12-QĐ/BCĐ",
        members=(INSPECTOR, "kiemtra2.naphieng"),
        head=INSPECTOR,
        scores=scores,
    )
    inspection.save_record(connection, who, now, code, record)
