"""The language in which sentences are said: Vietnamese as written in the code, or a translation while one is being spoken.

All that people read is said here, by code and templates alike: `_` says a sentence now, `pgettext` a word whose translation
depends on where it stands; `mark` notes one that `_` says later; `_l` makes one that says itself whenever it is shown.

Knows no catalogue and no request. Whoever serves a person (a page, the command line, a mail) sets the language around the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any

Translate = Callable[[str], str]

# How a catalogue writes a message with its context.
_CONTEXT_ENDS = "\x04"

_spoken: ContextVar[Translate | None] = ContextVar("spoken", default=None)


def _(message: str, /, **values: object) -> str:
    """The sentence in the language spoken now; `%(name)s` stands for a value. Vietnamese unless `speaking` says otherwise."""
    translate = _spoken.get()
    said = message if translate is None else translate(message)
    return said % values if values else said


def pgettext(context: str, message: str) -> str:
    """A word that is one in Vietnamese and several in another language: the translation for this context, e.g. "places"."""
    translate = _spoken.get()
    if translate is None:
        return message
    asked = f"{context}{_CONTEXT_ENDS}{message}"
    said = translate(asked)
    return message if said == asked else said


def mark(message: str) -> str:
    """Note a sentence for the catalogue where it is written; it is translated later, where it is said, by `_`."""
    return message


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence that stands at one place for good, such as a label, and says itself in the language of whoever reads it.

    `str` gives it as it is said now; templates and forms do that by themselves.
    """

    message: str
    context: str = ""
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        if self.context:
            return pgettext(self.context, self.message)
        return _(self.message, **dict(self.values))


def _l(message: str, /, **values: object) -> Any:
    """A sentence that is said when it is shown. Any: WTForms asks for `str` in its annotations and takes what has one."""
    return Spoken(message, values=tuple(values.items()))


def lpgettext(context: str, message: str) -> Spoken:
    """The same for a word whose translation depends on where it stands."""
    return Spoken(message, context)


_MONTHS = (
    mark("tháng 1"),
    mark("tháng 2"),
    mark("tháng 3"),
    mark("tháng 4"),
    mark("tháng 5"),
    mark("tháng 6"),
    mark("tháng 7"),
    mark("tháng 8"),
    mark("tháng 9"),
    mark("tháng 10"),
    mark("tháng 11"),
    mark("tháng 12"),
)

_WEEKDAYS = (
    mark("thứ Hai"),
    mark("thứ Ba"),
    mark("thứ Tư"),
    mark("thứ Năm"),
    mark("thứ Sáu"),
    mark("thứ Bảy"),
    mark("Chủ nhật"),
)


def vietnamese() -> bool:
    """Whether Vietnamese is spoken now."""
    return _spoken.get() is None


def spoken_day(day: date) -> str:
    """A day as it stands in a sentence: 05/02/2024 in Vietnamese, 5 Feb 2024 in English."""
    if vietnamese():
        return f"{day:%d/%m/%Y}"
    return f"{day.day} {spoken_month(day)} {day.year}"


def spoken_month(day: date) -> str:
    """The month of a day by its name: tháng 2, Feb."""
    return _(_MONTHS[day.month - 1])


def spoken_deadline(due: date, today: date) -> str:
    """How far off a day is, and which day it is: "còn 3 ngày (thứ Sáu 10/7)"; the year is named when it is not this one."""
    if vietnamese():
        written = f"{due.day}/{due.month}" + (f"/{due.year}" if due.year != today.year else "")
    else:
        written = spoken_day(due) if due.year != today.year else f"{due.day} {spoken_month(due)}"
    day = f"{_(_WEEKDAYS[due.weekday()])} {written}"
    left = (due - today).days
    if left == -1:
        return _("trễ 1 ngày (%(day)s)", day=day)
    if left < 0:
        return _("trễ %(days)s ngày (%(day)s)", days=-left, day=day)
    if left == 0:
        return _("hôm nay (%(day)s)", day=day)
    if left == 1:
        return _("ngày mai (%(day)s)", day=day)
    return _("còn %(days)s ngày (%(day)s)", days=left, day=day)


def other(written: str, in_english: str) -> str:
    """A word that comes with its own translation: labels of definitions are data of an installation."""
    return written if vietnamese() or not in_english else in_english


@contextmanager
def speaking(translate: Translate | None) -> Iterator[None]:
    """Say what is said inside in another language; None for Vietnamese."""
    token = _spoken.set(translate)
    try:
        yield
    finally:
        _spoken.reset(token)
