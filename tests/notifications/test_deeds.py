"""Deeds that people have to be told of: the deed and the telling are one, or neither happens."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from notifications.reminders import deeds, planning
from tests.notifications.owing import at, letters, owe, reminders, tick
from tests.notifications.test_composing import passing
from tests.world import NOW, World
from workflow.across.obligations import life
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.sync import sync
from workflow.across.oversight import audit
from workflow.core.programmes import editing
from workflow.core.programmes.editing import YearInput
from workflow.ground.refusals import InvalidInput, NotFound, NotPossible, Refusal
from workflow.ground.schema import history, obligation, reminder, report_call

DUE = date(2024, 3, 15)
LATER = NOW + timedelta(hours=1)
COMMAND = CallInput(2024, "KL", "Báo cáo nhanh", "15/3/2024", units=("KL-X1-T1", "KL-X2-T1"))


def test_call_is_told_to_everybody_who_owes_it(eventful: World) -> None:
    with passing(eventful) as connection:
        called = deeds.open_call(connection, "staff", NOW, COMMAND)
        assert {row[1] for key in called.obligations for row in reminders(connection, key)} == {
            "officer.x1t1",
            "deputy.officer",
            "officer.x2t1",
        }
        tick(connection, LATER)
        (letter,) = letters(connection, "officer.x2t1")
        assert letter.kind == "opened"
        assert letter.subject == "Yêu cầu mới: Báo cáo nhanh – còn 14 ngày (thứ Sáu 15/3)"


def test_call_that_is_refused_tells_nobody(eventful: World) -> None:
    with passing(eventful) as connection:
        with pytest.raises(InvalidInput):
            deeds.open_call(connection, "staff", NOW, CallInput(2024, "KL", "", "31/2/2024", units=("KL-X1",)))
        assert connection.execute(sa.select(sa.func.count()).select_from(reminder)).scalar() == 0


def test_an_error_after_the_deed_takes_the_telling_back(quiet: World) -> None:
    def broken() -> None:
        with quiet.database.write() as connection:
            deeds.open_call(connection, "staff", NOW, COMMAND)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    with quiet.database.read() as connection:
        for table in (report_call, obligation, reminder):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0


def test_report_that_has_the_new_date_already_is_not_told_of_it(eventful: World) -> None:
    with passing(eventful) as connection:
        called = deeds.open_call(connection, "staff", NOW, COMMAND)
        own, other = called.obligations
        life.move(connection, LATER, [own], date(2024, 3, 20))
        moved = deeds.move_due(connection, "staff", LATER, called.call_id, "20/3/2024")
        assert moved.obligations == (other,)
        assert [row[0] for row in reminders(connection, own) if row[0].startswith("moved")] == []


def test_moved_call_is_told_once_to_those_who_still_owe_it(eventful: World) -> None:
    with passing(eventful) as connection:
        called = deeds.open_call(connection, "staff", NOW, COMMAND)
        tick(connection, LATER)
        done = next(
            key for key in called.obligations if reminders(connection, key)[0][1] in ("officer.x1t1", "deputy.officer")
        )
        life.fulfil(connection, LATER, done)
        moved = deeds.move_due(connection, "staff", LATER, called.call_id, "22/3/2024")
        assert set(moved.obligations) == set(called.obligations) - {done}
        tick(connection, LATER + timedelta(hours=1))
        assert [letter.kind for letter in letters(connection, "officer.x1t1")] == ["opened"]
        assert [letter.kind for letter in letters(connection, "officer.x2t1")] == ["opened", "moved"]
        assert letters(connection, "officer.x2t1")[-1].subject == "Hạn mới: Báo cáo nhanh – còn 21 ngày (thứ Sáu 22/3)"


def test_window_that_moves_is_told_once_by_the_clock(quiet: World) -> None:
    """A due date that moves with something else is told of too, and by one tick only."""
    with passing(quiet) as connection:
        sync(connection, NOW)
        (key,) = connection.execute(
            sa.select(obligation.c.id).where(obligation.c.unit_id == quiet.units["KL-X1-T1"])
        ).scalars()
        assert planning.tell_moved(connection, NOW) == 0
        later = YearInput("Năm 2024", date(2024, 1, 15), date(2024, 4, 30), "2/3", "1/2", "year")
        editing.edit_year(connection, "admin", LATER, 2024, later)
        sync(connection, LATER)
        assert planning.tell_moved(connection, LATER) > 0
        assert planning.tell_moved(connection, LATER) == 0
        assert ("moved:1", "officer.x1t1") in [row[:2] for row in reminders(connection, key)]


def test_chasing_reminds_once_a_day_with_ones_own_word_and_stands_in_the_history(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, at(date(2024, 2, 1)))
        now = at(date(2024, 3, 1), 9)
        assert deeds.chase(connection, "staff", now, [key], word="Mong đơn vị gửi sớm.") == 2
        for who in ("staff", "staff2"):
            with pytest.raises(NotPossible) as refusal:
                deeds.chase(connection, who, now + timedelta(hours=3), [key])
            assert refusal.value.reason_code == "chased_today"
        tick(connection, now + timedelta(minutes=1))
        letter = letters(connection, "officer.x1t1")[-1]
        assert letter.kind == "chase"
        assert "Lời nhắn: “Mong đơn vị gửi sớm.”" in letter.body_text
        assert deeds.chase(connection, "staff", now + timedelta(days=1), [key]) == 2
        rows = connection.execute(
            sa.select(history.c.trigger, history.c.reason)
            .where(history.c.subject == "obligation", history.c.subject_id == key)
            .order_by(history.c.seq)
        ).all()
        assert [tuple(row) for row in rows] == [("chased", "Mong đơn vị gửi sớm."), ("chased", "")]
        assert audit.verify(connection) == []


@pytest.mark.parametrize("who", ["outsider", "officer.x1t1", "chair"])
def test_what_is_not_ones_own_to_look_after_is_not_found(eventful: World, who: str) -> None:
    with passing(eventful) as connection:
        ids = owe(connection, eventful, DUE, at(date(2024, 2, 1)), units=("KL-X1-T1", "KL-X1-T2"))
        with pytest.raises(NotFound):
            deeds.chase(connection, who, NOW, ids)
        assert reminders(connection, ids[0]) == []


def test_one_thing_out_of_reach_reminds_of_none(eventful: World) -> None:
    with passing(eventful) as connection:
        (mine,) = owe(connection, eventful, DUE, at(date(2024, 2, 1)))
        (other,) = owe(connection, eventful, DUE, at(date(2024, 2, 1)), units=("BS-X1",), collector="BS")
        with pytest.raises(NotFound):
            deeds.chase(connection, "staff", NOW, [mine, other])
        assert reminders(connection, mine) == reminders(connection, other) == []


def test_what_is_done_is_not_chased(eventful: World) -> None:
    with passing(eventful) as connection:
        done, still = owe(connection, eventful, DUE, at(date(2024, 2, 1)), units=("KL-X1-T2", "KL-X1-T1"))
        life.fulfil(connection, NOW, done)
        assert deeds.chase(connection, "staff", NOW, [done, still]) == 2
        assert reminders(connection, done) == []
        with pytest.raises(NotPossible):
            deeds.chase(connection, "staff", NOW, [done])


def test_word_that_is_too_long_is_refused(eventful: World) -> None:
    with passing(eventful) as connection:
        (key,) = owe(connection, eventful, DUE, at(date(2024, 2, 1)))
        with pytest.raises(Refusal) as refusal:
            deeds.chase(connection, "staff", NOW, [key], word="á" * 501)
        assert isinstance(refusal.value, InvalidInput)


def test_year_opens_its_calls_and_tells_of_them_once(quiet: World) -> None:
    moment = at(date(2024, 3, 4), 8)
    with quiet.database.write() as connection:
        called = deeds.open_due_calls(connection, moment)
        keys = [key for call in called for key in call.obligations]
        assert keys
        assert {row[0] for key in keys for row in reminders(connection, key)} == {"opened"}
        assert deeds.open_due_calls(connection, moment) == []
        assert planning.announce(connection, moment, keys, planning.OPENED) == 0
