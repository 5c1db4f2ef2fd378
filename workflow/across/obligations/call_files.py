"""Files that go out with a call for reports: guidance, forms, the letter itself. Read by whoever calls and whoever owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import calls
from workflow.across.obligations.call_events import CallFileAdded
from workflow.core import history
from workflow.core.access import OWN_SCOPED, Actor
from workflow.ground.refusals import InvalidInput, NotFound
from workflow.ground.schema import blob, call_file, obligation, report_call, unit
from workflow.ground.speech import _
from workflow.stages.implementation.attachments import Content, StorageUnusable, Store, keep_content

MOST_FILES: Final = 10


@dataclass(frozen=True, slots=True)
class CallFile:
    """One file of a call. size: bytes."""

    id: int
    name: str
    media_type: str
    size: int


def attach(
    connection: Connection,
    who: int | str,
    now: datetime,
    store: Store,
    call_id: int,
    file_name: str,
    content: bytes,
) -> int:
    """Attach a file to a call, as somebody who may change it. Returns the file's id. Raises InvalidInput under 'file'."""
    actor, _call, grant = calls.held_call(connection, who, now, call_id, None, to=_("đính kèm tệp"))
    if len(listing(connection, call_id)) >= MOST_FILES:
        raise InvalidInput({"file": _("Mỗi yêu cầu kèm nhiều nhất %(most)s tệp.", most=MOST_FILES)})
    file, content_hash = keep_content(connection, now, store, file_name, content)
    file_id = connection.execute(
        sa.insert(call_file)
        .values(
            call_id=call_id,
            name=file.file_name,
            media_type=file.kind.media_type,
            blob_hash=content_hash,
            added_at=now,
            added_by=actor.account_id,
        )
        .returning(call_file.c.id)
    ).scalar_one()
    added = CallFileAdded(file.file_name, content_hash)
    history.record(connection, history.acting(actor, grant), now, call_id, added)
    return int(file_id)


def listing(connection: Connection, call_id: int) -> list[CallFile]:
    """The files of a call, the first one first (index ix_call_file_call_id)."""
    rows = connection.execute(
        sa.select(call_file.c.id, call_file.c.name, call_file.c.media_type, blob.c.size)
        .join(blob, blob.c.hash == call_file.c.blob_hash)
        .where(call_file.c.call_id == call_id)
        .order_by(call_file.c.id)
    )
    return [CallFile(row.id, row.name, row.media_type, row.size) for row in rows]


def content(connection: Connection, actor: Actor, store: Store, call_id: int, file_id: int) -> Content:
    """A file for somebody whom the call concerns. Raises NotFound for everybody else, StorageUnusable if the bytes are gone."""
    row = connection.execute(
        sa.select(call_file, unit.c.path)
        .join(report_call, report_call.c.id == call_file.c.call_id)
        .join(unit, unit.c.id == report_call.c.unit_id)
        .where(call_file.c.id == file_id, call_file.c.call_id == call_id)
    ).first()
    if row is None or not (any(grant.covers(row.path) for grant in actor.grants) or _owes(connection, actor, call_id)):
        raise NotFound(_("Không có tệp này trong phạm vi của bạn."), guard="file")
    path = store.path(row.blob_hash)
    if not path.is_file():
        raise StorageUnusable(
            _(
                "Nội dung tệp «%(file_name)s» không còn trong thư mục dữ liệu. Hãy khôi phục từ bản sao lưu.",
                file_name=row.name,
            ),
            guard="attachment",
        )
    return Content(path, row.media_type, row.name)


def _owes(connection: Connection, actor: Actor, call_id: int) -> bool:
    """Whether the person has any role over a unit that owes what is called for."""
    own = {grant.unit_id for grant in actor.grants if grant.role in OWN_SCOPED}
    wide = [grant.unit_path for grant in actor.grants if grant.role not in OWN_SCOPED]
    rows = connection.execute(
        sa.select(obligation.c.unit_id, unit.c.path)
        .join(unit, unit.c.id == obligation.c.unit_id)
        .where(obligation.c.call_id == call_id)
    )
    return any(row.unit_id in own or any(row.path.startswith(path) for path in wide) for row in rows)
