"""Bulk steps of the sample that must not fail: a refusal here is a fault of the program or of the sample's content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from workflow.core.engine import transition


def take(
    connection: Connection,
    who: str,
    now: datetime,
    codes: Sequence[str],
    trigger: str,
    stated: Mapping[str, Any] | None = None,
) -> None:
    """Take one transition of all these models, or raise the first refusal."""
    for outcome in transition.apply_many(connection, who, now, codes, trigger, stated=stated):
        if outcome.refusal is not None:
            raise outcome.refusal
