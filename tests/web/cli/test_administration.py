"""Accounts, units and years through the command line."""

from __future__ import annotations

from tests.web.cli.conftest import Dvk
from tests.world import UNITS, World
from workflow.core.people import accounts
from workflow.core.people.sessions import sign_in


def test_an_account_from_its_creation_to_its_lock(dvk: Dvk, world: World) -> None:
    added = dvk("account", "add", "moi", "--name", "Lò Thị Mới", "--unit", "KL-X1", "--as", "admin")
    assert added.code == 0
    password = added.out.strip()
    assert password not in added.err
    assigned = dvk(
        "account", "assign", "moi", "staff", "KL", "--to", "31/12/2099", "--deputy-for", "staff", "--as", "admin"
    )
    assert (assigned.code, assigned.out) == (0, "")
    (shown,) = [view for view in dvk("account", "list", "--format", "json").json if view["user_name"] == "moi"]
    assert shown["unit"] == "KL-X1"
    assert [(held["role"], held["unit"], held["to"], held["deputy_for"]) for held in shown["assignments"]] == [
        ("staff", "KL", "2099-12-31", "staff")
    ]
    new = dvk("account", "password", "moi", "--as", "admin").out.strip()
    assert new != password
    assert dvk("account", "end", "moi", "staff", "KL", "--as", "admin").code == 0
    assert dvk("account", "end", "moi", "staff", "KL", "--as", "admin").code == 1
    assert dvk("account", "lock", "moi", "--reason", "Chuyển công tác", "--as", "admin").code == 0
    assert "từ trước" in dvk("account", "lock", "moi", "--as", "admin").err
    assert dvk("account", "unlock", "moi", "--as", "admin").code == 0
    with world.database.read() as connection:
        assert accounts.by_user_name(connection, "moi").locked_at is None


def test_the_printed_password_signs_in(dvk: Dvk, world: World) -> None:
    from tests.world import NOW

    password = dvk("account", "add", "moi", "--name", "Lò Thị Mới", "--unit", "KL-X1", "--as", "admin").out.strip()
    assert sign_in(world.database, NOW, "moi", password, "").must_change_password


def test_public_page_of_a_year_and_consent_of_a_registrant(dvk: Dvk, world: World) -> None:
    code = world.create()
    for arguments in (("year", "public", "2024"), ("model", "consent", code)):
        assert dvk(*arguments, "--as", "chair").code == 1, arguments
    assert dvk("year", "public", "2024", "--as", "admin").code == 0
    assert [year["public"] for year in dvk("year", "list", "--format", "json").json] == [True]
    assert dvk("model", "consent", code, "--as", "officer.x1t1").code == 0
    assert dvk("model", "show", code, "--format", "json").json["public_agreed_at"]
    assert dvk("model", "consent", code, "--withdraw", "--as", "officer.x1t1").code == 0
    assert dvk("model", "show", code, "--format", "json").json["public_agreed_at"] is None
    assert dvk("year", "public", "2024", "--off", "--as", "admin").code == 0
    assert [year["public"] for year in dvk("year", "list", "--format", "json").json] == [False]


def test_what_is_not_allowed_is_refused_with_a_sentence(dvk: Dvk, world: World) -> None:
    for arguments in (
        ("account", "add", "moi", "--name", "Mới", "--unit", "KL", "--as", "staff"),
        ("account", "assign", "admin", "staff", "KL", "--as", "admin"),
        ("account", "assign", "villager", "staff", "KL", "--as", "chair"),
        ("account", "password", "staff", "--as", "chair"),
        ("account", "lock", "admin", "--as", "admin"),
        ("account", "password", "nobody", "--as", "admin"),
        ("unit", "add", "KL-X3", "--name", "Xã", "--level", "commune", "--parent", "KL", "--as", "staff"),
        ("unit", "rename", "KL-X1", "Xã Khác", "--as", "staff"),
        ("unit", "merge", "KL-X1", "--into", "KL-X1", "--as", "admin"),
        ("unit", "list", "--as", "nobody"),
        ("year", "add", "2024", "--as", "admin"),
        ("year", "add", "1024", "--as", "admin"),
        ("year", "add", "2025", "--as", "staff"),
        ("year", "add", "2025", "--lifecycle", "ffffff", "--as", "admin"),
        ("year", "add", "2025", "--opens", "01/05/2025", "--closes", "01/04/2025", "--as", "admin"),
    ):
        answer = dvk(*arguments)
        assert (answer.code, answer.out) == (1, ""), arguments
        assert answer.err.strip().endswith((".", "…")), arguments


def test_units_are_listed_for_scripts_and_within_a_scope(dvk: Dvk, world: World) -> None:
    listed = dvk("unit", "list", "--format", "json").json
    assert {(node["code"], node["parent"], node["level"]) for node in listed} == {
        (code, parent, level) for code, _, level, _, parent in UNITS
    }
    mine = dvk("unit", "list", "--as", "chair", "--format", "json").json
    assert [node["code"] for node in mine] == ["KL-X1", "KL-X1-T1", "KL-X1-T2"]


def test_units_are_added_renamed_and_merged(dvk: Dvk, world: World) -> None:
    steps = (
        ("unit", "add", "KL-X3", "--name", "Xã Ba", "--level", "commune", "--parent", "KL", "--from", "01/02/2024"),
        ("unit", "rename", "KL-X3", "Xã Tân Ba"),
        ("unit", "merge", "KL-X2", "--into", "KL-X3", "--last-day", "30/06/2024"),
    )
    assert [dvk(*step, "--as", "admin").code for step in steps] == [0, 0, 0]
    shown = {node["code"]: node for node in dvk("unit", "list", "--format", "json").json}
    assert (shown["KL-X3"]["name"], shown["KL-X3"]["valid_from"]) == ("Xã Tân Ba", "2024-02-01")
    assert (shown["KL-X2"]["successor"], shown["KL-X2"]["valid_to"]) == ("KL-X3", "2024-06-30")


def test_a_year_begins_under_the_lifecycle_of_its_time(dvk: Dvk, world: World) -> None:
    assert dvk("year", "add", "2025", "--as", "admin").code == 0
    assert dvk("year", "add", "2026", "--opens", "10/01/2026", "--closes", "10/02/2026", "--as", "admin").code == 0
    listed = dvk("year", "list", "--format", "json").json
    names = {k["hash"]: k["id"] for k in dvk("lifecycle", "list", "--format", "json").json}
    assert [(year["year"], names[year["definition"]], year["closes_on"]) for year in listed] == [
        (2026, "two_tier", "2026-02-10"),
        (2025, "three_tier", "2025-03-31"),
        (2024, "three_tier", "2024-03-31"),
    ]
    assert "2026" in dvk("year", "list").out


def test_people_that_an_earlier_version_merged_are_told_and_put_right(dvk: Dvk, world: World) -> None:
    import sqlalchemy as sa

    from tests.world import a_draft
    from workflow.ground.schema import person

    code = world.create(a_draft(kind="individual", person="Lò Văn Anh"), "staff")
    with world.database.write() as connection:
        connection.execute(sa.update(person).values(full_name="Lò Văn Ánh", name_identity="lò văn ánh"))
    (finding,) = [one for one in dvk("doctor", "--format", "json").json["findings"] if code in one]
    assert "được ghi là «Lò Văn Anh» nhưng nay là «Lò Văn Ánh»" in finding
    done = dvk("model", "registrant", code, "Lò Văn Anh", "--reason", "Gộp nhầm hai người", "--as", "staff")
    assert (done.code, done.err) == (0, f"{code}: người đăng ký là Lò Văn Anh.\n")
    assert not any(code in one for one in dvk("doctor", "--format", "json").json["findings"])
