"""Voting at an open review meeting: who may vote how on which model, and recording it once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow import access
from workflow.access import Actor, Grant
from workflow.calendar import local_date
from workflow.meetings import (
    hold_open,
    lock_models,
    meeting_definition,
    member,
    note_models,
    require_status,
    seen_meeting,
)
from workflow.participants import require_writer, units_of
from workflow.refusals import GuardRefused, InvalidInput, NotAllowed, NotPossible, Reason
from workflow.schema import account, agenda_item, emulation_model, meeting_member, vote
from workflow.text import clean

CHOICES: Final = {"for": "Đồng ý", "against": "Không đồng ý", "abstain": "Không biểu quyết"}
RECORDING_DUTIES: Final = frozenset({"chair", "secretary"})
MOST_VOTES: Final = 50_000


@dataclass(frozen=True, slots=True)
class VoteInput:
    """One vote: on the model with this code, of the member with this user name."""

    code: str
    member: str
    choice: str
    written: bool = False


def record_vote(
    connection: Connection,
    who: int | str,
    meeting_id: int,
    code: str,
    voter: str,
    choice: str,
    now: datetime,
    *,
    written: bool = False,
) -> None:
    """Record one vote: 'for', 'against' or 'abstain'. See `record_votes`."""
    record_votes(connection, who, meeting_id, [(code, voter, choice, written)], now)


def record_votes(
    connection: Connection,
    who: int | str,
    meeting_id: int,
    votes: Sequence[VoteInput | tuple[str, str, str, bool]],
    now: datetime,
) -> None:
    """Record votes of an open meeting, all or none: (code, user name of the member, choice, in writing).

    By the member himself, or for any member by chair, secretary or whoever runs the committee's reviews. Rules (DOMAIN,
    Review meeting; defaults of ours): one vote each; a member of the registrant's unit may only abstain; who is absent
    votes in writing. A secret ballot takes written votes only, the rest are counted (`record_ballots`).
    Raises GuardRefused with a reason for every vote that cannot stand, NotPossible after the close, NotAllowed.
    """
    actor = access.actor(connection, who, now)
    meeting = seen_meeting(connection, actor, meeting_id)
    given = [item if isinstance(item, VoteInput) else VoteInput(*item) for item in votes]
    given = [VoteInput(clean(item.code), clean(item.member), item.choice, item.written) for item in given]
    grant = _recorder(connection, actor, meeting, {item.member for item in given})
    require_status(meeting, "open", to="ghi phiếu")
    if not given or len(given) > MOST_VOTES:
        raise InvalidInput({"votes": f"Hãy ghi từ 1 đến {MOST_VOTES} phiếu."})
    items = _agenda(connection, meeting.id)
    models = lock_models(connection, {items[item.code].model_id for item in given if item.code in items})
    hold_open(connection, meeting, to="ghi phiếu")
    members = _members(connection, meeting.id)
    reasons, rows = _checked(connection, meeting, given, items, members, models, local_date(now))
    if reasons:
        raise GuardRefused(reasons)
    connection.execute(sa.insert(vote), [{**row, "recorded_at": now, "recorded_by": actor.account_id} for row in rows])
    by_model: dict[int, list[dict[str, Any]]] = {}
    for item in given:
        by_model.setdefault(items[item.code].model_id, []).append(
            {"member": members[item.member].account_id, "choice": item.choice, "written": item.written}
        )
    note_models(
        connection,
        [(models[key], {"meeting": meeting.id, "votes": cast}) for key, cast in by_model.items()],
        actor,
        grant,
        "votes_recorded",
        now,
    )


def record_ballots(
    connection: Connection,
    who: int | str,
    meeting_id: int,
    code: str,
    for_: int,
    against: int,
    abstaining: int,
    now: datetime,
) -> None:
    """Record the count of a secret ballot on one model: ballots of those present, for and against of those entitled to either.

    Until the close a corrected count replaces an earlier one; both stand in the model's history.
    """
    actor = access.actor(connection, who, now)
    meeting = seen_meeting(connection, actor, meeting_id)
    grant = _recorder(connection, actor, meeting, set())
    require_status(meeting, "open", to="ghi kết quả kiểm phiếu")
    if meeting.ballot != "secret":
        raise NotPossible("Phiên này biểu quyết công khai: hãy ghi phiếu của từng thành viên.", guard="ballot")
    code = clean(code)
    item = _agenda(connection, meeting.id).get(code)
    if item is None:
        raise InvalidInput({"code": f"Mô hình «{code[:40]}» không có trong chương trình của phiên."})
    models = lock_models(connection, [item.model_id])
    hold_open(connection, meeting, to="ghi kết quả kiểm phiếu")
    model = models[item.model_id]
    here = [row for row in _members(connection, meeting.id).values() if row.present]
    entitled_accounts = entitled(connection, meeting.id, models, local_date(now))[item.model_id]
    free = sum(row.account_id in entitled_accounts for row in here)
    counts = {"ballots_for": for_, "ballots_against": against, "ballots_abstaining": abstaining}
    problems = {name: "Số phiếu là số nguyên, từ 0 trở lên." for name, number in counts.items() if number < 0}
    if for_ + against > free:
        problems["ballots_for"] = (
            f"Có {for_ + against} phiếu đồng ý và không đồng ý, nhưng chỉ {free} người có mặt được biểu quyết."
        )
    elif sum(counts.values()) > len(here):
        problems["ballots_abstaining"] = f"Có {sum(counts.values())} phiếu, nhưng chỉ {len(here)} người có mặt."
    if problems:
        raise InvalidInput(problems)
    connection.execute(sa.update(agenda_item).where(agenda_item.c.id == item.id).values(**counts))
    note_models(connection, [(model, {"meeting": meeting.id, **counts})], actor, grant, "ballots_recorded", now)


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


def _recorder(connection: Connection, actor: Actor, meeting: sa.Row[Any], voters: set[str]) -> Grant:
    """The grant in whose name the votes are recorded; a member's own vote needs no role but membership."""
    definition = meeting_definition(connection, meeting)
    try:
        return require_writer(actor, definition, "agenda", meeting.unit_path, to="ghi phiếu của người khác")
    except NotAllowed:
        seat = member(connection, meeting.id, actor.account_id)
        if seat is None or (voters != {actor.user_name} and seat.duty not in RECORDING_DUTIES):
            raise
        return Grant(f"meeting_{seat.duty}", meeting.unit_id, meeting.unit_path, meeting.unit_level, None)


def _agenda(connection: Connection, meeting_id: int) -> dict[str, sa.Row[Any]]:
    statement: sa.Select[Any] = (
        sa.select(agenda_item.c.id, agenda_item.c.model_id, emulation_model.c.code)
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
            .order_by(meeting_member.c.id)
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
            sentence = f"Mô hình «{one.code[:40]}» không có trong chương trình của phiên."
            reasons.append(Reason("not_on_agenda", "on_agenda", sentence))
        elif seat is None:
            sentence = f"«{one.member[:60]}» không phải thành viên của phiên nên không được biểu quyết."
            reasons.append(Reason("not_a_member", "member", sentence))
        elif one.choice not in CHOICES:
            listed = ", ".join(f"{key} ({label})" for key, label in CHOICES.items())
            reasons.append(Reason("unknown_choice", "choice", f"Phiếu là một trong: {listed}."))
        elif (item.id, seat.id) in cast:
            sentence = f"{seat.full_name} đã bỏ phiếu cho mô hình {one.code}; mỗi người một phiếu."
            reasons.append(Reason("second_vote", "second_vote", sentence))
        elif one.written and seat.present:
            sentence = f"{seat.full_name} có mặt nên biểu quyết tại phiên, không bằng văn bản."
            reasons.append(Reason("present_votes_here", "presence", sentence))
        elif not one.written and not seat.present:
            sentence = f"{seat.full_name} vắng mặt nên chỉ bỏ phiếu bằng văn bản trước khi kết thúc phiên."
            reasons.append(Reason("absent_votes_in_writing", "presence", sentence))
        elif not one.written and meeting.ballot == "secret":
            sentence = "Phiên bỏ phiếu kín: hãy ghi kết quả kiểm phiếu, không ghi phiếu của từng người có mặt."
            reasons.append(Reason("secret_ballot", "ballot", sentence))
        elif one.choice != "abstain" and seat.account_id not in free[item.model_id]:
            sentence = f"{seat.full_name} thuộc đơn vị đăng ký mô hình {one.code} nên chỉ được ghi «Không biểu quyết»."
            reasons.append(Reason("own_unit", "own_unit", sentence))
        else:
            cast.add((item.id, seat.id))
            rows.append({"agenda_item_id": item.id, "member_id": seat.id, "choice": one.choice, "written": one.written})
    return reasons[:50], rows
