"""The district's half year: every registration accepted by a second member of staff and started by its unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy.engine import Connection

from config.sample.content import content
from workflow.across.sample.calendar import moment, working_day_after
from workflow.across.sample.steps import take
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.reading.names import Called


def carry_out(connection: Connection, codes: Mapping[str, str]) -> None:
    """Accept and start the district's models. codes: by name."""
    sample = content()
    by_day: dict[date, list[str]] = defaultdict(list)
    by_unit_and_field: dict[tuple[str, str], list[str]] = defaultdict(list)
    fields = _field_by_spelling()
    for row in sample.district_rows:
        by_day[row.registered_on].append(codes[row.name])
        by_unit_and_field[row.unit_code, fields.find(row.field_text)[0]].append(codes[row.name])
    for day, registered in sorted(by_day.items()):
        take(connection, sample.district.accepter, moment(working_day_after(day), 15), registered, "accept")
    started_on = sample.district.started_on
    for (unit_code, field), accepted in sorted(by_unit_and_field.items()):
        plan = {"start_date": started_on, "plan": sample.district.plans[field]}
        officer = sample.officer_of(unit_code).user_name
        take(connection, officer, moment(started_on, 8), accepted, "start", plan)


def _field_by_spelling() -> Called[str]:
    return Called(
        (spelling, field.code)
        for field in standard_defaults().fields
        for spelling in (field.code, field.label, *field.aliases)
    )
