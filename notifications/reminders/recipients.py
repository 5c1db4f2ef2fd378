"""Parts to people: who is the reporter, the head of the unit, the staff, the deputy head and the head of what is owed.

Written as SQL over a set of owed things at once; the same rule plans a reminder and tells, when it is composed, whether the
person still has their part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from workflow.across.obligations.attendance import expected
from workflow.core.access import OWN_SCOPED
from workflow.ground.schema import account, assignment, unit
from workflow.ground.schema.base import BigId
from workflow.ground.validity import valid_on

REPORTER: Final = "reporter"
VACANT: Final = "vacant"
"""The collector's staff told in place of a reporter, because nobody holds the role."""
HEAD_OF_UNIT: Final = "head_of_unit"
STAFF: Final = "staff"
DEPUTY_HEAD: Final = "deputy_head"
HEAD: Final = "head"

ESCALATION: Final = (HEAD, DEPUTY_HEAD, STAFF)
"""Parts that are told of what is late, whatever they prefer."""
BY_WEIGHT: Final = (HEAD, DEPUTY_HEAD, STAFF, HEAD_OF_UNIT, REPORTER, VACANT)
"""Of several parts of one person in one step the first counts."""
EVERY: Final = frozenset(BY_WEIGHT)

_ELSEWHERE: Final = 1000
"""Any holder of the wished role comes before a holder of the one that stands in for it."""


def names(listed: sa.ColumnElement[str], wanted: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """`wanted` is one of the comma-separated words. Written without LIKE, to which the underscore in a word is a wildcard."""
    within = sa.literal(",").concat(listed).concat(",")
    return sa.func.replace(within, sa.literal(",").concat(wanted).concat(","), "") != within


part_of = sa.Table(
    "part_of",
    sa.MetaData(),
    *(sa.Column(name, BigId, primary_key=True) for name in ("unit_id", "collector_id")),
    sa.Column("roles", sa.String(200), primary_key=True),
    sa.Column("account_id", BigId, primary_key=True),
    sa.Column("part", sa.String(15), primary_key=True),
    sa.Column("deputy_for_id", BigId),
    prefixes=["TEMPORARY"],
    # PostgreSQL never tidies up a temporary table by itself.
    postgresql_on_commit="DELETE ROWS",
)
"""Who has which part in what is owed: of this transaction alone, with the index that a join of many rows needs."""


def find(
    connection: Connection,
    owed: sa.FromClause,
    today: date,
    wanted: Collection[str],
    values: Mapping[str, Any] | None = None,
) -> sa.Table:
    """Fill `part_of` with everybody who has one of the wanted parts in what is owed. Returns it; deputies are among them.

    owed: has the columns unit_id, collector_id and roles; asked for each combination once. values: for its parameters.
    Who asks for the reporter also gets those who stand in where nobody holds the role.
    """
    connection.execute(CreateTable(part_of, if_not_exists=True))
    connection.execute(sa.delete(part_of))
    given = dict(values or {})
    named = connection.execute(sa.select(owed.c.roles).distinct(), given).scalars()
    people = _people(owed, today, wanted, frozenset(role for roles in named for role in roles.split(",")))
    connection.execute(sa.insert(part_of).from_select(_PERSON, people), given)
    return part_of


_OWING: Final = ("unit_id", "collector_id", "roles")
_PERSON: Final = (*_OWING, "part", "account_id", "deputy_for_id")


def _people(owed: sa.FromClause, today: date, wanted: Collection[str], roles: frozenset[str]) -> sa.Select[Any]:
    """Each person once for each part. roles: all that are named in `owed`.

    Of all who may do it those nearest to the unit are told: its own officer before the reviewers of the commune. Of a meeting or
    a visit it is its members; without anybody the staff of the collector. Staff are those nearest to the collector, else
    leaders; head and deputy head are leaders of that rank, else any leader there, else those of the nearest unit above that has
    one, else staff (default of ours). Locked accounts are nobody.
    """
    group = sa.select(*(owed.c[name] for name in _OWING)).distinct().cte("owing").prefix_with("MATERIALIZED")
    leading = frozenset(("leader",) if HEAD_OF_UNIT in wanted else ())
    below = _held("below", group.c.unit_id, today, near=(roles & OWN_SCOPED) | leading, far=roles - OWN_SCOPED)
    over = _held("over", group.c.collector_id, today, near=frozenset(), far=frozenset(("staff", "leader")))
    leads, serves, after = over.c.role == "leader", over.c.role == "staff", over.c.depth + _ELSEWHERE
    found: list[sa.Select[Any]] = []
    if REPORTER in wanted:
        owes = sa.and_(below.c.place_id == group.c.unit_id, names(group.c.roles, below.c.role))
        owing: list[sa.Select[Any]] = [_candidates(group, below, owes, REPORTER, below.c.depth)]
        if (members := expected(roles)) is not None:
            owing.append(_candidates(group, members, members.c.roles == group.c.roles, REPORTER, sa.literal(0)))
        reporter = sa.union_all(*owing).cte("reporter").prefix_with("MATERIALIZED")
        vacant = sa.except_(
            sa.select(*(group.c[name] for name in _OWING)), sa.select(*(reporter.c[name] for name in _OWING))
        ).cte("vacancy")
        there = over.c.place_id == vacant.c.collector_id
        found += [
            sa.select(reporter),
            _candidates(vacant, over, sa.and_(there, serves), VACANT, over.c.depth),
            _candidates(vacant, over, sa.and_(there, leads), VACANT, after),
        ]
    if HEAD_OF_UNIT in wanted:
        here = sa.and_(below.c.place_id == group.c.unit_id, below.c.role == "leader", below.c.depth == 0)
        found.append(_candidates(group, below, here, HEAD_OF_UNIT, below.c.depth))
    there = over.c.place_id == group.c.collector_id
    if STAFF in wanted:
        found.append(_candidates(group, over, sa.and_(there, serves), STAFF, over.c.depth))
        found.append(_candidates(group, over, sa.and_(there, leads), STAFF, after))
    for rank in (DEPUTY_HEAD, HEAD):
        if rank in wanted:
            rung = over.c.depth * 2 + sa.case((over.c.rank == rank, 0), else_=1)
            found.append(_candidates(group, over, sa.and_(there, leads), rank, rung))
            found.append(_candidates(group, over, sa.and_(there, serves), rank, after))
    return _nearest(sa.union_all(*found).subquery("candidate"))


def _candidates(
    group: sa.FromClause,
    held: sa.FromClause,
    condition: sa.ColumnElement[bool],
    part: str,
    rung: sa.ColumnElement[int],
) -> sa.Select[Any]:
    """Who may have a part. Those on the lowest rung have it."""
    return sa.select(
        *(group.c[name] for name in _OWING),
        sa.literal(part).label("part"),
        held.c.account_id,
        held.c.deputy_for_id,
        rung.label("rung"),
    ).join(held, condition)


def _nearest(candidate: sa.FromClause) -> sa.Select[Any]:
    """The candidates on the lowest rung, each once: for themselves before as a deputy."""
    lowest = sa.func.min(candidate.c.rung).over(partition_by=[candidate.c[name] for name in (*_OWING, "part")])
    rungs = sa.select(candidate, lowest.label("lowest")).subquery("rung")
    turn = sa.func.row_number().over(
        partition_by=[rungs.c[name] for name in _PERSON[:5]],
        order_by=(rungs.c.deputy_for_id.is_not(None), rungs.c.deputy_for_id),
    )
    ranked = (
        sa.select(*(rungs.c[name] for name in _PERSON), turn.label("turn"))
        .where(rungs.c.rung == rungs.c.lowest)
        .subquery("ranked")
    )
    return sa.select(*(ranked.c[name] for name in _PERSON)).where(ranked.c.turn == 1)


def takes(recipients: sa.ColumnElement[str], part: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """A step for these parts is for this one; whoever stands in for the missing reporter is told what the reporter would be."""
    return names(recipients, sa.case((part == VACANT, REPORTER), else_=part))


def weight(part: sa.ColumnElement[str]) -> sa.ColumnElement[int]:
    """The place of a part in `BY_WEIGHT`."""
    return sa.case(*((part == name, place) for place, name in enumerate(BY_WEIGHT)), else_=len(BY_WEIGHT))


def _held(name: str, place: sa.ColumnElement[int], today: date, *, near: frozenset[str], far: frozenset[str]) -> sa.CTE:
    """Who holds a role today: place_id, depth (0: the place itself), role, account_id, deputy_for_id, rank.

    near: roles that count at the place itself; far: those that count from the units above it as well.
    """
    places = sa.select(place.label("place_id")).distinct().subquery("place")
    above = (
        sa.select(places.c.place_id, unit.c.id, unit.c.parent_id, sa.literal(0).label("depth"))
        .join(unit, unit.c.id == places.c.place_id)
        .cte(f"{name}_above", recursive=bool(far))
    )
    if far:
        above = above.union_all(
            sa.select(above.c.place_id, unit.c.id, unit.c.parent_id, above.c.depth + 1).join(
                unit, unit.c.id == above.c.parent_id
            )
        )
    return (
        sa.select(
            above.c.place_id,
            above.c.depth,
            assignment.c.role,
            assignment.c.account_id,
            assignment.c.deputy_for_id,
            _rank().label("rank"),
        )
        .join(assignment, assignment.c.unit_id == above.c.id)
        .join(account, account.c.id == assignment.c.account_id)
        .where(
            assignment.c.role.in_(sorted(near | far)),
            sa.or_(above.c.depth == 0, assignment.c.role.in_(sorted(far))),
            valid_on(assignment, today),
            account.c.locked_at.is_(None),
        )
        .cte(name)
        .prefix_with("MATERIALIZED")
    )


def _rank() -> sa.ColumnElement[str]:
    """The rank of an assignment. A deputy stands where the person stands whom they stand in for."""
    principal = assignment.alias("principal")
    of_principal = (
        sa.select(sa.func.max(principal.c.rank))
        .where(
            principal.c.account_id == assignment.c.deputy_for_id,
            principal.c.role == assignment.c.role,
            principal.c.unit_id == assignment.c.unit_id,
            principal.c.deputy_for_id.is_(None),
        )
        .correlate(assignment)
        .scalar_subquery()
    )
    return sa.case(
        (sa.or_(assignment.c.rank != "", assignment.c.deputy_for_id.is_(None)), assignment.c.rank),
        else_=sa.func.coalesce(of_principal, ""),
    )
