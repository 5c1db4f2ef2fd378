"""Dossiers sent up, decisions with their numbers, and what they leave on the models."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import pytest
import sqlalchemy as sa

from tests.world import NOW, World, a_draft
from workflow.core import access
from workflow.core.engine import transition
from workflow.core.people import units
from workflow.ground.refusals import GuardRefused, InvalidInput, NotAllowed, NotFound, NotPossible, Refusal
from workflow.ground.schema import achievement_report, decision, history, programme_year, roster_entry
from workflow.stages.recognition import commands as recognition
from workflow.stages.recognition import submission
from workflow.stages.recognition import view as recognition_view

YEAR = 2024
REPORT = "Thôn vận động 42 hộ hiến đất, góp 350 ngày công."
SIGNED: Final[dict[str, Any]] = {
    "decision_number": "12-QĐ/BCĐ",
    "decision_date": "01/03/2024",
    "signer": "Nguyễn Văn Huyện",
}


def guards(refusal: Refusal) -> list[str]:
    return [reason.guard for reason in refusal.reasons]


def reviewed(world: World, names: Sequence[str], choice: str = "for") -> tuple[int, list[str]]:
    """Models of these names after one closed meeting."""
    codes = [world.carry(world.create(a_draft(name=name)), "inspected") for name in names]
    return world.hold_meeting(codes, choice=choice), codes


def prepare(world: World, meeting_id: int, reports: Mapping[str, str], who: str = "secretary", **more: Any) -> int:
    with world.database.write() as connection:
        return submission.prepare_submission(connection, who, NOW, meeting_id, reports=reports, **more)


def view(world: World, submission_id: int, who: str = "chair") -> recognition_view.SubmissionView:
    with world.database.read() as connection:
        return recognition_view.submission_view(connection, access.actor(connection, who, NOW), submission_id)


def under_district_review(world: World, names: Sequence[str]) -> list[str]:
    """Models at the district, all sent up with one dossier."""
    meeting_id, codes = reviewed(world, names)
    prepare(world, meeting_id, dict.fromkeys(codes, REPORT))
    for code in codes:
        world.apply(code, "propose", "chair")
        world.apply(code, "receive_dossier", "district2")
    return codes


# Submission --------------------------------------------------------------------------------------------------------------------


def test_roster_holds_what_carried_in_the_order_of_the_agenda(world: World) -> None:
    meeting_id, codes = reviewed(world, ["Vận động trồng quế", "Vận động xây nhà văn hoá"])
    key = prepare(world, meeting_id, dict.fromkeys(codes, REPORT), results={codes[0]: "30 ha quế\n42 hộ"})
    shown = view(world, key)
    assert [(line.position, line.code, line.votes_for, line.members) for line in shown.roster] == [
        (1, codes[0], 4, 5),
        (2, codes[1], 4, 5),
    ]
    assert [line.results for line in shown.roster] == ["30 ha quế\n42 hộ", "Làm xong 1,2 km đường."]
    assert (shown.declared_models, shown.listed, shown.reported, shown.differences) == (2, 2, 2, ())
    assert shown.to_unit_name == "Huyện Khe Lam"


def test_submission_needs_a_closed_meeting_that_carried_something(world: World) -> None:
    code = world.carry(world.create(), "inspected")
    with pytest.raises(NotPossible) as refused:
        prepare(world, world.prepare_meeting([code]), {})
    assert refused.value.guard == "meeting_status"
    lost, _ = reviewed(world, ["Vận động trồng quế"], "against")
    with pytest.raises(NotPossible) as refused:
        prepare(world, lost, {})
    assert refused.value.guard == "roster"


@pytest.mark.parametrize(
    ("change", "form_field"),
    [
        ({"reports": {"DVK-2024-9": REPORT}}, "reports.DVK-2024-9"),
        ({"results": {"DVK-2024-9": "x"}}, "results.DVK-2024-9"),
        ({"declared_models": 0}, "declared_models"),
        ({"dated": "02/03/2024"}, "dated"),
        ({"dated": "hôm qua"}, "dated"),
        ({"number": "9" * 41}, "number"),
        ({"signer": "A" * 121}, "signer"),
    ],
)
def test_submission_unusable_names_the_field(sqlite_world: World, change: dict[str, Any], form_field: str) -> None:
    meeting_id, _ = reviewed(sqlite_world, ["Vận động trồng quế"])
    with pytest.raises(InvalidInput) as refused:
        prepare(sqlite_world, meeting_id, **({"reports": {}} | change))
    assert list(refused.value.problems) == [form_field]


@pytest.mark.parametrize(("who", "refusal"), [("staff", NotAllowed), ("chair2", NotFound), ("officer.x1t1", NotFound)])
def test_submission_is_drawn_up_by_the_commune(sqlite_world: World, who: str, refusal: type[Refusal]) -> None:
    meeting_id, _ = reviewed(sqlite_world, ["Vận động trồng quế"])
    with pytest.raises(refusal):
        prepare(sqlite_world, meeting_id, {}, who)


def test_propose_names_what_the_dossier_lacks(world: World) -> None:
    meeting_id, (code,) = reviewed(world, ["Vận động trồng quế"])
    with pytest.raises(GuardRefused, match="tờ trình và danh sách trích ngang"):
        world.apply(code, "propose", "chair")
    key = prepare(world, meeting_id, {})
    with pytest.raises(GuardRefused, match="báo cáo thành tích") as refused:
        world.apply(code, "propose", "chair")
    assert guards(refused.value) == ["dossier_complete"]
    with world.database.write() as connection:
        submission.save_report(connection, "secretary", NOW, key, code, REPORT)
    with pytest.raises(GuardRefused, match="tờ trình số thứ tự 999"):
        world.apply(code, "propose", "chair", submission="999")
    world.apply(code, "propose", "chair", submission=str(key))
    assert (world.model(code).submission_id, world.state(code)) == (key, "proposed")


def test_report_is_rewritten_until_the_model_goes_up(sqlite_world: World) -> None:
    meeting_id, (code,) = reviewed(sqlite_world, ["Vận động trồng quế"])
    key = prepare(sqlite_world, meeting_id, {code: REPORT})

    def write(text: str) -> None:
        with sqlite_world.database.write() as connection:
            submission.save_report(connection, "secretary", NOW, key, code, text)

    write("Bản viết lại.")
    assert [line.report for line in view(sqlite_world, key).roster] == ["Bản viết lại."]
    with pytest.raises(InvalidInput):
        write("ạ" * 20_001)
    sqlite_world.apply(code, "propose", "chair")
    with pytest.raises(NotPossible):
        write("Muộn.")


def test_latest_submission_counts_and_takes_only_what_is_left(sqlite_world: World) -> None:
    meeting_id, codes = reviewed(sqlite_world, ["Vận động trồng quế", "Vận động xây nhà văn hoá"])
    first = prepare(sqlite_world, meeting_id, dict.fromkeys(codes, REPORT))
    sqlite_world.apply(codes[0], "propose", "chair")
    second = prepare(sqlite_world, meeting_id, {codes[1]: REPORT})
    sqlite_world.apply(codes[1], "propose", "chair")
    assert [sqlite_world.model(code).submission_id for code in codes] == [first, second]
    assert [line.code for line in view(sqlite_world, second).roster] == [codes[1]]


def test_meeting_overtaken_by_a_later_one_sends_nothing_up(world: World) -> None:
    meeting_id, (code,) = reviewed(world, ["Vận động trồng quế"])
    prepare(world, meeting_id, {code: REPORT})
    world.apply(code, "propose", "chair")
    world.apply(code, "return_dossier", "district1", reason="Biên bản thiếu chữ ký.")
    second = world.hold_meeting([code], NOW + timedelta(days=1))
    with pytest.raises(NotPossible) as refused:
        prepare(world, meeting_id, {code: REPORT})
    assert refused.value.guard == "roster"
    with pytest.raises(GuardRefused, match="tờ trình và danh sách trích ngang"):
        world.apply(code, "propose", "chair")
    key = prepare(world, second, {code: REPORT})
    world.apply(code, "propose", "chair")
    assert world.model(code).submission_id == key


@pytest.mark.parametrize("document", ["submission", "roster", "reports", "name"])
def test_dossier_whose_papers_disagree_is_not_received(world: World, document: str) -> None:
    meeting_id, codes = reviewed(world, ["Vận động trồng quế", "Vận động xây nhà văn hoá"])
    key = prepare(
        world, meeting_id, dict.fromkeys(codes, REPORT), declared_models=3 if document == "submission" else None
    )
    for code in codes:
        world.apply(code, "propose", "chair")
    other = world.model(codes[1]).id
    with world.database.write() as connection:
        if document == "roster":
            connection.execute(sa.delete(roster_entry).where(roster_entry.c.model_id == other))
        elif document == "reports":
            connection.execute(sa.delete(achievement_report).where(achievement_report.c.model_id == other))
        elif document == "name":
            connection.execute(
                sa.update(roster_entry).where(roster_entry.c.model_id == other).values(model_name="Khác")
            )
    with pytest.raises(GuardRefused) as refused:
        world.apply(codes[0], "receive_dossier", "district1")
    assert guards(refused.value) == ["dossier_counts_agree"]
    assert (codes[1] in refused.value.message) == (document in ("reports", "name"))
    assert view(world, key).differences


def test_numbers_of_the_clerk_are_entered_once(sqlite_world: World) -> None:
    meeting_id, (code,) = reviewed(sqlite_world, ["Vận động trồng quế"])
    key = prepare(sqlite_world, meeting_id, {code: REPORT})

    def number(
        who: str = "chair", number: str = "03-TTr/BCĐ", dated: str = "01/03/2024", signer: str = "Vi Văn Chủ"
    ) -> None:
        with sqlite_world.database.write() as connection:
            submission.number_submission(connection, who, NOW, key, number, dated, signer)

    with pytest.raises(InvalidInput) as refused:
        number(number=" ", dated="", signer="")
    assert set(refused.value.problems) == {"number", "dated", "signer"}
    with pytest.raises(NotAllowed):
        number("staff")
    number()
    with pytest.raises(NotPossible):
        number(number="04-TTr/BCĐ")
    shown = view(sqlite_world, key)
    assert (shown.number, shown.dated, shown.signer) == ("03-TTr/BCĐ", date(2024, 3, 1), "Vi Văn Chủ")


def test_submissions_are_shown_to_reviewers_of_the_place(sqlite_world: World) -> None:
    meeting_id, (code,) = reviewed(sqlite_world, ["Vận động trồng quế"])
    key = prepare(sqlite_world, meeting_id, {code: REPORT})

    def listed(who: str) -> list[int]:
        with sqlite_world.database.read() as connection:
            return [
                one.id for one in recognition_view.submissions(connection, access.actor(connection, who, NOW), YEAR)
            ]

    shown = {who: listed(who) for who in ("chair", "district1", "chair2", "outsider", "officer.x1", "villager")}
    assert shown == {"chair": [key], "district1": [key], "chair2": [], "outsider": [], "officer.x1": [], "villager": []}
    for who in ("chair2", "outsider", "officer.x1"):
        with pytest.raises(NotFound):
            view(sqlite_world, key, who)


# Decision ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "form_field"),
    [
        ({"decision_number": ""}, "decision_number"),
        ({"decision_number": "QĐ/BCĐ"}, "decision_number"),
        ({"decision_number": "0"}, "decision_number"),
        ({"decision_number": "12345678"}, "decision_number"),
        ({"decision_number": "-5"}, "decision_number"),
        ({"decision_number": "12; DROP TABLE"}, "decision_number"),
        ({"decision_date": ""}, "decision_date"),
        ({"decision_date": "02/03/2024"}, "decision_date"),
        ({"decision_date": "01/03/1999"}, "decision_date"),
        ({"decision_date": "1/3"}, "decision_date"),
        ({"signer": " "}, "signer"),
    ],
)
def test_decision_unreadable_names_the_field(sqlite_world: World, change: dict[str, Any], form_field: str) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "district_review")
    with pytest.raises(InvalidInput) as refused:
        sqlite_world.apply(code, "recognise", "district2", **(SIGNED | change))
    assert list(refused.value.problems) == [form_field]
    assert sqlite_world.state(code) == "district_review"


@pytest.mark.parametrize(
    ("written", "number", "symbol"),
    [
        ("12", 12, ""),
        ("012-QĐ/BCĐ", 12, "QĐ/BCĐ"),
        ("Số 12/QĐ-UBND", 12, "QĐ-UBND"),
        ("số: 12 – QĐ/HU", 12, "QĐ/HU"),
    ],
)
def test_decision_number_is_read_as_written(sqlite_world: World, written: str, number: int, symbol: str) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "district_review")
    sqlite_world.apply(code, "recognise", "district2", **(SIGNED | {"decision_number": written}))
    with sqlite_world.database.read() as connection:
        row = connection.execute(sa.select(decision)).one()
    assert (row.number, row.symbol, row.period, row.signer) == (number, symbol, "2024", "Nguyễn Văn Huyện")
    assert sqlite_world.model(code).decision_id == row.id


def test_one_decision_recognises_many(world: World) -> None:
    codes = under_district_review(world, ["Vận động trồng quế", "Vận động xây nhà văn hoá", "Vận động giữ rừng"])
    with world.database.write() as connection:
        outcomes = transition.apply_many(connection, "district2", NOW, codes, "recognise", stated=SIGNED)
    assert [outcome.refusal for outcome in outcomes] == [None] * 3
    with world.database.read() as connection:
        actor = access.actor(connection, "district1", NOW)
        (shown,) = recognition_view.decisions(connection, actor).rows
    assert (shown.written, shown.models, shown.issuer_name) == ("12-QĐ/BCĐ", 3, "Huyện Khe Lam")
    assert {world.model(code).decision_id for code in codes} == {shown.id}


def test_number_already_used_is_refused_and_the_decision_itself_can_be_stated(world: World) -> None:
    first, second = under_district_review(world, ["Vận động trồng quế", "Vận động xây nhà văn hoá"])
    world.apply(first, "recognise", "district2", **SIGNED)
    with pytest.raises(GuardRefused, match="Số quyết định 12") as refused:
        world.apply(second, "recognise", "district2", **(SIGNED | {"decision_number": "12-QĐ/HU"}))
    assert guards(refused.value) == ["decision_number_free"]
    with pytest.raises(GuardRefused):
        world.apply(second, "recognise", "district2", decision="999")
    world.apply(second, "recognise", "district2", decision=str(world.model(first).decision_id))
    assert world.model(second).decision_id == world.model(first).decision_id


def test_number_is_free_again_in_another_year_but_not_within_a_term(world: World) -> None:
    first, second, third = under_district_review(
        world, ["Vận động trồng quế", "Vận động giữ rừng", "Vận động nuôi ong"]
    )
    world.apply(first, "recognise", "district2", **(SIGNED | {"decision_date": "30/12/2023"}))
    world.apply(second, "recognise", "district2", **SIGNED)
    with world.database.write() as connection:
        connection.execute(sa.update(programme_year).values(numbering="term"))
        connection.execute(sa.update(decision).where(decision.c.period == "2024").values(period="term"))
    with pytest.raises(GuardRefused, match="trong nhiệm kỳ"):
        world.apply(third, "recognise", "district2", **(SIGNED | {"decision_date": "05/01/2023"}))


def test_number_that_does_not_rise_with_the_date_warns(sqlite_world: World) -> None:
    first, second, third = under_district_review(
        sqlite_world, ["Vận động trồng quế", "Vận động giữ rừng", "Vận động nuôi ong"]
    )
    dated = {"decision_number": "20", "decision_date": "20/02/2024"}
    assert sqlite_world.apply(first, "recognise", "district2", **(SIGNED | dated)).warnings == ()
    (warning,) = sqlite_world.apply(second, "recognise", "district2", **SIGNED).warnings
    assert "số 20 ngày 20/02/2024" in warning
    later = {"decision_number": "21", "decision_date": "29/02/2024"}
    assert len(sqlite_world.apply(third, "recognise", "district2", **(SIGNED | later)).warnings) == 1


def test_one_number_for_two_decisions_at_once_goes_to_one(world: World) -> None:
    first, second = under_district_review(world, ["Vận động trồng quế", "Vận động xây nhà văn hoá"])
    refusals: list[Refusal] = []

    def follow() -> None:
        try:
            world.apply(second, "recognise", "district2", **SIGNED)
        except Refusal as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=follow)
    with world.database.write() as connection:
        transition.apply(connection, "district2", NOW, first, "recognise", stated=SIGNED)
        thread.start()
        time.sleep(0.3)
        assert thread.is_alive()
    thread.join()
    assert [guards(refusal) for refusal in refusals] == [["decision_number_free"]]
    assert (world.state(first), world.state(second)) == ("recognised", "district_review")


def test_bulk_with_a_used_number_recognises_none(sqlite_world: World) -> None:
    codes = under_district_review(sqlite_world, ["Vận động trồng quế", "Vận động giữ rừng", "Vận động nuôi ong"])
    sqlite_world.apply(codes[0], "recognise", "district2", **SIGNED)
    with sqlite_world.database.write() as connection:
        outcomes = transition.apply_many(connection, "district2", NOW, codes, "recognise", stated=SIGNED)
    assert all(outcome.refusal is not None for outcome in outcomes)
    assert [sqlite_world.state(code) for code in codes] == ["recognised", "district_review", "district_review"]


def test_commune_and_district_number_their_decisions_apart(sqlite_world: World) -> None:
    at_district = sqlite_world.carry(sqlite_world.create(), "district_review")
    _, (at_commune,) = reviewed(sqlite_world, ["Vận động trồng quế"])
    sqlite_world.apply(at_district, "recognise", "district2", **SIGNED)
    sqlite_world.apply(at_commune, "recognise_at_commune", "chair", **SIGNED)
    assert sqlite_world.state(at_commune) == "commune_recognised"
    other = sqlite_world.model(at_district).decision_id
    _, (third,) = reviewed(sqlite_world, ["Vận động giữ rừng"])
    with pytest.raises(GuardRefused) as refused:
        sqlite_world.apply(third, "recognise_at_commune", "chair", decision=str(other))
    assert guards(refused.value) == ["decision_number_free"]


def test_revocation_is_a_decision_of_its_own_and_the_first_one_stays(world: World) -> None:
    code = world.carry(world.create(), "district_review")
    world.apply(code, "recognise", "district2", outstanding="có", **SIGNED)
    with world.database.read() as connection:
        signed = connection.execute(sa.select(decision)).one()
    world.apply(code, "revoke", "district2", reason="Kết quả không đúng sự thật.", **SIGNED)
    model = world.model(code)
    assert (model.state, model.decision_id, model.outstanding) == ("revoked", signed.id, False)
    with world.database.read() as connection:
        kept, revoking = connection.execute(sa.select(decision).order_by(decision.c.id)).all()
    assert kept == signed
    assert (revoking.id, revoking.type, revoking.ground) == (
        model.revocation_id,
        "revocation",
        "Kết quả không đúng sự thật.",
    )


@pytest.mark.parametrize(
    ("who", "refusal"), [("chair", NotAllowed), ("officer.x1t1", NotAllowed), ("outsider", NotFound)]
)
def test_outstanding_is_marked_by_who_recognises(sqlite_world: World, who: str, refusal: type[Refusal]) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "recognised")

    def mark(actor: str, outstanding: bool) -> None:
        with sqlite_world.database.write() as connection:
            recognition.mark_outstanding(connection, actor, NOW, code, outstanding)

    with pytest.raises(refusal):
        mark(who, True)
    mark("district1", True)
    version = sqlite_world.model(code).version
    assert sqlite_world.model(code).outstanding
    mark("district1", True)
    assert sqlite_world.model(code).version == version
    mark("district1", False)
    assert not sqlite_world.model(code).outstanding


def test_outstanding_needs_a_recognition(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "proposed")
    with pytest.raises(NotPossible), sqlite_world.database.write() as connection:
        recognition.mark_outstanding(connection, "district1", NOW, code, True)


def test_decisions_are_shown_with_the_models_one_may_see(sqlite_world: World) -> None:
    sqlite_world.carry(sqlite_world.create(), "recognised")

    def listed(who: str) -> list[int]:
        with sqlite_world.database.read() as connection:
            return [
                one.models for one in recognition_view.decisions(connection, access.actor(connection, who, NOW)).rows
            ]

    shown = {who: listed(who) for who in ("district1", "chair", "officer.x1t1", "officer.x1t2", "chair2", "outsider")}
    assert shown == {
        "district1": [1],
        "chair": [1],
        "officer.x1t1": [1],
        "officer.x1t2": [],
        "chair2": [],
        "outsider": [],
    }


@pytest.mark.parametrize("few", [units.FEW, 0], ids=["few units", "many units"])
def test_decisions_come_page_by_page_and_count_up_to_a_bound(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(units, "FEW", few)
    monkeypatch.setattr(recognition_view, "MOST_SHOWN", 2)
    world.carry(world.create(), "recognised")
    issued = {"type": "recognition", "signer": "Người Ký", "period": "2024", "recorded_at": NOW, "recorded_by": 1}
    with world.database.write() as connection:
        issuers = {"KL": (501, 502, 503, 504), "AS": (505,)}
        rows = [
            issued | {"issuer_id": world.units[code], "number": number, "dated": NOW.date()}
            for code, numbers in issuers.items()
            for number in numbers
        ]
        connection.execute(sa.insert(decision), rows)

    def pages(who: str) -> list[list[tuple[int, int, bool]]]:
        found: list[list[tuple[int, int, bool]]] = []
        place = ""
        with world.database.read() as connection:
            actor = access.actor(connection, who, NOW)
            while not found or place:
                page = recognition_view.decisions(connection, actor, place, kind="recognition")
                found.append([(one.number, one.models, one.more) for one in page.rows])
                place = page.following
            assert recognition_view.decisions(connection, actor, kind="revocation").rows == ()
        return found

    def flat(who: str) -> list[tuple[int, int, bool]]:
        return [one for page in pages(who) for one in page]

    assert [len(page) for page in pages("district1")] == [2, 2, 1]
    assert [number for number, _models, _more in flat("district1") if number > 500] == [504, 503, 502, 501]
    assert [one[1:] for one in flat("district1") if one[0] <= 500] == [(1, False)]
    assert [one[1:] for one in flat("officer.x1t1")] == [(1, False)]
    assert flat("officer.x1t2") == []
    monkeypatch.setattr(recognition_view, "MOST_COUNTED", 0)
    assert [one[1:] for one in flat("officer.x1t1")] == [(0, True)]
    with pytest.raises(InvalidInput), world.database.read() as connection:
        recognition_view.decisions(connection, access.actor(connection, "district1", NOW), "2024-01-01.x.1")


def test_history_tells_of_roster_submission_and_decision(world: World) -> None:
    code = world.carry(world.create(), "recognised")
    model = world.model(code)
    with world.database.read() as connection:
        entries = connection.execute(
            sa.select(history.c.trigger, history.c.payload)
            .where(history.c.subject == "model", history.c.subject_id == model.id)
            .order_by(history.c.seq)
        ).all()
    told = {entry.trigger: json.loads(entry.payload) for entry in entries}
    assert told["submission_prepared"]["position"] == 1
    assert told["propose"]["submission"] == told["submission_prepared"]["submission"]
    assert told["recognise"]["decision"] == model.decision_id
