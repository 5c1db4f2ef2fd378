"""What others did to a model, an inspection record or a meeting since the page was made that somebody sends now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.engine import Connection

from web.presentation import DUTIES, INSPECTION_KINDS, ROLES, shown_day, shown_number
from web.readings.entry_words import People, people_in
from web.readings.model import events
from web.readings.timeline import Told, tell
from web.readings.trail import DEEDS
from workflow.programmes import programme
from workflow.reading.text import shorten
from workflow.schema import account, emulation_model, history

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
_VOTING = ("votes_recorded", "ballots_recorded")

Change = tuple[str, str, str]


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
    definition = programme.definition(connection, definition_hash)
    return [tell(definition, event) for event in events(connection, model_id) if event.seq > version][-MOST:]


def record_since(
    connection: Connection, model: sa.Row[Any], criteria: Sequence[sa.Row[Any]], version: int
) -> list[Told]:
    """Every writing of a model's latest inspection record after `version` of the record, with what it changed."""
    definition = programme.definition(connection, model.definition_hash)
    written = [event for event in events(connection, model.id) if event.trigger == "inspection_recorded"]
    latest = written[-1].content.get("inspection") if written else None
    written = [event for event in written if event.content.get("inspection") == latest]
    people = people_in(connection, [event.content for event in written])
    labels = {criterion.code: _(criterion.label) for criterion in criteria}
    before: Mapping[str, Any] = {}
    found = []
    for event in written:
        if int(event.content.get("record_version", 0)) > version:
            told = tell(definition, event)
            # The body is the same for all of them; what matters here is who of it wrote.
            role = str(ROLES.get(event.role, event.role))
            changed = _differences(before, event.content, labels, people)
            found.append(replace(told, who=event.actor, role=role, changed=changed))
        before = event.content
    return found[-MOST:]


def meeting_since(connection: Connection, meeting_id: int, agenda: Sequence[int], moment: datetime) -> list[News]:
    """What others did with a meeting after `moment`: its members and agenda before and after, votes counted by model.

    agenda: keys of the models on it (index uq_history_subject_subject_id_seq for both).
    """
    actor, principal = account.alias("actor"), account.alias("principal")
    named = (
        sa.select(history, actor.c.full_name.label("actor_name"), principal.c.full_name.label("principal_name"))
        .join(actor, actor.c.id == history.c.actor_id)
        .outerjoin(principal, principal.c.id == history.c.for_id)
    )
    entries = connection.execute(
        named.where(history.c.subject == "meeting", history.c.subject_id == meeting_id).order_by(history.c.seq)
    ).all()
    votes = connection.execute(
        named.add_columns(emulation_model.c.code)
        .join(emulation_model, emulation_model.c.id == history.c.subject_id)
        .where(
            history.c.subject == "model",
            history.c.subject_id.in_(agenda),
            history.c.trigger.in_(_VOTING),
            history.c.at > moment,
        )
        .order_by(history.c.id)
    ).all()
    people = people_in(connection, [row.payload for row in entries])
    in_order = _("Chương trình")
    kept: dict[str, list[str]] = {}
    found = []
    for row in entries:
        content = json.loads(row.payload)
        lists = _lists(content, people, kept)
        changed = tuple(
            _exchanged(name, kept.get(name, []), now, ordered=name == in_order) for name, now in lists.items()
        )
        kept |= lists
        if row.at > moment:
            found.append(_news(row, str(DEEDS.get(row.trigger, row.trigger)), changed))
    for (name, _role), rows in _grouped(votes).items():
        codes = ", ".join(dict.fromkeys(row.code for row in rows))
        told = _news(rows[-1], _("Ghi phiếu"), ())
        found.append(replace(told, who=name, details=(shorten(_("Mô hình: %(codes)s.", codes=codes), _LONGEST),)))
    return sorted(found, key=lambda one: one.at)[-MOST:]


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], labels: Mapping[str, str], people: People
) -> tuple[Change, ...]:
    names = {name: str(label) for name, label in _RECORD.items()}
    pairs = [
        (label, _written(name, before.get(name), people), _written(name, after.get(name), people))
        for name, label in names.items()
    ]
    old, new = before.get("scores") or {}, after.get("scores") or {}
    pairs += [(label, shown_number(old.get(code)), shown_number(new.get(code))) for code, label in labels.items()]
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _written(name: str, value: Any, people: People) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return ", ".join(people.get(one, str(one)) for one in value)
    if name == "head":
        return people.get(str(value), str(value))
    if name == "kind":
        return str(INSPECTION_KINDS.get(value, value))
    if name in ("held_on", "mend_by"):
        return shown_day(datetime.fromisoformat(str(value)[:10]).date())
    return shorten(str(value), _LONGEST)


def _lists(content: Mapping[str, Any], people: People, kept: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Members, guests and models as this entry leaves them, by what they are called; only those it speaks of."""
    found: dict[str, list[str]] = {}
    if isinstance(content.get("members"), list):
        found[_("Thành viên")] = [
            f"{people.get(one['account'], one['account'])} ({DUTIES[one['duty']]})" for one in content["members"]
        ]
    if isinstance(content.get("guests"), list):
        found[_("Khách mời")] = list(content["guests"])
    if isinstance(content.get("models"), list):
        found[_("Chương trình")] = list(content["models"])
    elif content.get("added"):
        found[_("Chương trình")] = [*kept.get(_("Chương trình"), []), str(content["added"])]
    if isinstance(content.get("present"), list):
        found[_("Có mặt")] = [people.get(one, str(one)) for one in content["present"]]
    return found


def _exchanged(name: str, before: Sequence[str], after: Sequence[str], *, ordered: bool) -> Change:
    """Who or what went and came; the whole list where only its order is another and the order has a meaning."""
    gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
    if ordered and not gone and not come and list(before) != list(after):
        gone, come = list(before), list(after)
    return name, shorten("; ".join(gone), _LONGEST), shorten("; ".join(come), _LONGEST)


def _news(row: sa.Row[Any], deed: str, changed: Sequence[Change]) -> News:
    role = str(ROLES.get(row.role, row.role))
    if row.principal_name:
        role = _("%(role)s, thay mặt %(principal)s", role=role, principal=row.principal_name)
    real = tuple(change for change in changed if change[1] or change[2])
    return News(
        row.actor_name, role, _("đã %(deed)s", deed=deed[:1].lower() + deed[1:]) + ".", row.reason, (), real, row.at
    )


def _grouped(rows: Sequence[sa.Row[Any]]) -> dict[tuple[str, str], list[sa.Row[Any]]]:
    found: dict[tuple[str, str], list[sa.Row[Any]]] = {}
    for row in rows:
        found.setdefault((row.actor_name, row.role), []).append(row)
    return found
