"""Figures as of a moment are those that stood on the page at that moment, whatever happened afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.world import NOW, YEAR, World, a_draft
from workflow.across.figures.cells import Scope, everywhere
from workflow.across.figures.full_tally import FullTally, full_tally
from workflow.stages.implementation import commands as implementation
from workflow.stages.recognition import commands as recognition
from workflow.stages.registration import change_requests
from workflow.stages.registration import commands as registration
from workflow.stages.registration.model_quantities import QuantityInput

DAY = timedelta(days=1)


def _figures(world: World, moment: datetime | None = None) -> FullTally:
    with world.database.read() as connection:
        return full_tally(connection, YEAR, everywhere(connection), moment=moment)


def _same(then: FullTally, now: FullTally) -> None:
    """All that can be asked both ways."""
    assert then.rows == now.rows
    assert then.states == now.states
    assert then.quantities == now.quantities
    assert (then.inspections, then.villages) == (now.inspections, now.villages)


def test_every_moment_can_be_asked_again(world: World) -> None:
    kept: list[tuple[datetime, FullTally]] = []
    moment = NOW

    def passed() -> datetime:
        """Keep what stands now, and go on to the next day."""
        nonlocal moment
        kept.append((moment + timedelta(hours=1), _figures(world)))
        moment += DAY
        return moment

    returned = world.create(now=moment)
    world.carry(returned, "returned", moment)
    world.apply(returned, "submit", "officer.x1t1", moment)
    world.apply(returned, "return_registration", "staff2", moment, reason="Chưa đủ.")
    at = passed()
    with world.database.write() as connection:
        edited = a_draft(
            kind="individual", person="Lò Văn Một", field="Kinh tế", targets=(QuantityInput("labour_days", "120"),)
        )
        registration.edit_draft(connection, "officer.x1t1", at, returned, edited)
    at = passed()
    world.carry(returned, "implementing", at)
    at = passed()
    for value in ("50 ngày công", "trên 70 ngày công"):
        with world.database.write() as connection:
            rows = [QuantityInput("labour_days", value)]
            implementation.save_results(connection, "officer.x1t1", at, returned, rows, summary="Đang làm.")
        at = passed()
    with world.database.write() as connection:
        asked = change_requests.request_change(
            connection, "officer.x1t1", at, returned, "field", "Nông thôn mới", "Sát hơn."
        )
        change_requests.decide_change(connection, "chair", at, asked, True, "")
    at = passed()
    second = world.carry(world.create(a_draft(name="Thắp sáng đường quê"), now=at), "proposed", at)
    at = passed()
    world.apply(second, "return_dossier", "district1", at, reason="Thiếu biên bản.")
    at = passed()
    world.apply(second, "propose", "chair", at)
    world.apply(second, "receive_dossier", "district2", at)
    world.recognise(second, at)
    at = passed()
    for outstanding in (True, False, True):
        with world.database.write() as connection:
            recognition.mark_outstanding(connection, "district1", at, second, outstanding)
        at = passed()
    world.apply(
        second,
        "revoke",
        "district2",
        at,
        reason="Báo cáo sai.",
        decision_number="77",
        decision_date=at.date(),
        signer="Trần Văn Công",
    )
    at = passed()
    world.apply(returned, "withdraw", "officer.x1t1", at, reason="Không làm tiếp.")
    passed()
    for asked_at, figures in kept:
        _same(_figures(world, asked_at), figures)


def test_origin_corrected_later_counts_as_it_was(world: World) -> None:
    earlier = world.carry(world.create(a_draft(name="Mô hình trước")), "recognised")
    code = world.carry(world.create(), "returned")
    before = _figures(world)
    with world.database.write() as connection:
        draft = a_draft(origin="replicated", origin_model=earlier)
        registration.edit_draft(connection, "officer.x1t1", NOW + DAY, code, draft)
    assert _figures(world).row("", "").figures["replicated"] == 1
    _same(_figures(world, NOW + timedelta(hours=1)), before)


def test_registrants_are_counted_beside_models(world: World) -> None:
    for name in ("Một", "Hai"):
        world.apply(world.create(a_draft(name=f"Mô hình {name}")), "submit", "officer.x1t1")
    person = a_draft(unit="KL-X2-T1", name="Nuôi ong", kind="individual", person="Kha Văn Bé")
    world.apply(world.create(person, "officer.x2t1"), "submit", "officer.x2t1")
    assert _figures(world, NOW + DAY).registrants == {"collective": 1, "individual": 1}
    with world.database.read() as connection:
        nowhere = full_tally(connection, YEAR, Scope(()), moment=NOW + DAY)
    assert nowhere.registrants == {"collective": 0, "individual": 0}
