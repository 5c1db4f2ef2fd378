"""One review meeting and its models: found for somebody who may see it, held for a change, written into the history.

Whoever changes both locks the models first, in the order of their keys, and the meeting after them: no deadlock.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor, Grant
from workflow.core.engine.context import MODEL
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.ground.dialects import any_of, locked
from workflow.ground.refusals import Conflict, NotFound, NotPossible
from workflow.ground.schema import agenda_item, emulation_model, meeting_member, programme_year, review_meeting, unit
from workflow.ground.speech import _, mark
from workflow.stages.inspection.participants import require_writer

STATUS_LABELS: Final = {
    "prepared": mark("đang chuẩn bị"),
    "open": mark("đang họp"),
    "closed": mark("đã kết thúc"),
    "cancelled": mark("đã huỷ"),
}

_MEETING = (
    sa.select(
        review_meeting,
        unit.c.path.label("unit_path"),
        unit.c.level.label("unit_level"),
        unit.c.code.label("unit_code"),
        unit.c.name.label("unit_name"),
        programme_year.c.year,
        programme_year.c.definition_hash,
        *(
            programme_year.c[name].label(f"year_{name}")
            for name in ("quorum_numerator", "quorum_denominator", "threshold_numerator", "threshold_denominator")
        ),
    )
    .join(unit, unit.c.id == review_meeting.c.unit_id)
    .join(programme_year, programme_year.c.id == review_meeting.c.year_id)
)


def seen_meeting(connection: Connection, actor: Actor, meeting_id: int) -> sa.Row[Any]:
    """The meeting if this person may see it: a role over its unit, or membership. Raises NotFound otherwise."""
    found = connection.execute(_MEETING.where(review_meeting.c.id == meeting_id)).first()
    if found is not None and (
        any(grant.covers(found.unit_path) for grant in actor.grants)
        or member(connection, meeting_id, actor.account_id) is not None
    ):
        return found
    raise NotFound(
        _("Không có phiên bình xét số %(meeting_id)s trong phạm vi của bạn.", meeting_id=meeting_id), guard="meeting"
    )


def member(connection: Connection, meeting_id: int, account_id: int) -> sa.Row[Any] | None:
    """The membership of an account in a meeting."""
    return connection.execute(
        sa.select(meeting_member).where(
            meeting_member.c.meeting_id == meeting_id, meeting_member.c.account_id == account_id
        )
    ).first()


def run_meeting(
    connection: Connection, who: int | str, now: datetime, meeting_id: int, *, to: str, version: int | None = None
) -> tuple[Actor, sa.Row[Any], Grant]:
    """The person, the meeting they see and the grant by which they run it.

    version: of the meeting as they saw it, None for whatever is there. Raises Conflict, NotAllowed, NotFound.
    """
    actor = access.actor(connection, who, now)
    seen = seen_meeting(connection, actor, meeting_id)
    grant = require_writer(actor, meeting_definition(connection, seen), "agenda", seen.unit_path, to=to)
    if version is not None and version != seen.version:
        raise Conflict(
            _("Trong lúc bạn điền, người khác đã thay đổi phiên bình xét này. Hãy xem lại rồi gửi lại nếu vẫn muốn."),
            guard="version",
        )
    return actor, seen, grant


def meeting_definition(connection: Connection, meeting: sa.Row[Any]) -> Definition:
    """The lifecycle that says who runs this meeting."""
    return store.definition(connection, meeting.definition_hash)


def hold(
    connection: Connection, meeting: sa.Row[Any], status: str, *, to: str, becomes: str | None = None, **values: Any
) -> None:
    """Lock the meeting until the commit, if it still has this status and is as `meeting` shows it, and set `values`.

    A conditional UPDATE, so that a vote and a close cannot pass each other. Raises NotPossible for another status, Conflict when
    somebody changed the meeting since it was read.
    """
    require_status(meeting, status, to=to)
    changed = connection.execute(
        sa.update(review_meeting)
        .where(
            review_meeting.c.id == meeting.id,
            review_meeting.c.status == status,
            review_meeting.c.version == meeting.version,
        )
        .values(version=meeting.version + 1, status=becomes or status, **values)
    ).rowcount
    if changed != 1:
        raise Conflict(_("Người khác vừa thay đổi phiên bình xét này. Hãy tải lại rồi làm lại."), guard="version")


def hold_open(connection: Connection, meeting: sa.Row[Any], *, to: str) -> None:
    """Lock an open meeting for a vote, whatever version: two votes at once do not exclude each other, a vote and a close do."""
    require_status(meeting, "open", to=to)
    changed = connection.execute(
        sa.update(review_meeting)
        .where(review_meeting.c.id == meeting.id, review_meeting.c.status == "open")
        .values(version=review_meeting.c.version + 1)
    ).rowcount
    if changed != 1:
        raise NotPossible(_("Phiên bình xét vừa kết thúc nên không thể %(to)s nữa.", to=to), guard="meeting_status")


def require_status(meeting: sa.Row[Any], status: str, *, to: str) -> None:
    """Raises NotPossible when the meeting is not in this status."""
    if meeting.status != status:
        raise NotPossible(
            _(
                "Phiên bình xét %(present)s nên không thể %(to)s. Việc này chỉ làm khi phiên %(status)s.",
                present=_(STATUS_LABELS[meeting.status]),
                to=to,
                status=_(STATUS_LABELS[status]),
            ),
            guard="meeting_status",
        )


def agenda_models(connection: Connection, meeting_id: int) -> list[int]:
    """Keys of the models on the agenda, in its order."""
    return list(
        connection.execute(
            sa.select(agenda_item.c.model_id)
            .where(agenda_item.c.meeting_id == meeting_id)
            .order_by(agenda_item.c.position)
        ).scalars()
    )


def lock_models(connection: Connection, ids: Collection[int]) -> dict[int, sa.Row[Any]]:
    """Rows of `context.MODEL` by key, locked until the commit."""
    statement = MODEL.where(any_of(emulation_model.c.id, sorted(ids))).order_by(emulation_model.c.id)
    return {row.id: row for row in connection.execute(locked(statement, emulation_model))}
