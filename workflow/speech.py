"""The language in which sentences are said: Vietnamese as written in the code, or a translation while one is being spoken.

Knows no catalogue and no request. Whoever serves a person (a page, the command line, a mail) sets the language around the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Translate = Callable[[str], str]

_spoken: ContextVar[Translate | None] = ContextVar("spoken", default=None)


def _(message: str, **values: object) -> str:
    """The sentence in the language spoken now; `%(name)s` stands for a value. Vietnamese unless `speaking` says otherwise."""
    translate = _spoken.get()
    said = message if translate is None else translate(message)
    return said % values if values else said


def mark(message: str) -> str:
    """Note a sentence for the catalogue where it is written; it is translated later, where it is said, by `_`."""
    return message


@contextmanager
def speaking(translate: Translate | None) -> Iterator[None]:
    """Say what is said inside in another language; None for Vietnamese."""
    token = _spoken.set(translate)
    try:
        yield
    finally:
        _spoken.reset(token)
