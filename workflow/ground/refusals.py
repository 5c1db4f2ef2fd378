"""The one hierarchy of refusals: what the domain says when it does not do what was asked.

A refusal carries a stable code, the guard or fact it comes from and a sentence in Vietnamese that says what to do. The web maps
kinds to status codes and the command line to exit codes; nothing here knows either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why something is not possible.

    code: stable identifier for scripts; guard: name of the guard (or the fact) that refused; message: Vietnamese sentence.
    """

    code: str
    guard: str
    message: str


class Refusal(Exception):
    """Base of every business refusal. Raising one inside a write transaction rolls it back whole."""

    kind: ClassVar[str] = "refused"
    code: ClassVar[str] = "refused"

    def __init__(self, message: str, *, guard: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.guard = guard
        self.reason_code = code or self.code

    @property
    def reasons(self) -> Sequence[Reason]:
        """Every reason, the first of them the one in `message`."""
        return (Reason(self.reason_code, self.guard, self.message),)


class NotFound(Refusal):
    """It does not exist, or it lies outside what this person may see: the two look the same."""

    kind = "not_found"
    code = "not_found"


class NotAllowed(Refusal):
    """The person has no role that may do this here."""

    kind = "forbidden"
    code = "not_allowed"


class Conflict(Refusal):
    """Somebody else was faster: the version the caller saw is no longer the present one."""

    kind = "conflict"
    code = "stale_version"


class NotPossible(Refusal):
    """The trigger does not exist, or leads nowhere from the present state."""

    kind = "conflict"
    code = "not_possible_now"


class InvalidInput(Refusal):
    """What was typed cannot be used. `problems` maps each fact (form field) to its sentence."""

    kind = "invalid"
    code = "invalid_input"

    def __init__(self, problems: Mapping[str, str], *, message: str | None = None) -> None:
        super().__init__(message or "; ".join(problems.values()), guard=next(iter(problems), ""))
        self.problems = dict(problems)

    @property
    def reasons(self) -> Sequence[Reason]:
        return tuple(Reason(self.code, name, text) for name, text in self.problems.items())


class GuardRefused(Refusal):
    """One or more guards of a transition refused; `reasons` has each of them."""

    code = "guard_refused"

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(" ".join(r.message for r in reasons), guard=reasons[0].guard, code=reasons[0].code)
        self._reasons = tuple(reasons)

    @property
    def reasons(self) -> Sequence[Reason]:
        return self._reasons


class DatabaseUnusable(Refusal):
    """The database cannot be written or read now: locked for too long, read-only, full, or of a newer version."""

    kind = "unavailable"
    code = "database_unusable"
