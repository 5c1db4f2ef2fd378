"""What every change of a programme year shares: who may, the version they saw, what is wrong with the rows, the history."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, history
from workflow.core.events import Changed, Event
from workflow.core.programmes import stored
from workflow.core.programmes.events import PartEdited
from workflow.core.programmes.starting import root_grant
from workflow.core.programmes.year import Year
from workflow.ground.dialects import locked
from workflow.ground.reading.names import name_key, word_key
from workflow.ground.reading.text import clean
from workflow.ground.refusals import Conflict, InvalidInput
from workflow.ground.schema import history as entries
from workflow.ground.schema import programme_year
from workflow.ground.speech import _

MOST_ROWS = 60

_FRACTION = re.compile(r"([1-9]\d{0,2})\s*/\s*([1-9]\d{0,2})")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Kept(Protocol):
    """A row of a year that has a code and a label: a field, a criterion, a measure, a kind of report."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def label(self) -> str: ...


def version(connection: Connection, year_id: int) -> int:
    """How often the year has been changed: what a form carries, so that two people do not overwrite each other."""
    found = connection.execute(
        sa.select(sa.func.max(entries.c.seq)).where(entries.c.subject == "year", entries.c.subject_id == year_id)
    ).scalar()
    return int(found or 0)


class Edit:
    """One change of one year inside its transaction: who, the year locked, what is wrong so far."""

    def __init__(self, connection: Connection, who: int | str, now: datetime, year: int, seen: int | None) -> None:
        self._connection = connection
        self._now = now
        self._actor = access.actor(connection, who, now)
        self._grant = root_grant(self._actor)
        found = stored.year(connection, year)
        row = connection.execute(
            locked(sa.select(programme_year).where(programme_year.c.id == found.id), programme_year)
        ).one()
        self.year = Year(**row._mapping)
        self.problems: dict[str, str] = {}
        if seen is not None and seen != version(connection, self.year.id):
            raise Conflict(
                _("Người khác vừa sửa năm thi đua này. Hãy xem lại nội dung hiện có rồi lưu lại."), guard="version"
            )

    def codes(self, rows: Sequence[Any], old: Mapping[str, Kept]) -> list[str]:
        """The code of each row: the one it has, or a new one made from its label. Refuses rows doubled, missing or too many."""
        if not rows:
            raise InvalidInput({"rows": _("Cần ít nhất một dòng.")})
        if len(rows) > MOST_ROWS:
            raise InvalidInput({"rows": _("Tối đa %(most_rows)s dòng.", most_rows=MOST_ROWS)})
        taken = {row.code for row in rows if row.code}
        found: list[str] = []
        for number, row in enumerate(rows):
            code = row.code
            if code and (code not in old or code in found):
                self.problems[f"rows-{number}-label"] = _(
                    "Dòng này không còn trong năm. Hãy tải lại trang rồi sửa lại."
                )
            if not code:
                code = _new_code(row.label, taken | set(old))
                taken.add(code)
            found.append(code)
        return found

    def label(self, number: int, written: str, longest: int) -> str:
        """A label that is there and not too long."""
        label = clean(written)
        if not label or len(label) > longest:
            self.problems[f"rows-{number}-label"] = _("Hãy điền tên, tối đa %(longest)s ký tự.", longest=longest)
        return label

    def prose(self, key: str, written: str, longest: int) -> str:
        """Some sentences that may be left out but must not be too long."""
        text = clean(written, multiline=True)
        if len(text) > longest:
            self.problems[key] = _("Tối đa %(longest)s ký tự. Hãy rút gọn.", longest=longest)
        return text

    def integer(self, key: str, written: str, low: int, high: int) -> int:
        """A whole number between two bounds."""
        text = written.strip().replace(".", "")
        if not text.isascii() or not text.isdecimal() or len(text) > 16 or not low <= int(text) <= high:
            self.problems[key] = _("Hãy điền một số nguyên từ %(low)s đến %(high)s.", low=low, high=high)
            return low
        return int(text)

    def share(self, key: str, written: str, *, whole: bool) -> Fraction:
        """A fraction written as "2/3"; the whole only where it makes sense."""
        match = _FRACTION.fullmatch(written.strip())
        share = Fraction(int(match[1]), int(match[2])) if match else None
        if share is None or share > 1 or (share == 1 and not whole):
            limit = _("không quá 1") if whole else _("nhỏ hơn 1")
            self.problems[key] = _("Hãy viết một phân số %(limit)s, ví dụ 2/3.", limit=limit)
            return Fraction(1, 2)
        return share

    def whole(self, key: str, written: str | None, before: int, most: int) -> int:
        """A whole number from 1 to `most`; None leaves the one there was."""
        if written is None:
            return before
        text = written.strip()
        if not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= most:
            self.problems[key] = _("Hãy viết một số nguyên từ 1 đến %(most)s.", most=most)
            return before
        return int(text)

    def keep_used(
        self,
        old: Mapping[str, Kept],
        codes: Sequence[str],
        is_used: Callable[[Kept], bool],
        what: str,
        why: str,
    ) -> None:
        """Refuse to leave out what is used."""
        lost = [row.label for code, row in old.items() if code not in codes and is_used(row)]
        if lost:
            listed = ", ".join(f"«{label}»" for label in lost)
            self.problems["rows"] = _(
                "Không bỏ được %(what)s đã %(why)s: %(listed)s. Hãy điền lại dòng ấy.",
                what=what,
                why=why,
                listed=listed,
            )

    def store(
        self, table: sa.Table, old: Mapping[str, Kept], values: Sequence[dict[str, Any]], kind: type[PartEdited]
    ) -> bool:
        """Bring the rows of the year to `values`, by code; the history gets every difference. False when there is none."""
        self.stop_at_problems()
        connection, year_id = self._connection, self.year.id
        new = {value["code"]: value for value in values}
        removed = [row for code, row in old.items() if code not in new]
        changed: dict[str, dict[str, Changed[Any]]] = {}
        for code, value in new.items():
            row = old.get(code)
            if row is not None:
                difference = {
                    key: Changed(getattr(row, key), after) for key, after in value.items() if getattr(row, key) != after
                }
                if difference:
                    changed[code] = difference
        added = [value for code, value in new.items() if code not in old]
        if not (removed or changed or added):
            return False
        if removed:
            connection.execute(sa.delete(table).where(table.c.id.in_([row.id for row in removed])))
        self._rename_apart(table, old, changed)
        for code, difference in changed.items():
            connection.execute(
                sa.update(table)
                .where(table.c.id == old[code].id)
                .values({key: after for key, (_, after) in difference.items()})
            )
        if added:
            connection.execute(sa.insert(table), [{"year_id": year_id, **value} for value in added])
        self.note(kind(changed, tuple(added), tuple({"code": row.code, "label": row.label} for row in removed)))
        return True

    def _rename_apart(self, table: sa.Table, old: Mapping[str, Kept], changed: Mapping[str, Mapping[str, Any]]) -> None:
        """Two rows may exchange their labels, which must be unique at every moment in between."""
        relabelled = [old[code].id for code, difference in changed.items() if "label" in difference]
        if len(relabelled) > 1:
            self._connection.execute(
                sa.update(table)
                .where(table.c.id.in_(relabelled))
                .values(label=sa.literal("?") + sa.cast(table.c.id, sa.String))
            )

    def note(self, event: Event, *, definition_hash: str = "") -> None:
        """Append to the year's history."""
        by = history.acting(self._actor, self._grant)
        history.record(self._connection, by, self._now, self.year.id, event, definition_hash=definition_hash)

    def stop_at_problems(self) -> None:
        """Raise InvalidInput with everything that is wrong."""
        if self.problems:
            raise InvalidInput(self.problems)


class Names:
    """Remembers which row used a name first: one owner may use a name twice, two may not share one."""

    def __init__(self, problems: dict[str, str]) -> None:
        self._problems = problems
        self._owners: dict[str, object] = {}

    def take_codes(self, rows: Sequence[Any]) -> None:
        """Let the rows own their codes, by which they can be named too."""
        for number, row in enumerate(rows):
            if row.code:
                self._owners.setdefault(name_key(row.code), number)

    def take(self, key: str, name: str, owner: object) -> None:
        """Refuse a name that belongs to another row."""
        key_of_name = name_key(name)
        if key_of_name and self._owners.setdefault(key_of_name, owner) != owner:
            self._problems[key] = _("«%(name)s» đã dùng ở dòng khác (không phân biệt hoa thường).", name=name)


def listed(written: str) -> list[str]:
    """The names in a text, separated by semicolons or lines."""
    return list(dict.fromkeys(alias for part in re.split(r"[;\n]", written) if (alias := clean(part)[:120])))


def _new_code(label: str, taken: set[str]) -> str:
    """A code made from the label, which nobody has to think of: 'Dân tộc, tôn giáo' → 'dan_toc_ton_giao'."""
    base = re.sub(r"[^a-z0-9]+", "_", word_key(label)).strip("_")[:34]
    if not _CODE.fullmatch(base):
        base = f"muc_{base}".strip("_")
    code, number = base, 2
    while code in taken:
        code, number = f"{base}_{number}", number + 1
    return code
