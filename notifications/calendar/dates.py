"""The dates of a person: their own, those of their units, and for those who collect everything that is owed to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import chasing, events
from workflow.across.obligations.finding import Reach, Window, open_keys, owed_by, owed_by_unit, told
from workflow.across.obligations.obligation import Obligation
from workflow.across.obligations.official_days import SpecialDay
from workflow.across.obligations.working_days import special_days
from workflow.core import access
from workflow.core.access import Actor
from workflow.ground.refusals import NotAllowed
from workflow.ground.schema import obligation, report_call, unit
from workflow.ground.speech import _

Scope = Literal["mine", "unit", "all"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
MOST_SHOWN: Final = 250
"""So many dates stand on a page; a month of more is read in the list of what is owed."""
_BUT_REPORTS: Final = ("registration", "state", "meeting", "visit")


@dataclass(frozen=True, slots=True)
class CallDate:
    """A call for reports as one date, with how many units owe it."""

    id: int
    label: str
    due_on: date
    unit_name: str
    units: int


@dataclass(frozen=True, slots=True)
class Month:
    """The open dates of some days. calls: reports of many units as one date; more: there are others.

    special: holidays and swapped days.
    """

    owed: Sequence[Obligation]
    calls: Sequence[CallDate]
    special: Mapping[date, SpecialDay]
    more: bool


def scopes(actor: Actor) -> tuple[Scope, ...]:
    """Whose dates a person may see."""
    possible = {
        "mine": True,
        "unit": bool(owed_by_unit(actor).areas),
        "all": actor.holds(chasing.CHASERS),
    }
    return tuple(scope for scope in SCOPES if possible[scope])


def reach(actor: Actor, scope: Scope) -> Reach:
    """What these dates are the dates of. Raises NotAllowed for more than the person may see."""
    if scope not in scopes(actor):
        raise NotAllowed(_("Lịch này dành cho người khác. Hãy chọn lịch của bạn."), guard="scope")
    if scope == "all":
        return chasing.reach(actor)
    return owed_by(actor) if scope == "mine" else owed_by_unit(actor)


def between(connection: Connection, actor: Actor, scope: Scope, first: date, last: date) -> Month:
    """Everything open that is due from the first day to the last. A fixed number of statements."""
    subjects = _BUT_REPORTS if scope == "all" else ()
    window = Window(since=first, until=last, subjects=subjects)
    keys = _open_keys(connection, actor, scope, window, MOST_SHOWN + 1)
    return Month(
        told(connection, [key for _day, key in keys[:MOST_SHOWN]]),
        _calls(connection, actor, first, last) if scope == "all" else (),
        special_days(connection, first, last),
        len(keys) > MOST_SHOWN,
    )


def upcoming(connection: Connection, actor: Actor, scope: Scope, since: date, most: int) -> list[Obligation]:
    """The first open ones due from a day on, one by one whatever the scope: what a calendar program is given."""
    keys = _open_keys(connection, actor, scope, Window(since=since), most)
    return told(connection, [key for _day, key in keys])


def _open_keys(connection: Connection, actor: Actor, scope: Scope, window: Window, most: int) -> list[tuple[date, int]]:
    """What is open by due date; of a person's own dates also the meetings and visits at which they are expected."""
    keys = open_keys(connection, reach(actor, scope), window, most=most)
    if scope != "mine":
        return keys
    return sorted({*keys, *events.expecting(connection, actor.account_id, window.since, window.until)})[:most]


def withdrawn_since(
    connection: Connection, actor: Actor, scope: Scope, moment: datetime, most: int
) -> list[Obligation]:
    """What was withdrawn of late, so that a calendar can strike it out (index ix_obligation_withdrawn_at)."""
    reached = reach(actor, scope)
    places = [
        obligation.c[reached.side] == area.unit_id
        if area.unit_id is not None
        else obligation.c[reached.side].in_(sa.select(unit.c.id).where(access.under(area.path)))
        for area in reached.areas
    ]
    keys = connection.execute(
        sa.select(obligation.c.id)
        .where(obligation.c.withdrawn_at >= moment, sa.or_(sa.false(), *places))
        .order_by(obligation.c.withdrawn_at.desc(), obligation.c.id)
        .limit(most)
    ).scalars()
    rows = told(connection, list(keys))
    roles = {area.unit_id: set(area.roles) for area in reached.areas}
    paths = [(area.path, set(area.roles)) for area in reached.areas if area.unit_id is None]
    return [row for row in rows if scope != "mine" or _is_mine(row, roles, paths)]


def _calls(connection: Connection, actor: Actor, first: date, last: date) -> list[CallDate]:
    """Calls due on these days (index ix_report_call_due_on)."""
    paths = [area.path for area in chasing.reach(actor).areas]
    rows = connection.execute(
        sa.select(
            report_call.c.id,
            report_call.c.label,
            report_call.c.due_on,
            unit.c.name.label("unit_name"),
            report_call.c.units,
        )
        .join(unit, unit.c.id == report_call.c.unit_id)
        .where(report_call.c.due_on.between(first, last), report_call.c.withdrawn_at.is_(None))
        .where(sa.or_(sa.false(), *(access.under(path) for path in paths)))
        .order_by(report_call.c.due_on, report_call.c.id)
        .limit(MOST_SHOWN)
    )
    return [CallDate(**row._mapping) for row in rows]


def _is_mine(row: Obligation, roles: Mapping[int | None, set[str]], paths: Sequence[tuple[str, set[str]]]) -> bool:
    named = set(row.roles.split(","))
    return bool(named & roles.get(row.unit_id, set())) or any(
        row.unit_path.startswith(path) and named & wanted for path, wanted in paths
    )
