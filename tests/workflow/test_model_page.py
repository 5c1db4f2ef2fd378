"""Everything that is shown of one model, read once for pages and commands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.world import ITEM_TEXTS, NOW, YEAR, World, a_draft
from workflow.across.models import kin, page
from workflow.across.models.page import Field, ModelPage, Place
from workflow.core import access
from workflow.core.lifecycles import parsing
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.refusals import NotFound
from workflow.stages.implementation import comments
from workflow.stages.registration import commands as registration


def shown(world: World, code: str, who: str | None = "staff") -> ModelPage:
    with world.database.read() as connection:
        actor = access.actor(connection, who, NOW) if who else None
        return page.of_model(connection, actor, NOW, page.seen(connection, actor, code))


def test_page_of_a_draft_has_its_form_and_nothing_later(world: World) -> None:
    code = world.create()
    found = shown(world, code, "officer.x1t1")
    about = found.about
    assert (about.code, about.name, about.year, about.kind, about.origin) == (
        code,
        a_draft().name,
        YEAR,
        "collective",
        "new",
    )
    assert about.unit == Place("KL-X1-T1", "Thôn Nà Hin", "village")
    assert about.field == Field("nong_thon_moi", "Nông thôn mới")
    assert (about.moments.created, about.moments.submitted, about.moments.recognised) == (NOW, None, None)
    assert (about.decision, about.revocation, about.submission, about.published) == (None, None, None, False)
    assert found.form is not None
    assert found.form.items == ITEM_TEXTS
    assert [target.code for target in found.targets] == ["labour_days"]
    assert (found.plan, found.results, found.inspections, found.review, found.returned) == (None, None, (), None, None)
    assert (found.editable, found.before_review, found.awaits_inspection) == (True, True, False)


def test_page_of_a_recognised_model_has_every_record(world: World) -> None:
    code = world.carry(world.create(), "recognised")
    found = shown(world, code)
    about = found.about
    assert about.moments.recognised == NOW
    assert about.decision is not None
    assert (about.decision.number, about.decision.issuer) == (100 + world.model(code).id, "Huyện Khe Lam")
    assert about.decision.written.startswith(str(about.decision.number))
    assert (about.submission is not None, about.revocation) == (True, None)
    assert found.plan is not None
    assert found.result_figures != ()
    assert [one.conclusion for one in found.inspections] == ["passed"]
    assert found.review is not None
    assert found.review.carried
    assert (found.state.id, found.editable, found.before_review) == ("recognised", False, False)


def test_revoked_model_has_both_papers(sqlite_world: World) -> None:
    about = shown(sqlite_world, sqlite_world.carry(sqlite_world.create(), "revoked")).about
    assert about.decision is not None
    assert about.revocation is not None
    assert about.revocation.number != about.decision.number
    assert about.revocation.signer == "Trần Văn Công"


def test_returned_form_comes_with_what_was_asked(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "returned")
    returned = shown(sqlite_world, code).returned
    assert returned is not None
    assert returned.reason == "Chỉ tiêu chưa đo được."


def test_nobody_in_particular_sees_every_model_but_no_step_and_no_comment(sqlite_world: World) -> None:
    code = sqlite_world.create()
    with sqlite_world.database.write() as connection:
        comments.write(connection, "officer.x1t1", NOW, code, "Xin góp ý.", "unit")
    found = shown(sqlite_world, code, None)
    assert (found.possible, found.comments, found.may_withdraw_consent) == ((), (), False)
    assert [one.text for one in shown(sqlite_world, code, "officer.x1t1").comments] == ["Xin góp ý."]
    with pytest.raises(NotFound):
        shown(sqlite_world, code, "outsider")
    with pytest.raises(NotFound):
        shown(sqlite_world, "DVK-2024-99999", None)


def test_step_that_leads_furthest_is_offered_first(sqlite_world: World) -> None:
    found = shown(sqlite_world, sqlite_world.carry(sqlite_world.create(), "submitted"))
    assert found.best_first[0].trigger == "accept"
    assert {one.trigger for one in found.best_first} == {one.trigger for one in found.possible}


def test_followers_are_those_the_person_may_see(sqlite_world: World) -> None:
    world = sqlite_world
    origin = world.carry(world.create(), "recognised")
    follower = world.create(a_draft(name="Nhân rộng", origin="replicated", origin_model=origin))
    with world.database.read() as connection:
        key = world.model(origin).id
        (found,) = kin.followers(connection, access.actor(connection, "officer.x1t1", NOW), key)
        # A draft is its own unit's alone.
        assert kin.followers(connection, access.actor(connection, "staff", NOW), key) == []
    assert (found.code, found.origin, found.unit_name, found.year) == (follower, "replicated", "Thôn Nà Hin", YEAR)
    assert shown(world, follower, "officer.x1t1").about.origin_model == origin


def test_models_of_the_year_before_can_be_continued_once(sqlite_world: World) -> None:
    world = sqlite_world
    later = NOW + timedelta(days=365)
    with world.database.write() as connection:
        stored.create_year(connection, later, YEAR + 1, standard_defaults(), parsing.standard())
    code = world.carry(world.create(), "submitted")
    world.create(a_draft(name="Bản nháp không nộp"))
    units = ["KL-X1-T1"]
    with world.database.read() as connection:
        officer = access.actor(connection, "officer.x1t1", NOW)
        found = kin.to_continue(connection, officer, YEAR + 1, units)
        assert [(one.code, one.state) for one in found] == [(code, "submitted")]
        assert kin.to_continue(connection, officer, YEAR, units) == []
        assert kin.to_continue(connection, officer, YEAR + 1, ["KL-X1-T2"]) == []
    with world.database.write() as connection:
        draft = a_draft(origin="continued", origin_model=code)
        registration.create_draft(connection, "officer.x1t1", later, YEAR + 1, draft)
    with world.database.read() as connection:
        assert kin.to_continue(connection, officer, YEAR + 1, units) == []
