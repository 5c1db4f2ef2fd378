"""A message to oneself, to see whether messages arrive: it goes the ways that the person chose, as any other does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifications.delivery import preferences
from notifications.letters.wording import letter
from notifications.letters.wording.letter import Content
from notifications.reminders import composing
from workflow.ground.refusals import NotPossible
from workflow.ground.schema import account, message
from workflow.ground.speech import _, vietnamese

EVERY: Final = timedelta(minutes=1)
"""Nobody needs more of them, and a mail server would take them for something else."""
KIND: Final = "test"


def send(connection: Connection, account_id: int, now: datetime, *, site: str, domain: str, link: str) -> int:
    """Write the message and put its letters on their way; the key of the message. Raises NotPossible right after another one.

    site: address of the pages without a slash at its end; link: path of the page that the message leads to.
    """
    last: datetime | None = connection.execute(
        sa.select(sa.func.max(message.c.created_at, type_=message.c.created_at.type)).where(
            message.c.account_id == account_id, message.c.kind == KIND
        )
    ).scalar()
    if last is not None and now - last < EVERY:
        raise NotPossible(_("Thư thử vừa được gửi. Hãy chờ một phút rồi gửi lại."), guard="trial")
    name = connection.execute(sa.select(account.c.full_name).where(account.c.id == account_id)).scalar_one()
    content = Content(
        language="vi" if vietnamese() else "en",
        subject=_("Thư thử: bạn nhận được nhắc việc bằng cách này"),
        greeting=_("Kính gửi %(name)s,", name=name),
        sections=(),
        action=_("Xem hoặc đổi cách nhận thư"),
        link=site + link,
        closing=_("Thư này do chính bạn yêu cầu để thử. Bạn không cần làm gì."),
    )
    key = int(
        connection.execute(
            sa.insert(message)
            .values(
                account_id=account_id,
                kind=KIND,
                language=content.language,
                subject=content.subject,
                body_text=letter.as_text(content),
                body_html=letter.as_html(content),
                link=link,
                key=f"test:{account_id}:{now.isoformat()}",
                created_at=now,
            )
            .returning(message.c.id)
        ).scalar_one()
    )
    chosen = preferences.of(connection, account_id)
    composing.write_deliveries(connection, now, list(composing.ways(key, KIND, chosen, now, domain)))
    return key
