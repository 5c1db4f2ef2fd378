"""`dvk report`: a report written, handed in, given back and accepted from the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.web.cli.conftest import Dvk
from tests.workflow.reporting_world import TEXTS
from tests.world import YEAR, World, a_draft
from workflow.across.obligations import calls
from workflow.across.obligations.calls import CallInput
from workflow.ground.vietnam_time import local_date

SECTIONS = ("results", "proposals")


@pytest.fixture
def call(world: World) -> int:
    """The district asks commune 1 for a short report; one model is below it."""
    now = datetime.now(UTC)
    world.apply(world.create(a_draft()), "submit", "officer.x1t1")
    command = CallInput(
        YEAR, "KL", "Báo cáo nhanh", local_date(now) + timedelta(days=9), units=("KL-X1", "KL-X2"), sections=SECTIONS
    )
    with world.database.write() as connection:
        return calls.open_call(connection, "staff", now, command).call_id


def key(dvk: Dvk) -> str:
    return str(dvk("report", "list", "--as", "officer.x1", "--format", "json").json[0]["id"])


def test_report_from_draft_to_acceptance(dvk: Dvk, call: int, folder: Path) -> None:
    (folder / "ket-qua.txt").write_text(TEXTS["results"], encoding="utf-8")
    one = key(dvk)
    empty = dvk("report", "submit", one, "--as", "officer.x1")
    assert (empty.code, "còn trống" in empty.err) == (1, True)
    written = dvk("report", "write", one, "--as", "officer.x1", "--file", "results=ket-qua.txt", "--version", "0")
    assert (written.code, written.err) == (0, "Đã lưu bản nháp, bản 1.\n")
    piped = dvk("report", "write", one, "--as", "chair", "--file", "proposals=-", stdin="Không có kiến nghị.")
    assert piped.code == 0
    assert dvk("report", "submit", one, "--as", "officer.x1", "--version", "1").code == 1
    assert dvk("report", "submit", one, "--as", "officer.x1", "--version", "2").code == 0
    shown = dvk("report", "show", one, "--as", "staff", "--format", "json").json
    assert (shown["status"], shown["sections"]["proposals"]) == ("submitted", "Không có kiến nghị.")
    assert shown["figures"]["models"]["nong_thon_moi:collective"]["registered"] == 1
    due = (local_date(datetime.now(UTC)) + timedelta(days=3)).strftime("%d/%m/%Y")
    given = dvk("report", "return", one, "--as", "staff", "--reason", "Thiếu số hộ.", "--due", due)
    assert given.code == 0
    text = dvk("report", "show", one, "--as", "officer.x1").out
    assert "Trả lại: Thiếu số hộ." in text
    assert dvk("report", "write", one, "--as", "officer.x1", "--set", "proposals=Xin hỗ trợ xi măng.").code == 0
    assert dvk("report", "submit", one, "--as", "officer.x1").code == 0
    assert dvk("report", "accept", one, "--as", "officer.x1").code == 1
    assert dvk("report", "accept", one, "--as", "staff").code == 0
    listed = dvk("report", "list", "--as", "officer.x1", "--format", "json").json
    assert [(row["status"], row["handed_in"]) for row in listed] == [("accepted", True)]
    assert dvk("report", "list", "--as", "officer.x1", "--open", "--format", "json").json == []
    assert dvk("audit", "verify").code == 0


def test_reports_of_a_call_together(dvk: Dvk, call: int, folder: Path) -> None:
    one = key(dvk)
    dvk("report", "write", one, "--as", "officer.x1", *_texts("--set"))
    dvk("report", "submit", one, "--as", "officer.x1")
    told = dvk("report", "collect", str(call), "--as", "leader", "--format", "json").json
    assert [(row["unit"], row["status"], row["models"]) for row in told["units"]] == [
        ("KL-X1", "submitted", 1),
        ("KL-X2", "none", None),
    ]
    assert told["untold"] == 0
    table = dvk("report", "collect", str(call), "--as", "leader")
    assert "chờ tiếp nhận" in table.out
    assert "Đã nộp 1/2" in table.err
    assert dvk("report", "collect", str(call), "--as", "leader", "--output", "tap-hop.xlsx").code == 0
    assert "Chưa nộp" in openpyxl.load_workbook(folder / "tap-hop.xlsx").sheetnames


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("report", "show", "999", "--as", "staff"), 1),
        (("report", "collect", "999", "--as", "staff"), 1),
        (("report", "show", "abc", "--as", "staff"), 2),
        (("report", "write", "1", "--as", "officer.x1"), 2),
        (("report", "write", "1", "--as", "officer.x1", "--set", "results"), 2),
        (("report", "write", "1", "--as", "officer.x1", "--set", "poem=…"), 1),
        (("report", "write", "1", "--as", "officer.x1", "--set", "results=a", "--file", "results=-"), 1),
        (("report", "write", "1", "--as", "outsider", "--set", "results=a"), 1),
        (("report", "return", "1", "--as", "staff", "--reason", "x", "--due", "31/02/2030"), 1),
    ],
)
def test_wrong_use_is_explained(dvk: Dvk, call: int, arguments: tuple[str, ...], code: int) -> None:
    answer = dvk(*arguments)
    assert (answer.code, answer.out) == (code, "")
    assert answer.err


def _texts(option: str) -> list[str]:
    found: list[Any] = []
    for name in SECTIONS:
        found += [option, f"{name}={TEXTS[name]}"]
    return found


def test_help_names_every_command(dvk: Dvk, folder: Path) -> None:
    said: Callable[..., Any] = dvk
    assert all(name in said("report", "--help").out for name in ("write", "submit", "accept", "return", "collect"))
