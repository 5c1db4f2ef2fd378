"""How a person wants to be told: what they may choose, and the link that takes them off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from notifications.delivery import preferences
from notifications.delivery.preferences import Preference, Wish
from tests.world import NOW, World
from workflow.across.oversight import audit
from workflow.ground.refusals import InvalidInput, NotFound
from workflow.ground.schema import history

OFFICER = "officer.x1t1"
KEY = "một khóa đủ dài để ký các liên kết trong thư"


@contextmanager
def passing(world: World) -> Iterator[Connection]:
    """A transaction that is never committed."""
    with world.database.engine.connect() as connection:
        yield connection
        connection.rollback()


def test_defaults_hold_until_something_is_chosen(eventful: World) -> None:
    with passing(eventful) as connection:
        assert preferences.of(connection, eventful.accounts[OFFICER]) == Preference("", True, "", False, 7, frozenset())


def test_what_is_chosen_is_kept_and_chosen_anew(eventful: World) -> None:
    wish = Wish(" hin@khelam.example ", True, "tgram://123:abc/456", True, "9", ("6", "7"))
    kept = Preference("hin@khelam.example", True, "tgram://123:abc/456", True, 9, frozenset({6, 7}))
    with passing(eventful) as connection:
        assert preferences.save(connection, OFFICER, NOW, wish, schemes=frozenset({"tgram"})) == kept
        assert preferences.of(connection, eventful.accounts[OFFICER]) == kept
        preferences.save(connection, OFFICER, NOW, Wish("hin@khelam.example"))
        assert preferences.of(connection, eventful.accounts[OFFICER]) == Preference("hin@khelam.example")


def test_history_tells_that_and_not_what(eventful: World) -> None:
    with passing(eventful) as connection:
        for _ in range(2):
            preferences.save(connection, OFFICER, NOW, Wish("hin@khelam.example", digest_hour=9))
        rows = connection.execute(
            sa.select(history.c.payload).where(history.c.trigger == "preferences_changed")
        ).scalars()
        assert list(rows) == ['{"changed":["email","digest_hour"]}']
        assert audit.verify(connection) == []


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(email="hin"), "email"),
        (Wish(email="hin@"), "email"),
        (Wish(email="hin@khelam.example\r\nBcc: ai@do.example"), "email"),
        (Wish(email="hin@khelam.example\n"), "email"),
        (Wish(email="a@b.example, c@d.example"), "email"),
        (Wish(email="Hin <hin@khelam.example>"), "email"),
        (Wish(email="h" * 250 + "@b.example"), "email"),
        (Wish(by_other=True), "other_address"),
        (Wish(other_address="file:///etc/passwd"), "other_address"),
        (Wish(other_address="json://127.0.0.1/x"), "other_address"),
        (Wish(other_address="tgram://x/\r\ny"), "other_address"),
        (Wish(other_address="tgram://" + "x" * 500), "other_address"),
        (Wish(other_address="tgram:"), "other_address"),
        (Wish(digest_hour=24), "digest_hour"),
        (Wish(digest_hour=-1), "digest_hour"),
        (Wish(digest_hour=""), "digest_hour"),
        (Wish(digest_hour="7h"), "digest_hour"),
        (Wish(digest_hour="٧x"), "digest_hour"),
        (Wish(quiet_days=(0,)), "quiet_days"),
        (Wish(quiet_days=("8",)), "quiet_days"),
        (Wish(quiet_days=("",)), "quiet_days"),
        (Wish(quiet_days=range(1, 8)), "quiet_days"),
    ],
)
def test_what_cannot_be_used_is_refused_by_field(eventful: World, wish: Wish, field: str) -> None:
    with passing(eventful) as connection:
        with pytest.raises(InvalidInput) as refusal:
            preferences.save(connection, OFFICER, NOW, wish, schemes=frozenset({"tgram"}))
        assert set(refusal.value.problems) == {field}
        assert preferences.of(connection, eventful.accounts[OFFICER]) == Preference()


def test_channel_that_is_not_allowed_here_is_refused(eventful: World) -> None:
    with passing(eventful) as connection, pytest.raises(InvalidInput) as refusal:
        preferences.save(connection, OFFICER, NOW, Wish(other_address="tgram://1/2", by_other=True))
    assert set(refusal.value.problems) == {"other_address"}


def test_link_in_a_mail_takes_its_reader_off_and_nobody_else(eventful: World) -> None:
    with passing(eventful) as connection:
        preferences.save(connection, OFFICER, NOW, Wish("hin@khelam.example", digest_hour=9))
        account_id = preferences.account_of(KEY, preferences.token(KEY, eventful.accounts[OFFICER]))
        assert preferences.stop_mail(connection, account_id, NOW + timedelta(days=1))
        assert not preferences.stop_mail(connection, account_id, NOW + timedelta(days=1))
        assert preferences.of(connection, account_id) == Preference("hin@khelam.example", by_email=False, digest_hour=9)
        assert preferences.of(connection, eventful.accounts["staff"]).by_email


@given(st.integers(min_value=1, max_value=2**62))
def test_token_names_its_account(account_id: int) -> None:
    written = preferences.token(KEY, account_id)
    assert preferences.account_of(KEY, written) == account_id
    assert set(written) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    for forged in (written[:-2], written + "AA", preferences.token("khóa khác", account_id)):
        with pytest.raises(NotFound):
            preferences.account_of(KEY, forged)


@given(st.one_of(st.text(max_size=60), st.binary(max_size=40).map(lambda raw: raw.hex())))
def test_anything_else_is_no_token(written: Any) -> None:
    with pytest.raises(NotFound):
        preferences.account_of(KEY, written)
