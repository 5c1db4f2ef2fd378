"""Who sits in a review meeting: its members, who of them is there, and its guests, who have no vote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import history, labels
from workflow.core.access import Actor, Grant
from workflow.core.labels import DUTIES
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput, NotPossible, Refusal
from workflow.ground.schema import account, agenda_item, meeting_guest, meeting_member, vote
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection.participants import named
from workflow.stages.review.events import AttendanceTaken, MemberNamed, MembersSet
from workflow.stages.review.meetings import hold, hold_open, run_meeting

IN_ORDER: Final[tuple[sa.ColumnElement[Any], ...]] = (
    sa.case({"chair": 0, "secretary": 1}, value=meeting_member.c.duty, else_=2),
    account.c.name_sort,
    meeting_member.c.id,
)
"""How members are listed, in a statement that joins `account`: chair, secretary, then the others by name."""
MOST_MEMBERS: Final = 100
MOST_GUESTS: Final = 50
LONGEST_GUEST: Final = 200


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may vote. duty: 'chair', 'secretary' or 'member'."""

    user_name: str
    duty: str = "member"


def set_members(
    connection: Connection,
    who: int | str,
    now: datetime,
    meeting_id: int,
    members: Sequence[Member],
    *,
    guests: Sequence[str] | None = None,
    version: int | None = None,
) -> None:
    """Make these people the members of a meeting that is being prepared. Raises InvalidInput under 'members' or 'guests'.

    guests: names of people who are asked to come without a vote, or None to leave them. version: the one the caller saw.
    """
    actor, seen, grant = run_meeting(
        connection, who, now, meeting_id, to=_("lập danh sách thành viên"), version=version
    )
    write_members(connection, actor, grant, now, seen, members, guests=guests)


def mark_present(
    connection: Connection, who: int | str, now: datetime, meeting_id: int, present: Sequence[str]
) -> None:
    """Say anew who is there while the meeting runs. Who voted there cannot become absent, who voted in writing cannot come."""
    actor, seen, grant = run_meeting(connection, who, now, meeting_id, to=_("điểm danh"))
    hold_open(connection, seen, to=_("điểm danh"))
    here = set_present(connection, seen.id, members_of(connection, seen.id), present)
    counted = connection.execute(
        sa.select(
            sa.func.max(agenda_item.c.ballots_for + agenda_item.c.ballots_against + agenda_item.c.ballots_abstaining)
        ).where(agenda_item.c.meeting_id == seen.id)
    ).scalar()
    if counted is not None and counted > len(here):
        raise InvalidInput(
            {
                "present": _(
                    "Đã kiểm %(counted)s phiếu nên không thể ghi %(count)s người có mặt.",
                    counted=counted,
                    count=len(here),
                )
            }
        )
    by, taken = history.acting(actor, grant), AttendanceTaken(tuple(here))
    history.record(connection, by, now, seen.id, taken, definition_hash=seen.definition_hash)


def freeze_members(connection: Connection, now: datetime, seen: sa.Row[Any]) -> list[sa.Row[Any]]:
    """The members with name and unit as they are now, for good; refused when one of them cannot be a member any more.

    Between preparing and opening, people leave and accounts are locked: the meeting must not open with a council that is not.
    """
    members = members_of(connection, seen.id)
    if not members:
        raise NotPossible(_("Phiên chưa có thành viên nào. Hãy lập danh sách thành viên trước."), guard="members")
    gone = []
    try:
        named(connection, [row.user_name for row in members], seen.unit_path, local_date(now), form_field="members")
    except InvalidInput:
        # All of them at once was refused: say for each who it is.
        gone = [row.full_name for row in members if not _still(connection, now, row, seen.unit_path)]
    if gone:
        raise NotPossible(
            _(
                "Không còn ở đơn vị này hoặc tài khoản đã khoá: %(gone)s. Hãy chọn lại thành viên rồi khai mạc.",
                gone=", ".join(gone),
            ),
            guard="members",
        )
    home = sa.select(account.c.unit_id).where(account.c.id == meeting_member.c.account_id).scalar_subquery()
    name = sa.select(account.c.full_name).where(account.c.id == meeting_member.c.account_id).scalar_subquery()
    connection.execute(
        sa.update(meeting_member).where(meeting_member.c.meeting_id == seen.id).values(full_name=name, unit_id=home)
    )
    return members


def members_of(connection: Connection, meeting_id: int) -> list[sa.Row[Any]]:
    """The members of a meeting with their user names: chair, secretary, then the others in the order of their names."""
    return list(
        connection.execute(
            sa.select(meeting_member, account.c.user_name)
            .join(account, account.c.id == meeting_member.c.account_id)
            .where(meeting_member.c.meeting_id == meeting_id)
            .order_by(*IN_ORDER)
        )
    )


def write_members(
    connection: Connection,
    actor: Actor,
    grant: Grant,
    now: datetime,
    seen: sa.Row[Any],
    members: Sequence[Member],
    *,
    guests: Sequence[str] | None = None,
) -> None:
    """The same for somebody whose right was checked."""
    hold(connection, seen, "prepared", to=_("sửa danh sách thành viên"))
    if not members or len(members) > MOST_MEMBERS:
        raise InvalidInput(
            {"members": _("Phiên bình xét cần từ 1 đến %(most_members)s thành viên.", most_members=MOST_MEMBERS)}
        )
    unknown = {member.duty for member in members} - DUTIES.keys()
    if unknown:
        listed = labels.listed(DUTIES)
        raise InvalidInput({"members": _("Nhiệm vụ của thành viên là một trong: %(listed)s.", listed=listed)})
    for duty in ("chair", "secretary"):
        if sum(member.duty == duty for member in members) > 1:
            raise InvalidInput(
                {"members": _("Chỉ một người làm %(duty)s. Hãy chọn lại.", duty=labels.in_sentence(DUTIES[duty]))}
            )
    people = named(
        connection, [member.user_name for member in members], seen.unit_path, local_date(now), form_field="members"
    )
    connection.execute(sa.delete(meeting_member).where(meeting_member.c.meeting_id == seen.id))
    rows = [
        {
            "meeting_id": seen.id,
            "account_id": person.id,
            "full_name": person.full_name,
            "unit_id": person.unit_id,
            "duty": member.duty,
        }
        for member, person in zip(members, people.values(), strict=True)
    ]
    connection.execute(sa.insert(meeting_member), rows)
    chosen = MembersSet(
        tuple(MemberNamed(row["account_id"], row["duty"]) for row in rows),
        None if guests is None else tuple(_write_guests(connection, seen.id, guests)),
    )
    by = history.acting(actor, grant)
    history.record(connection, by, now, seen.id, chosen, definition_hash=seen.definition_hash)


def set_present(
    connection: Connection, meeting_id: int, members: Sequence[sa.Row[Any]], present: Sequence[str]
) -> list[int]:
    """Write down who is there, by user name. Returns their account ids. The caller holds the meeting."""
    wanted = {clean(name) for name in present}
    strangers = sorted(wanted - {row.user_name for row in members})
    if strangers:
        raise InvalidInput(
            {"present": _("Không phải thành viên của phiên: %(listed)s.", listed=", ".join(strangers[:10]))}
        )
    in_writing = sa.func.max(sa.case((vote.c.written, 1), else_=0)).label("in_writing")
    voted = {
        row.member_id: bool(row.in_writing)
        for row in connection.execute(
            sa.select(vote.c.member_id, in_writing)
            .join(agenda_item, agenda_item.c.id == vote.c.agenda_item_id)
            .where(agenda_item.c.meeting_id == meeting_id)
            .group_by(vote.c.member_id)
        )
    }
    for row in members:
        if voted.get(row.id) is True and row.user_name in wanted:
            raise InvalidInput(
                {
                    "present": _(
                        "%(full_name)s đã bỏ phiếu bằng văn bản nên không ghi có mặt được nữa.", full_name=row.full_name
                    )
                }
            )
        if voted.get(row.id) is False and row.user_name not in wanted:
            raise InvalidInput(
                {
                    "present": _(
                        "%(full_name)s đã bỏ phiếu tại phiên nên không ghi vắng mặt được nữa.", full_name=row.full_name
                    )
                }
            )
    here = [row.account_id for row in members if row.user_name in wanted]
    connection.execute(
        sa.update(meeting_member)
        .where(meeting_member.c.meeting_id == meeting_id)
        .values(present=meeting_member.c.account_id.in_(here))
    )
    return here


def _still(connection: Connection, now: datetime, row: sa.Row[Any], path: str) -> bool:
    try:
        named(connection, [row.user_name], path, local_date(now), form_field="members")
    except Refusal:
        return False
    return True


def _write_guests(connection: Connection, meeting_id: int, guests: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys(name for name in map(clean, guests) if name))
    if len(names) > MOST_GUESTS:
        raise InvalidInput(
            {
                "guests": _(
                    "Có %(count)s khách mời, tối đa %(most_guests)s. Hãy rút gọn.",
                    count=len(names),
                    most_guests=MOST_GUESTS,
                )
            }
        )
    for name in names:
        if len(name) > LONGEST_GUEST:
            raise InvalidInput(
                {
                    "guests": _(
                        "«%(name)s…» dài %(count)s ký tự, tối đa %(longest_guest)s.",
                        name=name[:40],
                        count=len(name),
                        longest_guest=LONGEST_GUEST,
                    )
                }
            )
    connection.execute(sa.delete(meeting_guest).where(meeting_guest.c.meeting_id == meeting_id))
    if names:
        connection.execute(
            sa.insert(meeting_guest),
            [{"meeting_id": meeting_id, "position": i, "name": name} for i, name in enumerate(names, 1)],
        )
    return names
