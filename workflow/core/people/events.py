"""What happens to accounts, roles and units, as the history keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from workflow.core.events import Changed, Event, noted


@noted("account", "account_created")
@dataclass(frozen=True, slots=True)
class AccountCreated(Event):
    """An administrator added an account. unit: code of its home."""

    user_name: str
    full_name: str
    position: str
    unit: str
    can_sign_in: bool


@noted("account", "account_bootstrapped")
@dataclass(frozen=True, slots=True)
class AccountBootstrapped(Event):
    """The very first account was made, with its role."""

    user_name: str
    full_name: str
    role: str
    unit: str


@noted("account", "account_invited")
@dataclass(frozen=True, slots=True)
class AccountInvited(Event):
    """Somebody got a link by which they choose a password."""

    expires_at: datetime | None


@noted("account", "invitation_withdrawn")
@dataclass(frozen=True, slots=True)
class InvitationWithdrawn(Event):
    """That link works no more."""


@noted("account", "password_chosen")
@dataclass(frozen=True, slots=True)
class PasswordChosen(Event):
    """Somebody chose a password by their link."""


@noted("account", "password_changed")
@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """Somebody gave themselves another password."""


@noted("account", "password_reset")
@dataclass(frozen=True, slots=True)
class PasswordReset(Event):
    """An administrator gave somebody a new initial password."""


@noted("account", "sessions_ended")
@dataclass(frozen=True, slots=True)
class SessionsEnded(Event):
    """An administrator signed somebody out everywhere. sessions: how many ended."""

    sessions: int


@noted("account", "account_locked")
@dataclass(frozen=True, slots=True)
class AccountLocked(Event):
    """Nobody signs in with the account any more."""


@noted("account", "account_unlocked")
@dataclass(frozen=True, slots=True)
class AccountUnlocked(Event):
    """The account can be used again."""


@noted("account", "role_assigned")
@dataclass(frozen=True, slots=True)
class RoleAssigned(Event):
    """Somebody was given a role at a unit (code). deputy_for: user name of whom they stand in for."""

    assignment: int
    role: str
    unit: str
    valid_from: date | None
    valid_to: date | None
    deputy_for: str | None
    rank: str = ""


@noted("account", "role_ended")
@dataclass(frozen=True, slots=True)
class RoleEnded(Event):
    """The last day of a role was set."""

    assignment: int
    role: str
    unit: str
    valid_to: Changed[date | None]


@noted("unit", "unit_created")
@dataclass(frozen=True, slots=True)
class UnitCreated(Event):
    """A unit was added. parent: code of the one it is under, "" for the topmost."""

    code: str
    name: str
    level: str
    kind: str
    valid_from: date | None = None
    valid_to: date | None = None
    parent: str = ""


@noted("unit", "unit_renamed")
@dataclass(frozen=True, slots=True)
class UnitRenamed(Event):
    """A unit has another name."""

    name: Changed[str]


@noted("unit", "unit_validity_set")
@dataclass(frozen=True, slots=True)
class UnitValiditySet(Event):
    """A unit has another first or last day."""

    valid_from: Changed[date | None]
    valid_to: Changed[date | None]


@noted("unit", "unit_merged")
@dataclass(frozen=True, slots=True)
class UnitMerged(Event):
    """A unit ended in favour of its successor (code)."""

    successor: str
    valid_to: Changed[date | None]


@noted("unit", "unit_took_over")
@dataclass(frozen=True, slots=True)
class UnitTookOver(Event):
    """A unit became the successor of another one (code)."""

    predecessor: str
