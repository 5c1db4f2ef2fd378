"""People and models that an earlier version took for one: found in data as it left them, and put right."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import ITEM_TEXTS, NOW, YEAR, World, a_draft
from workflow.across.oversight import audit
from workflow.across.oversight.merged_names import Merged, merged_names
from workflow.ground.refusals import InvalidInput, NotAllowed, NotPossible
from workflow.ground.schema import account, emulation_model, history, person, registration_form
from workflow.stages.registration import commands as registration
from workflow.stages.registration.correction import correct_registrant


def begun(world: World, *people: tuple[str, str], who: str = "staff", **changes: Any) -> list[str]:
    """Individual models of an office's list or of a unit's own officer: person and name of the model."""
    wanted = [a_draft(kind="individual", person=name, name=model, **changes) for name, model in people]
    with world.database.write() as connection:
        return registration.create_drafts(connection, who, NOW, YEAR, wanted)


def merge(world: World, codes: list[str]) -> None:
    """Let all models belong to the person of the last, as versions before 0017 did."""
    keys = [world.model(code).person_id for code in codes]
    with world.database.write() as connection:
        connection.execute(
            sa.update(emulation_model).where(emulation_model.c.code.in_(codes)).values(person_id=keys[-1])
        )
        connection.execute(sa.delete(person).where(person.c.id.in_([key for key in keys if key != keys[-1]])))


def found(world: World) -> list[Merged]:
    with world.database.read() as connection:
        return merged_names(connection)


def correct(world: World, code: str, name: str, who: str = "staff", distinguisher: str = "") -> int:
    with world.database.write() as connection:
        return correct_registrant(connection, who, NOW, code, (name, distinguisher), "Gộp nhầm hai người")


def test_two_people_of_an_old_list_who_became_one_are_found_and_put_right(world: World) -> None:
    codes = begun(world, ("Lò Văn Anh", "Nuôi ong"), ("Lò Văn Ánh", "Trồng quế"), ("lò  văn ánh", "Nuôi cá"))
    assert found(world) == []
    merge(world, codes)
    assert found(world) == [Merged("person", codes[0], "Thôn Nà Hin", "Lò Văn Anh", "Lò Văn Ánh")]
    before = world.model(codes[0])
    correct(world, codes[0], "Lò Văn Anh")
    assert found(world) == []
    with world.database.read() as connection:
        name = connection.execute(
            sa.select(person.c.full_name).where(person.c.id == world.model(codes[0]).person_id)
        ).scalar()
        entry = connection.execute(sa.select(history).order_by(history.c.id.desc()).limit(1)).one()
        assert audit.verify(connection) == []
    assert (name, world.model(codes[0]).version) == ("Lò Văn Anh", before.version + 1)
    assert (entry.trigger, json.loads(entry.payload)) == (
        "registrant_corrected",
        {"changed": {"person": ["Lò Văn Ánh", "Lò Văn Anh"]}},
    )


def test_a_slip_of_the_list_is_confirmed_and_found_no_more(sqlite_world: World) -> None:
    codes = begun(sqlite_world, ("Lò Văn Anh", "Nuôi ong"), ("Lò Văn Ánh", "Trồng quế"))
    merge(sqlite_world, codes)
    key = sqlite_world.model(codes[0]).person_id
    correct(sqlite_world, codes[0], "Lò Văn Ánh")
    assert found(sqlite_world) == []
    assert sqlite_world.model(codes[0]).person_id == key


def test_names_beside_the_history_are_read_too(sqlite_world: World) -> None:
    first, second = begun(
        sqlite_world, ("Lò Văn Ánh", "Nuôi ong"), ("Lò Văn Đức", "Trồng quế"), who="officer.x1t1", representative=""
    )
    with sqlite_world.database.write() as connection:
        connection.execute(
            sa.update(registration_form)
            .where(registration_form.c.model_id == sqlite_world.model(first).id)
            .values(representative="Lò Văn Anh")
        )
        connection.execute(sa.update(account).where(account.c.user_name == "villager").values(full_name="Lò Văn Dực"))
        connection.execute(
            sa.update(person)
            .where(person.c.id == sqlite_world.model(second).person_id)
            .values(account_id=sqlite_world.accounts["villager"])
        )
    assert [(one.code, one.told, one.now) for one in found(sqlite_world)] == [
        (first, "Lò Văn Anh", "Lò Văn Ánh"),
        (second, "Lò Văn Dực", "Lò Văn Đức"),
    ]


def test_the_name_written_last_counts(sqlite_world: World) -> None:
    (code,) = begun(sqlite_world, ("Lò Văn Anh", "Nuôi ong"))
    with sqlite_world.database.write() as connection:
        draft = a_draft(kind="individual", person="Lò Văn Ánh", name="Nuôi ong", items=ITEM_TEXTS)
        registration.edit_draft(connection, "officer.x1t1", NOW, code, draft)
    assert found(sqlite_world) == []
    with sqlite_world.database.write() as connection:
        connection.execute(sa.update(person).values(full_name="Lò Văn Ảnh"))
    assert [one.told for one in found(sqlite_world)] == ["Lò Văn Ánh"]


def test_a_model_merged_as_a_double_is_found(world: World) -> None:
    kept = world.carry(world.create(a_draft(name="Nuôi dê")), "registered")
    double = world.carry(world.create(a_draft(name="Nuôi dế")), "submitted")
    world.apply(double, "merge", world.accepter(double), merged_into=kept, reason="Trùng tên với mô hình kia")
    assert found(world) == [Merged("model", double, "Thôn Nà Hin", "Nuôi dế", "Nuôi dê", kept)]


def test_only_who_takes_registrations_in_corrects_a_person_and_says_why(sqlite_world: World) -> None:
    (code,) = begun(sqlite_world, ("Lò Văn Anh", "Nuôi ong"))
    with pytest.raises(NotAllowed):
        correct(sqlite_world, code, "Lò Văn Ánh", "officer.x1t1")
    for name, distinguisher, reason, problem in (
        ("", "", "Gộp nhầm", "person"),
        ("x" * 121, "", "Gộp nhầm", "person"),
        ("Lò Văn Ánh", "x" * 61, "Gộp nhầm", "person_distinguisher"),
        ("Lò Văn Ánh", "", "a", "reason"),
    ):
        with pytest.raises(InvalidInput) as refused, sqlite_world.database.write() as connection:
            correct_registrant(connection, "staff", NOW, code, (name, distinguisher), reason)
        assert list(refused.value.problems) == [problem]
    with pytest.raises(NotPossible):
        correct(sqlite_world, sqlite_world.carry(sqlite_world.create(), "submitted"), "Lò Văn Ánh")


def test_somebody_else_has_not_agreed_to_be_read_about(sqlite_world: World) -> None:
    (code,) = begun(sqlite_world, ("Lò Văn Anh", "Nuôi ong"), who="officer.x1t1", public=True)
    sqlite_world.carry(code, "submitted")
    agreed = sa.select(emulation_model.c.public_agreed_at).where(emulation_model.c.code == code)
    for name, still in (("LÒ VĂN ANH", True), ("Lò Văn Ánh", False)):
        correct(sqlite_world, code, name)
        with sqlite_world.database.read() as connection:
            assert (connection.execute(agreed).scalar() is not None) == still
