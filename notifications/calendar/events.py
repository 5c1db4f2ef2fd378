"""Who may read somebody's dates without signing in, as the history of their account keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.core.events import Event, noted


@noted("account", "calendar_opened")
@dataclass(frozen=True, slots=True)
class CalendarOpened(Event):
    """An address with somebody's dates was made. scope: code of whose."""

    scope: str


@noted("account", "calendar_revoked")
@dataclass(frozen=True, slots=True)
class CalendarRevoked(Event):
    """That address works no more."""

    feed: int
