"""Rows of a list of registrations become drafts: units found by code or name, words of offices become the form's own.

Whether a draft can be kept is decided where every draft is checked (`drafts.Desk`); here only the sheet is understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from workflow.across.documents.package import WorkbookRefused
from workflow.across.documents.registration_columns import KIND_WORDS, ORIGIN_WORDS, Column
from workflow.across.documents.workbook import Row, Sheet
from workflow.ground.reading.names import Called, word_key
from workflow.ground.reading.order import name_order
from workflow.ground.reading.text import clean, identity, shorten
from workflow.ground.schema import ITEMS
from workflow.ground.speech import _
from workflow.stages.registration.drafts import Draft
from workflow.stages.registration.model_quantities import QuantityInput

_KINDS: Final[Mapping[str, str]] = {
    **{word_key(word): "collective" for word in (KIND_WORDS["collective"], "TT", "Mô hình tập thể", "collective")},
    **{word_key(word): "individual" for word in (KIND_WORDS["individual"], "CN", "Mô hình cá nhân", "individual")},
}
_ORIGINS: Final[Mapping[str, str]] = {
    **{word_key(word): "new" for word in ("", "Mới", "Đăng ký mới", "Xây dựng mới", "Mô hình mới", "new")},
    **{
        word_key(word): "continued"
        for word in (
            "Tiếp tục",
            "Duy trì",
            "Chuyển tiếp",
            "Tiếp tục từ năm trước",
            "Tiếp tục thực hiện",
            "continued",
        )
    },
    **{word_key(word): "replicated" for word in ("Nhân rộng", "Được nhân rộng", "Nhân rộng mô hình", "replicated")},
}
_AGREED: Final[Mapping[str, bool]] = {
    **{word_key(word): True for word in ("Có", "Đồng ý", "Có đồng ý", "x", "yes")},
    **{word_key(word): False for word in ("", "Không", "Không đồng ý", "Chưa", "no")},
}
# What lists leave out before a name: "Châu Lam" for "Xã Châu Lam". Never exchanged: "Thôn Châu Lam" is not the commune.
_LEADING = re.compile(
    r"^\W*(?:xã|phường|thị trấn|thôn|bản|khối|tổ dân phố|huyện|tỉnh|xa|phuong|thi tran|thon|ban|khoi|to dan pho|huyen|tinh) "
)
# What they add: "UBND xã Châu Lam". By `identity`, as the names before it.
_ADDED = re.compile(r"^\W*(?:ubnd|uỷ ban nhân dân|uy ban nhan dan) ")
_BRACKETED = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_CODE_AT_END = re.compile(r"\[([A-Za-z0-9][A-Za-z0-9._-]{0,39})\]\s*$")
_BETWEEN_TARGETS = re.compile(r"[;\n]")
_LONGEST_VALUE = 200
_NOT_DATA = frozenset({"", "tt", "stt", "so tt", "so thu tu"})


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """Why a row cannot be taken: its number as Excel shows it, the column's title, what stands there, a sentence."""

    row: int
    column: str
    value: str
    message: str

    def as_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {"row": self.row, "column": self.column, "value": self.value, "message": self.message}


class UnitNames:
    """Finds a unit by its code or by its name among those a person may register for.

    The name as it is written wins; without accents is tried only when nothing is called exactly so, and asks when that means two.
    read_as: what was written with other accents than the unit's name has, and that name.
    """

    def __init__(self, rows: Iterable[sa.Row[Any]], today: date) -> None:
        self.read_as: dict[str, str] = {}
        self._today = today
        self._by_code: dict[str, sa.Row[Any]] = {}
        self._whole, self._bare = Called[sa.Row[Any]](), Called[sa.Row[Any]]()
        for row in rows:
            self._by_code[row.code.casefold()] = row
            # "Xã Châu Lam (mẫu)" is also called "Xã Châu Lam".
            for name in {row.name, _BRACKETED.sub("", row.name)}:
                self._whole.add(name, row)
                self._bare.add(_LEADING.sub("", identity(name)), row)

    def by_code(self, written: str) -> sa.Row[Any] | None:
        """The unit with this code."""
        return self._by_code.get(written.strip().casefold())

    def find(self, written: str) -> sa.Row[Any] | str:
        """The unit meant, or the sentence that says why it is not clear."""
        if marked := _CODE_AT_END.search(written):
            written = marked[1]
        if found := self.by_code(written):
            return found
        own = _ADDED.sub("", identity(written))
        for exact in (True, False):
            for names, said in ((names, said) for names in (self._whole, self._bare) for said in (written, own)):
                meant = self._living(names.exactly(said) if exact else names.nearly(said))
                if len(meant) == 1:
                    return meant[0] if exact else self._taken_for(written, meant[0])
                if meant:
                    return _which(written, meant, exact=exact)
        return _(
            "Không có đơn vị «%(written)s» trong phạm vi của bạn. Hãy kiểm tra tên hoặc ghi mã đơn vị.",
            written=shorten(written, 60),
        )

    def _living(self, matches: list[sa.Row[Any]]) -> list[sa.Row[Any]]:
        """A unit that was merged away yields to the one that bears its name today."""
        return [row for row in matches if row.valid_to is None or row.valid_to >= self._today] or matches

    def _taken_for(self, written: str, meant: sa.Row[Any]) -> sa.Row[Any]:
        # Who writes without accents at all meant no other name by it.
        if not written.isascii():
            self.read_as[shorten(clean(written), 60)] = meant.name
        return meant


def _in_order(meant: Sequence[sa.Row[Any]]) -> list[sa.Row[Any]]:
    return sorted(meant, key=lambda row: (name_order(row.name), row.code))


def _which(written: str, meant: Sequence[sa.Row[Any]], *, exact: bool) -> str:
    if exact:
        return _(
            "Có %(count)s đơn vị cùng tên «%(written)s»: %(listed)s. Hãy ghi mã đơn vị.",
            count=len(meant),
            written=shorten(written, 60),
            listed=", ".join(sorted(row.code for row in meant)[:10]),
        )
    return _(
        "«%(written)s» có thể là: %(listed)s. Hãy ghi đủ dấu hoặc ghi mã đơn vị.",
        written=shorten(written, 60),
        listed="; ".join(f"{row.name} ({row.code})" for row in _in_order(meant)[:10]),
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that could be understood. columns: titles to name in a refusal, by form field; values: what stands in them;
    phone_mended: a telephone kept as a number had its nought put back.
    """

    row: int
    draft: Draft
    columns: Mapping[str, str]
    values: Mapping[str, str]
    phone_mended: bool = False

    def refusal(self, form_field: str, message: str) -> RowRefusal:
        """What a check of the draft says about a form field, as a refusal of the row's column."""
        key = form_field.partition("-")[0]
        return RowRefusal(self.row, self.columns.get(key, key), self.values.get(key, ""), message)


def require_columns(sheet: Sheet, columns: Mapping[str, Column]) -> None:
    """Raise WorkbookRefused naming the required columns that the sheet lacks, and the headings that were found."""
    missing = [
        column.title
        for column in columns.values()
        if column.required
        and column.key not in sheet.columns
        and not (column.key == "unit" and "unit_code" in sheet.columns)
    ]
    if "person" not in sheet.columns and any(_kind(sheet, row) == "individual" for row in sheet.rows):
        missing.append(columns["person"].title)
    if missing:
        wanted = ", ".join(f"“{title}”" for title in missing)
        found = ", ".join(f"“{shorten(clean(title), 40)}”" for title in sheet.headers if title)
        raise WorkbookRefused(
            _(
                "Thiếu cột %(wanted)s. Dòng tiêu đề (dòng %(header_row)s) có: %(found)s. Hãy thêm cột còn thiếu hoặc"
                " dùng tệp mẫu.",
                wanted=wanted,
                header_row=sheet.header_row,
                found=found,
            )
        )


def unread_columns(sheet: Sheet) -> list[str]:
    """Headings that mean nothing to the program, the running number left aside."""
    used = set(sheet.columns.values())
    return [
        shorten(clean(title), 40)
        for position, title in enumerate(sheet.headers)
        if position not in used and word_key(title) not in _NOT_DATA
    ]


def candidate(
    sheet: Sheet, row: Row, columns: Mapping[str, Column], units: UnitNames, *, strict: bool
) -> Candidate | list[RowRefusal]:
    """One row as a draft, or everything that cannot be understood in it.

    strict: an item of the form left empty refuses the row instead of being waived.
    """
    values = {key: row.text(position).strip() for key, position in sheet.columns.items()}
    shown = {key: shorten(value, _LONGEST_VALUE) for key, value in values.items()}
    problems: list[RowRefusal] = []

    unusable: set[str] = set()

    def refuse(key: str, message: str) -> None:
        # Of a cell that cannot be used at all only that is said.
        if key not in unusable:
            problems.append(RowRefusal(row.number, columns[key].title, shown.get(key, ""), message))

    position_keys = {position: key for key, position in sheet.columns.items()}
    for position, message in row.problems:
        if position in position_keys:
            refuse(position_keys[position], message)
            unusable.add(position_keys[position])
    kind = _KINDS.get(word_key(values["kind"]), "")
    if not kind and not problems:
        refuse("kind", _("Loại phải là %(listed)s.", listed=_(" hoặc ").join(KIND_WORDS.values())))
    origin = _ORIGINS.get(word_key(values.get("origin", "")), "")
    if not origin:
        refuse("origin", _("Hãy ghi một trong: %(listed)s.", listed=", ".join(ORIGIN_WORDS.values())))
    agreed = _AGREED.get(word_key(values.get("public", "")))
    if agreed is None:
        refuse("public", _("Hãy ghi Có hoặc Không."))
    code, unit_column = _unit(values, units, refuse)
    targets = _targets(values.get("targets", ""), refuse)
    items = {item: values.get(item, "") for item in ITEMS}
    empty = [item for item in ITEMS if not items[item]]
    if strict and empty:
        listed = "; ".join(columns[item].title for item in empty)
        refuse(
            empty[0],
            _("Phiếu đăng ký còn thiếu %(count)s mục: %(listed)s. Hãy điền đủ.", count=len(empty), listed=listed),
        )
    if problems:
        return problems
    phone = _phone(row, sheet.columns.get("phone", -1))
    person = values.get("person", "")
    representative = values.get("representative", "") or (person if kind == "collective" else "")
    draft = Draft(
        unit=code,
        kind=kind,
        field=values["field"],
        name=values["name"],
        person=person if kind == "individual" else "",
        person_distinguisher=values.get("person_distinguisher", "") if kind == "individual" else "",
        items=items,
        representative=representative,
        representative_position=values.get("representative_position", ""),
        phone=phone,
        origin=origin,
        origin_model=values.get("origin_model", ""),
        targets=targets,
        waived=empty,
        public=bool(agreed),
    )
    titles = {key: column.title for key, column in columns.items()}
    if kind == "collective" and not values.get("representative"):
        titles["representative"], shown["representative"] = titles["person"], shown.get("person", "")
    titles["unit"], shown["unit"] = titles[unit_column], shown.get(unit_column, "")
    return Candidate(row.number, draft, titles, shown, phone != values.get("phone", ""))


def _phone(row: Row, column: int) -> str:
    """A telephone as it is dialled: kept as a number it has lost its nought, of which every number in the country has one.

    Without it a mobile telephone has nine digits, a fixed one nine or ten (22/2014/TT-BTTTT).
    """
    text = row.text(column).strip()
    is_number = 0 <= column < len(row.cells) and type(row.cells[column].value) is int
    return f"0{text}" if is_number and len(text) in (9, 10) and text.isdecimal() else text


def _kind(sheet: Sheet, row: Row) -> str:
    return _KINDS.get(word_key(row.text(sheet.columns.get("kind", -1))), "")


def _unit(values: Mapping[str, str], units: UnitNames, refuse: Any) -> tuple[str, str]:
    """The unit's code and the column it was read from; the code column wins over the name, but both must not disagree."""
    code, name = values.get("unit_code", ""), values.get("unit", "")
    if not code:
        column = "unit" if "unit" in values else "unit_code"
        if not name:
            refuse(column, _("Hãy ghi đơn vị đăng ký."))
            return "", column
        found = units.find(name)
        if isinstance(found, str):
            refuse(column, found)
            return "", column
        return str(found.code), column
    coded = units.by_code(code)
    if coded is None:
        refuse(
            "unit_code",
            _("Không có đơn vị mã «%(code)s» trong phạm vi của bạn. Hãy kiểm tra mã.", code=shorten(code, 40)),
        )
        return "", "unit_code"
    named = units.find(name) if name else coded
    if not isinstance(named, str) and named.id != coded.id:
        refuse(
            "unit_code",
            _(
                "Mã %(code)s là «%(name)s», khác với đơn vị «%(name_2)s» (%(code_2)s). Hãy sửa một trong hai.",
                code=coded.code,
                name=coded.name,
                name_2=shorten(name, 60),
                code_2=named.code,
            ),
        )
    return str(coded.code), "unit_code"


def _targets(written: str, refuse: Any) -> Sequence[QuantityInput]:
    """ "Ngày công: 350; Cây trồng: 500 cây (tre, vầu)" → one row for each, with its remark in brackets."""
    targets = []
    for part in _BETWEEN_TARGETS.split(written):
        measure, colon, value = part.partition(":")
        if not part.strip():
            continue
        if not colon or not measure.strip() or not value.strip():
            refuse(
                "targets",
                _(
                    "Không hiểu chỉ tiêu «%(strip)s». Hãy ghi như: Ngày công: 350; Tiền mặt: 5 triệu.",
                    strip=shorten(part.strip(), 60),
                ),
            )
            return ()
        note = _BRACKETED.search(value)
        amount = value[: note.start()] if note else value
        targets.append(QuantityInput(measure.strip(" -•+"), amount.strip(), note[0].strip(" ()[]") if note else ""))
    return targets
