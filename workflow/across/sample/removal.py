"""Taking the sample away and beginning in earnest, in one transaction: an empty database with its first administrator.

The history only grows while there is something to prove. A database that holds nothing but invented data proves nothing, so it is
emptied whole, history included; as soon as anything in it is real, nothing is removed (docs/decisions/0009-sample-removal.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.people import accounts
from workflow.core.programmes.starting import root_grant
from workflow.ground.database import Database
from workflow.ground.migrations.append_only import forbid_changes, permit_changes
from workflow.ground.refusals import NotAllowed, NotPossible
from workflow.ground.schema import account, blob, emulation_model, metadata, programme_year, unit
from workflow.stages.implementation.attachments import Store

APPEND_ONLY = ("history", "anchor", "report_submission")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a database holds: invented units, accounts, years and models, and sentences about what is real."""

    units: int
    accounts: int
    years: int
    models: int
    real: tuple[str, ...]

    @property
    def removable(self) -> bool:
        """Whether there is a sample and nothing else."""
        return bool(self.units or self.accounts or self.years) and not self.real


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """With whom a real installation begins: the topmost unit and its administrator."""

    unit_code: str
    unit_name: str
    unit_level: str
    user_name: str
    full_name: str
    password: str | None = None


def present(connection: Connection) -> bool:
    """Whether the database holds a sample."""
    return connection.execute(sa.select(unit.c.id).where(unit.c.sample).limit(1)).first() is not None


def holdings(connection: Connection) -> Holdings:
    """What would go, and what stands in the way."""

    def count(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
        statement = sa.select(sa.func.count()).select_from(table).where(*conditions)
        return int(connection.execute(statement).scalar_one())

    def listed(table: sa.Table, column: sa.ColumnElement[Any]) -> Sequence[Any]:
        return connection.execute(sa.select(column).where(~table.c.sample).order_by(column).limit(5)).scalars().all()

    real = []
    for table, column, what in (
        (unit, unit.c.code, "đơn vị"),
        (account, account.c.user_name, "tài khoản"),
        (programme_year, programme_year.c.year, "năm thi đua"),
    ):
        number = count(table, ~table.c.sample)
        if number:
            named = ", ".join(map(str, listed(table, column)))
            real.append(f"{number} {what} không phải dữ liệu mẫu ({named}{', …' if number > 5 else ''})")
    return Holdings(
        count(unit, unit.c.sample),
        count(account, account.c.sample),
        count(programme_year, programme_year.c.sample),
        count(emulation_model),
        tuple(real),
    )


def remove(
    database: Database,
    now: datetime,
    store: Store,
    *,
    who: int | str | None = None,
    first: FirstAdministrator | None = None,
) -> str | None:
    """Empty the database and, if wanted, begin with a first administrator; returns their initial password.

    who: the administrator of the topmost unit who asks; None for somebody at the machine itself. Raises NotPossible, and changes
    nothing, when there is no sample or anything real beside it.
    """
    with database.write() as connection:
        if who is not None:
            actor = access.actor(connection, who, now)
            if root_grant(actor).role != "admin":
                raise NotAllowed("Chỉ quản trị của đơn vị cao nhất được xoá dữ liệu mẫu.", guard="role")
        found = holdings(connection)
        if found.real:
            raise NotPossible(
                f"Không xoá: ngoài dữ liệu mẫu còn có {'; '.join(found.real)}. Lịch sử của dữ liệu thật không bao giờ bị"
                " xoá; hãy bắt đầu với một cơ sở dữ liệu trống ở chỗ khác (DVK_DATA_DIR).",
                guard="sample",
                code="not_only_sample",
            )
        if not found.removable:
            raise NotPossible("Không có dữ liệu mẫu để xoá.", guard="sample", code="no_sample")
        files = list(connection.execute(sa.select(blob.c.hash)).scalars())
        _empty(connection)
        password = None
        if first is not None:
            _, password = accounts.bootstrap_admin(
                connection,
                now,
                first.user_name,
                first.full_name,
                first.unit_code,
                unit_name=first.unit_name,
                unit_level=first.unit_level,
                password=first.password,
                must_change=first.password is None,
            )
    # After the commit: a file without a row harms nobody, a row without its file would.
    for content_hash in files:
        store.path(content_hash).unlink(missing_ok=True)
        store.thumbnail_path(content_hash).unlink(missing_ok=True)
    return password


class _Operations:
    """What the triggers' module asks of Alembic, on an ordinary connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get_bind(self) -> Connection:
        return self._connection

    def execute(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)


def _empty(connection: Connection) -> None:
    operations = _Operations(connection)
    for table in APPEND_ONLY:
        permit_changes(operations, table)
    # Rows of one table that refer to each other go in one statement: keys are checked at its end.
    for table in reversed(metadata.sorted_tables):
        connection.execute(sa.delete(table))
    for table in APPEND_ONLY:
        forbid_changes(operations, table)
