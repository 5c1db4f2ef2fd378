"""Reports of a call side by side: who is missing, sums that reconcile, units inside one another counted once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa

from tests.workflow.reporting_world import ALL, DUE, LATER, a_call, hand_in, owed_by
from tests.world import NOW, World, a_draft
from workflow.across.documents.reports_workbook import write_collected
from workflow.across.obligations import calls
from workflow.across.obligations.calls import CallInput
from workflow.across.reports import commands as reports
from workflow.across.reports import figures
from workflow.across.reports import view as report_view
from workflow.across.reports.collected import Collected, collected
from workflow.core import access
from workflow.core.people import units
from workflow.ground.refusals import NotFound
from workflow.ground.schema import obligation, unit
from workflow.stages.registration.model_quantities import QuantityInput


@pytest.fixture
def call(world: World) -> int:
    """A call to both communes; models in each."""
    for name in ("Vận động hiến đất", "Thắp sáng đường quê"):
        world.carry(world.create(a_draft(name=name)), "awaiting_inspection")
    other = a_draft(
        unit="KL-X2-T1",
        name="Nuôi ong",
        kind="individual",
        person="Kha Văn Bé",
        field="Kinh tế",
        targets=(QuantityInput("labour_days", "trên 50"),),
    )
    world.apply(world.create(other, "officer.x2t1"), "submit", "officer.x2t1")
    return a_call(world)


def found(world: World, call: int, who: str = "staff", now: datetime = LATER) -> Collected:
    with world.database.read() as connection:
        return collected(connection, access.actor(connection, who, now), now, call)


def test_nobody_has_handed_in(world: World, call: int) -> None:
    empty = found(world, call)
    assert ([line.unit_code for line in empty.missing], empty.there) == (["KL-X1", "KL-X2"], ())
    assert (empty.total.registered, empty.untold()) == (0, 3)
    assert {line.late_days for line in empty.lines} == {0}
    late = found(world, call, now=datetime(2024, 3, 18, 1, tzinfo=UTC))
    assert [line.late_days for line in late.missing] == [3, 3]


def test_sum_over_units_is_the_sum_over_fields(world: World, call: int) -> None:
    hand_in(world, owed_by(world, call, "KL-X1"))
    hand_in(world, owed_by(world, call, "KL-X2"), "chair2", datetime(2024, 3, 18, 1, tzinfo=UTC))
    whole = found(world, call)
    assert [(line.unit_code, line.late_days) for line in whole.there] == [("KL-X1", 0), ("KL-X2", 3)]
    assert whole.total.registered == sum(line.figures.registered for line in whole.there if line.figures) == 3
    assert whole.total.registered == sum(whole.total.count("registered", field=code) for code in whole.labels)
    assert dict(whole.counted) == {code: whole.total.count("registered", field=code) for code in whole.labels}
    assert (whole.untold(), whole.untold("kinh_te")) == (0, 0)
    days = whole.total.measured("labour_days")
    assert days is not None
    # What one of them said as "at least" stays so in the sum.
    assert figures.shown(days.target) == "trên 650 ngày công"
    assert whole.total.registrants == {"collective": 1, "individual": 1}
    assert whole.total.villages == (2, 3)


def test_what_was_given_back_does_not_stand(world: World, call: int) -> None:
    key = owed_by(world, call)
    hand_in(world, key)
    with world.database.write() as connection:
        reports.return_(connection, "staff", LATER, key, "Bổ sung.", DUE)
    whole = found(world, call)
    assert [(line.unit_code, line.status) for line in whole.missing] == [("KL-X1", "returned"), ("KL-X2", "")]
    assert whole.total.registered == 0


def test_unit_inside_another_is_counted_once(world: World, call: int) -> None:
    command = CallInput(2024, "KL", "Báo cáo nhanh", DUE, units=("KL-X1", "KL-X1-T1", "KL-X2-T1"), sections=ALL)
    with world.database.write() as connection:
        nested = calls.open_call(connection, "staff", NOW, command).call_id
    for place, who in (("KL-X1", "officer.x1"), ("KL-X1-T1", "officer.x1t1"), ("KL-X2-T1", "officer.x2t1")):
        hand_in(world, owed_by(world, nested, place), who)
    whole = found(world, nested)
    assert [(line.unit_code, line.counted_in) for line in whole.lines] == [
        ("KL-X1", ""),
        ("KL-X1-T1", "Xã Bản Lầu"),
        ("KL-X2-T1", ""),
    ]
    assert whole.total.registered == 3


def test_models_that_came_later_are_told_as_missing(world: World, call: int) -> None:
    for place, who in (("KL-X1", "officer.x1"), ("KL-X2", "chair2")):
        hand_in(world, owed_by(world, call, place), who)
    world.apply(world.create(a_draft(name="Đến sau")), "submit", "officer.x1t1", LATER + timedelta(days=1))
    assert found(world, call).untold() == 1


@pytest.mark.parametrize("who", ["officer.x1", "chair", "chair2", "inspector1", "outsider", "admin", "villager"])
def test_only_those_over_the_calling_unit_see_it(world: World, call: int, who: str) -> None:
    with pytest.raises(NotFound):
        found(world, call, who)


def test_workbook_adds_up(world: World, call: int) -> None:
    hand_in(world, owed_by(world, call))
    target = BytesIO()
    write_collected(target, found(world, call))
    book = openpyxl.load_workbook(target)
    rows = [row for row in book["Theo lĩnh vực"].iter_rows(min_row=6, values_only=True) if row[0]]
    assert [row[0] for row in rows][-1] == "Tổng"
    for column in range(1, 6):
        values = [int(str(row[column])) for row in rows]
        assert values[-1] == sum(values[:-1])
    missing = [row[1] for row in book["Chưa nộp"].iter_rows(min_row=6, values_only=True) if row[1]]
    assert missing == ["Xã Mường Sang"]


def _owed(world: World, call: int, code: str) -> int:
    with world.database.read() as connection:
        statement = (
            sa.select(obligation.c.id)
            .join(unit, unit.c.id == obligation.c.unit_id)
            .where(obligation.c.call_id == call, unit.c.code == code)
        )
        return int(connection.execute(statement).scalar_one())


@pytest.mark.parametrize("count", [1, 50])
def test_as_many_statements_for_fifty_units_as_for_one(world: World, count: int) -> None:
    codes = [f"KL-X1-M{number}" for number in range(count)]
    with world.database.write() as connection:
        for code in codes:
            units.create_unit(connection, "admin", NOW, code, f"Thôn {code}", "village", "administrative", "KL-X1")
        command = CallInput(2024, "KL-X1", "Báo cáo thôn", DUE, units=tuple(codes), roles=("commune_reviewer",))
        call = calls.open_call(connection, "staff", NOW, command).call_id
    for code in codes[:2]:
        key = _owed(world, call, code)
        with world.database.write() as connection:
            reports.save(connection, "chair", LATER, key, dict.fromkeys(("results", "proposals"), "Đã làm xong việc."))
            reports.submit(connection, "chair", LATER, key)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    with world.database.read() as connection:
        actor = access.actor(connection, "staff", LATER)
        sa.event.listen(world.database.engine, "before_cursor_execute", note)
        try:
            whole = collected(connection, actor, LATER, call)
            listed = report_view.owed(connection, access.actor(connection, "chair", LATER))
        finally:
            sa.event.remove(world.database.engine, "before_cursor_execute", note)
    assert (len(whole.lines), len(listed)) == (count, count)
    # The call, its lines, the counts and fields; the person and what they owe.
    assert len(asked) <= 6
