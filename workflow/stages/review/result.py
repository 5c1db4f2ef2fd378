"""What a review meeting decides about a model: votes counted against all members, presence against the quorum."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.dialects import any_of
from workflow.ground.schema import agenda_item, meeting_member, programme_year, review_meeting, unit, vote
from workflow.ground.speech import _

WAITING = ("prepared", "open")
"""Meetings whose result is still to come."""


@dataclass(frozen=True, slots=True)
class Result:
    """One model at one meeting, as it stands now or, once closed, for good.

    members: all of them, present or not. needed_present, needed_votes: counts. quorum: enough are present. carried: quorum and
    enough votes for.
    """

    meeting_id: int
    unit_id: int
    closed: bool
    closed_at: datetime | None
    members: int
    present: int
    needed_present: int
    quorum: bool
    votes_for: int
    votes_against: int
    votes_abstaining: int
    needed_votes: int
    carried: bool

    @property
    def reason(self) -> str:
        """Why it is not carried, "" when it is; said anew each time, since minutes are Vietnamese whoever reads them."""
        if not self.quorum:
            return _(
                "Không đủ thành phần: có mặt %(present)s/%(members)s, cần ít nhất %(presence)s.",
                present=self.present,
                members=self.members,
                presence=self.needed_present,
            )
        if not self.carried:
            return _(
                "Được %(in_favour)s/%(members)s phiếu, cần ít nhất %(majority)s trên tổng số thành viên.",
                in_favour=self.votes_for,
                members=self.members,
                majority=self.needed_votes,
            )
        return ""

    @property
    def voted(self) -> int:
        """How many votes and ballots there are."""
        return self.votes_for + self.votes_against + self.votes_abstaining


def needed_present(members: int, numerator: int, denominator: int) -> int:
    """Fewest members whose presence makes the quorum: at least this fraction of all (default of ours: two thirds)."""
    return -(-members * numerator // denominator)


def needed_votes(members: int, numerator: int, denominator: int) -> int:
    """Fewest votes for that carry: strictly more than this fraction of all members, so that a tie fails (default of ours: half).

    A fraction of 1 asks for every member, not for one more than there are.
    """
    return min(members * numerator // denominator + 1, max(members, 1))


def latest(connection: Connection, model_id: int) -> Result | None:
    """The model's result at the meeting that counts: one still to come before those closed, of these the last one."""
    meeting_id = connection.execute(_LATEST, {"model": model_id}).scalar()
    return None if meeting_id is None else _results(connection, meeting_id, model_id)[model_id]


def waiting_meeting(connection: Connection, model_id: int) -> int | None:
    """The prepared or open meeting that has the model on its agenda."""
    found: int | None = connection.execute(
        sa.select(review_meeting.c.id)
        .join(agenda_item, agenda_item.c.meeting_id == review_meeting.c.id)
        .where(agenda_item.c.model_id == model_id, review_meeting.c.status.in_(WAITING))
        .limit(1)
    ).scalar()
    return found


def prepared_meeting_exists(connection: Connection, unit_path: str) -> bool:
    """Whether a meeting is being prepared on whose agenda a model of this unit could go."""
    above = [int(part) for part in unit_path.split("/") if part]
    return (
        connection.execute(
            sa.select(sa.literal(1))
            .select_from(review_meeting)
            .join(unit, unit.c.id == review_meeting.c.unit_id)
            .where(review_meeting.c.unit_id.in_(above), review_meeting.c.status == "prepared")
            .limit(1)
        ).first()
        is not None
    )


def count(connection: Connection, meeting_id: int) -> dict[int, Result]:
    """The results of a meeting by model, in the order of the agenda: counted now, or as frozen at the close."""
    return _results(connection, meeting_id, None)


def superseded(connection: Connection, model_ids: Collection[int], meeting_id: int) -> frozenset[int]:
    """Those of the models for which this closed meeting is not the one that counts, because another has them since."""
    this, other = review_meeting.alias("this"), review_meeting.alias("other")
    rows = connection.execute(
        sa.select(agenda_item.c.model_id)
        .join(other, other.c.id == agenda_item.c.meeting_id)
        .join(this, this.c.id == meeting_id)
        .where(
            any_of(agenda_item.c.model_id, list(model_ids)),
            other.c.id != meeting_id,
            sa.or_(
                other.c.status.in_(WAITING),
                sa.and_(
                    other.c.status == "closed",
                    sa.tuple_(other.c.closed_at, other.c.id) > sa.tuple_(this.c.closed_at, this.c.id),
                ),
            ),
        )
    )
    return frozenset(rows.scalars())


def count_votes(connection: Connection, meeting_id: int) -> dict[int, Result]:
    """The same counted from the votes themselves, for the close to freeze."""
    return _results(connection, meeting_id, None, recount=True)


_RULES = ("quorum_numerator", "quorum_denominator", "threshold_numerator", "threshold_denominator")


def _rule(name: str) -> sa.ColumnElement[int]:
    """The rule frozen at the opening; before it, that of the programme year."""
    return sa.func.coalesce(review_meeting.c[name], programme_year.c[name])


def _votes(choice: str) -> sa.ColumnElement[int]:
    counted = sa.select(sa.func.count()).where(vote.c.agenda_item_id == agenda_item.c.id, vote.c.choice == choice)
    return counted.correlate(agenda_item).scalar_subquery()


def _members(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    counted = sa.select(sa.func.count()).where(meeting_member.c.meeting_id == review_meeting.c.id, *conditions)
    return counted.correlate(review_meeting).scalar_subquery()


_RESULTS = (
    sa.select(
        agenda_item.c.model_id,
        agenda_item.c.votes_for.label("frozen_for"),
        agenda_item.c.votes_against.label("frozen_against"),
        agenda_item.c.votes_abstaining.label("frozen_abstaining"),
        agenda_item.c.members.label("frozen_members"),
        *(
            (_votes(choice) + sa.func.coalesce(ballots, 0)).label(f"votes_{choice}")
            for choice, ballots in (
                ("for", agenda_item.c.ballots_for),
                ("against", agenda_item.c.ballots_against),
                ("abstain", agenda_item.c.ballots_abstaining),
            )
        ),
        review_meeting.c.unit_id,
        review_meeting.c.status,
        review_meeting.c.closed_at,
        _members().label("members"),
        _members(meeting_member.c.present).label("present"),
        *(_rule(name).label(name) for name in _RULES),
    )
    .join(review_meeting, review_meeting.c.id == agenda_item.c.meeting_id)
    .join(programme_year, programme_year.c.id == review_meeting.c.year_id)
    .where(agenda_item.c.meeting_id == sa.bindparam("meeting"))
    .order_by(agenda_item.c.position)
)
_RESULT_OF_MODEL = _RESULTS.where(agenda_item.c.model_id == sa.bindparam("model"))
# The meeting that counts for a model: one still to come before those closed, of these the last one.
_LATEST = (
    sa.select(review_meeting.c.id)
    .join(agenda_item, agenda_item.c.meeting_id == review_meeting.c.id)
    .where(agenda_item.c.model_id == sa.bindparam("model"), review_meeting.c.status != "cancelled")
    .order_by(
        sa.case((review_meeting.c.status == "closed", 1), else_=0),
        review_meeting.c.closed_at.desc(),
        review_meeting.c.id.desc(),
    )
    .limit(1)
)


def _results(
    connection: Connection, meeting_id: int, model_id: int | None, *, recount: bool = False
) -> dict[int, Result]:
    statement = _RESULTS if model_id is None else _RESULT_OF_MODEL
    return {
        row.model_id: _result(meeting_id, row, frozen=row.status == "closed" and not recount)
        for row in connection.execute(statement, {"meeting": meeting_id, "model": model_id})
    }


def _result(meeting_id: int, row: sa.Row[Any], *, frozen: bool) -> Result:
    members = row.frozen_members if frozen else row.members
    in_favour = row.frozen_for if frozen else row.votes_for
    presence = needed_present(members, row.quorum_numerator, row.quorum_denominator)
    majority = needed_votes(members, row.threshold_numerator, row.threshold_denominator)
    quorum = members > 0 and row.present >= presence
    return Result(
        meeting_id=meeting_id,
        unit_id=row.unit_id,
        closed=row.status == "closed",
        closed_at=row.closed_at,
        members=members,
        present=row.present,
        needed_present=presence,
        quorum=quorum,
        votes_for=in_favour,
        votes_against=row.frozen_against if frozen else row.votes_against,
        votes_abstaining=row.frozen_abstaining if frozen else row.votes_abstain,
        needed_votes=majority,
        carried=quorum and in_favour >= majority,
    )
