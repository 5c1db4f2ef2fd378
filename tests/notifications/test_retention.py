"""What is thrown away and when, to the second; and that nothing of the history ever is."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from notifications.clock import clockwork
from notifications.clock.clockwork import Work
from notifications.clock.retention import Swept, sweep
from tests.letters import KEPT, SITE
from tests.workflow.conftest import postgres_world, sqlite_world, world, world_file, world_template
from tests.world import NOW, World
from workflow.core.people import sessions
from workflow.ground import receipts
from workflow.ground.schema import form_receipt, history, obligation, report, report_call, web_session

__all__ = ["postgres_world", "sqlite_world", "world", "world_file", "world_template"]

SECOND = timedelta(seconds=1)


def test_sessions_and_receipts_go_when_they_are_of_no_more_use(world: World) -> None:
    officer = world.accounts["officer.x1t1"]
    with world.database.write() as connection:
        for ago in (timedelta(), KEPT.idle - SECOND, KEPT.idle):
            sessions.open_session(connection, officer, NOW - ago, "")
        for number, ago in enumerate((timedelta(), receipts.KEPT_FOR, receipts.KEPT_FOR + SECOND)):
            receipts.spend(connection, officer, NOW - ago, f"token{number}", "/")
    with world.database.write() as connection:
        assert sweep(connection, NOW, KEPT) == Swept(sessions=1, receipts=1, drafts=0)
        assert sweep(connection, NOW, KEPT) == Swept(0, 0, 0)
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(web_session)).scalar_one() == 2
        assert sorted(connection.execute(sa.select(form_receipt.c.token)).scalars()) == ["token0", "token1"]


def test_draft_reports_go_and_those_handed_in_stay(world: World) -> None:
    old = NOW - KEPT.drafts - SECOND
    keys = [_draft(world, number, moment) for number, moment in enumerate((old, old + SECOND, NOW))]
    handed_in = _draft(world, 9, old)
    with world.database.write() as connection:
        connection.execute(
            sa.update(report).where(report.c.id == handed_in).values(status="submitted", submitted_at=old)
        )
    with world.database.write() as connection:
        assert sweep(connection, NOW, KEPT).drafts == 1
    with world.database.read() as connection:
        assert sorted(connection.execute(sa.select(report.c.id)).scalars()) == sorted([*keys[1:], handed_in])


def test_draft_of_a_model_stays_with_its_history(world: World) -> None:
    code = world.create()
    with world.database.read() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(history)).scalar_one()
    with world.database.write() as connection:
        sweep(connection, NOW + timedelta(days=4000), KEPT)
    assert world.state(code) == "draft"
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(history)).scalar_one() == before


def test_clock_sweeps_once_a_day(world: World) -> None:
    work = Work({}, 0, KEPT, SITE)
    officer = world.accounts["officer.x1t1"]
    swept = []
    for hours in (0, 1, 24):
        with world.database.write() as connection:
            sessions.open_session(connection, officer, NOW - timedelta(days=9), "")
        swept.append(clockwork.tick(world.database, NOW + timedelta(hours=hours), work).counts["swept"])
    assert swept == [1, 0, 2]


def _draft(world: World, number: int, changed_at: object) -> int:
    """A report begun and last changed then, with what it answers."""
    day = date(2024, 3, 15)
    with world.database.write() as connection:
        call = connection.execute(
            sa.insert(report_call)
            .values(
                year_id=world.year_id,
                unit_id=world.units["KL"],
                label=f"Báo cáo {number}",
                period_from=day,
                period_to=day,
                due_stated=day,
                due_on=day,
                sections=[],
                opened_at=NOW,
            )
            .returning(report_call.c.id)
        ).scalar_one()
        owed = connection.execute(
            sa.insert(obligation)
            .values(
                key=f"report:{call}:{number}",
                year_id=world.year_id,
                subject="report",
                call_id=call,
                unit_id=world.units["KL-X1"],
                roles="unit_officer",
                collector_id=world.units["KL"],
                due_stated=day,
                due_on=day,
                due_at=NOW,
                opened_at=NOW,
            )
            .returning(obligation.c.id)
        ).scalar_one()
        found: int = connection.execute(
            sa.insert(report)
            .values(
                obligation_id=owed,
                call_id=call,
                unit_id=world.units["KL-X1"],
                content={},
                changed_at=changed_at,
                changed_by=world.accounts["officer.x1"],
            )
            .returning(report.c.id)
        ).scalar_one()
    return found
