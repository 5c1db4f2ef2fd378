"""Both ends of a period belong to it; an end that is not said is open. The same in the helper as where a statement uses it."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from tests.world import World
from workflow.ground.schema import assignment, unit
from workflow.ground.validity import not_over, valid_on

FIRST, LAST = date(2024, 3, 1), date(2024, 3, 31)


@pytest.mark.parametrize(
    ("first", "last", "day", "valid", "going_on"),
    [
        (FIRST, LAST, FIRST, True, True),
        (FIRST, LAST, LAST, True, True),
        (FIRST, LAST, date(2024, 2, 29), False, True),
        (FIRST, LAST, date(2024, 4, 1), False, False),
        (FIRST, None, date(2090, 1, 1), True, True),
        (None, LAST, date(1990, 1, 1), True, True),
        (None, None, FIRST, True, True),
    ],
)
def test_a_period_holds_from_its_first_day_to_its_last(
    world: World, first: date | None, last: date | None, day: date, valid: bool, going_on: bool
) -> None:
    with world.database.write() as connection:
        connection.execute(sa.update(unit).where(unit.c.code == "KL-X1").values(valid_from=first, valid_to=last))
    one = sa.select(sa.func.count()).select_from(unit).where(unit.c.code == "KL-X1")
    with world.database.read() as connection:
        assert connection.execute(one.where(valid_on(unit, day))).scalar_one() == int(valid)
        assert connection.execute(one.where(not_over(unit, day))).scalar_one() == int(going_on)
        asked = one.where(valid_on(unit, sa.bindparam("day", type_=sa.Date)))
        assert connection.execute(asked, {"day": day}).scalar_one() == int(valid)


def test_a_first_day_that_is_always_there_is_not_asked_for() -> None:
    assert "valid_from IS NULL" in str(valid_on(unit, FIRST))
    assert "valid_from IS NULL" not in str(valid_on(assignment.alias("own"), FIRST))
