"""Loading the sample into an empty database: all of it in one transaction, so that it is there whole or not at all."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.sample.content import content
from workflow.across.sample import commune, deadlines, district, lists, people
from workflow.across.sample.calendar import moment
from workflow.across.sample.report import SampleReport
from workflow.core.lifecycles import parsing
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.database import Database
from workflow.ground.schema import programme_year
from workflow.ground.vietnam_time import local_date
from workflow.stages.implementation.attachments import Store

_FIRST_DAY: Final = date(2024, 1, 8)


def load(database: Database, now: datetime, store: Store) -> SampleReport:
    """Load the sample unless it is there, and start the programme year of `now` so that somebody can register today.

    store: where the sample's attachments are put. Raises NotPossible when the database holds anything that is not of the sample.
    """
    with database.write() as connection:
        people.refuse_other_data(connection)
        loaded = not _there(connection)
        if loaded:
            _load(connection, now, store)
        return SampleReport(people.sample_accounts(connection), loaded)


def _there(connection: Connection) -> bool:
    return (
        connection.execute(
            sa.select(programme_year.c.id).where(programme_year.c.year == content().commune.year)
        ).first()
        is not None
    )


def _load(connection: Connection, now: datetime, store: Store) -> None:
    sample = content()
    begin = moment(_FIRST_DAY, 8)
    defaults = standard_defaults()
    year = sample.commune.year
    stored.create_year(connection, begin, year, defaults, parsing.standard(defaults.lifecycle_for(year)), sample=True)
    today = local_date(now)
    if today.year != year:
        stored.create_year(
            connection,
            now,
            today.year,
            defaults,
            parsing.standard(defaults.lifecycle_for(today.year)),
            opens_on=date(today.year, 1, 1),
            closes_on=date(today.year, 12, 31),
            sample=True,
        )
    people.create(connection, begin)
    codes = lists.register(connection)
    district.carry_out(connection, codes)
    commune.live_through(connection, store, codes)
    deadlines.live_through(connection, now)
