"""What a registration form says as it is kept, and as somebody would type it again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.world import NOW, YEAR, World, a_draft
from workflow.across.models import page
from workflow.core import access
from workflow.ground.refusals import NotFound, NotPossible
from workflow.ground.schema import form_item
from workflow.stages.registration import commands as registration
from workflow.stages.registration import view
from workflow.stages.registration.drafts import Draft
from workflow.stages.registration.model_quantities import QuantityInput


def typed(world: World, code: str) -> Draft:
    with world.database.read() as connection:
        return view.typed(connection, world.model(code).id)


def test_form_typed_again_and_sent_changes_nothing(world: World) -> None:
    draft = a_draft(kind="individual", person="Lữ Văn Dân", person_distinguisher="tổ 2", public=True)
    code = world.create(draft)
    again = typed(world, code)
    assert (again.unit, again.kind, again.person, again.person_distinguisher) == (
        "KL-X1-T1",
        "individual",
        "Lữ Văn Dân",
        "tổ 2",
    )
    assert (again.items, again.public, again.origin_model) == (draft.items, True, "")
    assert again.targets == [QuantityInput("labour_days", "300 ngày công", "")]
    with world.database.write() as connection:
        assert registration.edit_draft(connection, "officer.x1t1", NOW, code, again) == 1


def test_form_of_a_copy_names_the_model_it_replicates(sqlite_world: World) -> None:
    origin = sqlite_world.carry(sqlite_world.create(), "recognised")
    code = sqlite_world.create(a_draft(name="Nhân rộng", origin="replicated", origin_model=origin))
    assert (typed(sqlite_world, code).origin, typed(sqlite_world, code).origin_model) == ("replicated", origin)


def test_form_is_open_until_it_is_handed_in_and_again_when_it_comes_back(sqlite_world: World) -> None:
    code = sqlite_world.create()
    with sqlite_world.database.read() as connection:
        officer = access.actor(connection, "officer.x1t1", NOW)
        assert view.open_form(connection, officer, code).code == code
        with pytest.raises(NotFound):
            view.open_form(connection, access.actor(connection, "officer.x1t2", NOW), code)
    sqlite_world.apply(code, "submit", "officer.x1t1")
    with sqlite_world.database.read() as connection, pytest.raises(NotPossible):
        view.open_form(connection, officer, code)
    sqlite_world.apply(code, "return_registration", "staff", reason="Chưa rõ chỉ tiêu.")
    with sqlite_world.database.read() as connection:
        assert view.open_form(connection, officer, code).state == "returned"


def test_form_that_never_came_back_has_no_return(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "registered")
    with sqlite_world.database.read() as connection:
        assert view.last_return(connection, sqlite_world.model(code).id, {}) is None


def test_latest_return_is_the_one_that_counts(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "returned")
    sqlite_world.apply(code, "submit", "officer.x1t1")
    sqlite_world.apply(code, "return_registration", "staff2", reason="Còn thiếu số hộ.")
    with sqlite_world.database.read() as connection:
        returned = view.last_return(connection, sqlite_world.model(code).id, {})
    assert returned is not None
    assert (returned.by, returned.reason, returned.items) == ("Vi Văn Việc", "Còn thiếu số hộ.", ())


def test_items_to_mend_are_called_what_the_year_calls_them(sqlite_world: World) -> None:
    world = sqlite_world
    code = world.carry(world.create(), "submitted")
    with world.database.write() as connection:
        connection.execute(sa.update(form_item).where(form_item.c.code == "goals").values(label="Đích đến"))
    world.apply(code, "return_registration", "staff", reason="Chưa rõ chỉ tiêu.", items=[{"item": "goals"}])
    with world.database.read() as connection:
        shown = page.of_model(connection, None, NOW, page.seen(connection, None, code))
    assert shown.returned is not None
    assert [(one.item, one.label) for one in shown.returned.items] == [("goals", "Đích đến")]
    assert shown.item_labels["goals"] == "Đích đến"


def test_waived_items_are_empty_and_named(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        draft = a_draft(items={"goals": "Một"}, waived=("outputs",))
        (code,) = registration.create_drafts(connection, "staff", NOW, YEAR, [draft])
    with sqlite_world.database.read() as connection:
        form = view.form(connection, sqlite_world.model(code).id)
    assert form is not None
    assert (form.items["goals"], form.items["outputs"], "outputs" in form.waived) == ("Một", "", True)
    assert form.columns()["waived"] == list(form.waived)
