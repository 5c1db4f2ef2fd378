"""The unit tree: creating, renaming and merging units, and reading the tree. Every change is in the unit's own history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, history, labels
from workflow.core.access import PRIVILEGED, Actor, Grant
from workflow.core.events import Changed
from workflow.core.lifecycles import labels as lifecycle_labels
from workflow.core.people import events
from workflow.core.people.unit import COLUMNS, Unit
from workflow.ground.dialects import alone, locked
from workflow.ground.prepared import Prepared
from workflow.ground.reading.names import keys_of
from workflow.ground.reading.order import LONGEST_TREE_KEY, tree_order
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput, NotFound, NotPossible
from workflow.ground.schema import unit
from workflow.ground.speech import _, spoken_day
from workflow.ground.vietnam_time import local_date

LONGEST_NAME = 200

_TREE = "unit tree"
# Only one at a time adds or renames units: a new one takes the beginning of its key from the one above.

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class UnitNode:
    """One unit of the tree as a list shows it. depth: 0 for a root; parent and successor by their codes."""

    id: int
    code: str
    name: str
    level: str
    kind: str
    parent: str | None
    path: str
    depth: int
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    sample: bool

    def holds_on(self, day: date) -> bool:
        """Whether the unit exists on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def by_code(connection: Connection, code: str, *, lock: bool = False) -> Unit:
    """The unit with this code, capitals ignored; NotFound when there is none. Visibility is the caller's."""
    wanted = clean(code)
    statement = sa.select(*COLUMNS).where(unit.c.code == wanted)
    row = connection.execute(locked(statement, unit) if lock else statement).first()
    if row is None:
        statement = sa.select(*COLUMNS).where(sa.func.lower(unit.c.code) == wanted.lower())
        row = connection.execute(locked(statement, unit) if lock else statement).first()
    if row is None:
        raise _unknown(code)
    return Unit(**row._mapping)


def first_unit(
    connection: Connection, code: str, name: str, level: str, *, kind: str = "administrative", sample: bool = False
) -> int:
    """The root of an empty tree, for setting up; its history begins with the first account (`accounts.bootstrap_admin`)."""
    if connection.execute(sa.select(unit.c.id).limit(1)).first():
        raise NotPossible(_("Đã có đơn vị. Hãy thêm đơn vị mới dưới một đơn vị đang có."), guard="unit")
    values = _checked(connection, code, name, level, kind, None, None, None)
    return _insert(connection, {**values, "parent_id": None, "sample": sample}, "/")


def create_unit(
    connection: Connection,
    who: int | str,
    now: datetime,
    code: str,
    name: str,
    level: str,
    kind: str,
    parent_code: str,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    sample: bool = False,
) -> int:
    """Add a unit under an existing one, as an administrator over that one. Returns its id.

    level: a level of some lifecycle definition, not above the parent's. Raises InvalidInput by field.
    """
    alone(connection, _TREE)
    actor = access.actor(connection, who, now)
    parent, grant = _held(connection, actor, parent_code, to=_("thêm đơn vị"))
    if parent.valid_to is not None and parent.valid_to < local_date(now):
        raise InvalidInput(
            {
                "parent": _(
                    "Đơn vị «%(name)s» đã thôi hoạt động từ %(valid_to)s. Hãy chọn đơn vị khác.",
                    name=parent.name,
                    valid_to=spoken_day(parent.valid_to),
                )
            }
        )
    values = _checked(connection, code, name, level, kind, parent, valid_from, valid_to)
    unit_id = _insert(connection, {**values, "parent_id": parent.id, "sample": sample}, parent.path)
    history.record(connection, history.acting(actor, grant), now, unit_id, _created(values, parent.code))
    return unit_id


def rename(connection: Connection, who: int | str, now: datetime, code: str, name: str) -> bool:
    """Give a unit another name, as an administrator over it. Returns False when it has that name already."""
    alone(connection, _TREE)
    actor = access.actor(connection, who, now)
    found, grant = _held(connection, actor, code, to=_("đổi tên đơn vị"))
    new = _name(name)
    if new == found.name:
        return False
    connection.execute(sa.update(unit).where(unit.c.id == found.id).values(name=new, **keys_of(new, LONGEST_NAME)))
    _put_in_order(connection, found, new)
    renamed = events.UnitRenamed(Changed(found.name, new))
    history.record(connection, history.acting(actor, grant), now, found.id, renamed)
    return True


def set_validity(
    connection: Connection,
    who: int | str,
    now: datetime,
    code: str,
    valid_from: date | None,
    valid_to: date | None,
) -> bool:
    """Set the first and last day of a unit, None for open ends, as an administrator over it. False when nothing changes.

    The last day of a unit that has a successor is part of the merger and stays.
    """
    actor = access.actor(connection, who, now)
    found, grant = _held(connection, actor, code, to=_("đổi thời gian hoạt động của đơn vị"))
    if (found.valid_from, found.valid_to) == (valid_from, valid_to):
        return False
    if found.successor_id is not None and valid_to != found.valid_to:
        raise InvalidInput({"valid_to": _("Ngày cuối do việc sáp nhập định ra nên không đổi được.")})
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise InvalidInput({"valid_to": _("Ngày cuối phải từ ngày thành lập trở đi.")})
    connection.execute(sa.update(unit).where(unit.c.id == found.id).values(valid_from=valid_from, valid_to=valid_to))
    by = history.acting(actor, grant)
    days = events.UnitValiditySet(Changed(found.valid_from, valid_from), Changed(found.valid_to, valid_to))
    history.record(connection, by, now, found.id, days)
    return True


def merge_into(
    connection: Connection,
    who: int | str,
    now: datetime,
    code: str,
    successor_code: str,
    *,
    last_day: date | None = None,
) -> None:
    """End a unit in favour of its successor, as an administrator over both. Its models stay with it and go on.

    last_day: the last day on which the unit exists, by default yesterday (it ends at once).
    """
    actor = access.actor(connection, who, now)
    found, grant = _held(connection, actor, code, to=_("sáp nhập đơn vị"))
    successor, _grant = _held(connection, actor, successor_code, to=_("sáp nhập đơn vị"))
    ends = last_day or local_date(now) - timedelta(days=1)
    if found.successor_id is not None or (found.valid_to is not None and found.valid_to < local_date(now)):
        raise NotPossible(
            _("Đơn vị «%(name)s» đã thôi hoạt động nên không sáp nhập được nữa.", name=found.name), guard="unit"
        )
    if successor.path.startswith(found.path):
        raise InvalidInput({"successor": _("Đơn vị kế tục không được là chính đơn vị này hay đơn vị trực thuộc nó.")})
    if successor.successor_id is not None or (successor.valid_to is not None and successor.valid_to <= ends):
        raise InvalidInput(
            {
                "successor": _(
                    "Đơn vị «%(name)s» không còn hoạt động sau ngày sáp nhập. Hãy chọn đơn vị khác.",
                    name=successor.name,
                )
            }
        )
    if found.valid_from is not None and ends < found.valid_from:
        raise InvalidInput(
            {
                "last_day": _(
                    "Ngày cuối phải từ ngày thành lập %(valid_from)s trở đi.", valid_from=spoken_day(found.valid_from)
                )
            }
        )
    connection.execute(sa.update(unit).where(unit.c.id == found.id).values(successor_id=successor.id, valid_to=ends))
    by = history.acting(actor, grant)
    merged = events.UnitMerged(successor.code, Changed(found.valid_to, ends))
    history.record(connection, by, now, found.id, merged)
    history.record(connection, by, now, successor.id, events.UnitTookOver(found.code))


def tree(connection: Connection, actor: Actor | None = None) -> list[UnitNode]:
    """Units in the order of the tree, siblings by name: all of them, or those in the scope of the actor's roles."""
    parent, successor = unit.alias("parent"), unit.alias("successor")
    statement = (
        sa.select(unit, parent.c.code.label("parent_code"), successor.c.code.label("successor_code"))
        .select_from(unit)
        .outerjoin(parent, parent.c.id == unit.c.parent_id)
        .outerjoin(successor, successor.c.id == unit.c.successor_id)
        .order_by(unit.c.tree_sort)
    )
    rows = [
        row
        for row in connection.execute(statement)
        if actor is None or any(grant.covers(row.path) for grant in actor.grants)
    ]
    return [
        UnitNode(
            row.id,
            row.code,
            row.name,
            row.level,
            row.kind,
            row.parent_code,
            row.path,
            row.path.count("/") - 2,
            row.valid_from,
            row.valid_to,
            row.successor_code,
            row.sample,
        )
        for row in rows
    ]


def note_bootstrap(connection: Connection, now: datetime, unit_id: int, actor_id: int) -> None:
    """The first entry in the history of the first unit, once there is an account to name."""
    row = connection.execute(sa.select(unit).where(unit.c.id == unit_id)).one()
    created = events.UnitCreated(row.code, row.name, row.level, row.kind)
    history.record(connection, history.By(actor_id, "admin"), now, unit_id, created)


def _held(connection: Connection, actor: Actor, code: str, *, to: str) -> tuple[Unit, Grant]:
    found = by_code(connection, code, lock=True)
    if not any(grant.covers(found.path) for grant in actor.grants):
        raise _unknown(code)
    return found, actor.require(PRIVILEGED, found.path, to=to)


def _unknown(code: str) -> NotFound:
    return NotFound(_("Không có đơn vị mã «%(code)s».", code=clean(code)[:60]), guard="unit")


def _checked(
    connection: Connection,
    code: str,
    name: str,
    level: str,
    kind: str,
    parent: Unit | None,
    valid_from: date | None,
    valid_to: date | None,
) -> dict[str, Any]:
    problems: dict[str, str] = {}
    code, level, kind = clean(code), clean(level), clean(kind)
    if not _CODE.fullmatch(code):
        problems["code"] = _(
            "Mã đơn vị «%(code)s» không hợp lệ: chỉ gồm chữ không dấu, chữ số, dấu - . _ và tối đa 40 ký tự.",
            code=code[:60],
        )
    elif connection.execute(sa.select(unit.c.id).where(sa.func.lower(unit.c.code) == code.lower())).first():
        problems["code"] = _("Mã đơn vị «%(code)s» đã dùng. Hãy chọn mã khác.", code=code)
    try:
        name = _name(name)
    except InvalidInput as invalid:
        problems.update(invalid.problems)
    known = lifecycle_labels.levels(connection)
    if level not in known:
        listed = ", ".join(f"{key} ({label})" for key, label in known.items())
        problems["level"] = _("Không có cấp «%(level)s». Các cấp: %(listed)s.", level=level[:40], listed=listed)
    elif parent is not None and _above(level, parent.level, list(known)):
        problems["level"] = _("Cấp của đơn vị không được cao hơn cấp của đơn vị chủ quản «%(name)s».", name=parent.name)
    if kind not in labels.UNIT_KINDS:
        listed = labels.listed(labels.UNIT_KINDS)
        problems["kind"] = _("Không có loại đơn vị «%(kind)s». Các loại: %(listed)s.", kind=kind[:40], listed=listed)
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        problems["valid_to"] = _("Ngày cuối phải từ ngày thành lập trở đi.")
    if problems:
        raise InvalidInput(problems)
    return {
        "code": code,
        "name": name,
        **keys_of(name, LONGEST_NAME),
        "level": level,
        "kind": kind,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }


def _above(level: str, other: str, order: list[str]) -> bool:
    return other in order and order.index(level) < order.index(other)


def _name(name: str) -> str:
    cleaned = clean(name)
    if not cleaned:
        raise InvalidInput({"name": _("Hãy nhập tên đơn vị.")})
    if len(cleaned) > LONGEST_NAME:
        raise InvalidInput(
            {
                "name": _(
                    "Tên đơn vị dài %(count)s ký tự, tối đa %(longest_name)s. Hãy rút gọn.",
                    count=len(cleaned),
                    longest_name=LONGEST_NAME,
                )
            }
        )
    return cleaned


def _insert(connection: Connection, values: Mapping[str, Any], parent_path: str) -> int:
    # The path contains the id, which only the insert gives; the code keeps the interim path unique.
    try:
        with connection.begin_nested():
            unit_id: int = connection.execute(
                sa.insert(unit).values(**values, path=f"?{values['code']}").returning(unit.c.id)
            ).scalar_one()
    except sa.exc.IntegrityError as error:
        raise InvalidInput(
            {"code": _("Mã đơn vị «%(code)s» vừa được dùng. Hãy chọn mã khác.", code=values["code"])}
        ) from error
    path = f"{parent_path}{unit_id}/"
    if len(path) > 200:
        raise InvalidInput({"parent": _("Cây đơn vị đã quá nhiều tầng. Hãy chọn đơn vị chủ quản cao hơn.")})
    above = connection.execute(sa.select(unit.c.tree_sort).where(unit.c.id == values["parent_id"])).scalar() or ""
    connection.execute(
        sa.update(unit)
        .where(unit.c.id == unit_id)
        .values(path=path, tree_sort=tree_order(above, values["name"], unit_id))
    )
    return unit_id


def _put_in_order(connection: Connection, renamed: Unit, name: str) -> None:
    """Give a renamed unit, and with it everything below, its place in the order of the tree."""
    keys = sa.select(unit.c.tree_sort)
    before = connection.execute(keys.where(unit.c.id == renamed.id)).scalar_one()
    above = connection.execute(keys.where(unit.c.id == renamed.parent_id)).scalar() or ""
    after = sa.literal(tree_order(above, name, renamed.id)) + sa.func.substr(unit.c.tree_sort, len(before) + 1)
    connection.execute(
        sa.update(unit)
        .where(unit.c.path >= renamed.path, unit.c.path < renamed.path[:-1] + "0")
        .values(tree_sort=sa.func.substr(after, 1, LONGEST_TREE_KEY))
    )


FEW: Final = 400
"""So many units can be asked one by one."""
_BELOW: Final = Prepared(
    sa.select(unit.c.id)
    .where(unit.c.path >= sa.bindparam("path"), unit.c.path < sa.bindparam("path_end"))
    .limit(sa.bindparam("most"))
)


def few_below(connection: Connection, paths: Iterable[str]) -> list[int] | None:
    """Ids of the units with these paths and of all below them; None when they are more than `FEW`."""
    found: set[int] = set()
    for path in paths:
        found |= {
            row.id for row in _BELOW.all(connection, {"path": path, "path_end": path[:-1] + "0", "most": FEW + 1})
        }
        if len(found) > FEW:
            return None
    return sorted(found)


def _created(values: Mapping[str, Any], parent: str) -> events.UnitCreated:
    names = ("code", "name", "level", "kind", "valid_from", "valid_to")
    return events.UnitCreated(**{name: values[name] for name in names}, parent=parent)
