"""The programme years to choose from, and which one is meant when none is named."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.programmes import stored
from workflow.core.programmes.year import Year
from workflow.ground.refusals import NotFound
from workflow.ground.schema import emulation_model, programme_year
from workflow.ground.speech import _

_EVERY = sa.select(programme_year).order_by(programme_year.c.year.desc())
_USED = sa.select(programme_year).order_by(
    sa.exists().where(emulation_model.c.year_id == programme_year.c.id).desc(), programme_year.c.year.desc()
)


def every_year(connection: Connection) -> list[Year]:
    """All years, the latest first."""
    return [Year(**row._mapping) for row in connection.execute(_EVERY)]


def chosen_year(connection: Connection, written: str | None, *, to_register: bool = False) -> Year:
    """The year somebody wrote. Without one the latest that has models to show, or the latest of all `to_register` in.

    Raises NotFound for a year there is none of, or when there is no year yet.
    """
    if written:
        if not written.isdecimal() or len(written) > 4:
            raise NotFound(_("Không có năm thi đua «%(written)s».", written=written[:10]), guard="year")
        return stored.year(connection, int(written))
    row = connection.execute(_EVERY if to_register else _USED).first()
    if row is None:
        raise NotFound(_("Chưa có năm thi đua nào. Quản trị hãy tạo bằng lệnh: dvk year add 2026."), guard="year")
    return Year(**row._mapping)


def year_by_id(connection: Connection, year_id: int) -> Year:
    """The year a model belongs to."""
    row = connection.execute(sa.select(programme_year).where(programme_year.c.id == year_id)).one()
    return Year(**row._mapping)
