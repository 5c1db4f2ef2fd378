"""Names of models that are probably the same: a warning for people, never a decision.

Names are compared by what is their own: the words every name of the movement bears, years, case, accents and
the order of words do not count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rapidfuzz import fuzz, process

from workflow.ground.reading.text import clean, fold

K = TypeVar("K", bound=Hashable)

THRESHOLD = 85
# Names compared with one name in the bulk form, those with the rarest common words first. Only lists in which
# hundreds of names share nearly all their words reach it; there the first few hits say enough.
_MOST_COMPARED = 1_000
# A name that scores 85 shares well over half of its words unless nearly every word is misspelt. So two such
# names have one of these rarest words in common, and the rest need not be looked up.
_SHARE_OF_WORDS = 0.6

_BOILERPLATE = re.compile(r"\b(?:mo hinh|dan van kheo|dien hinh|nam (?:19|20)[0-9]{2}|(?:19|20)[0-9]{2})\b")
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Similar(Generic[K]):
    """A name alike: its key, the name as written, and the likeness from 0 to 100."""

    key: K
    name: str
    score: int


def core(name: str) -> str:
    """What of a name is its own: folded words in alphabetical order, without what all names have in common."""
    written = clean(name).casefold()
    # "trong" (in) goes, "trồng" (to plant) stays: told apart only while the accents are there.
    if not written.isascii():
        written = " ".join(word for word in written.split() if word != "trong")
    whole = _NO_WORD.sub(" ", fold(written)).strip()
    own = _BOILERPLATE.sub(" ", whole).split()
    return " ".join(sorted(own or whole.split()))


def _rounded(score: float) -> int:
    return int(score + 0.5)


def similar(
    name: str, candidates: Sequence[tuple[K, str]], *, threshold: float = THRESHOLD, limit: int = 5
) -> list[Similar[K]]:
    """The candidates alike to `name`, the most alike first. Compares with every one: for one name, on a page."""
    own = core(name)
    if not own:
        return []
    cores = [core(candidate) for _, candidate in candidates]
    found = process.extract(own, cores, scorer=fuzz.ratio, processor=None, score_cutoff=threshold, limit=limit)
    return [Similar(*candidates[index], _rounded(score)) for _, score, index in found]


class NameIndex(Generic[K]):
    """Many names made ready for many questions: looks only at names that share a rare word with the one asked for."""

    def __init__(self, candidates: Iterable[tuple[K, str]]) -> None:
        self._members: dict[str, list[tuple[K, str]]] = {}
        for key, name in candidates:
            self._members.setdefault(core(name), []).append((key, name))
        self._members.pop("", None)
        self._cores = list(self._members)
        words = [set(own.split()) for own in self._cores]
        self._frequency = Counter(word for own in words for word in own)
        self._names_with: dict[str, list[int]] = {}
        for index, own in enumerate(words):
            for word in self._rarest(own):
                self._names_with.setdefault(word, []).append(index)

    def _rarest(self, words: set[str]) -> list[str]:
        ranked = sorted(words, key=lambda word: (self._frequency[word], word))
        return ranked[: int(len(ranked) * _SHARE_OF_WORDS) + 1]

    def _near(self, own: str) -> list[str]:
        near: dict[int, None] = {}
        for word in self._rarest(set(own.split())):
            for index in self._names_with.get(word, ()):
                near[index] = None
                if len(near) >= _MOST_COMPARED:
                    return [self._cores[i] for i in near]
        return [self._cores[i] for i in near]

    def similar(
        self, name: str, *, but: K | None = None, threshold: float = THRESHOLD, limit: int = 5
    ) -> list[Similar[K]]:
        """The names alike to `name`, the most alike first; `but` is a key to leave out (the name itself)."""
        own = core(name)
        hits: list[Similar[K]] = []
        equal = self._members.get(own, [])
        near = [other for other in self._near(own) if other != own] if own else []
        found = process.extract(own, near, scorer=fuzz.ratio, processor=None, score_cutoff=threshold, limit=limit + 1)
        for other, score in [(own, 100.0)] * bool(equal) + [(other, score) for other, score, _ in found]:
            for key, written in self._members[other]:
                if key != but:
                    hits.append(Similar(key, written, _rounded(score)))
                if len(hits) == limit:
                    return hits
        return hits
