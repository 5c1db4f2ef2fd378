"""What holds on a day: units and assignments have a first and a last day, both included; without one they are open there."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

Day = date | sa.ColumnElement[Any]
"""A day, or where a statement finds it: a parameter, a column."""


def valid_on(period: sa.FromClause, day: Day) -> sa.ColumnElement[bool]:
    """Whether a row with `valid_from` and `valid_to` holds on this day."""
    begins = period.c.valid_from
    begun = sa.or_(begins.is_(None), begins <= day) if begins.nullable else begins <= day
    return sa.and_(begun, not_over(period, day))


def not_over(period: sa.FromClause, day: Day) -> sa.ColumnElement[bool]:
    """Whether it still holds on this day or will only begin after it."""
    return sa.or_(period.c.valid_to.is_(None), period.c.valid_to >= day)
