"""A post office that misbehaves: it refuses, defers, is away for hours and hangs up after it has taken a letter.

It stands where a mail server does, behind `channels.Channel`, and remembers everything that was handed to it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Lock
from typing import Final, Literal

from notifications.delivery.channels import Deferred, Rejected
from notifications.letters.mail import Letter, mail

SENDER: Final = "danvan@mo-phong.example"
WRONG: Final = "khong-co"
"""What an address begins with at which nobody lives."""

Answer = Literal["taken", "lost", "killed", "deferred", "away", "refused"]
TAKEN: Final = ("taken", "lost", "killed")
"""Answers after which the letter is with the person it is for."""


class PowerCut(BaseException):
    """The process that was sending is no more."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One attempt to hand over a letter. turn: of the reckoning; digest: of every byte of the mail."""

    turn: int
    message_id: str
    delivery_id: int
    address: str
    digest: str
    answer: Answer


@dataclass(slots=True)
class PostOffice:
    """The server's side. faulty: whether anything goes wrong here; now, turn: what time it is, set before each tick."""

    seed: int
    faulty: bool
    now: datetime
    turn: int = 0
    handed: list[Handed] = field(default_factory=list)
    closed: list[tuple[datetime, datetime]] = field(default_factory=list)
    cut_next: bool = False
    _tried: Counter[str] = field(default_factory=Counter)
    _door: Lock = field(default_factory=Lock)

    def close_for_some_hours(self, chance: Random, day: datetime) -> None:
        """Be away once on this day."""
        begin = day + timedelta(hours=chance.uniform(0, 20))
        self.closed.append((begin, begin + timedelta(hours=chance.uniform(1, 30))))

    def open_window(self) -> OfficeWindow:
        """A way to it, for one process."""
        return OfficeWindow(self)

    def take(self, letter: Letter) -> Answer:
        """Decide what becomes of one attempt and remember it."""
        content = mail(letter, SENDER)
        with self._door:
            self._tried[letter.message_id] += 1
            answer = self._answer(letter, self._tried[letter.message_id])
            self.handed.append(
                Handed(
                    self.turn,
                    letter.message_id,
                    letter.delivery_id,
                    letter.address,
                    hashlib.sha256(content).hexdigest(),
                    answer,
                )
            )
        return answer

    def _answer(self, letter: Letter, attempt: int) -> Answer:
        if self.cut_next:
            self.cut_next = False
            return "killed"
        if any(begin <= self.now < end for begin, end in self.closed):
            return "away"
        if letter.address.startswith(WRONG):
            return "refused"
        if not self.faulty:
            return "taken"
        # The same in every run of a seed, whichever of two schedulers comes first.
        luck = int.from_bytes(hashlib.sha256(f"{self.seed}:{letter.message_id}:{attempt}".encode()).digest()[:4]) % 1000
        return "deferred" if luck < 20 else "lost" if luck < 28 else "refused" if luck < 31 else "taken"


class OfficeWindow:
    """A channel to the post office."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office

    def send(self, letter: Letter) -> None:
        """Hand one letter over. Raises what the office makes of it."""
        answer = self._office.take(letter)
        if answer == "killed":
            raise PowerCut
        if answer == "refused":
            raise Rejected("550 5.1.1 no such user")
        if answer == "deferred":
            raise Deferred("451 4.3.0 try again later")
        if answer == "away":
            raise Deferred("connection refused", server=True)
        if answer == "lost":
            raise Deferred("connection lost after DATA", server=True)

    def close(self) -> None:
        """Nothing is kept open."""

    def abort(self) -> None:
        """Nothing hangs here."""
