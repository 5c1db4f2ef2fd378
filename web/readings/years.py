"""The programme years, and which one a page is about."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.engine import Connection

from workflow.programmes import programme
from workflow.refusals import NotFound
from workflow.schema import emulation_model, programme_year

_EVERY = sa.select(programme_year).order_by(programme_year.c.year.desc())
_USED = sa.select(programme_year).order_by(
    sa.exists().where(emulation_model.c.year_id == programme_year.c.id).desc(), programme_year.c.year.desc()
)


def every_year(connection: Connection) -> list[sa.Row[Any]]:
    """All years, the latest first."""
    return list(connection.execute(_EVERY))


def chosen_year(connection: Connection, written: str | None, *, to_register: bool = False) -> sa.Row[Any]:
    """The year named in an address. Without one the latest that has models to show, or the latest of all `to_register` in.

    Raises NotFound for a year there is none of, or when there is no year yet.
    """
    if written:
        if not written.isdecimal() or len(written) > 4:
            raise NotFound(_("Không có năm thi đua «%(written)s».", written=written[:10]), guard="year")
        return programme.year(connection, int(written))
    row = connection.execute(_EVERY if to_register else _USED).first()
    if row is None:
        raise NotFound(_("Chưa có năm thi đua nào. Quản trị hãy tạo bằng lệnh: dvk year add 2026."), guard="year")
    return row


def year_by_id(connection: Connection, year_id: int) -> sa.Row[Any]:
    """The year a model belongs to."""
    return connection.execute(sa.select(programme_year).where(programme_year.c.id == year_id)).one()
