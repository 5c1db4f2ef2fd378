"""Finding open obligations by due date: the same answer whichever index leads there, page after page."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests import owing
from tests.world import NOW, World
from workflow.across.obligations import finding
from workflow.across.obligations.finding import Area, Reach, Window
from workflow.core import access
from workflow.core.people import units
from workflow.ground.schema import obligation

FIRST = date(2024, 6, 3)
SUBJECTS = ("registration", "state", "meeting", "visit", "report")
UNITS = ("KL-X1", "KL-X1-T1", "KL-X1-T2", "KL-X2", "KL-X2-T1", "KL-CQ1", "BS-X1", "AS-CQ1")
ROLES = ("unit_officer", "unit_officer,commune_reviewer", "district_reviewer,staff", "commune_reviewer", "inspector")


def _some(connection: Connection, world: World, seed: int) -> tuple[list[dict[str, Any]], list[int]]:
    """Random obligations, many on the same day, some ended; as rows, and the calls among them."""
    chance = random.Random(seed)
    calls = [owing.call(connection, world, FIRST, label=f"Đợt {n}") for n in range(12)]
    free = [(call_id, unit) for call_id in calls for unit in UNITS]
    chance.shuffle(free)
    for _ in range(160):
        subject = chance.choice(SUBJECTS)
        call_id, unit = free.pop() if subject == "report" and free else (None, chance.choice(UNITS))
        ended = chance.choice(({}, {}, {}, {"fulfilled_at": NOW}, {"withdrawn_at": NOW}))
        owing.owe(
            connection,
            world,
            FIRST + timedelta(days=chance.randrange(12)),
            unit=unit,
            collector=chance.choice(("KL", "KL-X1", "KL-X2", "BS")),
            subject=subject if subject != "report" or call_id else "registration",
            roles=chance.choice(ROLES),
            call_id=call_id,
            **ended,
        )
    return [dict(row) for row in connection.execute(sa.select(obligation)).mappings()], calls


def _expected(
    rows: list[dict[str, Any]], world: World, connection: Connection, reach: Reach, window: Window
) -> list[Any]:
    paths = {row.id: row.path for row in connection.execute(sa.text("SELECT id, path FROM unit"))}

    def within(row: dict[str, Any]) -> bool:
        place = row[reach.side]
        return any(
            (place == part.unit_id if part.unit_id is not None else paths[place].startswith(part.path))
            and (not part.roles or set(part.roles) & set(row["roles"].split(",")))
            for part in reach.areas
        )

    return sorted(
        (row["due_on"], row["id"])
        for row in rows
        if row["fulfilled_at"] is None
        and row["withdrawn_at"] is None
        and within(row)
        and (window.since is None or row["due_on"] >= window.since)
        and (window.until is None or row["due_on"] <= window.until)
        and (not window.subjects or row["subject"] in window.subjects)
        and (window.call_id is None or row["call_id"] == window.call_id)
        and paths[row["unit_id"]].startswith(window.below)
    )


@pytest.mark.parametrize("few", [units.FEW, 0], ids=["few units", "many units"])
@pytest.mark.parametrize("branches", [finding.BRANCHES, 0], ids=["unit by unit", "day by day"])
def test_finding_by_any_way_gives_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, branches: int, few: int
) -> None:
    monkeypatch.setattr(finding, "BRANCHES", branches)
    monkeypatch.setattr(units, "FEW", few)
    with world.database.write() as connection:
        rows, calls = _some(connection, world, seed=4)
        people = [
            access.actor(connection, name, NOW)
            for name in (
                "staff",
                "officer.x1t1",
                "deputy.officer",
                "chair",
                "district1",
                "inspector1",
                "admin",
                "outsider",
            )
        ]
        below = connection.execute(sa.text("SELECT path FROM unit WHERE code = 'KL-X1'")).scalar_one()
        reaches = [finding.owed_by(who) for who in people] + [finding.owed_by_unit(who) for who in people]
        reaches += [finding.collected_by(who, {"staff", "commune_reviewer"}) for who in people]
        windows = [
            Window(),
            Window(until=FIRST + timedelta(days=5)),
            Window(since=FIRST + timedelta(days=3), until=FIRST + timedelta(days=8), subjects=("state", "meeting")),
            Window(call_id=calls[0]),
            Window(below=below),
        ]
        found = 0
        for reach in reaches:
            for window in windows:
                expected = _expected(rows, world, connection, reach, window)
                assert finding.open_keys(connection, reach, window, most=1000) == expected
                found += len(expected)
    assert found > 500


@pytest.mark.parametrize("branches", [finding.BRANCHES, 0], ids=["unit by unit", "day by day"])
def test_pages_follow_each_other_without_gap(world: World, monkeypatch: pytest.MonkeyPatch, branches: int) -> None:
    monkeypatch.setattr(finding, "BRANCHES", branches)
    with world.database.write() as connection:
        _some(connection, world, seed=9)
        reach = finding.collected_by(access.actor(connection, "staff", NOW), {"staff"})
        whole = finding.open_keys(connection, reach, Window(), most=1000)
        gone: list[finding.Place] = []
        while page := finding.open_keys(connection, reach, Window(), after=gone[-1] if gone else None, most=7):
            gone += page
    assert gone == whole
    assert len(whole) > 50


def test_counting_stops_at_the_most(world: World) -> None:
    with world.database.write() as connection:
        for _ in range(5):
            owing.owe(connection, world, FIRST)
        reach = Reach("collector_id", (Area(unit_id=world.units["KL"]),))
        assert finding.count_open(connection, reach, Window(), most=3) == 3
        assert finding.count_open(connection, reach, Window(), most=30) == 5


def test_person_without_roles_reaches_nothing(world: World) -> None:
    with world.database.write() as connection:
        owing.owe(connection, world, FIRST, unit="KL-X1-T1")
        villager = access.actor(connection, "villager", NOW)
        for reach in (
            finding.owed_by(villager),
            finding.owed_by_unit(villager),
            finding.collected_by(villager, {"staff"}),
        ):
            assert finding.open_keys(connection, reach, Window(), most=10) == []


def test_what_is_told_names_the_thing(world: World) -> None:
    with world.database.write() as connection:
        late = owing.owe(connection, world, FIRST, subject="report", call_id=owing.call(connection, world, FIRST))
        row = finding.told(connection, [late])[0]
    assert (row.call_label, row.unit_name, row.collector_name, row.year) == (
        "Báo cáo năm",
        "Xã Bản Lầu",
        "Huyện Khe Lam",
        2024,
    )
