"""Simulated months prove themselves; and the proof notices each thing that is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import SystemRandom

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.simulation import proof
from tests.simulation.proof import Finding
from tests.simulation.year import Plan, World, live, simulate
from workflow.ground.database import Database
from workflow.ground.refusals import NotPossible
from workflow.ground.schema import delivery_event, message, obligation, reminder

# The machine may be busy with other tests.
pytestmark = pytest.mark.timeout(600)

DAYS = 75
"""Past the first due date of a report and the days on which it escalates."""


def opened(path: Path) -> Database:
    return Database(f"sqlite:///{path / 'nam.db'}", synchronous="NORMAL", busy_seconds=60)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A province after its first months, for tests that break one thing in a transaction that is taken back."""
    database = opened(tmp_path_factory.mktemp("lived"))
    yield live(database, Plan(14, 3, days=DAYS + 15, ticks=1))
    database.close()


@pytest.mark.slow
@pytest.mark.parametrize("known", [11, 12, None], ids=["11", "12", "any"])
def test_every_step_is_told_once_or_skipped_with_its_reason(known: int | None, tmp_path: Path) -> None:
    """With two seeds that were telling once, and with one that nobody has tried."""
    seed = known or SystemRandom().randrange(1, 10**6)
    database = opened(tmp_path)
    happened = simulate(database, Plan(14, seed, days=DAYS, ticks=1))
    database.close()
    assert happened.findings == [], f"seed {seed}"
    assert happened.counts["told"] > 20
    assert happened.counts["mail_sent"] > 10


@pytest.mark.slow
@pytest.mark.postgres
def test_every_step_is_told_once_on_postgresql(postgres_database: str) -> None:
    database = Database(postgres_database, busy_seconds=60)
    happened = simulate(database, Plan(12, 21, days=50, ticks=1))
    database.close()
    assert happened.findings == []
    assert happened.counts["told"] > 20


@pytest.mark.slow
@pytest.mark.parametrize("schedulers", [2, 4])
def test_several_schedulers_in_a_month_tell_what_one_would(schedulers: int, tmp_path: Path) -> None:
    database = opened(tmp_path)
    happened = simulate(database, Plan(12, schedulers, days=31, ticks=2, schedulers=schedulers))
    database.close()
    assert happened.findings == []
    assert happened.counts["told"] > 5


@pytest.mark.slow
@pytest.mark.postgres
def test_four_schedulers_in_a_month_on_postgresql(postgres_database: str) -> None:
    database = Database(postgres_database, busy_seconds=60)
    happened = simulate(database, Plan(12, 5, days=31, ticks=1, schedulers=4))
    database.close()
    assert happened.findings == []


def test_used_database_is_refused(lived: World) -> None:
    with pytest.raises(NotPossible, match="đã có dữ liệu"):
        simulate(lived.province.database, Plan(6, 1, days=1))


def test_same_seed_lives_the_same_year(tmp_path: Path) -> None:
    counts = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        database = opened(folder)
        counts.append(simulate(database, Plan(8, 5, days=20, ticks=1)).counts)
        database.close()
    assert counts[0] == counts[1]


def test_year_as_it_was_lived_has_nothing_wrong(lived: World) -> None:
    assert proof.prove(lived.province.database, lived.reckoning, lived.office)[1] == []


def _one(connection: Connection, status: str) -> int:
    return int(
        connection.execute(sa.select(sa.func.min(reminder.c.id)).where(reminder.c.status == status)).scalar_one()
    )


def _lose_a_reminder(connection: Connection) -> None:
    connection.execute(sa.delete(reminder).where(reminder.c.id == _one(connection, "told")))


def _invent_a_reminder(connection: Connection) -> None:
    row = connection.execute(sa.select(reminder).where(reminder.c.id == _one(connection, "told"))).one()
    values = {**row._mapping, "step": "d-90", "status": "skipped", "why": "superseded", "message_id": None}
    connection.execute(sa.insert(reminder).values({name: value for name, value in values.items() if name != "id"}))


def _tell_what_was_fulfilled(connection: Connection) -> None:
    skipped = connection.execute(
        sa.select(reminder.c.id, reminder.c.account_id).where(reminder.c.why == "fulfilled").limit(1)
    ).one()
    letter = sa.select(sa.func.min(message.c.id)).scalar_subquery()
    connection.execute(
        sa.update(reminder).where(reminder.c.id == skipped.id).values(status="told", why="", message_id=letter)
    )


def _send_twice(connection: Connection) -> None:
    row = connection.execute(sa.select(delivery_event).where(delivery_event.c.event == "sent").limit(1)).one()
    values = {name: value for name, value in row._mapping.items() if name != "id"}
    connection.execute(sa.insert(delivery_event).values(values))


def _divide_a_letter(connection: Connection) -> None:
    """One of two things told at once is told by another letter of the same person."""
    shared = connection.execute(
        sa.select(reminder.c.message_id, sa.func.max(reminder.c.id).label("last"))
        .where(reminder.c.message_id.is_not(None))
        .group_by(reminder.c.message_id)
        .having(sa.func.count() > 1)
        .limit(1)
    ).one()
    row = connection.execute(sa.select(message).where(message.c.id == shared.message_id)).one()
    values = {name: value for name, value in row._mapping.items() if name != "id"} | {"key": "again"}
    again = connection.execute(sa.insert(message).values(values).returning(message.c.id)).scalar_one()
    connection.execute(sa.update(reminder).where(reminder.c.id == shared.last).values(message_id=again))


def _forget_an_obligation_was_moved(connection: Connection) -> None:
    connection.execute(
        sa.update(obligation)
        .where(obligation.c.id == sa.select(sa.func.min(obligation.c.id)).scalar_subquery())
        .values(sequence=obligation.c.sequence + 1)
    )


def _lose_an_escalation(connection: Connection) -> None:
    connection.execute(sa.delete(reminder).where(reminder.c.step == "d+7", reminder.c.part == "head"))


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        (_lose_a_reminder, "reminder_missing"),
        (_invent_a_reminder, "reminder_too_many"),
        (_tell_what_was_fulfilled, "told_after_end"),
        (_tell_what_was_fulfilled, "reminder_otherwise"),
        (_send_twice, "delivery_life"),
        (_divide_a_letter, "letter_divided"),
        (_forget_an_obligation_was_moved, "owed_otherwise"),
        (_lose_an_escalation, "reminder_missing"),
    ],
)
def test_proof_notices(lived: World, harm: Callable[[Connection], None], kind: str) -> None:
    with lived.province.database.read() as connection:
        harm(connection)
        found = proof.findings(connection, lived.reckoning, lived.office)
    assert kind in {finding.kind for finding in found}
    assert all(finding.what for finding in found)


def test_long_lists_of_findings_are_cut(lived: World) -> None:
    with lived.province.database.read() as connection:
        connection.execute(sa.delete(reminder))
        found = proof.findings(connection, lived.reckoning, lived.office)
    missing = [finding for finding in found if finding.kind == "reminder_missing"]
    assert len(missing) == proof.MOST_SHOWN + 1
    assert missing[-1] == Finding("reminder_missing", f"+ {len(lived.reckoning.reminders) - proof.MOST_SHOWN}")


def test_letter_handed_over_twice_is_noticed(lived: World) -> None:
    taken = next(each for each in lived.office.handed if each.answer == "taken")
    lived.office.handed.append(taken)
    try:
        found = proof.prove(lived.province.database, lived.reckoning, lived.office)[1]
    finally:
        lived.office.handed.pop()
    assert Finding("handed_twice", taken.message_id) in found
