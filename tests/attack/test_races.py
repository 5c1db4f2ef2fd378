"""Two at once: every transition of the definition, votes against a close, changes against changes; exactly one wins, readably."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from tests import matrix
from tests.matrix import LATER, Case, Stock
from tests.world import COMMITTEE, ITEM_TEXTS, NOW, World, a_draft, record_vote, replay
from workflow.across.oversight import audit
from workflow.core.engine import transition
from workflow.core.lifecycles import parsing
from workflow.ground.database import Database
from workflow.ground.refusals import Conflict, GuardRefused, InvalidInput, NotFound, NotPossible, Refusal
from workflow.ground.schema import agenda_item, decision, emulation_model, outbox, vote
from workflow.ground.schema import history as history_table
from workflow.stages.implementation import comments
from workflow.stages.registration import commands as registration
from workflow.stages.registration import view
from workflow.stages.review import ballots
from workflow.stages.review import commands as review

STEPS = sorted(
    {
        (source, step.trigger, step.target)
        for step in parsing.standard("three_tier").transitions
        for source in step.sources
    }
    - {("draft", "merge", "merged")}
)


def at_once(*attempts: Callable[[], Any]) -> list[Any]:
    """Run these in a thread each, let go together; what each returned, or the refusal it met. Anything else is raised."""
    barrier = threading.Barrier(len(attempts))

    def run(attempt: Callable[[], Any]) -> Any:
        barrier.wait(timeout=10)
        try:
            return attempt()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts, timeout=60))


def rows_of(database: Database, code: str) -> tuple[int, int]:
    """How many history rows and messages a model has."""
    model = matrix.model_row(database, code)
    with database.read() as connection:
        entries = connection.execute(
            sa.select(sa.func.count())
            .select_from(history_table)
            .where(history_table.c.subject == "model", history_table.c.subject_id == model.id)
        ).scalar_one()
        messages = connection.execute(
            sa.select(sa.func.count()).select_from(outbox).where(outbox.c.model_id == model.id)
        ).scalar_one()
    return entries, messages


def assert_whole(database: Database) -> None:
    with database.read() as connection:
        assert audit.verify(connection) == []


def who_can(database: Database, stock: Stock, step: tuple[str, str, str]) -> Case:
    for case in matrix.cases(stock, matrix.EVERYBODY):
        if (
            case.step is not None
            and (case.state, case.trigger, case.step.target) == step
            and matrix.tried(database, case, stock)[0] == "done"
        ):
            return case
    raise AssertionError(f"nobody can do {step}")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[0]}-{step[1]}-{step[2]}")
def test_transition_is_won_by_one_of_two(stocked: tuple[Database, Stock], step: tuple[str, str, str]) -> None:
    database, stock = stocked
    _race(database, stock, who_can(database, stock, step))
    assert_whole(database)


def _race(database: Database, stock: Stock, case: Case) -> None:
    assert case.step is not None
    stated = matrix.facts(case.step, stock.heir)
    entries, messages = rows_of(database, case.code)
    version = matrix.model_row(database, case.code).version

    def attempt() -> transition.Applied:
        with database.write() as connection:
            return transition.apply(connection, case.who, LATER, case.code, case.trigger, stated=stated)

    answers = at_once(attempt, attempt)
    won = [answer for answer in answers if isinstance(answer, transition.Applied)]
    lost = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(won) == len(lost) == 1, answers
    # Whoever comes second finds the model gone on: no such step from there, or out of their sight.
    assert isinstance(lost[0], NotPossible | Conflict), repr(lost[0])
    assert lost[0].message.endswith(".")
    model = matrix.model_row(database, case.code)
    assert (model.state, model.version) == (case.step.target, version + 1)
    assert rows_of(database, case.code) == (entries + 1, messages + bool(case.step.notify))


def test_two_different_steps_of_one_model_exclude_each_other(world: World) -> None:
    for number in range(6):
        code = world.carry(world.create(a_draft(name=f"Mô hình tranh chấp {number}")), "submitted")
        answers = at_once(
            partial(world.apply, code, "accept", "staff2"),
            partial(world.apply, code, "withdraw", "officer.x1t1", reason="Đơn vị không làm được."),
            partial(world.apply, code, "return_registration", "chair", reason="Chỉ tiêu chưa rõ."),
        )
        assert world.state(code) in {answer.to_state for answer in answers if not isinstance(answer, Refusal)}
        with world.database.read() as connection:
            state, version = replay(connection, world.model(code).id)
        assert (state, version) == (world.state(code), world.model(code).version)
        # A withdrawal may follow an acceptance or a return; an acceptance and a return exclude each other.
        assert sum(isinstance(answers[place], Refusal) for place in (0, 2)) >= 1
    assert_whole(world.database)


def test_stale_version_is_a_conflict_and_changes_nothing(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    seen = world.model(code).version
    world.apply(code, "return_registration", "staff", reason="Chỉ tiêu chưa rõ.")
    world.apply(code, "submit", "officer.x1t1")
    before = world.model(code)
    with pytest.raises(Conflict, match=rf"bản {seen + 2}, bạn thấy bản {seen}"), world.database.write() as connection:
        transition.apply(connection, "staff2", NOW, code, "accept", version=seen)
    assert world.model(code) == before


def test_lost_update_is_impossible(world: World) -> None:
    """Two people edit the form they both saw: the slower one is told, and the text of the faster one stands."""
    code = world.create()
    seen = world.model(code).version

    def edit(text: str) -> int:
        with world.database.write() as connection:
            draft = a_draft(items={**ITEM_TEXTS, "goals": text})
            return registration.edit_draft(connection, "officer.x1t1", NOW, code, draft, version=seen)

    answers = at_once(lambda: edit("Chỉ tiêu của người thứ nhất."), lambda: edit("Chỉ tiêu của người thứ hai."))
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "int"]
    winner = "Chỉ tiêu của người thứ nhất." if isinstance(answers[0], int) else "Chỉ tiêu của người thứ hai."
    with world.database.read() as connection:
        form = view.form(connection, world.model(code).id)
    assert form is not None
    assert form.items["goals"] == winner


def test_many_writers_of_one_model_lose_nothing(world: World) -> None:
    """Comments do not say which version they saw: all of them arrive, each with its own entry in the chain."""
    code = world.carry(world.create(), "submitted")
    version = world.model(code).version

    def write(number: int) -> int:
        with world.database.write() as connection:
            return comments.write(connection, "staff", NOW, code, f"Ý kiến số {number}", "unit")

    answers = at_once(*(partial(write, number) for number in range(6)))
    assert len({answer for answer in answers if isinstance(answer, int)}) == 6
    assert world.model(code).version in (version, version + 6)
    assert_whole(world.database)


def test_bulk_and_single_share_out_the_models(world: World) -> None:
    codes = [world.carry(world.create(a_draft(name=f"Mô hình số {n}")), "submitted") for n in range(8)]

    def bulk(order: list[str]) -> list[transition.Outcome]:
        with world.database.write() as connection:
            return transition.apply_many(connection, "staff2", NOW, order, "accept")

    answers = at_once(lambda: bulk(codes), lambda: bulk(codes[::-1]), lambda: world.apply(codes[4], "accept", "chair"))
    done = Counter(outcome.code for answer in answers[:2] for outcome in answer if outcome.applied is not None)
    if isinstance(answers[2], transition.Applied):
        done[codes[4]] += 1
    assert done == Counter(codes)
    assert_whole(world.database)


def test_one_decision_number_is_given_once(world: World) -> None:
    codes = [world.carry(world.create(a_draft(name=f"Mô hình trình {n}")), "district_review") for n in range(2)]

    def recognise(code: str, who: str) -> transition.Applied:
        return world.apply(
            code, "recognise", who, decision_number="15-QĐ/BCĐ", decision_date="01/03/2024", signer="Nguyễn Văn Huyện"
        )

    answers = at_once(lambda: recognise(codes[0], "district1"), lambda: recognise(codes[1], "district2"))
    lost = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [type(answer) for answer in lost] == [GuardRefused]
    assert "15" in lost[0].message
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(decision)).scalar_one() == 1
    assert sorted(world.state(code) for code in codes) == ["district_review", "recognised"]
    assert_whole(world.database)


def test_vote_against_close(world: World) -> None:
    """A vote that came through is in the result; one that did not left no trace."""
    for number in range(4):
        code = world.carry(world.create(a_draft(name=f"Mô hình bình xét {number}")), "inspected")
        meeting = world.prepare_meeting([code])
        with world.database.write() as connection:
            review.open_meeting(connection, "chair", NOW, meeting, list(COMMITTEE[:4]))
            votes = [(code, name, "for", False) for name in COMMITTEE[:3]]
            ballots.record_votes(connection, "secretary", NOW, meeting, votes)

        def last_vote(meeting: int = meeting, code: str = code) -> None:
            with world.database.write() as connection:
                record_vote(connection, "reviewer2", NOW, meeting, code, "reviewer2", "for")

        def close(meeting: int = meeting) -> object:
            with world.database.write() as connection:
                return review.close_meeting(connection, "chair", NOW, meeting, "Biểu quyết xong.")

        answers = at_once(last_vote, close)
        voted, closed = (not isinstance(answer, Refusal) for answer in answers)
        assert voted or isinstance(answers[0], NotPossible | Conflict)
        assert closed or isinstance(answers[1], Conflict | InvalidInput)
        if not closed:
            close()
        with world.database.read() as connection:
            cast = connection.execute(
                sa.select(sa.func.count())
                .select_from(vote.join(agenda_item, agenda_item.c.id == vote.c.agenda_item_id))
                .where(agenda_item.c.meeting_id == meeting)
            ).scalar_one()
            counted = connection.execute(
                sa.select(agenda_item.c.votes_for).where(agenda_item.c.meeting_id == meeting)
            ).scalar_one()
        assert cast == counted == 3 + voted
    assert_whole(world.database)


def test_one_member_votes_once_whoever_records_it(world: World) -> None:
    code = world.carry(world.create(), "inspected")
    meeting = world.prepare_meeting([code])
    with world.database.write() as connection:
        review.open_meeting(connection, "chair", NOW, meeting, list(COMMITTEE[:4]))

    def record(who: str, choice: str) -> None:
        with world.database.write() as connection:
            record_vote(connection, who, NOW, meeting, code, "reviewer1", choice)

    answers = at_once(lambda: record("reviewer1", "for"), lambda: record("secretary", "against"))
    lost = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(lost) == 1
    assert isinstance(lost[0], GuardRefused | Conflict)
    with world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(vote)).scalar_one() == 1
    assert_whole(world.database)


def test_codes_are_numbered_without_gap_or_double(world: World) -> None:
    answers = at_once(*(partial(world.create, a_draft(name=f"Mô hình cùng lúc {n}")) for n in range(6)))
    assert sorted(answers) == [f"DVK-2024-{n:05}" for n in range(1, 7)]


def _hammer(url: str, codes: list[str], who: str, gate: Any, answers: Any) -> None:
    """In a process of its own: accept every model, one transaction each, and say what came of it."""
    database = Database(url, synchronous="NORMAL", busy_seconds=30)
    gate.wait(timeout=60)
    for code in codes:
        try:
            with database.write() as connection:
                transition.apply(connection, who, NOW, code, "accept")
            answers.put((code, "done"))
        except (NotPossible, Conflict, NotFound, InvalidInput, GuardRefused) as refusal:
            answers.put((code, type(refusal).__name__))
    database.close()


@pytest.mark.slow
def test_two_processes_on_fifty_models(sqlite_world: World) -> None:
    with sqlite_world.database.write() as connection:
        drafts = [a_draft(name=f"Mô hình số {n} của thôn") for n in range(50)]
        codes = registration.create_drafts(connection, "officer.x1t1", NOW, 2024, drafts)
        outcomes = transition.apply_many(connection, "officer.x1t1", NOW, codes, "submit")
    assert all(outcome.applied for outcome in outcomes)
    context = multiprocessing.get_context("spawn")
    gate, answers = context.Barrier(2), context.Queue()
    url = sqlite_world.database.url.render_as_string(hide_password=False)
    workers = [
        context.Process(target=_hammer, args=(url, order, who, gate, answers))
        for order, who in ((codes, "staff"), (codes[::-1], "staff2"))
    ]
    for worker in workers:
        worker.start()
    heard = [answers.get(timeout=30) for _ in range(100)]
    for worker in workers:
        worker.join(timeout=30)
        assert worker.exitcode == 0
    assert Counter(code for code, answer in heard if answer == "done") == Counter(codes)
    assert {answer for _, answer in heard} == {"done", "NotPossible"}
    with sqlite_world.database.read() as connection:
        states = connection.execute(sa.select(emulation_model.c.state, emulation_model.c.version)).all()
        entries = connection.execute(
            sa.select(sa.func.count()).select_from(history_table).where(history_table.c.trigger == "accept")
        ).scalar_one()
        assert audit.verify(connection) == []
    assert {tuple(row) for row in states} == {("registered", 3)}
    assert entries == 50
