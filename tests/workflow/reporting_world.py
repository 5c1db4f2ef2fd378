"""What tests of reports share: a call to the communes of the district, and complete texts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from tests.world import NOW, YEAR, World
from workflow.across.obligations import calls
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.selector import Selector
from workflow.across.reports import commands as reports
from workflow.across.reports import view as reports_view
from workflow.across.reports.view import ReportView
from workflow.core import access
from workflow.core.programmes.report_sections import every_section
from workflow.ground.schema import obligation

DUE: Final = date(2024, 3, 15)
"""A Friday, two weeks after NOW."""
LATER: Final = NOW + timedelta(days=1)
ALL: Final = tuple(section.id for section in every_section())
TEXTS: Final = {name: f"Phần {name}. " + "Đơn vị đã làm đầy đủ, có số liệu kèm theo. " * 4 for name in ALL}


def a_call(world: World, *, to: Selector | None = None, label: str = "Báo cáo sáu tháng", due: date = DUE) -> int:
    """The district asks its communes for a report with every section; the id of the call."""
    command = CallInput(YEAR, "KL", label, due, "Báo cáo theo mẫu.", to or Selector(levels=("commune",)), sections=ALL)
    with world.database.write() as connection:
        return calls.open_call(connection, "staff", NOW, command).call_id


def owed_by(world: World, call_id: int, unit: str = "KL-X1") -> int:
    """The obligation of a unit under a call."""
    with world.database.read() as connection:
        return int(
            connection.execute(
                sa.select(obligation.c.id).where(
                    obligation.c.call_id == call_id, obligation.c.unit_id == world.units[unit]
                )
            ).scalar_one()
        )


def seen(world: World, key: int, who: str = "officer.x1", now: datetime = LATER) -> ReportView:
    """The report as somebody sees it."""
    with world.database.read() as connection:
        return reports_view.view(connection, access.actor(connection, who, now), key)


def write(world: World, key: int, who: str = "officer.x1", now: datetime = LATER, **texts: str) -> int:
    """Save a draft, by default with every section complete; the version."""
    with world.database.write() as connection:
        return reports.save(connection, who, now, key, texts or TEXTS)


def hand_in(world: World, key: int, who: str = "officer.x1", now: datetime = LATER) -> reports.Submitted:
    """Write everything and hand it in."""
    write(world, key, who, now)
    with world.database.write() as connection:
        return reports.submit(connection, who, now, key)
