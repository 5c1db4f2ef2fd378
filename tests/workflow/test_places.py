"""Units a person can choose from, people they can name there, and who holds a role over a unit."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tests.world import NOW, World
from workflow.core import access
from workflow.core.lifecycles import store
from workflow.core.people import unit_tree, units
from workflow.core.people.holders import holders_over, named
from workflow.core.people.places import choices_of_units, find_units, people_for, units_of
from workflow.core.programmes import stored
from workflow.ground.schema import account
from workflow.ground.vietnam_time import local_date
from workflow.stages.recognition import publication

TODAY = local_date(NOW)


def test_units_are_those_below_ones_roles_and_ones_own(world: World) -> None:
    with world.database.read() as connection:
        found = {
            name: [one.code for one in units_of(connection, access.actor(connection, name, NOW), None, TODAY)]
            for name in ("chair2", "officer.x1t1", "villager")
        }
        of_role = units_of(connection, access.actor(connection, "chair2", NOW), {"staff"}, TODAY)
    assert found == {"chair2": ["KL-X2", "KL-X2-T1"], "officer.x1t1": ["KL-X1-T1"], "villager": []}
    assert of_role == []


def test_ended_units_are_not_offered(world: World) -> None:
    with world.database.write() as connection:
        units.set_validity(connection, "admin", NOW, "KL-X2-T1", None, TODAY - timedelta(days=1))
        chair = access.actor(connection, "chair2", NOW)
        assert [one.code for one in units_of(connection, chair, None, TODAY)] == ["KL-X2"]
        assert [one.code for one in choices_of_units(connection, chair, TODAY) or []] == ["KL-X2"]


def test_many_units_are_asked_for_by_name(world: World) -> None:
    with world.database.write() as connection:
        staff = access.actor(connection, "staff", NOW)
        assert [one.code for one in choices_of_units(connection, staff, TODAY) or []][:3] == ["KL", "KL-CQ1", "KL-X1"]
        for number in range(60):
            units.create_unit(
                connection, "admin", NOW, f"KL-Y{number}", f"Xã số {number}", "commune", "administrative", "KL"
            )
        assert choices_of_units(connection, staff, TODAY) is None


def test_unit_is_found_by_code_by_name_and_by_words_within_reach(world: World) -> None:
    with world.database.read() as connection:
        chair = access.actor(connection, "chair", NOW)
        found = {
            written: [one.code for one in find_units(connection, chair, written)]
            for written in ("KL-X1-T2", "KL", "KL-X2", "thon na hin", "thôn", "Mường Sang", "")
        }
    assert found == {
        "KL-X1-T2": ["KL-X1-T2"],
        "KL": ["KL"],
        "KL-X2": [],
        "thon na hin": ["KL-X1-T1"],
        "thôn": ["KL-X1-T1", "KL-X1-T2"],
        "Mường Sang": [],
        "": [],
    }


def test_people_of_the_unit_come_first_and_the_locked_do_not(world: World) -> None:
    with world.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.user_name == "reviewer2").values(locked_at=NOW))
        path = units.by_code(connection, "KL-X1").path
        everybody = people_for(connection, path, None, TODAY)
        reviewers = people_for(connection, path, {"commune_reviewer"}, TODAY)
    assert {one.user_name for one in reviewers} == {"chair", "secretary", "reviewer1", "reviewer.own"}
    assert all(one.holds for one in reviewers)
    assert everybody[0].unit_name == "Xã Bản Lầu"
    names = [one.user_name for one in everybody]
    assert names.index("chair") < names.index("staff")
    assert not {"reviewer2", "chair2", "outsider"} & set(names)


def test_holders_are_named_for_the_step_they_take_nearest_first(world: World) -> None:
    with world.database.read() as connection:
        year = stored.year(connection, 2024)
        definition = store.definition(connection, year.definition_hash)
        step = next(one for one in definition.transitions if one.trigger == "accept")
        path = units.by_code(connection, "KL-X1-T1").path
        found = holders_over(connection, [path], step.roles, TODAY)
        assert holders_over(connection, [], step.roles, TODAY) == []
        assert holders_over(connection, [path], [], TODAY) == []
    depths = [one.path.count("/") for one in found]
    assert depths == sorted(depths, reverse=True)
    assert named(found, step, path, {"staff": "Tổ giúp việc"}) == [
        ("commune_reviewer", "Lương Thị Bình, Vi Văn Chủ, Lò Thị Thôn, …"),
        ("district_reviewer", "Trần Văn Công, Nguyễn Văn Huyện"),
        ("Tổ giúp việc", "Trần Thị Giúp, Vi Văn Việc, Mai Thị Thay"),
    ]
    assert named([], step, path, {}) == [(role, "") for role in step.roles]


def test_exact_spelling_wins_and_without_accents_both_are_offered(world: World) -> None:
    with world.database.write() as connection:
        for code, name in (("KL-VA", "Xã Văn Lang"), ("KL-VB", "Xã Văn Lăng")):
            units.create_unit(connection, "admin", NOW, code, name, "commune", "administrative", "KL")
        staff = access.actor(connection, "staff", NOW)
        wanted = {
            "xã văn lăng": ["KL-VB"],
            "Xã Văn Lang": ["KL-VA"],
            "Văn Lăng": ["KL-VB"],
            "van lang": ["KL-VA", "KL-VB"],
            "lang": ["KL-VA", "KL-VB"],
            "Vản Lảng": ["KL-VA", "KL-VB"],
        }
        for word, codes in wanted.items():
            assert [one.code for one in find_units(connection, staff, word)] == codes
            assert [one.code for one in publication.find_units(connection, word)] == codes
        admin = access.actor(connection, "admin", NOW)
        assert [one.code for one in unit_tree.search(connection, admin, "văn lăng")] == ["KL-VB", "KL-VA"]
        assert [one.code for one in unit_tree.search(connection, admin, "van lang")] == ["KL-VA", "KL-VB"]
