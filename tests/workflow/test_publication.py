"""Who may be read about by everybody: consent given, missing, taken back, of somebody else; revoked since; a year closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.world import NOW, YEAR, World, a_draft
from workflow.across.documents import import_registrations
from workflow.across.documents.registration_columns import columns_of
from workflow.across.lists import listing, search
from workflow.across.lists.listing import Filters
from workflow.across.oversight import audit
from workflow.across.sample import lists
from workflow.core.people import units
from workflow.core.programmes import editing, stored
from workflow.ground.refusals import Conflict, NotAllowed, NotFound
from workflow.ground.schema import history
from workflow.stages.recognition import publication
from workflow.stages.registration import commands as registration
from workflow.stages.registration import consent
from workflow.stages.registration.drafts import Draft

LATER = NOW + timedelta(hours=1)
AGREED = replace(a_draft(), public=True)
PERSON = a_draft(kind="individual", person="Lò Văn Đức", name="Nuôi dê nhốt chuồng")


@pytest.fixture
def open_world(world: World) -> World:
    """The world with a public page."""
    opened(world)
    return world


def opened(world: World, public: bool = True) -> None:
    with world.database.write() as connection:
        editing.set_public(connection, "admin", NOW, YEAR, public)


def recognised(world: World, draft: Draft, state: str = "recognised") -> str:
    return world.carry(world.create(draft), state)


def say(world: World, code: str, agree: bool, who: str = "officer.x1t1", version: int | None = None) -> int:
    with world.database.write() as connection:
        return consent.set_consent(connection, who, LATER, code, agree, version=version)


def listed(world: World, year: int | None = None, **filters: object) -> list[str]:
    with world.database.read() as connection:
        key = stored.year(connection, year or YEAR).id
        page = listing.page(connection, None, Filters(year_id=key, public=True, **filters))  # type: ignore[arg-type]
    return [row.code for row in page.rows]


def is_read(world: World, code: str) -> bool:
    """Whether everybody reads about it, on its page and in the list alike."""
    with world.database.read() as connection:
        try:
            found = publication.published(connection, code).code == code
        except NotFound:
            found = False
        assert publication.is_published(connection, code) == found
    return found


def entries(world: World, code: str) -> list[str]:
    with world.database.read() as connection:
        return list(
            connection.execute(
                sa.select(history.c.trigger)
                .where(history.c.subject == "model", history.c.subject_id == world.model(code).id)
                .order_by(history.c.seq)
            ).scalars()
        )


def test_only_recognised_models_that_agreed_are_read(open_world: World) -> None:
    world = open_world
    shown = recognised(world, AGREED)
    silent = recognised(world, a_draft(name="Không hỏi ý ai"))
    commune = recognised(world, replace(AGREED, name="Công nhận ở xã"), "commune_recognised")
    states = ("draft", "submitted", "implementing", "inspected", "not_recognised", "withdrawn", "revoked")
    others = [recognised(world, replace(AGREED, name=f"Mô hình {state}"), state) for state in states]
    assert listed(world) == [commune, shown]
    assert {code: is_read(world, code) for code in (shown, commune, silent, *others)} == {
        shown: True,
        commune: True,
        **dict.fromkeys((silent, *others), False),
    }


def test_nothing_is_read_of_a_year_without_a_public_page(world: World) -> None:
    code = recognised(world, AGREED)
    assert not is_read(world, code)
    with world.database.read() as connection:
        assert publication.years(connection) == []
        for written in ("", str(YEAR), "1999"):
            with pytest.raises(NotFound):
                publication.year(connection, written)
    opened(world)
    assert is_read(world, code)
    opened(world, public=False)
    assert not is_read(world, code)


def test_one_year_shows_nothing_of_another(open_world: World) -> None:
    world = open_world
    code = recognised(world, AGREED)
    with world.database.write() as connection:
        editing.copy_year(connection, "admin", NOW, YEAR, YEAR + 1)
        assert [row.year for row in publication.years(connection)] == [YEAR], "opening is not copied"
        editing.set_public(connection, "admin", NOW, YEAR + 1, True)
    opened(world, public=False)
    assert listed(world, YEAR + 1) == []
    assert not is_read(world, code)


def test_consent_is_given_and_taken_back_after_recognition_and_kept_in_the_history(open_world: World) -> None:
    world = open_world
    code = recognised(world, a_draft())
    assert say(world, code, True) == world.model(code).version
    assert world.model(code).public_agreed_at == LATER
    assert is_read(world, code)
    assert say(world, code, True) == world.model(code).version, "said twice, written once"
    say(world, code, False)
    assert world.model(code).public_agreed_at is None
    assert not is_read(world, code)
    assert listed(world) == []
    assert entries(world, code)[-2:] == ["public_agreed", "public_withdrawn"]
    assert world.state(code) == "recognised"
    with world.database.read() as connection:
        assert audit.verify(connection) == []


def test_revoked_later_is_gone_at_once(open_world: World) -> None:
    world = open_world
    code = recognised(world, AGREED)
    assert is_read(world, code)
    world.apply(
        code,
        "revoke",
        "district2",
        reason="Kết quả báo cáo không đúng sự thật.",
        decision_number="999",
        decision_date=NOW.date(),
        signer="Trần Văn Công",
    )
    assert not is_read(world, code)
    assert listed(world) == []


def test_agreeing_is_the_registrants_own_and_staff_may_only_take_it_back(open_world: World) -> None:
    world = open_world
    code = recognised(world, a_draft())
    for who in ("staff", "staff2", "chair"):
        with pytest.raises(NotAllowed) as refusal:
            say(world, code, True, who)
        assert refusal.value.reason_code == "consent_is_own"
    for who in ("inspector1", "leader", "admin"):
        for agree in (True, False):
            with pytest.raises(NotAllowed):
                say(world, code, agree, who)
    for who in ("officer.x1t2", "outsider.officer", "villager"):
        with pytest.raises(NotFound):
            say(world, code, True, who)
    say(world, code, True, "deputy.officer")
    assert is_read(world, code)
    say(world, code, False, "staff")
    assert not is_read(world, code)
    with world.database.read() as connection:
        last = connection.execute(
            sa.select(history).where(history.c.subject == "model").order_by(history.c.id.desc()).limit(1)
        ).one()
    assert (last.trigger, last.behalf, last.role) == ("public_withdrawn", "Thôn Nà Hin", "staff")


def test_consent_on_a_stale_page_is_a_conflict(open_world: World) -> None:
    world = open_world
    code = recognised(world, a_draft())
    with pytest.raises(Conflict):
        say(world, code, True, version=world.model(code).version - 1)
    assert not is_read(world, code)


def test_form_asks_and_its_changes_are_in_the_history(open_world: World) -> None:
    world = open_world
    code = world.create(AGREED)
    assert world.model(code).public_agreed_at == NOW

    def edit(draft: Draft) -> None:
        with world.database.write() as connection:
            registration.edit_draft(connection, "officer.x1t1", LATER, code, draft)

    edit(AGREED)
    assert entries(world, code) == ["created"], "nothing changed"
    edit(a_draft())
    assert world.model(code).public_agreed_at is None
    edit(AGREED)
    assert world.model(code).public_agreed_at == LATER
    edit(replace(AGREED, name="Tên khác hẳn"))
    assert world.model(code).public_agreed_at == LATER, "another name is the same registrant's"
    assert entries(world, code) == ["created", "form_edited", "form_edited", "form_edited"]


def test_another_registrant_has_not_agreed(open_world: World) -> None:
    world = open_world
    code = world.create(replace(PERSON, public=True))

    def edit(draft: Draft) -> bool:
        with world.database.write() as connection:
            registration.edit_draft(connection, "officer.x1t1", LATER, code, replace(draft, public=True))
        return world.model(code).public_agreed_at is not None

    assert edit(PERSON)
    assert not edit(replace(PERSON, person="Lò Thị Hoa"))
    assert edit(replace(PERSON, person="Lò Thị Hoa")), "asked again"
    assert not edit(replace(a_draft(), name=PERSON.name))


def test_individual_is_named_only_with_consent_and_nobody_else_ever(open_world: World) -> None:
    world = open_world
    told = replace(
        PERSON,
        representative="Hà Thị Đại Diện",
        phone="0912 345 678",
        items={**PERSON.items, "method": "Gọi 0912.345.678 hoặc +84 912345678, thư a.b@vidu.vn; góp 0,35 ha năm 2024."},
    )
    code = recognised(world, told)
    assert listed(world) == []
    say(world, code, True)
    with world.database.read() as connection:
        found = publication.published(connection, code)
    assert found.person == "Lò Văn Đức"
    assert found.method == "Gọi … hoặc …, thư …; góp 0,35 ha năm 2024."
    assert found.results == (("Ngày công", "350 ngày công"),)
    assert found.decision == str(100 + world.model(code).id)
    assert "Đại Diện" not in repr(found)
    assert "345" not in repr(found)


def test_words_of_people_and_telephones_find_nothing(open_world: World) -> None:
    world = open_world
    hidden = recognised(world, replace(PERSON, phone="0912345678"))
    shown = recognised(world, replace(AGREED, representative="Hà Thị Đại Diện", phone="0987654321"))
    for words in ("Lò Văn Đức", "duc", "0912345678", "0987654321", "Hà Thị Đại Diện", "Lò Thị Hin", hidden):
        assert listed(world, search=words) == [], words
    for words in ("hien dat", "HIẾN ĐẤT", "thon na hin", shown):
        assert listed(world, search=words) == [shown], words


@pytest.mark.parametrize("most", [search.MOST_HITS, 0])
def test_words_follow_what_is_published(open_world: World, most: int) -> None:
    """Of many models with the same words only the published count: from the index of words, and row by row."""
    world = open_world
    shown = recognised(world, replace(AGREED, name="Vận động 9-3 hiến đất"))
    hidden = recognised(world, replace(AGREED, public=False, name="Vận động 9-3 hiến đất"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "MOST_HITS", most)
        assert listed(world, search="9-3 hien dat") == [shown]
        say(world, hidden, True)
        assert listed(world, search="9-3 hien dat") == [hidden, shown]
        say(world, shown, False)
        assert listed(world, search="9-3 hien dat") == [hidden]


def test_rare_words_of_the_public_page_are_looked_up_among_the_published(open_world: World) -> None:
    """However many models have the words: what the index gives is what is published."""
    world = open_world
    shown = recognised(world, replace(AGREED, name="Vận động hiến đất"))
    for _number in range(3):
        recognised(world, replace(AGREED, public=False, name="Vận động hiến đất"))
    with world.database.read() as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "MOST_HITS", 2)
        assert search.rare_hits(connection, ("hien", "dat")) is None
        assert search.rare_hits(connection, ("hien", "dat"), public=True) == [world.model(shown).id]


def test_filters_and_pages(open_world: World) -> None:
    world = open_world
    codes = [
        recognised(world, replace(AGREED, name=f"Việc {i}", field="Kinh tế" if i % 2 else "Nông thôn mới"))
        for i in range(5)
    ]
    with world.database.read() as connection:
        fields = {row.label: row.id for row in stored.fields(connection, world.year_id)}
        place = units.by_code(connection, "KL-X1")
        elsewhere = units.by_code(connection, "KL-X2")
        first = listing.page(connection, None, Filters(year_id=world.year_id, public=True), size=2)
        second = listing.page(connection, None, Filters(year_id=world.year_id, public=True), first.following or "", 2)
        back = listing.page(connection, None, Filters(year_id=world.year_id, public=True), second.preceding or "", 2)
    assert listed(world) == codes[::-1]
    assert listed(world, field_id=fields["Kinh tế"]) == [codes[3], codes[1]]
    assert listed(world, unit_path=place.path) == codes[::-1]
    assert listed(world, unit_path=elsewhere.path) == []
    assert listed(world, unit_path=place.path, field_id=fields["Kinh tế"], search="viec 3") == [codes[3]]
    assert [row.code for page in (first, second) for row in page.rows] == codes[:0:-1]
    assert [row.code for row in back.rows] == [row.code for row in first.rows]


def test_lists_of_offices_say_who_agreed(world: World) -> None:
    with world.database.read() as connection:
        columns = columns_of(connection, world.year_id).values()

    def rows(*answers: str) -> bytes:
        return lists.workbook(
            [
                {
                    "name": f"Vận động số {i} của thôn",
                    "field": "Kinh tế",
                    "kind": "Tập thể",
                    "unit_code": "KL-X1-T1",
                    "unit": "Thôn Nà Hin",
                    "public": answer,
                }
                for i, answer in enumerate(answers)
            ],
            columns,
        )

    with world.database.write() as connection:
        report = import_registrations.import_list(connection, "staff", NOW, rows("Có", "", "không", "x"), YEAR)
    assert [world.model(code).public_agreed_at is not None for code in report.codes] == [True, False, False, True]
    with world.database.write() as connection:
        report = import_registrations.import_list(connection, "staff", NOW, rows("có lẽ"), YEAR)
    assert [(one.column, one.value) for one in report.refused] == [("Đồng ý giới thiệu công khai", "có lẽ")]


def test_units_are_found_by_code_name_or_words(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:

        def found(written: str) -> list[str]:
            return [row.code for row in publication.find_units(connection, written)]

        assert found("KL-X1") == ["KL-X1"]
        assert found("xã bản lầu") == ["KL-X1"]
        assert found("ban lau") == ["KL-X1"]
        assert found("thon") == ["KL-X1-T1", "KL-X1-T2", "KL-X2-T1"]
        assert found("%") == found("") == found("khong co") == []
        assert publication.choices_of_units(connection, ["district"]) is not None
