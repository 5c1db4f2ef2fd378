"""The history of a model as typed values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.world import ITEM_TEXTS, NOW, World, a_draft
from workflow.across.models import entries
from workflow.across.models.entries import Change, Entry, Figure, Person
from workflow.ground.reading.quantities import Quantity
from workflow.stages.implementation.events import Started
from workflow.stages.inspection.events import InspectionConcluded
from workflow.stages.recognition.events import Decided
from workflow.stages.registration import change_requests
from workflow.stages.registration import commands as registration
from workflow.stages.registration.events import FormReturned, ItemNamed
from workflow.stages.registration.model_quantities import QuantityInput
from workflow.stages.review.events import ReviewClosed


def told(world: World, code: str) -> list[Entry]:
    with world.database.read() as connection:
        return entries.of_model(connection, world.model(code).id)


def edit(world: World, code: str, **changes: Any) -> None:
    with world.database.write() as connection:
        registration.edit_draft(connection, "officer.x1t1", NOW, code, a_draft(**changes))


def test_entries_say_who_for_whom_and_from_where_to_where(world: World) -> None:
    code = world.create()
    world.apply(code, "submit", "deputy.officer")
    created, submitted = told(world, code)
    assert (created.seq, created.trigger, created.from_state, created.to_state) == (1, "created", None, "draft")
    assert (created.actor, created.principal) == (Person("officer.x1t1", "Lò Thị Hin"), None)
    assert (submitted.actor.user_name, submitted.principal) == ("deputy.officer", Person("officer.x1t1", "Lò Thị Hin"))
    assert (submitted.role, submitted.at, submitted.hash) == ("unit_officer", NOW, world.model(code).last_hash)
    assert entries.passed([created, submitted]) == ["draft", "submitted"]


def test_entry_on_behalf_names_the_registrant(sqlite_world: World) -> None:
    code = sqlite_world.create(a_draft(), "staff")
    (created,) = told(sqlite_world, code)
    assert (created.actor.user_name, created.behalf) == ("staff", "Thôn Nà Hin")


def test_since_leaves_out_what_was_seen(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "registered")
    with sqlite_world.database.read() as connection:
        later = entries.since(connection, sqlite_world.model(code).id, 2)
    assert [entry.seq for entry in later] == [3]


def test_return_carries_its_items_and_its_day(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "submitted")
    named = [{"item": "goals", "note": "Ghi rõ số hộ."}, {"item": "outputs"}]
    sqlite_world.apply(code, "return_registration", "staff", reason="Chưa rõ.", items=named, resubmit_by="20/03/2024")
    returned = told(sqlite_world, code)[-1]
    assert returned.reason == "Chưa rõ."
    items = (ItemNamed("goals", "Ghi rõ số hộ."), ItemNamed("outputs", ""))
    assert returned.events == (FormReturned(date(2024, 3, 20), items),)


def test_way_to_recognition_tells_conclusion_votes_and_decision(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "recognised")
    happened = {type(event): event for entry in told(sqlite_world, code) for event in entry.events}
    started, concluded, counted = happened[Started], happened[InspectionConcluded], happened[ReviewClosed]
    assert isinstance(started, Started)
    assert started.start_date is not None
    assert isinstance(concluded, InspectionConcluded)
    assert (concluded.conclusion, concluded.total) == ("passed", Decimal(94))
    assert isinstance(counted, ReviewClosed)
    assert counted.members == 5
    decided = happened[Decided]
    assert isinstance(decided, Decided)
    number = str(100 + sqlite_world.model(code).id)
    assert (decided.decision_number, decided.decision_date) == (number, date(2024, 3, 1))
    assert decided.signer == "Nguyễn Văn Huyện"


def test_edit_keeps_before_and_after_of_texts_flags_and_figures(sqlite_world: World) -> None:
    code = sqlite_world.create()
    origin = sqlite_world.carry(sqlite_world.create(a_draft(name="Mô hình gốc")), "recognised")
    edit(
        sqlite_world,
        code,
        name="Tên khác",
        public=True,
        targets=[QuantityInput("cash", "1,139 tỷ", "ước tính")],
        origin="replicated",
        origin_model=origin,
    )
    changes = {change.name: change for change in told(sqlite_world, code)[-1].changes}
    assert changes["name"] == Change("name", a_draft().name, "Tên khác")
    assert changes["public"] == Change("public", False, True)
    assert changes["targets"].after == (Figure("cash", Quantity(Decimal(1_139_000_000), "đồng"), "ước tính"),)
    # The key of the model it replicates is nothing for people to read.
    assert "origin_model" not in changes


def test_request_to_change_is_a_change_of_its_subject(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "registered")
    with sqlite_world.database.write() as connection:
        change_requests.request_change(
            connection, "officer.x1t1", NOW, code, "name", "Tên đúng hơn", "Tên cũ ghi nhầm địa danh."
        )
    assert told(sqlite_world, code)[-1].changes == (Change("name", a_draft().name, "Tên đúng hơn"),)


def test_rewritten_compares_with_what_stood_there_at_the_return(sqlite_world: World) -> None:
    world = sqlite_world
    code = world.create()
    edit(world, code, items={**ITEM_TEXTS, "goals": "Trước khi nộp."})
    world.carry(code, "returned")
    assert entries.rewritten(told(world, code)) == []
    edit(world, code, items={**ITEM_TEXTS, "goals": "Lần một."})
    edit(world, code, items={**ITEM_TEXTS, "goals": "Lần hai.", "outputs": "Khác."})
    edit(world, code, items={**ITEM_TEXTS, "goals": "Lần hai."})
    assert entries.rewritten(told(world, code)) == [Change("goals", "Trước khi nộp.", "Lần hai.")]


def test_nothing_is_rewritten_of_a_form_that_never_came_back(sqlite_world: World) -> None:
    code = sqlite_world.create()
    edit(sqlite_world, code, name="Tên khác")
    assert entries.rewritten(told(sqlite_world, code)) == []
