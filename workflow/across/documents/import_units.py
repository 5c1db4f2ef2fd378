"""The unit tree as a spreadsheet: a template with drop-downs, the export, and an import that is all or nothing and repeatable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.documents.package import WorkbookRefused
from workflow.across.documents.registration_rows import RowRefusal
from workflow.across.documents.workbook import Row, Sheet, read_sheet
from workflow.across.documents.workbook_export import ColumnSpec, SheetSpec, explanation_sheet, write_workbook
from workflow.core import access, labels
from workflow.core.access import PRIVILEGED, Actor
from workflow.core.lifecycles import labels as lifecycle_labels
from workflow.core.people import units
from workflow.ground.database import Database
from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.reading.names import Called, word_key
from workflow.ground.reading.text import identity
from workflow.ground.refusals import InvalidInput, NotAllowed, Refusal
from workflow.ground.schema import unit
from workflow.ground.speech import _

SHEET_NAME: Final = "Đơn vị"
MOST_ROWS: Final = 20_000

_TITLES: Final[Mapping[str, str]] = {
    "code": "Mã đơn vị",
    "name": "Tên đơn vị",
    "level": "Cấp",
    "kind": "Loại",
    "parent": "Trực thuộc",
    "valid_from": "Từ ngày",
    "valid_to": "Đến ngày",
}
_ALIASES: Final[Mapping[str, Sequence[str]]] = {
    "code": ("Mã", "Mã số", "Mã ĐV"),
    "name": ("Tên", "Đơn vị", "Tên gọi"),
    "level": ("Cấp đơn vị", "Cấp hành chính"),
    "kind": ("Loại đơn vị", "Loại hình"),
    "parent": (
        "Đơn vị chủ quản",
        "Mã đơn vị chủ quản",
        "Đơn vị cấp trên",
        "Mã đơn vị cấp trên",
    ),
    "valid_from": ("Ngày thành lập", "Hoạt động từ ngày"),
    "valid_to": ("Ngày cuối", "Hoạt động đến ngày"),
}
# What a kind was called in files of before.
_FORMER_KINDS: Final = {"Đoàn thể": "organisation"}
_REQUIRED: Final = ("code", "name", "level", "parent")
_WANTED: Final = {key: (title, *_ALIASES[key]) for key, title in _TITLES.items()}
_FIELDS: Final = {"parent_code": "parent"}
_NOTES: Final = (
    "Mỗi đơn vị một dòng. Đơn vị chủ quản phải có sẵn trong chương trình hoặc có trong chính tệp này, thứ tự tuỳ ý.",
    "Nhập tất cả hoặc không nhập gì: một dòng sai thì cả tệp chưa được nhập.",
    "Nhập lại cùng một tệp không tạo đơn vị trùng: mã đã có với cùng nội dung được giữ nguyên.",
)


@dataclass(frozen=True, slots=True)
class UnitsOutcome:
    """What an import of units did, or would do. created: codes in the order in which they were made."""

    rows: int
    created: tuple[str, ...]
    unchanged: int
    refused: tuple[RowRefusal, ...]
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The outcome as plain values."""
        return {
            "rows": self.rows,
            "created": len(self.created),
            "unchanged": self.unchanged,
            "refused": [refusal.as_json() for refusal in self.refused],
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class _Wish:
    """A row that could be understood."""

    row: int
    written: Mapping[str, str]
    code: str
    name: str
    level: str
    kind: str
    parent: str
    valid_from: date | None
    valid_to: date | None


def write_template(connection: Connection, target: Path | BinaryIO, actor: Actor | None = None) -> None:
    """Write an empty list with drop-downs for level, kind and the units there are (in the actor's scope)."""
    columns = _columns(connection, [f"{node.name} [{node.code}]" for node in units.tree(connection, actor)])
    write_workbook(target, [SheetSpec(SHEET_NAME, columns), explanation_sheet(columns, notes=_NOTES)])


def write_list(connection: Connection, target: Path | BinaryIO, actor: Actor | None = None) -> None:
    """Write the units themselves (in the actor's scope) in the form in which they are imported."""
    nodes = units.tree(connection, actor)
    levels = lifecycle_labels.levels(connection)
    rows = [
        (
            node.code,
            node.name,
            levels.get(node.level, node.level),
            labels.UNIT_KINDS[node.kind].message,
            node.parent or "",
            node.valid_from,
            node.valid_to,
        )
        for node in nodes
    ]
    write_workbook(target, [SheetSpec(SHEET_NAME, _columns(connection, ()), rows)])


def import_units(
    database: Database, who: int | str, now: datetime, content: bytes | Path, *, dry_run: bool = False
) -> UnitsOutcome:
    """Add the units of a list, as an administrator over their parents: all of them, or none when a row is refused.

    The same list again creates nothing. A code that is there under another name or place is refused, never overwritten.
    Raises WorkbookRefused when the file cannot be used at all.
    """
    sheet = _read(content)
    with database.write() as connection:
        if not access.actor(connection, who, now).holds(PRIVILEGED):
            raise NotAllowed(_("Chỉ quản trị được nhập danh sách đơn vị."), guard="role")
        savepoint = connection.begin_nested()
        try:
            outcome = _Import(connection, who, now, sheet).run()
        except BaseException:
            savepoint.rollback()
            raise
        if dry_run or outcome.refused:
            savepoint.rollback()
        else:
            savepoint.commit()
    return outcome


def _read(content: bytes | Path) -> Sheet:
    sheet = read_sheet(content, wanted=_WANTED, max_rows=MOST_ROWS)
    missing = [_TITLES[key] for key in _REQUIRED if key not in sheet.columns]
    if missing:
        raise WorkbookRefused(_("Tệp thiếu cột: %(missing)s. Hãy dùng tệp mẫu.", missing=", ".join(missing)))
    return sheet


class _Import:
    """One import inside its transaction."""

    def __init__(self, connection: Connection, who: int | str, now: datetime, sheet: Sheet) -> None:
        self._connection = connection
        self._sheet = sheet
        self._who = who
        self._now = now
        levels = lifecycle_labels.levels(connection)
        self._levels = Called((word, key) for key, label in levels.items() for word in (key, label))
        kinds = labels.UNIT_KINDS
        self._kinds = {word_key(word): key for key, label in kinds.items() for word in (key, label.message)}
        self._kinds |= {word_key(word): key for word, key in _FORMER_KINDS.items()}
        self._refused: list[RowRefusal] = []

    def run(self) -> UnitsOutcome:
        """Understand every row, put parents before children, and add what is not there."""
        wishes = self._understood()
        there = self._there(wishes)
        fresh = [wish for wish in wishes if not self._is_there(wish, there)]
        created = self._add(fresh) if not self._refused else ()
        if self._refused:
            created = ()
        self._refused.sort(key=lambda refusal: refusal.row)
        warnings = list(self._sheet.warnings)
        if not self._sheet.rows:
            warnings.append(_("Tệp chưa có dòng nào dưới tiêu đề. Hãy điền danh sách rồi nhập lại."))
        return UnitsOutcome(
            len(self._sheet.rows), created, len(wishes) - len(fresh), tuple(self._refused), tuple(warnings)
        )

    def _understood(self) -> list[_Wish]:
        found: dict[str, _Wish] = {}
        for row in self._sheet.rows:
            wish = self._wish(row)
            if wish is None:
                continue
            first = found.setdefault(wish.code.casefold(), wish)
            if first is not wish:
                self._refuse(
                    wish.row, wish.written, "code", _("Mã này đã có ở dòng %(row)s. Hãy bỏ một dòng.", row=first.row)
                )
        return list(found.values())

    def _wish(self, row: Row) -> _Wish | None:
        written = {key: row.text(position) for key, position in self._sheet.columns.items()}
        before = len(self._refused)
        for position, sentence in row.problems:
            key = next((key for key, at in self._sheet.columns.items() if at == position), None)
            if key is not None:
                self._refuse(row.number, written, key, sentence)
        if len(self._refused) > before:
            # What cannot be read at all is said first, and alone.
            return None
        for key in _REQUIRED:
            if not written[key]:
                self._refuse(row.number, written, key, _("Thiếu %(lower)s. Hãy điền.", lower=_TITLES[key].lower()))
        level = self._level(row.number, written)
        kind = self._kind(row.number, written)
        days = {key: self._day(row.number, written, key) for key in ("valid_from", "valid_to")}
        if len(self._refused) > before:
            return None
        parent = written["parent"]
        if parent.endswith("]") and "[" in parent:
            parent = parent[parent.rindex("[") + 1 : -1]
        return _Wish(row.number, written, written["code"], written["name"], level, kind, parent, **days)

    def _level(self, row: int, written: Mapping[str, str]) -> str:
        found = self._levels.find(written["level"])
        level = found[0] if len(found) == 1 else ""
        if written["level"] and not level:
            listed = ", ".join(lifecycle_labels.levels(self._connection).values())
            self._refuse(row, written, "level", _("Không có cấp này. Các cấp: %(listed)s.", listed=listed))
        return level

    def _kind(self, row: int, written: Mapping[str, str]) -> str:
        text = written.get("kind", "")
        kind = self._kinds.get(word_key(text), "") if text else "administrative"
        if not kind:
            self._refuse(
                row,
                written,
                "kind",
                _("Không có loại này. Các loại: %(listed)s.", listed="; ".join(map(str, labels.UNIT_KINDS.values()))),
            )
        return kind

    def _day(self, row: int, written: Mapping[str, str], key: str) -> date | None:
        text = written.get(key, "")
        if not text:
            return None
        try:
            return parse_date_vi(text)
        except Refusal as refusal:
            self._refuse(row, written, key, refusal.message)
            return None

    def _there(self, wishes: Sequence[_Wish]) -> Mapping[str, sa.Row[Any]]:
        if not wishes:
            return {}
        parent = unit.alias("parent")
        rows = self._connection.execute(
            sa.select(unit, parent.c.code.label("parent_code")).outerjoin(parent, parent.c.id == unit.c.parent_id)
        )
        return {row.code.casefold(): row for row in rows}

    def _is_there(self, wish: _Wish, there: Mapping[str, sa.Row[Any]]) -> bool:
        row = there.get(wish.code.casefold())
        if row is None:
            return False
        same = {
            "name": identity(row.name) == identity(wish.name),
            "level": row.level == wish.level,
            "kind": row.kind == wish.kind or not wish.written.get("kind"),
            "parent": (row.parent_code or "").casefold() == wish.parent.casefold(),
        }
        for key, holds in same.items():
            if not holds:
                self._refuse(
                    wish.row,
                    wish.written,
                    key,
                    _(
                        "Mã «%(code)s» đã có với %(lower)s khác (%(row)s). Hãy sửa dòng này, hoặc đổi đơn vị ở trang của nó.",
                        code=row.code,
                        lower=_TITLES[key].lower(),
                        row=self._present(row, key),
                    ),
                )
                break
        return True

    def _present(self, row: sa.Row[Any], key: str) -> str:
        if key == "parent":
            return str(row.parent_code or _("không trực thuộc đơn vị nào"))
        if key == "level":
            return lifecycle_labels.levels(self._connection).get(str(row.level), str(row.level))
        return str(labels.UNIT_KINDS[row.kind]) if key == "kind" else str(row.name)

    def _add(self, fresh: Sequence[_Wish]) -> tuple[str, ...]:
        waiting = {wish.code.casefold(): wish for wish in fresh}
        created: list[str] = []
        while waiting:
            ready = [wish for wish in waiting.values() if wish.parent.casefold() not in waiting]
            if not ready:
                for wish in waiting.values():
                    self._refuse(wish.row, wish.written, "parent", _("Các đơn vị này trực thuộc lẫn nhau thành vòng."))
                break
            for wish in ready:
                del waiting[wish.code.casefold()]
                self._add_one(wish, created)
        return tuple(created)

    def _add_one(self, wish: _Wish, created: list[str]) -> None:
        try:
            units.create_unit(
                self._connection,
                self._who,
                self._now,
                wish.code,
                wish.name,
                wish.level,
                wish.kind,
                wish.parent,
                valid_from=wish.valid_from,
                valid_to=wish.valid_to,
            )
        except InvalidInput as invalid:
            for name, sentence in invalid.problems.items():
                self._refuse(wish.row, wish.written, _FIELDS.get(name, name), sentence)
        except Refusal as refusal:
            self._refuse(wish.row, wish.written, "parent", refusal.message)
        else:
            created.append(wish.code)

    def _refuse(self, row: int, written: Mapping[str, str], key: str, message: str) -> None:
        self._refused.append(RowRefusal(row, _TITLES.get(key, key), written.get(key, ""), message))


def _columns(connection: Connection, parents: Sequence[str]) -> list[ColumnSpec]:
    levels = list(lifecycle_labels.levels(connection).values())
    kinds = [label.message for label in labels.UNIT_KINDS.values()]
    return [
        ColumnSpec(
            _TITLES["code"],
            18,
            required=True,
            help="Chữ không dấu, số, dấu - . _; không đổi về sau.",
            example="KL-XA01",
        ),
        ColumnSpec(_TITLES["name"], 40, required=True, help="Tên đầy đủ.", example="Xã Châu Lam"),
        ColumnSpec(_TITLES["level"], 22, levels, required=True, help="Chọn trong danh sách.", example=levels[-2]),
        ColumnSpec(_TITLES["kind"], 22, kinds, help="Để trống là đơn vị hành chính.", example=kinds[0]),
        ColumnSpec(
            _TITLES["parent"],
            36,
            parents,
            strict=False,
            required=True,
            help="Chọn trong danh sách, hoặc ghi mã của đơn vị chủ quản.",
            example="KL",
        ),
        ColumnSpec(
            _TITLES["valid_from"], 14, help="Ngày thành lập; để trống nếu đã có từ trước.", example="01/07/2025"
        ),
        ColumnSpec(_TITLES["valid_to"], 14, help="Ngày hoạt động cuối cùng; thường để trống.", example=""),
    ]
