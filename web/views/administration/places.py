"""The units that the administrator who is there looks after: to choose from, or one of them by its code."""

from __future__ import annotations

from web.serving import clock
from web.serving.access_rules import ADMINISTRATORS
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.core.people import units
from workflow.core.people.places import units_of
from workflow.core.people.unit import Unit
from workflow.ground.refusals import NotFound
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date


def places() -> list[Unit]:
    """Those that exist today."""
    return units_of(reading(), actor(), ADMINISTRATORS, local_date(clock.now()))


def choices() -> list[tuple[str, str]]:
    """The same for a form: code, and name with code."""
    return [(one.code, f"{one.name} ({one.code})") for one in places()]


def place(code: str) -> Unit:
    """One of them, also of the past. NotFound outside this person's units."""
    found = units.by_code(reading(), code)
    if actor().grant_for(ADMINISTRATORS, found.path) is None:
        raise NotFound(_("Không có đơn vị mã «%(code)s» trong phạm vi của bạn.", code=code[:40]), guard="unit")
    return found
