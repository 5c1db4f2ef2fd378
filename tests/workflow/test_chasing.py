"""What those who collect see: late first and only their own, who opened what they were told, units × calls, punctuality."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests import owing
from tests.world import NOW, World
from workflow.across.obligations import chasing, punctuality
from workflow.across.obligations.chasing import CHASERS, Filters
from workflow.core import access
from workflow.core.access import Actor
from workflow.ground.refusals import InvalidInput
from workflow.ground.schema import account, obligation, report
from workflow.ground.vietnam_time import end_of_day

TODAY = date(2024, 7, 10)
AT = datetime(2024, 7, 10, 3, 0, tzinfo=UTC)


def _actor(world: World, name: str) -> Actor:
    with world.database.read() as connection:
        return access.actor(connection, name, NOW)


def test_only_the_late_of_ones_own_units_are_counted(world: World) -> None:
    with world.database.write() as connection:
        owing.owe(connection, world, TODAY - timedelta(days=1))
        owing.owe(connection, world, TODAY - timedelta(days=30), unit="KL-X1-T1", collector="KL-X1")
        owing.owe(connection, world, TODAY)
        owing.owe(connection, world, TODAY - timedelta(days=2), subject="meeting")
        owing.owe(connection, world, TODAY - timedelta(days=2), fulfilled_at=AT)
        owing.owe(connection, world, TODAY - timedelta(days=2), withdrawn_at=AT)
        owing.owe(connection, world, TODAY - timedelta(days=2), unit="BS-X1", collector="BS")
        counts = {
            name: chasing.count_late(connection, access.actor(connection, name, NOW), TODAY)
            for name in ("staff", "leader", "deputy.staff", "outsider", "chair", "officer.x1t1")
        }
    assert counts == {"staff": 2, "leader": 2, "deputy.staff": 2, "outsider": 1, "chair": 0, "officer.x1t1": 0}


def test_longest_late_comes_first_and_pages_follow(world: World) -> None:
    staff = _actor(world, "staff")
    with world.database.write() as connection:
        ids = [owing.owe(connection, world, TODAY - timedelta(days=days)) for days in (3, 9, 1, 9, 5)]
        first = chasing.page(connection, staff, Filters(), TODAY, size=2)
        second = chasing.page(connection, staff, Filters(), TODAY, first.following, size=2)
        third = chasing.page(connection, staff, Filters(), TODAY, second.following, size=2)
    shown = [[row.id for row in page.rows] for page in (first, second, third)]
    assert shown == [[ids[1], ids[3]], [ids[4], ids[0]], [ids[2]]]
    assert third.following == ""


@pytest.mark.parametrize("place", ["x", "2024-07-10", "2024-02-31.4", "2024-07-10.x", "."])
def test_place_that_is_none_is_refused(sqlite_world: World, place: str) -> None:
    with sqlite_world.database.read() as connection, pytest.raises(InvalidInput):
        chasing.page(connection, _actor(sqlite_world, "staff"), Filters(), TODAY, place)


def test_filters_narrow_what_is_listed(world: World) -> None:
    staff = _actor(world, "staff")
    with world.database.write() as connection:
        called = owing.call(connection, world, TODAY)
        late = owing.owe(connection, world, TODAY - timedelta(days=2), unit="KL-X2")
        owed = owing.owe(connection, world, TODAY - timedelta(days=1), subject="report", call_id=called)
        soon = owing.owe(connection, world, TODAY + timedelta(days=7), subject="state", unit="KL-X1-T1")
        far = owing.owe(connection, world, TODAY + timedelta(days=8), subject="meeting")
        path = connection.execute(sa.text("SELECT path FROM unit WHERE code = 'KL-X1'")).scalar_one()

        def listed(filters: Filters) -> list[int]:
            return [row.id for row in chasing.page(connection, staff, filters, TODAY).rows]

        assert listed(Filters()) == [late, owed]
        assert listed(Filters("soon")) == [soon]
        assert listed(Filters("all")) == [late, owed, soon, far]
        assert listed(Filters("all", call_id=called)) == [owed]
        assert listed(Filters("all", subject="state")) == [soon]
        assert listed(Filters("all", below=path)) == [owed, soon, far]
        assert [row.id for row in chasing.paper(connection, staff, Filters(), TODAY).rows] == [owed, late]


def test_what_somebody_opened_is_not_unopened(world: World) -> None:
    staff = _actor(world, "staff")
    with world.database.write() as connection:
        called = owing.call(connection, world, TODAY)
        silent, read, begun, told = (
            owing.owe(connection, world, TODAY - timedelta(days=9), unit="KL-X2"),
            owing.owe(connection, world, TODAY - timedelta(days=8), unit="KL-X1-T1"),
            owing.owe(connection, world, TODAY - timedelta(days=7), subject="report", call_id=called),
            owing.owe(connection, world, TODAY - timedelta(days=6), unit="KL-X1-T2"),
        )
        owing.tell(connection, world, "officer.x1t1", AT, about=[read], read_at=AT)
        owing.tell(connection, world, "officer.x1t2", AT, about=[told])
        # The staff read their own letter about what is late: nobody who owes it has opened anything.
        owing.tell(connection, world, "staff", AT, about=[silent, told], part="staff", read_at=AT)
        connection.execute(
            sa.insert(report).values(
                obligation_id=begun,
                call_id=called,
                unit_id=world.units["KL-X1"],
                content={},
                changed_at=AT,
                changed_by=world.accounts["officer.x1"],
            )
        )
        connection.execute(
            sa.update(account).where(account.c.user_name == "officer.x1t2").values(last_seen_at=AT + timedelta(hours=2))
        )
        every = chasing.page(connection, staff, Filters(), TODAY)
        page = chasing.page(connection, staff, Filters(unopened=True), TODAY, size=1)
        rest = chasing.page(connection, staff, Filters(unopened=True), TODAY, page.following, size=1)
        last = chasing.page(connection, staff, Filters(unopened=True), TODAY, rest.following, size=1)
    assert {key for key, one in every.signs.items() if one.opened} == {read, begun}
    assert (every.signs[told].told_at, every.signs[told].seen_at) == (AT, AT + timedelta(hours=2))
    assert every.signs[silent].told_at is None
    assert [[row.id for row in one.rows] for one in (page, rest, last)] == [[silent], [told], []]


def test_grid_shows_how_each_unit_stands_with_each_call(world: World) -> None:
    staff = _actor(world, "staff")
    with world.database.write() as connection:
        old = owing.call(connection, world, TODAY - timedelta(days=20), label="Quý II")
        new = owing.call(connection, world, TODAY + timedelta(days=3), label="6 tháng")
        other = owing.call(connection, world, TODAY, unit="BS", label="Của huyện khác")
        due = TODAY - timedelta(days=20)

        def owe(unit: str, call_id: int, on: date, **ended: Any) -> None:
            owing.owe(connection, world, on, unit=unit, subject="report", call_id=call_id, **ended)

        owe("KL-X1", old, due, fulfilled_at=end_of_day(due) - timedelta(seconds=1))
        owe("KL-X2", old, due, fulfilled_at=end_of_day(due))
        owe("KL-CQ1", old, due)
        owe("KL-X1", new, TODAY + timedelta(days=3))
        owe("BS-X1", other, TODAY)
        owing.owe(connection, world, TODAY - timedelta(days=1), unit="KL-CQ1", subject="state")
        owing.owe(connection, world, TODAY - timedelta(days=1), unit="KL-X1-T1", subject="state")
        found = chasing.grid(connection, staff, world.year_id, TODAY)
        first = chasing.grid(connection, staff, world.year_id, TODAY, size=2)
        second = chasing.grid(connection, staff, world.year_id, TODAY, place=first.following, size=2)
    assert [one.label for one in found.calls] == ["6 tháng", "Quý II"]
    assert [one.code for one in found.units] == ["KL-CQ1", "KL-X1", "KL-X2"]
    cells = {key: chasing.cell(row, TODAY) for key, row in found.cells.items()}
    assert cells == {
        (world.units["KL-X1"], old): "done",
        (world.units["KL-X2"], old): "done_late",
        (world.units["KL-CQ1"], old): "late",
        (world.units["KL-X1"], new): "soon",
    }
    assert found.elsewhere == {world.units["KL-CQ1"]: 1}
    assert [one.code for one in (*first.units, *second.units)] == ["KL-CQ1", "KL-X1", "KL-X2"]
    assert (bool(first.following), second.following) == (True, "")


def test_only_what_one_looks_after_can_be_chosen(world: World) -> None:
    with world.database.write() as connection:
        own = owing.owe(connection, world, TODAY)
        foreign = owing.owe(connection, world, TODAY, unit="BS-X1", collector="BS")
        found = {
            name: [row.id for row in chasing.chosen(connection, _actor(world, name), [own, foreign, 987654])]
            for name in ("staff", "outsider", "chair")
        }
    assert found == {"staff": [own], "outsider": [foreign], "chair": []}


def test_punctuality_counts_what_fell_due(world: World) -> None:
    staff = _actor(world, "staff")
    due = TODAY - timedelta(days=10)
    with world.database.write() as connection:
        ends: dict[str, dict[str, Any]] = {
            "KL-X1": {"fulfilled_at": end_of_day(due) - timedelta(hours=1)},
            "KL-X2": {"fulfilled_at": end_of_day(due) + timedelta(days=2, hours=1)},
            "KL-CQ1": {},
        }
        for unit, ended in ends.items():
            owing.owe(
                connection,
                world,
                due,
                unit=unit,
                subject="report",
                call_id=owing.call(connection, world, due),
                **ended,
            )
        ahead = owing.call(connection, world, TODAY + timedelta(days=5))
        owing.owe(connection, world, TODAY + timedelta(days=5), unit="KL-CQ1", subject="report", call_id=ahead)
        owing.owe(
            connection,
            world,
            TODAY + timedelta(days=5),
            unit="KL-X2",
            subject="report",
            call_id=ahead,
            fulfilled_at=AT,
        )
        withdrawn = owing.call(connection, world, due)
        owing.owe(connection, world, due, subject="report", call_id=withdrawn, withdrawn_at=AT)
        foreign = owing.call(connection, world, due, unit="BS")
        owing.owe(connection, world, due, unit="BS-X1", collector="BS", subject="report", call_id=foreign)
        page = punctuality.page(connection, staff, AT, CHASERS, world.year_id)
        nobody = punctuality.page(connection, _actor(world, "chair"), AT, CHASERS, world.year_id)
    assert [(one.unit_code, one.due, one.in_time, one.percent, one.mean_days_late) for one in page.rows] == [
        ("KL-CQ1", 1, 0, 0, 10.0),
        ("KL-X2", 2, 1, 50, 3.0),
        ("KL-X1", 1, 1, 100, 0.0),
    ]
    assert page.ranked
    assert nobody.rows == ()


def test_many_units_come_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(punctuality, "MOST_AT_ONCE", 2)
    staff = _actor(world, "staff")
    with world.database.write() as connection:
        call = owing.call(connection, world, TODAY - timedelta(days=3))
        for unit in ("KL-X1", "KL-X1-T1", "KL-X2", "KL-CQ1"):
            owing.owe(connection, world, TODAY - timedelta(days=3), unit=unit, subject="report", call_id=call)
        assert connection.execute(sa.select(sa.func.count()).select_from(obligation)).scalar_one() == 4
        first = punctuality.page(connection, staff, AT, CHASERS, world.year_id)
        second = punctuality.page(connection, staff, AT, CHASERS, world.year_id, first.following)
    assert [[one.unit_code for one in page.rows] for page in (first, second)] == [
        ["KL-CQ1", "KL-X1"],
        ["KL-X1-T1", "KL-X2"],
    ]
    assert not first.ranked
    assert second.following == ""
