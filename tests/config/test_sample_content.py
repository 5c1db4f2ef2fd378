"""The sample holds exactly the figures of the two reports, refers only to what it contains, and is marked as a sample."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import date
from typing import get_args

import pytest

from config.sample.content import COMMUNE_MODEL_FILES, content
from config.sample.records import CommuneModel, Conclusion, InspectionKind, Origin, UnitKind, UnitLevel
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.reading.names import word_key
from workflow.ground.reading.quantities import parse_quantity
from workflow.ground.reading.text import fold

# Collective and individual models by field in the district's report (docs/domain.md, Models and figures).
DISTRICT_TABLE = {
    "kinh_te": (24, 34),
    "van_hoa_xa_hoi": (28, 15),
    "nong_thon_moi": (23, 16),
    "quoc_phong_an_ninh": (14, 6),
    "he_thong_chinh_tri": (11, 6),
}
# The codes of the default score sheet and its maxima (docs/domain.md, Inspection record).
MAXIMA = {"leadership": 15, "fit": 15, "method": 20, "forces": 15, "results": 20, "durability": 15}
ITEMS = {"situation", "goals", "method", "place_people", "forces", "time_resources", "outputs", "sustainability"}
ROLES = {
    "unit_officer",
    "inspector",
    "commune_reviewer",
    "district_reviewer",
    "province_reviewer",
    "staff",
    "leader",
    "admin",
}

SAMPLE = content()
COMMUNE = SAMPLE.commune
DISTRICT_COLLECTIVE = tuple(row for row in SAMPLE.district_rows if not row.person)
DISTRICT_INDIVIDUAL = tuple(row for row in SAMPLE.district_rows if row.person)


FIELD_BY_SPELLING = {
    word_key(text): field.code
    for field in standard_defaults().fields
    for text in (field.code, field.label, *field.aliases)
}


def every_model_name() -> list[str]:
    return [row.name for row in SAMPLE.district_rows] + [model.name for model in COMMUNE.rows]


def test_district_fields_by_kind_are_those_of_the_report() -> None:
    collective = Counter(FIELD_BY_SPELLING[word_key(row.field_text)] for row in DISTRICT_COLLECTIVE)
    individual = Counter(FIELD_BY_SPELLING[word_key(row.field_text)] for row in DISTRICT_INDIVIDUAL)
    assert {code: (collective[code], individual[code]) for code in DISTRICT_TABLE} == DISTRICT_TABLE
    assert (len(DISTRICT_COLLECTIVE), len(DISTRICT_INDIVIDUAL)) == (100, 77)


def test_district_kind_texts_agree_with_the_person_column() -> None:
    assert {fold(row.kind_text) for row in DISTRICT_COLLECTIVE} == {"tap the"}
    assert {fold(row.kind_text) for row in DISTRICT_INDIVIDUAL} == {"ca nhan"}


def test_district_has_a_plan_for_each_field_and_starts_after_the_last_acceptance() -> None:
    assert set(SAMPLE.district.plans) == set(DISTRICT_TABLE)
    assert SAMPLE.district.started_on > max(row.registered_on for row in SAMPLE.district_rows)


def test_district_registrants_are_those_of_the_report() -> None:
    people = Counter((row.unit_code, row.person) for row in DISTRICT_INDIVIDUAL)
    assert len({row.unit_code for row in DISTRICT_COLLECTIVE}) == 27
    assert Counter(people.values()) == {1: 69, 2: 4}
    # No name twice: whoever counts people by name alone gets the same 73.
    assert len({person for _, person in people}) == 73


def test_district_units_are_thirteen_communes_and_fourteen_agencies() -> None:
    own = [unit for unit in SAMPLE.units if unit.parent == SAMPLE.district_unit_code]
    communes = [unit for unit in own if unit.level == "commune"]
    agencies = [unit for unit in own if unit.level == "district"]
    assert (len(communes), len(agencies)) == (13, 14)
    assert sum(unit.name.startswith("Thị trấn") for unit in communes) == 1
    assert {unit.code for unit in own} == {row.unit_code for row in DISTRICT_COLLECTIVE}
    assert {row.unit_code for row in DISTRICT_INDIVIDUAL} <= {unit.code for unit in own}


def test_district_registration_dates_lie_on_working_days_of_february_and_march() -> None:
    for row in SAMPLE.district_rows:
        assert date(2024, 2, 1) <= row.registered_on <= date(2024, 3, 31)
        assert row.registered_on.weekday() < 5


def test_model_names_are_distinct_and_as_long_as_real_ones() -> None:
    names = every_model_name()
    assert len(names) == 177 + 18
    assert len({fold(name) for name in names}) == len(names)
    assert all(len(name.split()) > 4 and len(name) <= 200 for name in names)
    assert sum(len(name) > 150 for name in names) == 4


def test_unit_tree_has_one_root_and_known_parents() -> None:
    codes = [unit.code for unit in SAMPLE.units]
    assert len(set(codes)) == len(codes)
    assert [unit.code for unit in SAMPLE.units if unit.parent is None] == ["TM"]
    seen: set[str] = set()
    for unit in SAMPLE.units:
        assert unit.parent is None or unit.parent in seen
        assert unit.level in get_args(UnitLevel)
        assert unit.kind in get_args(UnitKind)
        seen.add(unit.code)


def test_every_unit_name_is_marked_and_unambiguous_in_its_parent() -> None:
    assert all(unit.name.endswith(("(mẫu)", "(dữ liệu mẫu)")) for unit in SAMPLE.units)
    assert len({(unit.parent, fold(unit.name)) for unit in SAMPLE.units}) == len(SAMPLE.units)


def test_accounts_are_complete_and_refer_to_the_units() -> None:
    codes = {unit.code for unit in SAMPLE.units}
    names = [account.user_name for account in SAMPLE.accounts]
    assert len(set(names)) == len(names)
    assert len({account.full_name for account in SAMPLE.accounts}) == len(names)
    for account in SAMPLE.accounts:
        assert re.fullmatch(r"[a-z0-9]+(\.[a-z0-9]+)?", account.user_name)
        assert account.home in codes
        assert account.position
        assert account.assignments
        assert {assignment.unit_code for assignment in account.assignments} <= codes
        assert {assignment.role for assignment in account.assignments} <= ROLES


def test_every_registering_unit_has_one_officer_of_its_own() -> None:
    registering = {row.unit_code for row in SAMPLE.district_rows} | {model.unit_code for model in COMMUNE.rows}
    for code in registering:
        officers = [account for account in SAMPLE.accounts if account.holds("unit_officer", code)]
        assert [officer.home for officer in officers] == [code]
        assert SAMPLE.officer_of(code) == officers[0]


def test_accounts_that_sign_in_cover_every_role() -> None:
    signing_in = [account for account in SAMPLE.accounts if account.sign_in]
    assert len(signing_in) == 18
    assert {assignment.role for account in signing_in for assignment in account.assignments} == ROLES


def test_importer_and_accepter_can_be_two_people_at_both_districts() -> None:
    staff = [account for account in SAMPLE.accounts if account.holds("staff", SAMPLE.district_unit_code)]
    assert len(staff) == 2
    assert {SAMPLE.district.importer, SAMPLE.district.accepter} == {one.key for one in staff}
    assert SAMPLE.account(COMMUNE.importer).holds("staff", "NP")
    assert SAMPLE.account(COMMUNE.accepter).holds("commune_reviewer", COMMUNE.unit_code)
    assert SAMPLE.account(COMMUNE.recogniser).holds("district_reviewer", "NP")
    assert len({COMMUNE.importer, COMMUNE.accepter, COMMUNE.recogniser, COMMUNE.proposer}) == 4


def test_commune_counts_are_those_of_the_report() -> None:
    villages = [unit for unit in SAMPLE.units if unit.parent == COMMUNE.unit_code and unit.level == "village"]
    assert len(villages) == 8
    assert Counter(model.kind for model in COMMUNE.rows) == {"collective": 13, "individual": 5}
    assert Counter(model.kind for model in COMMUNE.proposed) == {"collective": 6, "individual": 1}
    assert len({model.key for model in COMMUNE.rows}) == 18
    assert len(COMMUNE_MODEL_FILES) == len({model.field for model in COMMUNE.rows})
    assert {unit.parent for unit in SAMPLE.units if unit.code in {model.unit_code for model in COMMUNE.rows}} == {
        COMMUNE.unit_code
    }


@pytest.mark.parametrize("model", COMMUNE.rows, ids=lambda model: model.key)
class TestCommuneModel:
    def test_registration_form_is_written_out(self, model: CommuneModel) -> None:
        assert FIELD_BY_SPELLING[word_key(model.field_text)] == model.field
        assert model.origin in get_args(Origin)
        assert set(model.items) == ITEMS
        for text in model.items.values():
            assert 2 <= len(re.findall(r"[.](?:\s|$)", text)) <= 4
            assert 50 <= len(text) <= 600
        assert model.person
        assert model.position
        assert model.targets

    def test_dates_follow_one_another(self, model: CommuneModel) -> None:
        visits = [visit.held_on for visit in model.inspections]
        steps = [model.registered_on, COMMUNE.accepted_on, model.plan.start_date, model.results.reported_on, visits[0]]
        if model.remediation:
            steps += [model.remediation.reported_on, visits[1]]
        steps += [
            COMMUNE.meeting.held_on,
            COMMUNE.submission.dated,
            COMMUNE.submission.received_on,
            COMMUNE.decision.dated,
        ]
        assert steps == sorted(steps)
        assert date(2024, 2, 1) <= model.registered_on <= date(2024, 3, 31)

    def test_quantities_can_be_read_with_their_measure(self, model: CommuneModel) -> None:
        measures = {measure.code: measure for measure in standard_defaults().measures}
        for stated in (*model.targets, *model.results.quantities):
            measure = measures[stated.measure]
            read = parse_quantity(stated.quantity)
            assert read.value > 0
            assert read.unit is not None
            assert fold(read.unit) in {fold(unit) for unit in (measure.unit, *measure.unit_aliases)}

    def test_inspections_are_complete(self, model: CommuneModel) -> None:
        for visit in model.inspections:
            assert visit.kind in get_args(InspectionKind)
            assert visit.conclusion in get_args(Conclusion)
            assert set(visit.scores) == set(MAXIMA)
            assert all(0 < visit.scores[code] <= most for code, most in MAXIMA.items())
            assert len(visit.inspectors) == 3
            assert all([visit.place, visit.strengths, visit.shortcomings, visit.recommendations])
            assert (visit.conclusion == "remediation") == bool(visit.finding) == (visit.mend_by is not None)
        assert model.inspections[-1].conclusion == "passed"
        assert 65 <= model.inspections[-1].total <= 100

    def test_inspectors_are_not_of_the_registering_unit(self, model: CommuneModel) -> None:
        for key in COMMUNE.team:
            assert SAMPLE.account(key).home != model.unit_code
            assert any(assignment.role == "inspector" for assignment in SAMPLE.account(key).assignments)

    def test_outcome_has_its_text(self, model: CommuneModel) -> None:
        assert len(model.achievement) == (2 if model.carried else 0)
        assert bool(model.decline_reason) == (not model.carried)
        stated = re.match(r"Được (\d)/9 phiếu", model.decline_reason)
        assert stated is None or int(stated[1]) == model.votes_for

    def test_own_unit_abstains(self, model: CommuneModel) -> None:
        assert set(model.votes) == set(COMMUNE.meeting.members)
        for key, choice in model.votes.items():
            if SAMPLE.account(key).home == model.unit_code:
                assert choice == "abstain"


def test_exactly_one_member_has_to_abstain_on_one_model() -> None:
    own = [
        (key, model.key)
        for model in COMMUNE.rows
        for key in COMMUNE.meeting.members
        if SAMPLE.account(key).home == model.unit_code
    ]
    assert own == [("hoinongdan.binhluong", "bi-xanh-hoi-nong-dan")]


def test_votes_show_that_more_for_than_against_is_not_enough() -> None:
    tally = {model.key: Counter(model.votes.values()) for model in COMMUNE.rows}
    close = [key for key, votes in tally.items() if votes["against"] < votes["for"] <= 4]
    assert "nha-sach-pac-luong" in close
    assert {len(model.votes) for model in COMMUNE.rows} == {9}


def test_meeting_has_nine_members_with_quorum() -> None:
    meeting = COMMUNE.meeting
    assert len(meeting.members) == len(set(meeting.members)) == 9
    assert all(SAMPLE.account(key).holds("commune_reviewer", COMMUNE.unit_code) for key in meeting.members)
    assert {meeting.chair, meeting.secretary, *meeting.absent} <= set(meeting.members)
    assert 3 * (9 - len(meeting.absent)) >= 2 * 9


def test_exactly_one_model_was_remedied_in_time() -> None:
    (model,) = [model for model in COMMUNE.rows if model.remediation]
    first, second = model.inspections
    assert [first.conclusion, second.conclusion, second.kind] == ["remediation", "passed", "re_inspection"]
    assert model.remediation is not None
    assert first.mend_by is not None
    assert model.remediation.reported_on <= first.mend_by < second.held_on
    assert all(len(other.inspections) == 1 for other in COMMUNE.rows if other is not model)


def test_results_hold_the_number_traps_of_the_reports() -> None:
    texts = {stated.quantity for model in COMMUNE.rows for stated in model.results.quantities}
    assert {"trên 35.300.000đ", "trên 350 ngày công", "hơn 500 cây", "172,5 kg", "253kg", "570.000đ"} <= texts
    assert "8/8 thôn" in {model.results.coverage for model in COMMUNE.rows}


def test_decision_names_signers_and_outstanding_models_of_the_sample() -> None:
    assert COMMUNE.submission.signer == SAMPLE.account(COMMUNE.proposer).full_name
    assert COMMUNE.decision.signer in {
        account.full_name for account in SAMPLE.accounts if account.holds("leader", "NP")
    }
    assert set(COMMUNE.decision.outstanding) <= {model.key for model in COMMUNE.proposed}


def test_public_page_has_models_of_those_who_agreed_and_of_no_others() -> None:
    opening = COMMUNE.publication
    proposed = {model.key for model in COMMUNE.proposed}
    agreed = {model.key for model in COMMUNE.rows if model.public}
    assert COMMUNE.decision.dated < opening.opened_on < opening.agreed_on
    assert set(opening.agreed) <= proposed - agreed
    assert len(proposed & agreed | set(opening.agreed)) == 6
    assert "individual" in {model.kind for model in COMMUNE.proposed if model.public}


def test_texts_are_composed_unicode() -> None:
    texts = every_model_name() + [text for model in COMMUNE.rows for text in model.items.values()]
    texts += [unit.name for unit in SAMPLE.units] + [account.full_name for account in SAMPLE.accounts]
    assert [text for text in texts if not unicodedata.is_normalized("NFC", text)] == []
