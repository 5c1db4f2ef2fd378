"""The second selection among the models of a decision, and what a dossier still lacks, for a whole roster at once."""

from __future__ import annotations

from collections.abc import Collection

import pytest
import sqlalchemy as sa

from tests.world import NOW, World, a_draft
from workflow.across.oversight import audit
from workflow.core import access
from workflow.ground.refusals import Conflict, InvalidInput, NotAllowed, NotFound, NotPossible
from workflow.ground.schema import achievement_report, history, roster_entry
from workflow.stages.recognition import commendation, dossier
from workflow.stages.recognition.commendation import Selection
from workflow.stages.recognition.view import incoming, submission_view


def recognised(world: World, name: str = "Vận động hiến đất làm đường") -> tuple[int, str]:
    code = world.carry(world.create(a_draft(name=name)), "recognised")
    return int(world.model(code).decision_id), code


def selection(world: World, decision_id: int, who: str = "district2") -> Selection:
    with world.database.read() as connection:
        return commendation.selection(connection, access.actor(connection, who, NOW), decision_id)


def choose(
    world: World,
    decision_id: int,
    outstanding: Collection[str],
    commended: Collection[str],
    who: str = "district2",
    seen: Collection[tuple[str, int]] | None = None,
) -> int:
    with world.database.write() as connection:
        return commendation.choose(connection, who, NOW, decision_id, outstanding, commended, seen=seen)


def test_models_of_a_decision_are_chosen_and_taken_back(world: World) -> None:
    decision_id, code = recognised(world)
    assert choose(world, decision_id, [code], [code]) == 1
    (model,) = selection(world, decision_id).models
    assert (model.outstanding, model.commended) == (True, True)
    assert choose(world, decision_id, [code], []) == 1
    chosen = selection(world, decision_id)
    assert (chosen.models[0].outstanding, chosen.commended) == (True, ())
    assert choose(world, decision_id, [code], []) == 0
    with world.database.read() as connection:
        triggers = connection.execute(
            sa.select(history.c.trigger)
            .where(history.c.subject == "model", history.c.trigger.like("%commend%"))
            .order_by(history.c.id)
        ).scalars()
        assert list(triggers) == ["commendation_withdrawn"]
        assert audit.verify(connection) == []


def test_list_for_a_commendation_is_exported_with_score_and_band(world: World) -> None:
    decision_id, code = recognised(world)
    choose(world, decision_id, [], [code])
    ((place, written, name, *rest),) = commendation.export_rows(selection(world, decision_id))
    assert (place, written, name) == (1, code, "Vận động hiến đất làm đường")
    assert selection(world, decision_id).models[0].total in rest


def test_model_of_another_decision_cannot_be_chosen(world: World) -> None:
    decision_id, _ = recognised(world)
    _, other = recognised(world, "Vận động trồng hoa")
    with pytest.raises(InvalidInput, match=other):
        choose(world, decision_id, [other], [])


def test_only_who_recognises_chooses_and_others_do_not_find_the_decision(world: World) -> None:
    decision_id, code = recognised(world)
    with pytest.raises(NotAllowed):
        choose(world, decision_id, [code], [], "staff")
    assert not selection(world, decision_id, "staff").may_choose
    for stranger in ("outsider", "villager"):
        with pytest.raises(NotFound):
            choose(world, decision_id, [code], [], stranger)


def test_revoked_model_is_not_chosen_any_more(world: World) -> None:
    code = world.carry(world.create(), "revoked")
    with pytest.raises(NotPossible):
        choose(world, int(world.model(code).decision_id), [], [code])


def test_choice_on_a_stale_page_is_refused(world: World) -> None:
    decision_id, code = recognised(world)
    seen = [(code, int(world.model(code).version))]
    choose(world, decision_id, [code], [], "district1", seen)
    with pytest.raises(Conflict):
        choose(world, decision_id, [], [code], seen=seen)


def test_gaps_of_a_roster_are_those_of_each_model(world: World) -> None:
    code = world.carry(world.create(), "proposed")
    submission_id = int(world.model(code).submission_id)
    with world.database.write() as connection:
        assert dossier.gaps_of_roster(connection, submission_id) == {code: []}
        connection.execute(sa.delete(achievement_report))
        assert dossier.gaps_of_roster(connection, submission_id) == {code: ["báo cáo thành tích"]}


def test_incoming_dossiers_say_whether_their_papers_agree(world: World) -> None:
    code = world.carry(world.create(), "proposed")
    submission_id = int(world.model(code).submission_id)
    with world.database.write() as connection:
        who = access.actor(connection, "district1", NOW)
        ((paper, states),) = incoming(connection, who, 2024)
        assert (paper.id, paper.agrees, states) == (submission_id, True, {"proposed": 1})
        connection.execute(sa.update(roster_entry).values(model_name="Tên khác"))
        assert not submission_view(connection, who, submission_id).agrees
        assert incoming(connection, access.actor(connection, "outsider", NOW), 2024) == []
