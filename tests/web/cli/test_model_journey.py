"""The whole job by the command line alone: a model from registration to recognition, and the exceptions on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.web.cli.conftest import Dvk
from tests.world import COMMITTEE, ITEM_TEXTS, World
from web.serving import clock
from workflow.core.programmes import stored
from workflow.ground.vietnam_time import local_date

Write = Callable[[str, Any], str]

DRAFT = {
    "unit": "KL-X1-T1",
    "kind": "collective",
    "field": "NTM",
    "name": "Vận động nhân dân hiến đất mở rộng đường liên bản Nà Hin",
    "items": dict(ITEM_TEXTS),
    "targets": [{"measure": "labour_days", "value": "trên 350 ngày công"}],
}


def today(days: int = 0) -> str:
    return f"{local_date(clock.now()) + timedelta(days=days):%d/%m/%Y}"


def register(dvk: Dvk, write: Write, **changes: Any) -> str:
    answer = dvk(
        "model", "new", "--year", "2024", "--data", write("d.json", {**DRAFT, **changes}), "--as", "officer.x1t1"
    )
    assert answer.code == 0, answer.err
    return answer.out.strip()


def step(dvk: Dvk, code: str, trigger: str, who: str, *options: str) -> None:
    answer = dvk("transition", code, trigger, "--as", who, *options)
    assert answer.code == 0, answer.err


def inspected(dvk: Dvk, world: World, write: Write) -> str:
    """A model that has passed its inspection."""
    code = register(dvk, write)
    step(dvk, code, "submit", "officer.x1t1")
    step(dvk, code, "accept", "staff2")
    plan = write("plan.json", {"start_date": "05/03/2024", "content": "Họp dân, chia tổ, làm từng đoạn."})
    assert dvk("record", "plan", code, "--data", plan, "--as", "officer.x1t1").code == 0
    stated = write(
        "start.json", {"start_date": "05/03/2024", "plan": "Họp dân, chia tổ, làm từng đoạn, xong trước Tết."}
    )
    step(dvk, code, "start", "officer.x1t1", "--data", stated)
    results = {
        "results": [{"measure": "Ngày công", "value": "8.524"}, {"measure": "cash", "value": "1,139 tỷ"}],
        "summary": "Làm xong 1,2 km đường.",
        "evidence_note": "Ảnh lưu ở nhà văn hoá thôn.",
    }
    assert dvk("record", "results", code, "--data", write("r.json", results), "--as", "officer.x1t1").code == 0
    step(dvk, code, "report_results", "officer.x1t1")
    with world.database.read() as connection:
        criteria = {row.code: row.max_points - 1.5 for row in stored.criteria(connection, world.year_id)}
    record = {
        "kind": "appraisal",
        "held_on": today(),
        "members": ["inspector1", "inspector2"],
        "head": "inspector1",
        "scores": criteria,
        "strengths": "Người dân tự bàn, tự làm.",
    }
    kept = dvk("record", "inspection", code, "--data", write("i.json", record), "--as", "inspector1")
    assert kept.code == 0, kept.err
    step(dvk, code, "pass_inspection", "inspector1")
    return code


def test_a_model_from_registration_to_recognition(dvk: Dvk, world: World, write: Write) -> None:
    code = inspected(dvk, world, write)
    meeting = {
        "unit": "KL-X1",
        "title": "Phiên bình xét năm 2024",
        "held_on": today(),
        "members": [{"user_name": name, "duty": "chair" if name == "chair" else "member"} for name in COMMITTEE[:3]],
    }
    prepared = dvk("meeting", "prepare", "--year", "2024", "--data", write("m.json", meeting), "--as", "chair")
    assert prepared.code == 0, prepared.err
    number = prepared.out.strip()
    everybody = {"members": [{"user_name": name} for name in COMMITTEE]}
    present = [argument for name in COMMITTEE[:4] for argument in ("--present", name)]
    votes = [{"code": code, "member": name, "choice": "for"} for name in COMMITTEE[1:4]]
    for arguments in (
        ("members", number, "--data", write("all.json", everybody)),
        ("agenda", number, code),
        ("open", number, *present),
        ("present", number, *COMMITTEE[:4]),
        ("vote", number, code, "chair", "for"),
        ("vote", number, "--data", write("v.json", {"votes": votes})),
    ):
        answer = dvk("meeting", *arguments, "--as", "chair")
        assert answer.code == 0, (arguments, answer.err)
    closed = dvk(
        "meeting",
        "close",
        number,
        "--minutes-file",
        "-",
        "--as",
        "chair",
        "--format",
        "json",
        stdin="Đã họp và biểu quyết.",
    )
    assert closed.code == 0, closed.err
    assert closed.json["agenda"][0]["result"] == {
        "members": 5,
        "present": 4,
        "needed_present": 4,
        "quorum": True,
        "for": 4,
        "against": 0,
        "abstaining": 0,
        "needed_votes": 3,
        "carried": True,
        "reason": "",
    }
    dossier = {"reports": {}, "results": {code: "350 ngày công"}, "declared_models": 1}
    submission = dvk("submission", "prepare", number, "--data", write("s.json", dossier), "--as", "chair").out.strip()
    refused = dvk("transition", code, "propose", "--as", "chair")
    assert refused.code == 1
    assert "báo cáo thành tích" in refused.err
    for arguments in (
        ("report", submission, code, "--text-file", "-"),
        ("number", submission, "--number", "12-TTr/BCĐ", "--dated", today(), "--signer", "Vi Văn Chủ"),
    ):
        answer = dvk("submission", *arguments, "--as", "chair", stdin="Thôn vận động 42 hộ hiến đất.")
        assert answer.code == 0, answer.err
    step(dvk, code, "propose", "chair")
    step(dvk, code, "receive_dossier", "district2")
    decision = (
        "--set",
        "decision_number=12-QĐ/BCĐ",
        "--set",
        f"decision_date={today()}",
        "--set",
        "signer=Nguyễn Văn Huyện",
    )
    step(dvk, code, "recognise", "district2", *decision)

    shown = dvk("model", "show", code, "--as", "district2", "--format", "json").json
    assert (shown["state"], shown["decision"]["number"], shown["decision"]["symbol"]) == ("recognised", 12, "QĐ/BCĐ")
    assert [(row["measure"], row["value"]) for row in shown["results"]] == [
        ("cash", "1139000000"),
        ("labour_days", "8524"),
    ]
    assert shown["inspections"][0]["total"] == "91.00"
    assert shown["review"]["carried"]
    told = dvk("model", "history", code, "--format", "json").json
    assert [entry["seq"] for entry in told] == list(range(1, len(told) + 1))
    assert set(told[0]) == {"seq", "at", "actor", "for", "role", "trigger", "from", "to", "reason", "hash"}
    assert (told[-1]["trigger"], told[-1]["from"], told[-1]["to"], told[-1]["actor"]) == (
        "recognise",
        "district_review",
        "recognised",
        "district2",
    )
    listed = dvk("submission", "show", submission, "--as", "district2", "--format", "json").json
    assert ([line["code"] for line in listed["roster"]], listed["differences"]) == ([code], [])
    assert [d["models"] for d in dvk("decision", "list", "--as", "district2", "--format", "json").json] == [1]
    assert [
        m["carried"] for m in dvk("meeting", "list", "--year", "2024", "--as", "chair", "--format", "json").json
    ] == [1]
    assert [s["id"] for s in dvk("submission", "list", "--year", "2024", "--as", "chair", "--format", "json").json] == [
        int(submission)
    ]
    assert dvk("model", "outstanding", code, "--as", "district2").code == 0
    assert dvk("audit", "verify").code == 0
    for arguments in (
        ("meeting", "show", number, "--as", "chair"),
        ("meeting", "list", "--year", "2024", "--as", "chair"),
        ("submission", "show", submission, "--as", "chair"),
        ("submission", "list", "--year", "2024", "--as", "chair"),
        ("decision", "list", "--as", "chair"),
        ("model", "show", code, "--as", "district2"),
        ("model", "history", code),
        ("model", "list"),
    ):
        answer = dvk(*arguments)
        assert answer.code == 0
        assert len(answer.out.splitlines()) > 1


def test_possible_gives_each_reason_for_the_person_asked_for(dvk: Dvk, world: World, write: Write) -> None:
    code = register(dvk, write, items={})
    for who, allowed, reason in (("officer.x1t1", False, "items_filled"), ("deputy.officer", False, "items_filled")):
        shown = dvk("model", "show", code, "--as", who, "--format", "json").json
        (submit,) = [step for step in shown["possible"] if step["trigger"] == "submit"]
        assert (submit["allowed"], [r["code"] for r in submit["reasons"]]) == (allowed, [reason])
    assert dvk("model", "show", code, "--format", "json").json["possible"] == []
    unseen = dvk("model", "show", code, "--as", "outsider", "--format", "json")
    assert (unseen.code, unseen.out) == (1, "")


def test_a_change_of_name_is_asked_for_and_decided(dvk: Dvk, world: World, write: Write) -> None:
    code = register(dvk, write)
    step(dvk, code, "submit", "officer.x1t1")
    step(dvk, code, "accept", "staff2")
    asked = dvk(
        "model", "change-request", code, "name", "Tên khác hẳn", "--reason", "Tên cũ chưa rõ", "--as", "officer.x1t1"
    )
    assert asked.code == 0, asked.err
    own = dvk("model", "decide-change", asked.out.strip(), "--approve", "--as", "officer.x1t1")
    assert own.code == 1
    assert dvk("model", "decide-change", asked.out.strip(), "--approve", "--as", "staff").code == 0
    assert dvk("model", "show", code, "--format", "json").json["name"] == "Tên khác hẳn"
    again = dvk(
        "model", "change-request", code, "field", "VH-XH", "--reason", "Hợp hơn với nội dung", "--as", "officer.x1t1"
    )
    assert dvk("model", "decide-change", again.out.strip(), "--withdraw", "--as", "officer.x1t1").code == 0


def test_comments_and_files_are_kept_with_the_model(dvk: Dvk, world: World, write: Write, folder: Path) -> None:
    code = register(dvk, write)
    step(dvk, code, "submit", "officer.x1t1")
    (folder / "anh.pdf").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    refused = dvk("model", "attach", code, "anh.pdf", "--purpose", "other", "--as", "officer.x1t1")
    assert (refused.code, refused.out) == (1, "")
    (folder / "ke-hoach.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    kept = dvk("model", "attach", code, "ke-hoach.pdf", "--purpose", "other", "--as", "officer.x1t1")
    assert kept.code == 0, kept.err
    assert dvk("model", "comment", code, "Đề nghị bổ sung ảnh.", "--as", "staff").code == 0
    assert dvk("model", "comment", code, "Chưa nên nhận.", "--audience", "reviewers", "--as", "staff").code == 0
    for who, seen in (
        ("staff", ["Đề nghị bổ sung ảnh.", "Chưa nên nhận."]),
        ("officer.x1t1", ["Đề nghị bổ sung ảnh."]),
    ):
        shown = dvk("model", "show", code, "--as", who, "--format", "json").json
        assert [said["text"] for said in shown["comments"]] == seen
        assert [kept["file_name"] for kept in shown["attachments"]] == ["ke-hoach.pdf"]
    assert dvk("model", "attach", code, "none.pdf", "--purpose", "other", "--as", "staff").err == (
        "Không dùng được «none.pdf»: không có tệp hoặc thư mục này.\n"
    )


def test_a_draft_is_edited_at_the_version_that_was_seen(dvk: Dvk, world: World, write: Write) -> None:
    code = register(dvk, write)
    name = write("d2.json", {**DRAFT, "name": "Hiến đất làm đường bản Nà Hin"})
    assert dvk("model", "edit", code, "--data", name, "--version", "1", "--as", "officer.x1t1").code == 0
    stale = dvk("model", "edit", code, "--data", name, "--version", "1", "--as", "officer.x1t1")
    assert (stale.code, "bản 2" in stale.err) == (1, True)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "dòng 1, cột 2"),
        ("[]", "một đối tượng JSON"),
        ('{"a": ' * 100_000, "JSON"),
        ('{"unit": "KL-X1-T1", "nmae": "x"}', "nmae"),
        ('{"unit": 1, "kind": {}, "field": [], "name": null}', "kind"),
        ('{"unit": "KL-X1-T1", "kind": "collective", "field": "NTM", "name": "x", "targets": "350"}', "targets"),
        ('{"unit": "KL-X1-T1", "kind": "collective", "field": "NTM", "name": "x", "items": ["a"]}', "items"),
        ('{"unit": "KL-X1-T1", "kind": "collective", "field": "không có", "name": "x"}', "không có"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_by_name(dvk: Dvk, world: World, content: str, told: str) -> None:
    answer = dvk("model", "new", "--year", "2024", "--data", "-", "--as", "officer.x1t1", stdin=content)
    assert (answer.code, answer.out) == (1, "")
    assert told in answer.err


def test_the_list_is_filtered_and_limited_to_what_a_person_sees(dvk: Dvk, world: World, write: Write) -> None:
    draft = register(dvk, write)
    sent = register(dvk, write, name="Tổ tự quản bảo vệ rừng bản Nà Hin", field="QP-AN")
    step(dvk, sent, "submit", "officer.x1t1")

    def codes(*options: str) -> list[str]:
        return [row["code"] for row in dvk("model", "list", "--format", "json", *options).json]

    assert codes() == [sent, draft]
    assert codes("--as", "staff") == [sent]
    assert codes("--as", "outsider") == []
    assert codes("--state", "draft") == [draft]
    assert codes("--search", "BAO VE rung") == [sent]
    assert codes("--search", "tổ tự quản") == [sent]
    assert codes("--unit", "KL-X2") == []
    assert codes("--unit", "KL-X1", "--kind", "collective", "--limit", "1") == [sent]
    assert codes("--year", "2024", "--field", "quoc phong an ninh") == [sent]
    assert codes("--late") == [sent]
    for options in (("--unit", "KL", "--as", "chair"), ("--year", "2024", "--field", "x"), ("--year", "1999")):
        assert dvk("model", "list", *options).code == 1


def test_many_models_go_on_at_once_with_an_answer_for_each(dvk: Dvk, world: World, write: Write) -> None:
    one = register(dvk, write)
    other = register(dvk, write, name="Tổ tự quản bảo vệ rừng bản Nà Hin", items={})
    answer = dvk(
        "transition-many",
        "submit",
        "-",
        "--as",
        "officer.x1t1",
        "--format",
        "json",
        stdin=f"{one}\n\n{other}\nDVK-0\n{one}\n",
    )
    assert answer.code == 1
    assert [(item["code"], item["done"], [r["code"] for r in item["reasons"]]) for item in answer.json] == [
        (one, True, []),
        (other, False, ["items_filled"]),
        ("DVK-0", False, ["not_found"]),
    ]
    assert (world.state(one), world.state(other)) == ("submitted", "draft")
    plain = dvk("transition-many", "accept", one, "--as", "staff2")
    assert (plain.code, plain.out) == (0, f"{one}: submitted → registered (bản 3)\n")
    assert dvk("transition-many", "accept", "-", "--as", "staff2", stdin="\n").code == 1


def test_a_transition_says_what_it_did_and_what_it_refuses(dvk: Dvk, world: World, write: Write) -> None:
    code = register(dvk, write)
    sent = dvk("transition", code, "submit", "--as", "officer.x1t1", "--format", "json")
    assert sent.json == {
        "code": code,
        "trigger": "submit",
        "from": "draft",
        "to": "submitted",
        "version": 2,
        "warnings": sent.json["warnings"],
    }
    assert "đăng ký trễ" in " ".join(sent.json["warnings"])
    for arguments, told in (
        ((code, "submit", "--as", "officer.x1t1"), "Chờ tiếp nhận"),
        ((code, "fly", "--as", "officer.x1t1"), "Không có bước «fly»"),
        ((code, "accept", "--as", "officer.x1t1"), "dành cho"),
        ((code, "accept", "--as", "staff2", "--version", "1"), "bản 2"),
        ((code, "accept", "--as", "staff2", "--set", "color=red"), "color"),
        ((code, "return_registration", "--as", "staff2"), "Lý do"),
        ((code, "accept", "--as", "outsider"), "phạm vi"),
        ((code, "accept", "--as", "nobody"), "nobody"),
        (("DVK-0", "accept", "--as", "staff2"), "DVK-0"),
    ):
        answer = dvk("transition", *arguments)
        assert (answer.code, answer.out) == (1, ""), arguments
        assert told in answer.err, arguments
    data = dvk(
        "transition",
        code,
        "return_registration",
        "--as",
        "staff2",
        "--data",
        "-",
        stdin=json.dumps({"reason": "Chỉ tiêu chưa đo được."}),
    )
    assert data.code == 0
