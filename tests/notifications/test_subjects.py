"""What a thing that is owed is called."""

from __future__ import annotations

from datetime import date

from notifications.letters import subjects
from tests import owing
from tests.world import NOW, World
from workflow.across.obligations import finding


def test_visit_that_was_called_off_is_named_by_the_day_it_was_owed_on(quiet: World) -> None:
    day = date(2024, 7, 10)
    with quiet.database.write() as connection:
        key = owing.owe(connection, quiet, day, subject="visit", visit_id=987654, withdrawn_at=NOW)
        (owed,) = finding.told(connection, [key])
        assert owed.visit_day is None
        assert subjects.name(connection, owed) == "Chuyến kiểm tra ngày 10/07/2024"
        assert subjects.path(owed) == "/kiem-tra/chuyen/987654"
