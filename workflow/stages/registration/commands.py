"""Registration: forms are begun and edited; handing one in is a transition and happens in `transition.py`.

What a form may contain is decided in `drafts.py`; changes of name or field after it was handed in are in `change_requests.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, events
from workflow.core.access import Actor
from workflow.core.engine import changes
from workflow.core.engine.context import Context
from workflow.core.engine.rules import writes
from workflow.core.events import Changed
from workflow.core.history import GENESIS, Passage, acting, chained, entry
from workflow.core.lifecycles import store
from workflow.core.programmes import stored
from workflow.core.programmes.choice import year_by_id
from workflow.core.programmes.terms import LONGEST_NAME
from workflow.ground.reading import similarity
from workflow.ground.reading.names import keys_of
from workflow.ground.reading.order import name_order
from workflow.ground.reading.text import clean, shorten
from workflow.ground.refusals import InvalidInput, NotPossible
from workflow.ground.schema import (
    ITEMS,
    emulation_model,
    field,
    history,
    programme_year,
    quantity,
    registration_form,
    unit,
)
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date
from workflow.stages.registration import consent, model_quantities, persons, view
from workflow.stages.registration.drafts import Checked, Desk, Draft, check_list
from workflow.stages.registration.events import Created, FormChanges, FormEdited, FormReturned, ItemNamed
from workflow.stages.registration.model_quantities import quantities
from workflow.stages.registration.registrant import editable

_LONGEST_NOTE = 1_000
_MOST_COMPARED = 5_000


class DraftsRefused(InvalidInput):
    """Some forms of a list cannot be kept. `refused`: position in the list → form field → sentence."""

    def __init__(self, refused: Mapping[int, Mapping[str, str]], total: int) -> None:
        first = min(refused)
        super().__init__(
            {f"{position}-{name}": text for position, row in refused.items() for name, text in row.items()},
            message=_(
                "%(count)s trong %(total)s phiếu chưa dùng được nên chưa phiếu nào được lưu. Phiếu thứ %(first)s:"
                " %(next)s",
                count=len(refused),
                total=total,
                first=first + 1,
                next=next(iter(refused[first].values())),
            ),
        )
        self.refused = {position: dict(row) for position, row in refused.items()}


def create_draft(
    connection: Connection, who: int | str, now: datetime, year: int, draft: Draft, *, on_behalf: bool = False
) -> str:
    """Begin one registration and return its code ("DVK-2024-00017").

    on_behalf: take the role that acts for registrants even where the person is the unit's own officer. Only such a role may
    waive items.
    Raises InvalidInput with a sentence per field, NotAllowed when the person registers nothing at that unit.
    """
    actor = access.actor(connection, who, now)
    the_year = stored.year(connection, year)
    desk = Desk(connection, actor, the_year, [draft], local_date(now))
    checked = desk.check(draft, prefer_behalf=on_behalf, of_list=False)
    return _write(connection, actor, now, desk, [checked], (None, False))[0]


def create_drafts(
    connection: Connection,
    who: int | str,
    now: datetime,
    year: int,
    drafts: Sequence[Draft],
    *,
    sample: bool = False,
) -> list[str]:
    """Begin the registrations of an office's list, set-wise, and return their codes in the list's order.

    The same checks as for one; items the list did not ask for may be waived. All or nothing: raises DraftsRefused.
    sample: invented data, and the history says so.
    """
    actor = access.actor(connection, who, now)
    desk = Desk(connection, actor, stored.year(connection, year), drafts, local_date(now))
    checked, refused = check_list(desk, drafts)
    if refused:
        raise DraftsRefused(refused, len(drafts))
    return _write(connection, actor, now, desk, checked, (len(drafts), sample))


def edit_draft(
    connection: Connection, who: int | str, now: datetime, code: str, draft: Draft, *, version: int | None = None
) -> int:
    """Put a form in the place of the one that was kept, while it is a draft or was given back. Returns the version.

    Items waived before stay so while they are empty. Another registrant has not agreed to be read about: what was agreed before
    ends. The history has what was changed, before and after; no change, no entry.
    """
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, code, version)
    year = year_by_id(connection, model.year_id)
    definition = store.definition(connection, model.definition_hash)
    if not editable(definition, model.state):
        state = definition.states[model.state].label
        raise NotPossible(
            _(
                "Phiếu đang ở bước «%(state)s» nên không sửa trực tiếp được. Hãy gửi đề nghị đổi tên hoặc lĩnh vực.",
                state=state,
            ),
            guard="state",
        )
    desk = Desk(connection, actor, year, [draft], local_date(now))
    checked = desk.check(draft, prefer_behalf=False, of_list=False, itself=model)
    if checked.unit.id != model.unit_id:
        raise InvalidInput(
            {"unit": _("Không đổi được đơn vị của phiếu đã lập. Hãy rút phiếu này và lập phiếu ở đơn vị đúng.")}
        )
    person_id = persons.known_or_added(connection, [(checked.unit.id, checked.person)])[0]
    kept_form = view.form(connection, model.id)
    before_form = kept_form.columns() if kept_form else None
    kept = kept_form.waived if kept_form else ()
    after_form = {
        **checked.form,
        "waived": [
            item for item in ITEMS if not checked.form[item] and (item in kept or item in checked.form["waived"])
        ],
    }
    columns = {
        "name": checked.name,
        "field_id": checked.field_id,
        "kind": checked.kind,
        "person_id": person_id,
        "origin": checked.origin,
        "origin_model_id": checked.origin_model_id,
    }
    changed = {name: value for name, value in columns.items() if getattr(model, name) != value}
    if "name" in changed:
        changed |= {**keys_of(checked.name, LONGEST_NAME), "name_sort": name_order(checked.name)}
    agreed = consent.agreed_at(connection, model.id) is not None
    agrees = checked.public and not (agreed and changed.keys() & {"kind", "person_id"})
    changed_form = {
        name: value for name, value in after_form.items() if before_form is None or before_form[name] != value
    }
    before_targets = tuple(target.figure for target in quantities(connection, model.id, "target"))
    after_targets = tuple(target.figure for target in checked.targets)
    targets_changed = Counter(before_targets) != Counter(after_targets)
    if not (changed or changed_form or targets_changed or agrees != agreed):
        return int(model.version)
    difference = _difference(connection, model, checked, changed)
    if agrees != agreed:
        changed["public_agreed_at"] = now if agrees else None
        difference["public"] = Changed(agreed, agrees)
    for name, value in changed_form.items():
        difference[name] = Changed(before_form[name] if before_form else None, value)
    if targets_changed:
        difference["targets"] = Changed(before_targets, after_targets)
        model_quantities.replace(connection, model.id, "target", checked.targets)
    if changed_form and before_form is not None:
        connection.execute(
            sa.update(registration_form).where(registration_form.c.model_id == model.id).values(**changed_form)
        )
    elif before_form is None:
        connection.execute(sa.insert(registration_form).values(model_id=model.id, **after_form))
    by = checked.standing.acting(actor, model)
    return changes.note(connection, by, now, model, FormEdited(FormChanges(**difference)), changed)


def similar_models(
    connection: Connection,
    year_id: int,
    name: str,
    *,
    exclude_id: int | None = None,
    limit: int = 5,
    actor: Actor | None = None,
) -> list[tuple[str, str, int, str]]:
    """Models handed in this year whose names are probably the same: (code, name, likeness 0–100, unit), most alike first.

    Compared are the latest 5 000.

    actor: only what they may see; without one everything, which is for imports and reviewers over the whole year.
    """
    statement = (
        sa.select(emulation_model.c.code, emulation_model.c.name, unit.c.name.label("unit_name"))
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .where(emulation_model.c.year_id == year_id, emulation_model.c.submitted_at.is_not(None))
        # The latest ones: whoever oversees a whole country still gets an answer while they wait.
        .order_by(emulation_model.c.id.desc())
        .limit(_MOST_COMPARED)
    )
    if exclude_id is not None:
        statement = statement.where(emulation_model.c.id != exclude_id)
    if actor is not None:
        statement = statement.where(access.visible(actor))
    candidates = [((row.code, row.unit_name), row.name) for row in connection.execute(statement)]
    return [
        (hit.key[0], hit.name, hit.score, hit.key[1])
        for hit in similarity.similar(clean(name[: 2 * _LONGEST_NOTE]), candidates, limit=limit)
    ]


@writes("reasons")
def write_items_to_mend(context: Context) -> None:
    """Record which items of a returned form are to be written again, and by when.

    Facts, both optional: `items`, rows of item and note; `resubmit_by`, without which the programme's number of days holds.
    """
    by = context.facts.get("resubmit_by") or context.today + timedelta(days=context.year().days_to_mend)
    if by < context.today:
        raise InvalidInput({"resubmit_by": _("Hạn nộp lại đã qua. Hãy chọn ngày từ hôm nay trở đi.")})
    context.changes["mend_by"] = by
    rows: list[ItemNamed] = []
    labels = stored.item_labels(context.connection, context.year().id)
    for stated in context.facts.get("items", ()):
        item, note = str(stated.get("item", "")), clean(str(stated.get("note", "")), multiline=True)
        if item not in labels:
            listed = ", ".join(labels)
            raise InvalidInput(
                {
                    "items": _(
                        "Phiếu không có mục «%(clean)s». Các mục: %(listed)s.",
                        clean=shorten(clean(item[:500]), 40),
                        listed=listed,
                    )
                }
            )
        if len(note) > _LONGEST_NOTE:
            raise InvalidInput(
                {
                    "items": _(
                        "Ghi chú cho «%(item)s» dài quá %(longest_note)s ký tự. Hãy rút gọn.",
                        item=labels[item],
                        longest_note=_LONGEST_NOTE,
                    )
                }
            )
        rows.append(ItemNamed(item, note))
    context.left.append(FormReturned(by, tuple(rows)))


def _difference(
    connection: Connection, model: sa.Row[Any], checked: Checked, changed: Mapping[str, Any]
) -> dict[str, Changed[Any]]:
    """What people read about a change of the model's own columns: labels instead of keys, before and after."""
    difference: dict[str, Changed[Any]] = {}
    for name in ("name", "kind", "origin"):
        if name in changed:
            difference[name] = Changed(getattr(model, name), changed[name])
    if "field_id" in changed:
        ids = (model.field_id, changed["field_id"])
        labels = {
            row.id: row.label
            for row in connection.execute(sa.select(field.c.id, field.c.label).where(field.c.id.in_(ids)))
        }
        difference["field"] = Changed(*(labels[key] for key in ids))
    if "person_id" in changed:
        difference["person"] = Changed(model.person_name, checked.person.known_as if checked.person else None)
    if "origin_model_id" in changed:
        difference["origin_model"] = Changed(model.origin_model_id, changed["origin_model_id"])
    return difference


def _write(
    connection: Connection,
    actor: Actor,
    now: datetime,
    desk: Desk,
    drafts: Sequence[Checked],
    listed: tuple[int | None, bool],
) -> list[str]:
    """Models, forms, targets and the first entry of each history, in a fixed number of statements.

    listed: how many came in one list, None without a list; whether they are invented.
    """
    if not drafts:
        return []
    number = _reserve(connection, desk.year.id, len(drafts))
    codes = [f"DVK-{desk.year.year}-{number + offset:05d}" for offset in range(len(drafts))]
    people = persons.known_or_added(connection, [(draft.unit.id, draft.person) for draft in drafts])
    state = desk.definition.initial.id
    common = {
        "year_id": desk.year.id,
        "definition_hash": desk.definition.hash,
        "state": state,
        "version": 1,
        # The hash covers the model's key, which the database is about to give out; set right below.
        "last_hash": GENESIS,
        "created_at": now,
        "created_by": actor.account_id,
        "changed_at": now,
    }
    models = [
        {
            **common,
            "code": code,
            "unit_id": draft.unit.id,
            "person_id": person_id,
            "kind": draft.kind,
            "field_id": draft.field_id,
            "name": draft.name,
            **keys_of(draft.name, LONGEST_NAME),
            "name_sort": name_order(draft.name),
            "origin": draft.origin,
            "origin_model_id": draft.origin_model_id,
            "public_agreed_at": now if draft.public else None,
        }
        for code, draft, person_id in zip(codes, drafts, people, strict=True)
    ]
    keys = {
        row.code: row.id
        for row in connection.execute(
            sa.insert(emulation_model).returning(emulation_model.c.id, emulation_model.c.code), models
        )
    }
    ids = [keys[code] for code in codes]
    entries = []
    for model_id, draft in zip(ids, drafts, strict=True):
        standing = draft.standing
        by = acting(actor, standing.grant, behalf=draft.registrant if standing.on_behalf else "")
        list_of, sample = listed
        waived = tuple(draft.form["waived"])
        created = Created(draft.name, draft.origin, list_of, sample, waived, public=draft.public)
        passage = Passage(None, state, draft.field_id, draft.kind, desk.definition.hash)
        first = entry(by, now, created.trigger, events.content(created), passage)
        entries.append(chained("model", model_id, 1, GENESIS, first))
    connection.execute(_FIRST_HASH, [{"the_id": row["subject_id"], "the_hash": row["hash"]} for row in entries])
    connection.execute(sa.insert(history), entries)
    connection.execute(
        sa.insert(registration_form),
        [{"model_id": model_id, **draft.form} for model_id, draft in zip(ids, drafts, strict=True)],
    )
    targets = [
        row
        for model_id, draft in zip(ids, drafts, strict=True)
        for row in model_quantities.as_rows(model_id, "target", draft.targets)
    ]
    if targets:
        connection.execute(sa.insert(quantity), targets)
    return codes


_FIRST_HASH = (
    sa.update(emulation_model)
    .where(emulation_model.c.id == sa.bindparam("the_id"))
    .values(last_hash=sa.bindparam("the_hash"))
)


def _reserve(connection: Connection, year_id: int, count: int) -> int:
    """The first of `count` numbers that nobody else gets; a rollback gives them back."""
    after = connection.execute(
        sa.update(programme_year)
        .where(programme_year.c.id == year_id)
        .values(next_number=programme_year.c.next_number + count)
        .returning(programme_year.c.next_number)
    ).scalar_one()
    return int(after) - count
