"""Core statements compiled once and run on the driver's own cursor: for the few that every transition runs.

`Connection.execute` looks the statement up, binds and wraps anew each time, which costs more than SQLite needs for the work.
What is sent and what comes back is the same; a statement with an IN over a list cannot be prepared.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, Row
from sqlalchemy.sql.compiler import SQLCompiler

from workflow.schema.base import Moment


class Prepared:
    """One statement, ready for each dialect it has met. columns: what an INSERT sets."""

    def __init__(self, statement: sa.ClauseElement, *, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._plans: dict[str, _Plan] = {}

    def all(self, connection: Connection, parameters: Mapping[str, Any]) -> list[Row[Any]]:
        """Every row."""
        plan = self._plan(connection)
        cursor = _cursor(connection)
        cursor.execute(plan.text, plan.bound(parameters))
        rows = [plan.row(values) for values in cursor.fetchall()]
        cursor.close()
        return rows

    def first(self, connection: Connection, parameters: Mapping[str, Any]) -> Row[Any] | None:
        """The first row, or None."""
        plan = self._plan(connection)
        cursor = _cursor(connection)
        cursor.execute(plan.text, plan.bound(parameters))
        values = cursor.fetchone()
        cursor.close()
        return None if values is None else plan.row(values)

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> int:
        """Run a write; how many rows it touched."""
        plan = self._plan(connection)
        cursor = _cursor(connection)
        cursor.execute(plan.text, plan.bound(parameters))
        touched = cursor.rowcount
        cursor.close()
        return int(touched)

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a write once per row of parameters, handed to the driver together."""
        plan = self._plan(connection)
        cursor = _cursor(connection)
        cursor.executemany(plan.text, [plan.bound(row) for row in rows])
        cursor.close()

    def _plan(self, connection: Connection) -> _Plan:
        dialect = connection.dialect
        found = self._plans.get(dialect.name)
        if found is None:
            found = self._plans[dialect.name] = _Plan(self._statement, dialect, self._columns)
        return found


class _Plan:
    """Text and processors of a statement on one dialect."""

    __slots__ = ("_bound", "_by_name", "_constants", "_make", "_processors", "text")

    def __init__(self, statement: sa.ClauseElement, dialect: Dialect, columns: Sequence[str] | None) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect, column_keys=list(columns) if columns else None))
        if compiled.literal_execute_params or compiled.post_compile_params:
            raise TypeError("a statement with an expanding parameter cannot be prepared")
        self.text = str(compiled)
        converters: Mapping[str, Any] = compiled._bind_processors
        defaults = compiled.construct_params(_check=False)
        self._constants = {name: value for name, value in defaults.items() if value is not None}
        # In the order of the text, which is that of the values for a driver that knows them by position.
        self._bound = [
            (name, _binder(compiled.binds[name], converters.get(name)))
            for name in (compiled.positiontup if compiled.positiontup is not None else defaults)
        ]
        self._by_name = compiled.positiontup is None
        returned = list(compiled._result_columns) if compiled._result_columns else []
        self._make = _record([column.keyname for column in returned])
        processors = [column.type._cached_result_processor(dialect, None) for column in returned]
        self._processors = [(index, process) for index, process in enumerate(processors) if process is not None]

    def bound(self, parameters: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """The parameters as the driver wants them."""
        values = {**self._constants, **parameters} if self._constants else parameters
        if self._by_name:
            return {name: values[name] if bind is None else bind(values[name]) for name, bind in self._bound}
        return tuple([values[name] if bind is None else bind(values[name]) for name, bind in self._bound])

    def row(self, values: Sequence[Any]) -> Row[Any]:
        """A row that answers as those of `Connection.execute` do: by attribute, by index, by `_mapping`."""
        processed = list(values)
        for index, process in self._processors:
            processed[index] = process(processed[index])
        return self._make(processed)


def _record(keys: Sequence[str]) -> Callable[[Sequence[Any]], Row[Any]]:
    """A named tuple for these columns: SQLAlchemy's own Row takes twenty times as long to answer for an attribute."""
    base = namedtuple("base", keys)  # type: ignore[misc]
    record = type("Record", (base,), {"__slots__": (), "_mapping": property(base._asdict)})
    return cast(Callable[[Sequence[Any]], Row[Any]], record._make)  # type: ignore[attr-defined]


def _binder(parameter: sa.BindParameter[Any], convert: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    return _remembering(convert) if convert is not None and isinstance(parameter.type, Moment) else convert


def _remembering(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`convert`, which converts the same moment once: one transition writes it into four columns."""
    last: tuple[Any, Any] = (None, convert(None))

    def converted(value: Any) -> Any:
        nonlocal last
        known, result = last
        if value is not known:
            result = convert(value)
            last = (value, result)
        return result

    return converted


def _cursor(connection: Connection) -> Any:
    raw = connection.connection.dbapi_connection
    if raw is None:
        raise RuntimeError("the connection is closed")
    return raw.cursor()
