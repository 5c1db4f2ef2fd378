"""The history is append-only in the database itself, the same bytes are hashed on both, and a replay gives the state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from tests.world import NOW, World, a_draft, replay
from workflow.core import history
from workflow.core.engine import transition
from workflow.core.history import GENESIS, Advance, Entry
from workflow.ground.refusals import Conflict, GuardRefused
from workflow.ground.schema import emulation_model, outbox
from workflow.ground.schema import history as table


@pytest.mark.parametrize("statement", ["UPDATE history SET reason = 'x'", "DELETE FROM history WHERE seq = 1"])
def test_database_refuses_change_and_removal(world: World, statement: str) -> None:
    world.carry(world.create(), "submitted")
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), world.database.write() as connection:
        connection.execute(sa.text(statement))


def test_database_refuses_truncation(world: World) -> None:
    world.carry(world.create(), "submitted")
    # SQLite has no TRUNCATE: a DELETE without a condition is its short form, and that one must run the triggers.
    statement = "DELETE FROM history" if world.database.is_sqlite else "TRUNCATE history CASCADE"
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), world.database.write() as connection:
        connection.execute(sa.text(statement))


def test_replacing_a_row_is_refused(sqlite_world: World) -> None:
    """INSERT OR REPLACE removes a row without running a DELETE trigger, unless recursive triggers are on."""
    sqlite_world.carry(sqlite_world.create(), "submitted")
    with pytest.raises(sa.exc.DBAPIError), sqlite_world.database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT OR REPLACE INTO history SELECT id, subject, subject_id, seq, at, actor_id, for_id, behalf, role,"
                " \"trigger\", from_state, to_state, 'edited', field_id, kind, payload, definition_hash, previous_hash, hash"
                " FROM history WHERE seq = 1"
            )
        )


def entries(world: World, code: str) -> list[sa.Row[tuple[object, ...]]]:
    with world.database.read() as connection:
        return list(
            connection.execute(
                sa.select(table)
                .where(table.c.subject == "model", table.c.subject_id == world.model(code).id)
                .order_by(table.c.seq)
            )
        )


def test_chain_runs_from_genesis_to_the_head_kept_on_the_model(world: World) -> None:
    code = world.carry(world.create(), "inspected")
    rows = entries(world, code)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert [row.previous_hash for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
    assert [history.digest(dict(row._mapping)) for row in rows] == [row.hash for row in rows]
    model = world.model(code)
    assert (model.version, model.last_hash) == (rows[-1].seq, rows[-1].hash)


def test_replay_gives_state_and_version(world: World) -> None:
    for state in ("draft", "returned", "remediation", "recognised", "withdrawn", "revoked"):
        code = world.carry(world.create(a_draft(name=f"Mô hình {state}")), state)
        with world.database.read() as connection:
            assert replay(connection, world.model(code).id) == (state, world.model(code).version)


def test_replay_of_nothing(sqlite_world: World) -> None:
    with sqlite_world.database.read() as connection:
        assert replay(connection, 4711) == (None, 0)


def test_a_deputys_act_names_both(world: World) -> None:
    code = world.create()
    world.apply(code, "submit", "deputy.officer")
    last = entries(world, code)[-1]
    assert (last.actor_id, last.for_id) == (world.accounts["deputy.officer"], world.accounts["officer.x1t1"])
    assert last.role == "unit_officer"


def test_acting_on_behalf_names_the_registrant(world: World) -> None:
    code = world.create(who="staff")
    world.apply(code, "submit", "staff")
    last = entries(world, code)[-1]
    assert (last.actor_id, last.for_id, last.role) == (world.accounts["staff"], None, "staff")
    assert last.behalf == "Thôn Nà Hin"


def test_hash_does_not_depend_on_the_offset_of_the_moment() -> None:
    """The same moment is hashed alike, however the database hands it back."""
    hanoi = NOW.astimezone(timezone(timedelta(hours=7)))
    assert history.stamp(hanoi) == history.stamp(NOW) == "2024-03-01T02:00:00.000000+00:00"
    one = history.chained("model", 1, 1, GENESIS, Entry(NOW, 1, "staff", "accept"))
    other = history.chained("model", 1, 1, GENESIS, Entry(hanoi, 1, "staff", "accept"))
    assert one["hash"] == other["hash"]


@pytest.mark.parametrize("column", [c.name for c in table.c if c.name not in ("id", "hash")])
def test_every_column_is_hashed(column: str) -> None:
    entry = Entry(
        NOW, 1, "staff", "accept", 2, "Thôn", "submitted", "registered", "lý do", 3, "collective", {"a": 1}, "d"
    )
    row = history.chained("model", 7, 1, GENESIS, entry)
    different = {int: 99, str: "khác", datetime: datetime(2030, 1, 1, tzinfo=UTC)}[type(row[column])]
    assert history.digest({**row, column: different}) != row["hash"]


def test_advance_refuses_a_model_that_went_on(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    stale = world.model(code)
    world.apply(code, "accept", "staff2")
    entry = Entry(NOW, world.accounts["staff"], "staff", "note", from_state="submitted", to_state="submitted")
    with pytest.raises(Conflict, match="Người khác vừa thay đổi"), world.database.write() as connection:
        history.advance(connection, Advance(stale, entry, {}))
    assert world.state(code) == "registered"


def test_a_refusal_leaves_nothing(world: World) -> None:
    code = world.create(who="staff")
    world.apply(code, "submit", "staff")
    before = world.model(code), entries(world, code), _messages(world)
    with pytest.raises(GuardRefused, match="đã gửi phiếu này"):
        world.apply(code, "accept", "staff")
    assert (world.model(code), entries(world, code), _messages(world)) == before


def test_a_failure_after_the_step_takes_it_back(world: World) -> None:
    """State, history and message stand or fall together."""
    code = world.carry(world.create(), "submitted")
    before = world.model(code), entries(world, code), _messages(world)

    def accept_and_fail() -> None:
        with world.database.write() as connection:
            transition.apply(connection, "staff2", NOW, code, "accept")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        accept_and_fail()
    assert (world.model(code), entries(world, code), _messages(world)) == before


def _messages(world: World) -> int:
    with world.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one())


def test_constraints_hold_what_a_state_demands(world: World) -> None:
    """Even somebody who writes SQL cannot have a recognised model without a decision."""
    code = world.create()
    for state, constraint in (
        ("recognised", "recognised_has_decision"),
        ("revoked", "revoked_has_decision"),
        ("merged", "merged_has_target"),
        ("submitted", "submitted_has_moment"),
    ):
        with pytest.raises(sa.exc.IntegrityError, match=constraint), world.database.write() as connection:
            connection.execute(sa.update(emulation_model).where(emulation_model.c.code == code).values(state=state))
