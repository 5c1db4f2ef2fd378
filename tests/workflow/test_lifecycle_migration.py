"""Moving running models to another definition: mapping, refusals with reasons, dry run, history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
import sqlalchemy as sa

from config import definitions
from tests.world import NOW, World, a_draft, replay
from workflow.across.oversight import audit
from workflow.core.engine import moving, transition
from workflow.core.engine.context import model_by_code
from workflow.core.engine.moving import MigrationOutcome
from workflow.core.lifecycles import parsing, store
from workflow.core.lifecycles.terms import Definition
from workflow.core.people import assignments
from workflow.ground.refusals import InvalidInput, NotAllowed, NotFound
from workflow.ground.schema import history as entries
from workflow.ground.schema import lifecycle_definition

LATER = NOW + timedelta(days=2)


def three() -> Definition:
    return parsing.standard("three_tier")


def two() -> Definition:
    return parsing.standard("two_tier")


def migrate(world: World, who: str = "admin", *, dry_run: bool = False, **mapping: str) -> MigrationOutcome:
    return mapped(world, mapping, who, dry_run=dry_run)


def mapped(world: World, mapping: Mapping[str, str], who: str = "admin", *, dry_run: bool = False) -> MigrationOutcome:
    with world.database.write() as connection:
        return moving.migrate(connection, who, LATER, three().hash, two().hash, mapping, dry_run=dry_run)


def test_states_of_the_same_name_map_by_themselves_and_the_history_says_so(world: World) -> None:
    draft = world.create()
    running = world.carry(world.create(a_draft(name="Tổ tự quản bảo vệ rừng bản Nà Hin")), "implementing")
    ended = world.carry(world.create(a_draft(name="Hiến đất xây nhà văn hóa thôn")), "withdrawn")
    report = migrate(world)
    assert [(moved.code, moved.from_state, moved.to_state) for moved in report.moved] == [
        (draft, "draft", "draft"),
        (running, "implementing", "implementing"),
    ]
    assert report.stayed == ()
    assert world.model(ended).definition_hash == three().hash
    model = world.model(running)
    assert (model.state, model.definition_hash) == ("implementing", two().hash)
    with world.database.read() as connection:
        last = connection.execute(
            sa.select(entries)
            .where(entries.c.subject == "model", entries.c.subject_id == model.id)
            .order_by(entries.c.seq.desc())
        ).first()
        assert last is not None
        assert (last.trigger, last.from_state, last.to_state, last.role) == (
            "definition_changed",
            "implementing",
            "implementing",
            "admin",
        )
        assert json.loads(last.payload) == {"from_definition": three().hash, "to_definition": two().hash}
        assert replay(connection, model.id) == ("implementing", model.version)
        assert audit.verify(connection) == []
    # The model goes on under the new definition.
    with world.database.write() as connection:
        results = [{"measure": "labour_days", "value": "350 ngày công"}]
        transition.apply(
            connection,
            "officer.x1t1",
            LATER,
            running,
            "report_results",
            stated={"results": results, "summary": "Xong.", "evidence_note": "Ảnh ở nhà văn hoá."},
        )
    assert world.state(running) == "awaiting_inspection"


def test_a_state_without_a_counterpart_stays_and_says_what_to_do(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "district_review")
    report = migrate(sqlite_world)
    assert report.moved == ()
    ((stayed,),) = [report.stayed]
    assert (stayed.code, stayed.state, [reason.code for reason in stayed.reasons]) == (
        code,
        "district_review",
        ["no_counterpart"],
    )
    assert "--map district_review=" in stayed.reasons[0].message
    assert sqlite_world.model(code).definition_hash == three().hash
    moved = migrate(sqlite_world, district_review="province_review").moved
    assert [(m.code, m.to_state) for m in moved] == [(code, "province_review")]
    with sqlite_world.database.read() as connection:
        assert replay(connection, sqlite_world.model(code).id)[0] == "province_review"
        assert audit.verify(connection) == []


def test_the_others_move_although_one_stays(sqlite_world: World) -> None:
    agency = sqlite_world.create(a_draft(unit="KL-CQ1", name="Tủ sách dùng chung"), "officer.cq1")
    village = sqlite_world.create()
    report = migrate(sqlite_world)
    assert [moved.code for moved in report.moved] == [village]
    assert [(s.code, [reason.code for reason in s.reasons]) for s in report.stayed] == [(agency, ["level_unknown"])]


def test_a_model_that_nobody_could_carry_on_stays(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "district_review")
    with sqlite_world.database.write() as connection:
        for name in ("province1", "province2"):
            held = assignments.holding(connection, NOW, name, "province_reviewer", "AS")
            assignments.end_assignment(connection, "admin", NOW, held.id)
    (stayed,) = migrate(sqlite_world, district_review="province_review").stayed
    assert (stayed.code, [reason.code for reason in stayed.reasons]) == (code, ["role_missing"])


def test_a_dry_run_changes_nothing(sqlite_world: World) -> None:
    code = sqlite_world.create()
    before = sqlite_world.model(code)
    report = migrate(sqlite_world, dry_run=True)
    assert (report.dry_run, [moved.code for moved in report.moved]) == (True, [code])
    assert sqlite_world.model(code) == before
    with sqlite_world.database.read() as connection:
        assert connection.execute(sa.select(lifecycle_definition.c.hash)).scalars().all() == [three().hash]


@pytest.mark.parametrize(
    "mapping",
    [
        {"nowhere": "draft"},
        {"draft": "nowhere"},
        {"withdrawn": "draft"},
        {"district_review": "recognised"},
        {"registered": "province_review"},
    ],
)
def test_a_mapping_that_would_skip_the_way_is_refused(sqlite_world: World, mapping: dict[str, str]) -> None:
    sqlite_world.create()
    with pytest.raises(InvalidInput) as refused:
        mapped(sqlite_world, mapping)
    assert list(refused.value.problems) == [f"map {next(iter(mapping))}"]


def test_a_draft_cannot_be_mapped_past_its_submission(sqlite_world: World) -> None:
    code = sqlite_world.create()
    (stayed,) = migrate(sqlite_world, draft="registered").stayed
    assert (stayed.code, [reason.code for reason in stayed.reasons]) == (code, ["facts_missing"])


def test_a_state_may_be_renamed_within_the_same_lifecycle(sqlite_world: World) -> None:
    text = definitions.lifecycle_text("three_tier")
    renamed = parsing.load(
        text.replace('"registered"', '"enrolled"').replace("[states.registered]", "[states.enrolled]"), "x.toml"
    )
    with sqlite_world.database.write() as connection:
        store.keep(connection, "admin", NOW, renamed)
    code = sqlite_world.carry(sqlite_world.create(), "registered")
    with sqlite_world.database.write() as connection:
        report = moving.migrate(
            connection, "admin", LATER, three().short_hash, renamed.hash[:6], {"registered": "enrolled"}
        )
    assert [(moved.code, moved.to_state) for moved in report.moved] == [(code, "enrolled")]
    with sqlite_world.database.read() as connection:
        model = model_by_code(connection, code, lock=False)
        assert model is not None
        assert model.state == "enrolled"


def test_only_an_administrator_of_all_the_models_may(sqlite_world: World) -> None:
    sqlite_world.create()
    for who in ("staff", "officer.x1t1"):
        with pytest.raises(NotAllowed):
            migrate(sqlite_world, who)
    with sqlite_world.database.write() as connection:
        assignments.assign(connection, "admin", NOW, "outsider", "admin", "BS")
    with pytest.raises(NotAllowed) as refused:
        migrate(sqlite_world, "outsider")
    assert "1 mô hình" in refused.value.message


@pytest.mark.parametrize(("prefix", "answer"), [("abc", InvalidInput), ("ffffffff", NotFound)])
def test_a_hash_that_names_no_definition_is_refused(sqlite_world: World, prefix: str, answer: type[Exception]) -> None:
    with pytest.raises(answer), sqlite_world.database.write() as connection:
        moving.migrate(connection, "admin", LATER, prefix, two().hash, {})


def test_a_definition_is_not_migrated_to_itself(sqlite_world: World) -> None:
    with pytest.raises(InvalidInput), sqlite_world.database.write() as connection:
        moving.migrate(connection, "admin", LATER, three().hash, three().hash, {})


def test_the_overview_counts_what_runs_under_each_definition(sqlite_world: World) -> None:
    sqlite_world.create()
    sqlite_world.carry(sqlite_world.create(a_draft(name="Hiến đất xây nhà văn hóa thôn")), "withdrawn")
    with sqlite_world.database.read() as connection:
        shown = {known.definition.id: known for known in store.overview(connection)}
    assert {name: (k.stored, k.years, k.running) for name, k in shown.items()} == {
        "three_tier": (True, (2024,), 1),
        "two_tier": (False, (), 0),
    }


def test_only_an_administrator_keeps_a_definition(sqlite_world: World) -> None:
    with pytest.raises(NotAllowed), sqlite_world.database.write() as connection:
        store.keep(connection, "staff", NOW, two())
