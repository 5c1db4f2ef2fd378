"""`dvk init`, `dvk demo`, `dvk doctor`: from nothing to a working installation, and what is wrong with one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.web.cli.conftest import Dvk
from tests.world import World
from workflow.ground.schema import lifecycle_definition


def test_init_makes_everything_once(dvk: Dvk, folder: Path) -> None:
    first = dvk("init")
    assert (first.code, first.out, len(first.err.splitlines())) == (0, "", 3)
    secret = (folder / "var" / "secret_key").read_text()
    assert (folder / "var" / "secret_key").stat().st_mode & 0o777 == 0o600
    again = dvk("init")
    assert (again.code, again.out) == (0, "")
    assert "không có gì phải làm" in again.err
    assert (folder / "var" / "secret_key").read_text() == secret


def test_init_says_when_the_folder_cannot_be_made(dvk: Dvk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("DVK_DATA_DIR", str(folder / "file" / "var"))
    answer = dvk("init")
    assert (answer.code, answer.out) == (1, "")
    assert "DVK_DATA_DIR" in answer.err


def test_the_way_from_nothing_to_a_first_registration(dvk: Dvk, folder: Path) -> None:
    dvk("init")
    first = dvk("account", "first", "goc", "--name", "Người Đầu", "--unit", "TM", "--unit-name", "Tỉnh Mẫu")
    assert first.code == 0
    assert len(first.out.strip()) == 22
    refused = dvk("account", "first", "hai", "--name", "Người Hai", "--unit", "TM")
    assert (refused.code, refused.out) == (1, "")
    steps = [
        ("unit", "add", "X1", "--name", "Xã Một", "--level", "commune", "--parent", "TM", "--as", "goc"),
        ("account", "add", "canbo", "--name", "Cán Bộ", "--unit", "X1", "--no-sign-in", "--as", "goc"),
        ("account", "assign", "canbo", "unit_officer", "X1", "--as", "goc"),
        ("year", "add", "2026", "--as", "goc"),
    ]
    assert [dvk(*step).code for step in steps] == [0, 0, 0, 0]
    listed = dvk("year", "list", "--format", "json").json
    assert [(year["year"], year["models"]) for year in listed] == [(2026, 0)]
    assert dvk("audit", "verify").code == 0


@pytest.mark.slow
def test_the_demo_is_loaded_once_and_shows_who_can_sign_in(dvk: Dvk) -> None:
    first, again = dvk("demo"), dvk("demo")
    assert (first.code, again.code) == (0, 0)
    assert first.out == again.out
    assert "không thay đổi gì" in again.err
    assert dvk("tally", "--year", "2024", "--unit", "KL", "--format", "json").json["total"]["total"] == 177
    assert dvk("audit", "verify").out == ""


def test_the_doctor_shows_settings_with_their_origin_and_no_secret(
    dvk: Dvk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dvk("init")
    monkeypatch.setenv("DVK_SECRET_KEY", "một bí mật dài hơn ba mươi hai ký tự")
    answer = dvk("doctor", "--format", "json")
    assert (answer.code, answer.json["findings"]) == (0, [])
    shown = {line["name"]: (line["value"], line["origin"]) for line in answer.json["settings"]}
    assert shown["DVK_DATA_DIR"] == (str(folder / "var"), "môi trường")
    assert shown["DVK_PORT"] == ("8080", "mặc định")
    assert shown["DVK_SECRET_KEY"] == ("••••••", "môi trường")
    assert "bí mật dài" not in dvk("doctor").out


def test_the_doctor_masks_the_password_of_a_database_out_of_reach(dvk: Dvk, monkeypatch: pytest.MonkeyPatch) -> None:
    dvk("init")
    monkeypatch.setenv("DVK_DATABASE_URL", "postgresql://dvk:bimat@127.0.0.1:9/dvk")
    answer = dvk("doctor")
    assert answer.code == 1
    assert "bimat" not in answer.out + answer.err
    assert "PostgreSQL" in answer.err


def test_the_doctor_finds_what_is_missing(dvk: Dvk) -> None:
    answer = dvk("doctor", "--format", "json")
    assert answer.code == 1
    assert "dvk init" in " ".join(answer.json["findings"])


def test_the_doctor_names_a_misspelt_variable_without_failing(dvk: Dvk, folder: Path) -> None:
    dvk("init")
    before = dvk("doctor", "--format", "json").json["warnings"]
    (folder / ".env").write_text("DVK_PROT=8081\nDVK_ZZZZZZZZZZ=1\n", encoding="utf-8")
    answer = dvk("doctor", "--format", "json")
    assert answer.code == 0
    assert set(answer.json["warnings"]) - set(before) == {
        "DVK_PROT không phải thiết lập nào nên bị bỏ qua. Có phải là DVK_PORT?",
        "DVK_ZZZZZZZZZZ không phải thiết lập nào nên bị bỏ qua.",
    }
    assert "Lưu ý: DVK_PROT không phải thiết lập nào" in dvk("doctor").err


def test_the_doctor_finds_an_open_secret(dvk: Dvk, folder: Path) -> None:
    dvk("init")
    os.chmod(folder / "var" / "secret_key", 0o644)
    assert "chmod 600" in " ".join(dvk("doctor", "--format", "json").json["findings"])


def test_the_doctor_finds_a_full_disk(dvk: Dvk, monkeypatch: pytest.MonkeyPatch) -> None:
    dvk("init")
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10 * 1024 * 1024))
    assert dvk("doctor", "--format", "json").json["findings"] == ["Ổ đĩa chỉ còn 10 MB. Hãy giải phóng ổ đĩa."]


def test_the_doctor_finds_a_definition_that_was_tampered_with(dvk: Dvk, world: World) -> None:
    with world.database.write() as connection:
        source = connection.execute(sa.select(lifecycle_definition.c.source)).scalar_one()
        connection.execute(
            sa.insert(lifecycle_definition).values(
                hash="0" * 64, name="three_tier", source=source, stored_at=sa.func.current_timestamp()
            )
        )
    answer = dvk("doctor", "--format", "json")
    assert answer.code == 1
    assert any("đã bị sửa" in finding for finding in answer.json["findings"])
