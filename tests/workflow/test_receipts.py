"""Tokens of forms: spent once, given back, forgotten when they are old."""

from __future__ import annotations

from datetime import timedelta

from tests.world import NOW, World
from workflow.ground import receipts

TOKEN = "t" * 24


def test_receipts_too_old_to_matter_are_forgotten(world: World) -> None:
    account = world.accounts["staff"]
    with world.database.write() as connection:
        assert receipts.spend(connection, account, NOW - timedelta(days=31), "old-token-0123456789", "/a")
        assert receipts.spend(connection, account, NOW, TOKEN, "/a")
        assert not receipts.spend(connection, account, NOW, TOKEN, "/a")
        receipts.settle(connection, account, NOW, TOKEN, "/b")
        assert receipts.result_of(connection, account, TOKEN) == "/b"
        assert receipts.spent_on(connection, account, "/a") == [TOKEN]
        receipts.forget(connection, account, TOKEN)
        assert receipts.result_of(connection, account, TOKEN) is None
