"""What people choose about how they are told, as the history of their account keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.core.events import Event, noted


@noted("account", "preferences_changed")
@dataclass(frozen=True, slots=True)
class PreferencesChanged(Event):
    """Somebody chose to be told otherwise. changed: names of what they changed, no address."""

    changed: tuple[str, ...]


@noted("account", "mail_stopped")
@dataclass(frozen=True, slots=True)
class MailStopped(Event):
    """Somebody took themselves off the mails."""

    changed: tuple[str, ...]
