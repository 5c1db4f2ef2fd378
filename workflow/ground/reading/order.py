"""The order of Vietnamese names, as keys to keep: text that sorts byte by byte as ICU's `vi` sorts the names, numbers by value.

The letters decide first (a ă â b c d đ e ê …; a blank before every letter), then the tones of the whole name (ngang, huyền,
hỏi, ngã, sắc, nặng), then capitals. A key is plain ASCII, so SQLite, PostgreSQL under "C" and Python agree on it. One that is cut
where its column ends still sorts right, but for names that are the same up to there. Why so: docs/decisions/0023-order.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from workflow.ground.reading.text import normalise

LONGEST_KEY = 400
"""Room for the letters and tones of the longest name. PostgreSQL takes no entry of an index beyond 2 700 bytes."""
LONGEST_TREE_KEY = 2_000
# Of the name of one unit in the key of its place in the tree: twice what most names need.
_LONGEST_STEP = 120

# Below every other character of a key: what has ended comes before what goes on.
_END = "!"

# Blank, punctuation and signs in the order of ICU's root collation. Each has one character of the key, as have the letters.
_SIGNS = " _-‐–—,;:!?.·'‘’\"“”«»()[]{}§@*/\\&#%†•`^°©®+±÷×<=>|~$₫"
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_FIRST = ord(_END) + 1
_OTHER_SIGN, _NUMBER = (chr(_FIRST + len(_SIGNS) + place) for place in (0, 1))
_OTHER_LETTER = chr(_FIRST + len(_SIGNS) + 2 + len(_LETTERS))
_PLACES = {sign: chr(_FIRST + place) for place, sign in enumerate(_SIGNS)}
_PLACES |= {letter: chr(_FIRST + len(_SIGNS) + 2 + place) for place, letter in enumerate(_LETTERS)}

# Huyền, hỏi, ngã, sắc, nặng; then the marks of other languages as ICU has them.
_MARKS = "\u0300\u0309\u0303\u0301\u0323\u0306\u0302\u030c\u030a\u0308\u030b\u0307\u0338\u0327\u0328\u0304\u0335\u031b"
_MARK = {mark: chr(ord("0") + place) for place, mark in enumerate(_MARKS)}
_OTHER_MARK = "Z"
_SHAPED = {("a", "\u0306"): "ă", ("a", "\u0302"): "â", ("e", "\u0302"): "ê", ("o", "\u0302"): "ô"}
_SHAPED |= {("o", "\u031b"): "ơ", ("u", "\u031b"): "ư"}
# Ð (eth) is what old typefaces have for Đ. The others are letters that Unicode does not take apart.
_WRITTEN_AS = str.maketrans({"ð": "đ", "æ": "ae", "œ": "oe", "ß": "ss", "ø": "o\u0338", "ł": "l\u0335", "ı": "i"})

_CAPITAL, _VARIANT = "1", "2"
_MOST_DIGITS = 80
_LONGEST_RUN = 60
_PIECES = re.compile(r"\d+|\D")

# What stands behind a name to tell two people apart is no given name: "(thôn 2)", ", tổ 3", " – tổ 3", the B of "Lê Văn An B".
# A name of three words ends in a given name, whatever it is.
_BEHIND = re.compile(r"\s*[(\[,;/]| [-–—] |$")
_TELLING = re.compile(r"[A-D]|\d+")
_WORDS = 3


class _Levels(NamedTuple):
    """What is compared one after the other: letters, then marks, then capitals. "" stands for no mark and for a small letter."""

    letters: str
    marks: tuple[str, ...]
    capitals: tuple[str, ...]


def name_order(name: str) -> str:
    """The key by which units, models and things are put in the order of their names."""
    levels = _levels(name)
    return _key([levels.letters, _run(levels.marks), _run(levels.capitals)])


def person_order(full_name: str) -> str:
    """The key by which people are put in order: by given name (the last word), then family name, then the names between."""
    words, rest = _given_and_behind(full_name)
    parts = [_word(word) for word in (*words[-1:], *words[:-1])]
    last = _levels(rest)
    compared = [level for part in parts for level in (part.letters, _run(part.marks))]
    capitals = [capital for part in (*parts, last) for capital in part.capitals]
    return _key([*compared, "", last.letters, _run(last.marks), _run(capitals)])


def tree_order(above: str, name: str, unit_id: int) -> str:
    """The key by which units are put in the order of the tree, those of one parent by name; `above` is the parent's, or ''.

    It begins with the parent's key, so that a unit stands before everything below it. The id keeps apart two of one name.
    """
    return f"{above}{name_order(name)[:_LONGEST_STEP]}{_END}{_number(str(unit_id)).letters}{_END}"[:LONGEST_TREE_KEY]


def _given_and_behind(full_name: str) -> tuple[list[str], str]:
    written = " ".join(full_name.split())
    end = next(_BEHIND.finditer(written)).start()
    words = written[:end].split()
    behind = [words.pop()] if len(words) > _WORDS and _TELLING.fullmatch(words[-1]) else []
    return words, " ".join([*behind, written[end:]])


def _key(levels: Iterable[str]) -> str:
    return _END.join(levels)[:LONGEST_KEY]


def _levels(text: str) -> _Levels:
    parts = [part for word in text.split() for part in (_BLANK, _word(word))]
    return _joined(parts[1:])


def _joined(parts: Iterable[_Levels]) -> _Levels:
    parts = tuple(parts)
    return _Levels(
        "".join([part.letters for part in parts]),
        tuple(chain.from_iterable([part.marks for part in parts])),
        tuple(chain.from_iterable([part.capitals for part in parts])),
    )


@lru_cache(maxsize=16_384)
def _word(word: str) -> _Levels:
    pieces = _PIECES.findall(normalise(word))
    return _joined(_number(piece) if piece[0].isdecimal() else _character(piece) for piece in pieces)


def _number(digits: str) -> _Levels:
    """A number sorts by its value: by how many digits it has, then by these."""
    value = "".join(str(unicodedata.decimal(digit)) for digit in digits).lstrip("0")
    return _Levels(_NUMBER + chr(_FIRST + min(len(value), _MOST_DIGITS)) + value, ("",), ("",))


@lru_cache(maxsize=4_096)
def _character(character: str) -> _Levels:
    small = character.lower().translate(_WRITTEN_AS)
    plain = unicodedata.normalize("NFKD", small)
    kind = _CAPITAL if small != character.translate(_WRITTEN_AS) else ""
    if not kind and plain != unicodedata.normalize("NFD", small):
        kind = _VARIANT
    letters: list[str] = []
    marks: list[str] = []
    for one in plain:
        if unicodedata.category(one).startswith("M"):
            if letters and (shaped := _SHAPED.get((letters[-1], one))):
                letters[-1] = shaped
            else:
                marks.append(_MARK.get(one, _OTHER_MARK))
        elif unicodedata.category(one) not in ("Cc", "Cf"):
            letters.append(one)
            marks.append("")
    return _Levels("".join(map(_place, letters)), tuple(marks), (kind,) * len(letters))


def _place(letter: str) -> str:
    found = _PLACES.get(letter)
    if found is not None:
        return found
    return f"{_OTHER_LETTER if letter.isalpha() else _OTHER_SIGN}{ord(letter):06x}"


def _run(weights: Iterable[str]) -> str:
    """Weights of one level. Ordinary ones are told by their number: the more of them come first, the lower it sorts."""
    told = []
    ordinary = 0
    for weight in weights:
        if weight:
            told.append(chr(_FIRST) * (ordinary // _LONGEST_RUN))
            told.append(chr(_FIRST + _LONGEST_RUN - ordinary % _LONGEST_RUN) + weight)
            ordinary = 0
        else:
            ordinary += 1
    return "".join(told)


_BLANK = _Levels(_PLACES[" "], ("",), ("",))
