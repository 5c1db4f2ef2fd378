"""Review meetings that a person is expected at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.access import Actor
from workflow.ground.schema import meeting_member, review_meeting

MOST: Final = 15


@dataclass(frozen=True, slots=True)
class OwnMeeting:
    """One meeting of a member. status: 'prepared' or 'open'."""

    id: int
    title: str
    held_on: date
    status: str


def own_meetings(connection: Connection, actor: Actor) -> list[OwnMeeting]:
    """Meetings this person is a member of that are being prepared or held, the next first."""
    rows = connection.execute(
        sa.select(review_meeting.c.id, review_meeting.c.title, review_meeting.c.held_on, review_meeting.c.status)
        .join(meeting_member, meeting_member.c.meeting_id == review_meeting.c.id)
        .where(meeting_member.c.account_id == actor.account_id, review_meeting.c.status.in_(("prepared", "open")))
        .order_by(review_meeting.c.held_on)
        .limit(MOST)
    )
    return [OwnMeeting(**row._mapping) for row in rows]
