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
    found: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            found.append(Piece("gone", "".join(old[i:j])))
        if k < m:
            found.append(Piece("come", "".join(new[k:m])))
    return found


def _whole(before: str, after: str) -> Iterator[tuple[Kind, str]]:
    if before:
        yield "gone", before
    if after:
        yield "come", after
