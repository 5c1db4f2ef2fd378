"""Lines of the list of what is owed: the thing, who sees to it, how it stands, whether anybody opened it, who was reminded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import chasing
from workflow.across.obligations.attendance import expected
from workflow.across.obligations.chasing import Page, Signs
from workflow.across.obligations.life import EVENTS
from workflow.across.obligations.obligation import Obligation
from workflow.core.access import OWN_SCOPED
from workflow.core.people.holders import Holder, holders_over
from workflow.ground.dialects import any_of
from workflow.ground.schema import account, reminder

MOST_NAMED = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is owed. people: who sees to it, by name; empty when nobody who can sign in; others: how many more."""

    owed: Obligation
    standing: Literal["late", "soon", "ahead"]
    people: tuple[str, ...]
    others: int
    signs: Signs


@dataclass(frozen=True, slots=True)
class Reminded:
    """What came of a reminder by hand. told: to whom it went, and when."""

    owed: Obligation
    told: tuple[tuple[str, datetime], ...]


def lines(connection: Connection, page: Page, today: date) -> list[Line]:
    """The obligations of a page with who sees to each. One statement, and one for the members of meetings and visits."""
    roles = {role for owed in page.rows for role in owed.roles.split(",")}
    holders = holders_over(connection, {owed.unit_path for owed in page.rows}, roles, today)
    members = _members(connection, roles)
    return [
        _line(owed, members.get(owed.roles) or _nearest(owed, holders), page.signs[owed.id], today)
        for owed in page.rows
    ]


def reminded(connection: Connection, owed: Sequence[Obligation], since: datetime) -> list[Reminded]:
    """For each of these obligations who was asked by hand since a moment. One statement."""
    told: dict[int, list[tuple[str, datetime]]] = {one.id: [] for one in owed}
    for row in connection.execute(
        sa.select(reminder.c.obligation_id, reminder.c.planned_at, account.c.full_name)
        .join(account, account.c.id == reminder.c.account_id)
        .where(any_of(reminder.c.obligation_id, list(told)))
        .where(reminder.c.step.startswith("chase:"), reminder.c.planned_at >= since, reminder.c.status != "skipped")
        .order_by(reminder.c.planned_at, reminder.c.id)
    ):
        told[row.obligation_id].append((row.full_name, row.planned_at))
    return [Reminded(one, tuple(told[one.id])) for one in owed]


def _members(connection: Connection, roles: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Who is expected at each meeting or visit that is named among the roles."""
    members = expected(roles)
    if members is None:
        return {}
    rows = connection.execute(
        sa.select(members.c.roles, account.c.full_name)
        .join(account, account.c.id == members.c.account_id)
        .order_by(members.c.roles, account.c.id)
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row.roles] = (*found.get(row.roles, ()), row.full_name)
    return found


def _line(owed: Obligation, people: tuple[str, ...], signs: Signs, today: date) -> Line:
    standing = "ahead" if owed.subject in EVENTS else chasing.standing(owed.due_on, today)
    return Line(owed, standing, people[:MOST_NAMED], max(0, len(people) - MOST_NAMED), signs)


def _nearest(owed: Obligation, holders: Collection[Holder]) -> tuple[str, ...]:
    """The holders of each role nearest to the unit that owes it."""
    found: list[str] = []
    for role in owed.roles.split(","):
        fitting = [
            one
            for one in holders
            if one.role == role
            and (one.path == owed.unit_path if role in OWN_SCOPED else owed.unit_path.startswith(one.path))
        ]
        longest = max((len(one.path) for one in fitting), default=0)
        found += [one.full_name for one in fitting if len(one.path) == longest]
    return tuple(dict.fromkeys(found))
