"""Comments on a model: what people write to each other beside the forms, for everybody or among reviewers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import OWN_SCOPED, Actor, Grant
from workflow.core.engine import changes
from workflow.core.history import acting
from workflow.core.labels import AUDIENCES, listed
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput, NotAllowed
from workflow.ground.schema import account, comment
from workflow.ground.speech import _
from workflow.stages.implementation.events import CommentWritten

_LONGEST = 5_000


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment as it is shown. audience: 'unit' (everybody who sees the model) or 'reviewers'."""

    id: int
    text: str
    audience: str
    written_at: datetime
    author: str


def write(connection: Connection, who: int | str, now: datetime, code: str, text: str, audience: str) -> int:
    """Add a comment. Returns its id; raises InvalidInput, or NotAllowed for a registrant who writes among reviewers."""
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, code)
    problems: dict[str, str] = {}
    if audience not in AUDIENCES:
        problems["audience"] = _("Hãy chọn người đọc: %(listed)s.", listed=listed(AUDIENCES))
    kept = clean(text, multiline=True)
    if not kept:
        problems["text"] = _("Hãy nhập nội dung trao đổi.")
    elif len(kept) > _LONGEST:
        problems["text"] = _(
            "Nội dung dài %(count)s ký tự, tối đa %(longest)s. Hãy rút gọn hoặc đính kèm thành tệp.",
            count=len(kept),
            longest=_LONGEST,
        )
    if problems:
        raise InvalidInput(problems)
    grant = _grant(actor, model, reviewing=audience == "reviewers")
    comment_id = connection.execute(
        sa.insert(comment)
        .values(model_id=model.id, text=kept, audience=audience, written_at=now, written_by=actor.account_id)
        .returning(comment.c.id)
    ).scalar_one()
    # The text stays out of the history: everybody who sees the model reads that.
    changes.note(connection, acting(actor, grant), now, model, CommentWritten(comment_id, audience))
    return int(comment_id)


def of_model(connection: Connection, actor: Actor, model: sa.Row[Any]) -> list[Comment]:
    """The comments a person may read, the oldest first (index ix_comment_model_id). model: a row that they may see."""
    statement = (
        sa.select(comment, account.c.full_name)
        .join(account, account.c.id == comment.c.written_by)
        .where(comment.c.model_id == model.id)
        .order_by(comment.c.id)
    )
    if not reviews(actor, model):
        statement = statement.where(comment.c.audience == "unit")
    return [
        Comment(row.id, row.text, row.audience, row.written_at, row.full_name) for row in connection.execute(statement)
    ]


def reviews(actor: Actor, model: sa.Row[Any]) -> bool:
    """Whether the person is on the reviewers' side of this model: a role over it, and not the one who registered it."""
    return model.person_account_id != actor.account_id and any(
        grant.role not in OWN_SCOPED and grant.covers(model.unit_path) for grant in actor.grants
    )


def _grant(actor: Actor, model: sa.Row[Any], *, reviewing: bool) -> Grant:
    if reviewing and not reviews(actor, model):
        raise NotAllowed(_("Chỉ người xét duyệt mới trao đổi riêng với nhau. Hãy chọn «mọi người»."), guard="role")
    held = {g.role for g in actor.grants if g.covers(model.unit_path)}
    return actor.require(held - OWN_SCOPED if reviewing else held, model.unit_path, to=_("trao đổi"))
