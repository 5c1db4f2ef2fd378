"""Changes of name and field: asked by one side, decided by the other, kept with what was there before."""

from __future__ import annotations

import json
import threading
from datetime import date

import pytest
import sqlalchemy as sa

from tests.world import NOW, World, a_draft
from workflow.across.oversight import audit
from workflow.ground.refusals import Conflict, GuardRefused, InvalidInput, NotAllowed, NotFound, NotPossible, Refusal
from workflow.ground.schema import assignment, history, person
from workflow.stages.registration import change_requests

NEW_NAME = "Vận động nhân dân góp công làm đường nội đồng"
REASON = "Tên cũ không nói rõ việc làm."


def ask(world: World, code: str, subject: str = "name", after: str = NEW_NAME, who: str = "officer.x1t1") -> int:
    """One request in a transaction of its own."""
    with world.database.write() as connection:
        return change_requests.request_change(connection, who, NOW, code, subject, after, REASON)


def decide(world: World, request_id: int, who: str = "staff", *, approve: bool = True, note: str = "") -> int:
    """One decision in a transaction of its own."""
    with world.database.write() as connection:
        return change_requests.decide_change(connection, who, NOW, request_id, approve, note)


def requests(world: World, code: str) -> list[change_requests.ChangeRequest]:
    """Every request of a model."""
    with world.database.read() as connection:
        return change_requests.changes_of(connection, world.model(code).id)


@pytest.fixture
def registered(sqlite_world: World) -> str:
    return sqlite_world.carry(sqlite_world.create(), "registered")


def test_approved_name_replaces_the_old_and_history_has_both(world: World) -> None:
    code = world.carry(world.create(), "registered")
    before = world.model(code)
    version = decide(world, ask(world, code))
    after = world.model(code)
    assert (after.name, after.name_folded, after.version) == (
        NEW_NAME,
        "van dong nhan dan gop cong lam duong noi dong",
        version,
    )
    assert (after.state, version) == (before.state, before.version + 2)
    with world.database.read() as connection:
        last = connection.execute(
            sa.select(history).where(history.c.subject == "model", history.c.seq == version)
        ).one()
        assert audit.verify(connection) == []
    assert last.trigger == "change_approved"
    payload = json.loads(last.payload)
    assert (payload["before"], payload["after"]) == (before.name, NEW_NAME)
    (request,) = requests(world, code)
    assert (request.status, request.requested_by, request.decided_by) == ("approved", "Lò Thị Hin", "Trần Thị Giúp")


def test_approved_field_counts_from_then_on(sqlite_world: World, registered: str) -> None:
    request_id = ask(sqlite_world, registered, "field", "KT")
    (request,) = requests(sqlite_world, registered)
    assert (request.before, request.after) == ("Nông thôn mới", "Kinh tế")
    version = decide(sqlite_world, request_id)
    with sqlite_world.database.read() as connection:
        entry = connection.execute(
            sa.select(history).where(history.c.subject == "model", history.c.seq == version)
        ).one()
    assert entry.field_id == sqlite_world.model(registered).field_id


def test_refusal_needs_a_note_and_changes_nothing(sqlite_world: World, registered: str) -> None:
    before = sqlite_world.model(registered)
    request_id = ask(sqlite_world, registered)
    with pytest.raises(InvalidInput) as refused:
        decide(sqlite_world, request_id, approve=False, note=" ")
    assert set(refused.value.problems) == {"note"}
    decide(sqlite_world, request_id, approve=False, note="Tên mới trùng thôn bên.")
    assert sqlite_world.model(registered).name == before.name
    assert requests(sqlite_world, registered)[0].status == "refused"


def test_withdrawn_request_makes_room_for_another(sqlite_world: World, registered: str) -> None:
    request_id = ask(sqlite_world, registered)
    with pytest.raises(NotPossible) as refused:
        ask(sqlite_world, registered, after="Tên khác nữa")
    assert refused.value.reason_code == "change_already_open"
    with sqlite_world.database.write() as connection:
        change_requests.withdraw_change(connection, "officer.x1t1", NOW, request_id)
    ask(sqlite_world, registered, after="Tên khác nữa")
    assert [one.status for one in requests(sqlite_world, registered)] == ["open", "withdrawn"]


@pytest.mark.parametrize(
    ("subject", "after", "form_field"),
    [
        ("colour", "đỏ", "subject"),
        ("name", "", "after"),
        ("name", "x" * 301, "after"),
        ("name", "Vận động nhân dân hiến đất mở rộng đường liên bản Nà Hin", "after"),
        ("field", "Thể thao", "after"),
        ("field", "NTM", "after"),
    ],
)
def test_request_that_says_nothing_new_is_refused(
    sqlite_world: World, registered: str, subject: str, after: str, form_field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(sqlite_world, registered, subject, after)
    assert set(refused.value.problems) == {form_field}


@pytest.mark.parametrize("reason", ["", "vì", "r" * 4001])
def test_request_without_a_usable_reason_is_refused(sqlite_world: World, registered: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused, sqlite_world.database.write() as connection:
        change_requests.request_change(connection, "officer.x1t1", NOW, registered, "name", NEW_NAME, reason)
    assert set(refused.value.problems) == {"reason"}


@pytest.mark.parametrize("state", ["draft", "returned", "commune_review", "recognised", "withdrawn"])
def test_request_is_possible_only_between_form_and_review(sqlite_world: World, state: str) -> None:
    code = sqlite_world.carry(sqlite_world.create(), state)
    with pytest.raises(NotPossible):
        ask(sqlite_world, code)


@pytest.mark.parametrize("who", ["staff", "chair", "leader"])
def test_only_the_registrant_asks(sqlite_world: World, registered: str, who: str) -> None:
    with pytest.raises(NotAllowed):
        ask(sqlite_world, registered, who=who)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("officer.x1t1", NotAllowed), ("inspector1", NotAllowed), ("chair2", NotFound), ("outsider", NotFound)],
)
def test_others_do_not_decide(sqlite_world: World, registered: str, who: str, refusal: type[Refusal]) -> None:
    request_id = ask(sqlite_world, registered)
    with pytest.raises(refusal):
        decide(sqlite_world, request_id, who)
    assert requests(sqlite_world, registered)[0].status == "open"


def test_nobody_decides_what_he_his_principal_or_his_deputy_asked(sqlite_world: World, registered: str) -> None:
    world = sqlite_world
    with world.database.write() as connection:
        # The officer reviews for the commune as well, and the one they stand in for, too.
        for name in ("deputy.officer", "officer.x1t1"):
            connection.execute(
                sa.insert(assignment).values(
                    account_id=world.accounts[name],
                    role="commune_reviewer",
                    unit_id=world.units["KL-X1"],
                    valid_from=date(2020, 1, 1),
                )
            )
    request_id = ask(world, registered, who="deputy.officer")
    for who in ("deputy.officer", "officer.x1t1"):
        with pytest.raises(NotAllowed) as refused:
            decide(world, request_id, who)
        assert refused.value.guard == "not_requester"
    decide(world, request_id, "chair")


def test_person_does_not_decide_about_his_own_model(sqlite_world: World) -> None:
    world = sqlite_world
    code = world.carry(world.create(a_draft(kind="individual", person="Trần Thị Giúp")), "registered")
    with world.database.write() as connection:
        connection.execute(sa.update(person).values(account_id=world.accounts["staff"]))
    request_id = ask(world, code)
    for who in ("staff", "deputy.staff"):
        with pytest.raises(NotAllowed) as refused:
            decide(world, request_id, who)
        assert refused.value.guard == "not_requester"
    decide(world, request_id, "staff2")


def test_name_of_an_accepted_model_of_the_unit_is_taken(sqlite_world: World, registered: str) -> None:
    sqlite_world.carry(sqlite_world.create(a_draft(name=NEW_NAME.upper())), "registered")
    request_id = ask(sqlite_world, registered)
    with pytest.raises(NotPossible) as refused:
        decide(sqlite_world, request_id)
    assert refused.value.reason_code == "name_taken"


def test_open_request_holds_up_the_acceptance(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "submitted")
    request_id = ask(sqlite_world, code)
    with pytest.raises(GuardRefused) as refused:
        sqlite_world.apply(code, "accept", "staff2")
    assert refused.value.guard == "no_open_change_request"
    decide(sqlite_world, request_id)
    assert sqlite_world.apply(code, "accept", "staff2").to_state == "registered"


def test_request_of_an_ended_model_can_only_be_refused(sqlite_world: World, registered: str) -> None:
    request_id = ask(sqlite_world, registered)
    sqlite_world.apply(registered, "withdraw", "officer.x1t1", reason="Không còn điều kiện.")
    with pytest.raises(NotPossible):
        decide(sqlite_world, request_id)
    decide(sqlite_world, request_id, approve=False, note="Mô hình đã rút.")
    assert requests(sqlite_world, registered)[0].status == "refused"


def test_request_that_does_not_exist_is_not_found(sqlite_world: World) -> None:
    with pytest.raises(NotFound):
        decide(sqlite_world, 987_654_321)


def test_two_decisions_at_once_count_once(world: World) -> None:
    code = world.carry(world.create(), "registered")
    request_id = ask(world, code)
    barrier, outcomes = threading.Barrier(2), []

    def act(who: str, approve: bool) -> None:
        barrier.wait()
        try:
            decide(world, request_id, who, approve=approve, note="Đã xem xét kỹ.")
            outcomes.append("decided")
        except Conflict:
            outcomes.append("too late")

    threads = [threading.Thread(target=act, args=one) for one in (("staff", True), ("staff2", False))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["decided", "too late"]
    with world.database.read() as connection:
        assert audit.verify(connection) == []
