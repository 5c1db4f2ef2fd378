"""Files of a model: who may add which, where their content lies (by its hash), and who may read them.

What a file may contain is decided in `file_kinds.py`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor, Grant
from workflow.core.engine import changes
from workflow.core.history import acting
from workflow.core.labels import FILE_PURPOSES, listed
from workflow.core.lifecycles import store as lifecycle_store
from workflow.core.lifecycles.terms import Definition
from workflow.ground.reading import file_kinds
from workflow.ground.refusals import InvalidInput, NotFound, NotPossible, Refusal
from workflow.ground.schema import account, attachment, blob, emulation_model
from workflow.ground.speech import _
from workflow.stages.implementation.events import FileAdded, FileRemoved
from workflow.stages.registration.registrant import SUBMIT, WITHDRAW, roles_of

MOST_FILES: Final = 100
"""Files of one model at a time; default of ours."""

# Whose step a file belongs to, and the trigger that must still be possible for it to be added or taken away.
_BELONGS_TO: Final[Mapping[str, tuple[str, str | None]]] = {
    "registration": (SUBMIT, WITHDRAW),
    "plan": ("start", WITHDRAW),
    "evidence": ("report_results", WITHDRAW),
    "inspection": ("pass_inspection", "pass_inspection"),
    "minutes": ("open_review", None),
}


class StorageUnusable(Refusal):
    """The folder of the files cannot be written or read now: full, read-only or gone."""

    kind: ClassVar[str] = "unavailable"
    code: ClassVar[str] = "storage_unusable"


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a model as it is listed. size: bytes."""

    id: int
    file_name: str
    purpose: str
    purpose_label: str
    media_type: str
    size: int
    added_at: datetime
    added_by: str

    @property
    def is_picture(self) -> bool:
        """Whether there is a thumbnail."""
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Content:
    """Where a file's bytes are, and how to hand them out."""

    path: Path
    media_type: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Store:
    """A folder in which contents lie under their SHA-256. max_bytes: the largest file that is taken."""

    folder: Path
    max_bytes: int

    def path(self, content_hash: str) -> Path:
        """Where a content lies."""
        return self.folder / content_hash[:2] / content_hash

    def thumbnail_path(self, content_hash: str) -> Path:
        """Where the thumbnail of a picture lies."""
        return self.folder / "thumbnails" / content_hash[:2] / f"{content_hash}.jpg"

    def keep(self, target: Path, content: bytes) -> None:
        """Write a file whole or not at all: beside its place, to the disk, then renamed into it. Raises StorageUnusable."""
        try:
            if target.is_file() and target.stat().st_size == len(content):
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".incoming-", dir=target.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, target)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            # The name must be on the disk before the row that speaks of it is.
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise StorageUnusable(_disk_sentence(error), guard="attachment") from error


def add(
    connection: Connection,
    who: int | str,
    now: datetime,
    store: Store,
    code: str,
    file_name: str,
    content: bytes,
    purpose: str,
) -> int:
    """Attach a file. Returns the attachment's id.

    Raises InvalidInput when it is empty, too large, not what its name says or of a kind that is not kept. A file left behind by a
    rollback is found again by its hash the next time.
    """
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, code)
    grant = _may(connection, actor, model, purpose, to=_("đính kèm tệp"))
    _refuse_size(store, content)
    kept = connection.execute(
        sa.select(sa.func.count()).where(attachment.c.model_id == model.id, attachment.c.removed_at.is_(None))
    ).scalar_one()
    if kept >= MOST_FILES:
        raise NotPossible(
            _(
                "Mô hình đã có %(kept)s tệp, tối đa %(most_files)s. Hãy gỡ tệp không cần trước.",
                kept=kept,
                most_files=MOST_FILES,
            ),
            guard="attachment",
        )
    file, content_hash = keep_content(connection, now, store, file_name, content)
    attachment_id = connection.execute(
        sa.insert(attachment)
        .values(
            model_id=model.id,
            blob_hash=content_hash,
            file_name=file.file_name,
            purpose=purpose,
            added_at=now,
            added_by=actor.account_id,
        )
        .returning(attachment.c.id)
    ).scalar_one()
    added = FileAdded(attachment_id, file.file_name, purpose, content_hash)
    changes.note(connection, acting(actor, grant), now, model, added)
    return int(attachment_id)


def keep_content(
    connection: Connection, now: datetime, store: Store, file_name: str, content: bytes
) -> tuple[file_kinds.Accepted, str]:
    """Check a file and keep its content, whatever it is attached to. What it was taken for, and the hash under which it lies.

    Raises InvalidInput under 'file'.
    """
    _refuse_size(store, content)
    file = file_kinds.accept(file_name, content)
    content_hash = hashlib.sha256(file.content).hexdigest()
    store.keep(store.path(content_hash), file.content)
    if file.thumbnail is not None:
        store.keep(store.thumbnail_path(content_hash), file.thumbnail)
    _record_blob(connection, now, content_hash, file)
    return file, content_hash


def _refuse_size(store: Store, content: bytes) -> None:
    if not content:
        raise InvalidInput({"file": _("Tệp rỗng. Hãy chọn lại tệp.")})
    if len(content) > store.max_bytes:
        raise InvalidInput(
            {
                "file": _(
                    "Tệp nặng %(megabytes)s MB, tối đa %(max_bytes)s MB. Hãy giảm kích thước ảnh hoặc chia tệp.",
                    megabytes=_megabytes(len(content)),
                    max_bytes=_megabytes(store.max_bytes),
                )
            }
        )


def remove(connection: Connection, who: int | str, now: datetime, attachment_id: int) -> int:
    """Take a file off a model while its step lasts; its content and the history stay. Returns the model's version."""
    actor = access.actor(connection, who, now)
    row = _row(connection, attachment_id)
    model = _visible(connection, actor, row, attachment_id, hold=True)
    # Read again, now that the model is held: somebody may have taken it off meanwhile.
    row = _row(connection, attachment_id)
    if row is None or row.removed_at is not None:
        raise _not_found(attachment_id)
    grant = _may(connection, actor, model, row.purpose, to=_("gỡ tệp"))
    connection.execute(sa.update(attachment).where(attachment.c.id == attachment_id).values(removed_at=now))
    removed = FileRemoved(attachment_id, row.file_name, row.purpose, row.blob_hash)
    return changes.note(connection, acting(actor, grant), now, model, removed)


def listing(connection: Connection, model_id: int) -> list[Attachment]:
    """The files of a model, the latest last (index ix_attachment_model_id)."""
    rows = connection.execute(
        sa.select(
            attachment.c.id,
            attachment.c.file_name,
            attachment.c.purpose,
            attachment.c.added_at,
            blob.c.media_type,
            blob.c.size,
            account.c.full_name,
        )
        .join(blob, blob.c.hash == attachment.c.blob_hash)
        .join(account, account.c.id == attachment.c.added_by)
        .where(attachment.c.model_id == model_id, attachment.c.removed_at.is_(None))
        .order_by(attachment.c.id)
    )
    return [
        Attachment(
            row.id,
            row.file_name,
            row.purpose,
            str(FILE_PURPOSES[row.purpose]),
            row.media_type,
            row.size,
            row.added_at,
            row.full_name,
        )
        for row in rows
    ]


def belongs(connection: Connection, model_id: int, attachment_id: int) -> bool:
    """Whether a file is one of this model's, and not taken off."""
    row = _row(connection, attachment_id)
    return row is not None and row.model_id == model_id


def content(connection: Connection, who: int | str, now: datetime, store: Store, attachment_id: int) -> Content:
    """A file for somebody who sees its model. Raises NotFound for everybody else, StorageUnusable if the bytes are gone."""
    row = _readable(connection, who, now, attachment_id)
    path = store.path(row.blob_hash)
    if not path.is_file():
        raise StorageUnusable(
            _(
                "Nội dung tệp «%(file_name)s» không còn trong thư mục dữ liệu. Hãy khôi phục từ bản sao lưu.",
                file_name=row.file_name,
            ),
            guard="attachment",
        )
    return Content(path, row.media_type, row.file_name)


def thumbnail(connection: Connection, who: int | str, now: datetime, store: Store, attachment_id: int) -> Path | None:
    """The small JPEG of a picture; None for other files."""
    row = _readable(connection, who, now, attachment_id)
    path = store.thumbnail_path(row.blob_hash)
    return path if row.media_type.startswith("image/") and path.is_file() else None


_ROW = (
    sa.select(attachment, blob.c.media_type, emulation_model.c.code)
    .join(blob, blob.c.hash == attachment.c.blob_hash)
    .join(emulation_model, emulation_model.c.id == attachment.c.model_id)
    .where(attachment.c.id == sa.bindparam("the_id"), attachment.c.removed_at.is_(None))
)


def _row(connection: Connection, attachment_id: int) -> sa.Row[Any] | None:
    return connection.execute(_ROW, {"the_id": attachment_id}).first()


def _readable(connection: Connection, who: int | str, now: datetime, attachment_id: int) -> sa.Row[Any]:
    actor = access.actor(connection, who, now)
    row = _row(connection, attachment_id)
    _visible(connection, actor, row, attachment_id, hold=False)
    if row is None:
        raise _not_found(attachment_id)
    return row


def _visible(
    connection: Connection, actor: Actor, row: sa.Row[Any] | None, attachment_id: int, *, hold: bool
) -> sa.Row[Any]:
    """The model of a file, if the person sees it; a file of somebody else's model does not exist for them."""
    if row is None:
        raise _not_found(attachment_id)
    try:
        return (changes.held if hold else changes.seen)(connection, actor, row.code)
    except NotFound:
        raise _not_found(attachment_id) from None


def _not_found(attachment_id: int) -> NotFound:
    return NotFound(
        _("Không có tệp đính kèm số %(attachment_id)s trong phạm vi của bạn.", attachment_id=attachment_id),
        guard="attachment",
    )


def _may(connection: Connection, actor: Actor, model: sa.Row[Any], purpose: str, *, to: str) -> Grant:
    if purpose not in FILE_PURPOSES:
        raise InvalidInput({"purpose": _("Hãy chọn loại tệp: %(listed)s.", listed=listed(FILE_PURPOSES))})
    definition = lifecycle_store.definition(connection, model.definition_hash)
    trigger, while_possible = _BELONGS_TO.get(purpose, (None, None))
    grant = actor.require(_roles(definition, trigger), model.unit_path, to=f"{to} «{FILE_PURPOSES[purpose]}»")
    state = definition.states[model.state]
    if state.end or (while_possible is not None and not definition.entries(model.state, while_possible)):
        raise NotPossible(
            _(
                "Mô hình đang ở bước «%(label)s» nên không thêm bớt được tệp «%(purpose)s».",
                label=state.label,
                purpose=FILE_PURPOSES[purpose],
            ),
            guard="state",
        )
    return grant


def _roles(definition: Definition, trigger: str | None) -> frozenset[str]:
    if trigger is not None:
        return roles_of(definition, trigger) | roles_of(definition, trigger, on_behalf=True)
    return frozenset(role for entry in definition.transitions for role in (*entry.roles, *entry.on_behalf))


def _record_blob(connection: Connection, now: datetime, content_hash: str, file: file_kinds.Accepted) -> None:
    known = sa.select(blob.c.hash).where(blob.c.hash == content_hash)
    if connection.execute(known).first():
        return
    try:
        with connection.begin_nested():
            connection.execute(
                sa.insert(blob).values(
                    hash=content_hash, size=len(file.content), media_type=file.kind.media_type, stored_at=now
                )
            )
    except sa.exc.IntegrityError:
        # Somebody else attached the same content at the same moment; then the row is theirs and says the same.
        if not connection.execute(known).first():
            raise


def _megabytes(size: int) -> str:
    return f"{size / 1_048_576:.1f}".replace(".", ",").removesuffix(",0")


def _disk_sentence(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("Ổ đĩa đã đầy nên chưa lưu được tệp. Hãy báo quản trị giải phóng ổ đĩa rồi gửi lại.")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return _("Thư mục lưu tệp chỉ đọc được. Hãy báo quản trị kiểm tra quyền ghi rồi gửi lại.")
    return _("Chưa lưu được tệp do ổ đĩa báo lỗi. Hãy thử lại; nếu vẫn lỗi, báo quản trị.")
