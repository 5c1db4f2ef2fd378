"""Numbers and quantities the way Vietnamese offices write them: read without guessing, shown, added up.

The dot groups thousands, the comma begins the decimals; a text with two honest readings is refused and both
are named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar, Literal

from workflow.ground.reading.text import clean, fold, identity, shorten
from workflow.ground.refusals import Refusal
from workflow.ground.speech import _, mark, vietnamese

Qualifier = Literal["exactly", "at_least", "approximately", "at_most"]

EXAMPLES = mark("Ví dụ: 1,139 tỷ đồng; 8.524 ngày công; 172,5 kg; trên 350 cây.")


class QuantityUnreadable(Refusal):
    """The text is not a quantity, or is two different ones depending on who reads it."""

    kind: ClassVar[str] = "invalid"
    code: ClassVar[str] = "quantity_unreadable"

    def __init__(self, written: str, why: str) -> None:
        super().__init__(
            _(
                "Không đọc được số “%(written)s”: %(why)s %(examples)s",
                written=shorten(written, 60),
                why=why,
                examples=_(EXAMPLES),
            ),
            guard="quantity",
        )
        self.written = written


class UnitsDiffer(Refusal):
    """Quantities of different units cannot be added up."""

    kind: ClassVar[str] = "invalid"
    code: ClassVar[str] = "units_differ"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of something: value in `unit` (None: not named), and how exactly it is meant."""

    value: Decimal
    unit: str | None = None
    qualifier: Qualifier = "exactly"


UNIT_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "đ": "đồng", "đồng": "đồng", "vnd": "đồng", "vnđ": "đồng", "việt nam đồng": "đồng",
        "đồng tiền mặt": "đồng",
        "công": "ngày công", "ngày công": "ngày công", "ngày công lao động": "ngày công",
        "m2": "m²", "m²": "m²", "mét vuông": "m²",
        "m3": "m³", "m³": "m³", "mét khối": "m³",
        "m": "m", "mét": "m",
        "km": "km", "kilômét": "km", "ki lô mét": "km", "cây số": "km",
        "ha": "ha", "héc ta": "ha", "hecta": "ha",
        "kg": "kg", "kilôgam": "kg", "ki lô gam": "kg",
        "lượt": "lượt người", "lượt người": "lượt người", "lượt người tham gia": "lượt người",
        "lượt người tham dự": "lượt người",
        "người": "người", "hộ": "hộ", "hộ gia đình": "hộ", "cây": "cây",
    }
)  # fmt: skip

# Folded, because people write them without accents too; a quantity begins with one of these or with a digit.
_QUALIFIERS: Mapping[str, Qualifier] = {
    "": "exactly", "dung": "exactly", "=": "exactly",
    "tren": "at_least", "hon": "at_least", "it nhat": "at_least", "toi thieu": "at_least",
    "khong duoi": "at_least", ">": "at_least", ">=": "at_least", "≥": "at_least",
    "gan": "approximately", "khoang": "approximately", "chung": "approximately", "uoc": "approximately",
    "uoc tinh": "approximately", "uoc khoang": "approximately", "xap xi": "approximately",
    "tren duoi": "approximately", "khoang tren": "approximately", "khoang hon": "approximately",
    "khoang gan": "approximately", "ngot": "approximately", "~": "approximately", "≈": "approximately",
    "toi da": "at_most", "duoi": "at_most", "khong qua": "at_most", "nhieu nhat": "at_most",
    "chua den": "at_most", "chua toi": "at_most", "<": "at_most", "<=": "at_most", "≤": "at_most",
}  # fmt: skip
_QUALIFIER_WORDS: Mapping[Qualifier, str] = {
    "exactly": "",
    "at_least": mark("trên") + " ",
    "approximately": mark("khoảng") + " ",
    "at_most": mark("tối đa") + " ",
}
_SEPARATORS = str.maketrans(",.", ".,")

# Powers of ten. With their accents, since "tram" is also a station and "ngan" a duck.
_MULTIPLIERS: Mapping[str, int] = {
    "chục": 1, "trăm": 2, "nghìn": 3, "ngàn": 3, "nghin": 3, "vạn": 4,
    "triệu": 6, "trieu": 6, "tr": 6, "tỷ": 9, "tỉ": 9, "ty": 9,
}  # fmt: skip
_MULTIPLIER_NAMES = {1: "chục", 2: "trăm", 3: "nghìn", 4: "vạn", 6: mark("triệu"), 9: mark("tỷ")}
_MAYBE_MULTIPLIERS: Mapping[str, str] = {
    "k": "nghìn", "ngan": "nghìn", "tram": "trăm", "van": "vạn", "chuc": "chục", "ti": "tỷ",
    "t": "tấn hoặc tỷ", "b": "tỷ",
}  # fmt: skip
# What comes in whole pieces: a decimal comma before these is a slip, mostly an English thousands comma.
_WHOLE = frozenset({"người", "lượt", "hộ", "cây", "con", "cuộc", "buổi", "thôn", "bản", "xã"})

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DIGIT = re.compile(r"[0-9]")
_NUMBER = re.compile(r"[0-9](?:[0-9., ]*[0-9])?")
_WORD = re.compile(r" ?([^\W\d_]+)")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?P<separator>[. ])[0-9]{3}(?:(?P=separator)[0-9]{3})*(?:,[0-9]+)?")
_COMMA_DECIMAL = re.compile(r"[0-9]+(?:,[0-9]+)?")
_DOT_DECIMAL = re.compile(r"(?P<whole>[0-9]{1,3}|[0-9]{4,})\.(?P<part>[0-9]+)")
_ENGLISH = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_COMMA_OF_THREE = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_UNIT = re.compile(r"(?:%|[^\W\d_](?:[^\W\d_]|[ ,./()²³%-]|(?<=m)[23](?![0-9]))*)")
_LONGEST = 200
_LARGEST = Decimal(10) ** 15
_FINEST_EXPONENT = -6


def _plain(value: Decimal) -> Decimal:
    """One form per value: no exponent, no trailing zeros."""
    whole = value.to_integral_value()
    return Decimal(int(whole)) if value == whole else value.normalize()


def format_number(value: Decimal) -> str:
    """1139000000 → "1.139.000.000", 172.50 → "172,5"."""
    digits = f"{_plain(abs(value)):f}"
    whole, _dot, part = digits.partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    return ("-" if value < 0 else "") + grouped + ("," + part if part else "")


def format_quantity(quantity: Quantity) -> str:
    """The way `parse_quantity` reads it back: "trên 350 ngày công"."""
    gap = "" if quantity.unit in (None, "%") else " "
    return f"{_QUALIFIER_WORDS[quantity.qualifier]}{format_number(quantity.value)}{gap}{quantity.unit or ''}"


def spoken_number(value: Decimal) -> str:
    """A number in the language spoken now: 1.139.000,5 in Vietnamese, 1,139,000.5 in English."""
    written = format_number(value)
    return written if vietnamese() else written.translate(_SEPARATORS)


def spoken_quantity(quantity: Quantity) -> str:
    """A quantity in the language spoken now; `format_quantity` is what can be read back."""
    if vietnamese():
        return format_quantity(quantity)
    gap = "" if quantity.unit in (None, "%") else " "
    qualifier = _(_QUALIFIER_WORDS[quantity.qualifier].strip())
    said = f"{spoken_number(quantity.value)}{gap}{_(quantity.unit or '')}"
    return f"{qualifier} {said}" if qualifier else said


def echo(quantity: Quantity) -> str:
    """What was understood, said so that a slip of comma and dot meets the eye."""
    said = _("Hiểu là: %(quantity)s", quantity=spoken_quantity(quantity))
    number = format_number(quantity.value)
    if quantity.value >= 1_000_000:
        power = 9 if quantity.value >= 1_000_000_000 else 6
        scaled = quantity.value.scaleb(-power)
        if scaled == round(scaled, 3):
            said += f" ({spoken_number(scaled)} {_(_MULTIPLIER_NAMES[power])})"
    elif _COMMA_OF_THREE.fullmatch(number):
        below = int(quantity.value)
        said += _(" (số lẻ, giữa %(below)s và %(above)s)", below=below, above=below + 1)
    return said


def _read_number(written: str, digits: str, power: int) -> Decimal:
    """One run of digits with its dots, commas and spaces, times ten to the `power`."""
    if _COMMA_DECIMAL.fullmatch(digits):
        value = digits.replace(",", ".")
    elif _GROUPED.fullmatch(digits):
        value = digits.replace(".", "").replace(" ", "").replace(",", ".")
        if power and digits.count(".") == 1 and "," not in digits:
            name = _MULTIPLIER_NAMES.get(power, "")
            small = format_number(Decimal(digits).scaleb(power))
            large = format_number(Decimal(value).scaleb(power))
            comma = f"{digits.replace('.', ',')} {name}".strip()
            raise QuantityUnreadable(
                written,
                _(
                    "có thể là %(small)s hoặc %(large)s. Hãy viết “%(comma)s” nếu là số nhỏ, hoặc viết đủ các chữ số.",
                    small=small,
                    large=large,
                    comma=comma,
                ),
            )
    elif (dotted := _DOT_DECIMAL.fullmatch(digits)) and (len(dotted["part"]) != 3 or not dotted["whole"].strip("0")):
        value = digits
    elif _ENGLISH.fullmatch(digits):
        whole = digits.split(".")[0].replace(",", ".")
        raise QuantityUnreadable(
            written, _("dấu phẩy là phần lẻ, dấu chấm là phần nghìn; hãy viết “%(whole)s”.", whole=whole)
        )
    else:
        raise QuantityUnreadable(written, _("các nhóm chữ số không đều; mỗi dấu chấm phải tách đúng ba chữ số."))
    whole_digits, _dot, part = value.partition(".")
    if len(whole_digits.lstrip("0")) > 15 or len(part) > 12:
        raise QuantityUnreadable(written, _("số quá dài; hãy kiểm tra lại số chữ số."))
    return Decimal(value).scaleb(power)


@dataclass(frozen=True, slots=True)
class _Term:
    digits: str
    power: int
    half: bool


def _read_terms(written: str, body: str) -> tuple[list[_Term], str]:
    """ "2 triệu 500 nghìn đồng" → [2 × 10⁶, 500 × 10³] and the rest, "đồng"."""
    terms: list[_Term] = []
    position = 0
    while number := _NUMBER.match(body, position):
        position = number.end()
        power, half, last = 0, False, 0
        while word := _WORD.match(body, position):
            name = word[1].casefold()
            if name in ("trđ", "trd"):
                body = f"{body[: word.start()]} tr đồng{body[word.end() :]}"
                continue
            if name in _MULTIPLIERS and _MULTIPLIERS[name] >= last:
                last = _MULTIPLIERS[name]
                power += last
            elif name == "rưỡi" and power and not half:
                half = True
            elif name in _MULTIPLIERS:
                raise QuantityUnreadable(written, _("chữ “%(word)s” đứng sai chỗ.", word=word[1]))
            elif name in _MAYBE_MULTIPLIERS and not terms and not power:
                raise QuantityUnreadable(
                    written,
                    _(
                        "chữ “%(word)s” có nhiều nghĩa; hãy viết đủ dấu, đủ chữ (%(name)s).",
                        word=word[1],
                        name=_MAYBE_MULTIPLIERS[name],
                    ),
                )
            else:
                break
            position = word.end()
        terms.append(_Term(number[0], power, half))
        following = position + 1 if body[position : position + 1] == " " else position
        if not power or not _DIGIT.match(body, following):
            break
        position = following
    return terms, body[position:]


def _add_terms(written: str, terms: list[_Term]) -> Decimal:
    total = Decimal(0)
    room: Decimal | None = None
    for index, term in enumerate(terms):
        value = _read_number(written, term.digits, term.power)
        if term.half:
            value += Decimal(5).scaleb(term.power - 1)
        if room is not None:
            before = terms[index - 1]
            if term.power == 0 and value < 1000:
                small = format_number(total + value)
                large = format_number(total + value.scaleb(before.power - len(term.digits)))
                raise QuantityUnreadable(
                    written, _("có thể là %(large)s hoặc %(small)s. Hãy viết đủ các chữ số.", large=large, small=small)
                )
            if value >= room or value != value.to_integral_value() or before.half or not before.digits.isdigit():
                raise QuantityUnreadable(written, _("các phần không khớp nhau; hãy viết thành một số."))
        total += value
        room = Decimal(10) ** term.power
    return total


def _read_unit(written: str, rest: str, aliases: Mapping[str, str]) -> str | None:
    unit = rest.strip().rstrip(".;").rstrip()
    if not unit:
        return None
    # "²" counts as a letter for the expression: 10² is a power, not ten of something.
    if not _UNIT.fullmatch(unit) or len(unit) > 60 or not (unit[0].isalpha() or unit[0] == "%"):
        if unit[0] in "/:":
            why = _("đây là tỷ số, không phải một số lượng; hãy ghi một số.")
        elif unit[0] in "-–—" or fold(unit).startswith("den "):
            why = _("đây là một khoảng; hãy ghi một số.")
        elif _DIGIT.search(unit):
            why = _("có hơn một số; mỗi ô chỉ ghi một số lượng.")
        else:
            why = _("không hiểu phần “%(unit)s” sau số.", unit=shorten(unit, 30))
        raise QuantityUnreadable(written, why)
    if fold(unit) in _QUALIFIERS:
        raise QuantityUnreadable(written, _("hãy viết chữ “%(unit)s” trước số.", unit=unit))
    known = aliases.get(identity(unit))
    if known is None and unit.isascii():
        # Typed without accents. With accents nothing is folded: "hồ" is a pond, "hộ" a household.
        known = {fold(name): meant for name, meant in aliases.items()}.get(fold(unit))
    return known or unit


def _check_pieces(written: str, value: Decimal, unit: str | None, terms: list[_Term]) -> None:
    if unit is None or value == value.to_integral_value():
        return
    slip = len(terms) == 1 and terms[0].power == 0 and _COMMA_OF_THREE.fullmatch(terms[0].digits)
    if slip and (unit == "đồng" or unit.split()[0] in _WHOLE):
        meant = terms[0].digits.replace(",", ".")
        raise QuantityUnreadable(
            written,
            _("%(unit)s không có phần lẻ. Nếu là số nghìn, hãy viết “%(meant)s %(unit)s”.", unit=unit, meant=meant),
        )
    if unit.split()[0] in _WHOLE:
        raise QuantityUnreadable(written, _("%(unit)s không có phần lẻ; hãy ghi số nguyên.", unit=unit))


def parse_quantity(text: str, *, unit_aliases: Mapping[str, str] = UNIT_ALIASES) -> Quantity:
    """Read one quantity; raises QuantityUnreadable with the reason and an example instead of guessing.

    `unit_aliases` maps ways of writing a unit (by their `identity`) to its one name; any
    other unit is kept as written.
    """
    written = clean(text.translate(_FULL_WIDTH)) if len(text) <= _LONGEST else clean(text[:_LONGEST])
    if len(text) > _LONGEST:
        raise QuantityUnreadable(written, _("quá dài; ô này chỉ ghi một số lượng."))
    first = _DIGIT.search(written)
    if first is None:
        raise QuantityUnreadable(written, _("không có chữ số nào.") if written else _("ô đang để trống."))
    before = fold(written[: first.start()])
    if before.endswith(("-", "−", "–", "—")) or before.split()[-1:] in (["am"], ["tru"]):
        raise QuantityUnreadable(written, _("số lượng không thể âm."))
    if before == "tu":
        raise QuantityUnreadable(written, _("đây là một khoảng; hãy ghi một số."))
    qualifier = _QUALIFIERS.get(before)
    if qualifier is None:
        raise QuantityUnreadable(
            written, _("không hiểu phần “%(part)s” trước số.", part=shorten(written[: first.start()].strip(), 30))
        )
    terms, rest = _read_terms(written, written[first.start() :])
    for ending, meant in ((" tro len", "at_least"), (" tro xuong", "at_most")):
        if qualifier == "exactly" and fold(" " + rest).endswith(ending):
            qualifier = "at_least" if meant == "at_least" else "at_most"
            rest = " ".join(rest.split()[:-2])
    value = _add_terms(written, terms)
    unit = _read_unit(written, rest, unit_aliases)
    _check_pieces(written, value, unit, terms)
    value = _plain(value)
    exponent = value.as_tuple().exponent
    if value >= _LARGEST or (isinstance(exponent, int) and exponent < _FINEST_EXPONENT):
        raise QuantityUnreadable(written, _("số quá lớn hoặc có quá nhiều số lẻ; hãy kiểm tra lại."))
    return Quantity(value, unit, qualifier)


def sum_quantities(quantities: Iterable[Quantity], *, unit: str | None = None) -> Quantity:
    """Add up quantities of one unit (`unit` names it when there are none).

    "At least" and "at most" survive among exact ones; any mixture of qualifiers is approximate.
    """
    items = list(quantities)
    units = {item.unit for item in items}
    if len(units) > 1:
        names = ", ".join(sorted(name or _("không ghi đơn vị") for name in units))
        raise UnitsDiffer(
            _("Không cộng được các đơn vị tính khác nhau: %(names)s. Hãy quy về một đơn vị.", names=names), guard="unit"
        )
    loose = {item.qualifier for item in items} - {"exactly"}
    qualifier: Qualifier = "exactly"
    if len(loose) == 1:
        qualifier = next(iter(loose))
    elif loose:
        qualifier = "approximately"
    total = sum((item.value for item in items), Decimal(0))
    return Quantity(_plain(total), units.pop() if units else unit, qualifier)
