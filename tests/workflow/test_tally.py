"""The tally: every field, both kinds, registrants beside models, a scope, and the figures of a day that is past."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.world import NOW, YEAR, World, a_draft
from workflow.across.figures.tally import Tally, tally
from workflow.core import access
from workflow.core.lifecycles import store
from workflow.core.people import units
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.refusals import NotFound
from workflow.ground.schema import emulation_model
from workflow.stages.registration import change_requests


def count(world: World, *, unit: str | None = None, as_of: date | None = None, who: str | None = None) -> Tally:
    with world.database.read() as connection:
        unit_row = units.by_code(connection, unit) if unit else None
        only = access.visible(access.actor(connection, who, NOW)) if who else None
        return tally(connection, YEAR, unit_row=unit_row, as_of=as_of, only=only)


def cells(figures: Tally) -> dict[str, tuple[int, int]]:
    """Field label → collective, individual; those with none left out."""
    return {row.label: (row.collective, row.individual) for row in figures.rows if row.total}


def test_every_field_is_printed_in_the_programmes_order(world: World) -> None:
    figures = count(world)
    with world.database.read() as connection:
        fields = stored.fields(connection, world.year_id)
    assert [row.field for row in figures.rows] == [field.code for field in fields]
    assert [row.total for row in figures.rows] == [0] * len(fields)
    assert "Nông thôn mới" in [row.label for row in figures.rows]
    assert (figures.total.total, dict(figures.states)) == (0, {})
    assert dict(figures.registrants) == {"collective": 0, "individual": 0}


def test_counts_models_and_registrants(world: World) -> None:
    for name in ("Hiến đất", "Thắp sáng"):
        world.carry(world.create(a_draft(name=name)), "submitted")
    world.carry(world.create(a_draft(name="Ở thôn bên", unit="KL-X1-T2"), "officer.x1t2"), "registered")
    for name in ("Nuôi bò", "Nuôi cá"):
        world.carry(
            world.create(
                a_draft(kind="individual", person="Lò Văn Nuôi", same_person=True, name=name, field="Kinh tế")
            ),
            "submitted",
        )
    figures = count(world)
    assert cells(figures) == {"Kinh tế": (0, 2), "Nông thôn mới": (3, 0)}
    assert (figures.total.collective, figures.total.individual, figures.total.total) == (3, 2, 5)
    assert dict(figures.registrants) == {"collective": 2, "individual": 1}
    assert dict(figures.states) == {"submitted": 4, "registered": 1}
    document = figures.as_json()
    assert document["total"] == {"collective": 3, "individual": 2, "total": 5}
    assert sum(row["total"] for row in document["rows"]) == sum(document["states"].values()) == 5


def test_registered_means_submitted_and_not_withdrawn_before_acceptance(world: World) -> None:
    drafts = {name: world.create(a_draft(name=name)) for name in ("nháp", "rút sớm", "rút muộn", "trả lại")}
    world.apply(drafts["rút sớm"], "submit", "officer.x1t1")
    world.apply(drafts["rút sớm"], "withdraw", "officer.x1t1", reason="Không đủ điều kiện.")
    world.carry(drafts["rút muộn"], "registered")
    world.apply(drafts["rút muộn"], "withdraw", "officer.x1t1", reason="Không đủ điều kiện.")
    world.carry(drafts["trả lại"], "returned")
    assert dict(count(world).states) == {"returned": 1, "withdrawn": 1}


def test_as_of_a_day_gives_the_figures_of_that_day(world: World) -> None:
    """Later acceptance, withdrawal and change of field change nothing about a day that is past."""
    days = [NOW + timedelta(days=n) for n in range(6)]
    stays, leaves, moves = (world.create(a_draft(name=name)) for name in ("ở lại", "rút ra", "đổi lĩnh vực"))
    for code in (stays, leaves, moves):
        world.apply(code, "submit", "officer.x1t1", days[1])
    for code in (leaves, moves):
        world.apply(code, "accept", "staff2", days[2])
    world.apply(leaves, "withdraw", "officer.x1t1", days[3], reason="Không đủ điều kiện.")
    with world.database.write() as connection:
        request = change_requests.request_change(
            connection, "officer.x1t1", days[4], moves, "field", "Kinh tế", "Mô hình làm kinh tế."
        )
        change_requests.decide_change(connection, "staff2", days[4], request, True, "")
    world.apply(stays, "accept", "staff2", days[5])

    def of(day: int) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
        figures = count(world, as_of=days[day].date())
        return cells(figures), dict(figures.states)

    assert of(0) == ({}, {})
    assert of(1) == ({"Nông thôn mới": (3, 0)}, {"submitted": 3})
    assert of(2) == ({"Nông thôn mới": (3, 0)}, {"registered": 2, "submitted": 1})
    assert of(3) == ({"Nông thôn mới": (3, 0)}, {"registered": 1, "submitted": 1, "withdrawn": 1})
    assert of(4) == ({"Kinh tế": (1, 0), "Nông thôn mới": (2, 0)}, {"registered": 1, "submitted": 1, "withdrawn": 1})
    assert of(5) == ({"Kinh tế": (1, 0), "Nông thôn mới": (2, 0)}, {"registered": 2, "withdrawn": 1})
    now = count(world)
    assert of(5) == (cells(now), dict(now.states))


def test_withdrawn_before_acceptance_still_counted_on_the_days_before(world: World) -> None:
    code = world.create()
    world.apply(code, "submit", "officer.x1t1", NOW)
    world.apply(code, "withdraw", "officer.x1t1", NOW + timedelta(days=2), reason="Không đủ điều kiện.")
    assert count(world, as_of=(NOW + timedelta(days=1)).date()).total.total == 1
    assert count(world, as_of=(NOW + timedelta(days=2)).date()).total.total == 0


def test_a_day_ends_at_midnight_in_vietnam(world: World) -> None:
    """17:30 UTC is half past midnight of the next day in Vietnam."""
    world.apply(world.create(), "submit", "officer.x1t1", NOW.replace(hour=16, minute=59))
    world.apply(world.create(a_draft(name="Sau nửa đêm")), "submit", "officer.x1t1", NOW.replace(hour=17, minute=30))
    assert count(world, as_of=NOW.date()).total.total == 1
    assert count(world, as_of=NOW.date() + timedelta(days=1)).total.total == 2


def test_scope_is_the_units_subtree(world: World) -> None:
    world.carry(world.create(), "submitted")
    world.carry(world.create(a_draft(unit="KL-X2-T1"), "officer.x2t1"), "submitted")
    other = a_draft(unit="BS-X1", name="Mô hình huyện khác")
    world.apply(world.create(other, "outsider.officer"), "submit", "outsider.officer")
    assert {unit: count(world, unit=unit).total.total for unit in ("AS", "KL", "KL-X1", "KL-X1-T2", "KL-X2", "BS")} == {
        "AS": 3,
        "KL": 2,
        "KL-X1": 1,
        "KL-X1-T2": 0,
        "KL-X2": 1,
        "BS": 1,
    }
    assert count(world, unit="KL").unit == "KL"


@pytest.mark.parametrize(
    ("who", "seen"), [("staff", 2), ("chair", 1), ("officer.x1t2", 0), ("outsider", 1), ("villager", 0)]
)
def test_somebody_counts_what_he_may_see(world: World, who: str, seen: int) -> None:
    world.carry(world.create(), "submitted")
    world.carry(world.create(a_draft(unit="KL-X2-T1"), "officer.x2t1"), "submitted")
    other = a_draft(unit="BS-X1", name="Mô hình huyện khác")
    world.apply(world.create(other, "outsider.officer"), "submit", "outsider.officer")
    for as_of in (None, NOW.date()):
        assert count(world, who=who, as_of=as_of).total.total == seen


def test_figures_of_a_subtree_begin_at_its_units(sqlite_world: World) -> None:
    asked: list[str] = []
    engine = sqlite_world.database.engine
    with sqlite_world.database.read() as connection:
        district = units.by_code(connection, "KL")
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(asked.append)
        tally(connection, YEAR, unit_row=district)
        raw.set_trace_callback(None)
    counting = [statement for statement in asked if "count(" in statement]
    assert len(counting) == 2
    with engine.connect() as connection:
        for statement in counting:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
            steps = [step for step in plan if step.startswith(("SEARCH", "SCAN"))]
            assert steps[0].startswith("SEARCH unit "), plan


def test_unknown_year_lists_those_there_are(world: World) -> None:
    with world.database.read() as connection, pytest.raises(NotFound, match="Đang có: 2024"):
        tally(connection, 1999)


def test_model_in_a_field_of_another_year_is_noticed(world: World) -> None:
    """A tally that loses a model says so instead of printing less."""
    code = world.carry(world.create(), "submitted")
    with world.database.write() as connection:
        definition = store.definition(connection, world.model(code).definition_hash)
        other = stored.create_year(connection, NOW, YEAR + 1, standard_defaults(), definition)
        foreign = stored.fields(connection, other)[0].id
        connection.execute(sa.update(emulation_model).where(emulation_model.c.code == code).values(field_id=foreign))
    with pytest.raises(RuntimeError, match="not of its programme year"):
        count(world)
