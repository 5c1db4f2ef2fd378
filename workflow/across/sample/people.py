"""Units, accounts and roles of the sample, made by its administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.sample.content import content
from workflow.core.lifecycles import labels as lifecycle_labels
from workflow.core.people import accounts, assignments, units
from workflow.ground.refusals import NotPossible
from workflow.ground.schema import account, programme_year, unit

PASSWORD: Final = "dan-van-kheo-mau"  # noqa: S105
"""The password of every sample account. It is public: a database with sample accounts holds nothing but the sample."""


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """Somebody of the sample who can sign in. roles_text: what they are and where, in words."""

    user_name: str
    password: str
    full_name: str
    roles_text: str


def sample_accounts(connection: Connection) -> tuple[SampleAccount, ...]:
    """Everybody of the sample who can sign in, in the order of the sample."""
    labels = lifecycle_labels.roles(connection)
    names = {one.code: one.name for one in content().units}
    return tuple(
        SampleAccount(
            someone.user_name,
            PASSWORD,
            someone.full_name,
            "; ".join(f"{labels.get(held.role, held.role)} – {names[held.unit_code]}" for held in someone.assignments),
        )
        for someone in content().accounts
        if someone.sign_in
    )


def refuse_other_data(connection: Connection) -> None:
    """Raise NotPossible when the database has accounts, units or a year 2024 that are not of the sample."""
    real = (
        ("tài khoản", sa.select(account.c.id).where(~account.c.sample)),
        ("đơn vị", sa.select(unit.c.id).where(~unit.c.sample)),
        (
            f"năm thi đua {content().commune.year}",
            sa.select(programme_year.c.id).where(
                ~programme_year.c.sample, programme_year.c.year == content().commune.year
            ),
        ),
    )
    found = [label for label, statement in real if connection.execute(statement.limit(1)).first()]
    if found:
        raise NotPossible(
            f"Cơ sở dữ liệu đã có {', '.join(found)} không phải dữ liệu mẫu. Chỉ nạp dữ liệu mẫu vào cơ sở dữ liệu trống:"
            " hãy đặt DVK_DATABASE_URL hoặc DVK_DATA_DIR tới chỗ khác.",
            guard="sample",
            code="not_empty",
        )


def create(connection: Connection, now: datetime) -> None:
    """The unit tree, everybody in it and their roles: the administrator first, the rest made by them."""
    sample = content()
    root = sample.units[0]
    administrator = next(someone for someone in sample.accounts if someone.holds("admin", root.code))
    accounts.bootstrap_admin(
        connection,
        now,
        administrator.user_name,
        administrator.full_name,
        root.code,
        unit_name=root.name,
        unit_level=root.level,
        position=administrator.position,
        password=PASSWORD,
        must_change=False,
        sample=True,
    )
    who = administrator.user_name
    for one in sample.units[1:]:
        units.create_unit(connection, who, now, one.code, one.name, one.level, one.kind, str(one.parent), sample=True)
    for someone in sample.accounts:
        if someone is administrator:
            continue
        accounts.create_account(
            connection,
            who,
            now,
            someone.user_name,
            someone.full_name,
            someone.home,
            position=someone.position,
            password=PASSWORD if someone.sign_in else None,
            must_change=False,
            sign_in=someone.sign_in,
            sample=True,
        )
        for held in someone.assignments:
            assignments.assign(connection, who, now, someone.user_name, held.role, held.unit_code)
