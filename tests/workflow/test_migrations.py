"""The steps of the schema: they end where the tables of the program are, go back on data, and come up again."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from notifications.reminders import deeds
from tests.world import NOW, World, a_draft
from workflow.across.obligations import days_off
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.life import OPEN
from workflow.across.obligations.sync import sync
from workflow.across.oversight import audit
from workflow.core.programmes import stored
from workflow.ground import migrate, migrations
from workflow.ground.schema import history, metadata, obligation, report_call


def steps() -> list[str]:
    """The revisions in the order in which they are taken, which their numbers need not have."""
    scripts = ScriptDirectory(Path(migrations.__file__).parent).walk_revisions()
    return [script.revision for script in scripts][::-1]


@pytest.fixture
def lived_in(world: World) -> World:
    """The world with a recognised model in it, another that waits, and a report that is owed and of which people are told."""
    world.carry(world.create(), "recognised")
    world.carry(world.create(a_draft(name="Mô hình còn chờ")), "submitted")
    command = CallInput(2024, "KL", "Báo cáo nhanh", "12/03/2024", units=("KL-X1",))
    with world.database.write() as connection:
        deeds.open_call(connection, "staff", NOW, command)
        deeds.note_day_off(connection, "admin", NOW, "12/03/2024", False, "Nghỉ bù")
        days_off.decide_year(connection, "admin", NOW, 2027, "1/TB")
        days_off.follow_official(connection, NOW)
        sync(connection, NOW)
    return world


def test_migrations_lead_to_the_tables_of_the_program(world: World) -> None:
    with world.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _described})
        differences = compare_metadata(context, metadata)
    assert differences == []


def _described(name: str | None, kind: str, parents: object) -> bool:
    """Whether SQLAlchemy can describe it: the index of words is another thing on each database."""
    return not (kind == "table" and name is not None and name.startswith("model_search"))


def test_going_back_to_any_step_and_up_again_keeps_the_data(lived_in: World) -> None:
    def entries() -> list[str]:
        with lived_in.database.read() as connection:
            return list(connection.execute(sa.select(history.c.hash).order_by(history.c.id)).scalars())

    before = entries()
    for revision in reversed(steps()[:-1]):
        migrate.downgrade(lived_in.database, revision)
        assert migrate.current(lived_in.database) == revision
        assert migrate.upgrade(lived_in.database)
        assert entries() == before
        with lived_in.database.read() as connection:
            assert audit.verify(connection) == []


def test_a_year_that_was_there_gets_the_words_it_was_held_to(world: World) -> None:
    def words() -> tuple[list[list[str]], list[tuple[str, str, int]]]:
        with world.database.read() as connection:
            fields = stored.fields(connection, world.year_id)
            items = stored.items(connection, world.year_id)
            return [row.keywords for row in fields], [(row.code, row.good, row.max_length) for row in items.values()]

    before = words()
    assert before[0][0]
    migrate.downgrade(world.database, "0002")
    migrate.upgrade(world.database)
    assert words() == before


def test_due_date_that_moved_untold_stays_so_both_ways(lived_in: World) -> None:
    """The mark of a move that nobody was told of was once the number of the last one told."""

    def marked() -> list[int]:
        with lived_in.database.read() as connection:
            return list(connection.execute(sa.select(obligation.c.id).where(obligation.c.untold)).scalars())

    with lived_in.database.write() as connection:
        moved, told = connection.execute(sa.select(obligation.c.id).where(OPEN).limit(2)).scalars()
        connection.execute(
            sa.update(obligation).where(obligation.c.id == moved).values(sequence=2, untold=True, next_step_on=None)
        )
        connection.execute(sa.update(obligation).where(obligation.c.id == told).values(sequence=3, untold=False))
    assert marked() == [moved]
    migrate.downgrade(lived_in.database, "0020")
    with lived_in.database.read() as connection:
        kept = connection.execute(
            sa.text("SELECT id, told_sequence FROM obligation WHERE sequence > 0 AND id IN (:one, :two) ORDER BY id"),
            {"one": moved, "two": told},
        ).all()
    assert [tuple(row) for row in kept] == sorted([(moved, 1), (told, 3)])
    migrate.upgrade(lived_in.database)
    assert marked() == [moved]


def test_call_knows_how_many_units_owe_it_after_going_back_and_up_again(lived_in: World) -> None:
    counted = sa.select(report_call.c.units)
    with lived_in.database.read() as connection:
        before = connection.execute(counted).scalars().all()
    migrate.downgrade(lived_in.database, "0020")
    migrate.upgrade(lived_in.database)
    with lived_in.database.read() as connection:
        assert connection.execute(counted).scalars().all() == before == [1]


def test_numbers_of_the_steps_before_the_baseline_are_not_used_again() -> None:
    """Else a database that those steps made would be taken for one of this program."""
    assert steps()[0] == "0001"
    assert not {f"{number:04}" for number in range(3, 17)} & set(steps())
