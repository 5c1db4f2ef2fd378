"""The one door: what it returns and refuses, in words; bulk next to single; facts of any shape."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import NOW, World, a_draft
from workflow.core import access
from workflow.core.engine import transition
from workflow.core.engine.context import model_by_code
from workflow.ground.refusals import Conflict, GuardRefused, InvalidInput, NotAllowed, NotFound, NotPossible
from workflow.ground.schema import history, outbox


def test_apply_says_what_it_did(world: World) -> None:
    code = world.create()
    applied = world.apply(code, "submit", "officer.x1t1")
    assert applied == transition.Applied(code, "submit", "draft", "submitted", 2, ())


def test_message_is_written_with_the_step(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    with world.database.read() as connection:
        row = connection.execute(sa.select(outbox)).one()
    model = world.model(code)
    assert (row.model_id, row.trigger, row.history_seq) == (model.id, "submit", model.version)
    assert set(row.roles.split(",")) == {"commune_reviewer", "staff"}
    assert row.delivered_at is None


def test_late_registration_is_taken_and_marked(world: World) -> None:
    late = NOW.replace(month=11)
    code = world.create(now=late)
    applied = world.apply(code, "submit", "officer.x1t1", late)
    assert "đăng ký trễ" in applied.warnings[0]
    assert world.model(code).late
    world.apply(code, "return_registration", "staff", late, reason="Chỉ tiêu chưa rõ.")
    assert world.apply(code, "submit", "officer.x1t1", late).warnings == ()


@pytest.mark.parametrize(
    ("trigger", "who", "expected", "sentence"),
    [
        ("no_such_step", "staff", NotPossible, "Không có bước «no_such_step»"),
        ("recognise", "district2", NotPossible, "đang ở «Chờ tiếp nhận»"),
        ("accept", "inspector1", NotAllowed, "dành cho"),
        ("accept", "outsider", NotFound, "Không có mô hình mã"),
        ("accept", "nobody.at.all", NotFound, "Không có tài khoản"),
        ("return_registration", "staff", InvalidInput, "Hãy nhập «Lý do»"),
    ],
)
def test_refusals_say_what_to_do(
    world: World, trigger: str, who: str, expected: type[Exception], sentence: str
) -> None:
    code = world.carry(world.create(), "submitted")
    before = world.model(code)
    with pytest.raises(expected, match=sentence):
        world.apply(code, trigger, who)
    assert world.model(code) == before


def test_twice_in_a_row(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    world.apply(code, "accept", "staff2")
    with pytest.raises(NotPossible, match="đang ở «Đã đăng ký»"):
        world.apply(code, "accept", "staff2")


def test_present_version_is_taken(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    seen = world.model(code).version
    with world.database.write() as connection:
        assert transition.apply(connection, "staff2", NOW, code, "accept", version=seen).version == seen + 1
    with world.database.write() as connection, pytest.raises(Conflict):
        transition.apply(connection, "officer.x1t1", NOW, code, "start", version=seen)


@pytest.mark.parametrize(
    "reason",
    [
        "x" * 100_000,
        "\u200b\u200e\u202e",
        "   ",
        ["một", "danh sách"],
        {"reason": "một bảng"},
        b"bytes",
        "\x00\x07",
        None,
    ],
    ids=["long", "invisible", "blank", "list", "mapping", "bytes", "control", "nothing"],
)
def test_unreadable_reason_is_refused(world: World, reason: Any) -> None:
    code = world.carry(world.create(), "submitted")
    with pytest.raises(InvalidInput) as refusal:
        world.apply(code, "return_registration", "staff", reason=reason)
    assert list(refusal.value.problems) == ["reason"]
    assert world.state(code) == "submitted"


@pytest.mark.parametrize(
    "reason",
    ["<script>alert(1)</script>", "{{7*7}} và ${7*7}", "Rất tốt 👍🏽 nhưng thiếu số liệu", "'; DROP TABLE history; --"],
)
def test_strange_but_readable_reason_is_kept_word_for_word(world: World, reason: str) -> None:
    code = world.carry(world.create(), "submitted")
    world.apply(code, "return_registration", "staff", reason=reason)
    with world.database.read() as connection:
        kept = connection.execute(
            sa.select(history.c.reason).where(history.c.trigger == "return_registration")
        ).scalar_one()
    assert kept == reason


def test_too_short_a_reason_is_refused_by_the_guard(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    with pytest.raises(GuardRefused, match="ít nhất 5 ký tự"):
        world.apply(code, "return_registration", "staff", reason="sai")


def test_fact_of_another_step_is_named(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    with pytest.raises(InvalidInput) as refusal:
        world.apply(code, "accept", "staff2", signer="Ai đó")
    assert "không nhận thông tin «signer»" in refusal.value.problems["signer"]


@pytest.mark.parametrize("code", ["", "' OR 1=1 --", "DVK-2024-99999", "x" * 10_000, "DVK-2024-0000%"])
def test_code_that_is_none(world: World, code: str) -> None:
    world.carry(world.create(), "submitted")
    with pytest.raises(NotFound):
        world.apply(code, "accept", "staff2")
    with world.database.write() as connection:
        outcomes = transition.apply_many(connection, "staff2", NOW, [code], "accept")
    assert [type(outcome.refusal) for outcome in outcomes] == [NotFound]


def test_bulk_answers_for_each_item_in_order(world: World) -> None:
    """Done, refused for the state, out of sight, unknown, twice in the list: one answer each, and one commit."""
    good = [world.carry(world.create(a_draft(name=f"Mô hình {n}")), "submitted") for n in range(3)]
    registered = world.carry(world.create(a_draft(name="Đã tiếp nhận")), "registered")
    own = world.create(a_draft(name="Tự gửi"), "staff2")
    world.apply(own, "submit", "staff2")
    hidden = world.create(a_draft(name="Bản nháp của thôn"))
    asked = [good[0], registered, hidden, "DVK-2024-99999", own, good[1], good[0], good[2]]
    with world.database.write() as connection:
        outcomes = transition.apply_many(connection, "staff2", NOW, asked, "accept")
    assert [outcome.code for outcome in outcomes] == list(dict.fromkeys(asked))
    answers = [type(outcome.refusal) for outcome in outcomes]
    assert answers == [type(None), NotPossible, NotFound, NotFound, GuardRefused, type(None), type(None)]
    assert [world.state(code) for code in good] == ["registered"] * 3
    assert (world.state(own), world.state(hidden)) == ("submitted", "draft")


def test_bulk_leaves_the_same_behind_as_single_steps(world: World) -> None:
    single = world.carry(world.create(a_draft(name="Từng cái")), "submitted")
    bulk = world.carry(world.create(a_draft(name="Cả loạt")), "submitted")
    world.apply(single, "accept", "staff2")
    with world.database.write() as connection:
        transition.apply_many(connection, "staff2", NOW, [bulk], "accept")
    columns = [c for c in history.c if c.name not in ("id", "subject_id", "previous_hash", "hash")]
    with world.database.read() as connection:
        one, other = (
            connection.execute(
                sa.select(*columns).where(history.c.subject_id == world.model(code).id, history.c.trigger == "accept")
            ).one()
            for code in (single, bulk)
        )
    assert one == other


def test_bulk_shares_one_decision(world: World) -> None:
    codes = [world.carry(world.create(a_draft(name=f"Mô hình {n}")), "district_review") for n in range(3)]
    stated = {"decision_number": "20-QĐ/BCĐ", "decision_date": "01/03/2024", "signer": "Nguyễn Văn Huyện"}
    with world.database.write() as connection:
        outcomes = transition.apply_many(connection, "district2", NOW, codes, "recognise", stated=stated)
    assert all(outcome.applied for outcome in outcomes)
    assert len({world.model(code).decision_id for code in codes}) == 1


def test_bulk_of_nothing(world: World) -> None:
    with world.database.write() as connection:
        assert transition.apply_many(connection, "staff2", NOW, [], "accept") == []


def test_possible_asks_nothing_that_the_form_is_going_to_ask(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    with world.database.read() as connection:
        model = model_by_code(connection, code, lock=False)
        assert model is not None
        offers = transition.possible(connection, access.actor(connection, "staff2", NOW), NOW, model)
    allowed = {offer.trigger: offer for offer in offers if offer.allowed}
    assert set(allowed) == {"return_registration", "accept", "merge"}
    assert [fact.name for fact in allowed["return_registration"].needs] == ["reason", "items", "resubmit_by"]
    withdraw = next(offer for offer in offers if offer.trigger == "withdraw")
    assert [(reason.guard, reason.message) for reason in withdraw.reasons] == [
        ("role", "Bước «Rút đăng ký» dành cho: Cán bộ đơn vị đăng ký.")
    ]
