"""Deadlines of the sample: reports called for on their days, a request of one's own wording, registrations still to come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.sample.content import content
from workflow.across.obligations import calls, due_calls, life
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.life import OPEN
from workflow.across.obligations.selector import Selector
from workflow.across.obligations.sync import sync
from workflow.across.sample import reports
from workflow.across.sample.calendar import moment
from workflow.ground.schema import obligation, programme_year, report_kind
from workflow.ground.vietnam_time import local_date

_LAST_DAY: Final = date(2024, 12, 31)
"""Of the sample year that is over: what nobody handed in by then is owed no more."""
_ASKED_BEFORE: Final = timedelta(days=4)
_ANSWERED_WITHIN: Final = timedelta(days=9)
_LABEL: Final = "Báo cáo nhanh kết quả vận động hiến đất làm đường"
_INSTRUCTIONS: Final = "Nêu số hộ hiến đất, diện tích, số km đường đã mở; số liệu tính đến ngày gửi báo cáo."


def live_through(connection: Connection, now: datetime) -> None:
    """Call for what the years of the sample call for until `now`, and let the units answer."""
    for at in _openings(connection, now):
        for called in due_calls.open_due_calls(connection, at):
            reports.live_through(connection, now, called.call_id)
    _end_year(connection, now)
    for who, unit_code in _staff():
        reports.live_through(connection, now, _ask(connection, who, now, unit_code))
    sync(connection, now)


def _openings(connection: Connection, now: datetime) -> list[datetime]:
    """The mornings on which the clock would have called for something; of a year that is over for its two large reports."""
    kinds = connection.execute(
        sa.select(report_kind.c.due_on, report_kind.c.opens_days)
        .join(programme_year, programme_year.c.id == report_kind.c.year_id)
        .where(
            programme_year.c.sample,
            sa.or_(programme_year.c.year == local_date(now).year, report_kind.c.kind.in_(("six_monthly", "annual"))),
        )
    ).all()
    mornings = {moment(kind.due_on - timedelta(days=kind.opens_days), 6) for kind in kinds}
    return sorted(morning for morning in mornings if morning <= now)


def _end_year(connection: Connection, now: datetime) -> None:
    over = moment(_LAST_DAY, 17)
    if now > over:
        ids = connection.execute(sa.select(obligation.c.id).where(OPEN, obligation.c.due_on <= _LAST_DAY)).scalars()
        life.withdraw_many(connection, over, list(ids))


def _staff() -> list[tuple[str, str]]:
    """Of each district one of its staff."""
    found: dict[str, str] = {}
    for someone in content().accounts:
        for held in someone.assignments:
            if held.role == "staff":
                found.setdefault(held.unit_code, someone.user_name)
    districts = [one.code for one in content().units if one.level == "district" and one.code in found]
    return [(found[code], code) for code in districts]


def _ask(connection: Connection, who: str, now: datetime, unit_code: str) -> int:
    """A district asked its communes for a quick report some days ago; it is due soon."""
    asked = moment(local_date(now) - _ASKED_BEFORE, 9)
    command = CallInput(
        year=local_date(now).year,
        unit=unit_code,
        label=_LABEL,
        due=local_date(asked) + _ANSWERED_WITHIN,
        instructions=_INSTRUCTIONS,
        to=Selector(levels=("commune",), kinds=("administrative",)),
    )
    return calls.open_call(connection, who, asked, command).call_id
