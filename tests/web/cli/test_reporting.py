"""Tally, lifecycle, import and audit through the command line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from config import definitions
from tests.web.cli.conftest import Dvk
from tests.world import World, a_draft
from workflow.core.lifecycles import parsing


def test_the_tally_has_the_form_that_scripts_rely_on(dvk: Dvk, world: World) -> None:
    world.carry(world.create(), "implementing")
    world.carry(world.create(a_draft(name="Hiến đất xây nhà văn hóa thôn")), "withdrawn")
    counted = dvk("tally", "--year", "2024", "--unit", "KL", "--format", "json").json
    assert list(counted) == ["year", "unit", "as_of", "rows", "total", "registrants", "states"]
    assert [row["field"] for row in counted["rows"]] == [
        "kinh_te",
        "van_hoa_xa_hoi",
        "nong_thon_moi",
        "quoc_phong_an_ninh",
        "he_thong_chinh_tri",
    ]
    assert counted["rows"][2] == {
        "field": "nong_thon_moi",
        "label": "Nông thôn mới",
        "collective": 1,
        "individual": 0,
        "total": 1,
    }
    assert counted["total"] == {"collective": 1, "individual": 0, "total": 1}
    assert (counted["registrants"], counted["states"]) == ({"collective": 1, "individual": 0}, {"implementing": 1})
    before = dvk("tally", "--year", "2024", "--as-of", "29/02/2024", "--format", "json").json
    assert (before["as_of"], before["total"]["total"]) == ("2024-02-29", 0)


def test_the_tally_shows_a_person_no_more_than_his_scope(dvk: Dvk, world: World) -> None:
    world.carry(world.create(), "submitted")
    totals = {
        who: dvk("tally", "--year", "2024", "--as", who, "--format", "json").json["total"]["total"]
        for who in ("staff", "chair", "chair2", "outsider")
    }
    assert totals == {"staff": 1, "chair": 1, "chair2": 0, "outsider": 0}
    assert dvk("tally", "--year", "2024", "--unit", "KL", "--as", "outsider").code == 1


def test_the_tally_is_written_as_a_workbook(dvk: Dvk, world: World, folder: Path) -> None:
    world.carry(world.create(), "submitted")
    assert dvk("tally", "--year", "2024", "--format", "xlsx", "--output", "t.xlsx").code == 0
    sheets = load_workbook(folder / "t.xlsx")
    rows = [tuple(row) for row in sheets["Theo lĩnh vực"].iter_rows(values_only=True)]
    assert ("Nông thôn mới", 1, 0, 1) in rows
    assert rows[-1] == ("Tổng", 1, 0, 1)
    assert dvk("tally", "--year", "2024", "--format", "json", "--output", "t.json").out == ""
    assert '"year": 2024' in (folder / "t.json").read_text(encoding="utf-8")
    assert dvk("tally", "--year", "2024", "--format", "xlsx", "--output", "none/t.xlsx").code == 1


def test_both_lifecycles_are_sound_and_drawn(dvk: Dvk, folder: Path) -> None:
    checked = dvk("lifecycle", "check")
    assert (checked.code, len(checked.out.splitlines())) == (0, 2)
    assert dvk("lifecycle", "draw").out.startswith("stateDiagram-v2")
    assert "<svg" in dvk("lifecycle", "draw", "two_tier", "--format", "svg").out
    assert dvk("lifecycle", "draw", "--output", "picture.mmd").out == ""
    assert (folder / "picture.mmd").read_text(encoding="utf-8").startswith("stateDiagram-v2")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('guards = ["items_filled"]', 'guards = ["items_filed"]', "items_filed"),
        ("[states.registered]\n", "[states.registered]\nsatge = 1\n", "satge"),
        ('roles = ["unit_officer"]', 'roles = ["mayor"]', "mayor"),
        ("id = ", "id = = ", "dòng"),
    ],
)
def test_a_faulty_lifecycle_is_named_with_file_and_key(
    dvk: Dvk, folder: Path, before: str, after: str, told: str
) -> None:
    text = definitions.lifecycle_text("three_tier")
    assert before in text
    (folder / "mine.toml").write_text(text.replace(before, after, 1), encoding="utf-8")
    answer = dvk("lifecycle", "check", "mine.toml", "two_tier")
    assert answer.code == 1
    assert told in answer.out
    assert answer.out.splitlines()[-1].startswith("two_tier.toml: đúng")
    assert "mine.toml: " in answer.out


def test_a_lifecycle_file_that_is_not_there_is_told(dvk: Dvk) -> None:
    answer = dvk("lifecycle", "check", "none.toml")
    assert answer.code == 1
    assert "none.toml" in answer.out


def test_running_models_move_to_a_definition_from_a_file(dvk: Dvk, world: World, folder: Path) -> None:
    code = world.carry(world.create(), "registered")
    text = definitions.lifecycle_text("three_tier")
    renamed = text.replace('"registered"', '"enrolled"').replace("[states.registered]", "[states.enrolled]")
    (folder / "mine.toml").write_text(renamed, encoding="utf-8")
    stored = dvk("lifecycle", "store", "mine.toml", "--as", "admin")
    assert stored.code == 0
    move = (
        "lifecycle",
        "migrate",
        "--from",
        parsing.standard().hash[:8],
        "--to",
        stored.out.strip(),
        "--as",
        "admin",
    )
    stuck = dvk(*move, "--format", "json")
    assert stuck.code == 1
    assert [(item["code"], item["reasons"][0]["code"]) for item in stuck.json["refused"]] == [(code, "no_counterpart")]
    dry = dvk(*move, "--map", "registered=enrolled", "--dry-run", "--format", "json")
    assert (dry.code, dry.json["dry_run"], world.state(code)) == (0, True, "registered")
    done = dvk(*move, "--map", "registered=enrolled")
    assert (done.code, world.state(code)) == (0, "enrolled")
    assert dvk("audit", "verify").code == 0
    assert dvk(*move, "--map", "registered").code == 2
    listed = {known["hash"]: known["running"] for known in dvk("lifecycle", "list", "--format", "json").json}
    assert listed[stored.out.strip()] == 1


def test_the_audit_names_the_first_broken_link(dvk: Dvk, world: World, folder: Path) -> None:
    code = world.carry(world.create(), "submitted")
    assert dvk("audit", "verify", "--format", "json").json == []
    anchored = dvk("audit", "anchor", "--format", "json").json
    assert [(a["day"], a["entries"]) for a in anchored] == [("2024-03-01", 2)]
    assert dvk("audit", "verify", "--root", anchored[0]["root"]).code == 0
    assert dvk("audit", "verify", "--root", "0" * 64).code == 1
    with sqlite3.connect(folder / "var" / "dvk.db") as raw:
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'history'"
        ).fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        raw.execute("UPDATE history SET reason = 'khác' WHERE subject = 'model' AND seq = 2")
    raw.close()
    answer = dvk("audit", "verify")
    assert answer.code == 1
    assert answer.out.splitlines()[0].startswith(f"model {world.model(code).id}, mục 2: ")


def test_a_list_is_imported_once_and_its_faults_are_named(dvk: Dvk, world: World, folder: Path) -> None:
    assert dvk("import", "template", "mau.xlsx", "--year", "2024").code == 0
    assert (folder / "mau.xlsx").stat().st_size > 0
    sheet = Workbook()
    assert sheet.active is not None
    for row in (
        ("Tên mô hình", "Lĩnh vực", "Loại", "Mã đơn vị", "Người đăng ký"),
        ("Tổ tự quản bảo vệ rừng", "QP-AN", "Tập thể", "KL-X1-T1", ""),
        ("Nuôi gà đồi theo nhóm hộ", "Không có", "Tập thể", "KL-X1-T2", ""),
    ):
        sheet.active.append(row)
    sheet.save(folder / "ds.xlsx")
    arguments = ("import", "registrations", "ds.xlsx", "--year", "2024", "--as", "staff", "--format", "json")
    whole = dvk(*arguments)
    assert (whole.code, whole.json["rows"], whole.json["created"]) == (1, 2, 0)
    assert [(r["row"], r["column"], r["value"]) for r in whole.json["refused"]] == [(3, "Lĩnh vực", "Không có")]
    dry = dvk(*arguments, "--partial", "--dry-run")
    assert (dry.json["created"], dvk("model", "list", "--format", "json").json) == (1, [])
    assert dvk(*arguments, "--partial").json["created"] == 1
    again = dvk(*arguments, "--partial")
    assert (again.json["created"], again.json["unchanged"]) == (0, 1)
    (row,) = dvk("model", "list", "--format", "json").json
    told = dvk("model", "history", row["code"], "--format", "json").json
    assert [(entry["trigger"], entry["actor"], entry["for"]) for entry in told] == [
        ("created", "staff", "Thôn Nà Hin"),
        ("submit", "staff", "Thôn Nà Hin"),
    ]


def test_a_list_that_is_no_workbook_is_refused(dvk: Dvk, world: World, folder: Path) -> None:
    (folder / "ds.xlsx").write_bytes(b"\xff\xd8\xff\xe0 a picture")
    for name in ("ds.xlsx", "none.xlsx"):
        answer = dvk("import", "registrations", name, "--year", "2024", "--as", "staff")
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.strip()


def test_the_full_tally_has_every_figure(dvk: Dvk, world: World, folder: Path) -> None:
    world.carry(world.create(), "recognised")
    full = dvk("tally", "--year", "2024", "--unit", "KL", "--full", "--format", "json").json
    whole = next(row for row in full["rows"] if not row["field"] and not row["kind"])
    assert (whole["registered"], whole["inspected"], whole["proposed"], whole["recognised"]) == (1, 1, 1, 1)
    assert full["inspections"] == 1
    assert dvk("tally", "--year", "2024", "--full", "--format", "json").json["rows"] == full["rows"]
    hidden = dvk("tally", "--year", "2024", "--full", "--as", "outsider", "--format", "json").json
    assert hidden["rows"][-1]["registered"] == 0
    assert dvk("tally", "--year", "2024", "--full").code == 2
    assert dvk("tally", "--year", "2024", "--full", "--format", "xlsx", "--output", "f.xlsx").code == 0
    assert load_workbook(folder / "f.xlsx").sheetnames == ["Tổng hợp", "Đầy đủ", "Theo trạng thái", "Kết quả đo được"]
