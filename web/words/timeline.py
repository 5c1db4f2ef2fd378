"""The history of a model in plain sentences: who did what, for whom, with what result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from web.look.differences import Piece, pieces
from web.look.presentation import (
    CONCLUSIONS,
    FIELD_NAMES,
    KINDS,
    NOTES,
    ORIGINS,
    PURPOSES,
    ROLES,
    shown_day,
    shown_number,
)
from web.words.kept import written
from workflow.across.models.entries import Carried, Change, Entry, ItemNote
from workflow.core.lifecycles.terms import Definition
from workflow.ground.reading.text import shorten
from workflow.ground.speech import _

# These speak of a body, not of the one member who typed it in.
_BODIES = {"visit_planned", "visit_cancelled", "inspection_recorded", "pass_inspection", "require_remediation"}
_LONGEST = 300
_LONGEST_VALUE = 160
_VALUES = {**KINDS, **ORIGINS}


@dataclass(frozen=True, slots=True)
class Told:
    """One entry in words. who: the person, or the body with the person; details: lines that say more.

    changed: name of what was changed, what stood there, what stands there.
    """

    entry: Entry
    who: str
    role: str
    deed: str
    details: tuple[str, ...]
    changed: tuple[tuple[str, str, str], ...]

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.entry.at

    @property
    def reason(self) -> str:
        """What the person gave as the reason."""
        return self.entry.reason


def describe(definition: Definition, entry: Entry) -> Told:
    """The sentence for one entry. Its parts are kept apart so that the page can make the name stand out."""
    deed = _deed(definition, entry)
    if entry.behalf:
        deed += " " + _("thay cho %(whom)s", whom=entry.behalf)
    state = definition.states.get(entry.to_state or "")
    if state is not None and entry.to_state != entry.from_state and entry.from_state is not None:
        deed += ". " + _("Mô hình chuyển sang «%(state)s»", state=state.label)
    role = str(ROLES.get(entry.role, entry.role))
    who = entry.actor.full_name
    if entry.trigger in _BODIES:
        who, role = _("Đoàn kiểm tra"), entry.actor.full_name
    if entry.principal:
        role = _("%(role)s, thay mặt %(principal)s", role=role, principal=entry.principal.full_name)
    return Told(entry, who, role, deed + ".", tuple(_details(entry)), tuple(map(_changed, entry.changes)))


def mended(rewritten: Sequence[Change]) -> dict[str, list[Piece]]:
    """What was written again, by the name of the item: its text with what went and what came."""
    texts = {change.name: (written(change.before), written(change.after)) for change in rewritten}
    return {name: pieces(before, after) for name, (before, after) in texts.items() if before != after}


def _changed(change: Change) -> tuple[str, str, str]:
    before, after = (shorten(written(value), _LONGEST_VALUE) for value in (change.before, change.after))
    return (
        str(FIELD_NAMES.get(change.name, change.name)),
        str(_VALUES.get(before, before)),
        str(_VALUES.get(after, after)),
    )


def _deed(definition: Definition, entry: Entry) -> str:
    """The words of the very entry that was taken, as what somebody did: "đã nộp đăng ký"."""
    taken = [one for one in definition.transitions if one.trigger == entry.trigger]
    label = next((one.label for one in taken if one.target == entry.to_state), taken[0].label if taken else "")
    label = label or str(NOTES.get(entry.trigger, entry.trigger))
    words = label[:1].lower() + label[1:]
    if words.startswith("không "):
        return _("đã quyết định %(deed)s", deed=words)
    return _("đã %(deed)s", deed=words)


def _details(entry: Entry) -> list[str]:
    carried = entry.carried
    return [*_begun(carried), *_judged(carried), *_handed_over(carried), *_decided(carried)]


def _begun(carried: Carried) -> Iterator[str]:
    """That it came late, what is to be written again, when something begins."""
    if carried.late:
        yield _("Nộp sau hạn, ghi là đăng ký trễ.")
    if carried.items:
        yield _("Mục cần viết lại: %(items)s.", items="; ".join(map(_item, carried.items)))
    if carried.start_date:
        yield _("Bắt đầu từ ngày %(day)s.", day=shown_day(carried.start_date))
    if carried.visit_on:
        yield _("Ngày hẹn: %(day)s.", day=shown_day(carried.visit_on))


def _judged(carried: Carried) -> Iterator[str]:
    """What an inspection or a reviewer found, and by when it is to be mended."""
    if carried.conclusion:
        conclusion = str(CONCLUSIONS.get(carried.conclusion, carried.conclusion)).lower()
        points = _(", %(points)s điểm", points=shown_number(carried.total)) if carried.total is not None else ""
        yield _("Kết luận: %(conclusion)s%(points)s.", conclusion=conclusion, points=points)
    if carried.finding:
        yield shorten(carried.finding, _LONGEST)
    if carried.resubmit_by:
        yield _("Hạn nộp lại: %(day)s.", day=shown_day(carried.resubmit_by))
    if carried.mend_by:
        yield _("Hạn khắc phục: %(day)s.", day=shown_day(carried.mend_by))


def _handed_over(carried: Carried) -> Iterator[str]:
    """Results in words and a file."""
    if carried.summary:
        yield shorten(carried.summary, _LONGEST)
    if carried.file:
        purpose = str(PURPOSES.get(carried.purpose, "")).lower()
        yield f"“{carried.file}”" + (f" ({purpose})" if purpose else "")


def _decided(carried: Carried) -> Iterator[str]:
    """Votes, the decision, and what was noted beside."""
    if carried.votes:
        yield _(
            "%(yes)s phiếu đồng ý, %(no)s không đồng ý, %(rest)s không biểu quyết, trên %(all)s thành viên.",
            yes=carried.votes.in_favour,
            no=carried.votes.against,
            rest=carried.votes.abstaining,
            all=carried.votes.members,
        )
    if carried.decision:
        yield _(
            "Quyết định số %(number)s ngày %(day)s, %(signer)s ký.",
            number=carried.decision.number,
            day=shown_day(carried.decision.dated),
            signer=carried.decision.signer,
        )
    if carried.note:
        yield shorten(carried.note, _LONGEST)


def _item(one: ItemNote) -> str:
    label = str(FIELD_NAMES.get(one.item, one.item))
    return f"{label} – {one.note}" if one.note else label
