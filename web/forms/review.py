"""Review meetings: preparing one, its members and agenda, attendance, votes and the close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField

from web.forms.base import PageForm, day_field, line, options, prose
from web.presentation import BALLOTS
from workflow.review import MeetingView, Member, VoteInput


class MeetingForm(PageForm):
    """What a meeting is before it has members and an agenda."""

    unit = SelectField(_l("Đơn vị bình xét"), choices=[], validate_choice=False)
    title = line(
        _l("Tên phiên"), _l("Ví dụ: Phiên bình xét mô hình Dân vận khéo năm 2024."), render_kw={"maxlength": 400}
    )
    held_on = day_field(_l("Ngày họp"))
    place = line(_l("Địa điểm"), render_kw={"maxlength": 400})
    ballot = RadioField(_l("Cách lấy phiếu"), choices=options(BALLOTS.items()), default="named", validate_choice=False)


class ListForm(PageForm):
    """A form whose rows the template writes itself; only what is wrong with it is kept here."""


class MinutesForm(PageForm):
    """The minutes, with which a meeting closes."""

    minutes = prose(
        _l("Biên bản phiên họp"), _l("Diễn biến, ý kiến, kết quả. Sau khi kết thúc không sửa được nữa."), rows=12
    )


class ReasonForm(PageForm):
    """Why something is called off."""

    reason = prose(_l("Lý do"), rows=4)


@dataclass(frozen=True, slots=True)
class Count:
    """A secret ballot's count on one model, as typed."""

    code: str
    in_favour: str
    against: str
    abstaining: str

    @property
    def figures(self) -> tuple[int, int, int] | None:
        """The three numbers, or None when one of them is none."""
        typed = (self.in_favour, self.against, self.abstaining)
        if not all(text.isdecimal() and len(text) <= 4 for text in typed):
            return None
        return int(typed[0]), int(typed[1]), int(typed[2])


def members_in(typed: Mapping[str, str], prefix: str = "duty-") -> list[Member]:
    """People with a duty chosen beside their name."""
    return [Member(name[len(prefix) :], duty) for name, duty in typed.items() if name.startswith(prefix) and duty]


def agenda_in(codes: Sequence[str], typed: Mapping[str, str]) -> list[str]:
    """The ticked models in the order of the numbers beside them; without a number they come last, as listed."""

    def place(code: str) -> int:
        text = typed.get(f"order-{code}", "").strip()
        return int(text) if text.isdecimal() and len(text) < 6 else 100_000

    return sorted(dict.fromkeys(codes), key=place)


def votes_in(meeting: MeetingView, typed: Mapping[str, str]) -> list[VoteInput]:
    """The votes chosen in the grid. Who is not there votes in writing."""
    absent = {one.user_name for one in meeting.members if not one.present}
    return [
        VoteInput(item.code, one.user_name, choice, one.user_name in absent)
        for item in meeting.agenda
        for one in meeting.members
        if (choice := typed.get(f"vote-{item.code}-{one.user_name}", ""))
    ]


def counts_in(meeting: MeetingView, typed: Mapping[str, str]) -> list[Count]:
    """The counts typed for a secret ballot, models left wholly empty or unchanged left out."""
    found = []
    for item in meeting.agenda:
        texts = [typed.get(f"{name}-{item.code}", "").strip() for name in ("for", "against", "abstain")]
        count = Count(item.code, *texts)
        if any(texts) and count.figures != item.ballots:
            found.append(count)
    return found
