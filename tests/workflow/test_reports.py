"""The life of a report: who writes, hands in and decides; what each step leaves behind; what happens at the same moment."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.workflow.conftest import Prepare
from tests.workflow.reporting_world import DUE, LATER, TEXTS, a_call, hand_in, owed_by, seen, write
from tests.world import NOW, World, a_draft
from workflow.across.obligations import calls
from workflow.across.obligations.calls import CallInput
from workflow.across.obligations.selector import Selector
from workflow.across.oversight import audit
from workflow.across.reports import commands as reports
from workflow.across.reports import figures, prefill
from workflow.across.reports import view as report_view
from workflow.core import access
from workflow.ground.refusals import Conflict, GuardRefused, InvalidInput, NotAllowed, NotFound, NotPossible, Refusal
from workflow.ground.schema import history, obligation, report_call, report_submission
from workflow.ground.speech import speaking
from workflow.stages.implementation import commands as implementation
from workflow.stages.registration.model_quantities import QuantityInput


@pytest.fixture
def world(world_after: Callable[[Prepare], World]) -> World:
    """The world with some models below commune 1, and a call to the communes of the district."""
    return world_after(_called)


def _called(world: World) -> None:
    world.carry(world.create(a_draft(name="Vận động hiến đất làm đường")), "awaiting_inspection")
    world.carry(world.create(a_draft(name="Thắp sáng đường quê", field="Kinh tế")), "registered")
    a_call(world)


@pytest.fixture
def call(world: World) -> int:
    """That call."""
    with world.database.read() as connection:
        return int(connection.execute(sa.select(report_call.c.id)).scalar_one())


@pytest.fixture
def key(world: World, call: int) -> int:
    """What commune 1 owes."""
    return owed_by(world, call)


def due_of(world: World, key: int) -> Any:
    with world.database.read() as connection:
        return connection.execute(sa.select(obligation).where(obligation.c.id == key)).one()


def entries(world: World, key: int) -> list[Any]:
    report_id = seen(world, key).report_id
    with world.database.read() as connection:
        return list(
            connection.execute(
                sa.select(history)
                .where(history.c.subject == "report", history.c.subject_id == report_id)
                .order_by(history.c.seq)
            )
        )


def refused(world: World, act: Callable[[Any], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught, world.database.write() as connection:
        act(connection)
    return caught.value


# Writing ----------------------------------------------------------------------------------------------------------------------


def test_nothing_written_yet(world: World, key: int) -> None:
    shown = seen(world, key)
    assert (shown.report_id, shown.status, shown.version, shown.editable) == (None, "", 0, True)
    assert [section.id for section in shown.sections] == list(TEXTS)


def test_draft_is_kept_section_by_section(world: World, key: int) -> None:
    assert write(world, key, situation="  Tình hình   ổn định.\r\n\r\n\r\nDân đồng thuận. ") == 1
    assert write(world, key, tasks="Làm tiếp.") == 2
    assert seen(world, key).content.sections == {
        "situation": "Tình hình ổn định.\n\nDân đồng thuận.",
        "tasks": "Làm tiếp.",
    }
    assert write(world, key, tasks="") == 3
    assert "tasks" not in seen(world, key).content.sections
    assert [(row.seq, row.trigger) for row in entries(world, key)] == [(n, "report_saved") for n in (1, 2, 3)]


def test_saving_the_same_again_leaves_nothing_behind(world: World, key: int) -> None:
    assert [write(world, key, tasks="Làm tiếp."), write(world, key, tasks="Làm tiếp. ")] == [1, 1]


def test_unknown_section_and_endless_text_are_refused(world: World, key: int) -> None:
    refusal = refused(world, lambda c: reports.save(c, "officer.x1", LATER, key, {"poem": "…", "tasks": "a" * 20_001}))
    assert isinstance(refusal, InvalidInput)
    assert set(refusal.problems) == {"poem", "tasks"}


def test_second_tab_is_told_of_the_conflict(world: World, key: int) -> None:
    with world.database.write() as connection:
        reports.save(connection, "officer.x1", LATER, key, {"tasks": "Tab một."}, version=0)
    refusal = refused(world, lambda c: reports.save(c, "chair", LATER, key, {"tasks": "Tab hai."}, version=0))
    assert isinstance(refusal, Conflict)
    with world.database.read() as connection:
        since = reports.entries_since(connection, seen(world, key).report_id or 0, 0)
    assert [(row.actor_name, row.sections) for row in since] == [("Vi Thị Lầu", {"tasks": "Tab một."})]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("officer.x1", "writes"),
        ("chair", "writes"),
        ("staff", "reads"),
        ("leader", "reads"),
        ("district1", "reads"),
        ("province1", "reads"),
        ("officer.x1t1", "nothing"),
        ("chair2", "nothing"),
        ("inspector1", "nothing"),
        ("outsider", "nothing"),
        ("outsider.officer", "nothing"),
        ("admin", "nothing"),
        ("villager", "nothing"),
    ],
)
def test_who_writes_and_who_reads(world: World, key: int, who: str, expected: str) -> None:
    write(world, key, tasks="Bản nháp.")
    if expected == "nothing":
        with pytest.raises(NotFound):
            seen(world, key, who)
        return
    shown = seen(world, key, who)
    assert (shown.writes is not None) == (expected == "writes")
    # A draft is nobody's business but the unit's.
    assert bool(shown.content.sections) == (expected == "writes")
    if expected == "reads":
        refusal = refused(world, lambda c: reports.save(c, who, LATER, key, {"tasks": "Sửa hộ."}))
        assert isinstance(refusal, NotAllowed)


# Handing in -------------------------------------------------------------------------------------------------------------------


def test_handing_in_fulfils_the_obligation(world: World, key: int) -> None:
    done = hand_in(world, key)
    shown = seen(world, key, "staff")
    assert (shown.status, shown.editable, done.late_days) == ("submitted", False, 0)
    assert shown.latest is not None
    assert shown.latest.content.sections == {name: text.strip() for name, text in TEXTS.items()}
    assert (shown.latest.submitter, shown.latest.due_on) == ("Vi Thị Lầu", DUE)
    assert shown.latest.figures.registered == 2
    assert due_of(world, key).fulfilled_at == LATER


def test_empty_section_is_refused_and_a_short_one_is_not(world: World, key: int) -> None:
    write(world, key)
    write(world, key, lessons="", tasks="Làm.")
    refusal = refused(world, lambda c: reports.submit(c, "officer.x1", LATER, key))
    assert [(reason.code, reason.guard) for reason in refusal.reasons] == [("section_empty", "lessons")]
    write(world, key, lessons="Bàn kỹ với dân.")
    with world.database.write() as connection:
        assert reports.submit(connection, "officer.x1", LATER, key).short == ("lessons", "tasks")


def test_nothing_written_is_refused(world: World, key: int) -> None:
    refusal = refused(world, lambda c: reports.submit(c, "officer.x1", LATER, key))
    assert isinstance(refusal, GuardRefused)
    assert len(refusal.reasons) == len(TEXTS)


def test_lateness_is_kept_with_what_was_handed_in(world: World, key: int) -> None:
    late = datetime(2024, 3, 18, 2, tzinfo=NOW.tzinfo)
    assert hand_in(world, key, now=late).late_days == 3
    last = seen(world, key).latest
    assert last is not None
    assert (last.late_days, last.due_on) == (3, DUE)


def test_last_minute_of_the_day_is_in_time(world: World, key: int) -> None:
    assert hand_in(world, key, now=datetime(2024, 3, 15, 16, 59, 59, tzinfo=NOW.tzinfo)).late_days == 0


def test_second_handing_in_is_refused(world: World, key: int) -> None:
    hand_in(world, key)
    for act in (
        lambda c: reports.submit(c, "officer.x1", LATER, key),
        lambda c: reports.save(c, "officer.x1", LATER, key, {"tasks": "Thêm."}),
    ):
        assert isinstance(refused(world, act), NotPossible)


def test_figures_are_those_that_were_checked(world: World, key: int) -> None:
    write(world, key)
    world.apply(world.create(a_draft(name="Đăng ký phút chót")), "submit", "officer.x1t1", LATER)
    with world.database.write() as connection:
        reports.submit(connection, "officer.x1", LATER + timedelta(hours=1), key, as_of=LATER)
    last = seen(world, key).latest
    assert last is not None
    assert (last.as_of, last.figures.registered) == (LATER, 2)


@pytest.mark.parametrize("away", [timedelta(days=-1, seconds=-1), timedelta(seconds=1)])
def test_figures_of_a_page_of_yesterday_or_of_tomorrow_are_refused(world: World, key: int, away: timedelta) -> None:
    write(world, key)
    refusal = refused(world, lambda c: reports.submit(c, "officer.x1", LATER, key, as_of=LATER + away))
    assert isinstance(refusal, InvalidInput)
    assert list(refusal.problems) == ["as_of"]


def test_figures_are_kept_in_vietnamese_whoever_counts_them(world: World, key: int) -> None:
    shown = seen(world, key)
    with world.database.read() as connection:
        vietnamese = figures.counted(connection, shown.year, shown.unit_id, LATER)
        with speaking(str.upper):
            other = figures.counted(connection, shown.year, shown.unit_id, LATER)
    assert "Đã đăng ký" in vietnamese.text
    assert other.text == vietnamese.text


def test_figures_counted_again_are_the_text_that_was_kept(world: World, key: int) -> None:
    hand_in(world, key)
    code = world.create(a_draft(name="Mô hình đến sau"), now=LATER + timedelta(days=1))
    world.carry(code, "awaiting_inspection", LATER + timedelta(days=1))
    shown = seen(world, key)
    assert shown.latest is not None
    with world.database.read() as connection:
        again = figures.counted(connection, shown.year, shown.unit_id, shown.latest.as_of)
    assert again.text == shown.latest.figures_text
    assert figures.Figures.of(again.text).text == again.text


def test_history_names_the_hash_of_the_figures_and_is_whole(world: World, key: int) -> None:
    hand_in(world, key)
    entry = entries(world, key)[-1]
    last = seen(world, key).latest
    assert last is not None
    assert entry.trigger == "report_submitted"
    assert json.loads(entry.payload)["figures"] == figures.hashed(last.figures_text)
    with world.database.read() as connection:
        assert audit.verify(connection) == []


@pytest.mark.parametrize("act", [sa.update(report_submission).values(figures="{}"), sa.delete(report_submission)])
def test_what_was_handed_in_cannot_be_changed(world: World, key: int, act: Any) -> None:
    hand_in(world, key)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), world.database.write() as connection:
        connection.execute(act)


@pytest.mark.parametrize(
    ("tampering", "finding"),
    [
        ("UPDATE report_submission SET figures = replace(figures, '2024', '2023')", "đã bị sửa sau khi gửi"),
        ("UPDATE report_submission SET content = replace(content, 'tasks. ', 'nothing. ')", "đã bị sửa sau khi gửi"),
        ("DELETE FROM report_submission", "mất lần gửi"),
    ],
)
def test_verification_finds_what_was_tampered_with(sqlite_world: World, tampering: str, finding: str) -> None:
    """Somebody with the database in hand takes the triggers away first."""
    key = owed_by(sqlite_world, a_call(sqlite_world))
    hand_in(sqlite_world, key)
    with sqlite_world.database.write() as connection:
        for verb in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER report_submission_no_{verb}")
        connection.exec_driver_sql(tampering)
    with sqlite_world.database.read() as connection:
        found = audit.verify(connection)
    assert [finding in one.message for one in found] == [True]


# Figures that look wrong ------------------------------------------------------------------------------------------------------


def _with_result(world: World, value: str) -> None:
    code = world.carry(world.create(a_draft(name="Làm đường bê tông")), "implementing")
    with world.database.write() as connection:
        rows = [QuantityInput("Đường giao thông", value)]
        implementation.save_results(connection, "officer.x1t1", NOW, code, rows, summary="Xong.")


def test_outlier_goes_out_only_with_a_word(world: World, key: int) -> None:
    _with_result(world, "569 km")
    write(world, key)
    refusal = refused(world, lambda c: reports.submit(c, "officer.x1", LATER, key))
    assert [reason.code for reason in refusal.reasons] == ["figure_unconfirmed"]
    doubt = refusal.reasons[0].guard.removeprefix("word-")
    with world.database.write() as connection:
        reports.save(connection, "officer.x1", LATER, key, {}, words={doubt: "Đã kiểm tra lại: đúng là 569 km."})
        reports.submit(connection, "officer.x1", LATER, key)
    last = seen(world, key).latest
    assert last is not None
    assert last.content.words == {doubt: "Đã kiểm tra lại: đúng là 569 km."}


def test_ordinary_figures_raise_no_doubt(world: World, key: int) -> None:
    _with_result(world, "1,2 km")
    with world.database.read() as connection:
        found = prefill.prefill(connection, access.actor(connection, "officer.x1", LATER), key, LATER)
    assert found.doubts == ()


def test_figure_that_fell_since_the_last_report_is_doubtful(world: World, call: int, key: int) -> None:
    hand_in(world, key)
    model = world.create(a_draft(name="Rút sau"), now=NOW)
    world.carry(model, "submitted", NOW)
    second = owed_by(world, a_call(world, label="Báo cáo chuyên đề"))
    later = LATER + timedelta(days=1)
    with world.database.read() as connection:
        actor = access.actor(connection, "officer.x1", later)
        found = prefill.prefill(connection, actor, second, later)
        assert found.before is not None
        assert [(change.label, change.before, change.now) for change in found.changes][:1] == [("Đã đăng ký", "2", "3")]
        rising = found.doubts
    assert rising == ()
    hand_in(world, second, now=later)
    world.apply(model, "withdraw", "officer.x1t1", later, reason="Thôi không làm.")
    third = owed_by(world, a_call(world, label="Báo cáo khác"))
    with world.database.read() as connection:
        at = later + timedelta(days=1)
        found = prefill.prefill(connection, access.actor(connection, "officer.x1", at), third, at)
    assert [doubt.id for doubt in found.doubts] == ["last.registered"]


# Deciding ---------------------------------------------------------------------------------------------------------------------


def test_accepted(world: World, key: int) -> None:
    hand_in(world, key)
    with world.database.write() as connection:
        reports.accept(connection, "staff", LATER, key)
    shown = seen(world, key)
    assert (shown.status, shown.decider, shown.decided_at) == ("accepted", "Trần Thị Giúp", LATER)
    refusal = refused(world, lambda c: reports.return_(c, "staff", LATER, key, "Sửa.", DUE))
    assert isinstance(refusal, NotPossible)


def test_returned_report_is_owed_again_by_its_own_date(world: World, key: int) -> None:
    hand_in(world, key)
    before = due_of(world, key)
    with world.database.write() as connection:
        # A Saturday: it is due on the Monday after.
        assert reports.return_(connection, "staff", LATER, key, "Thiếu số ngày công.", date(2024, 3, 9)) == date(
            2024, 3, 11
        )
    after = due_of(world, key)
    assert (after.fulfilled_at, after.due_on, after.sequence) == (None, date(2024, 3, 11), before.sequence + 1)
    shown = seen(world, key)
    assert (shown.status, shown.editable, shown.return_reason) == ("returned", True, "Thiếu số ngày công.")
    write(world, key, results="Đã bổ sung: 350 ngày công, do 42 hộ góp trong hai tháng đầu năm, có sổ ký nhận.")
    with world.database.write() as connection:
        reports.submit(connection, "officer.x1", LATER + timedelta(days=1), key)
    assert [one.seq for one in seen(world, key).submissions] == [1, 2]
    assert due_of(world, key).fulfilled_at == LATER + timedelta(days=1)


@pytest.mark.parametrize(
    ("reason", "due", "problem"),
    [
        ("  ", "15/03/2024", "reason"),
        ("a" * 2001, "15/03/2024", "reason"),
        ("Sửa.", "01/03/2024", "due"),
        ("Sửa.", "31/02/2024", "due"),
        ("Sửa.", "", "due"),
    ],
)
def test_returning_needs_a_reason_and_a_day_to_come(
    world: World, key: int, reason: str, due: str, problem: str
) -> None:
    hand_in(world, key)
    refusal = refused(world, lambda c: reports.return_(c, "staff", LATER, key, reason, due))
    assert isinstance(refusal, InvalidInput)
    assert list(refusal.problems) == [problem]
    assert seen(world, key).status == "submitted"


@pytest.mark.parametrize("who", ["officer.x1", "chair"])
def test_unit_does_not_decide_on_its_own_report(world: World, key: int, who: str) -> None:
    hand_in(world, key)
    assert isinstance(refused(world, lambda c: reports.accept(c, who, LATER, key)), NotAllowed)


def test_whoever_handed_it_in_does_not_accept_it(world: World) -> None:
    """Staff who may write for a unit, and their deputies, leave the decision to others."""
    command = CallInput(2024, "KL", "Báo cáo", DUE, to=Selector(levels=("commune",)), roles=("staff",))
    with world.database.write() as connection:
        call_id = calls.open_call(connection, "staff", NOW, command).call_id
    key = owed_by(world, call_id)
    with world.database.write() as connection:
        texts = {section.id: TEXTS[section.id] for section in seen(world, key, "staff").sections}
        reports.save(connection, "deputy.staff", LATER, key, texts)
        reports.submit(connection, "deputy.staff", LATER, key)
    for who in ("deputy.staff", "staff"):
        refusal = refused(world, lambda c, who=who: reports.accept(c, who, LATER, key))  # type: ignore[misc]
        assert refusal.reasons[0].code == "own_report"
    with world.database.write() as connection:
        reports.accept(connection, "staff2", LATER, key)
    assert seen(world, key, "staff").status == "accepted"


def test_draft_is_not_decided_on(world: World, key: int) -> None:
    write(world, key)
    assert isinstance(refused(world, lambda c: reports.accept(c, "staff", LATER, key)), NotPossible)


def test_stale_decision_is_a_conflict(world: World, key: int) -> None:
    hand_in(world, key)
    assert isinstance(refused(world, lambda c: reports.accept(c, "staff", LATER, key, version=1)), Conflict)


def test_withdrawn_call_asks_for_nothing(world: World, call: int, key: int) -> None:
    write(world, key)
    other = owed_by(world, call, "KL-X2")
    hand_in(world, other, "chair2")
    with world.database.write() as connection:
        calls.withdraw(connection, "staff", LATER, call, reason="Gộp vào báo cáo năm.")
    for act in (
        lambda c: reports.save(c, "officer.x1", LATER, key, {"tasks": "Thêm."}),
        lambda c: reports.submit(c, "officer.x1", LATER, key),
        lambda c: reports.return_(c, "staff", LATER, other, "Sửa.", DUE),
        lambda c: reports.accept(c, "staff", LATER, other),
    ):
        assert isinstance(refused(world, act), NotPossible)


# Lists ------------------------------------------------------------------------------------------------------------------------


def test_what_is_owed_stands_before_what_was_handed_in(world: World, call: int, key: int) -> None:
    second = owed_by(world, a_call(world, label="Báo cáo quý", due=date(2024, 3, 8)))
    hand_in(world, key)
    with world.database.read() as connection:
        officer = access.actor(connection, "officer.x1", LATER)
        assert [(one.obligation_id, one.fulfilled) for one in report_view.owed(connection, officer)] == [
            (second, False),
            (key, True),
        ]
        assert [one.obligation_id for one in report_view.owed(connection, officer, only_open=True)] == [second]
        for who in ("staff", "outsider", "officer.x1t1", "villager"):
            assert report_view.owed(connection, access.actor(connection, who, LATER)) == []


def test_calls_are_counted_for_those_over_the_unit(world: World, call: int, key: int) -> None:
    hand_in(world, key)
    with world.database.read() as connection:
        found = report_view.calls(connection, access.actor(connection, "leader", LATER))
        assert [(one.id, one.units, one.handed_in, one.waiting) for one in found] == [(call, 2, 1, 1)]
        for who in ("outsider", "officer.x1", "chair"):
            assert report_view.calls(connection, access.actor(connection, who, LATER)) == []


# At the same moment -----------------------------------------------------------------------------------------------------------


def _at_once(world: World, *acts: Callable[[Any], Any]) -> list[str]:
    """What came of acts that begin together: 'done' or the code of the refusal."""
    barrier = threading.Barrier(len(acts))
    outcome: list[str] = [""] * len(acts)

    def run(place: int, act: Callable[[Any], Any]) -> None:
        barrier.wait()
        try:
            with world.database.write() as connection:
                act(connection)
            outcome[place] = "done"
        except Refusal as refusal:
            outcome[place] = refusal.reasons[0].code

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def test_two_tabs_save_at_once(world: World, key: int) -> None:
    outcome = _at_once(
        world,
        *(lambda c, n=n: reports.save(c, "officer.x1", LATER, key, {"tasks": f"Bản {n}"}, version=0) for n in range(4)),
    )
    assert sorted(outcome) == ["done", "stale_version", "stale_version", "stale_version"]
    assert seen(world, key).version == 1


def test_handed_in_twice_at_once_counts_once(world: World, key: int) -> None:
    write(world, key)
    outcome = _at_once(world, *[lambda c: reports.submit(c, "officer.x1", LATER, key)] * 3)
    assert sorted(outcome) == ["already_submitted", "already_submitted", "done"]
    assert len(seen(world, key).submissions) == 1


def test_returned_while_the_call_is_withdrawn(world: World, call: int, key: int) -> None:
    hand_in(world, key)
    outcome = _at_once(
        world,
        lambda c: reports.return_(c, "staff", LATER, key, "Sửa.", DUE),
        lambda c: calls.withdraw(c, "staff2", LATER, call, reason="Không cần nữa."),
    )
    assert outcome[1] == "done"
    row = due_of(world, key)
    # Either it was opened and then withdrawn with the rest, or it stayed handed in: never owed under a withdrawn call.
    assert (row.withdrawn_at is not None) == (outcome[0] == "done")
    assert (row.fulfilled_at is not None) == (outcome[0] != "done")


def test_handed_in_while_the_call_is_withdrawn(world: World, call: int, key: int) -> None:
    write(world, key)
    outcome = _at_once(
        world,
        lambda c: reports.submit(c, "officer.x1", LATER, key),
        lambda c: calls.withdraw(c, "staff2", LATER, call, reason="Không cần nữa."),
    )
    assert outcome[1] == "done"
    row = due_of(world, key)
    assert (row.fulfilled_at is not None, row.withdrawn_at is not None) == (outcome[0] == "done", outcome[0] != "done")
