"""What the hands of an inspection team wrote into the open record, one writing after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.world import NOW, World
from workflow.across.models.record import Writing, writings_since
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection.commands import InspectionInput

RECORD = InspectionInput(
    kind="inspection",
    held_on="01/03/2024",
    place="Nhà văn hoá thôn",
    members=("inspector1", "inspector2"),
    head="inspector1",
    scores={"leadership": "13,5"},
)


def save(world: World, code: str, who: str, **changes: Any) -> None:
    with world.database.write() as connection:
        inspection.save_record(connection, who, NOW, code, replace(RECORD, **changes))


def since(world: World, code: str, version: int) -> list[Writing]:
    with world.database.read() as connection:
        return writings_since(connection, world.model(code).id, version)


def test_each_writing_stands_beside_the_one_before(world: World) -> None:
    code = world.carry(world.create(), "awaiting_inspection")
    save(world, code, "inspector1")
    save(
        world,
        code,
        "inspector2",
        strengths="Dân tự bàn.",
        scores={"leadership": "14"},
        members=("inspector2",),
        head="",
    )
    (first, second) = since(world, code, 0)
    assert (first.before.kind, first.after.kind, first.after.held_on) == ("", "inspection", date(2024, 3, 1))
    assert first.after.members == ("Phan Văn Tra", "Đặng Thị Kiểm")
    assert first.after.head == "Phan Văn Tra"
    assert second.before == first.after
    assert second.entry.actor.user_name == "inspector2"
    assert (second.after.strengths, second.after.members, second.after.head) == ("Dân tự bàn.", ("Đặng Thị Kiểm",), "")
    assert (first.after.scores["leadership"], second.after.scores["leadership"]) == (Decimal("13.5"), Decimal(14))


def test_what_was_seen_is_left_out_but_compared_with(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "awaiting_inspection")
    save(sqlite_world, code, "inspector1")
    save(sqlite_world, code, "inspector2", place="Sân nhà văn hoá")
    (later,) = since(sqlite_world, code, 1)
    assert (later.before.place, later.after.place) == ("Nhà văn hoá thôn", "Sân nhà văn hoá")
    assert since(sqlite_world, code, 2) == []


def test_an_earlier_record_of_the_model_is_not_this_one(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "remediation")
    sqlite_world.apply(code, "report_results", "officer.x1t1", summary="Đã khắc phục.", evidence_note="Sổ ghi công.")
    save(sqlite_world, code, "inspector1", kind="re_inspection")
    (only,) = since(sqlite_world, code, 0)
    assert (only.before.kind, only.after.kind) == ("", "re_inspection")


def test_model_without_a_record_has_no_writing(sqlite_world: World) -> None:
    assert since(sqlite_world, sqlite_world.carry(sqlite_world.create(), "awaiting_inspection"), 0) == []
