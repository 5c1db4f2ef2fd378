"""Lists of models: filters, orders, search and keyset paging. The same visibility rule as everywhere else.

A page is found by its place in an index, never by counting rows before it: the last page costs what the first does. Each way in
which a person sees models (everything below a unit, a unit's own, their drafts) is a branch of the statement with the index that
serves it; the branches' first rows are merged. A statement is built once for each shape of question and then only run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, cast, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.lists import search
from workflow.across.lists.listed import Chosen, Exported, Listed
from workflow.core import access
from workflow.core.access import OWN_SCOPED, Actor
from workflow.ground.dialects import any_of, as_list
from workflow.ground.prepared import Prepared
from workflow.ground.refusals import InvalidInput
from workflow.ground.schema import PERSON_NAME, PUBLISHED, emulation_model, field, person, registration_form, unit
from workflow.ground.speech import _, mark

LARGEST_PAGE: Final = 200
MOST_EXPORTED: Final = 20_000
NARROW: Final = 3_000
"""Up to so many models below a unit are found through the unit, more through the order of the list."""

Order = Literal["newest", "name", "unit", "state", "changed"]
ORDERS: Final[tuple[Order, ...]] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list. Empty means all. states: ids, several for a stage. unit_path: that unit and everything below it.

    public: only what everybody may read, if the year has a public page; of one year, newest first.
    """

    year_id: int | None = None
    states: tuple[str, ...] = ()
    field_id: int | None = None
    kind: str = ""
    unit_path: str = ""
    late: bool | None = None
    search: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, in the order asked for.

    following, preceding: what to hand in as `place` for the neighbouring pages; None at either end.
    """

    rows: Sequence[Listed]
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
    PERSON_NAME.label("person_name"),
    field.c.label.label("field_label"),
    emulation_model.c.changed_at,
)
# Everybody reads the name alone, not what tells a person apart at home.
_PUBLIC = tuple(person.c.full_name.label(one.name) if one.name == "person_name" else one for one in _COLUMNS)
_EXPORTED = (
    *_COLUMNS,
    unit.c.code.label("unit_code"),
    emulation_model.c.origin,
    emulation_model.c.submitted_at,
    emulation_model.c.recognised_at,
    registration_form.c.representative,
    registration_form.c.phone,
)

_model = emulation_model.c
# Keys of each order, and whether it falls; the key of the row comes last in all of them. Served by ix_emulation_model_year_id_id,
# _name, _changed_at, ix_unit_tree_sort with ix_emulation_model_unit_id, and ix_emulation_model_state.
_KEYS: Final[dict[Order, tuple[tuple[sa.ColumnElement[Any], bool], ...]]] = {
    "newest": ((_model.id, True),),
    "name": ((_model.name_sort, False), (_model.id, False)),
    "unit": ((unit.c.tree_sort, False), (_model.id, False)),
    "state": ((_model.state, False), (_model.id, False)),
    "changed": ((_model.changed_at, True), (_model.id, True)),
}


def page(
    connection: Connection,
    who: Actor | None,
    filters: Filters,
    place: str = "",
    size: int = 50,
    order: Order = "newest",
) -> Page:
    """One page of the models this person may see; `who` None is somebody who has the database itself in hand (command line).

    place: '' for the first page, '<id' for the page after that model, '>id' for the page before it, as `Page` gives them.
    Raises InvalidInput for a place that is none.
    """
    size = max(1, min(size, LARGEST_PAGE))
    backwards, edge = _read(place)
    shape, parameters = _question(connection, who, filters, order)
    shape = shape._replace(backwards=backwards)
    if edge is not None:
        parameters["edge_id"] = edge
        if order != "newest":
            parameters |= _edge(connection, who, edge, order)
        shape = shape._replace(edge=True)
    rows = [Listed(*tuple(row)) for row in _rows(connection, shape, {**parameters, "most": size + 1})]
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    before = more if backwards else edge is not None
    after = (edge is not None) if backwards else more
    return Page(
        rows,
        f"<{rows[-1].id}" if rows and after else None,
        f">{rows[0].id}" if rows and before else None,
    )


def exported(
    connection: Connection, who: Actor | None, filters: Filters, order: Order = "newest", most: int = MOST_EXPORTED
) -> list[Exported]:
    """The models of a list from its beginning, with what an export shows beside; one more than `most` when there are more."""
    shape, parameters = _question(connection, who, filters, order)
    rows = _rows(connection, shape._replace(export=True), {**parameters, "most": most + 1})
    return [Exported(*tuple(row)) for row in rows]


def first(connection: Connection, who: Actor | None, filters: Filters, most: int | None = None) -> list[Listed]:
    """The first models of a list, newest first, at most `most`; all of them for None. Read page by page."""
    found: list[Listed] = []
    place: str | None = ""
    while place is not None and (most is None or len(found) < most):
        next_page = page(connection, who, filters, place, LARGEST_PAGE)
        found.extend(next_page.rows)
        place = next_page.following
    return found[:most]


def codes(connection: Connection, who: Actor | None, filters: Filters, limit: int) -> list[str]:
    """Codes of the first models that fit, newest first, for an action on all that is shown."""
    shape, parameters = _question(connection, who, filters, "newest")
    return [row.code for row in _rows(connection, shape, {**parameters, "most": limit})]


def chosen(connection: Connection, who: Actor, wanted: Sequence[str]) -> list[Chosen]:
    """Those of the models with these codes that the person may see, in the order of their codes."""
    rows = connection.execute(
        sa.select(_model.code, _model.name, _model.state, _model.definition_hash, unit.c.name.label("unit_name"))
        .join(unit, unit.c.id == _model.unit_id)
        .where(any_of(_model.code, list(wanted)), access.visible(who))
        .order_by(_model.code)
    )
    return [Chosen(**row._mapping) for row in rows]


class _Shape(NamedTuple):
    """What a statement depends on; everything else are its parameters."""

    paths: tuple[bool, ...]
    """One for each unit below which models are wanted: whether they are few."""
    own: bool
    mine: bool
    everything: bool
    year: bool
    states: tuple[bool, ...]
    """One for each state wanted: whether few models are in it."""
    field: bool
    kind: bool
    late: bool | None
    public: bool
    rare: str
    """The index of a filter that few models pass, when the list has another order."""
    mine_below: bool
    words: int
    hits: bool
    order: Order
    backwards: bool = False
    edge: bool = False
    export: bool = False


def _question(
    connection: Connection, who: Actor | None, filters: Filters, order: Order
) -> tuple[_Shape, dict[str, Any]]:
    paths, own, mine = _scope(who, filters.unit_path)
    words = search.words_of(filters.search)
    hits = search.rare_hits(connection, words, public=filters.public) if words else None
    states = tuple(dict.fromkeys(filters.states))
    parameters: dict[str, Any] = {f"state_{i}": state for i, state in enumerate(states)}
    for i, path in enumerate(paths):
        parameters |= {f"path_{i}": path, f"path_{i}_end": path[:-1] + "0"}
    if hits is not None:
        parameters["hits"] = as_list(hits)
    else:
        parameters |= {f"word_{i}": pattern for i, pattern in enumerate(search.patterns(words))}
    parameters |= {"year": filters.year_id, "field": filters.field_id, "kind": filters.kind}
    parameters |= {"own": as_list(own), "mine": mine, "below": filters.unit_path}
    parameters["below_end"] = filters.unit_path[:-1] + "0"
    shape = _Shape(
        paths=tuple(hits is None and _few(connection, path, filters.year_id) for path in paths),
        own=bool(own),
        mine=mine is not None,
        everything=who is None and not filters.unit_path,
        year=filters.year_id is not None,
        states=tuple(_few_in(connection, filters.year_id, state, order) for state in states),
        field=filters.field_id is not None,
        kind=bool(filters.kind),
        late=filters.late,
        public=filters.public,
        rare=_rare(connection, filters, order),
        mine_below=bool(filters.unit_path),
        words=0 if hits is not None else len(words),
        hits=hits is not None,
        order=order,
    )
    return shape, parameters


def _scope(who: Actor | None, below: str) -> tuple[list[str], list[int], int | None]:
    """Units below which the person sees all that was submitted, units they are the officer of, and who they are, for drafts."""
    if who is None:
        return ([below] if below else []), [], None
    wide = access.outermost(grant.unit_path for grant in who.grants if grant.role not in OWN_SCOPED)
    own = sorted({g.unit_id for g in who.grants if g.role in OWN_SCOPED and g.unit_path.startswith(below)})
    paths = [
        below if below.startswith(path) else path for path in wide if below.startswith(path) or path.startswith(below)
    ]
    return access.outermost(paths), own, who.account_id


_COUNT = Prepared(
    sa.select(sa.func.count()).select_from(
        sa.select(sa.literal_column("1"))
        .select_from(unit.join(emulation_model, emulation_model.c.unit_id == unit.c.id))
        .where(unit.c.path >= sa.bindparam("path"), unit.c.path < sa.bindparam("path_end"))
        .limit(sa.bindparam("most"))
        .subquery()
    )
)


def _few(connection: Connection, path: str, year_id: int | None) -> bool:
    """Whether few models lie below a unit (over all years). Not asked for a root: everything lies below it."""
    if path.count("/") <= 2:
        return False
    row = _COUNT.first(connection, {"path": path, "path_end": path[:-1] + "0", "most": NARROW + 1})
    return row is not None and int(row[0]) <= NARROW


def _count_in(condition: sa.ColumnElement[bool]) -> Prepared:
    some: sa.Select[Any] = sa.select(sa.literal_column("1")).where(_model.year_id == sa.bindparam("year"), condition)
    return Prepared(sa.select(sa.func.count()).select_from(some.limit(sa.bindparam("most")).subquery()))


_COUNT_IN = {
    "state": _count_in(_model.state == sa.bindparam("value")),
    "kind": _count_in(_model.kind == sa.bindparam("value")),
    "late": _count_in(_model.late == sa.true()),
}


def _few_in(connection: Connection, year_id: int | None, state: str, order: Order) -> bool:
    """Whether few models are in a state; in the orders that the index of states serves it makes no difference."""
    return year_id is not None and order not in ("newest", "state") and _at_most(connection, year_id, "state", state)


def _rare(connection: Connection, filters: Filters, order: Order) -> str:
    """The index of a kind or of lateness, if few models pass; the order by age has an index for each."""
    if filters.year_id is None or order == "newest":
        return ""
    if filters.late and _at_most(connection, filters.year_id, "late", ""):
        return "late"
    return "kind" if filters.kind and _at_most(connection, filters.year_id, "kind", filters.kind) else ""


def _at_most(connection: Connection, year_id: int, column: str, value: str) -> bool:
    row = _COUNT_IN[column].first(connection, {"year": year_id, "value": value, "most": NARROW + 1})
    return row is not None and int(row[0]) <= NARROW


def _rows(connection: Connection, shape: _Shape, parameters: dict[str, Any]) -> list[sa.Row[Any]]:
    if not (shape.paths or shape.own or shape.mine or shape.everything):
        return []
    return _statement(shape).all(connection, parameters)


@lru_cache(maxsize=512)
def _statement(shape: _Shape) -> Prepared:
    """The statement for a shape: the first rows of every branch, merged, then their columns."""
    limit = sa.bindparam("most", type_=sa.Integer)
    parts = []
    for branch in _branches(shape):
        first = sa.select(_model.id).where(*branch.conditions).order_by(*_ordered(shape, walks=branch.walks))
        joined = emulation_model.join(unit, unit.c.id == _model.unit_id)
        first = first.select_from(joined if branch.through_unit or shape.order == "unit" else emulation_model)
        if branch.hint:
            first = first.with_hint(emulation_model, branch.hint, "sqlite")
        parts.append(sa.select(first.limit(limit).subquery().c.id))
    source = (
        emulation_model.join(unit, unit.c.id == _model.unit_id)
        .join(field, field.c.id == _model.field_id)
        .outerjoin(person, person.c.id == _model.person_id)
    )
    if shape.export:
        source = source.outerjoin(registration_form, registration_form.c.model_id == _model.id)
    chosen = parts[0] if len(parts) == 1 else sa.union_all(*parts)
    columns = _EXPORTED if shape.export else _PUBLIC if shape.public else _COLUMNS
    wanted = sa.select(*columns).select_from(source)
    wanted = wanted.where(_model.id.in_(chosen if len(parts) == 1 else sa.select(chosen.subquery().c.id)))
    return Prepared(wanted.order_by(*_ordered(shape, walks=False)).limit(limit))


class _Branch(NamedTuple):
    """One way to some of the rows. walks: along an index in the order of the list; else it finds its rows and sorts them.

    hint: for SQLite, whose planner knows nothing of how many rows it would have to sort. through_unit: it starts at units.
    """

    conditions: list[sa.ColumnElement[bool]]
    hint: str = ""
    walks: bool = False
    through_unit: bool = False


def _branches(shape: _Shape) -> Iterator[_Branch]:
    common = list(_common(shape))
    in_states = [_model.state == sa.bindparam(f"state_{i}") for i in range(len(shape.states))]
    found = [*common, *([_hidden(_model.year_id) == sa.bindparam("year")] if shape.year else [])]
    found += [sa.or_(*in_states)] if in_states else []
    by_key = "NOT INDEXED" if shape.hits else ""
    found += [sa.or_(*_starts(shape))] if shape.edge else []
    if shape.mine:
        drafts = [_model.submitted_at.is_(None), _model.created_by == sa.bindparam("mine")]
        yield _Branch([*drafts, *([_below("below")] if shape.mine_below else []), *found], by_key)
    if shape.own:
        yield _Branch([any_of(_model.unit_id, "own"), *found], by_key)
    # Somebody with the database in hand sees drafts too.
    seen = [_model.submitted_at.is_not(None)] if shape.mine else []
    for i, few in enumerate(shape.paths):
        if few:
            below = [unit.c.path >= sa.bindparam(f"path_{i}"), unit.c.path < sa.bindparam(f"path_{i}_end")]
            yield _Branch([*seen, *below, *found], through_unit=True)
        elif shape.hits:
            yield _Branch([*seen, _below(f"path_{i}"), *found], by_key)
        else:
            yield from _walks(shape, [*seen, _below(f"path_{i}"), *common])
    if shape.everything and shape.hits:
        yield _Branch(found, by_key)
    elif shape.everything:
        yield from _walks(shape, common)


def _walks(shape: _Shape, conditions: list[sa.ColumnElement[bool]]) -> Iterator[_Branch]:
    """Branches along an index in the order of the list; one for each state, so that each is one walk."""
    if shape.year:
        conditions = [*conditions, _model.year_id == sa.bindparam("year")]
    if shape.rare:
        in_states = [_model.state == sa.bindparam(f"state_{i}") for i in range(len(shape.states))]
        conditions += [sa.or_(*in_states)] if in_states else []
        conditions += [sa.or_(*_starts(shape))] if shape.edge else []
        yield _Branch(conditions, f"INDEXED BY ix_emulation_model_{shape.rare}")
        return
    for start in _starts(shape) if shape.edge else [None]:
        begun = conditions if start is None else [*conditions, start]
        if not shape.states:
            yield _Branch(begun, _index(shape, of_state=False), walks=True)
        for i, few in enumerate(shape.states):
            in_state = [*begun, _model.state == sa.bindparam(f"state_{i}")]
            hint = "INDEXED BY ix_emulation_model_state" if few else _index(shape, of_state=True)
            yield _Branch(in_state, hint, walks=not few)


def _index(shape: _Shape, *, of_state: bool) -> str:
    """The index that SQLite is to walk along."""
    if not shape.year:
        return ""
    if shape.public:
        return f"INDEXED BY ix_emulation_model_public{'_field' if shape.field else ''}"
    name = {"unit": "unit_id", "name": "name", "changed": "changed_at", "state": "state"}.get(shape.order)
    if name is None:
        name = "state" if of_state else "late" if shape.late else "kind" if shape.kind else "year_id_id"
    return f"INDEXED BY ix_emulation_model_{name}"


def _below(parameter: str) -> sa.ColumnElement[bool]:
    """The model's unit is the one with this path or lies below it, asked row by row."""
    place = sa.select(unit.c.path).where(unit.c.id == _model.unit_id).correlate(emulation_model).scalar_subquery()
    return sa.and_(place >= sa.bindparam(parameter), place < sa.bindparam(f"{parameter}_end"))


def _common(shape: _Shape) -> Iterator[sa.ColumnElement[bool]]:
    if shape.public:
        yield PUBLISHED
    if shape.field:
        yield _model.field_id == sa.bindparam("field")
    if shape.kind:
        yield _model.kind == sa.bindparam("kind")
    if shape.late is not None:
        yield _model.late == (sa.true() if shape.late else sa.false())
    if shape.hits:
        yield any_of(_model.id, "hits")
    for i in range(shape.words):
        yield search.has_word(f"word_{i}")


def _starts(shape: _Shape) -> list[sa.ColumnElement[bool]]:
    """Where in the order of the list to start. In each order all keys run the same way.

    After an edge: the rest of those with the same key, and those with a further one, because SQLite finds its way to the middle
    of an index by the row's own key only beside an equal first one.
    """
    columns = [column for column, _way in _KEYS[shape.order]]
    falling = _KEYS[shape.order][0][1] != shape.backwards
    key, edge = columns[-1], sa.bindparam("edge_id", type_=_model.id.type)
    further = key < edge if falling else key > edge
    if len(columns) == 1:
        return [further]
    first = columns[0]
    first_edge: sa.BindParameter[Any] = sa.bindparam("edge", type_=first.type)
    return [sa.and_(first == first_edge, further), first < first_edge if falling else first > first_edge]


def _edge(connection: Connection, who: Actor | None, edge: int, order: Order) -> dict[str, Any]:
    """The key of the model at the edge of a page, if the person may see it: a place tells nothing of what they may not."""
    column = _KEYS[order][0][0]
    wanted = (
        sa.select(column).select_from(emulation_model.join(unit, unit.c.id == _model.unit_id)).where(_model.id == edge)
    )
    row = connection.execute(wanted if who is None else wanted.where(access.visible(who))).first()
    if row is None:
        raise InvalidInput({"place": _(_NO_PLACE)})
    return {"edge": row[0]}


def _ordered(shape: _Shape, *, walks: bool) -> list[sa.ColumnElement[Any]]:
    keys = [
        (column if walks else _hidden(column), falling != shape.backwards) for column, falling in _KEYS[shape.order]
    ]
    return [column.desc() if falling else column.asc() for column, falling in keys]


def _hidden(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The column in a form that no index serves: where another way in is known to be shorter, the planner must not guess."""
    return cast(sa.ColumnElement[Any], sa.func.coalesce(column, sa.null(), type_=column.type))


_NO_PLACE = mark("Liên kết đến trang này không đúng. Hãy mở lại danh sách từ đầu.")


def _read(place: str) -> tuple[bool, int | None]:
    """Whether a place is about the page before, and the model at the edge."""
    if not place:
        return False, None
    number = place[1:]
    if place[0] not in "<>" or not number.isdecimal() or len(number) > 18:
        raise InvalidInput({"place": _(_NO_PLACE)})
    return place[0] == ">", int(number)
