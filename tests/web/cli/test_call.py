"""`dvk call`, `dvk obligation` and `dvk holiday`: a report asked for, moved and called off from the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.web.cli.conftest import Dvk
from tests.world import YEAR, World
from workflow.across.obligations.working_days import WorkingDays
from workflow.ground.vietnam_time import local_date


def ahead(days: int) -> str:
    """A working day at least so many days from now, as somebody types it."""
    return WorkingDays().roll(local_date(datetime.now(UTC)) + timedelta(days=days)).strftime("%d/%m/%Y")


def open_call(dvk: Dvk, *more: str, due: str = "") -> str:
    answer = dvk(
        "call", "open", "--year", str(YEAR), "--unit", "KL", "--label", "Báo cáo nhanh", "--due", due or ahead(10),
        "--as", "staff", *more,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    return answer.out.strip()


def test_call_from_opening_to_withdrawal(dvk: Dvk, world: World, folder: Path) -> None:
    (folder / "mau.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    tried = dvk(
        "call", "open", "--year", str(YEAR), "--unit", "KL", "--label", "Thử", "--due", ahead(5), "--level", "commune",
        "--dry-run", "--as", "staff",
    )  # fmt: skip
    assert (tried.code, "Xã Bản Lầu" in tried.out) == (0, True)
    assert dvk("call", "list", "--as", "staff", "--format", "json").json == []
    key = open_call(dvk, "--level", "commune", "--file", "mau.pdf")
    (found,) = dvk("call", "list", "--as", "staff", "--format", "json").json
    assert (str(found["id"]), found["units"], found["done"], found["late"], found["version"]) == (key, 2, 0, 0, 1)
    owed = dvk("obligation", "list", "--as", "officer.x1", "--format", "json").json
    assert [(one["name"], one["unit"], one["subject"]) for one in owed] == [("Báo cáo nhanh", "KL-X1", "report")]
    collected = dvk("obligation", "list", "--collected", "--as", "staff", "--format", "json").json
    assert sorted(one["unit"] for one in collected) == ["KL-X1", "KL-X2"]
    assert dvk("obligation", "list", "--late", "--collected", "--as", "staff", "--format", "json").json == []
    moved = dvk("call", "move", key, "--due", ahead(20), "--version", "1", "--as", "staff")
    assert (moved.code, "còn 2 đơn vị" in moved.err) == (0, True)
    assert dvk("call", "move", key, "--due", ahead(21), "--version", "1", "--as", "staff").code == 1
    assert dvk("call", "withdraw", key, "--reason", "Trùng.", "--as", "outsider").code == 1
    assert dvk("call", "withdraw", key, "--reason", "Trùng.", "--as", "staff").code == 0
    assert dvk("obligation", "list", "--as", "officer.x1", "--format", "json").json == []
    assert dvk("audit", "verify").code == 0


@pytest.mark.parametrize(
    ("more", "due", "says"),
    [
        (("--level", "commune"), "31/02/2030", "lịch không có ngày này"),
        (("--level", "commune"), "01/01/2024", "đã qua"),
        (("--to", "BS-X1"), "", "không thuộc"),
        (("--to", "KL-X1", "--level", "commune"), "", "không dùng cả hai"),
        ((), "", "chọn đơn vị"),
    ],
)
def test_what_cannot_be_called_for_says_why(dvk: Dvk, world: World, more: tuple[str, ...], due: str, says: str) -> None:
    answer = dvk(
        "call", "open", "--year", str(YEAR), "--unit", "KL", "--label", "Báo cáo", "--due", due or ahead(9),
        "--as", "staff", *more,
    )  # fmt: skip
    assert (answer.code, answer.out) == (1, "")
    assert says in answer.err


def test_day_off_moves_what_is_due(dvk: Dvk, world: World) -> None:
    due = ahead(30)
    open_call(dvk, "--to", "KL-X1", due=due)
    noted = dvk("holiday", "add", due, "--label", "Nghỉ bù", "--as", "admin")
    assert (noted.code, "1 việc" in noted.err) == (0, True)
    year = due[-4:]
    listed = dvk("holiday", "list", "--year", year, "--format", "json").json
    iso = f"{due[6:]}-{due[3:5]}-{due[:2]}"
    assert [(one["label"], one["noted"]) for one in listed if one["day"] == iso] == [("Nghỉ bù", True)]
    assert dvk("holiday", "add", due, "--label", "Nghỉ bù", "--as", "staff").code == 1
    far = dvk("holiday", "list", "--year", "2099")
    assert "năm 2099 chưa có quyết định" in far.err
    assert dvk("holiday", "decide", "2099", "--source", "1/TB", "--as", "staff").code == 1
    assert dvk("holiday", "decide", "2099", "--source", "1/TB", "--as", "admin").code == 0
    assert "chưa có quyết định" not in dvk("holiday", "list", "--year", "2099").err
    known = dvk("holiday", "list", "--year", "2024", "--format", "json")
    assert "chưa có quyết định" not in known.err
    assert {(one["day"], one["working"]) for one in known.json} >= {("2024-04-29", False), ("2024-05-04", True)}
    assert dvk("holiday", "remove", due, "--as", "admin").code == 0
    (owed,) = dvk("obligation", "list", "--as", "officer.x1", "--format", "json").json
    assert owed["due_on"] == iso
