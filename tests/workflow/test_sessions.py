"""Sessions: opened by the right password, resumed until they expire, ended one by one or all at once."""

from __future__ import annotations

from datetime import timedelta

import argon2
import pytest
import sqlalchemy as sa

from tests.world import NOW, PASSWORD, World
from workflow.core.people import accounts, passwords, sessions
from workflow.core.people.accounts import SignInFailed
from workflow.ground.refusals import NotAllowed
from workflow.ground.schema import account, web_session

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)


def sign_in(world: World, name: str = "staff") -> str:
    return sessions.sign_in(world.database, NOW, name, PASSWORD, "192.0.2.7").token


def resumed(world: World, token: str, after: timedelta = timedelta()) -> sessions.Resumed | None:
    with world.database.read() as connection:
        return sessions.resume(connection, NOW + after, token, idle=IDLE, absolute=ABSOLUTE)


def touch(world: World, token: str, after: timedelta) -> None:
    with world.database.write() as connection:
        sessions.touch(connection, NOW + after, token)


def test_a_session_brings_back_the_person_and_keeps_no_token(world: World) -> None:
    opened = sessions.sign_in(world.database, NOW, "STAFF", PASSWORD, "192.0.2.7")
    found = resumed(world, opened.token)
    assert found is not None
    assert (found.actor.user_name, found.must_change_password, found.needs_touch) == ("staff", False, False)
    with world.database.read() as connection:
        kept = connection.execute(sa.select(web_session)).one()
    assert opened.token not in map(str, kept)
    assert (kept.account_id, kept.address) == (opened.account_id, "192.0.2.7")


def test_a_wrong_password_opens_nothing(sqlite_world: World) -> None:
    with pytest.raises(SignInFailed):
        sessions.sign_in(sqlite_world.database, NOW, "staff", "sai hoàn toàn", "")
    with sqlite_world.database.write() as connection:
        accounts.lock(connection, "admin", NOW, "staff")
    with pytest.raises(NotAllowed):
        sessions.sign_in(sqlite_world.database, NOW, "staff", PASSWORD, "")
    with sqlite_world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(web_session)).scalar_one() == 0


def test_signing_in_renews_a_weak_hash(sqlite_world: World) -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with sqlite_world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name == "staff").values(password_hash=weak))
    sign_in(sqlite_world)
    with sqlite_world.database.read() as connection:
        kept = connection.execute(sa.select(account.c.password_hash).where(account.c.user_name == "staff")).scalar_one()
    assert not passwords.outdated(kept)
    assert passwords.verified(kept, PASSWORD)


def test_an_idle_session_expires(sqlite_world: World) -> None:
    token = sign_in(sqlite_world)
    found = resumed(sqlite_world, token, IDLE - timedelta(seconds=1))
    assert found is not None
    assert found.needs_touch
    assert resumed(sqlite_world, token, IDLE) is None


def test_a_session_in_use_lives_on_but_not_for_ever(sqlite_world: World) -> None:
    token = sign_in(sqlite_world)
    for minutes in range(20, int(ABSOLUTE.total_seconds() // 60), 20):
        touch(sqlite_world, token, timedelta(minutes=minutes))
    assert resumed(sqlite_world, token, ABSOLUTE - timedelta(minutes=1)) is not None
    assert resumed(sqlite_world, token, ABSOLUTE) is None


@pytest.mark.parametrize("token", ["", "x", "đ" * 1000, "\ud800"])
def test_a_token_nobody_was_given_brings_back_nobody(sqlite_world: World, token: str) -> None:
    sign_in(sqlite_world)
    assert resumed(sqlite_world, token) is None


def test_signing_out_ends_one_session(sqlite_world: World) -> None:
    one, other = sign_in(sqlite_world), sign_in(sqlite_world)
    with sqlite_world.database.write() as connection:
        sessions.close(connection, one)
        sessions.close(connection, one)
    assert resumed(sqlite_world, one) is None
    assert resumed(sqlite_world, other) is not None


def test_signing_out_everywhere_leaves_other_people_alone(sqlite_world: World) -> None:
    mine = [sign_in(sqlite_world) for _ in range(3)]
    strangers = sign_in(sqlite_world, "chair")
    with sqlite_world.database.write() as connection:
        assert sessions.close_all(connection, sqlite_world.accounts["staff"], keep=mine[0]) == 2
    assert [resumed(sqlite_world, token) is not None for token in mine] == [True, False, False]
    with sqlite_world.database.write() as connection:
        assert sessions.close_all(connection, sqlite_world.accounts["staff"]) == 1
    assert resumed(sqlite_world, mine[0]) is None
    assert resumed(sqlite_world, strangers) is not None


def test_locking_and_resetting_end_the_sessions(sqlite_world: World) -> None:
    for act in (accounts.reset_password, accounts.lock):
        token = sign_in(sqlite_world, "chair" if act is accounts.lock else "secretary")
        with sqlite_world.database.write() as connection:
            act(connection, "admin", NOW, "chair" if act is accounts.lock else "secretary")
        assert resumed(sqlite_world, token) is None


def test_a_locked_persons_session_brings_back_nobody(sqlite_world: World) -> None:
    token = sign_in(sqlite_world)
    with sqlite_world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name == "staff").values(locked_at=NOW))
    assert resumed(sqlite_world, token) is None


def test_changing_the_password_keeps_only_the_session_it_was_changed_in(sqlite_world: World) -> None:
    here, there = sign_in(sqlite_world), sign_in(sqlite_world)
    with sqlite_world.database.write() as connection:
        accounts.change_password(
            connection, "staff", NOW, PASSWORD, "mưa rừng tháng bảy", keep_session=sessions.token_hash(here)
        )
    assert resumed(sqlite_world, here) is not None
    assert resumed(sqlite_world, there) is None


def test_sweeping_removes_what_has_expired(sqlite_world: World) -> None:
    old, live = sign_in(sqlite_world), sign_in(sqlite_world)
    touch(sqlite_world, live, timedelta(hours=1))
    with sqlite_world.database.write() as connection:
        assert sessions.sweep(connection, NOW + timedelta(hours=1), idle=IDLE, absolute=ABSOLUTE) == 1
    assert resumed(sqlite_world, old) is None
    assert resumed(sqlite_world, live, timedelta(hours=1)) is not None
