"""Who opened the dossier of an individual: written when somebody from outside the registrant's unit reads it, and shown.

Law 91/2025/QH15 gives a person the right to know who processed their data. One entry for each person, model, hour and way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import OWN_SCOPED, PRIVILEGED, Actor
from workflow.ground.dialects import any_of
from workflow.ground.schema import access_log, account, emulation_model, unit
from workflow.ground.vietnam_time import end_of_day, start_of_day

What = Literal["page", "file", "report", "export"]

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Access:
    """One entry: who read what of which model, in the hour that began at or before `at`."""

    id: int
    at: datetime
    user_name: str
    full_name: str
    unit_name: str
    code: str
    what: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the log is asked for; empty means everything. unit_path: units at or below this one; days are inclusive."""

    user_name: str = ""
    code: str = ""
    unit_path: str = ""
    since: date | None = None
    until: date | None = None


def own_units(actor: Actor) -> frozenset[int]:
    """Units whose own people a person belongs to: their home, and where they are the officer today."""
    held = {grant.unit_id for grant in actor.grants if grant.role in OWN_SCOPED}
    return frozenset(held | ({actor.unit_id} if actor.unit_id is not None else set()))


def concerns(actor: Actor, model: sa.Row[Any]) -> bool:
    """Whether reading this model is worth an entry: an individual's, and the reader is not of the registrant's unit."""
    return model.kind == "individual" and model.unit_id not in own_units(actor)


def record(connection: Connection, actor: Actor, now: datetime, model_ids: Collection[int], what: What) -> int:
    """Write that a person read these models, one statement however many. Returns how many entries are new.

    Models that do not concern the log are left out here, so that an export can hand over everything it contains.
    """
    fresh = _fresh(actor, model_ids, what, now)
    try:
        with connection.begin_nested():
            insert = sa.insert(access_log).from_select(["at", "account_id", "model_id", "what", "hour"], fresh)
            return connection.execute(insert.execution_options(preserve_rowcount=True)).rowcount
    except sa.exc.IntegrityError:
        # The same person in another window wrote the same entry in this very moment: it is there, which is all that is wanted.
        return 0


def unrecorded(connection: Connection, actor: Actor, now: datetime, model_ids: Collection[int], what: What) -> bool:
    """Whether `record` would write anything, so that reading a page of many models again need not."""
    return connection.execute(_fresh(actor, model_ids, what, now).limit(1)).first() is not None


def recorded(connection: Connection, actor: Actor, now: datetime, model_id: int, what: What) -> bool:
    """Whether this hour's entry is there already, so that reading on need not write."""
    statement = sa.select(access_log.c.id).where(
        access_log.c.model_id == model_id,
        access_log.c.account_id == actor.account_id,
        access_log.c.hour == int(now.timestamp()) // _HOUR,
        access_log.c.what == what,
    )
    return connection.execute(statement).first() is not None


def listing(
    connection: Connection, actor: Actor, filters: Filters, *, before: int | None = None, limit: int = 50
) -> list[Access]:
    """Entries about models of the units that the actor administers, the latest first; `before`: the id to go on from."""
    scope = access.outermost(grant.unit_path for grant in actor.grants if grant.role in PRIVILEGED)
    statement = _READINGS.where(sa.or_(sa.false(), *(access.under(path) for path in scope)))
    if filters.user_name:
        statement = statement.where(account.c.user_name == filters.user_name)
    if filters.code:
        statement = statement.where(emulation_model.c.code == filters.code)
    if filters.unit_path:
        statement = statement.where(access.under(filters.unit_path))
    if filters.since is not None:
        statement = statement.where(access_log.c.at >= start_of_day(filters.since))
    if filters.until is not None:
        statement = statement.where(access_log.c.at < end_of_day(filters.until))
    if before is not None:
        statement = statement.where(access_log.c.id < before)
    return _accesses(connection, statement.order_by(access_log.c.id.desc()).limit(limit))


def of_model(connection: Connection, model_id: int, *, limit: int = 50) -> list[Access]:
    """Who has seen one model lately, the latest first (index uq_access_log_model_id_account_id_hour_what)."""
    statement = _READINGS.where(access_log.c.model_id == model_id)
    return _accesses(connection, statement.order_by(access_log.c.id.desc()).limit(limit))


def may_ask(actor: Actor, model: sa.Row[Any]) -> bool:
    """Whether a person may know who has seen this model: the registrant's own people and the administrators over the unit."""
    return model.unit_id in own_units(actor) or actor.grant_for(PRIVILEGED, model.unit_path) is not None


def _fresh(actor: Actor, model_ids: Collection[int], what: What, now: datetime) -> sa.Select[Any]:
    """The entries that these readings still lack."""
    hour = int(now.timestamp()) // _HOUR
    known = sa.exists().where(
        access_log.c.model_id == emulation_model.c.id,
        access_log.c.account_id == actor.account_id,
        access_log.c.hour == hour,
        access_log.c.what == what,
    )
    return sa.select(
        sa.literal(now, access_log.c.at.type),
        sa.literal(actor.account_id, access_log.c.account_id.type),
        emulation_model.c.id,
        sa.literal(what, access_log.c.what.type),
        sa.literal(hour, access_log.c.hour.type),
    ).where(
        any_of(emulation_model.c.id, sorted(model_ids)),
        emulation_model.c.kind == "individual",
        emulation_model.c.unit_id.not_in(sorted(own_units(actor))),
        ~known,
    )


_home = unit.alias("home")
_READINGS = (
    sa.select(
        access_log.c.id,
        access_log.c.at,
        account.c.user_name,
        account.c.full_name,
        _home.c.name.label("unit_name"),
        emulation_model.c.code,
        access_log.c.what,
    )
    .select_from(access_log)
    .join(emulation_model, emulation_model.c.id == access_log.c.model_id)
    .join(unit, unit.c.id == emulation_model.c.unit_id)
    .join(account, account.c.id == access_log.c.account_id)
    .outerjoin(_home, _home.c.id == account.c.unit_id)
)


def _accesses(connection: Connection, statement: sa.Select[Any]) -> list[Access]:
    return [
        Access(row.id, row.at, row.user_name, row.full_name, row.unit_name or "", row.code, row.what)
        for row in connection.execute(statement)
    ]
