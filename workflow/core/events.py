"""What happened, as small values: the command writes one into the history, pages and reckonings read it back.

An event is a frozen dataclass with a name in the past tense. It lives in `events.py` of the room that writes it; `noted` ties it
to a subject and to the word under which it stands in that history. What a step of a lifecycle leaves behind is marked `left`: the
step is named by the definition, so its entry holds what was stated and, beside it, what effects and records left.

Entries are chained by hash, so the text of an event never changes: a field with a default is left out while it has it, all others
are always written. Read back, a key that an older entry lacks is the default, or what is empty for the type.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from types import UnionType
from typing import (
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

T = TypeVar("T")
E = TypeVar("E", bound="Event")
_Reader = Callable[[Any], Any]


class Event:
    """One thing that happened. of: whose history it stands in; trigger: the word for it there, "" for what a step left."""

    __slots__ = ()
    of: ClassVar[str] = "model"
    trigger: ClassVar[str] = ""


class Changed(NamedTuple, Generic[T]):
    """What stood there, and what stands there now."""

    before: T
    after: T


@dataclass(frozen=True, slots=True)
class Stated(Event):
    """What an entry holds beside the events that the program knows: facts of a step, keys of older entries."""

    facts: Mapping[str, Any]


NOTED: Final[dict[tuple[str, str], type[Event]]] = {}
LEFT: Final[list[type[Event]]] = []


def noted(subject: str, trigger: str) -> Callable[[type[E]], type[E]]:
    """Register the event that stands under this word in the history of this subject. Two of them: TypeError."""

    def registered(kind: type[E]) -> type[E]:
        if (subject, trigger) in NOTED:
            raise TypeError(f"two events are noted as {trigger} of a {subject}")
        kind.of, kind.trigger = subject, trigger
        NOTED[subject, trigger] = kind
        return kind

    return registered


def left(kind: type[E]) -> type[E]:
    """Register an event that a step of a lifecycle leaves behind. A field has one meaning in all of them: TypeError otherwise."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if any(names & {field.name for field in fields(other)} for other in LEFT):  # type: ignore[arg-type]
        raise TypeError(f"{kind.__name__} has a field that another event has as well")
    LEFT.append(kind)
    return kind


def content(event: Any) -> dict[str, Any]:
    """An event as it is written."""
    found = {}
    kind: Any = type(event)
    for name, default in _defaults(kind):
        value = getattr(event, name)
        if default is MISSING or value != default:
            found[name] = _written(value)
    return found


def merged(stated: Mapping[str, Any], happened: Iterable[Event]) -> dict[str, Any]:
    """The content of a step's entry: what was stated, and over it what the step left."""
    found = dict(stated)
    for event in happened:
        found.update(content(event))
    return found


def read(kind: type[E], payload: str) -> E:
    """The event that an entry holds. payload: of its row in the history."""
    found: E = _read(kind, _mapping(payload))
    return found


def told(subject: str, trigger: str, payload: str) -> tuple[Event, ...]:
    """Everything that an entry tells, whatever it is."""
    written = _mapping(payload)
    kind = NOTED.get((subject, trigger))
    kinds: list[Any] = [*LEFT] if kind is None else [kind]
    found: list[Event] = [_read(one, written) for one in kinds if written.keys() & _names(one)]
    known = {name for one in kinds for name in _names(one)}
    rest = {name: value for name, value in written.items() if name not in known}
    return (*found, Stated(rest)) if rest else tuple(found)


def _mapping(payload: str) -> Mapping[str, Any]:
    written = json.loads(payload)
    return written if isinstance(written, dict) else {}


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in fields(kind))


@cache
def _names(kind: Any) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind))


def _written(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_written(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _written(one) for key, one in value.items()}
    return content(value) if is_dataclass(value) else value


def _read(kind: Any, written: Mapping[str, Any]) -> Any:
    found = {}
    for name, reader, default in _readers(kind):
        if name in written or default is MISSING:
            found[name] = reader(written.get(name))
    return kind(**found)


@cache
def _readers(kind: Any) -> tuple[tuple[str, _Reader, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((name, _reader(hints[name]), default) for name, default in _defaults(kind))


def _reader(hint: Any) -> _Reader:
    """How a value of this type is read; None, and what is nothing of the kind, becomes what is empty."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    outer, inner = get_origin(hint), get_args(hint)
    if outer in (Union, UnionType):
        known = [one for one in inner if one is not type(None)]
        one = _reader(known[0]) if len(known) == 1 else _as_it_is
        return lambda value: None if value is None else one(value)
    if outer is Literal:
        return lambda value: value if value in inner else inner[0]
    if outer is Changed:
        one = _reader(inner[0])
        return lambda value: Changed(*map(one, value if isinstance(value, list) and len(value) == 2 else (None, None)))
    if outer is tuple:
        one = _reader(inner[0])
        return lambda value: tuple(map(one, value)) if isinstance(value, list) else ()
    if isinstance(outer, type) and issubclass(outer, Mapping):
        one = _reader(inner[1])
        return lambda value: {key: one(each) for key, each in value.items()} if isinstance(value, dict) else {}
    if is_dataclass(hint):
        return lambda value: _read(hint, value if isinstance(value, dict) else {})
    raise TypeError(f"no event can hold {hint}")


def _as_it_is(value: Any) -> Any:
    return value


def _day(value: Any) -> date | None:
    """A day, or the day of a moment."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


_PLAIN: Final[Mapping[Any, _Reader]] = {
    Any: _as_it_is,
    str: lambda value: "" if value is None else str(value),
    bool: lambda value: value is True,
    int: lambda value: value if isinstance(value, int) else 0,
    date: _day,
    datetime: _moment,
    Decimal: _number,
}
