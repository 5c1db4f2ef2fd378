"""What was changed in a text, word by word, for people to read: what stayed, what went, what came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\s+|[^\s]+")
# Comparing takes quadratic time at worst; longer texts are shown whole, before and after.
_MOST_WORDS = 1_500

Kind = Literal["same", "gone", "come"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and what became of it."""

    kind: Kind
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """The text as it is now with what was taken out still in it."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if not old or not new or len(old) + len(new) > 2 * _MOST_WORDS:
        return [Piece(kind, text) for kind, text in _whole(before, after)]
    opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    found: list[Piece] = []
    gone = come = ""
    for number, (tag, i, j, k, m) in enumerate(opcodes):
        same = "".join(old[i:j])
        # A blank between two changed words belongs to the change, or the eye would jump from word to word.
        if tag == "equal" and (same.strip() or number in (0, len(opcodes) - 1)):
            found += [Piece(kind, text) for kind, text in _whole(gone, come)]
            found.append(Piece("same", same))
            gone = come = ""
        else:
            gone, come = gone + same, come + "".join(new[k:m])
    return found + [Piece(kind, text) for kind, text in _whole(gone, come)]


def _whole(before: str, after: str) -> Iterator[tuple[Kind, str]]:
    if before:
        yield "gone", before
    if after:
        yield "come", after
