"""What may go on the agenda of a review meeting, and putting it there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, history
from workflow.core.access import Actor, Grant
from workflow.core.engine import changes
from workflow.core.engine.context import Context
from workflow.core.engine.rules import writes
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.ground.reading.text import clean
from workflow.ground.refusals import GuardRefused, InvalidInput, Reason, Refusal
from workflow.ground.schema import agenda_item, emulation_model, unit
from workflow.ground.speech import _
from workflow.stages.review import result as review_result
from workflow.stages.review.events import AgendaSet, PlacedOnAgenda, ReviewOpened, TakenOffAgenda
from workflow.stages.review.meetings import (
    agenda_models,
    hold,
    lock_models,
    run_meeting,
    seen_meeting,
)

LONGEST_AGENDA = 500


def set_agenda(
    connection: Connection,
    who: int | str,
    now: datetime,
    meeting_id: int,
    codes: Sequence[str],
    *,
    version: int | None = None,
) -> None:
    """Make these models, in this order, the whole agenda of a meeting that is being prepared.

    Raises InvalidInput (under 'models') naming each model that may not go on it, NotPossible once the meeting was opened.
    version: of the meeting as the caller saw it.
    """
    actor, meeting, grant = run_meeting(
        connection, who, now, meeting_id, to=_("lập chương trình bình xét"), version=version
    )
    write_agenda(connection, actor, grant, now, meeting, codes)


def write_agenda(
    connection: Connection, actor: Actor, grant: Grant, now: datetime, meeting: sa.Row[Any], codes: Sequence[str]
) -> None:
    """The same for somebody whose right was checked."""
    wanted = list(dict.fromkeys(clean(code) for code in codes))
    if len(wanted) > LONGEST_AGENDA:
        raise InvalidInput(
            {
                "models": _(
                    "Chương trình có %(count)s mô hình, tối đa %(longest_agenda)s. Hãy chia thành nhiều phiên.",
                    count=len(wanted),
                    longest_agenda=LONGEST_AGENDA,
                )
            }
        )
    before = agenda_models(connection, meeting.id)
    by_code = _seen_keys(connection, actor, wanted)
    models = lock_models(connection, {*before, *by_code.values()})
    hold(connection, meeting, "prepared", to=_("sửa chương trình"))
    problems = [
        _("Không có mô hình mã «%(code)s» trong phạm vi của bạn.", code=code[:40])
        for code in wanted
        if code not in by_code
    ]
    after = [by_code[code] for code in wanted if code in by_code]
    added = [key for key in after if key not in before]
    problems.extend(refusing(connection, meeting, [models[key] for key in added]))
    if problems:
        raise InvalidInput({"models": " ".join(problems[:20])})
    removed = [key for key in before if key not in after]
    connection.execute(sa.delete(agenda_item).where(agenda_item.c.meeting_id == meeting.id))
    if after:
        connection.execute(
            sa.insert(agenda_item),
            [{"meeting_id": meeting.id, "model_id": key, "position": i} for i, key in enumerate(after, 1)],
        )
    by = history.acting(actor, grant)
    for keys, event in ((added, PlacedOnAgenda(meeting.id)), (removed, TakenOffAgenda(meeting.id))):
        history.advance_many(connection, [changes.noted(by, now, models[key], event) for key in keys])
    agenda = AgendaSet(tuple(models[key].code for key in after))
    history.record(connection, by, now, meeting.id, agenda, definition_hash=meeting.definition_hash)


@writes("agenda")
def place_on_agenda(context: Context) -> None:
    """Record of the transition that opens a review: on the agenda of the meeting stated, unless it waits on one already."""
    connection, model = context.connection, context.model
    stated = context.facts.get("meeting")
    waiting = review_result.waiting_meeting(connection, model.id)
    if stated is None or stated == waiting:
        context.left.append(ReviewOpened(waiting))
        return
    try:
        meeting = seen_meeting(connection, context.actor, stated)
        hold(connection, meeting, "prepared", to=_("thêm mô hình vào chương trình"))
    except Refusal as refusal:
        raise GuardRefused([Reason("on_agenda", "on_agenda", refusal.message)]) from refusal
    problems = refusing(connection, meeting, [model])
    if problems:
        raise GuardRefused([Reason("on_agenda", "on_agenda", " ".join(problems))])
    last = connection.execute(
        sa.select(sa.func.coalesce(sa.func.max(agenda_item.c.position), 0)).where(
            agenda_item.c.meeting_id == meeting.id
        )
    ).scalar_one()
    connection.execute(sa.insert(agenda_item).values(meeting_id=meeting.id, model_id=model.id, position=last + 1))
    by, agenda = history.acting(context.actor, context.grant), AgendaSet(added=model.code)
    history.record(connection, by, context.now, meeting.id, agenda, definition_hash=meeting.definition_hash)
    context.left.append(ReviewOpened(meeting.id))


def refusing(connection: Connection, meeting: sa.Row[Any], models: Collection[sa.Row[Any]]) -> list[str]:
    """Why these models (locked rows of `context.MODEL`, not on this agenda) may not go on it: a sentence each, empty if they may.

    A model is voted on once. A second meeting may have it only if the first lacked its quorum, or if the dossier that
    followed from the first was returned.
    """
    problems = []
    for model in models:
        definition = store.definition(connection, model.definition_hash)
        if model.year_id != meeting.year_id:
            problems.append(_("Mô hình %(code)s thuộc năm thi đua khác.", code=model.code))
        elif not model.unit_path.startswith(meeting.unit_path):
            problems.append(
                _(
                    "Đơn vị của mô hình %(code)s không thuộc %(unit_name)s.",
                    code=model.code,
                    unit_name=meeting.unit_name,
                )
            )
        elif model.state not in reviewable(definition):
            label = definition.states[model.state].label
            problems.append(
                _(
                    "Mô hình %(code)s đang ở «%(label)s»; chỉ bình xét mô hình đã kiểm tra.",
                    code=model.code,
                    label=label,
                )
            )
        else:
            result = review_result.latest(connection, model.id)
            if result is None:
                continue
            if not result.closed:
                problems.append(
                    _(
                        "Mô hình %(code)s đã có trong chương trình của phiên số %(meeting_id)s.",
                        code=model.code,
                        meeting_id=result.meeting_id,
                    )
                )
            elif result.quorum and not _returned_since(model, result):
                problems.append(
                    _(
                        "Mô hình %(code)s đã được biểu quyết tại phiên số %(meeting_id)s; không biểu quyết lại.",
                        code=model.code,
                        meeting_id=result.meeting_id,
                    )
                )
    return problems


def reviewable(definition: Definition) -> frozenset[str]:
    """The states in which a model can be on an agenda: where its review can be opened, and where it is under review."""
    opening = [t for t in definition.transitions if t.record == "agenda"]
    return frozenset(state for t in opening for state in (*t.sources, t.target))


def _returned_since(model: sa.Row[Any], result: review_result.Result) -> bool:
    # A dossier that was sent up after the vote and is tied to no submission any more came back.
    return (
        model.proposed_at is not None
        and result.closed_at is not None
        and model.proposed_at >= result.closed_at
        and model.submission_id is None
    )


def _seen_keys(connection: Connection, actor: Actor, codes: Sequence[str]) -> dict[str, int]:
    rows = connection.execute(
        sa.select(emulation_model.c.code, emulation_model.c.id)
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .where(emulation_model.c.code.in_(codes), access.visible(actor))
    )
    return {row.code: row.id for row in rows}
