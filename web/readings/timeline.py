"""The history of a model in plain sentences: who did what, for whom, with what result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from web.presentation import CONCLUSIONS, FIELD_NAMES, KINDS, NOTES, ORIGINS, PURPOSES, ROLES, shown_day, shown_number
from web.readings.model import Event
from workflow.definitions.lifecycle import Definition
from workflow.reading.text import shorten

# These speak of a body, not of the one member who typed it in.
_BODIES = {"visit_planned", "visit_cancelled", "inspection_recorded", "pass_inspection", "require_remediation"}
_LONGEST = 300
_VALUES = {**KINDS, **ORIGINS}


@dataclass(frozen=True, slots=True)
class Told:
    """One entry in words. who: the person, or the body with the person; details: lines that say more."""

    event: Event
    who: str
    role: str
    deed: str
    details: tuple[str, ...]
    changed: tuple[tuple[str, str, str], ...]

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.event.at

    @property
    def reason(self) -> str:
        """What the person gave as the reason."""
        return self.event.reason


def tell(definition: Definition, event: Event) -> Told:
    """The sentence for one entry. Its parts are kept apart so that the page can make the name stand out."""
    deed = _deed(definition, event)
    if event.behalf:
        deed += " " + _("thay cho %(whom)s", whom=event.behalf)
    state = definition.states.get(event.to_state or "")
    if state is not None and event.to_state != event.from_state and event.from_state is not None:
        deed += ". " + _("Mô hình chuyển sang «%(state)s»", state=state.label)
    role = str(ROLES.get(event.role, event.role))
    who = event.actor
    if event.trigger in _BODIES:
        who, role = _("Đoàn kiểm tra"), event.actor
    if event.principal:
        role = _("%(role)s, thay mặt %(principal)s", role=role, principal=event.principal)
    changed = tuple(
        (str(FIELD_NAMES.get(name, name)), str(_VALUES.get(before, before)), str(_VALUES.get(after, after)))
        for name, before, after in event.changed
    )
    return Told(event, who, role, deed + ".", tuple(_details(event)), changed)


def _deed(definition: Definition, event: Event) -> str:
    """The words of the very entry that was taken, as what somebody did: "đã nộp đăng ký"."""
    taken = [one for one in definition.transitions if one.trigger == event.trigger]
    label = next((one.label for one in taken if one.target == event.to_state), taken[0].label if taken else "")
    label = label or str(NOTES.get(event.trigger, event.trigger))
    words = label[:1].lower() + label[1:]
    if words.startswith("không "):
        return str(_("đã quyết định %(deed)s", deed=words))
    return str(_("đã %(deed)s", deed=words))


def _details(event: Event) -> list[str]:
    content = event.content
    lines: list[str] = []
    if content.get("late"):
        lines.append(_("Nộp sau hạn, ghi là đăng ký trễ."))
    items = content.get("items")
    if isinstance(items, list) and items:
        named = [_item(row) for row in items if isinstance(row, dict)]
        lines.append(_("Mục cần viết lại: %(items)s.", items="; ".join(named)))
    if "start_date" in content:
        lines.append(_("Bắt đầu từ ngày %(day)s.", day=_day(content["start_date"])))
    if "visit" in content and content.get("day"):
        lines.append(_("Ngày hẹn: %(day)s.", day=_day(content["day"])))
    if content.get("conclusion"):
        total = content.get("total")
        conclusion = str(CONCLUSIONS.get(content["conclusion"], content["conclusion"])).lower()
        points = _(", %(points)s điểm", points=shown_number(total)) if total is not None else ""
        lines.append(_("Kết luận: %(conclusion)s%(points)s.", conclusion=conclusion, points=points))
    if content.get("finding"):
        lines.append(shorten(str(content["finding"]), _LONGEST))
    if content.get("resubmit_by"):
        lines.append(_("Hạn nộp lại: %(day)s.", day=_day(content["resubmit_by"])))
    if content.get("mend_by"):
        lines.append(_("Hạn khắc phục: %(day)s.", day=_day(content["mend_by"])))
    if content.get("summary"):
        lines.append(shorten(str(content["summary"]), _LONGEST))
    if content.get("file"):
        purpose = str(PURPOSES.get(content.get("purpose", ""), "")).lower()
        lines.append(f"“{content['file']}”" + (f" ({purpose})" if purpose else ""))
    if "votes_for" in content:
        lines.append(
            _(
                "%(yes)s phiếu đồng ý, %(no)s không đồng ý, %(rest)s không biểu quyết, trên %(all)s thành viên.",
                yes=content["votes_for"],
                no=content.get("votes_against"),
                rest=content.get("votes_abstaining"),
                all=content.get("members"),
            )
        )
    if content.get("decision_number"):
        lines.append(
            _(
                "Quyết định số %(number)s ngày %(day)s, %(signer)s ký.",
                number=content["decision_number"],
                day=_day(content.get("decision_date")),
                signer=content.get("signer", ""),
            )
        )
    if content.get("note"):
        lines.append(shorten(str(content["note"]), _LONGEST))
    return lines


def _item(row: dict[str, object]) -> str:
    label = str(FIELD_NAMES.get(str(row.get("item")), row.get("item")))
    return f"{label} – {row['note']}" if row.get("note") else label


def _day(value: object) -> str:
    """A day as the history keeps it (2024-03-19)."""
    try:
        return shown_day(date.fromisoformat(str(value)[:10]))
    except ValueError:
        return str(value)
