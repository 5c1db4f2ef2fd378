"""Links by which people set their own password: who makes them, that they work once, and what makes them useless."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.world import NOW, PASSWORD, World
from workflow.across.oversight import audit
from workflow.core.people import accounts, invitations, sessions
from workflow.core.people.accounts import SignInFailed
from workflow.core.people.invitations import InvitationUnusable
from workflow.ground.refusals import InvalidInput, NotAllowed, NotPossible
from workflow.ground.schema import history, invitation

CHOSEN = "một câu ngắn dễ nhớ"


def newcomer(world: World) -> int:
    with world.database.write() as connection:
        account_id, password = accounts.create_account(
            connection, "admin", NOW, "canbo.moi", "Lò Thị Mới", "KL-X1-T2", sign_in=False
        )
    assert password is None
    return account_id


def invite(world: World, user_name: str = "canbo.moi", who: str = "admin") -> str:
    with world.database.write() as connection:
        return invitations.invite(connection, who, NOW, user_name)


def accept(world: World, token: str, password: str = CHOSEN, *, days: float = 1) -> int:
    with world.database.write() as connection:
        return invitations.accept(connection, NOW + timedelta(days=days), token, password)


def test_a_link_sets_the_first_password_once(world: World) -> None:
    account_id = newcomer(world)
    token = invite(world)
    with world.database.read() as connection:
        invited = invitations.opened(connection, NOW, token)
        assert (invited.user_name, invited.unit_name, invited.first) == ("canbo.moi", "Thôn Pác Cọ", True)
        assert invitations.pending(connection, account_id, NOW) == NOW + timedelta(days=7)
        assert token not in str(connection.execute(sa.select(invitation)).all())
    assert accept(world, token) == account_id
    with world.database.read() as connection:
        checked = accounts.check_password(connection, NOW, "canbo.moi", CHOSEN)
        assert not checked.must_change_password
        assert invitations.pending(connection, account_id, NOW) is None
        triggers = connection.execute(
            sa.select(history.c.trigger)
            .where(history.c.subject == "account", history.c.subject_id == account_id)
            .order_by(history.c.seq)
        ).scalars()
        assert list(triggers) == ["account_created", "account_invited", "password_chosen"]
        assert audit.verify(connection) == []
    with pytest.raises(InvitationUnusable):
        accept(world, token, "một câu khác hẳn đi")


def test_a_link_for_somebody_with_a_password_leaves_it_until_it_is_used(sqlite_world: World) -> None:
    world = sqlite_world
    with world.database.write() as connection:
        session = sessions.open_session(connection, world.accounts["staff"], NOW, "")
    token = invite(world, "staff")
    with world.database.read() as connection:
        assert accounts.check_password(connection, NOW, "staff", PASSWORD).actor.user_name == "staff"
        assert not invitations.opened(connection, NOW, token).first
    accept(world, token)
    with world.database.read() as connection:
        with pytest.raises(SignInFailed):
            accounts.check_password(connection, NOW, "staff", PASSWORD)
        week = timedelta(days=7)
        assert sessions.resume(connection, NOW, session, idle=week, absolute=week) is None


@pytest.mark.parametrize("how", ["late", "withdrawn", "newer link", "locked", "reset", "invented"])
def test_a_link_that_no_longer_works_says_only_that(sqlite_world: World, how: str) -> None:
    world = sqlite_world
    newcomer(world)
    token = invite(world)
    with world.database.write() as connection:
        if how == "withdrawn":
            assert invitations.withdraw(connection, "admin", NOW, "canbo.moi")
            assert not invitations.withdraw(connection, "admin", NOW, "canbo.moi")
        elif how == "newer link":
            invitations.invite(connection, "admin", NOW, "canbo.moi")
        elif how == "locked":
            accounts.lock(connection, "admin", NOW, "canbo.moi")
            accounts.unlock(connection, "admin", NOW, "canbo.moi")
        elif how == "reset":
            accounts.reset_password(connection, "admin", NOW, "canbo.moi")
    if how == "invented":
        token = token[:-1] + ("a" if token[-1] != "a" else "b")
    with pytest.raises(InvitationUnusable):
        accept(world, token, days=7 if how == "late" else 1)
    with world.database.read() as connection, pytest.raises(InvitationUnusable):
        invitations.opened(connection, NOW, "")


def test_a_weak_password_is_refused_and_the_link_goes_on_working(sqlite_world: World) -> None:
    newcomer(sqlite_world)
    token = invite(sqlite_world)
    with pytest.raises(InvalidInput) as refused:
        accept(sqlite_world, token, "ngắn")
    assert list(refused.value.problems) == ["new"]
    accept(sqlite_world, token)


def test_only_an_administrator_over_all_of_it_invites(sqlite_world: World) -> None:
    with pytest.raises(NotAllowed):
        invite(sqlite_world, "officer.x1t1", who="staff")
    with sqlite_world.database.write() as connection:
        accounts.lock(connection, "admin", NOW, "staff")
    with pytest.raises(NotPossible):
        invite(sqlite_world, "staff")


def test_an_administrator_signs_somebody_out_everywhere(sqlite_world: World) -> None:
    world = sqlite_world
    with world.database.write() as connection:
        token = sessions.open_session(connection, world.accounts["staff"], NOW, "")
        assert accounts.end_sessions(connection, "admin", NOW, "staff") == 1
        assert accounts.end_sessions(connection, "admin", NOW, "staff") == 0
        with pytest.raises(NotAllowed):
            accounts.end_sessions(connection, "staff", NOW, "staff2")
    with world.database.read() as connection:
        week = timedelta(days=7)
        assert sessions.resume(connection, NOW, token, idle=week, absolute=week) is None
