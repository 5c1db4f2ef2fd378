"""Faults of a definition: each is named by file and key, and none gets through."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import definitions
from workflow.core.lifecycles.check import check
from workflow.core.lifecycles.parsing import DefinitionInvalid, load, load_file, parse

TEXT = definitions.lifecycle_text("three_tier")

HEAD = """
id = "small"
title = "Nhỏ"
title_en = "Small"
reviewing_level = "commune"
recognising_level = "commune"
levels = [{ id = "commune", label = "Xã", label_en = "Commune" }]
stages = [{ id = "work", label = "Việc", label_en = "Work" }, { id = "end", label = "Hết", label_en = "End" }]
[roles.clerk]
label = "Cán bộ"
label_en = "Clerk"
scope = "own"
levels = ["commune"]
[facts.kept]
label = "Giữ"
label_en = "Kept"
type = "boolean"
[facts.kind]
label = "Loại"
label_en = "Kind"
type = "choice"
choices = [{ id = "a", label = "A" }, { id = "b", label = "B" }]
"""


def state(name: str, *, end: bool = False, initial: bool = False) -> str:
    stage = "end" if end else "work"
    flags = ("end = true\n" if end else "") + ("initial = true\n" if initial else "")
    return f'[states.{name}]\nlabel = "{name.upper()}"\nlabel_en = "{name}"\nstage = "{stage}"\n{flags}'


def step(trigger: str, sources: str, target: str, more: str = "") -> str:
    listed = ", ".join(f'"{source}"' for source in sources.split())
    rest = more if "roles =" in more else f'roles = ["clerk"]\n{more}'
    return (
        f'[[transitions]]\ntrigger = "{trigger}"\nlabel = "x"\nlabel_en = "x"\nfrom = [{listed}]\nto = "{target}"\n'
        f"{rest}\n"
    )


def faults(text: str) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionInvalid) as caught:
        load(text, "small.toml")
    assert {problem.file for problem in caught.value.problems} == {"small.toml"}
    return [(problem.key, problem.message) for problem in caught.value.problems]


def keys(text: str) -> list[str]:
    return [key for key, _ in faults(text)]


SOUND = HEAD + state("a", initial=True) + state("z", end=True) + step("finish", "a", "z")


def test_small_definition_is_sound() -> None:
    assert load(SOUND, "small.toml").initial.id == "a"


@pytest.mark.parametrize("lifecycle_id", definitions.LIFECYCLE_IDS)
def test_definitions_of_the_program_are_sound(lifecycle_id: str) -> None:
    assert check(parse(definitions.lifecycle_text(lifecycle_id), f"{lifecycle_id}.toml")) == []


def test_unknown_guard_names_file_key_and_the_nearest_name() -> None:
    with pytest.raises(DefinitionInvalid) as caught:
        load(TEXT.replace('"name_and_field_fit"', '"name_and_feild_fit"'), "three_tier.toml")
    (problem,) = caught.value.problems
    assert str(problem).startswith(
        "three_tier.toml: transitions[2].guards[1]: điều kiện “name_and_feild_fit” không có; "
        "có phải là “name_and_field_fit”? Các tên dùng được: actor_independent, "
    )


def test_unreachable_state_is_named() -> None:
    text = SOUND + state("b") + step("leave", "b", "z")
    assert faults(text) == [
        ("states.b", "không đi tới được trạng thái “B” từ “A”; hãy thêm bước dẫn tới hoặc bỏ nó"),
    ]


def test_dead_end_that_is_no_end_is_named() -> None:
    (fault,) = faults(SOUND + state("b") + step("stray", "a", "b"))
    assert fault[0] == "states.b"
    assert fault[1].startswith("ngõ cụt")


def test_cycle_with_no_way_out_names_its_states_once() -> None:
    text = SOUND + state("b") + state("c") + step("enter", "a", "b") + step("on", "b", "c") + step("back", "c", "b")
    assert faults(text) == [
        ("states.b", "vòng không lối ra: b → c → b; hãy thêm bước dẫn tới một trạng thái kết thúc"),
    ]


def test_state_that_repeats_itself_forever_is_a_cycle() -> None:
    (fault,) = faults(SOUND + state("b") + step("enter", "a", "b") + step("again", "b", "b"))
    assert fault == ("states.b", "vòng không lối ra: b → b; hãy thêm bước dẫn tới một trạng thái kết thúc")


def test_state_that_leads_only_into_a_trap_is_told_apart_from_the_trap() -> None:
    text = SOUND + state("b") + state("c") + step("enter", "a", "b") + step("on", "b", "c") + step("stay", "c", "c")
    found = dict(faults(text))
    assert set(found) == {"states.b", "states.c"}
    assert "không bao giờ tới được" in found["states.b"]
    assert "vòng không lối ra: c → c" in found["states.c"]


def test_step_that_nobody_may_take_is_named() -> None:
    text = HEAD + state("a", initial=True) + state("z", end=True) + step("finish", "a", "z", "roles = []\n")
    assert keys(text) == ["transitions[0].roles"]


def test_levels_that_shut_a_role_out_are_named() -> None:
    text = SOUND.replace(
        'levels = [{ id = "commune"', 'levels = [{ id = "town", label = "T", label_en = "T" }, { id = "commune"'
    )
    assert keys(text + 'role_levels = { clerk = ["town"] }\n') == ["transitions[0].role_levels.clerk"]


def test_two_entries_that_cannot_be_told_apart_are_named() -> None:
    (fault,) = faults(SOUND + step("finish", "a", "a"))
    assert fault[0] == "transitions[0, 1].when"
    assert "hai mục như nhau" in fault[1]


def test_entries_that_leave_a_case_open_are_named() -> None:
    text = HEAD + state("a", initial=True) + state("z", end=True)
    text += step("finish", "a", "z", 'facts = ["kind"]\nwhen = { kind = "a" }')
    (fault,) = faults(text)
    assert "kind = b" in fault[1]
    whole = text + step("finish", "a", "z", 'facts = ["kind"]\nwhen = { kind = "b" }')
    assert load(whole, "small.toml").choose("a", "finish", {"kind": "b"}) is not None


def test_entries_that_overlap_in_one_case_are_named() -> None:
    text = SOUND + step("finish", "a", "z", 'facts = ["kept", "kind"]\nwhen = { kept = true }')
    text += step("finish", "a", "a", 'facts = ["kept", "kind"]\nwhen = { kind = "b" }')
    (fault,) = faults(text)
    assert "kept = true, kind = b" in fault[1]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('scope = "own"', 'scope = "everything"', "roles.clerk.scope"),
        ('roles = ["clerk"]', 'roles = ["clark"]', "transitions[0].roles[0]"),
        ('to = "z"', 'to = "y"', "transitions[0].to"),
        ('from = ["a"]', 'from = ["b"]', "transitions[0].from[0]"),
        ('from = ["a"]', 'form = ["a"]', "transitions[0].form"),
        ('from = ["a"]', 'from = "a"', "transitions[0].from"),
        ('trigger = "finish"', 'trigger = "Kết thúc"', "transitions[0].trigger"),
        ('trigger = "finish"', 'trigger = "finish"\nrecord = "diary"', "transitions[0].record"),
        ('trigger = "finish"', 'trigger = "finish"\neffects = ["explode"]', "transitions[0].effects[0]"),
        ('trigger = "finish"', 'trigger = "finish"\nfacts = ["kept", "kept?"]', "transitions[0].facts[1]"),
        ('trigger = "finish"', 'trigger = "finish"\nfacts = ["keeps"]', "transitions[0].facts[0]"),
        ('trigger = "finish"', 'trigger = "finish"\nwhen = { kept = true }', "transitions[0].when.kept"),
        ('trigger = "finish"', 'trigger = "finish"\nfacts = ["kept"]\nwhen = { kept = 1 }', "transitions[0].when.kept"),
        ('trigger = "finish"', 'trigger = "finish"\nnotify = ["nobody"]', "transitions[0].notify[0]"),
        ('trigger = "finish"', 'trigger = "finish"\ndanger = "yes"', "transitions[0].danger"),
        ("initial = true\n", "", "states"),
        ("end = true\n", "", "states.z.end"),
        ("end = true\n", "end = true\ninitial = true\n", "states.z.initial"),
        ("end = true\n", 'end = true\nrequires = ["luck"]\n', "states.z.requires[0]"),
        ('stage = "end"', 'stage = "work"', "states.z.stage"),
        ('reviewing_level = "commune"', 'reviewing_level = "canton"', "reviewing_level"),
        ('title = "Nhỏ"', 'title = ""', "title"),
        ('title_en = "Small"', "", "title_en"),
        ('type = "boolean"', 'type = "bool"', "facts.kept.type"),
        ('type = "boolean"', 'type = "choice"', "facts.kept.choices"),
        ('{ id = "end", label = "Hết"', '{ id = "work", label = "Hết"', "stages[1].id"),
        ('id = "small"', 'id = "small"\nnotes = "x"', "notes"),
    ],
)
def test_each_fault_names_its_key(old: str, new: str, key: str) -> None:
    assert old in SOUND
    assert key in keys(SOUND.replace(old, new, 1))


def test_all_faults_are_told_at_once() -> None:
    text = SOUND.replace('scope = "own"', 'scope = "x"').replace('to = "z"', 'to = "y"').replace('"Nhỏ"', "3")
    assert set(keys(text)) == {"roles.clerk.scope", "transitions[0].to", "title"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("id = \n", "dòng 1, cột 6"),
        ("a = 1\nb = [1, 2\n", "cuối tệp"),
        ("", "id"),
        ("states = 3\nroles = []\ntransitions = {}\n", "states"),
        ("transitions = [1, 2]\n", "transitions[0]"),
        ("a = " + "[" * 5000, ""),
    ],
)
def test_text_that_is_no_definition_is_refused(text: str, key: str) -> None:
    assert key in keys(text)


def test_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DefinitionInvalid, match=r"^khong_co\.toml: không đọc được tệp"):
        load_file(tmp_path / "khong_co.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DefinitionInvalid, match="UTF-8"):
        load_file(tmp_path / "x.toml")
    (tmp_path / "bom.toml").write_text("\ufeff" + SOUND, encoding="utf-8")
    assert load_file(str(tmp_path / "bom.toml")).id == "small"


NAMES = "abcde"


@given(
    edges=st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=12),
    ends=st.sets(st.sampled_from(NAMES[1:]), max_size=2),
)
def test_check_agrees_with_walking_every_way(edges: set[tuple[str, str]], ends: set[str]) -> None:
    text = HEAD + "".join(state(name, end=name in ends, initial=name == "a") for name in NAMES)
    text += "".join(step(f"to_{target}", source, target) for source, target in sorted(edges))
    text += step("stay", "a", "a") if not edges else ""
    reached = {name: {name} for name in NAMES}
    for _ in NAMES:
        for source, target in edges:
            for seen in reached.values():
                if source in seen:
                    seen.add(target)
    sound = reached["a"] == set(NAMES) and all(reached[name] & ends for name in NAMES)
    assert (check(parse(text, "small.toml")) == []) is sound
