"""Registration forms: what may be kept, by whom, and that a list of an office is kept whole or not at all."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from tests.world import ITEM_TEXTS, NOW, YEAR, World, a_draft
from workflow.across.lists import listing
from workflow.across.oversight import audit
from workflow.core import access
from workflow.core.engine import transition
from workflow.ground.refusals import Conflict, GuardRefused, InvalidInput, NotAllowed, NotFound, NotPossible
from workflow.ground.schema import ITEMS, emulation_model, history, person, programme_year, registration_form, unit
from workflow.ground.vietnam_time import local_date
from workflow.stages.registration import commands as registration
from workflow.stages.registration import model_quantities, view
from workflow.stages.registration.commands import DraftsRefused
from workflow.stages.registration.drafts import Draft
from workflow.stages.registration.model_quantities import QuantityInput


def problems_of(world: World, draft: Draft, who: str = "officer.x1t1") -> dict[str, str]:
    """What a form is refused for; nothing is kept."""
    with pytest.raises(InvalidInput) as refused, world.database.write() as connection:
        registration.create_draft(connection, who, NOW, YEAR, draft)
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(emulation_model)).scalar() == 0
        assert connection.execute(sa.select(programme_year.c.next_number)).scalar() == 1
    return dict(refused.value.problems)


def entries(world: World, code: str) -> list[sa.Row[tuple[object, ...]]]:
    """The history of a model."""
    with world.database.read() as connection:
        return list(
            connection.execute(
                sa.select(history)
                .join(emulation_model, emulation_model.c.id == history.c.subject_id)
                .where(history.c.subject == "model", emulation_model.c.code == code)
                .order_by(history.c.seq)
            )
        )


def test_create_keeps_form_targets_and_first_entry(world: World) -> None:
    code = world.create()
    assert code == "DVK-2024-00001"
    model = world.model(code)
    assert (model.state, model.version, model.created_at) == ("draft", 1, NOW)
    with world.database.read() as connection:
        form = view.form(connection, model.id)
        assert form is not None
        assert form.items == ITEM_TEXTS
        assert (form.phone, form.waived) == ("0912 345 678", ())
        (target,) = model_quantities.quantities(connection, model.id, "target")
        assert (target.code, target.quantity.value, target.written) == ("labour_days", Decimal(300), "300 ngày công")
        assert audit.verify(connection) == []
    (created,) = entries(world, code)
    assert (created.seq, created.trigger, created.from_state, created.to_state) == (1, "created", None, "draft")
    assert (created.role, created.behalf, created.hash) == ("unit_officer", "", model.last_hash)


def test_create_on_behalf_says_for_whom(world: World) -> None:
    person_draft = a_draft(kind="individual", person="Lữ Văn Dân", person_account="villager", targets=())
    code = world.create(person_draft, "staff")
    (created,) = entries(world, code)
    assert (created.role, created.behalf) == ("staff", "Lữ Văn Dân")
    with world.database.read() as connection:
        row = connection.execute(sa.select(person)).one()
    assert (row.full_name, row.account_id) == ("Lữ Văn Dân", world.accounts["villager"])


def test_create_as_deputy_shows_both(sqlite_world: World) -> None:
    (created,) = entries(sqlite_world, sqlite_world.create(who="deputy.officer"))
    accounts = sqlite_world.accounts
    assert (created.actor_id, created.for_id) == (accounts["deputy.officer"], accounts["officer.x1t1"])


@pytest.mark.parametrize("who", ["officer.x1t2", "outsider", "villager"])
def test_create_elsewhere_looks_like_no_unit(sqlite_world: World, who: str) -> None:
    unknown = problems_of(sqlite_world, a_draft(unit="KL-X9"), who)
    assert problems_of(sqlite_world, a_draft(), who) == {"unit": unknown["unit"].replace("KL-X9", "KL-X1-T1")}


def test_create_without_a_registering_role_is_not_allowed(sqlite_world: World) -> None:
    with pytest.raises(NotAllowed), sqlite_world.database.write() as connection:
        registration.create_draft(connection, "leader", NOW, YEAR, a_draft())


@pytest.mark.parametrize(
    ("changes", "form_field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u202e\u200b\x00 "}, "name"),
        ({"name": "🙂 2024"}, "name"),
        ({"name": "a" * 301}, "name"),
        ({"name": "đ" * 100_000}, "name"),
        ({"kind": "group"}, "kind"),
        ({"field": "Thể thao"}, "field"),
        ({"field": "x" * 100_000}, "field"),
        ({"unit": "KL-X1-T1\x00"}, "unit"),
        ({"unit": "\ud800"}, "unit"),
        ({"unit": "u" * 100_000}, "unit"),
        ({"items": {"goals": "ệ" * 100_000}}, "goals"),
        ({"items": {"smuggled": "x"}}, "smuggled"),
        ({"representative": "Lò " * 100}, "representative"),
        ({"phone": "gọi sau"}, "phone"),
        ({"phone": "0912345678; DROP TABLE unit"}, "phone"),
        ({"person": "Lò Văn A"}, "person"),
        ({"kind": "individual"}, "person"),
        ({"kind": "individual", "person": "A" * 121}, "person"),
        ({"kind": "individual", "person": "Lò Văn A", "person_distinguisher": "x" * 61}, "person_distinguisher"),
        ({"kind": "individual", "person": "Lò Văn A", "person_account": "staff"}, "person_account"),
        ({"origin": "stolen"}, "origin"),
        ({"origin_model": "DVK-2023-00001"}, "origin_model"),
        ({"origin": "continued", "origin_model": "DVK-2023-00001"}, "origin_model"),
        ({"waived": ("goals",)}, "waived"),
        ({"targets": (QuantityInput("labour_days", "rất nhiều"),)}, "targets-0-value"),
        ({"targets": (QuantityInput("labour_days", "20 m²"),)}, "targets-0-value"),
        ({"targets": (QuantityInput("", "20"),)}, "targets-0-measure"),
        ({"targets": (QuantityInput("cash", "1.139 tỷ"),)}, "targets-0-value"),
        ({"targets": (QuantityInput("cash", "1,139 tỷ", "n" * 301),)}, "targets-0-note"),
        ({"targets": (QuantityInput("road", "0,00001 km"),)}, "targets-0-value"),
        ({"targets": (QuantityInput("cash", "999.999 tỷ"),)}, "targets-0-value"),
        ({"targets": tuple(QuantityInput("cash", "1 đồng") for _ in range(61))}, "targets"),
    ],
)
def test_unusable_field_is_named_and_nothing_kept(
    sqlite_world: World, changes: dict[str, object], form_field: str
) -> None:
    assert set(problems_of(sqlite_world, a_draft(**changes))) == {form_field}


def test_every_problem_is_said_at_once(sqlite_world: World) -> None:
    draft = a_draft(name="", field="", phone="x", items={"goals": "g" * 30_000})
    assert set(problems_of(sqlite_world, draft)) == {"name", "field", "phone", "goals"}


@pytest.mark.parametrize(
    "name",
    [
        "ß" * 300,
        "W" * 300,
        "<script>alert(1)</script> giúp dân",
        "{{7*7}} ${7*7} khéo",
        "Vận động 👩‍🌾 trồng rừng",
        "'; DELETE FROM unit; --",
    ],
)
def test_strange_names_are_kept_as_written(world: World, name: str) -> None:
    assert world.model(world.create(a_draft(name=name))).name == name


def test_name_is_cleaned_of_what_nobody_sees(sqlite_world: World) -> None:
    code = sqlite_world.create(a_draft(name="Va\u0323\u0302n  đo\u0323\u0302ng\u202e\n hie\u0302\u0301n đất\u200b"))
    assert sqlite_world.model(code).name == "Vận động hiến đất"


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [
        ("cash", "1,139 tỷ", Decimal(1_139_000_000)),
        ("Tiền mặt", "35.300.000đ", Decimal(35_300_000)),
        ("hien dat", "1,5 ha", Decimal(15_000)),
        ("road", "500 m", Decimal("0.5")),
        ("ROAD", "61.8km", Decimal("61.8")),
        ("goods_kg", "2,5 tấn", Decimal(2500)),
        ("goods_kg", "172,5 kg", Decimal("172.5")),
        ("attendance", "8.524 lượt", Decimal(8524)),
    ],
)
def test_target_is_kept_in_its_measure_unit(sqlite_world: World, measure: str, value: str, expected: Decimal) -> None:
    code = sqlite_world.create(a_draft(targets=(QuantityInput(measure, value), QuantityInput("", "", ""))))
    with sqlite_world.database.read() as connection:
        (target,) = model_quantities.quantities(connection, sqlite_world.model(code).id, "target")
    assert target.quantity.value == expected


def test_same_person_is_found_again_and_namesake_kept_apart(world: World) -> None:
    alike = [
        a_draft(kind="individual", person="Lò Văn Ánh", name="Một"),
        a_draft(kind="individual", person="lò  văn ánh", name="Hai"),
        a_draft(kind="individual", person="Lò Văn Ánh", person_distinguisher="tổ 2", name="Ba"),
    ]
    with world.database.write() as connection:
        codes = registration.create_drafts(connection, "officer.x1t1", NOW, YEAR, alike)
    people = [world.model(code).person_id for code in codes]
    assert people[0] == people[1] != people[2]


def test_list_is_kept_set_wise_and_verifies(world: World) -> None:
    bare = [a_draft(name=f"Mô hình số {n} của thôn", items={}, waived=ITEMS, targets=()) for n in range(300)]
    with world.database.write() as connection:
        codes = registration.create_drafts(connection, "staff", NOW, YEAR, bare, sample=True)
    assert codes == [f"DVK-2024-{n:05d}" for n in range(1, 301)]
    assert world.model(codes[41]).name == "Mô hình số 41 của thôn"
    payload = json.loads(str(entries(world, codes[0])[0].payload))
    assert (payload["sample"], payload["list_of"], payload["waived"]) == (True, 300, list(ITEMS))
    with world.database.read() as connection:
        assert audit.verify(connection) == []
    assert world.create() == "DVK-2024-00301"


def test_waived_list_can_be_submitted_and_plain_gap_cannot(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        waived, empty = registration.create_drafts(
            connection, "staff", NOW, YEAR, [a_draft(items={}, waived=ITEMS), a_draft(items={}, name="Hai")]
        )
    assert sqlite_world.apply(waived, "submit", "staff").to_state == "submitted"
    with pytest.raises(GuardRefused) as refused:
        sqlite_world.apply(empty, "submit", "officer.x1t1")
    assert refused.value.guard == "items_filled"


def test_list_with_one_bad_row_is_refused_whole(sqlite_world: World) -> None:
    drafts = [a_draft(), a_draft(field="?!"), a_draft(unit="BS-X1")]
    with pytest.raises(DraftsRefused) as refused, sqlite_world.database.write() as connection:
        registration.create_drafts(connection, "staff", NOW, YEAR, drafts)
    assert {position: set(row) for position, row in refused.value.refused.items()} == {1: {"field"}, 2: {"unit"}}
    with sqlite_world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(registration_form)).scalar() == 0


def test_numbers_taken_at_once_differ(world: World) -> None:
    codes: list[str] = []
    barrier = threading.Barrier(4)

    def register(number: int) -> None:
        barrier.wait()
        # Everybody adds the same new person, too.
        codes.append(
            world.create(a_draft(name=f"Mô hình {number}", kind="individual", person="Lữ Thị Mới", same_person=True))
        )

    threads = [threading.Thread(target=register, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [f"DVK-2024-{n:05d}" for n in range(1, 5)]
    assert len({world.model(code).person_id for code in codes}) == 1


def test_edit_changes_what_differs_and_says_so(world: World) -> None:
    code = world.create()
    changed = a_draft(
        name="Vận động hiến đất làm đường",
        field="kinh te",
        kind="individual",
        person="Lò Văn Ánh",
        items={**ITEM_TEXTS, "goals": "Hai tuyến đường"},
        targets=(QuantityInput("road", "1,2 km"),),
    )
    with world.database.write() as connection:
        assert registration.edit_draft(connection, "officer.x1t1", NOW, code, changed, version=1) == 2
    model = world.model(code)
    assert (model.name, model.name_folded, model.kind) == (
        "Vận động hiến đất làm đường",
        "van dong hien dat lam duong",
        "individual",
    )
    edited = entries(world, code)[1]
    assert (edited.trigger, edited.field_id, edited.kind) == ("form_edited", model.field_id, "individual")
    difference = json.loads(str(edited.payload))["changed"]
    assert set(difference) == {"name", "field", "kind", "person", "goals", "targets"}
    assert difference["field"] == ["Nông thôn mới", "Kinh tế"]
    assert difference["goals"] == [ITEM_TEXTS["goals"], "Hai tuyến đường"]


def test_edit_without_change_writes_nothing(sqlite_world: World) -> None:
    code = sqlite_world.create()
    with sqlite_world.database.write() as connection:
        assert registration.edit_draft(connection, "officer.x1t1", NOW, code, a_draft()) == 1
    assert len(entries(sqlite_world, code)) == 1


def test_edit_keeps_what_was_waived_while_it_is_empty(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        (code,) = registration.create_drafts(connection, "staff", NOW, YEAR, [a_draft(items={}, waived=ITEMS)])
        registration.edit_draft(connection, "staff", NOW, code, a_draft(items={"goals": "Một"}))
    with sqlite_world.database.read() as connection:
        form = view.form(connection, sqlite_world.model(code).id)
    assert form is not None
    assert form.waived == tuple(item for item in ITEMS if item != "goals")


def test_edit_of_a_stale_version_conflicts(sqlite_world: World) -> None:
    code = sqlite_world.create()
    with sqlite_world.database.write() as connection:
        registration.edit_draft(
            connection, "officer.x1t1", NOW, code, a_draft(name="Tên của người thứ nhất"), version=1
        )
    with pytest.raises(Conflict), sqlite_world.database.write() as connection:
        registration.edit_draft(connection, "deputy.officer", NOW, code, a_draft(name="Tên khác"), version=1)
    assert sqlite_world.model(code).name == "Tên của người thứ nhất"


def test_edit_cannot_move_to_another_unit(sqlite_world: World) -> None:
    code = sqlite_world.create(who="staff")
    with pytest.raises(InvalidInput) as refused, sqlite_world.database.write() as connection:
        registration.edit_draft(connection, "staff", NOW, code, a_draft(unit="KL-X2-T1"))
    assert set(refused.value.problems) == {"unit"}


@pytest.mark.parametrize("state", ["submitted", "registered", "recognised", "withdrawn"])
def test_edit_after_handing_in_is_not_possible(sqlite_world: World, state: str) -> None:
    code = sqlite_world.carry(sqlite_world.create(), state)
    with pytest.raises(NotPossible), sqlite_world.database.write() as connection:
        registration.edit_draft(connection, "officer.x1t1", NOW, code, a_draft(name="Tên khác"))


def test_edit_of_what_is_out_of_sight_is_not_found(sqlite_world: World) -> None:
    code = sqlite_world.create()
    for who in ("officer.x1t2", "staff", "outsider"):
        with pytest.raises(NotFound), sqlite_world.database.write() as connection:
            registration.edit_draft(connection, who, NOW, code, a_draft(name="Tên khác"))


def test_returned_form_says_what_to_mend_and_goes_in_again(sqlite_world: World) -> None:
    world = sqlite_world
    code = world.carry(world.create(), "submitted")
    named = [{"item": "goals", "note": "Ghi rõ số hộ."}, {"item": "outputs"}]
    world.apply(code, "return_registration", "staff", reason="Chỉ tiêu chưa đo được.", items=named)
    with world.database.read() as connection:
        returned = view.last_return(connection, world.model(code).id, {})
    assert returned is not None
    assert (returned.at, returned.by, returned.reason) == (NOW, "Trần Thị Giúp", "Chỉ tiêu chưa đo được.")
    assert [(one.item, one.note) for one in returned.items] == [("goals", "Ghi rõ số hộ."), ("outputs", "")]
    with world.database.write() as connection:
        mended = a_draft(items={**ITEM_TEXTS, "goals": "42 hộ hiến 900 m² đất."})
        registration.edit_draft(connection, "officer.x1t1", NOW, code, mended)
        assert transition.apply(connection, "officer.x1t1", NOW, code, "submit").to_state == "submitted"


def test_returned_form_has_a_day_until_it_goes_on(sqlite_world: World) -> None:
    world = sqlite_world
    code = world.carry(world.create(), "submitted")
    world.apply(code, "return_registration", "staff", reason="Chỉ tiêu chưa đo được.")
    assert world.model(code).mend_by == local_date(NOW) + timedelta(days=7)
    world.apply(code, "submit", "officer.x1t1")
    assert world.model(code).mend_by is None
    world.apply(code, "return_registration", "staff", reason="Chỉ tiêu chưa đo được.", resubmit_by="20/03/2024")
    assert world.model(code).mend_by == date(2024, 3, 20)
    world.apply(code, "withdraw", "officer.x1t1", reason="Thôn không còn điều kiện.")
    assert world.model(code).mend_by is None


def test_day_to_mend_a_form_is_not_in_the_past(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "submitted")
    yesterday = local_date(NOW) - timedelta(days=1)
    with pytest.raises(InvalidInput) as refused:
        sqlite_world.apply(code, "return_registration", "staff", reason="Chưa rõ chỉ tiêu.", resubmit_by=yesterday)
    assert set(refused.value.problems) == {"resubmit_by"}
    sqlite_world.apply(code, "return_registration", "staff", reason="Chưa rõ chỉ tiêu.", resubmit_by=local_date(NOW))


@pytest.mark.parametrize("items", [[{"item": "no_such"}], [{"note": "x"}], [{"item": "goals", "note": "n" * 1001}]])
def test_return_that_names_no_item_of_the_form_is_refused(sqlite_world: World, items: list[dict[str, str]]) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "submitted")
    with pytest.raises(InvalidInput) as refused:
        sqlite_world.apply(code, "return_registration", "staff", reason="Chưa rõ chỉ tiêu.", items=items)
    assert set(refused.value.problems) == {"items"}
    assert sqlite_world.state(code) == "submitted"


def test_continued_and_replicated_name_a_fitting_origin(sqlite_world: World) -> None:
    world = sqlite_world
    recognised = world.carry(world.create(), "recognised")
    running = world.carry(world.create(a_draft(name="Vận động trồng rừng đầu nguồn")), "registered")
    copy = world.create(a_draft(name="Theo bạn", origin="replicated", origin_model=recognised))
    assert world.model(copy).origin_model_id == world.model(recognised).id
    for origin, origin_model in (("replicated", running), ("continued", recognised)):
        with pytest.raises(InvalidInput) as refused:
            world.create(a_draft(name="Theo bạn nữa", origin=origin, origin_model=origin_model))
        assert set(refused.value.problems) == {"origin_model"}


def test_unit_that_has_ended_registers_nothing(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        connection.execute(
            sa.update(unit).where(unit.c.code == "KL-X1-T1").values(valid_to=datetime(2024, 2, 29, tzinfo=UTC).date())
        )
    assert set(problems_of(sqlite_world, a_draft())) == {"unit"}


def test_similar_names_are_found_where_the_person_sees(sqlite_world: World) -> None:
    world = sqlite_world
    first = world.carry(world.create(), "submitted")
    world.create(a_draft(name="Vận động nhân dân hiến đất mở rộng đường liên bản Nà Hin bản nháp"))
    asked = "Mô hình vận động nhân dân hiến đất, mở rộng đường liên bản Nà Hin"
    with world.database.read() as connection:
        found = registration.similar_models(connection, world.year_id, asked)
        assert [(code, score, where) for code, _, score, where in found] == [(first, 100, "Thôn Nà Hin")]
        mine = world.model(first).id
        assert registration.similar_models(connection, world.year_id, asked, exclude_id=mine) == []
        stranger = access.actor(connection, "outsider", NOW)
        assert registration.similar_models(connection, world.year_id, asked, actor=stranger) == []
        assert registration.similar_models(connection, world.year_id, "ậ" * 100_000) == []


ANH = a_draft(kind="individual", person="Lò Văn Ánh", name="Nuôi ong")


def refused_person(world: World, draft: Draft, who: str = "officer.x1t1") -> str:
    with pytest.raises(InvalidInput) as refused:
        world.create(draft, who)
    assert list(refused.value.problems) == ["person_distinguisher"]
    return refused.value.problems["person_distinguisher"]


def test_form_asks_whether_a_known_name_is_the_same_person(world: World) -> None:
    first = world.create(ANH)
    again = replace(ANH, name="Trồng quế", person="lò văn ánh")
    assert refused_person(world, again) == (
        f"«Thôn Nà Hin» đã có người đăng ký tên lò văn ánh ({first}). Nếu là người khác, hãy ghi phần phân biệt;"
        " nếu vẫn là người ấy, hãy đánh dấu «Cùng một người»."
    )
    same = world.create(replace(again, same_person=True))
    other = world.create(replace(again, person_distinguisher="tổ 2"))
    assert world.model(same).person_id == world.model(first).person_id != world.model(other).person_id
    # Another spelling of what tells them apart is no third person.
    third = world.create(replace(again, name="Nuôi cá", person_distinguisher="TỔ  2"))
    assert world.model(third).person_id == world.model(other).person_id
    assert world.create(replace(ANH, unit="KL-X1-T2"), "staff")


def test_namesakes_who_are_told_apart_have_to_be_named_so(sqlite_world: World) -> None:
    codes = [sqlite_world.create(replace(ANH, person_distinguisher=word)) for word in ("tổ 1", "tổ 2")]
    for same in (False, True):
        assert refused_person(sqlite_world, replace(ANH, same_person=same)) == (
            f"«Thôn Nà Hin» đã có người đăng ký tên Lò Văn Ánh (tổ 1, {codes[0]}; tổ 2, {codes[1]}). Hãy ghi phần phân biệt:"
            " của người ấy, hoặc một phần khác nếu là người khác."
        )
    with pytest.raises(DraftsRefused), sqlite_world.database.write() as connection:
        registration.create_drafts(connection, "staff", NOW, YEAR, [ANH])


def test_the_only_namesake_is_taken_with_what_tells_them_apart(sqlite_world: World) -> None:
    first = sqlite_world.create(replace(ANH, person_distinguisher="tổ 1"))
    again = sqlite_world.create(replace(ANH, name="Trồng quế", same_person=True))
    assert sqlite_world.model(again).person_id == sqlite_world.model(first).person_id


def test_nobody_is_asked_about_the_person_of_the_form_or_their_own_account(sqlite_world: World) -> None:
    own = replace(ANH, person_account="villager", person="Lò Văn Đức")
    first = sqlite_world.create(own)
    assert sqlite_world.create(replace(own, name="Trồng quế"))
    with sqlite_world.database.write() as connection:
        changed = replace(own, name="Nuôi ong mật", person_account="")
        assert registration.edit_draft(connection, "officer.x1t1", NOW, first, changed) == 2


def test_what_told_a_person_apart_can_be_dropped(sqlite_world: World) -> None:
    code = sqlite_world.create(replace(ANH, person_distinguisher="tổ 1"))
    with sqlite_world.database.write() as connection:
        registration.edit_draft(connection, "officer.x1t1", NOW, code, ANH)
    with sqlite_world.database.read() as connection:
        row = connection.execute(
            sa.select(person.c.distinguisher).where(person.c.id == sqlite_world.model(code).person_id)
        ).scalar()
    assert row == ""


def test_people_of_one_name_are_told_apart_where_models_are_shown(world: World) -> None:
    codes = [
        world.create(replace(ANH, name=name, person_distinguisher=word))
        for name, word in (("A b", ""), ("B c", "tổ 2"))
    ]
    for code in codes:
        world.carry(code, "submitted")
    with world.database.read() as connection:
        staff = access.actor(connection, "staff", NOW)
        rows = listing.page(connection, staff, listing.Filters(year_id=world.year_id)).rows
        shown = {row.code: row.person_name for row in rows}
    assert [shown[code] for code in codes] == ["Lò Văn Ánh", "Lò Văn Ánh (tổ 2)"]
