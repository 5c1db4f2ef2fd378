"""The lifecycles that come with the program: what the domain says of them, and which state follows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import definitions
from workflow.core.lifecycles import vocabulary
from workflow.core.lifecycles.machine import decide, machine
from workflow.core.lifecycles.parsing import DefinitionInvalid, load, standard
from workflow.core.lifecycles.terms import Definition, Transition

THREE, TWO = standard("three_tier"), standard("two_tier")
BOTH = pytest.mark.parametrize("definition", [THREE, TWO], ids=lambda definition: definition.id)

BEFORE_REVIEW = {
    "draft",
    "submitted",
    "returned",
    "registered",
    "implementing",
    "awaiting_inspection",
    "remediation",
    "inspected",
}
STEPS = {
    ("submit", "draft", "submitted"),
    ("submit", "returned", "submitted"),
    ("return_registration", "submitted", "returned"),
    ("accept", "submitted", "registered"),
    ("start", "registered", "implementing"),
    ("report_results", "implementing", "awaiting_inspection"),
    ("report_results", "remediation", "awaiting_inspection"),
    ("pass_inspection", "awaiting_inspection", "inspected"),
    ("require_remediation", "awaiting_inspection", "remediation"),
    ("open_review", "inspected", "commune_review"),
    ("advance_to_district", "inspected", "district_review"),
    ("propose", "commune_review", "proposed"),
    ("recognise_at_commune", "commune_review", "commune_recognised"),
    ("decline_at_commune", "commune_review", "not_recognised"),
    ("receive_dossier", "proposed", "district_review"),
    ("return_dossier", "proposed", "commune_review"),
    ("return_dossier", "district_review", "commune_review"),
    # Ours: the way back for a model that was never reviewed at a commune (docs/decisions/0005).
    ("return_to_inspection", "district_review", "awaiting_inspection"),
    ("recognise", "district_review", "recognised"),
    ("decline_at_district", "district_review", "not_recognised"),
    ("decline_at_district", "district_review", "commune_recognised"),
    ("revoke", "recognised", "revoked"),
    ("revoke", "commune_recognised", "revoked"),
    *(("withdraw", state, "withdrawn") for state in BEFORE_REVIEW),
    *(("merge", state, "merged") for state in BEFORE_REVIEW),
}


def steps(definition: Definition) -> set[tuple[str, str, str]]:
    return {(step.trigger, source, step.target) for step in definition.transitions for source in step.sources}


def anybody(_: Transition) -> bool:
    return True


def test_three_tier_has_the_steps_of_the_domain_and_no_other() -> None:
    assert steps(THREE) == STEPS


def test_two_tier_is_the_same_with_the_province_in_the_districts_place() -> None:
    assert steps(TWO) == {tuple(part.replace("district", "province") for part in step) for step in STEPS}
    assert [level.id for level in TWO.levels] == ["province", "commune", "village"]
    assert (TWO.reviewing_level, TWO.recognising_level) == ("commune", "province")
    assert "huyện" not in "".join(step.label + step.leaves for step in TWO.transitions).lower()


def test_three_tier_states_bear_the_labels_and_stages_of_the_domain() -> None:
    assert [(state.label, state.stage) for state in THREE.states.values()] == [
        ("Bản nháp", "registration"),
        ("Chờ tiếp nhận", "registration"),
        ("Trả lại bổ sung", "registration"),
        ("Đã đăng ký", "registration"),
        ("Đang thực hiện", "implementation"),
        ("Chờ kiểm tra", "inspection"),
        ("Cần khắc phục", "inspection"),
        ("Đã kiểm tra, thẩm định", "inspection"),
        ("Đang bình xét cấp xã", "commune_review"),
        ("Đã đề nghị cấp huyện", "district_recognition"),
        ("Cấp huyện đang xét", "district_recognition"),
        ("Cấp huyện công nhận", "end"),
        ("Công nhận cấp xã", "end"),
        ("Không công nhận", "end"),
        ("Đã rút", "end"),
        ("Đã sáp nhập", "end"),
        ("Thu hồi công nhận", "end"),
    ]


@BOTH
def test_end_states_are_marked_and_name_the_records_they_need(definition: Definition) -> None:
    assert [state.id for state in definition.states.values() if state.end] == [
        "recognised",
        "commune_recognised",
        "not_recognised",
        "withdrawn",
        "merged",
        "revoked",
    ]
    assert {state.id: state.requires for state in definition.states.values() if state.requires} == {
        "recognised": ("decision_id",),
        "merged": ("merged_into_id",),
        "revoked": ("revocation_id",),
    }
    assert definition.initial.id == "draft"
    assert definition.stage_of("merged").id == definition.stage_of(definition.states["merged"]).id == "end"


@BOTH
def test_every_step_has_a_label_in_both_languages_and_says_what_it_leaves(definition: Definition) -> None:
    assert [step.trigger for step in definition.transitions if not (step.label and step.label_en and step.leaves)] == []


@BOTH
def test_only_the_separating_guards_part_people(definition: Definition) -> None:
    guards = {step.trigger: set(step.guards) for step in definition.transitions}
    assert "not_submitter" in guards["accept"]
    assert "not_proposer" in guards["recognise"]
    assert {"enough_inspectors", "every_criterion_scored", "inspectors_independent"} <= guards["pass_inspection"]
    assert {"meeting_closed", "quorum_met", "votes_over_threshold", "dossier_complete"} == guards["propose"]


@BOTH
def test_staff_receive_a_dossier_only_above_the_commune(definition: Definition) -> None:
    step = definition.choose("proposed", "receive_dossier", {})
    assert step is not None
    assert "commune" not in step.role_levels["staff"]
    assert definition.recognising_level in step.role_levels["staff"]


def test_the_two_definitions_use_every_guard_and_effect_there_is() -> None:
    used = [step for definition in (THREE, TWO) for step in definition.transitions]
    assert {guard for step in used for guard in step.guards} == vocabulary.GUARDS
    assert {effect for step in used for effect in step.effects} == vocabulary.EFFECTS


def test_hash_ignores_spacing_and_comments_and_nothing_else() -> None:
    text = definitions.lifecycle_text("three_tier")
    same = load("# lời mở đầu\n\n" + text.replace(" = ", "   =  "), "x.toml")
    other = load(text.replace('label = "Bản nháp"', 'label = "Nháp"'), "x.toml")
    assert same.hash == THREE.hash
    assert same == THREE
    assert machine(same) is machine(THREE)
    assert other.hash != THREE.hash
    assert other != THREE
    assert len(THREE.hash) == 64
    assert THREE.hash.startswith(THREE.short_hash)


def test_standard_of_another_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(DefinitionInvalid, match="three_tier, two_tier"):
        standard("one_tier")


def test_choose_follows_the_fact_that_decides() -> None:
    kept = THREE.choose("district_review", "decline_at_district", {"keep_commune_recognition": True})
    plain = THREE.choose("district_review", "decline_at_district", {"keep_commune_recognition": False})
    assert kept is not None
    assert kept.target == "commune_recognised"
    assert "commune_review_supports" in kept.guards
    assert plain is not None
    assert plain.target == "not_recognised"
    assert THREE.choose("district_review", "decline_at_district", {"keep_commune_recognition": "false"}) is plain
    assert THREE.choose("district_review", "decline_at_district", {}) is plain
    assert THREE.choose("draft", "decline_at_district", {}) is None


@BOTH
def test_decide_agrees_with_choose_for_every_state_and_trigger(definition: Definition) -> None:
    for data in ({}, {"keep_commune_recognition": True}):
        for state in definition.states:
            for trigger in definition.triggers:
                chosen = definition.choose(state, trigger, data)
                asked: list[Transition] = []

                def permit(step: Transition, asked: list[Transition] = asked) -> bool:
                    asked.append(step)
                    return True

                assert decide(definition, state, trigger, permit, data) == (chosen.target if chosen else None)
                assert asked == ([chosen] if chosen else [])


def test_decide_refuses_what_is_not_permitted_even_if_another_entry_would_be() -> None:
    def only_plain(step: Transition) -> bool:
        return not step.when

    data = {"keep_commune_recognition": True}
    assert decide(THREE, "district_review", "decline_at_district", only_plain, data) is None
    assert decide(THREE, "draft", "submit", lambda _: False) is None


def test_decide_without_facts_lets_permit_pick() -> None:
    chosen = THREE.choose("district_review", "decline_at_district", {"keep_commune_recognition": True})
    assert decide(THREE, "district_review", "decline_at_district", lambda step: step is chosen) == "commune_recognised"
    assert decide(THREE, "district_review", "decline_at_district", anybody) == "not_recognised"


@pytest.mark.parametrize(
    ("state", "trigger"),
    [
        ("draft", "accept"),
        ("draft", "no_such"),
        ("no_such", "submit"),
        ("", ""),
        ("withdrawn", "submit"),
        ("draft", "to_merged"),
    ],
)
def test_decide_answers_none_for_what_does_not_exist_here(state: str, trigger: str) -> None:
    assert decide(THREE, state, trigger, anybody) is None


def test_what_permit_raises_comes_through() -> None:
    def broken(_: Transition) -> bool:
        raise LookupError("không đọc được")

    with pytest.raises(LookupError, match="không đọc được"):
        decide(THREE, "draft", "submit", broken)


def test_equal_definitions_hand_out_their_own_transitions() -> None:
    again = load(THREE.source, "again.toml")
    chosen = again.choose("draft", "submit", {})
    assert decide(THREE, "draft", "submit", anybody) == "submitted"
    assert decide(again, "draft", "submit", lambda step: step is chosen) == "submitted"


def test_machine_is_sealed() -> None:
    shared = machine(THREE)
    with pytest.raises(TypeError):
        shared.add_transition("submit", "draft", "recognised")
    with pytest.raises(TypeError):
        shared.add_states(["elsewhere"])
    with pytest.raises(TypeError):
        shared.add_model(object())
    assert "elsewhere" not in shared.states


def test_machine_has_only_the_triggers_of_the_definition() -> None:
    assert set(machine(THREE).events) == set(THREE.triggers)


def test_threads_share_one_machine_without_mixing_their_answers() -> None:
    cases = [(state, step) for state in THREE.states for step in THREE.outgoing(state)]

    def ask(number: int) -> bool:
        state, step = cases[number % len(cases)]
        allow = number % 3 > 0
        got = decide(THREE, state, step.trigger, lambda asked: allow and asked is step)
        return got == (step.target if allow else None)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(20_000), chunksize=500))


@BOTH
@given(data=st.data())
def test_any_walk_stays_inside_the_definition_and_replays(definition: Definition, data: st.DataObject) -> None:
    state = definition.initial.id
    walk: list[tuple[str, dict[str, bool]]] = []
    while definition.outgoing(state) and len(walk) < 30:
        step = data.draw(st.sampled_from(definition.outgoing(state)))
        facts = {name: value for name, value in step.when.items() if isinstance(value, bool)}
        following = decide(definition, state, step.trigger, anybody, facts)
        assert following == step.target
        walk.append((step.trigger, facts))
        state = following
    replayed: str | None = definition.initial.id
    for trigger, facts in walk:
        assert replayed is not None
        replayed = decide(definition, replayed, trigger, anybody, facts)
    assert replayed == state
