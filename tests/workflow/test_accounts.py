"""Accounts: creating, passwords, locking, and that nobody gets at more than they administer."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import argon2
import pytest
import sqlalchemy as sa

from tests.world import NOW, PASSWORD, World
from workflow.across.oversight import audit
from workflow.core import access
from workflow.core.people import accounts, assignments, passwords
from workflow.core.people.accounts import SignInFailed
from workflow.ground.database import Database
from workflow.ground.migrate import upgrade
from workflow.ground.refusals import InvalidInput, NotAllowed, NotFound, NotPossible
from workflow.ground.schema import account, history

GOOD = "mưa rừng tháng bảy"


@pytest.fixture
def empty(tmp_path: Path) -> Any:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    upgrade(database)
    yield database
    database.close()


def create(world: World, who: str = "admin", **changes: Any) -> tuple[int, str | None]:
    values = {"user_name": "moi", "full_name": "Lò Thị Mới", "unit_code": "KL-X1"}
    with world.database.write() as connection:
        return accounts.create_account(connection, who, **(values | changes), now=NOW)


def row(world: World, user_name: str) -> sa.Row[Any]:
    with world.database.read() as connection:
        return connection.execute(sa.select(account).where(account.c.user_name == user_name)).one()


def triggers(world: World, account_id: int) -> list[str]:
    with world.database.read() as connection:
        return list(
            connection.execute(
                sa.select(history.c.trigger)
                .where(history.c.subject == "account", history.c.subject_id == account_id)
                .order_by(history.c.seq)
            ).scalars()
        )


def check(world: World, user_name: str, password: str) -> accounts.Checked:
    with world.database.read() as connection:
        return accounts.check_password(connection, NOW, user_name, password)


def test_a_new_account_signs_in_with_its_initial_password_and_must_change_it(world: World) -> None:
    account_id, initial = create(world, user_name=" Moi ")
    assert initial is not None
    checked = check(world, "MOI", initial)
    assert (checked.actor.account_id, checked.must_change_password, checked.hash_outdated) == (account_id, True, False)
    assert triggers(world, account_id) == ["account_created"]
    with world.database.read() as connection:
        assert audit.verify(connection) == []
        payloads = connection.execute(sa.select(history.c.payload)).scalars().all()
    assert not [payload for payload in payloads if initial in payload]


def test_initial_passwords_are_long_readable_and_never_the_same() -> None:
    made = {passwords.generate() for _ in range(200)}
    assert len(made) == 200
    for initial in made:
        assert len(initial) == 22
        assert set(initial) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        passwords.check_choice(initial, user_name="moi")


def test_an_account_only_in_the_records_signs_nobody_in(sqlite_world: World) -> None:
    _, initial = create(sqlite_world, sign_in=False)
    assert initial is None
    with pytest.raises(SignInFailed):
        check(sqlite_world, "moi", "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"user_name": "officer.x1"}, "user_name"),
        ({"user_name": "có dấu"}, "user_name"),
        ({"user_name": "a"}, "user_name"),
        ({"user_name": "x" * 61}, "user_name"),
        ({"full_name": " \u200b "}, "full_name"),
        ({"full_name": "n" * 121}, "full_name"),
        ({"position": "p" * 121}, "position"),
    ],
)
def test_an_account_that_cannot_be_is_refused_by_field(
    sqlite_world: World, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        create(sqlite_world, **changes)
    assert list(refused.value.problems) == [field]


@pytest.mark.parametrize(
    "password",
    [
        "ngắn quá",
        "le.thi.mai.anh",
        "LETHIMAIANH",
        "lê thị mai anh",
        "le.thi.mai.anh99",
        "aaaaaaaaaaaa",
        "1234567890",
        "x" * 201,
    ],
)
def test_a_password_that_is_guessed_at_once_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        passwords.check_choice(password, user_name="le.thi.mai.anh", full_name="Lê Thị Mai Anh")
    assert list(refused.value.problems) == ["password"]


def test_unknown_name_and_wrong_password_get_the_same_answer(sqlite_world: World) -> None:
    answers = []
    for name, password in (
        ("nobody", PASSWORD),
        ("staff", "sai hoàn toàn"),
        ("staff", ""),
        ("", ""),
        ("staff", "x" * 9_999),
    ):
        with pytest.raises(SignInFailed) as refused:
            check(sqlite_world, name, password)
        answers.append((refused.value.message, refused.value.reason_code, refused.value.guard))
    assert len(set(answers)) == 1


def test_a_locked_account_is_named_only_to_who_knows_its_password(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        assert accounts.lock(connection, "admin", NOW, "staff", reason="Nghỉ việc")
        assert not accounts.lock(connection, "admin", NOW, "staff")
    with pytest.raises(SignInFailed):
        check(sqlite_world, "staff", "sai hoàn toàn")
    with pytest.raises(NotAllowed) as refused:
        check(sqlite_world, "staff", PASSWORD)
    assert refused.value.reason_code == "account_locked"
    with sqlite_world.database.write() as connection:
        assert accounts.unlock(connection, "admin", NOW, "staff")
    assert check(sqlite_world, "staff", PASSWORD).actor.user_name == "staff"
    assert triggers(sqlite_world, sqlite_world.accounts["staff"]) == ["account_locked", "account_unlocked"]


def test_a_password_typed_in_decomposed_form_is_the_same(sqlite_world: World) -> None:
    assert check(sqlite_world, "staff", unicodedata.normalize("NFD", PASSWORD)).actor.user_name == "staff"


def test_a_person_changes_his_own_password(world: World) -> None:
    with world.database.write() as connection:
        accounts.change_password(connection, "staff", NOW, PASSWORD, GOOD)
    assert not check(world, "staff", GOOD).must_change_password
    with pytest.raises(SignInFailed):
        check(world, "staff", PASSWORD)
    assert triggers(world, world.accounts["staff"]) == ["password_changed"]


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [("sai hoàn toàn", GOOD, "current"), (PASSWORD, "ngắn", "new"), (PASSWORD, PASSWORD, "new")],
)
def test_a_change_of_password_is_refused_by_field(sqlite_world: World, current: str, new: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused, sqlite_world.database.write() as connection:
        accounts.change_password(connection, "staff", NOW, current, new)
    assert list(refused.value.problems) == [field]


def test_a_weaker_hash_is_noticed_and_renewed(sqlite_world: World) -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    staff = sqlite_world.accounts["staff"]
    with sqlite_world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.id == staff).values(password_hash=weak))
    assert check(sqlite_world, "staff", GOOD).hash_outdated
    with sqlite_world.database.write() as connection:
        accounts.renew_hash(connection, staff, GOOD, "some other hash")
    assert row(sqlite_world, "staff").password_hash == weak
    with sqlite_world.database.write() as connection:
        accounts.renew_hash(connection, staff, GOOD, weak)
    assert not check(sqlite_world, "staff", GOOD).hash_outdated


def test_only_an_administrator_over_the_unit_adds_accounts(sqlite_world: World) -> None:
    for who in ("staff", "chair", "outsider"):
        with pytest.raises(NotAllowed):
            create(sqlite_world, who)
    with pytest.raises(NotFound):
        create(sqlite_world, unit_code="KL-X9")


def test_a_small_administrator_cannot_take_over_who_may_more_than_he(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        assignments.assign(connection, "admin", NOW, "officer.x1", "admin", "KL-X1")
        # At home in the commune, but with a role in the district.
        assignments.assign(connection, "admin", NOW, "chair", "staff", "KL")
    for act in (accounts.reset_password, accounts.lock, accounts.unlock):
        with pytest.raises(NotAllowed), sqlite_world.database.write() as connection:
            act(connection, "officer.x1", NOW, "chair")
        with sqlite_world.database.write() as connection:
            act(connection, "officer.x1", NOW, "secretary")


def test_a_reset_password_is_initial_again(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        initial = accounts.reset_password(connection, "admin", NOW, "staff")
    assert check(sqlite_world, "staff", initial).must_change_password
    with pytest.raises(SignInFailed):
        check(sqlite_world, "staff", PASSWORD)


def test_the_last_administrator_stays(sqlite_world: World) -> None:
    with pytest.raises(NotPossible) as refused, sqlite_world.database.write() as connection:
        accounts.lock(connection, "admin", NOW, "admin")
    assert refused.value.reason_code == "last_admin"
    with sqlite_world.database.write() as connection:
        assignments.assign(connection, "admin", NOW, "leader", "admin", "AS")
        assert accounts.lock(connection, "leader", NOW, "admin")
    with pytest.raises(NotPossible), sqlite_world.database.write() as connection:
        accounts.lock(connection, "leader", NOW, "leader")


def test_the_first_account_is_made_once_and_never_beside_others(empty: Database) -> None:
    with empty.write() as connection:
        _, initial = accounts.bootstrap_admin(
            connection, NOW, "goc", "Người Đầu", "TM", unit_name="Tỉnh Mẫu", unit_level="province"
        )
    with empty.read() as connection:
        checked = accounts.check_password(connection, NOW, "goc", initial)
        assert [(grant.role, grant.unit_level) for grant in checked.actor.grants] == [("admin", "province")]
        assert audit.verify(connection) == []
    with pytest.raises(NotPossible) as refused, empty.write() as connection:
        accounts.bootstrap_admin(connection, NOW, "hai", "Người Hai", "TM")
    assert refused.value.reason_code == "not_first"


def test_a_bootstrap_that_fails_leaves_nothing(empty: Database) -> None:
    with pytest.raises(InvalidInput), empty.write() as connection:
        accounts.bootstrap_admin(connection, NOW, "g", "", "TM", unit_name="Tỉnh Mẫu", unit_level="province")
    with empty.write() as connection:
        accounts.bootstrap_admin(
            connection, NOW, "goc", "Người Đầu", "TM", unit_name="Tỉnh Mẫu", unit_level="province", password=GOOD
        )


def test_the_list_shows_roles_and_only_whom_one_administers(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        assignments.assign(connection, "admin", NOW, "officer.x1", "admin", "KL-X2")
    with sqlite_world.database.read() as connection:
        everybody = {view.user_name: view for view in accounts.listing(connection)}
        mine = accounts.listing(connection, access.actor(connection, "officer.x1", NOW))
        none = accounts.listing(connection, access.actor(connection, "staff", NOW))
    assert set(everybody) == set(sqlite_world.accounts)
    held = everybody["deputy.staff"].assignments
    assert [(a.role, a.unit, a.deputy_for) for a in held] == [("staff", "KL", "staff")]
    assert [view.user_name for view in mine] == ["officer.x2t1", "chair2"]
    assert none == []


def test_one_account_is_found_by_name_without_building_the_others(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    view = accounts.AccountView

    def counted(*values: Any) -> accounts.AccountView:
        built.append(values[1])
        return view(*values)

    with sqlite_world.database.read() as connection:
        admin = access.actor(connection, "admin", NOW)
        (listed,) = [one for one in accounts.listing(connection) if one.user_name == "deputy.staff"]
        monkeypatch.setattr(accounts, "AccountView", counted)
        assert accounts.shown(connection, admin, " Deputy.STAFF") == listed
        assert accounts.shown(connection, admin, "nobody") is None
        assert accounts.shown(connection, access.actor(connection, "staff", NOW), "deputy.staff") is None
    assert built == ["deputy.staff"]


def test_a_session_of_yesterday_still_shows_when_somebody_was_seen(sqlite_world: World) -> None:
    moment = datetime(2024, 3, 1, 2, 0, tzinfo=UTC) - timedelta(days=1)
    with sqlite_world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name == "staff").values(last_seen_at=moment))
    with sqlite_world.database.read() as connection:
        seen = {view.user_name: view.last_seen_at for view in accounts.listing(connection)}
    assert seen["staff"] == moment
