"""Prepared statements answer like `Connection.execute`, on both databases and with every type of column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone

import pytest
import sqlalchemy as sa

from tests.world import NOW, World
from workflow.ground.prepared import Prepared
from workflow.ground.refusals import DatabaseUnusable
from workflow.ground.schema import emulation_model, outbox, programme_year, registration_form, unit

MODELS = sa.select(emulation_model).where(emulation_model.c.state == sa.bindparam("state"))


def test_rows_are_those_of_execute(world: World) -> None:
    world.carry(world.create(), "submitted")
    prepared = Prepared(MODELS)
    with world.database.read() as connection:
        wanted = connection.execute(MODELS, {"state": "submitted"}).all()
        assert prepared.all(connection, {"state": "submitted"}) == wanted
        first = prepared.first(connection, {"state": "submitted"})
        assert prepared.all(connection, {"state": "recognised"}) == []
        assert prepared.first(connection, {"state": "recognised"}) is None
    assert first == wanted[0]
    assert first is not None
    assert dict(first._mapping) == dict(wanted[0]._mapping)
    assert (first.created_at, first.late) == (NOW, False)


@pytest.mark.parametrize("table", [programme_year, registration_form, unit], ids=lambda table: table.name)
def test_dates_json_and_flags_are_converted(world: World, table: sa.Table) -> None:
    world.create()
    statement = sa.select(table)
    with world.database.read() as connection:
        assert Prepared(statement).all(connection, {}) == connection.execute(statement).all()


def test_constants_of_a_statement_are_bound(world: World) -> None:
    world.create()
    statement = sa.select(unit.c.code).where(unit.c.level == "commune", unit.c.code != sa.bindparam("but"))
    with world.database.read() as connection:
        rows = Prepared(statement).all(connection, {"but": "KL-X1"})
    assert {row.code for row in rows} == {"KL-X2", "BS-X1"}


def test_writes_say_how_many_rows_they_touched(world: World) -> None:
    rename = Prepared(sa.update(unit).where(unit.c.level == sa.bindparam("of_level")).values(kind="agency"))
    with world.database.write() as connection:
        assert rename.run(connection, {"of_level": "commune"}) == 3
        assert rename.run(connection, {"of_level": "no such"}) == 0


def test_many_rows_at_once_with_moments_and_nothing(world: World) -> None:
    code = world.carry(world.create(), "draft")
    model = world.model(code)
    insert = Prepared(
        sa.insert(outbox),
        columns=["model_id", "unit_id", "trigger", "roles", "history_seq", "created_at", "delivered_at"],
    )
    hanoi = NOW.astimezone(timezone(timedelta(hours=7)))
    rows = [
        {
            "model_id": model.id,
            "unit_id": model.unit_id,
            "trigger": "submit",
            "roles": "staff",
            "history_seq": seq,
            "created_at": hanoi,
            "delivered_at": hanoi if seq % 2 else None,
        }
        for seq in range(100, 110)
    ]
    with world.database.write() as connection:
        insert.run_many(connection, rows)
    with world.database.read() as connection:
        kept = connection.execute(sa.select(outbox).order_by(outbox.c.history_seq)).all()
    assert [(row.history_seq, row.created_at, row.delivered_at) for row in kept] == [
        (seq, NOW, NOW if seq % 2 else None) for seq in range(100, 110)
    ]


def test_text_cannot_become_sql(world: World) -> None:
    with world.database.read() as connection:
        statement = Prepared(sa.select(unit.c.id).where(unit.c.code == sa.bindparam("code")))
        for text in ("' OR '1'='1", "KL'; DROP TABLE unit; --", "%s", "?", ":code", "%(code)s"):
            assert statement.all(connection, {"code": text}) == []
        assert connection.execute(sa.select(sa.func.count()).select_from(unit)).scalar_one() > 0


def test_missing_parameter_is_an_error(world: World) -> None:
    with world.database.read() as connection, pytest.raises((KeyError, sa.exc.StatementError)):
        Prepared(MODELS).all(connection, {})


def test_naive_moment_is_refused(world: World) -> None:
    later = Prepared(
        sa.select(emulation_model.c.id).where(
            emulation_model.c.created_at > sa.bindparam("since", type_=emulation_model.c.created_at.type)
        )
    )
    with world.database.read() as connection, pytest.raises(TypeError, match="naive"):
        later.all(connection, {"since": NOW.replace(tzinfo=None)})


def test_list_of_unknown_length_cannot_be_prepared(world: World) -> None:
    statement = sa.select(unit.c.id).where(unit.c.code.in_(sa.bindparam("codes", expanding=True)))
    with world.database.read() as connection, pytest.raises(TypeError, match="expanding"):
        Prepared(statement).all(connection, {"codes": ["KL"]})


def test_errors_are_those_of_sqlalchemy(world: World) -> None:
    """A row that refers to nothing, one that is there twice, and what is no statement: as `Connection.execute` says it."""
    columns = ["model_id", "unit_id", "trigger", "roles", "history_seq", "created_at"]
    row = {"model_id": 4711, "unit_id": 1, "trigger": "submit", "roles": "staff", "history_seq": 1, "created_at": NOW}
    insert = Prepared(sa.insert(outbox), columns=columns)

    def write(act: Callable[[sa.Connection], object]) -> None:
        with world.database.write() as connection:
            act(connection)

    for act in (lambda c: insert.run(c, row), lambda c: insert.run_many(c, [row, row])):
        with pytest.raises(sa.exc.IntegrityError) as refused:
            write(act)
        assert refused.value.orig is refused.value.__cause__
        assert "INSERT INTO outbox" in str(refused.value)
    nowhere = Prepared(sa.select(sa.column("n")).select_from(sa.table("nowhere")))
    for ask in (lambda c: nowhere.first(c, {}), lambda c: nowhere.all(c, {})):
        with pytest.raises((sa.exc.OperationalError, sa.exc.ProgrammingError)):
            write(ask)
    assert world.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.postgres
def test_connection_that_broke_is_taken_out_of_use(postgres_world: World) -> None:
    prepared = Prepared(MODELS)

    def cut() -> None:
        with postgres_world.database.write() as connection:
            backend = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
            with postgres_world.database.write() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
            with pytest.raises(sa.exc.DBAPIError) as lost:
                prepared.all(connection, {"state": "submitted"})
            assert lost.value.connection_invalidated
            assert connection.invalidated
            raise lost.value

    with pytest.raises(DatabaseUnusable):
        cut()
    with postgres_world.database.read() as connection:
        assert prepared.all(connection, {"state": "submitted"}) == []
