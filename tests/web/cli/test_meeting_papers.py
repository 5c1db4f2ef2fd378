"""Guests, notes and the list for a commendation on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.web.cli.conftest import Dvk
from tests.world import World

Write = Callable[[str, Any], str]


def test_guests_are_replaced_and_members_stay(dvk: Dvk, world: World, write: Write) -> None:
    number = str(world.prepare_meeting([]))
    answer = dvk("meeting", "guests", number, "Ông Lò Văn Già, già làng", "Bà Hà Thị Mời", "--as", "chair")
    assert (answer.code, answer.out) == (0, "")
    shown = dvk("meeting", "show", number, "--as", "chair", "--format", "json").json
    assert shown["guests"] == ["Ông Lò Văn Già, già làng", "Bà Hà Thị Mời"]
    assert [one["user_name"] for one in shown["members"]] == [
        "chair",
        "secretary",
        "reviewer1",
        "reviewer.own",
        "reviewer2",
    ]
    given = {"members": [{"user_name": "chair", "duty": "chair"}]}
    assert dvk("meeting", "members", number, "--data", write("m.json", given), "--as", "chair").code == 0
    kept = dvk("meeting", "show", number, "--as", "chair", "--format", "json").json
    assert (len(kept["members"]), len(kept["guests"])) == (1, 2)
    given["guests"] = []
    assert dvk("meeting", "members", number, "--data", write("m.json", given), "--as", "chair").code == 0
    assert dvk("meeting", "show", number, "--as", "chair", "--format", "json").json["guests"] == []


def test_too_long_a_guest_is_refused(dvk: Dvk, world: World) -> None:
    answer = dvk("meeting", "guests", str(world.prepare_meeting([])), "Ô" * 300, "--as", "chair")
    assert answer.code == 1
    assert "tối đa 200" in answer.err


def test_note_stands_beside_the_minutes_of_a_closed_meeting(dvk: Dvk, world: World) -> None:
    number = str(world.hold_meeting([world.carry(world.create(), "inspected")]))
    assert dvk("meeting", "note", number, "Dòng 3: xin đọc là 42 hộ.", "--as", "chair").code == 0
    shown = dvk("meeting", "show", number, "--as", "chair", "--format", "json").json
    assert [(one["text"], one["by"]) for one in shown["notes"]] == [("Dòng 3: xin đọc là 42 hộ.", "Vi Văn Chủ")]
    assert "Ghi chú (Vi Văn Chủ): Dòng 3" in dvk("meeting", "show", number, "--as", "chair").out
    prepared = str(world.prepare_meeting([]))
    refused = dvk("meeting", "note", prepared, "Còn đang chuẩn bị.", "--as", "chair")
    assert (refused.code, "ghi chú vào biên bản" in refused.err) == (1, True)


def test_models_of_a_decision_are_put_forward_for_a_commendation(dvk: Dvk, world: World) -> None:
    code = world.carry(world.create(), "recognised")
    assert dvk("model", "outstanding", code, "--as", "district1").code == 0
    (decided,) = dvk("decision", "list", "--as", "district1", "--format", "json").json
    key = str(decided["id"])
    answer = dvk("decision", "commend", key, code, "--as", "district1", "--format", "json")
    (model,) = answer.json["models"]
    assert (model["code"], model["commended"], model["outstanding"]) == (code, True, True)
    assert code in dvk("decision", "show", key, "--as", "district1").out
    (model,) = dvk("decision", "commend", key, "--as", "district1", "--format", "json").json["models"]
    assert (model["commended"], model["outstanding"]) == (False, True)


def test_commendation_is_refused_to_strangers_and_for_other_models(dvk: Dvk, world: World) -> None:
    code = world.carry(world.create(), "recognised")
    (decided,) = dvk("decision", "list", "--as", "district1", "--format", "json").json
    key = str(decided["id"])
    assert dvk("decision", "commend", key, "DVK-2024-99999", "--as", "district1").code == 1
    assert dvk("decision", "commend", key, code, "--as", "officer.x1t1").code == 1
    assert dvk("decision", "show", key, "--as", "outsider").code == 1
    assert dvk("decision", "show", "9999", "--as", "district1").code == 1
