"""The sample is lived through, not inserted: its figures are those of the two reports, its history bears every step."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.sample.content import content
from tests.world import ITEM_TEXTS, NOW, World, replay
from workflow.across import sample
from workflow.across.figures.tally import Tally, tally
from workflow.across.lists import listing
from workflow.across.oversight import audit
from workflow.across.sample import SampleReport
from workflow.core.engine import transition
from workflow.core.lifecycles import store
from workflow.core.people import accounts, units
from workflow.core.programmes import stored
from workflow.ground import migrate
from workflow.ground.database import Database
from workflow.ground.refusals import NotPossible
from workflow.ground.schema import (
    ITEMS,
    account,
    agenda_item,
    decision,
    emulation_model,
    inspection,
    obligation,
    programme_year,
    registration_form,
    report_call,
    roster_entry,
    submission,
    unit,
    vote,
)
from workflow.ground.schema import history as history_table
from workflow.ground.vietnam_time import local_date
from workflow.stages.implementation import attachments
from workflow.stages.implementation.attachments import Store
from workflow.stages.recognition import publication
from workflow.stages.registration import commands as registration
from workflow.stages.registration.drafts import Draft

TODAY = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)

# The table of the district's report (docs/domain.md, Models and figures).
DISTRICT_TABLE = {
    "kinh_te": (24, 34, 58),
    "van_hoa_xa_hoi": (28, 15, 43),
    "nong_thon_moi": (23, 16, 39),
    "quoc_phong_an_ninh": (14, 6, 20),
    "he_thong_chinh_tri": (11, 6, 17),
}
# The way of every proposed model, by the triggers that changed its state.
WHOLE_WAY = [
    "submit",
    "accept",
    "start",
    "report_results",
    "pass_inspection",
    "open_review",
    "propose",
    "receive_dossier",
    "recognise",
]


def store_in(folder: Path) -> Store:
    return Store(folder, 5_000_000)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, SampleReport, Path]]:
    """The sample in a SQLite file; the tests that use it only read."""
    folder = tmp_path_factory.mktemp("sample")
    database = Database(f"sqlite:///{folder / 'dvk.db'}", synchronous="NORMAL")
    migrate.upgrade(database)
    report = sample.load(database, TODAY, store_in(folder / "files"))
    yield database, report, folder
    database.close()


@pytest.fixture(scope="module")
def database(loaded: tuple[Database, SampleReport, Path]) -> Database:
    return loaded[0]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    """A database with its tables and nothing in them."""
    fresh = Database(f"sqlite:///{tmp_path / 'empty.db'}", synchronous="NORMAL")
    migrate.upgrade(fresh)
    yield fresh
    fresh.close()


@pytest.fixture
def own_copy(loaded: tuple[Database, SampleReport, Path], tmp_path: Path) -> Iterator[Database]:
    """The loaded sample, to be changed."""
    original, _, folder = loaded
    with original.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(folder / "dvk.db", tmp_path / "copy.db")
    copy = Database(f"sqlite:///{tmp_path / 'copy.db'}", synchronous="NORMAL")
    yield copy
    copy.close()


def figures(database: Database, code: str, as_of: date | None = None) -> Tally:
    with database.read() as connection:
        return tally(connection, 2024, unit_row=units.by_code(connection, code), as_of=as_of)


def test_district_tally_is_the_table_of_the_report(database: Database) -> None:
    counted = figures(database, "KL")
    assert {row.field: (row.collective, row.individual, row.total) for row in counted.rows} == DISTRICT_TABLE
    assert [row.field for row in counted.rows] == list(DISTRICT_TABLE)
    assert (counted.total.collective, counted.total.individual, counted.total.total) == (100, 77, 177)
    assert counted.registrants == {"collective": 27, "individual": 73}
    assert counted.states == {"implementing": 177}


def test_commune_tally_is_that_of_the_report(database: Database) -> None:
    counted = figures(database, "NP-BL")
    assert (counted.total.collective, counted.total.individual) == (13, 5)
    assert counted.states == {"not_recognised": 11, "recognised": 7}
    with database.read() as connection:
        kinds = connection.execute(
            sa.select(emulation_model.c.kind).where(emulation_model.c.state == "recognised")
        ).scalars()
        assert Counter(kinds) == {"collective": 6, "individual": 1}


def test_tally_as_of_a_day_follows_the_lists_as_they_came_in(database: Database) -> None:
    by_then = sum(row.registered_on <= date(2024, 3, 8) for row in content().district_rows)
    assert figures(database, "KL", date(2024, 3, 8)).total.total == by_then
    assert 0 < by_then < 177
    assert figures(database, "KL", date(2024, 12, 31)).rows == figures(database, "KL").rows
    assert figures(database, "NP-BL", date(2024, 10, 24)).states == {"commune_review": 18}


def test_every_state_was_reached_through_the_history(database: Database) -> None:
    with database.read() as connection:
        assert audit.verify(connection) == []
        models = connection.execute(sa.select(emulation_model)).all()
        assert len(models) == 177 + 18
        for model in models:
            assert replay(connection, model.id) == (model.state, model.version)


def test_every_change_of_state_is_a_step_of_the_definition(database: Database) -> None:
    with database.read() as connection:
        steps = connection.execute(
            sa.select(history_table.c.trigger, history_table.c.from_state, history_table.c.to_state)
            .where(
                history_table.c.subject == "model",
                history_table.c.from_state.is_not(None),
                history_table.c.from_state != history_table.c.to_state,
            )
            .distinct()
        ).all()
        year = stored.year(connection, 2024)
        definition = store.definition(connection, year.definition_hash)
    assert definition.id == "three_tier"
    for trigger, source, target in steps:
        assert any(entry.target == target for entry in definition.entries(source, trigger)), (trigger, source, target)


def test_proposed_models_went_the_whole_way(database: Database) -> None:
    with database.read() as connection:
        recognised = connection.execute(
            sa.select(emulation_model.c.id).where(emulation_model.c.state == "recognised")
        ).scalars()
        for model_id in list(recognised):
            triggers = connection.execute(
                sa.select(history_table.c.trigger)
                .where(
                    history_table.c.subject == "model",
                    history_table.c.subject_id == model_id,
                    history_table.c.from_state != history_table.c.to_state,
                )
                .order_by(history_table.c.seq)
            ).scalars()
            assert list(triggers) == WHOLE_WAY


def test_every_moment_lies_in_the_sample_year(database: Database) -> None:
    with database.read() as connection:
        of_year = history_table.c.subject.not_in(("call", "report", "obligation"))
        moments = connection.execute(sa.select(history_table.c.at).where(of_year).distinct()).scalars().all()
        last = connection.execute(sa.select(sa.func.max(history_table.c.at))).scalar_one()
        created = connection.execute(sa.select(account.c.created_at)).scalars().all()
        attached = connection.execute(sa.text("SELECT MIN(added_at), MAX(added_at) FROM attachment")).one()
    assert {local_date(moment).year for moment in (*moments, *created)} == {2024}
    assert all(str(moment).startswith("2024") for moment in attached)
    assert last < TODAY


def test_staff_see_who_is_late_and_a_request_that_runs(database: Database) -> None:
    with database.read() as connection:
        rows = connection.execute(
            sa.select(
                report_call.c.label, unit.c.code, obligation.c.fulfilled_at, obligation.c.due_on, programme_year.c.year
            )
            .join(report_call, report_call.c.id == obligation.c.call_id)
            .join(unit, unit.c.id == obligation.c.collector_id)
            .join(programme_year, programme_year.c.id == obligation.c.year_id)
            .where(obligation.c.withdrawn_at.is_(None))
        ).all()
    late = Counter((row.label, row.code) for row in rows if row.fulfilled_at is None and row.due_on < TODAY.date())
    assert late == {("Báo cáo quý I", "TM"): 2}
    running = Counter(row.code for row in rows if row.label.startswith("Báo cáo nhanh"))
    assert running == {"KL": 13, "NP": 1}
    # Nothing is owed any more for the year that is over.
    assert {row.year for row in rows if row.fulfilled_at is None} == {2026}


def test_nobody_accepted_what_he_submitted_or_recognised_what_he_proposed(database: Database) -> None:
    with database.read() as connection:
        rows = connection.execute(
            sa.select(history_table.c.subject_id, history_table.c.trigger, history_table.c.actor_id).where(
                history_table.c.subject == "model",
                history_table.c.trigger.in_(("submit", "accept", "propose", "recognise")),
            )
        ).all()
    by_model: dict[int, dict[str, int]] = {}
    for model_id, trigger, actor_id in rows:
        by_model.setdefault(model_id, {})[trigger] = actor_id
    assert all(did["submit"] != did["accept"] for did in by_model.values())
    assert all(did["propose"] != did["recognise"] for did in by_model.values() if "propose" in did)


def test_lists_were_imported_on_behalf_of_the_registrants(database: Database) -> None:
    with database.read() as connection:
        behalf = connection.execute(
            sa.select(history_table.c.behalf).where(history_table.c.trigger == "submit")
        ).scalars()
        registrants = list(behalf)
    people = {row.person for row in content().district_rows if row.person}
    assert people <= set(registrants)
    assert all(registrants)


def test_district_list_waives_what_it_did_not_hold_and_the_commune_nothing(database: Database) -> None:
    with database.read() as connection:
        rows = connection.execute(
            sa.select(unit.c.code, registration_form.c.waived)
            .join(emulation_model, emulation_model.c.id == registration_form.c.model_id)
            .join(unit, unit.c.id == emulation_model.c.unit_id)
        ).all()
    assert {tuple(waived) for code, waived in rows if code.startswith("KL")} == {ITEMS}
    assert {tuple(waived) for code, waived in rows if code.startswith("NP")} == {()}


def test_seven_are_recognised_by_one_decision_and_two_are_outstanding(database: Database) -> None:
    decided = content().commune.decision
    with database.read() as connection:
        only = connection.execute(sa.select(decision)).one()
        models = connection.execute(
            sa.select(emulation_model.c.name, emulation_model.c.outstanding).where(
                emulation_model.c.decision_id == only.id
            )
        ).all()
    assert (only.number, only.symbol, only.dated, only.signer) == (
        decided.number,
        decided.symbol,
        decided.dated,
        decided.signer,
    )
    assert len(models) == 7
    names = {model.key: model.name for model in content().commune.rows}
    assert {name for name, outstanding in models if outstanding} == {names[key] for key in decided.outstanding}


def test_public_page_shows_the_six_whose_registrants_agreed(database: Database) -> None:
    commune = content().commune
    agreed = {model.name for model in commune.proposed if model.public or model.key in commune.publication.agreed}
    with database.read() as connection:
        year = publication.year(connection, "")
        page = listing.page(connection, None, listing.Filters(year_id=year.id, public=True))
        told = [publication.published(connection, row.code) for row in page.rows]
    assert year.year == commune.year
    assert {one.name for one in told} == agreed
    assert len(agreed) == 6
    assert [one.person for one in told if one.person] == ["Triệu Mùi Khe"]
    assert all(one.situation and one.method and one.results for one in told)
    assert {one.decision for one in told} == {"156-QĐ/BCĐ"}


def test_votes_and_results_of_the_meeting_are_those_of_the_content(database: Database) -> None:
    with database.read() as connection:
        items = connection.execute(
            sa.select(emulation_model.c.name, agenda_item).join(
                emulation_model, emulation_model.c.id == agenda_item.c.model_id
            )
        ).all()
        written = connection.execute(sa.select(sa.func.count()).where(vote.c.written)).scalar()
    expected = {model.name: (model.votes_for, 9, model.carried) for model in content().commune.rows}
    assert {item.name: (item.votes_for, item.members, item.carried) for item in items} == expected
    assert written == 18


def test_those_not_proposed_have_the_reason_in_their_history(database: Database) -> None:
    with database.read() as connection:
        reasons = connection.execute(
            sa.select(history_table.c.reason).where(history_table.c.trigger == "decline_at_commune")
        ).scalars()
        given = set(reasons)
    assert given == {model.decline_reason for model in content().commune.rows if not model.carried}


def test_dossier_has_number_and_seven_models(database: Database) -> None:
    sent = content().commune.submission
    with database.read() as connection:
        only = connection.execute(sa.select(submission)).one()
        roster = connection.execute(sa.select(sa.func.count()).select_from(roster_entry)).scalar()
    assert (only.number, only.dated, only.declared_models, roster) == (sent.number, sent.dated, 7, 7)


def test_inspections_are_concluded_and_one_model_was_mended(database: Database) -> None:
    with database.read() as connection:
        conclusions = connection.execute(sa.select(inspection.c.conclusion)).scalars()
        assert Counter(conclusions) == {"passed": 18, "remediation": 1}


def test_results_have_an_evidence_file_that_can_be_opened(loaded: tuple[Database, SampleReport, Path]) -> None:
    database, _, folder = loaded
    with database.read() as connection:
        model_id = connection.execute(
            sa.select(emulation_model.c.id)
            .join(account, account.c.unit_id == emulation_model.c.unit_id)
            .where(emulation_model.c.state == "recognised", account.c.user_name == "nachuong")
            .limit(1)
        ).scalar_one()
        files = attachments.listing(connection, model_id)
        assert [file.purpose for file in files] == ["evidence"]
        held = attachments.content(connection, "nachuong", TODAY, store_in(folder / "files"), files[0].id)
    assert held.path.stat().st_size == files[0].size


def test_every_printed_account_signs_in_without_a_change_of_password(
    loaded: tuple[Database, SampleReport, Path],
) -> None:
    database, report, _ = loaded
    assert report.loaded
    assert len(report.accounts) == 18
    with database.read() as connection:
        for one in (report.accounts[0], report.accounts[-1]):
            checked = accounts.check_password(connection, TODAY, one.user_name, one.password)
            assert not checked.must_change_password
            assert one.roles_text
        locked_out = connection.execute(
            sa.select(account.c.user_name).where(account.c.password_hash.is_not(None))
        ).scalars()
        assert set(locked_out) == {one.user_name for one in report.accounts}


def test_everything_is_marked_as_sample(database: Database) -> None:
    with database.read() as connection:
        for table in (account, unit, programme_year):
            assert connection.execute(sa.select(sa.func.count()).where(~table.c.sample)).scalar() == 0


def test_loading_again_changes_nothing(loaded: tuple[Database, SampleReport, Path]) -> None:
    database, first, folder = loaded
    with database.read() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(history_table)).scalar()
    again = sample.load(database, datetime(2027, 1, 5, tzinfo=UTC), store_in(folder / "files"))
    assert (again.loaded, again.accounts) == (False, first.accounts)
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(history_table)).scalar() == before
        assert connection.execute(sa.select(programme_year.c.year)).scalars().all() == [2024, 2026]


def test_somebody_can_register_today_under_the_tiers_of_today(own_copy: Database) -> None:
    with own_copy.write() as connection:
        draft = Draft(
            unit="NP-BL-T01",
            kind="collective",
            field="Nông thôn mới",
            name="Cùng nhau giữ đường thôn sạch đẹp",
            items=ITEM_TEXTS,
        )
        code = registration.create_draft(connection, "nachuong", TODAY, 2026, draft)
        submitted = transition.apply(connection, "nachuong", TODAY, code, "submit")
        accepted = transition.apply(connection, "thuky.binhluong", TODAY, code, "accept")
        year = stored.year(connection, 2026)
        assert store.definition(connection, year.definition_hash).id == "two_tier"
    assert submitted.warnings == ()
    assert accepted.to_state == "registered"


def test_a_database_in_use_is_refused_and_left_alone(sqlite_world: World, tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="đã có tài khoản, đơn vị, năm thi đua 2024 không phải dữ liệu mẫu"):
        sample.load(sqlite_world.database, NOW, store_in(tmp_path / "files"))
    with sqlite_world.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).where(account.c.sample)).scalar() == 0


def test_a_load_that_fails_half_way_leaves_nothing(empty: Database, tmp_path: Path) -> None:
    blocked = tmp_path / "files"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(attachments.StorageUnusable):
        sample.load(empty, TODAY, store_in(blocked))
    with empty.read() as connection:
        for table in (account, unit, programme_year, emulation_model, history_table):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
    # Once the cause is gone it loads; within the sample year itself no second year is started.
    assert sample.load(empty, datetime(2024, 12, 30, tzinfo=UTC), store_in(tmp_path / "elsewhere")).loaded
    with empty.read() as connection:
        assert connection.execute(sa.select(programme_year.c.year)).scalars().all() == [2024]


@pytest.mark.postgres
def test_sample_on_postgresql_has_the_same_figures(postgres_database: str, tmp_path: Path, database: Database) -> None:
    server = Database(postgres_database)
    migrate.upgrade(server)
    try:
        sample.load(server, TODAY, store_in(tmp_path / "files"))
        for code in ("KL", "NP-BL"):
            assert figures(server, code) == figures(database, code)
        with server.read() as connection:
            assert audit.verify(connection) == []
    finally:
        server.close()
