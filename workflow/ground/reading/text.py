"""Text as people write and paste it: cleaned for keeping, folded for searching, made a key of identity, shortened for showing.

Nothing here knows what a text means. Every function is linear in the length of its input.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Unicode's own Stream-Safe Text Format (UAX #15) allows 30 marks in a row. Normalising longer runs takes
# quadratic time in CPython: 100 000 marks on one letter keep a worker busy for seconds.
_MARKS_IN_A_ROW = 30
_SHORT_ENOUGH = 1_000

# Ð (eth) looks exactly like Đ and is what old Vietnamese typefaces produce for it.
_ETH = str.maketrans({"ð": "đ", "Ð": "Đ"})
_STROKED_D = str.maketrans({"đ": "d", "Đ": "d", "ð": "d"})

# The marks of the five tones: huyền, sắc, ngã, hỏi, nặng. The other marks (â, ă, ê, ô, ơ, ư) make another letter.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{_TONES}]")
_WORD = re.compile(r"[^\W\d_]+")
# One syllable without its tone. In "qu" before a vowel and "gi" before a vowel the second letter belongs to the consonant.
_SYLLABLE = re.compile(
    "(?P<onset>qu(?=[aeiouyăâêôơư])|gi(?=[aeouyăâêôơư])|[bcdđghklmnpqrstvx]*)"
    "(?P<vowels>[aeiouyăâêôơư]{1,3})(?P<coda>ch|ng|nh|[cmnpt])?"
)
_PLAIN_VOWELS = "aeiouy"
_VOWELS = _PLAIN_VOWELS + "ăâêôơư"
_SYLLABLES_KEPT = 20_000

_EMOJI = "\u00a9\u00ae\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
# What is kept comes first: a joiner inside an emoji (👩‍🌾) and the tag sequence of a regional flag mean
# something, the same characters anywhere else are invisible rubbish or a disguise.
_INVISIBLE = re.compile(
    rf"(?P<keep>(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])|\U0001f3f4[\U000e0020-\U000e007e]{{1,8}}\U000e007f)"
    "|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
# Those among them that Python calls printable.
_BLANK_LETTER = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]")
_LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_SPACES_AT_LINE_END = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")
# Word's round bullet, which sits in the private area of the Symbol typeface and shows as an empty box
# elsewhere.
_WORD_BULLET = "\uf0b7"


def _stream_safe(text: str) -> str:
    if len(text) <= _SHORT_ENOUGH or text.isascii():
        return text
    kept = []
    marks = 0
    combining = unicodedata.combining
    for character in text:
        marks = marks + 1 if combining(character) else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


def normalise(text: str) -> str:
    """NFC in linear time; an endless pile of marks on one letter is cut (UAX #15, Stream-Safe Text)."""
    if text.isascii():
        return text
    return _stream_safe(unicodedata.normalize("NFC", _stream_safe(text)))


def fold(text: str) -> str:
    """The form in which texts are searched: no case, no marks, đ as d, single spaces. Never who or what is meant: `identity`."""
    lowered = normalise(text).casefold().translate(_STROKED_D)
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFD", _stream_safe(lowered))
        lowered = "".join(c for c in decomposed if unicodedata.category(c) != "Mn").translate(_STROKED_D)
        # A few capitals have no small form of their own until their mark is gone (İ among them).
        lowered = unicodedata.normalize("NFC", lowered).casefold()
    return " ".join(lowered.split())


def identity(text: str) -> str:
    """The form in which two names are one: every accent counts; NFC, case, blanks and the place of the tone mark do not.

    "Hoà" is "hòa", "thuý" is "thúy": two schools of writing one word. "Anh" and "Ánh" are two people, "lí" and "lý" two
    spellings. Two texts with one identity have one `fold` too. Marks move only within what has the letters of one syllable.
    """
    lowered = normalise(text).casefold()
    if not lowered.isascii():
        # Twice, because a few letters have a small form only once they are composed, or come apart when they get it.
        lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", lowered).casefold()).translate(_ETH)
        lowered = _WORD.sub(_evened, lowered)
    return " ".join(lowered.split())


def _evened(match: re.Match[str]) -> str:
    return match[0] if match[0].isascii() else _tone_in_place(match[0])


@lru_cache(_SYLLABLES_KEPT)
def _tone_in_place(word: str) -> str:
    """The word with its tone mark on the vowel that the new school puts it on (hoà, thuý); unchanged when it is no syllable."""
    decomposed = unicodedata.normalize("NFD", word)
    tones = _TONE.findall(decomposed)
    if len(tones) != 1:
        return word
    at = decomposed.index(tones[0])
    syllable = _SYLLABLE.fullmatch(unicodedata.normalize("NFC", decomposed[:at] + decomposed[at + 1 :]))
    if syllable is None or unicodedata.normalize("NFC", decomposed[:at])[-1:] not in _VOWELS:
        return word
    vowels = syllable["vowels"]
    place = _place_of_tone(vowels, closed=syllable["coda"] is not None)
    toned = vowels[: place + 1] + tones[0] + vowels[place + 1 :]
    return unicodedata.normalize("NFC", syllable["onset"] + toned + (syllable["coda"] or ""))


def _place_of_tone(vowels: str, *, closed: bool) -> int:
    """Which of a syllable's vowels bears the mark: the last with a mark of its own, else by the position of the sounds."""
    marked = [index for index, vowel in enumerate(vowels) if vowel not in _PLAIN_VOWELS]
    if marked:
        return marked[-1]
    if len(vowels) == 1:
        return 0
    return 1 if closed or len(vowels) == 3 or vowels in ("oa", "oe", "uy") else 0


def _visible(match: re.Match[str]) -> str:
    return match["keep"] or ""


def _with_vietnamese_d(text: str) -> str:
    return text.replace("\u00d0", "Đ").replace("\u00f0", "đ")


def clean(text: str, *, multiline: bool = False) -> str:
    """The form in which a text is kept: NFC, nothing invisible, single spaces, Ð as Đ, smart quotes and emoji kept.

    With `multiline` line ends become "\\n" and at most one line is left empty between paragraphs;
    without it the text becomes one line.
    """
    if len(text) <= _SHORT_ENOUGH and text.isprintable() and not _BLANK_LETTER.search(text):
        return " ".join(_with_vietnamese_d(normalise(text)).split())
    visible = normalise(_INVISIBLE.sub(_visible, _LINE_END.sub("\n", normalise(text)))).replace(_WORD_BULLET, "•")
    visible = _with_vietnamese_d(visible)
    if not multiline:
        return " ".join(visible.split())
    lines = _SPACES_AT_LINE_END.sub("\n", _SPACES.sub(" ", visible))
    return _BLANK_LINES.sub("\n\n", lines).strip()


def shorten(text: str, length: int) -> str:
    """At most `length` characters; what was cut shows as "…", between words where one ends near."""
    if len(text) <= length:
        return text
    if length <= 1:
        return "…"[:length]
    end = length - 1
    while end > 0 and (unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f" or text[end - 1] == "\u200d"):
        end -= 1
    cut = text[:end]
    space = cut.rfind(" ")
    if not text[end].isspace() and space >= length * 2 // 3:
        cut = cut[:space]
    return cut.rstrip(" ,;:.-–\n") + "…"
