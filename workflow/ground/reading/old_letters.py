"""Vietnamese written with the letters of the time before Unicode: TCVN3 (typefaces ".VnTime") and VNI ("VNI-Times").

Such a text is made of other letters under a typeface that draws them as Vietnamese: "công" is kept as "c«ng" or as
"coâng". It has to be noticed before anything is cleaned, because TCVN3 keeps ư as a soft hyphen, which cleaning takes
away. A word speaks for an old encoding when it is a Vietnamese syllable there and none in Unicode; one such word may be chance
("5 µm", "Thaï"), several joined are not. Signs that merely stand beside words («Dân vận khéo», Vinamilk®, 5 m²) make no
syllable. Nothing is converted here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _


def _split(written: str) -> list[str]:
    return written.split(" ")


_TONES: Final = "\u0300\u0301\u0309\u0303\u0323"
# TCVN 5712:1993, the third table, seen through Windows-1252: the letters in the order a…y, each plain and with its five tones.
_TCVN3_LETTERS: Final = _split(
    "à á ả ã ạ ă ằ ắ ẳ ẵ ặ â ầ ấ ẩ ẫ ậ đ è é ẻ ẽ ẹ ê ề ế ể ễ ệ ì í ỉ ĩ ị ò ó ỏ õ ọ ô ồ ố ổ ỗ ộ ơ ờ ớ ở ỡ ợ ù ú ủ ũ ụ "
    "ư ừ ứ ử ữ ự ỳ ý ỷ ỹ ỵ Ă Â Ê Ô Ơ Ư Đ"
)
_TCVN3_SIGNS: Final = _split(
    "µ ¸ ¶ · ¹ ¨ » ¾ ¼ ½ Æ © Ç Ê È É Ë ® Ì Ð Î Ï Ñ ª Ò Õ Ó Ô Ö × Ý Ø Ü Þ ß ã á â ä « å è æ ç é ¬ ê í ë ì î ï ó ñ ò ô "
    "\xad õ ø ö ÷ ù ú ý û ü þ ¡ ¢ £ ¤ ¥ ¦ §"
)
_TCVN3: Final[Mapping[str, str]] = dict(zip(_TCVN3_SIGNS, _TCVN3_LETTERS, strict=True))
# The "VNI Windows" table: a vowel is followed by the sign of its tone, or of its tone and its hat or breve together.
_VNI_TONES: Final = dict(zip("øùûõï", _TONES, strict=True))
_VNI_PAIRS: Final[Mapping[str, str]] = {
    **{
        f"{written}{sign}": unicodedata.normalize("NFC", f"{vowel}{tone}")
        for written, vowel in {**{v: v for v in "aeouy"}, "ô": "ơ", "ö": "ư"}.items()
        for sign, tone in _VNI_TONES.items()
    },
    **dict(zip((f"a{sign}" for sign in "êèéúüë"), "ăằắẳẵặ", strict=True)),
    **{
        f"{written}{sign}": unicodedata.normalize("NFC", f"{vowel}{tone}")
        for written, vowel in {"a": "â", "e": "ê", "o": "ô"}.items()
        for sign, tone in zip("âàáåãä", ["", *_TONES], strict=True)
    },
}
_VNI_SINGLE: Final[Mapping[str, str]] = {
    "æ": "ỉ",
    "ó": "ĩ",
    "ò": "ị",
    "î": "ỵ",
    "ñ": "đ",
    "ô": "ơ",
    "ö": "ư",
    "í": "í",
    "ì": "ì",
}

_ONSETS: Final = _split("ngh ng nh gh gi kh ph qu th tr ch b c d đ g h k l m n p r s t v x")
_RIMES: Final = frozenset(
    _split(
        "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê "
        "êch êm ên êng ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam oan "
        "oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông "
        "ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt up uơ ut uy "
        "uya uych uyên uyêt uynh uyt uyu ư ưa ưc ưi ưm ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu"
    )
)
_TONES_IN: Final = re.compile(f"[{_TONES}]")
_MISPLACED: Final = re.compile(f"[^aeiouy\u0302\u0306\u031b][{_TONES}]")
_STOPPED: Final = re.compile(r"(?:c|ch|p|t)$")

_WORD: Final = re.compile("[A-Za-z\u00a1-\u024f\u0300-\u036f\u1e00-\u1eff]+")
# Cheap: what no Vietnamese text in Unicode has inside or beside its words, and what one in old letters can hardly be without.
_SUSPICIOUS: Final = re.compile(
    "[\u00a1-\u00bfÄÅÆÇËÎÏÐÑÖ×ØÛÜÞßäåæçëîïñö÷øûüþ]|[a-z][À-ÖØ-Þ]|[AEOaeo][Ââ]|[AEae][ÁÀÃáàã]|[Oo][Ãã]|[AEOUYÔaeouyô][ÙÕùõ]"
)
_LOWER_THEN_CAPITAL: Final = re.compile("[a-z][À-ÖØ-Þ]")
# What real texts do not have inside a word: such a sign or a capital between letters, these vowels before these marks.
_NEVER_INSIDE: Final = {
    "TCVN3": re.compile("^®[a-z]{2}|^.+[µ¸¶¹¨»¾¼½©®«¬ª¡¢£¤¥¦§].|[a-z][À-ÖØ-Þ][a-z]"),
    "VNI": re.compile("[aeouyôö][øûõåùäë]|[aeo]â"),
}
_JOINED: Final = re.compile("^[a-z]+[^a-z·×÷\xad]+[a-z]|^ñ")
_BESIDE_NUMBERS: Final = re.compile("^[¼½¾]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding from before Unicode. typeface: the usual one; beginning: of the names of its typefaces; source: in UniKey."""

    name: str
    typeface: str
    beginning: str
    source: str


TCVN3: Final = Encoding("TCVN3", ".VnTime", ".vn", "TCVN3 (ABC)")
VNI: Final = Encoding("VNI", "VNI-Times", "vni-", "VNI Windows")
_ENCODINGS: Final = (TCVN3, VNI)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the different words of a text say. sure: syllables of the old encoding that nothing else can be; likely: all that are
    none in Unicode; joined: those of them that are long enough to be no name or unit of measure; possible: what could be either;
    against: what only Unicode has.
    """

    sure: int
    likely: int
    joined: int
    possible: int
    against: int

    @property
    def is_enough(self) -> bool:
        if self.sure or self.likely > max(1, self.against):
            return True
        return bool(self.likely and (self.joined or self.possible) and not self.against)


def encoding_of(text: str) -> Encoding | None:
    """The old encoding in which a text is written; None for Unicode and for what is too short to tell."""
    if not _SUSPICIOUS.search(text):
        return None
    found = {encoding: _evidence(text, encoding) for encoding in _ENCODINGS}
    enough = [encoding for encoding in _ENCODINGS if found[encoding].is_enough]
    return max(enough, key=lambda one: (found[one].sure, found[one].likely), default=None)


def encodings_of_column(texts: Sequence[str], typefaces: Sequence[str]) -> list[Encoding | None]:
    """The same for each cell of a column, which decide together: a word that could be chance is none among its neighbours.

    typefaces: of each cell, "" where it is not known. An old one decides about every cell that is not plainly Unicode.
    """
    found: list[Encoding | None] = []
    for text, typeface in zip(texts, typefaces, strict=True):
        drawn = _drawn_by(typeface)
        found.append(drawn if drawn is not None and _could_be(text, drawn) else encoding_of(text))
    # Two old encodings in one column are a mistake about a short word: the one that more cells are in has it.
    for encoding in sorted(_ENCODINGS, key=found.count):
        _ask_neighbours(texts, found, encoding)
    return found


def is_old_typeface(name: str) -> bool:
    """Whether a typeface draws letters of the time before Unicode as Vietnamese."""
    return _drawn_by(name) is not None


def say(encoding: Encoding) -> str:
    """The sentence that names the encoding and says what to do."""
    return _(
        "Chữ ở đây viết theo bảng mã %(encoding)s (phông %(typeface)s), không phải Unicode; lưu lại là hỏng chữ. Hãy chuyển sang"
        " Unicode: bôi đen và chép (Ctrl+C) đoạn chữ, bấm Ctrl+Shift+F6 của UniKey, chọn nguồn “%(source)s”, đích “Unicode”,"
        " bấm “Chuyển mã”, rồi dán lại.",
        encoding=encoding.name,
        typeface=encoding.typeface,
        source=encoding.source,
    )


def require_unicode(typed: Mapping[str, str]) -> None:
    """Raise InvalidInput under the name of each text that is written in old letters."""
    problems = {name: say(found) for name, text in typed.items() if (found := encoding_of(text)) is not None}
    if problems:
        raise InvalidInput(problems)


def _drawn_by(typeface: str) -> Encoding | None:
    return next((one for one in _ENCODINGS if typeface.casefold().startswith(one.beginning)), None)


def _ask_neighbours(texts: Sequence[str], found: list[Encoding | None], encoding: Encoding) -> None:
    decided = found.count(encoding)
    others = len(found) - found.count(None) - decided
    open_cells = {
        at: _evidence(text, encoding)
        for at, text in enumerate(texts)
        if not text.isascii() and (found[at] is None or (found[at] is not encoding and decided > others))
    }
    hints = sum(one.likely for one in open_cells.values())
    against = sum(one.against > 0 for one in open_cells.values())
    if not decided and (hints < 3 or hints <= against):
        return
    for at, one in open_cells.items():
        # What could be either goes with a column that is in old letters as a whole.
        if one.against == 0 and (one.likely or (decided > against and _could_be(texts[at], encoding))):
            found[at] = encoding


def _could_be(text: str, encoding: Encoding) -> bool:
    """Whether the text has letters of its own, all of them of this encoding."""
    words = [match[0] for match in _WORD.finditer(text) if not match[0].isascii()]
    return bool(words) and all(_decoded(word, encoding) is not None for word in words)


def _evidence(text: str, encoding: Encoding) -> _Evidence:
    sure = likely = joined = possible = against = 0
    for word in {match[0] for match in _WORD.finditer(text)}:
        if word.isascii() or len(word) == 1 or _BESIDE_NUMBERS.match(word):
            continue
        natural = _is_syllable(word) and not _LOWER_THEN_CAPITAL.search(word)
        old = _decoded(word, encoding)
        if old is None or not _is_syllable(old, strict=True):
            against += natural
        elif natural:
            possible += 1
        else:
            likely += 1
            sure += len(word) > 2 and bool(
                _NEVER_INSIDE[encoding.name].search(word if encoding is TCVN3 else word.lower())
            )
            joined += len(word) > 2 and bool(_JOINED.search(word))
    return _Evidence(sure, likely, joined, possible, against)


def _decoded(word: str, encoding: Encoding) -> str | None:
    """The word in Unicode if its letters are those of the encoding; None if one is not."""
    if encoding is TCVN3:
        letters = [sign if sign.isascii() else _TCVN3.get(sign) for sign in word]
    else:
        letters = []
        lowered, at = word.lower(), 0
        while at < len(lowered):
            pair, sign = lowered[at : at + 2], lowered[at]
            if pair in _VNI_PAIRS:
                letters.append(_VNI_PAIRS[pair])
                at += 2
            else:
                letters.append(sign if sign.isascii() else _VNI_SINGLE.get(sign))
                at += 1
    known = [letter for letter in letters if letter is not None]
    return "".join(known) if len(known) == len(letters) else None


def _is_syllable(word: str, *, strict: bool = False) -> bool:
    """Whether it is built like a Vietnamese syllable. strict: also that one that stops short has a tone with which it can."""
    taken_apart = unicodedata.normalize("NFD", word.lower())
    tones = _TONES_IN.findall(taken_apart)
    plain = unicodedata.normalize("NFC", "".join(sign for sign in taken_apart if sign not in _TONES))
    if (
        len(tones) > 1
        or _MISPLACED.search(taken_apart)
        or (strict and _STOPPED.search(plain) and not set(tones) & set("\u0301\u0323"))
    ):
        return False
    rests = (plain.removeprefix(onset) for onset in ("", *_ONSETS) if plain.startswith(onset))
    return any(rest in _RIMES for rest in rests)
