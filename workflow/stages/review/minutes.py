"""The papers of a review meeting: minutes proposed from its data, and notes to them once they are closed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import history
from workflow.core.labels import BALLOTS, DUTIES, in_sentence
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput
from workflow.ground.schema import meeting_note
from workflow.ground.speech import _, speaking
from workflow.stages.review.events import NoteAdded
from workflow.stages.review.meetings import require_status, run_meeting
from workflow.stages.review.view import MeetingView

LONGEST_NOTE: Final = 5_000


def proposed_minutes(meeting: MeetingView) -> str:
    """What the data of a meeting say, as a text to go on writing: who was there, what was voted on, with what result.

    A paper of the committee, so it is in Vietnamese whatever language the secretary reads.
    """
    with speaking(None):
        return _proposed(meeting)


def _proposed(meeting: MeetingView) -> str:
    here = [one for one in meeting.members if one.present]
    away = [one for one in meeting.members if not one.present]
    lines = [
        f"{meeting.title}, ngày {meeting.held_on:%d/%m/%Y}" + (f", tại {meeting.place}." if meeting.place else "."),
        f"Có mặt {len(here)}/{len(meeting.members)} thành viên: "
        + "; ".join(f"{one.full_name} ({in_sentence(DUTIES[one.duty])})" for one in here)
        + ".",
    ]
    if away:
        lines.append(f"Vắng mặt: {'; '.join(one.full_name for one in away)}.")
    if meeting.guests:
        lines.append(f"Khách mời: {'; '.join(meeting.guests)}.")
    way = in_sentence(BALLOTS[meeting.ballot])
    lines.append(f"Phiên họp bình xét {len(meeting.agenda)} mô hình, {way}. Kết quả:")
    for place, item in enumerate(meeting.agenda, 1):
        result = item.result
        counted = (
            f"{result.votes_for} đồng ý, {result.votes_against} không đồng ý,"
            f" {result.votes_abstaining} không biểu quyết, trên {result.members} thành viên"
        )
        outcome = "đủ phiếu đề nghị công nhận" if result.carried else f"không đủ điều kiện. {result.reason}".rstrip(".")
        lines.append(f"{place}. {item.name} ({item.code}, {item.registrant}): {counted}; {outcome}.")
    carried = sum(item.result.carried for item in meeting.agenda)
    lines.append(f"Tổng số {carried}/{len(meeting.agenda)} mô hình đủ phiếu.")
    lines.append("Ý kiến tại phiên họp: ")
    return "\n".join(lines)


def add_note(connection: Connection, who: int | str, now: datetime, meeting_id: int, text: str) -> int:
    """Add a note to the minutes of a closed meeting; the minutes and the results stay as they are. Returns its id."""
    actor, seen, grant = run_meeting(connection, who, now, meeting_id, to=_("ghi chú vào biên bản"))
    require_status(seen, "closed", to=_("ghi chú vào biên bản"))
    said = clean(text, multiline=True)
    if not 5 <= len(said) <= LONGEST_NOTE:
        raise InvalidInput({"text": _("Hãy viết ghi chú, từ 5 đến %(longest)s ký tự.", longest=LONGEST_NOTE)})
    note_id = connection.execute(
        sa.insert(meeting_note)
        .values(meeting_id=seen.id, text=said, written_at=now, written_by=actor.account_id)
        .returning(meeting_note.c.id)
    ).scalar_one()
    by = history.acting(actor, grant)
    history.record(connection, by, now, seen.id, NoteAdded(said), definition_hash=seen.definition_hash)
    return int(note_id)
