"""Insert or leave, insert or change, insert or add up: the same on both databases."""

from __future__ import annotations

import sqlalchemy as sa

from tests.world import NOW, World
from workflow.ground.dialects import insert_new, insert_or_update
from workflow.ground.schema import account, clockwork, work_seen


def test_what_is_there_already_is_left_alone(world: World) -> None:
    later = NOW.replace(year=NOW.year + 1)
    with world.database.write() as connection:
        who = connection.execute(sa.select(account.c.id).where(account.c.user_name == "staff")).scalar_one()
        for until in (NOW, later):
            connection.execute(insert_new(connection, work_seen), {"account_id": who, "until": until})
            connection.execute(insert_new(connection, work_seen, ["account_id"]), {"account_id": who, "until": until})
        kept = connection.execute(sa.select(work_seen.c.until).where(work_seen.c.account_id == who)).scalars().all()
    assert kept == [NOW]


def test_what_is_there_already_takes_the_columns_named(world: World) -> None:
    later = NOW.replace(year=NOW.year + 1)
    with world.database.write() as connection:
        for moment, holder in ((NOW, "one"), (later, "two")):
            connection.execute(
                insert_or_update(connection, clockwork, ["name"], columns=["ticked_at"]),
                {"name": "proof", "ticked_at": moment, "holder": holder},
            )
        row = connection.execute(sa.select(clockwork).where(clockwork.c.name == "proof")).one()
    assert (row.ticked_at, row.holder) == (later, "one")


def test_what_is_there_already_is_added_to(world: World) -> None:
    count = sa.Table("proof", sa.MetaData(), sa.Column("name", sa.Text, primary_key=True), sa.Column("n", sa.Integer))
    with world.database.write() as connection:
        count.create(connection)
        statement = insert_or_update(connection, count, ["name"], added=["n"])
        connection.execute(statement, [{"name": "a", "n": 1}, {"name": "b", "n": 5}, {"name": "a", "n": 3}])
        rows = connection.execute(sa.select(count.c.name, count.c.n)).all()
    assert {tuple(row) for row in rows} == {("a", 4), ("b", 5)}
