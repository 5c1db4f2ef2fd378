"""What others did to a model, an inspection record or a meeting since the page was made that somebody sends now, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from web.look.presentation import role_label, shown_day, shown_number
from web.words.deeds import DEEDS
from web.words.timeline import Told, describe
from workflow.across.models import entries
from workflow.across.models.record import Record, Writing
from workflow.core.labels import DUTIES, INSPECTION_KINDS
from workflow.core.lifecycles import store
from workflow.ground.database import Connection
from workflow.ground.reading.text import shorten
from workflow.ground.speech import _, _l
from workflow.stages.review.since import Deed, Lists, Since, VotesWritten

MOST = 20
"""More than this the person reads on the page of the model or of the meeting."""
_LONGEST = 160
_RECORD = {
    "kind": _l("Hình thức"),
    "held_on": _l("Ngày kiểm tra"),
    "place": _l("Địa điểm"),
    "team_decision": _l("Quyết định lập đoàn"),
    "members": _l("Thành viên đoàn"),
    "head": _l("Trưởng đoàn"),
    "strengths": _l("Ưu điểm"),
    "shortcomings": _l("Tồn tại"),
    "recommendations": _l("Kiến nghị"),
    "mend_by": _l("Hạn khắc phục"),
}

Change = tuple[str, str, str]
"""Name, before, after."""


@dataclass(frozen=True, slots=True)
class News:
    """One thing that was done with a meeting, with the same names as `Told`."""

    who: str
    role: str
    deed: str
    reason: str
    details: tuple[str, ...]
    changed: tuple[Change, ...]
    at: datetime


def since(connection: Connection, model_id: int, definition_hash: str, version: int) -> list[Told]:
    """The latest entries of a model after `version`, in words, the oldest first."""
    definition = store.definition(connection, definition_hash)
    return [describe(definition, entry) for entry in entries.since(connection, model_id, version)[-MOST:]]


def record_news(
    connection: Connection, definition_hash: str, writings: Sequence[Writing], labels: Mapping[str, str]
) -> list[Told]:
    """Writings of an inspection record with what each changed. labels: what the criteria are called, by code."""
    definition = store.definition(connection, definition_hash)
    return [
        replace(
            describe(definition, one.entry),
            # The body is the same for all of them; what matters here is who of it wrote.
            who=one.entry.actor.full_name,
            role=role_label(one.entry.role),
            changed=_differences(one.before, one.after, labels),
        )
        for one in writings[-MOST:]
    ]


def meeting_news(done: Since) -> list[News]:
    """What was done with a meeting: its lists before and after, votes counted by model; the latest, the oldest of them first."""
    news = [*map(_deed, done.deeds), *map(_votes, done.votes)]
    return sorted(news, key=lambda one: one.at)[-MOST:]


def _differences(before: Record, after: Record, labels: Mapping[str, str]) -> tuple[Change, ...]:
    old, new = _fields(before), _fields(after)
    pairs = [(str(label), old[name], new[name]) for name, label in _RECORD.items()]
    pairs += [
        (label, shown_number(before.scores.get(code)), shown_number(after.scores.get(code)))
        for code, label in labels.items()
    ]
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _fields(record: Record) -> dict[str, str]:
    return {
        "kind": str(INSPECTION_KINDS.get(record.kind, record.kind)),
        "held_on": shown_day(record.held_on),
        "place": shorten(record.place, _LONGEST),
        "team_decision": shorten(record.team_decision, _LONGEST),
        "members": ", ".join(record.members),
        "head": record.head,
        "strengths": shorten(record.strengths, _LONGEST),
        "shortcomings": shorten(record.shortcomings, _LONGEST),
        "recommendations": shorten(record.recommendations, _LONGEST),
        "mend_by": shown_day(record.mend_by),
    }


def _deed(one: Deed) -> News:
    lists = (
        _exchanged(_("Thành viên"), _members(one.before), _members(one.after)),
        _exchanged(_("Khách mời"), one.before.guests or (), one.after.guests or ()),
        _exchanged(_("Chương trình"), one.before.agenda or (), one.after.agenda or (), ordered=True),
        _exchanged(_("Có mặt"), one.before.present or (), one.after.present or ()),
    )
    return News(
        one.who,
        _role(one),
        _done(str(DEEDS.get(one.trigger, one.trigger))),
        one.reason,
        (),
        tuple(change for change in lists if change[1] or change[2]),
        one.at,
    )


def _votes(one: VotesWritten) -> News:
    codes = shorten(_("Mô hình: %(codes)s.", codes=", ".join(one.codes)), _LONGEST)
    return News(one.who, _role(one), _done(_("Ghi phiếu")), one.reason, (codes,), (), one.at)


def _members(lists: Lists) -> list[str]:
    return [f"{member.name} ({DUTIES[member.duty]})" for member in lists.members or ()]


def _exchanged(name: str, before: Sequence[str], after: Sequence[str], *, ordered: bool = False) -> Change:
    """Who or what went and came; the whole list where only its order is another and the order has a meaning."""
    gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
    if ordered and not gone and not come and list(before) != list(after):
        gone, come = list(before), list(after)
    return name, shorten("; ".join(gone), _LONGEST), shorten("; ".join(come), _LONGEST)


def _role(one: Deed | VotesWritten) -> str:
    role = role_label(one.role)
    if one.principal:
        return _("%(role)s, thay mặt %(principal)s", role=role, principal=one.principal)
    return role


def _done(deed: str) -> str:
    return _("đã %(deed)s", deed=deed[:1].lower() + deed[1:]) + "."
