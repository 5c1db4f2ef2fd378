"""Exit codes, sentences instead of tracebacks, and output that is right in every surrounding."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.web.cli.conftest import Dvk
from tests.world import World
from web.cli.arguments import read_json
from web.cli.entry import COMMANDS, root
from workflow.ground.refusals import InvalidInput


def commands() -> list[tuple[str, ...]]:
    """Every command and group, as it is called."""
    found: list[tuple[str, ...]] = []

    def walk(path: tuple[str, ...], command: click.Command) -> None:
        found.append(path)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                walk((*path, name), below)

    context = click.Context(root)
    for name, _, _ in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        walk((name,), command)
    return found


def process(*arguments: str, locale: str = "C.UTF-8") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "LC_ALL": locale}
    program = [sys.executable, "-c", "from web.cli import main; main()", *arguments]
    environment["PYTHONPATH"] = str(Path(__file__).parents[3])
    return subprocess.run(program, env=environment, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_explains_itself_in_vietnamese(dvk: Dvk, path: tuple[str, ...]) -> None:
    answer = dvk(*path, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert set(answer.out.lower()) & set("ạảãàáâậầấẩẫăắằặẳẵóòọõỏôộổỗồốơờớợởỡéèẻẹẽêếềệểễúùụủũưựữửừứíìịỉĩýỳỷỵỹđ")
    for parameter in _parameters(path):
        if isinstance(parameter, click.Option) and parameter.name != "help":
            assert parameter.help, f"{path}: {parameter.name}"


def _parameters(path: tuple[str, ...]) -> list[click.Parameter]:
    command: click.Command = root
    for name in path:
        assert isinstance(command, click.Group)
        below = command.get_command(click.Context(command), name)
        assert below is not None
        command = below
    return command.params


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nope",), "không có lệnh «nope»"),
        (("model", "nope"), "không có lệnh «nope»"),
        (("model", "list", "--nope"), "không có tùy chọn --nope"),
        (("transition", "X"), "thiếu tham số"),
        (("transition", "X", "submit"), "thiếu tùy chọn"),
        (("tally", "--year", "năm nay"), "--year"),
        (("tally", "--year", "2024", "--format", "pdf"), "table, json, xlsx"),
        (("tally", "--year", "2024", "--as-of", "31/31/2024"), "31/31/2024"),
        (("tally", "--year", "2024", "--format", "xlsx"), "--output"),
        (("transition", "X", "submit", "--as", "staff", "--set", "reason"), "tên=giá trị"),
        (("transition", "X", "submit", "--as", "staff", "--set", "a=1", "--set", "a=2"), "hai lần"),
        (("transition-many", "submit", "-", "--data", "-", "--as", "staff"), "stdin"),
        (("model", "decide-change", "1", "--as", "staff"), "--approve"),
        (("meeting", "vote", "1", "X", "--as", "chair"), "MÃ NGƯỜI LỰA_CHỌN"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_is_wrong(dvk: Dvk, arguments: tuple[str, ...], told: str) -> None:
    answer = dvk(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("Dùng sai: ")
    assert told in answer.err


def test_without_a_command_the_help_is_shown(dvk: Dvk) -> None:
    answer = dvk()
    assert (answer.code, answer.out) == (2, "")
    assert "Lệnh:" in answer.err


def test_a_database_that_is_not_there_yet_says_to_initialise(dvk: Dvk) -> None:
    answer = dvk("model", "list")
    assert (answer.code, answer.out) == (1, "")
    assert "dvk init" in answer.err


def test_a_wrong_setting_names_its_variable(dvk: Dvk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVK_PORT", "eighty")
    answer = dvk("init")
    assert (answer.code, answer.out) == (1, "")
    assert "DVK_PORT" in answer.err


def test_a_database_of_a_newer_version_is_left_alone(dvk: Dvk, world: World, folder: Path) -> None:
    with sqlite3.connect(folder / "var" / "dvk.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    for arguments in (("model", "list"), ("init",)):
        answer = dvk(*arguments)
        assert (answer.code, answer.out) == (1, "")
        assert "phiên bản mới hơn" in answer.err


def test_a_file_that_is_no_database_is_told(dvk: Dvk, folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / "dvk.db").write_bytes(b"not a database at all" * 100)
    answer = dvk("model", "list")
    assert (answer.code, answer.out) == (1, "")
    assert "không phải cơ sở dữ liệu" in answer.err


def test_a_lock_that_is_held_too_long_is_told(
    dvk: Dvk, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = world.create()
    holder = sqlite3.connect(folder / "var" / "dvk.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("web.cli.installation.BUSY_SECONDS", 0.2)
    answer = dvk("transition", code, "submit", "--as", "officer.x1t1")
    holder.execute("ROLLBACK")
    holder.close()
    assert (answer.code, answer.out) == (1, "")
    assert "đang bận" in answer.err
    assert world.state(code) == "draft"


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_vietnamese_comes_out_whole_in_every_locale(world: World, locale: str) -> None:
    done = process("unit", "list", "--format", "json", locale=locale)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Phòng Giáo dục và Đào tạo huyện Khe Lam" in done.stdout.decode("utf-8")
    refused = process("model", "show", "KHÔNG-CÓ", locale=locale)
    assert refused.returncode == 1
    assert refused.stderr.decode("utf-8") == "Không có mô hình mã «KHÔNG-CÓ».\n"


def test_an_argument_that_is_not_utf8_is_refused_without_a_traceback(world: World) -> None:
    done = process("model", "show", os.fsdecode(b"\xff\xfe"))
    assert done.returncode in (1, 2)
    assert b"Traceback" not in done.stderr
    assert done.stderr


def test_a_reader_that_goes_away_is_no_fault(world: World) -> None:
    program = f"{sys.executable} -c 'from web.cli import main; main()' unit list --format json | head -c 10"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(["sh", "-c", program], env=environment, capture_output=True, timeout=60, check=False)
    assert len(done.stdout) == 10
    assert done.stderr == b""


def test_help_loads_neither_the_database_nor_the_web() -> None:
    listed = "import sys; from web.cli.entry import run; run(['--help']); print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", listed],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        timeout=60,
        check=True,
        encoding="utf-8",
    )
    loaded = set(done.stderr.split())
    assert not loaded & {"sqlalchemy", "flask", "pydantic", "rich", "openpyxl"}


def test_argument_in_letters_from_before_unicode_is_refused_by_name(dvk: Dvk, tmp_path: Path) -> None:
    for written, name in (("Th«n Nµ Mßn", "TCVN3"), ("Thoân Naø Moøn", "VNI")):
        answer = dvk("unit", "rename", "KL-X1-T1", written, "--as", "admin")
        assert answer.code == 1
        assert name in answer.err
    data = tmp_path / "phieu.json"
    data.write_text(json.dumps({"goals": ["HiÕn ®Êt lµm ®\xadêng"]}), encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_json(str(data))
    assert list(refused.value.problems) == ["goals.0"]
