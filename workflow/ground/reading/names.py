"""What things are called: the keys kept beside a name, and finding things by the names people write."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Generic, TypeVar

from workflow.ground.reading.text import fold, identity

T = TypeVar("T")


def keys_of(name: str, longest: int) -> dict[str, str]:
    """The columns that belong to a name, by their own names; a key may be longer than its name ("ß" becomes "ss") and is cut."""
    return {"name_folded": fold(name)[:longest], "name_identity": identity(name)[:longest]}


def name_key(written: str) -> str:
    """The form in which two names are one where punctuation does not count either: letters with their accents, digits."""
    return _letters(identity(written))


def word_key(written: str) -> str:
    """The same without accents: for searching, and for words of a closed list of which no two differ by accents only."""
    return _letters(fold(written))


class Called(Generic[T]):
    """Things by what they are called. The exact name wins; without accents is tried only when nothing is called exactly so."""

    def __init__(self, named: Iterable[tuple[str, T]] = ()) -> None:
        self._exact: dict[str, list[T]] = {}
        self._bare: dict[str, list[T]] = {}
        for name, thing in named:
            self.add(name, thing)

    def add(self, name: str, thing: T) -> None:
        """Let a thing be called so as well."""
        for names, key in ((self._exact, name_key(name)), (self._bare, word_key(name))):
            known = names.setdefault(key, [])
            if key and thing not in known:
                known.append(thing)

    def exactly(self, written: str) -> list[T]:
        """What is called so, every accent counted."""
        return self._exact.get(name_key(written), [])

    def nearly(self, written: str) -> list[T]:
        """What is called so when accents are left aside."""
        return self._bare.get(word_key(written), [])

    def find(self, written: str) -> list[T]:
        """What is meant: one thing, none, or several of which somebody has to choose."""
        return self.exactly(written) or self.nearly(written)


def _letters(key: str) -> str:
    # A mark that makes no letter of its own with the one before (k̀) belongs to it all the same.
    return " ".join("".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in key).split())
