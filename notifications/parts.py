"""Parts to people: who is the reporter, the head of the unit, the staff, the deputy head and the head of what is owed.

Written as SQL over a set of owed things at once; the same rule plans a reminder and tells, when it is composed, whether the
person still has his part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from workflow.access import OWN_SCOPED
from workflow.schema import account, assignment, unit
from workflow.schema.base import BigId

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
    people = _people(owed, today, wanted)
    names = [column.name for column in people.selected_columns]
    connection.execute(sa.insert(part_of).from_select(names, people), dict(values or {}))
    return part_of


def _people(owed: sa.FromClause, today: date, wanted: Collection[str]) -> sa.Select[Any]:
    """Each person once for each part.

    Those who owe it are the holders of each of the roles nearest to the unit (at the very unit only where the role counts there
    alone); without any, the staff of the collector. Staff are those nearest to the collector, else leaders; head and deputy head
    are leaders of that rank, else any leader there, else those of the nearest unit above that has one, else staff (default of
    ours). Locked accounts are nobody.
    """
    group = sa.select(owed.c.unit_id, owed.c.collector_id, owed.c.roles).distinct().cte("owing")
    held = _held(group, today)

    def at(
        place: sa.ColumnElement[int], part: str, ladder: sa.ColumnElement[int], *where: sa.ColumnElement[bool]
    ) -> sa.Select[tuple[int, int, str, str, str, int, int | None, int]]:
        """Candidates for a part at a place; of those of one rung the lowest ladder counts."""
        rung = held.c.role if part == REPORTER else sa.literal("")
        return (
            sa.select(
                group.c.unit_id,
                group.c.collector_id,
                group.c.roles,
                sa.literal(part).label("part"),
                rung.label("rung"),
                held.c.account_id,
                held.c.deputy_for_id,
                ladder.label("ladder"),
            )
            .join(held, held.c.place_id == place)
            .where(*where)
        )

    collector, depth = group.c.collector_id, held.c.depth
    leads, serves = held.c.role == "leader", held.c.role == "staff"
    other = sa.alias(held, "holder")
    nobody = ~sa.exists().where(
        other.c.place_id == group.c.unit_id,
        names(group.c.roles, other.c.role),
        sa.or_(other.c.role.not_in(sorted(OWN_SCOPED)), other.c.depth == 0),
    )
    owes = sa.and_(names(group.c.roles, held.c.role), sa.or_(held.c.role.not_in(sorted(OWN_SCOPED)), held.c.depth == 0))
    after = depth + _ELSEWHERE
    of_part = {
        REPORTER: [
            at(group.c.unit_id, REPORTER, depth, owes),
            at(collector, VACANT, depth, serves, nobody),
            at(collector, VACANT, after, leads, nobody),
        ],
        HEAD_OF_UNIT: [at(group.c.unit_id, HEAD_OF_UNIT, depth, leads, depth == 0)],
        STAFF: [at(collector, STAFF, depth, serves), at(collector, STAFF, after, leads)],
    } | {
        rank: [
            at(collector, rank, depth * 2 + sa.case((held.c.rank == rank, 0), else_=1), leads),
            at(collector, rank, after, serves),
        ]
        for rank in (DEPUTY_HEAD, HEAD)
    }
    candidates = sa.union_all(
        *(candidate for part, found in of_part.items() if part in wanted for candidate in found)
    ).cte("candidate")
    key = (candidates.c.unit_id, candidates.c.collector_id, candidates.c.roles, candidates.c.part)
    rungs = sa.select(
        candidates, sa.func.min(candidates.c.ladder).over(partition_by=(*key, candidates.c.rung)).label("nearest")
    ).subquery("rung")
    columns = ("unit_id", "collector_id", "roles", "part", "account_id", "deputy_for_id")
    ranked = (
        sa.select(
            *(rungs.c[name] for name in columns),
            sa.func.row_number()
            .over(
                partition_by=[rungs.c[name] for name in columns[:5]],
                order_by=(rungs.c.deputy_for_id.is_not(None), rungs.c.deputy_for_id),
            )
            .label("turn"),
        )
        .where(rungs.c.ladder == rungs.c.nearest)
        .subquery("ranked")
    )
    return sa.select(*(ranked.c[name] for name in columns)).where(ranked.c.turn == 1)


def takes(recipients: sa.ColumnElement[str], part: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """A step for these parts is for this one; whoever stands in for the missing reporter is told what the reporter would be."""
    return names(recipients, sa.case((part == VACANT, REPORTER), else_=part))


def weight(part: sa.ColumnElement[str]) -> sa.ColumnElement[int]:
    """The place of a part in `BY_WEIGHT`."""
    return sa.case(*((part == name, place) for place, name in enumerate(BY_WEIGHT)), else_=len(BY_WEIGHT))


def _held(group: sa.CTE, today: date) -> sa.CTE:
    """Roles held today at the units of the group and above them: place_id, depth (0: the place itself), role, account, rank."""
    places = sa.union(
        sa.select(group.c.unit_id.label("place_id")), sa.select(group.c.collector_id.label("place_id"))
    ).subquery("place")
    above = (
        sa.select(places.c.place_id, unit.c.id, unit.c.parent_id, sa.literal(0).label("depth"))
        .join(unit, unit.c.id == places.c.place_id)
        .cte("above", recursive=True)
    )
    above = above.union_all(
        sa.select(above.c.place_id, unit.c.id, unit.c.parent_id, above.c.depth + 1).join(
            unit, unit.c.id == above.c.parent_id
        )
    )
    principal = assignment.alias("principal")
    return (
        sa.select(
            above.c.place_id,
            above.c.depth,
            assignment.c.role,
            assignment.c.account_id,
            assignment.c.deputy_for_id,
            # A deputy stands where the person stands whom he stands in for.
            sa.case((assignment.c.rank != "", assignment.c.rank), else_=sa.func.coalesce(_rank(principal), "")).label(
                "rank"
            ),
        )
        .join(assignment, assignment.c.unit_id == above.c.id)
        .join(account, account.c.id == assignment.c.account_id)
        .where(
            assignment.c.valid_from <= today,
            sa.or_(assignment.c.valid_to.is_(None), assignment.c.valid_to >= today),
            account.c.locked_at.is_(None),
        )
        .cte("held")
        .prefix_with("MATERIALIZED")
    )


def _rank(principal: sa.FromClause) -> sa.ScalarSelect[str]:
    return (
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
