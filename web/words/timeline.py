"""The history of a model in plain sentences: who did what, for whom, with what result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from web.look.differences import Piece, pieces
from web.look.presentation import FIELD_NAMES, NOTES, role_label, shown_day, shown_number
from web.words.kept import written
from workflow.across.models.entries import Change, Entry
from workflow.core.events import Event, Stated
from workflow.core.labels import CONCLUSIONS, FILE_PURPOSES, MODEL_KINDS, ORIGINS
from workflow.core.lifecycles.terms import Definition
from workflow.ground.reading.text import shorten
from workflow.ground.speech import _
from workflow.stages.implementation.events import FileAdded, PlanSaved, ResultsReported, ResultsSaved, Started
from workflow.stages.inspection.events import InspectionConcluded, InspectionRecorded, VisitPlanned
from workflow.stages.recognition.events import Decided
from workflow.stages.registration.events import FormReturned, HandedInLate, ItemNamed
from workflow.stages.review.events import ReviewClosed

# These speak of a body, not of the one member who typed it in.
_BODIES = {"visit_planned", "visit_cancelled", "inspection_recorded", "pass_inspection", "require_remediation"}
_LONGEST = 300
_LONGEST_VALUE = 160
_VALUES = {**MODEL_KINDS, **ORIGINS}


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
    role = role_label(entry.role)
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
    return [line for event in entry.events for line in (*_worked(event), *_judged(event))]


def _worked(event: Event) -> Iterator[str]:
    """What was said when something was registered, given back, begun or handed in."""
    match event:
        case HandedInLate(late=True):
            yield _("Nộp sau hạn, ghi là đăng ký trễ.")
        case FormReturned():
            yield from _returned(event)
        case Started(start_date=date() as day) | PlanSaved(start_date=date() as day):
            yield _("Bắt đầu từ ngày %(day)s.", day=shown_day(day))
        case ResultsSaved(summary=summary) | ResultsReported(summary=summary) if summary:
            yield shorten(summary, _LONGEST)
        case FileAdded():
            purpose = str(FILE_PURPOSES.get(event.purpose, "")).lower()
            yield f"“{event.file}”" + (f" ({purpose})" if purpose else "")
        case VisitPlanned(day=date() as day):
            yield _("Ngày hẹn: %(day)s.", day=shown_day(day))
        case Stated(facts={"note": str(note)}):
            yield shorten(note, _LONGEST)


def _judged(event: Event) -> Iterator[str]:
    """What an inspection, a meeting or a decision said."""
    match event:
        case InspectionRecorded(mend_by=date() as day):
            yield _("Hạn khắc phục: %(day)s.", day=shown_day(day))
        case InspectionConcluded():
            yield from _concluded(event)
        case ReviewClosed():
            yield _(
                "%(yes)s phiếu đồng ý, %(no)s không đồng ý, %(rest)s không biểu quyết, trên %(all)s thành viên.",
                yes=event.votes_for,
                no=event.votes_against,
                rest=event.votes_abstaining,
                all=event.members,
            )
        case Decided() if event.decision_number:
            yield _(
                "Quyết định số %(number)s ngày %(day)s, %(signer)s ký.",
                number=event.decision_number,
                day=shown_day(event.decision_date),
                signer=event.signer,
            )


def _returned(event: FormReturned) -> Iterator[str]:
    if event.items:
        yield _("Mục cần viết lại: %(items)s.", items="; ".join(map(_item, event.items)))
    if event.resubmit_by:
        yield _("Hạn nộp lại: %(day)s.", day=shown_day(event.resubmit_by))


def _concluded(event: InspectionConcluded) -> Iterator[str]:
    if event.conclusion:
        conclusion = str(CONCLUSIONS.get(event.conclusion, event.conclusion)).lower()
        points = _(", %(points)s điểm", points=shown_number(event.total)) if event.total is not None else ""
        yield _("Kết luận: %(conclusion)s%(points)s.", conclusion=conclusion, points=points)
    if event.finding:
        yield shorten(event.finding, _LONGEST)
    if event.mend_by:
        yield _("Hạn khắc phục: %(day)s.", day=shown_day(event.mend_by))


def _item(one: ItemNamed) -> str:
    label = str(FIELD_NAMES.get(one.item, one.item))
    return f"{label} – {one.note}" if one.note else label
