"""Invitations, sessions, units from a spreadsheet, a copied year and the sample's removal from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.web.cli.conftest import Dvk
from tests.workflow.test_units_list import GOOD, workbook
from tests.world import World
from web.serving import clock
from workflow.core.people import accounts, invitations, units
from workflow.core.programmes import stored


def test_a_link_is_printed_once_and_works(dvk: Dvk, world: World) -> None:
    answer = dvk("account", "invite", "staff", "--as", "admin", "--site", "https://dvk.example/")
    assert answer.code == 0
    address, _, token = answer.out.strip().rpartition("/")
    assert address == "https://dvk.example/loi-moi"
    with world.database.write() as connection:
        invitations.accept(connection, clock.now(), token, "một câu dễ nhớ")
        checked = accounts.check_password(connection, clock.now(), "staff", "một câu dễ nhớ")
    assert checked.actor.user_name == "staff"
    assert dvk("account", "sign-out", "staff", "--as", "admin").code == 0
    assert dvk("account", "invite", "admin", "--as", "staff").code == 1


def test_units_are_imported_from_a_file(dvk: Dvk, world: World, tmp_path: Path) -> None:
    path = tmp_path / "dv.xlsx"
    path.write_bytes(workbook(GOOD))
    assert dvk("unit", "import", str(path), "--as", "admin", "--dry-run").code == 0
    report = dvk("unit", "import", str(path), "--as", "admin", "--format", "json").json
    assert (report["created"], report["unchanged"]) == (2, 0)
    path.write_bytes(workbook([("KL-X1", "Tên khác", "Cấp xã", "", "KL", "", "")]))
    assert dvk("unit", "import", str(path), "--as", "admin").code == 1
    for options in ((), ("--filled", "--as", "admin")):
        assert dvk("unit", "template", str(tmp_path / "mau.xlsx"), *options).code == 0
    with world.database.read() as connection:
        assert units.by_code(connection, "KL-X9-T1").level == "village"


def test_a_year_is_copied(dvk: Dvk, world: World) -> None:
    assert dvk("year", "copy", "2024", "2025", "--as", "admin").code == 0
    assert dvk("year", "copy", "2024", "2025", "--as", "admin").code == 1
    with world.database.read() as connection:
        assert stored.year(connection, 2025).opens_on.year == 2025


def test_what_is_real_is_not_removed_with_the_sample(dvk: Dvk, world: World) -> None:
    answer = dvk("demo", "--remove")
    assert answer.code == 1
    assert "không phải dữ liệu mẫu" in answer.err
