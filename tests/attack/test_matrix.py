"""Role × state × transition through the engine: `possible` and `apply` agree with each other and with the definition."""

from __future__ import annotations

from collections import Counter

import pytest

from tests import matrix
from tests import world as small_world
from tests.matrix import EVERYBODY, Case, Stock
from tests.world import a_draft
from workflow.core import access
from workflow.core.engine import transition
from workflow.core.engine.context import model_by_code
from workflow.core.lifecycles import parsing
from workflow.ground.database import Database

INDEPENDENCE = frozenset({"not_submitter", "not_proposer", "actor_independent"})
"""Guards that compare people: one role may pass where another person of the same role may not."""


def possibilities(database: Database, case: Case) -> list[transition.Possibility]:
    with database.read() as connection:
        actor = access.actor(connection, case.who, matrix.LATER)
        model = model_by_code(connection, case.code, lock=False)
        assert model is not None
        return transition.possible(connection, actor, matrix.LATER, model)


def test_matrix_follows_the_definition(stocked_sqlite: tuple[Database, Stock]) -> None:
    database, stock = stocked_sqlite
    answers: Counter[str] = Counter()
    for case in matrix.cases(stock, EVERYBODY):
        answer, _ = matrix.tried(database, case, stock)
        answers[answer] += 1
        if not matrix.may_see(case):
            expected = {"not_found"}
        elif case.step is None:
            expected = {"not_possible"}
        elif not matrix.may_take(case):
            expected = {"not_allowed"}
        else:
            expected = {"done", "refused"}
        assert answer in expected, f"{case}: {answer}"
    assert all(answers[each] > 50 for each in ("not_found", "not_possible", "not_allowed", "done")), answers


def test_possible_and_apply_agree(stocked_sqlite: tuple[Database, Stock]) -> None:
    database, stock = stocked_sqlite
    for case in matrix.cases(stock, EVERYBODY):
        if case.step is None or not matrix.may_see(case):
            continue
        answer, guards = matrix.tried(database, case, stock)
        offered = next(
            one
            for one in possibilities(database, case)
            if (one.trigger, one.target) == (case.step.trigger, case.step.target)
        )
        assert offered.allowed == (answer == "done"), f"{case}: {answer} {guards}, {offered.reasons}"
        assert {reason.guard for reason in offered.reasons} == set(guards), str(case)
        assert all(reason.message.endswith(".") for reason in offered.reasons)


def test_possible_lists_every_transition_of_the_state(stocked_sqlite: tuple[Database, Stock]) -> None:
    database, stock = stocked_sqlite
    definition = parsing.standard("three_tier")
    for case in matrix.cases(stock, ("staff",)):
        if case.step is None and matrix.may_see(case):
            listed = [(one.trigger, one.target) for one in possibilities(database, case)]
            assert listed == [(step.trigger, step.target) for step in definition.outgoing(case.state)]


def test_every_transition_is_done_by_somebody(stocked_sqlite: tuple[Database, Stock]) -> None:
    database, stock = stocked_sqlite
    # A draft is seen by its own unit and its writer only, so the draft that staff may merge is one that staff wrote.
    written = small_world.found(database).create(a_draft(name="Phiếu do tổ giúp việc lập hộ"), who="staff")
    merge = next(s for s in parsing.standard("three_tier").outgoing("draft") if s.trigger == "merge")
    assert matrix.tried(database, Case(matrix.VILLAGE, "draft", written, "merge", merge, "staff"), stock) == (
        "done",
        (),
    )
    assert (
        matrix.tried(database, Case(matrix.VILLAGE, "draft", written, "merge", merge, "staff2"), stock)[0]
        == "not_found"
    )

    done = {("draft", "merge", "merged")} | {
        (case.state, case.step.trigger, case.step.target)
        for case in matrix.cases(stock, EVERYBODY)
        if case.step is not None and matrix.tried(database, case, stock)[0] == "done"
    }
    definition = parsing.standard("three_tier")
    assert done == {(source, step.trigger, step.target) for step in definition.transitions for source in step.sources}


@pytest.mark.parametrize(
    ("who", "trigger", "state", "guard"),
    [
        ("deputy.staff", "pass_inspection", "awaiting_inspection", "role"),
        ("inspector.own", "pass_inspection", "awaiting_inspection", "actor_independent"),
        ("inspector.own", "require_remediation", "awaiting_inspection", "actor_independent"),
    ],
)
def test_duties_are_separate(
    stocked_sqlite: tuple[Database, Stock], who: str, trigger: str, state: str, guard: str
) -> None:
    database, stock = stocked_sqlite
    case = next(c for c in matrix.cases(stock, (who,)) if c.state == state and c.trigger == trigger)
    answer, guards = matrix.tried(database, case, stock)
    assert answer in ("refused", "not_allowed")
    assert guard in guards
