"""Somebody who can write to the database, triggers dropped, changes the history: verification names the first broken link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.world import NOW, World, a_draft
from workflow.across.oversight import audit
from workflow.across.oversight.audit import Finding
from workflow.core import history
from workflow.ground.schema import anchor, emulation_model
from workflow.ground.schema import history as table
from workflow.ground.vietnam_time import start_of_day

DAYS = (NOW, NOW + timedelta(days=1), NOW + timedelta(days=2))
AFTERWARDS = NOW + timedelta(days=4)


def two_models_over_three_days(world: World) -> tuple[str, str]:
    """Two models, each with entries on three days, all three anchored."""
    first, second = world.create(a_draft(name="Mô hình thứ nhất")), world.create(a_draft(name="Mô hình thứ hai"))
    for code in (first, second):
        world.apply(code, "submit", "officer.x1t1", DAYS[0])
        world.apply(code, "accept", "staff2", DAYS[1])
        world.apply(code, "start", "officer.x1t1", DAYS[2], start_date="05/03/2024", plan="Họp dân, chia tổ.")
    with world.database.write() as connection:
        made = audit.make_anchors(connection, AFTERWARDS)
    assert [(one.day, one.entries) for one in made] == [
        (date(2024, 3, 1), 4),
        (date(2024, 3, 2), 2),
        (date(2024, 3, 3), 2),
    ]
    return first, second


def verify(world: World, expected_root: str | None = None) -> list[Finding]:
    with world.database.read() as connection:
        return audit.verify(connection, expected_root=expected_root)


def tamper(world: World, act: Callable[[Connection], object]) -> None:
    """Do something to the database that its triggers refuse, as somebody who owns it can."""
    with world.database.write() as connection:
        if world.database.is_sqlite:
            connection.execute(sa.text("DROP TRIGGER history_no_update"))
            connection.execute(sa.text("DROP TRIGGER history_no_delete"))
        else:
            connection.execute(sa.text("ALTER TABLE history DISABLE TRIGGER ALL"))
        act(connection)


def row(connection: Connection, model_id: int, seq: int) -> sa.Row[Any]:
    return connection.execute(
        sa.select(table).where(table.c.subject == "model", table.c.subject_id == model_id, table.c.seq == seq)
    ).one()


def rechain(connection: Connection, model_id: int, since: int) -> None:
    """Compute every hash anew from an entry on, and the head on the model: the forger knows how it is done."""
    previous = row(connection, model_id, since - 1).hash if since > 1 else history.GENESIS
    rows = connection.execute(
        sa.select(table)
        .where(table.c.subject == "model", table.c.subject_id == model_id, table.c.seq >= since)
        .order_by(table.c.seq)
    ).all()
    for old in rows:
        new = history.digest({**old._mapping, "previous_hash": previous})
        connection.execute(sa.update(table).where(table.c.id == old.id).values(previous_hash=previous, hash=new))
        previous = new
    last = rows[-1]
    connection.execute(
        sa.update(emulation_model)
        .where(emulation_model.c.id == model_id)
        .values(version=last.seq, last_hash=previous, state=last.to_state)
    )


def set_on(model_id: int, of_seq: int, **values: Any) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(
        sa.update(table)
        .where(table.c.subject == "model", table.c.subject_id == model_id, table.c.seq == of_seq)
        .values(**values)
    )


def remove(connection: Connection, model_id: int, *seqs: int) -> None:
    connection.execute(
        sa.delete(table).where(table.c.subject == "model", table.c.subject_id == model_id, table.c.seq.in_(seqs))
    )


def test_untouched_history_is_whole(world: World) -> None:
    two_models_over_three_days(world)
    assert verify(world) == []


def test_empty_history_is_whole(sqlite_world: World) -> None:
    assert verify(sqlite_world) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", '{"late":true}'),
        ("reason", "một lý do khác"),
        ("actor_id", 1),
        ("role", "admin"),
        ("to_state", "inspected"),
        ("at", DAYS[1] + timedelta(seconds=1)),
        ("behalf", "ai đó"),
    ],
)
def test_edited_entry_is_named(world: World, column: str, value: Any) -> None:
    first, _ = two_models_over_three_days(world)
    model_id = world.model(first).id
    tamper(world, set_on(model_id, 3, **{column: value}))
    findings = verify(world)
    assert findings[0] == Finding(f"model {model_id}", 3, "nội dung đã bị sửa sau khi ghi")
    assert len(findings) == 1


def test_edited_hash_is_named(world: World) -> None:
    first, _ = two_models_over_three_days(world)
    model_id = world.model(first).id
    tamper(world, set_on(model_id, 2, hash="f" * 64))
    findings = verify(world)
    assert (findings[0].subject, findings[0].seq) == (f"model {model_id}", 2)
    assert findings[1].subject == "mốc neo 01/03/2024"


def test_removed_middle_entry_is_named(world: World) -> None:
    first, _ = two_models_over_three_days(world)
    model_id = world.model(first).id
    tamper(world, lambda connection: remove(connection, model_id, 2))
    findings = verify(world)
    assert findings[0] == Finding(f"model {model_id}", 3, "thiếu mục 2")
    assert [finding.subject for finding in findings[1:]] == ["mốc neo 01/03/2024"]


def test_removed_first_entry_is_named(world: World) -> None:
    first, _ = two_models_over_three_days(world)
    model_id = world.model(first).id
    tamper(world, lambda connection: remove(connection, model_id, 1))
    assert verify(world)[0] == Finding(f"model {model_id}", 2, "thiếu mục 1")


def test_removed_tail_is_named(world: World) -> None:
    """The chain that is left is sound, but the model says that it had one more."""
    first, _ = two_models_over_three_days(world)
    model = world.model(first)
    tamper(world, lambda connection: remove(connection, model.id, model.version))
    findings = verify(world)
    assert (findings[0].subject, findings[0].seq) == (f"model {model.id}", model.version - 1)
    assert first in findings[0].message


def test_removed_tail_with_its_cached_head_shows_in_the_anchors(world: World) -> None:
    first, _ = two_models_over_three_days(world)
    model_id = world.model(first).id

    def cut(connection: Connection) -> None:
        remove(connection, model_id, 3, 4)
        rechain(connection, model_id, 2)

    tamper(world, cut)
    findings = verify(world)
    assert [finding.subject for finding in findings] == ["mốc neo 02/03/2024", "mốc neo 03/03/2024"]
    assert "đã neo 2 mục, nay có 1 mục" in findings[0].message


def test_all_of_a_models_history_removed(world: World) -> None:
    first, _ = two_models_over_three_days(world)
    model_id = world.model(first).id
    tamper(world, lambda connection: remove(connection, model_id, 1, 2, 3, 4))
    assert (verify(world)[0].subject, verify(world)[0].seq) == (f"model {model_id}", 0)


def test_whole_chain_hashed_anew_shows_in_the_anchors(world: World) -> None:
    """A forger who computes every hash anew still meets the day's anchor: the first day they changed is named."""
    first, _ = two_models_over_three_days(world)
    model_id = world.model(first).id

    def forge(connection: Connection) -> None:
        set_on(model_id, 3, reason="lý do giả")(connection)
        rechain(connection, model_id, 3)

    tamper(world, forge)
    findings = verify(world)
    assert [finding.subject for finding in findings] == ["mốc neo 02/03/2024", "mốc neo 03/03/2024"]


def test_slipped_in_entry_is_named(world: World) -> None:
    """An entry that was never written, chained correctly to the end of the model: the anchors count it."""
    first, _ = two_models_over_three_days(world)
    model = world.model(first)
    entry = history.Entry(
        DAYS[2], world.accounts["staff"], "staff", "note", from_state=model.state, to_state=model.state
    )
    slipped = history.chained("model", model.id, model.version + 1, model.last_hash, entry)
    with world.database.write() as connection:
        connection.execute(sa.insert(table), slipped)
    findings = verify(world)
    assert findings[0].subject == f"model {model.id}"
    assert findings[1].subject == "mốc neo 03/03/2024"
    assert "đã neo 2 mục, nay có 3 mục" in findings[1].message


def test_two_entries_swapped_are_named(world: World) -> None:
    first, _ = two_models_over_three_days(world)
    model_id = world.model(first).id

    def swap(connection: Connection) -> None:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            set_on(model_id, old, seq=new)(connection)

    tamper(world, swap)
    findings = verify(world)
    assert (findings[0].subject, findings[0].seq) == (f"model {model_id}", 2)
    assert "không nối" in findings[0].message


def test_entries_of_two_models_exchanged_are_named(world: World) -> None:
    first, second = two_models_over_three_days(world)
    one, other = world.model(first).id, world.model(second).id

    def exchange(connection: Connection) -> None:
        set_on(one, 3, subject_id=4711)(connection)
        set_on(other, 3, subject_id=one)(connection)
        set_on(4711, 3, subject_id=other)(connection)

    tamper(world, exchange)
    assert [(f.subject, f.seq) for f in verify(world)] == [(f"model {one}", 3), (f"model {other}", 3)]


def test_edited_state_is_named(world: World) -> None:
    first, _ = two_models_over_three_days(world)
    with world.database.write() as connection:
        connection.execute(sa.update(emulation_model).where(emulation_model.c.code == first).values(state="inspected"))
    findings = verify(world)
    assert len(findings) == 1
    assert "diễn lại ra «implementing», mô hình ghi «inspected»" in findings[0].message


@pytest.mark.parametrize(
    "values", [{"root": "e" * 64}, {"entries": 3}, {"previous_root": "e" * 64}], ids=["root", "entries", "previous"]
)
def test_edited_anchor_is_named(world: World, values: dict[str, Any]) -> None:
    two_models_over_three_days(world)
    day = date(2024, 3, 2)
    tamper_anchor(world, sa.update(anchor).where(anchor.c.day == day).values(**values))
    findings = verify(world)
    assert findings[0].subject == "mốc neo 02/03/2024"
    assert [finding.seq for finding in findings] == [0] * len(findings)


def test_removed_middle_anchor_is_named(world: World) -> None:
    two_models_over_three_days(world)
    tamper_anchor(world, sa.delete(anchor).where(anchor.c.day == date(2024, 3, 2)))
    assert [finding.subject for finding in verify(world)] == ["mốc neo 03/03/2024"]


def test_all_anchors_made_anew_betray_themselves_to_a_root_kept_elsewhere(world: World) -> None:
    """Whoever forges entries and anchors alike is caught by the root that somebody printed."""
    first, _ = two_models_over_three_days(world)
    with world.database.read() as connection:
        kept = connection.execute(sa.select(anchor.c.root).order_by(anchor.c.day.desc()).limit(1)).scalar_one()
    assert verify(world, kept) == []
    model_id = world.model(first).id

    def forge(connection: Connection) -> None:
        set_on(model_id, 3, reason="lý do giả")(connection)
        rechain(connection, model_id, 3)
        drop_anchor_triggers(connection)
        connection.execute(sa.delete(anchor))
        audit.make_anchors(connection, AFTERWARDS)

    tamper(world, forge)
    assert verify(world) == []
    findings = verify(world, kept)
    assert len(findings) == 1
    assert kept[:16] in findings[0].message


def test_anchors_cannot_be_changed_either(world: World) -> None:
    two_models_over_three_days(world)
    for statement in (sa.update(anchor).values(entries=0), sa.delete(anchor)):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), world.database.write() as connection:
            connection.execute(statement)


def tamper_anchor(world: World, statement: sa.Executable) -> None:
    with world.database.write() as connection:
        drop_anchor_triggers(connection)
        connection.execute(statement)


def drop_anchor_triggers(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("DROP TRIGGER IF EXISTS anchor_no_update"))
        connection.execute(sa.text("DROP TRIGGER IF EXISTS anchor_no_delete"))
    else:
        connection.execute(sa.text("ALTER TABLE anchor DISABLE TRIGGER ALL"))


def test_anchors_are_made_once_and_for_finished_days_only(world: World) -> None:
    world.apply(world.create(now=DAYS[0]), "submit", "officer.x1t1", DAYS[0])

    def make(now: datetime) -> list[date]:
        with world.database.write() as connection:
            return [one.day for one in audit.make_anchors(connection, now)]

    midnight = start_of_day(date(2024, 3, 2))
    assert make(DAYS[0]) == []
    assert make(midnight + timedelta(minutes=9)) == []
    assert make(midnight + timedelta(minutes=11)) == [date(2024, 3, 1)]
    assert make(midnight + timedelta(days=3)) == []
    world.create(a_draft(name="Mô hình sau đó"), now=DAYS[2])
    assert make(midnight + timedelta(days=3)) == [date(2024, 3, 3)]
    assert verify(world) == []


def test_entry_of_an_anchored_day_written_late_shows(world: World) -> None:
    """A clock that ran back: the entry belongs to a day that was closed."""
    two_models_over_three_days(world)
    world.create(a_draft(name="Mô hình ghi lùi ngày"), now=DAYS[0])
    assert [finding.subject for finding in verify(world)][:1] == ["mốc neo 01/03/2024"]


def test_other_subjects_are_verified_too(world: World) -> None:
    code = world.carry(world.create(), "inspected")
    meeting = world.prepare_meeting([code])
    tamper(
        world,
        lambda connection: connection.execute(
            sa.update(table).where(table.c.subject == "meeting", table.c.seq == 1).values(payload='{"title":"khác"}')
        ),
    )
    assert [(f.subject, f.seq) for f in verify(world)] == [(f"meeting {meeting}", 1)]
    assert str(verify(world)[0]) == f"meeting {meeting}, mục 1: nội dung đã bị sửa sau khi ghi"
