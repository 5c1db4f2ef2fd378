"""Metadata, naming convention and column types that every table shares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")

# Byte order, so that a prefix is a range: PostgreSQL's default collation would sort '/1/2/' by language rules.
PathText = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. A naive one is refused: it would be a guess."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object]:
        """One step instead of the decorator's two: every transition binds and reads several moments."""
        sqlite = dialect.name == "sqlite"

        def bind(value: datetime | None) -> object:
            if value is None:
                return None
            if value.tzinfo is None:
                raise TypeError("naive datetime")
            value = value.astimezone(UTC)
            # The text that SQLAlchemy itself writes into a DATETIME of SQLite, which sorts as it should.
            return value.replace(tzinfo=None).isoformat(" ", "microseconds") if sqlite else value

        return bind

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """An aware moment in UTC, whatever the driver gives."""
        sqlite = dialect.name == "sqlite"

        def result(value: Any) -> datetime | None:
            if value is None:
                return None
            # Read with its offset at once: `replace` takes longer than the reading.
            return datetime.fromisoformat(value + "+00:00") if sqlite else value.astimezone(UTC)

        return result


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    """CHECK that a short text column holds one of the values that no installation may change."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def longest(column: str, characters: int) -> sa.CheckConstraint:
    """CHECK on length: SQLite does not enforce that of a VARCHAR."""
    return sa.CheckConstraint(f"length({column}) <= {characters}", name=f"{column}_length")


def pk() -> sa.Column[Any]:
    """A surrogate key."""
    return sa.Column("id", BigId, primary_key=True)


def ref(name: str, target: str, *, nullable: bool = False, index: bool = False) -> sa.Column[Any]:
    """A named foreign key to the surrogate key of `target`."""
    return sa.Column(name, BigId, sa.ForeignKey(f"{target}.id"), nullable=nullable, index=index)


def sort_key(name: str, longest: int = 400) -> sa.Column[str]:
    """A key of reading/order.py: byte order, so that no database brings an order of its own."""
    kind = sa.String(longest).with_variant(sa.String(longest, collation="C"), "postgresql")
    return sa.Column(name, kind, nullable=False, server_default="")


def flag(name: str) -> sa.Column[bool]:
    """A boolean that is false unless somebody says otherwise."""
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
