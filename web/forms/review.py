"""Review meetings: preparing one, its members and agenda, attendance, votes and the close."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wtforms import BooleanField, HiddenField, RadioField, SelectField

from web.forms.base import PageForm, day_field, line, options, prose
from workflow.core.labels import BALLOTS
from workflow.ground.speech import _l
from workflow.stages.review.ballots import BallotCount, VoteInput
from workflow.stages.review.committee import Member
from workflow.stages.review.view import MeetingView

_CODE = re.compile(r"\b[A-Za-z]{2,8}-\d{4}-\d{5,}\b", re.ASCII)


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
    """A form whose rows the template writes itself; only the version and what is wrong with it are kept here."""

    version = HiddenField()
    opened_at = HiddenField()


class MembersForm(ListForm):
    """Members are chosen in rows that the template writes; guests are typed, one in each line."""

    guests = prose(
        _l("Khách mời"),
        _l("Mỗi người một dòng: họ tên, chức vụ. Khách mời dự họp, không biểu quyết."),
        rows=4,
    )


class AgendaForm(ListForm):
    """Models are ticked in rows that the template writes; others can be pasted."""

    pasted = prose(
        _l("Thêm theo mã mô hình"), _l("Dán các mã, hoặc cả dòng từ bảng tính; thứ tự dán là thứ tự xét."), rows=3
    )


class NoteForm(PageForm):
    """What is added to the minutes of a closed meeting."""

    text = prose(_l("Ghi chú"), _l("Nói rõ chỗ nào trong biên bản và đúng ra là gì."), rows=5)


class MinutesForm(PageForm):
    """The minutes, with which a meeting closes."""

    version = HiddenField()
    opened_at = HiddenField()
    minutes = prose(
        _l("Biên bản phiên họp"),
        _l("Đề xuất từ số liệu của phiên; hãy bổ sung ý kiến thảo luận. Sau khi kết thúc không sửa được nữa."),
        rows=16,
    )
    not_returned = BooleanField(
        _l("Phiếu còn thiếu không được nộp lại"),
        description=_l(
            "Chỉ đánh dấu khi có người dự mà không nộp phiếu: biên bản ghi rõ phiếu của ai, của mô hình nào."
        ),
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
    seen: str = ""

    @property
    def figures(self) -> tuple[int, int, int] | None:
        """The three numbers, or None when one of them is none."""
        typed = (self.in_favour, self.against, self.abstaining)
        if not all(text.isdecimal() and len(text) <= 4 for text in typed):
            return None
        return int(typed[0]), int(typed[1]), int(typed[2])

    def recorded(self) -> BallotCount | None:
        """The same for the domain, with the count that the page showed before; None when a number is missing."""
        figures = self.figures
        if figures is None:
            return None
        before = tuple(int(part) for part in self.seen.split("-") if part.isdecimal() and len(part) <= 4)
        return BallotCount(self.code, *figures, seen=(before[0], before[1], before[2]) if len(before) == 3 else None)


def members_in(typed: Mapping[str, str], prefix: str = "duty-") -> list[Member]:
    """People with a duty chosen beside their name."""
    return [Member(name[len(prefix) :], duty) for name, duty in typed.items() if name.startswith(prefix) and duty]


def agenda_in(codes: Sequence[str], typed: Mapping[str, str]) -> list[str]:
    """The ticked models in the order of the numbers beside them; without a number they come last, as listed; then the pasted."""

    def place(code: str) -> int:
        text = typed.get(f"order-{code}", "").strip()
        return int(text) if text.isdecimal() and len(text) < 6 else 100_000

    return list(dict.fromkeys([*sorted(dict.fromkeys(codes), key=place), *pasted_codes(typed.get("pasted", ""))]))


def pasted_codes(text: str) -> list[str]:
    """The codes in a pasted text. A line copied out of a table may say more: then only its codes count."""
    found: list[str] = []
    for row in text.splitlines():
        found += _CODE.findall(row) or [word for word in re.split(r"[\s,;]+", row) if word]
    return found


def votes_in(meeting: MeetingView, typed: Mapping[str, str]) -> list[VoteInput]:
    """The votes chosen in the grid. Who is not there votes in writing.

    «The others» of a row gives everybody who is there and has no vote yet the same one; who must abstain then abstains.
    """
    found = []
    for item in meeting.agenda:
        rest = typed.get(f"rest-{item.code}", "") if meeting.ballot == "named" else ""
        for one in meeting.members:
            choice = typed.get(f"vote-{item.code}-{one.user_name}", "")
            if not choice and rest and one.present and one.user_name not in item.votes:
                choice = "abstain" if one.user_name in item.must_abstain else rest
            if choice:
                found.append(VoteInput(item.code, one.user_name, choice, not one.present))
    return found


def counts_in(meeting: MeetingView, typed: Mapping[str, str]) -> list[Count]:
    """The counts typed for a secret ballot, models left wholly empty or unchanged left out."""
    found = []
    for item in meeting.agenda:
        texts = [typed.get(f"{name}-{item.code}", "").strip() for name in ("for", "against", "abstain")]
        count = Count(item.code, texts[0], texts[1], texts[2], typed.get(f"seen-{item.code}", ""))
        # What stands there as the page showed it was not typed by this person.
        unchanged = "-".join(texts) == count.seen if count.seen else count.figures == item.ballots
        if any(texts) and not unchanged:
            found.append(count)
    return found
