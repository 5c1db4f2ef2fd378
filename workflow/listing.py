"""Lists of models: filters, accent-blind search and keyset paging. The same visibility rule as everywhere else.

A page is found by its place in an index, never by counting rows before it: the last page costs what the first does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow import access
from workflow.access import Actor
from workflow.refusals import InvalidInput
from workflow.schema import emulation_model, field, person, unit
from workflow.text import fold

LARGEST_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list. Empty means all. states: ids, several for a stage. unit_path: that unit and everything below it."""

    year_id: int | None = None
    states: tuple[str, ...] = ()
    field_id: int | None = None
    kind: str = ""
    unit_path: str = ""
    late: bool | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, newest first, with the columns of `_COLUMNS`.

    following, preceding: what to hand in as `place` for the neighbouring pages; None at either end.
    """

    rows: Sequence[sa.Row[Any]]
    following: str | None
    preceding: str | None


_COLUMNS = (
    emulation_model.c.id,
    emulation_model.c.code,
    emulation_model.c.name,
    emulation_model.c.kind,
    emulation_model.c.state,
    emulation_model.c.definition_hash,
    emulation_model.c.late,
    emulation_model.c.outstanding,
    emulation_model.c.version,
    unit.c.name.label("unit_name"),
    person.c.full_name.label("person_name"),
    field.c.label.label("field_label"),
    emulation_model.c.changed_at,
)


def page(connection: Connection, who: Actor | None, filters: Filters, place: str = "", size: int = 50) -> Page:
    """One page of the models this person may see; `who` None is somebody who has the database itself in hand (command line).

    place: '' for the newest, '<id' for the page after that id, '>id' for the page before it, as `Page` gives them.
    Raises InvalidInput for a place that is none.
    """
    size = max(1, min(size, LARGEST_PAGE))
    direction, edge = _read(place)
    key = emulation_model.c.id
    wanted = sa.select(*_COLUMNS).select_from(_source()).where(*_conditions(who, filters))
    if direction == ">":
        wanted = wanted.where(key > edge).order_by(key.asc())
    else:
        wanted = (wanted.where(key < edge) if edge is not None else wanted).order_by(key.desc())
    rows: list[sa.Row[Any]] = list(connection.execute(wanted.limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if direction == ">":
        rows.reverse()
    before = more if direction == ">" else edge is not None
    after = (edge is not None) if direction == ">" else more
    return Page(
        rows,
        f"<{rows[-1].id}" if rows and after else None,
        f">{rows[0].id}" if rows and before else None,
    )


def codes(connection: Connection, who: Actor | None, filters: Filters, limit: int) -> list[str]:
    """Codes of the first models that fit, newest first, for an action on all that is shown."""
    statement = sa.select(emulation_model.c.code).select_from(_source()).where(*_conditions(who, filters))
    return list(connection.execute(statement.order_by(emulation_model.c.id.desc()).limit(limit)).scalars())


def _source() -> sa.Join:
    return (
        emulation_model.join(unit, unit.c.id == emulation_model.c.unit_id)
        .join(field, field.c.id == emulation_model.c.field_id)
        .outerjoin(person, person.c.id == emulation_model.c.person_id)
    )


def _conditions(who: Actor | None, filters: Filters) -> list[sa.ColumnElement[bool]]:
    model = emulation_model.c
    conditions = [access.visible(who)] if who is not None else []
    if filters.year_id is not None:
        conditions.append(model.year_id == filters.year_id)
    if filters.states:
        conditions.append(model.state.in_(filters.states))
    if filters.field_id is not None:
        conditions.append(model.field_id == filters.field_id)
    if filters.kind:
        conditions.append(model.kind == filters.kind)
    if filters.unit_path:
        conditions.append(access.under(filters.unit_path))
    if filters.late is not None:
        conditions.append(model.late == filters.late)
    for word in fold(filters.search).split()[:8]:
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append(
            sa.or_(
                model.name_folded.like(pattern, escape="\\"),
                sa.func.lower(model.code).like(pattern, escape="\\"),
                unit.c.name_folded.like(pattern, escape="\\"),
                person.c.name_folded.like(pattern, escape="\\"),
            )
        )
    return conditions


def _read(place: str) -> tuple[Literal["<", ">"], int | None]:
    if not place:
        return "<", None
    number = place[1:]
    if place[0] not in "<>" or not number.isdecimal() or len(number) > 18:
        raise InvalidInput({"place": "Liên kết đến trang này không đúng. Hãy mở lại danh sách từ đầu."})
    return ("<" if place[0] == "<" else ">"), int(number)
