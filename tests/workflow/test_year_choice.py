"""Which programme year is meant when one is named, and when none is."""

from __future__ import annotations

import pytest

from tests.world import NOW, YEAR, World
from workflow.core.programmes import starting
from workflow.core.programmes.choice import chosen_year, every_year, year_by_id
from workflow.ground.refusals import NotFound


def test_without_a_name_the_latest_year_with_models_is_meant_and_the_latest_to_register_in(world: World) -> None:
    world.create()
    with world.database.write() as connection:
        starting.start_year(connection, "admin", NOW, YEAR + 1)
        assert [one.year for one in every_year(connection)] == [YEAR + 1, YEAR]
        assert chosen_year(connection, None).year == YEAR
        assert chosen_year(connection, "", to_register=True).year == YEAR + 1
        assert chosen_year(connection, str(YEAR + 1)).year == YEAR + 1
        assert year_by_id(connection, world.year_id) == chosen_year(connection, str(YEAR))


@pytest.mark.parametrize("written", ["1999", "20244", "hai nghìn", "-1"])
def test_year_that_is_none_is_refused(sqlite_world: World, written: str) -> None:
    with sqlite_world.database.read() as connection, pytest.raises(NotFound):
        chosen_year(connection, written)
