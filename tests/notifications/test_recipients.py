"""Who is told of what, asked from both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from notifications.notices.newest import Notice, notices
from notifications.notices.recipients import Recipient, recipients
from tests.world import ACCOUNTS, NOW, UNITS, World, a_draft
from workflow.core import access
from workflow.ground.schema import account, assignment, emulation_model, outbox, unit
from workflow.ground.vietnam_time import local_date

TODAY = local_date(NOW)


@contextmanager
def passing(world: World) -> Iterator[Connection]:
    """A transaction that is never committed."""
    with world.database.engine.connect() as connection:
        yield connection
        connection.rollback()


def row_of(connection: Connection, model_name: str, trigger: str) -> int:
    """The latest row of the outbox for this step of the model with this name."""
    found: int = connection.execute(
        sa.select(outbox.c.id)
        .join(emulation_model, emulation_model.c.id == outbox.c.model_id)
        .where(emulation_model.c.name == model_name, outbox.c.trigger == trigger)
        .order_by(outbox.c.id.desc())
        .limit(1)
    ).scalar_one()
    return found


def told(connection: Connection, model_name: str, trigger: str, now: datetime = NOW) -> set[str]:
    """The user names of those to be told."""
    row = row_of(connection, model_name, trigger)
    return {person.user_name for person in recipients(connection, now, [row])[row]}


def heard(connection: Connection, world: World, user_name: str) -> list[Notice]:
    """What a person's home page tells them."""
    return notices(connection, access.actor(connection, world.accounts[user_name], NOW), limit=1000)


def test_submission_is_told_to_the_commune_and_to_staff_but_to_nobody_outside(eventful: World) -> None:
    with passing(eventful) as connection:
        found = told(connection, "Mô hình đi tới returned", "submit")
    reviewers = {"chair", "secretary", "reviewer1", "reviewer2", "reviewer.own"}
    assert found == reviewers | {"staff", "staff2", "deputy.staff"}


def test_agency_without_a_commune_reviewer_still_tells_staff(eventful: World) -> None:
    with passing(eventful) as connection:
        found = told(connection, "Mô hình của cơ quan", "submit")
    assert found == {"staff", "staff2", "deputy.staff"}


def test_own_scoped_role_is_told_of_its_very_unit_only(eventful: World) -> None:
    with passing(eventful) as connection:
        found = told(connection, "Mô hình đi tới returned", "return_registration")
    # officer.x1 is the officer of the commune above the village.
    assert found == {"officer.x1t1", "deputy.officer"}


def test_the_one_who_did_it_is_not_told_but_whom_he_stood_in_for_is(eventful: World) -> None:
    with passing(eventful) as connection:
        own_role = told(connection, "Mô hình của cơ quan", "advance_to_district")
        as_deputy = told(connection, "Mô hình sẽ sáp nhập", "merge")
    assert own_role == {"district2"}
    assert as_deputy == {"officer.x1t1", "deputy.officer"}


def test_draft_that_was_never_submitted_is_told_to_nobody_else(eventful: World) -> None:
    with passing(eventful) as connection:
        assert told(connection, "Bản nháp rồi rút", "withdraw") == set()
        assert [notice.code for notice in heard(connection, eventful, "chair") if notice.trigger == "withdraw"] == []


def test_locked_account_is_not_told(eventful: World) -> None:
    with passing(eventful) as connection:
        connection.execute(sa.update(account).where(account.c.user_name == "staff2").values(locked_at=NOW))
        assert told(connection, "Mô hình của cơ quan", "submit") == {"staff", "deputy.staff"}


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "is_told"),
    [
        (TODAY, None, True),
        (TODAY + timedelta(days=1), None, False),
        (TODAY - timedelta(days=9), TODAY, True),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), False),
    ],
)
def test_role_counts_from_its_first_day_to_its_last(
    eventful: World, valid_from: date, valid_to: date | None, is_told: bool
) -> None:
    with passing(eventful) as connection:
        _assign(connection, eventful, Given("villager", "staff", "AS", None, valid_from, valid_to))
        assert ("villager" in told(connection, "Mô hình xã khác", "submit")) is is_told


def test_role_whose_name_only_resembles_is_not_told(eventful: World) -> None:
    with passing(eventful) as connection:
        for role in ("commune-reviewer", "reviewer", "taff", "%"):
            _assign(connection, eventful, Given("villager", role, "KL", None, TODAY, None))
        assert "villager" not in told(connection, "Mô hình đi tới returned", "submit")


def test_person_is_told_once_and_under_his_own_role_first(eventful: World) -> None:
    with passing(eventful) as connection:
        _assign(connection, eventful, Given("deputy.staff", "staff", "AS", None, TODAY, None))
        row = row_of(connection, "Mô hình xã khác", "submit")
        mine = [person for person in recipients(connection, NOW, [row])[row] if person.user_name == "deputy.staff"]
    assert mine == [Recipient(eventful.accounts["deputy.staff"], "deputy.staff", "Mai Thị Thay", "staff", None)]


def test_rows_without_a_recipient_are_in_the_answer(eventful: World) -> None:
    with passing(eventful) as connection:
        row = row_of(connection, "Bản nháp rồi rút", "withdraw")
        assert recipients(connection, NOW, [row, 10**9]) == {row: (), 10**9: ()}
        assert recipients(connection, NOW, []) == {}


def test_notice_says_who_did_what_why_and_where_the_model_is(quiet: World) -> None:
    code = quiet.carry(quiet.create(a_draft(name="Mô hình trả lại")), "submitted")
    quiet.apply(code, "return_registration", "staff", reason="Chỉ tiêu chưa đo được.")
    with quiet.database.read() as connection:
        returned = heard(connection, quiet, "officer.x1t1")[0]
    assert returned.sentence == (
        "Trần Thị Giúp đã trả lại để bổ sung, mô hình chuyển sang «Trả lại bổ sung». Lý do: Chỉ tiêu chưa đo được."
    )
    assert (returned.model_name, returned.unit_name, returned.at) == ("Mô hình trả lại", "Thôn Nà Hin", NOW)


def test_notice_shortens_a_long_reason_at_a_word(quiet: World) -> None:
    code = quiet.carry(quiet.create(), "submitted")
    quiet.apply(code, "return_registration", "staff", reason="Chỉ tiêu\nchưa đo được. " * 40)
    with quiet.database.read() as connection:
        sentence = heard(connection, quiet, "officer.x1t1")[0].sentence
    reason = sentence.partition("Lý do: ")[2]
    assert reason.removesuffix("…") == ("Chỉ tiêu chưa đo được. " * 40)[: len(reason) - 1]
    assert 120 < len(reason) <= 160


def test_notices_are_the_newest_first_bounded_and_not_older_than_asked(quiet: World) -> None:
    for days in range(3):
        code = quiet.create(a_draft(name=f"Mô hình ngày {days}"))
        quiet.apply(code, "submit", "officer.x1t1", NOW + timedelta(days=days))
    with quiet.database.read() as connection:
        staff = access.actor(connection, "staff", NOW)
        whole = [notice.model_name for notice in notices(connection, staff)]
        assert whole == ["Mô hình ngày 2", "Mô hình ngày 1", "Mô hình ngày 0"]
        assert [n.model_name for n in notices(connection, staff, limit=1)] == whole[:1]
        assert [n.model_name for n in notices(connection, staff, since=NOW + timedelta(days=1))] == whole[:2]


def test_person_without_a_role_is_told_nothing(eventful: World) -> None:
    with passing(eventful) as connection:
        assert heard(connection, eventful, "villager") == []


# --- the two sides agree, whoever holds whatever --------------------------------------------------

ROLES = ("unit_officer", "inspector", "commune_reviewer", "district_reviewer", "staff", "leader", "admin")
NAMES = tuple(name for name, *_ in ACCOUNTS)


@dataclass(frozen=True, slots=True)
class Given:
    """A role given to somebody."""

    user_name: str
    role: str
    unit: str
    deputy_for: str | None
    valid_from: date
    valid_to: date | None


def _assign(connection: Connection, world: World, one: Given) -> None:
    connection.execute(
        sa.insert(assignment).values(
            account_id=world.accounts[one.user_name],
            role=one.role,
            unit_id=world.units[one.unit],
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            deputy_for_id=world.accounts[one.deputy_for] if one.deputy_for else None,
        )
    )


@st.composite
def given_roles(draw: st.DrawFn) -> Given:
    user_name = draw(st.sampled_from(NAMES))
    begins = TODAY + timedelta(days=draw(st.integers(-3, 1)))
    return Given(
        user_name,
        draw(st.sampled_from(ROLES)),
        draw(st.sampled_from([code for code, *_ in UNITS])),
        draw(st.none() | st.sampled_from([name for name in NAMES if name != user_name])),
        begins,
        draw(st.none() | st.integers(0, 3).map(lambda days: begins + timedelta(days=days))),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    more=st.lists(given_roles(), max_size=8),
    ended=st.lists(st.sampled_from(NAMES), max_size=5),
    locked=st.lists(st.sampled_from(NAMES), max_size=3),
)
def test_what_people_hear_is_what_they_are_told(
    eventful: World, more: Sequence[Given], ended: Sequence[str], locked: Sequence[str]
) -> None:
    with passing(eventful) as connection:
        for name in ended:
            connection.execute(
                sa.update(assignment)
                .where(assignment.c.account_id == eventful.accounts[name])
                .values(valid_to=TODAY - timedelta(days=1))
            )
        for one in more:
            _assign(connection, eventful, one)
        for name in locked:
            connection.execute(sa.update(account).where(account.c.user_name == name).values(locked_at=NOW))
        rows = list(connection.execute(sa.select(outbox.c.id)).scalars())
        sent = {(row, p.user_name) for row, people in recipients(connection, NOW, rows).items() for p in people}
        received = {
            (notice.outbox_id, name)
            for name in NAMES
            if name not in locked
            for notice in heard(connection, eventful, name)
        }
    assert sent == received


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(more=st.lists(given_roles(), max_size=8))
def test_nobody_is_told_of_a_model_that_he_may_not_see(eventful: World, more: Sequence[Given]) -> None:
    with passing(eventful) as connection:
        for one in more:
            _assign(connection, eventful, one)
        rows = list(connection.execute(sa.select(outbox.c.id, outbox.c.model_id)))
        answers = recipients(connection, NOW, [row.id for row in rows])
        for row in rows:
            for person in answers[row.id]:
                seen = access_to(connection, person.user_name, row.model_id)
                assert seen, (person, row.id)


def access_to(connection: Connection, user_name: str, model_id: int) -> bool:
    """Whether a person may see a model, asked of the domain's own rule in Python."""
    model = connection.execute(
        sa.select(unit.c.path, emulation_model.c.submitted_at, emulation_model.c.created_by)
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .where(emulation_model.c.id == model_id)
    ).one()
    who = access.actor(connection, user_name, NOW)
    return access.sees(who, model.path, submitted=model.submitted_at is not None, created_by=model.created_by)
