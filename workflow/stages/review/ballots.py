"""Voting at an open review meeting: who may vote how on which model, and recording it once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, labels
from workflow.core.access import Actor, Grant
from workflow.core.engine import changes
from workflow.core.history import acting, advance_many
from workflow.core.labels import VOTES
from workflow.ground.reading.text import clean
from workflow.ground.refusals import Conflict, GuardRefused, InvalidInput, NotAllowed, NotPossible, Reason
from workflow.ground.schema import account, agenda_item, emulation_model, meeting_member, vote
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection.participants import require_writer, units_of
from workflow.stages.review.committee import IN_ORDER
from workflow.stages.review.events import BallotsRecorded, VoteCast, VotesRecorded
from workflow.stages.review.meetings import (
    hold_open,
    lock_models,
    meeting_definition,
    member,
    require_status,
    seen_meeting,
)

RECORDING_DUTIES: Final = frozenset({"chair", "secretary"})
MOST_VOTES: Final = 50_000


@dataclass(frozen=True, slots=True)
class VoteInput:
    """One vote: on the model with this code, of the member with this user name."""

    code: str
    member: str
    choice: str
    written: bool = False


_UNSEEN: Final = (-1, -1, -1)
_COUNTS: Final = ("ballots_for", "ballots_against", "ballots_abstaining")


@dataclass(frozen=True, slots=True)
class BallotCount:
    """What the tellers counted on the model with this code.

    seen: the count that stood there when the caller looked, None for none yet; left out when it does not matter.
    """

    code: str
    for_: int
    against: int
    abstaining: int
    seen: tuple[int, int, int] | None = _UNSEEN

    def columns(self) -> dict[str, int]:
        """The count as columns of the agenda."""
        return dict(zip(_COUNTS, (self.for_, self.against, self.abstaining), strict=True))


def record_votes(
    connection: Connection,
    who: int | str,
    now: datetime,
    meeting_id: int,
    votes: Sequence[VoteInput | tuple[str, str, str, bool]],
) -> None:
    """Record votes of an open meeting, all or none: (code, user name of the member, choice, in writing).

    By the members themselves, or for any member by chair, secretary or whoever runs the committee's reviews. Rules
    (docs/domain.md, Review meeting; defaults of ours): one vote each; a member of the registrant's unit may only abstain; who is
    absent votes in writing. A secret ballot takes written votes only, the rest are counted (`record_ballots`).
    Raises GuardRefused with a reason for every vote that cannot stand, NotPossible after the close, NotAllowed.
    """
    actor = access.actor(connection, who, now)
    meeting = seen_meeting(connection, actor, meeting_id)
    given = [item if isinstance(item, VoteInput) else VoteInput(*item) for item in votes]
    given = [VoteInput(clean(item.code), clean(item.member), item.choice, item.written) for item in given]
    grant = _recorder(connection, actor, meeting, {item.member for item in given})
    require_status(meeting, "open", to=_("ghi phiếu"))
    if not given or len(given) > MOST_VOTES:
        raise InvalidInput({"votes": _("Hãy ghi từ 1 đến %(most_votes)s phiếu.", most_votes=MOST_VOTES)})
    items = _agenda(connection, meeting.id)
    models = lock_models(connection, {items[item.code].model_id for item in given if item.code in items})
    hold_open(connection, meeting, to=_("ghi phiếu"))
    members = _members(connection, meeting.id)
    reasons, rows = _checked(connection, meeting, given, items, members, models, local_date(now))
    if reasons:
        raise GuardRefused(reasons)
    connection.execute(sa.insert(vote), [{**row, "recorded_at": now, "recorded_by": actor.account_id} for row in rows])
    by_model: dict[int, list[VoteCast]] = {}
    for item in given:
        cast = VoteCast(members[item.member].account_id, item.choice, item.written)
        by_model.setdefault(items[item.code].model_id, []).append(cast)
    by = acting(actor, grant)
    advance_many(
        connection,
        [
            changes.noted(by, now, models[key], VotesRecorded(meeting.id, tuple(votes_cast)))
            for key, votes_cast in by_model.items()
        ],
    )


def record_ballots(
    connection: Connection,
    who: int | str,
    now: datetime,
    meeting_id: int,
    code: str,
    for_: int,
    against: int,
    abstaining: int,
) -> None:
    """Record the count of a secret ballot on one model. See `record_counts`."""
    record_counts(connection, who, now, meeting_id, [BallotCount(code, for_, against, abstaining)])


def record_counts(
    connection: Connection, who: int | str, now: datetime, meeting_id: int, counts: Sequence[BallotCount]
) -> None:
    """Record counts of a secret ballot, all or none: ballots of those present, for and against of those entitled to either.

    Until the close a corrected count replaces an earlier one; both stand in the model's history. Raises InvalidInput (of a
    single count under its columns, of several under 'votes'), Conflict when somebody counted since the caller looked.
    """
    actor = access.actor(connection, who, now)
    meeting = seen_meeting(connection, actor, meeting_id)
    grant = _recorder(connection, actor, meeting, set())
    require_status(meeting, "open", to=_("ghi kết quả kiểm phiếu"))
    if meeting.ballot != "secret":
        raise NotPossible(_("Phiên này biểu quyết công khai: hãy ghi phiếu của từng thành viên."), guard="ballot")
    given = {clean(count.code): count for count in counts}
    items = _agenda(connection, meeting.id)
    unknown = [code for code in given if code not in items]
    if unknown:
        raise InvalidInput(
            {"code": _("Mô hình «%(unknown)s» không có trong chương trình của phiên.", unknown=unknown[0][:40])}
        )
    models = lock_models(connection, [items[code].model_id for code in given])
    hold_open(connection, meeting, to=_("ghi kết quả kiểm phiếu"))
    # Read again behind the lock: what stands now is what a correction replaces.
    items = _agenda(connection, meeting.id)
    here = [row for row in _members(connection, meeting.id).values() if row.present]
    free = entitled(connection, meeting.id, models, local_date(now))
    problems: dict[str, dict[str, str]] = {}
    for code, count in given.items():
        item = items[code]
        if count.seen is not _UNSEEN and count.seen != _counted(item):
            raise Conflict(
                _(
                    "Người khác vừa ghi kết quả kiểm phiếu của %(code)s. Hãy xem số họ ghi rồi gửi lại nếu vẫn cần sửa.",
                    code=code,
                ),
                guard="version",
            )
        entitled_here = sum(row.account_id in free[item.model_id] for row in here)
        if found := _miscounted(count, entitled_here, len(here)):
            problems[code] = found
    if len(given) == 1 and problems:
        raise InvalidInput(next(iter(problems.values())))
    if problems:
        sentences = (f"{code}: {' '.join(found.values())}" for code, found in problems.items())
        raise InvalidInput({"votes": " ".join(list(sentences)[:20])})
    written = {items[code].id: count.columns() for code, count in given.items()}
    connection.execute(
        sa.update(agenda_item)
        .where(agenda_item.c.id == sa.bindparam("item"))
        .values({name: sa.bindparam(f"new_{name}") for name in _COUNTS}),
        [{"item": key, **{f"new_{name}": number for name, number in row.items()}} for key, row in written.items()],
    )
    by = acting(actor, grant)
    advance_many(
        connection,
        [
            changes.noted(by, now, models[items[code].model_id], BallotsRecorded(meeting.id, **count.columns()))
            for code, count in given.items()
        ],
    )


def _miscounted(count: BallotCount, entitled_here: int, here: int) -> dict[str, str]:
    columns = count.columns()
    problems = {name: _("Số phiếu là số nguyên, từ 0 trở lên.") for name, number in columns.items() if number < 0}
    cast = count.for_ + count.against
    if cast > entitled_here:
        problems["ballots_for"] = _(
            "Có %(cast)s phiếu đồng ý và không đồng ý, nhưng chỉ %(entitled_here)s người có mặt được biểu quyết.",
            cast=cast,
            entitled_here=entitled_here,
        )
    elif sum(columns.values()) > here:
        problems["ballots_abstaining"] = _(
            "Có %(sum)s phiếu, nhưng chỉ %(here)s người có mặt.", sum=sum(columns.values()), here=here
        )
    return problems


def _counted(item: sa.Row[Any]) -> tuple[int, int, int] | None:
    if item.ballots_for is None:
        return None
    return item.ballots_for, item.ballots_against, item.ballots_abstaining


def entitled(
    connection: Connection, meeting_id: int, models: Mapping[int, sa.Row[Any]], today: date
) -> dict[int, frozenset[int]]:
    """For each model (row of `context.MODEL` by key) the accounts of members who may vote for or against it.

    The others only abstain: they belong to the registrant's unit (it was their home when the meeting opened, or is now,
    or they are its officer) or are the registered person.
    """
    members = list(_members(connection, meeting_id).values())
    units = units_of(connection, [row.account_id for row in members], today)
    return {
        key: frozenset(
            row.account_id
            for row in members
            if row.unit_id != model.unit_id
            and model.unit_id not in units[row.account_id]
            and row.account_id != model.person_account_id
        )
        for key, model in models.items()
    }


@dataclass(frozen=True, slots=True)
class Missing:
    """Votes of members who are there and may vote for or against, but did not. names: empty for a secret ballot."""

    count: int
    names: tuple[str, ...] = ()


def missing_votes(
    connection: Connection, meeting: sa.Row[Any], models: Mapping[int, sa.Row[Any]], today: date
) -> dict[int, Missing]:
    """Of each model (row of `context.MODEL` by key) on which fewer voted than should have, who or how many."""
    here = [row for row in _members(connection, meeting.id).values() if row.present]
    free = entitled(connection, meeting.id, models, today)
    cast: dict[int, set[int]] = {}
    for row in connection.execute(
        sa.select(agenda_item.c.model_id, vote.c.member_id)
        .join(agenda_item, agenda_item.c.id == vote.c.agenda_item_id)
        .where(agenda_item.c.meeting_id == meeting.id)
    ):
        cast.setdefault(row.model_id, set()).add(row.member_id)
    found: dict[int, Missing] = {}
    for item in _agenda(connection, meeting.id).values():
        asked = [row for row in here if row.account_id in free[item.model_id]]
        if meeting.ballot == "secret":
            count, names = len(asked) - sum(_counted(item) or ()), ()
        else:
            names = tuple(row.full_name for row in asked if row.id not in cast.get(item.model_id, set()))
            count = len(names)
        if count > 0:
            found[item.model_id] = Missing(count, names)
    return found


def _recorder(connection: Connection, actor: Actor, meeting: sa.Row[Any], voters: set[str]) -> Grant:
    """The grant in whose name the votes are recorded; a member's own vote needs no role but membership."""
    definition = meeting_definition(connection, meeting)
    try:
        return require_writer(actor, definition, "agenda", meeting.unit_path, to=_("ghi phiếu của người khác"))
    except NotAllowed:
        seat = member(connection, meeting.id, actor.account_id)
        if seat is None or (voters != {actor.user_name} and seat.duty not in RECORDING_DUTIES):
            raise
        return Grant(f"meeting_{seat.duty}", meeting.unit_id, meeting.unit_path, meeting.unit_level, None)


def _agenda(connection: Connection, meeting_id: int) -> dict[str, sa.Row[Any]]:
    statement: sa.Select[Any] = (
        sa.select(
            agenda_item.c.id,
            agenda_item.c.model_id,
            emulation_model.c.code,
            agenda_item.c.ballots_for,
            agenda_item.c.ballots_against,
            agenda_item.c.ballots_abstaining,
        )
        .join(emulation_model, emulation_model.c.id == agenda_item.c.model_id)
        .where(agenda_item.c.meeting_id == meeting_id)
    )
    return {row.code: row for row in connection.execute(statement)}


def _members(connection: Connection, meeting_id: int) -> dict[str, sa.Row[Any]]:
    return {
        row.user_name: row
        for row in connection.execute(
            sa.select(meeting_member, account.c.user_name)
            .join(account, account.c.id == meeting_member.c.account_id)
            .where(meeting_member.c.meeting_id == meeting_id)
            .order_by(*IN_ORDER)
        )
    }


def _checked(
    connection: Connection,
    meeting: sa.Row[Any],
    given: Sequence[VoteInput],
    items: Mapping[str, sa.Row[Any]],
    members: Mapping[str, sa.Row[Any]],
    models: Mapping[int, sa.Row[Any]],
    today: date,
) -> tuple[list[Reason], list[dict[str, Any]]]:
    cast = {
        (row.agenda_item_id, row.member_id)
        for row in connection.execute(
            sa.select(vote.c.agenda_item_id, vote.c.member_id)
            .join(agenda_item, agenda_item.c.id == vote.c.agenda_item_id)
            .where(agenda_item.c.meeting_id == meeting.id)
        )
    }
    free = entitled(connection, meeting.id, models, today)
    reasons: list[Reason] = []
    rows = []
    for one in given:
        item, seat = items.get(one.code), members.get(one.member)
        if item is None:
            sentence = _("Mô hình «%(code)s» không có trong chương trình của phiên.", code=one.code[:40])
            reasons.append(Reason("not_on_agenda", "on_agenda", sentence))
        elif seat is None:
            sentence = _(
                "«%(member)s» không phải thành viên của phiên nên không được biểu quyết.", member=one.member[:60]
            )
            reasons.append(Reason("not_a_member", "member", sentence))
        elif one.choice not in VOTES:
            listed = labels.listed(VOTES)
            reasons.append(Reason("unknown_choice", "choice", _("Phiếu là một trong: %(listed)s.", listed=listed)))
        elif (item.id, seat.id) in cast:
            sentence = _(
                "%(full_name)s đã bỏ phiếu cho mô hình %(code)s; mỗi người một phiếu.",
                full_name=seat.full_name,
                code=one.code,
            )
            reasons.append(Reason("second_vote", "second_vote", sentence))
        elif one.written and seat.present:
            sentence = _("%(full_name)s có mặt nên biểu quyết tại phiên, không bằng văn bản.", full_name=seat.full_name)
            reasons.append(Reason("present_votes_here", "presence", sentence))
        elif not one.written and not seat.present:
            sentence = _(
                "%(full_name)s vắng mặt nên chỉ bỏ phiếu bằng văn bản trước khi kết thúc phiên.",
                full_name=seat.full_name,
            )
            reasons.append(Reason("absent_votes_in_writing", "presence", sentence))
        elif not one.written and meeting.ballot == "secret":
            sentence = _("Phiên bỏ phiếu kín: hãy ghi kết quả kiểm phiếu, không ghi phiếu của từng người có mặt.")
            reasons.append(Reason("secret_ballot", "ballot", sentence))
        elif one.choice != "abstain" and seat.account_id not in free[item.model_id]:
            sentence = _(
                "%(full_name)s thuộc đơn vị đăng ký mô hình %(code)s nên chỉ được ghi «Không biểu quyết».",
                full_name=seat.full_name,
                code=one.code,
            )
            reasons.append(Reason("own_unit", "own_unit", sentence))
        else:
            cast.add((item.id, seat.id))
            rows.append({"agenda_item_id": item.id, "member_id": seat.id, "choice": one.choice, "written": one.written})
    return reasons[:50], rows
