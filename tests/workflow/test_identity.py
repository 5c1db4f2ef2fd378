"""Who and what is one, and who and what is two: every accent counts, the way a name is written down does not."""

from __future__ import annotations

import unicodedata
from itertools import product

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from tests.world import NOW, YEAR, World, a_draft
from workflow.ground import migrate
from workflow.ground.reading.text import fold, identity
from workflow.ground.refusals import GuardRefused, NotPossible
from workflow.ground.schema import emulation_model, person, unit
from workflow.stages.registration import change_requests
from workflow.stages.registration import commands as registration

TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
ONSETS = " b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
OPEN = (
    "a e ê i o ô ơ u ư y ai ao au ay âu ây eo êu ia iu iêu oa oai oay oe oeo oi ôi ơi ua uây uê ui uôi uơ uy uya uyu ưa ưi ươi"
    " ươu ưu yêu"
)
CLOSED = "a ă â e ê i iê o oa oă oe ô ơ u uâ uô uy uyê ư ươ yê"
CODAS = "c ch m n ng nh p t"


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def syllables() -> list[tuple[str, str, str]]:
    """Everything that can be written as a syllable without its tone: consonant, vowels, consonant."""
    onsets = ONSETS.split(" ")
    found = [*product(onsets, OPEN.split(), [""]), *product(onsets, CLOSED.split(), CODAS.split())]
    return [one for one in found if not (one[0] == "gi" and one[1][0] == "i")]


def placings(onset: str, rhyme: str, coda: str, tone: str) -> set[str]:
    """The syllable with its tone on every vowel in turn."""
    return {composed(onset + rhyme[:at] + tone + rhyme[at:] + coda) for at in range(1, len(rhyme) + 1)}


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("hoà", "hòa"),
        ("Hoà Bình", "HÒA  BÌNH"),
        ("Thuý", "Thúy"),
        ("khoẻ", "khỏe"),
        ("loà xoà", "lòa xòa"),
        ("Uỷ ban", "Ủy ban"),
        ("Oà", "Òa"),
        ("quý", "qúy"),
        ("già", "gìa"),
        ("Giá", "Gía"),
        ("Ðà Nẵng", "Đà Nẵng"),
        ("Lò Thị Ánh", unicodedata.normalize("NFD", "lò thị ánh")),
        ("Nguyễn\u00a0Văn\tAn ", "nguyễn văn an"),
    ],
)
def test_ways_of_writing_one_name_are_one(one: str, same: str) -> None:
    assert identity(one) == identity(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lò Văn Anh", "Lò Văn Ánh"),
        ("Nuôi dê", "Nuôi dế"),
        ("Xã Văn Lang", "Xã Văn Lăng"),
        ("Đa", "Da"),
        ("quý", "quí"),
        ("rượu", "ruợu"),
        ("hộ", "hồ"),
        ("hoà", "hoá"),
        ("má", "mà"),
    ],
)
def test_names_with_different_accents_are_two(one: str, other: str) -> None:
    assert identity(one) != identity(other)
    assert identity(one) != fold(one) or one == fold(one)


def test_key_is_written_as_the_new_school_writes() -> None:
    assert identity("Quý") == "quý"
    assert identity("THÚY hòa, khỏe; GÌ, gìn giữ, giếng khuỷu") == "thuý hoà, khoẻ; gì, gìn giữ, giếng khuỷu"


def test_words_that_are_no_syllable_are_left_alone() -> None:
    assert identity("café") == "café" != identity("cáfe")
    assert identity("ñ") == "ñ"


def test_every_syllable_has_one_key_for_each_tone_wherever_its_mark_stands() -> None:
    keys: dict[str, set[str]] = {}
    for onset, rhyme, coda in syllables():
        for tone in TONES:
            found = {identity(written) for written in placings(onset, rhyme, coda, tone)}
            assert len(found) == 1, (onset, rhyme, coda, tone)
            (key,) = found
            assert identity(key) == key
            letters = onset + rhyme + coda
            keys.setdefault(key, set()).add(letters + tone)
    # "g" + "ia" and "gi" + "a" are written alike; nothing else is.
    assert all(len(written) == 1 for written in keys.values())


@given(st.text(max_size=60))
@example("ǰ")
@example("ŉ ẞ İ ſ ͅ")
@example("Ω K Å")
def test_key_of_a_key_is_the_key_and_composition_does_not_count(text: str) -> None:
    key = identity(text)
    assert identity(key) == key
    assert identity(unicodedata.normalize("NFD", text)) == identity(unicodedata.normalize("NFC", text)) == key
    assert fold(key) == fold(text)


def register(world: World, *drafts: tuple[str, str], unit_code: str = "KL-X1-T1") -> list[str]:
    """Individual models of an office's list: person and name of the model."""
    wanted = [a_draft(unit=unit_code, kind="individual", person=who, name=name) for who, name in drafts]
    with world.database.write() as connection:
        return registration.create_drafts(connection, "staff", NOW, YEAR, wanted)


def people(world: World) -> list[tuple[str, str]]:
    """Who registered which model."""
    statement = (
        sa.select(emulation_model.c.name, person.c.full_name)
        .join(person, person.c.id == emulation_model.c.person_id)
        .order_by(emulation_model.c.id)
    )
    with world.database.read() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def test_two_people_whose_names_differ_by_one_accent_are_two(world: World) -> None:
    register(world, ("Lò Văn Anh", "Nuôi ong"), ("Lò Văn Ánh", "Trồng quế"))
    assert people(world) == [("Nuôi ong", "Lò Văn Anh"), ("Trồng quế", "Lò Văn Ánh")]


def test_one_person_written_in_two_ways_is_one_and_the_first_way_is_kept(world: World) -> None:
    register(world, ("Lò Thị Hoà", "Nuôi ong"), ("LÒ THỊ HÒA", "Trồng quế"))
    assert people(world) == [("Nuôi ong", "Lò Thị Hoà"), ("Trồng quế", "Lò Thị Hoà")]


def test_correcting_an_accent_of_the_registrant_is_kept(sqlite_world: World) -> None:
    (code,) = register(sqlite_world, ("Lò Văn Anh", "Nuôi ong"))
    with sqlite_world.database.write() as connection:
        draft = a_draft(kind="individual", person="Lò Văn Ánh", name="Nuôi ong")
        registration.edit_draft(connection, "officer.x1t1", NOW, code, draft)
    assert people(sqlite_world) == [("Nuôi ong", "Lò Văn Ánh")]


def test_models_whose_names_differ_by_one_accent_are_both_accepted(world: World) -> None:
    world.carry(world.create(a_draft(name="Nuôi dê")), "registered")
    assert world.state(world.carry(world.create(a_draft(name="Nuôi dế")), "registered")) == "registered"
    with pytest.raises(GuardRefused) as refused:
        world.carry(world.create(a_draft(name="NUÔI  DÊ")), "registered")
    assert refused.value.guard == "name_and_field_fit"


def test_name_may_be_changed_to_one_that_differs_by_an_accent(sqlite_world: World) -> None:
    sqlite_world.carry(sqlite_world.create(a_draft(name="Nuôi dê")), "registered")
    code = sqlite_world.carry(sqlite_world.create(a_draft(name="Nuôi ong")), "registered")

    def change(name: str) -> None:
        with sqlite_world.database.write() as connection:
            asked = change_requests.request_change(connection, "officer.x1t1", NOW, code, "name", name, "Ghi nhầm tên")
            change_requests.decide_change(connection, sqlite_world.accepter(code), NOW, asked, True, "")

    with pytest.raises(NotPossible):
        change("nuôi dê")
    change("Nuôi dế")
    assert sqlite_world.model(code).name == "Nuôi dế"


def test_keys_of_old_data_are_filled_and_people_told_apart_on_the_way_back(world: World) -> None:
    register(world, ("Lò Văn Anh", "Nuôi ong"), ("Lò Văn Ánh", "Trồng quế"))
    migrate.downgrade(world.database, "0002")
    with world.database.read() as connection:
        columns = {column["name"] for column in sa.inspect(connection).get_columns("person")}
        rows = connection.execute(sa.text("SELECT full_name, distinguisher FROM person ORDER BY id")).all()
    assert "name_identity" not in columns
    assert rows[0] == ("Lò Văn Anh", "")
    assert rows[1].distinguisher.startswith("Lò Văn Ánh (")
    with pytest.raises(sa.exc.IntegrityError), world.database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO person (unit_id, full_name, name_folded) SELECT unit_id, 'Lô Văn Anh', 'lo van anh' FROM person"
            )
        )
    migrate.upgrade(world.database)
    with world.database.read() as connection:
        for table, name in ((unit, "name"), (person, "full_name"), (emulation_model, "name")):
            kept = connection.execute(sa.select(table.c[name], table.c.name_identity)).all()
            assert kept
            assert all(key == identity(written) for written, key in kept)
    with pytest.raises(sa.exc.IntegrityError), world.database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO person (unit_id, full_name, name_folded, name_identity)"
                " SELECT unit_id, 'x', 'x', name_identity FROM person WHERE distinguisher = ''"
            )
        )
    # What searches by the person's name still hears of it.
    with world.database.write() as connection:
        connection.execute(
            sa.update(person).where(person.c.name_identity == "lò văn anh").values(name_folded="moi ten")
        )
        assert (
            connection.execute(sa.text("SELECT count(*) FROM model_search WHERE text LIKE '%moi ten%'")).scalar() == 1
        )
