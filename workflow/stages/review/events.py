"""What happens at review meetings, to the meeting and to the models on its agenda, as the history keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from workflow.core.events import Event, left, noted


@dataclass(frozen=True, slots=True)
class MemberNamed:
    """A member of the meeting: key of the account, code of the duty."""

    account: int
    duty: str


@dataclass(frozen=True, slots=True)
class VoteCast:
    """One vote: key of the member's account, code of the choice, whether it came in writing."""

    member: int
    choice: str
    written: bool


@dataclass(frozen=True, slots=True)
class VotesCounted:
    """How a model was voted on. not_cast: votes of members present that were never handed in."""

    members: int
    present: int
    votes_for: int
    votes_against: int
    votes_abstaining: int
    quorum: bool
    carried: bool
    not_cast: int = field(default=0, kw_only=True)


@noted("meeting", "prepared")
@dataclass(frozen=True, slots=True)
class MeetingPrepared(Event):
    """A meeting was begun. unit: code; ballot: code of how votes are taken."""

    unit: str
    year: int
    ballot: str
    title: str
    place: str
    held_on: date | None


@noted("meeting", "members_set")
@dataclass(frozen=True, slots=True)
class MembersSet(Event):
    """These are its members. guests: names; None when nobody touched them."""

    members: tuple[MemberNamed, ...]
    guests: tuple[str, ...] | None = None


@noted("meeting", "agenda_set")
@dataclass(frozen=True, slots=True)
class AgendaSet(Event):
    """What is on the agenda: the whole list of codes, or one that was added."""

    models: tuple[str, ...] | None = None
    added: str = ""


@noted("meeting", "opened")
@dataclass(frozen=True, slots=True)
class MeetingOpened(Event):
    """The meeting began, with these members, rules ('1/2') and models (codes). present: keys of accounts."""

    members: tuple[MemberNamed, ...]
    present: tuple[int, ...]
    quorum: str
    threshold: str
    models: tuple[str, ...]


@noted("meeting", "attendance")
@dataclass(frozen=True, slots=True)
class AttendanceTaken(Event):
    """Who is there was said anew: keys of accounts."""

    present: tuple[int, ...]


@noted("meeting", "closed")
@dataclass(frozen=True, slots=True)
class MeetingClosed(Event):
    """The meeting ended. results: by the code of the model."""

    minutes: str
    results: Mapping[str, VotesCounted]


@noted("meeting", "cancelled")
@dataclass(frozen=True, slots=True)
class MeetingCancelled(Event):
    """The meeting was called off."""


@noted("meeting", "note_added")
@dataclass(frozen=True, slots=True)
class NoteAdded(Event):
    """A note was added to the minutes."""

    text: str


@noted("model", "placed_on_agenda")
@dataclass(frozen=True, slots=True)
class PlacedOnAgenda(Event):
    """The model is on the agenda of a meeting."""

    meeting: int


@noted("model", "taken_off_agenda")
@dataclass(frozen=True, slots=True)
class TakenOffAgenda(PlacedOnAgenda):
    """The model is no longer on it."""


@noted("model", "votes_recorded")
@dataclass(frozen=True, slots=True)
class VotesRecorded(Event):
    """Votes on the model were written down."""

    meeting: int
    votes: tuple[VoteCast, ...]


@noted("model", "ballots_recorded")
@dataclass(frozen=True, slots=True)
class BallotsRecorded(Event):
    """What the tellers counted on the model."""

    meeting: int
    ballots_for: int
    ballots_against: int
    ballots_abstaining: int


@noted("model", "review_closed")
@dataclass(frozen=True, slots=True)
class ReviewClosed(VotesCounted, Event):
    """The meeting ended with this result for the model."""

    meeting: int


@noted("model", "review_cancelled")
@dataclass(frozen=True, slots=True)
class ReviewCancelled(Event):
    """The meeting was called off before the model was voted on."""

    meeting: int
    reason: str


@left
@dataclass(frozen=True, slots=True)
class ReviewOpened(Event):
    """The model went under review, on the agenda of a meeting."""

    meeting: int | None
