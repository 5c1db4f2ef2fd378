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

from workflow.ground.schema.base import Moment


class Prepared:
    """One statement, ready for each dialect it has met. columns: what an INSERT sets."""

    def __init__(self, statement: sa.ClauseElement, *, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._plans: dict[str, _Plan] = {}

    def all(self, connection: Connection, parameters: Mapping[str, Any]) -> list[Row[Any]]:
        """Every row."""
        plan, driver = self._plan(connection), _driver(connection)
        try:
            return [plan.row(values) for values in driver.execute(plan.text, plan.bound(parameters)).fetchall()]
        except plan.error as error:
            raise plan.wrapped(error, connection, parameters) from error

    def first(self, connection: Connection, parameters: Mapping[str, Any]) -> Row[Any] | None:
        """The first row, or None."""
        plan, driver = self._plan(connection), _driver(connection)
        try:
            values = driver.execute(plan.text, plan.bound(parameters)).fetchone()
        except plan.error as error:
            raise plan.wrapped(error, connection, parameters) from error
        return None if values is None else plan.row(values)

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> int:
        """Run a write; how many rows it touched."""
        plan, driver = self._plan(connection), _driver(connection)
        try:
            return int(driver.execute(plan.text, plan.bound(parameters)).rowcount)
        except plan.error as error:
            raise plan.wrapped(error, connection, parameters) from error

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a write once per row of parameters, handed to the driver together."""
        plan, driver = self._plan(connection), _driver(connection)
        try:
            driver.cursor().executemany(plan.text, [plan.bound(row) for row in rows])
        except plan.error as error:
            raise plan.wrapped(error, connection, rows) from error

    def _plan(self, connection: Connection) -> _Plan:
        dialect = connection.dialect
        found = self._plans.get(dialect.name)
        if found is None:
            found = self._plans[dialect.name] = _Plan(self._statement, dialect, self._columns)
        return found


class _Plan:
    """Text and processors of a statement on one dialect."""

    __slots__ = ("_by_name", "_constants", "_converters", "_make", "_names", "_processors", "error", "text")

    def __init__(self, statement: sa.ClauseElement, dialect: Dialect, columns: Sequence[str] | None) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect, column_keys=list(columns) if columns else None))
        if compiled.literal_execute_params or compiled.post_compile_params:
            raise TypeError("a statement with an expanding parameter cannot be prepared")
        self.text = str(compiled)
        if dialect.loaded_dbapi is None:
            raise TypeError("a statement is prepared for a database that is connected to")
        self.error: type[Exception] = dialect.loaded_dbapi.Error
        known: Mapping[str, Any] = compiled._bind_processors
        defaults = compiled.construct_params(_check=False)
        self._constants = {name: value for name, value in defaults.items() if value is not None}
        self._by_name = compiled.positiontup is None
        # In the order of the text, which is that of the values for a driver that knows them by position.
        names = list(defaults) if compiled.positiontup is None else compiled.positiontup
        self._names = names
        self._converters = [
            (name if self._by_name else index, _binder(compiled.binds[name], known[name]))
            for index, name in enumerate(names)
            if known.get(name) is not None
        ]
        returned = list(compiled._result_columns) if compiled._result_columns else []
        self._make = _record([column.keyname for column in returned])
        processors = [column.type._cached_result_processor(dialect, None) for column in returned]
        self._processors = [(index, process) for index, process in enumerate(processors) if process is not None]

    def bound(self, parameters: Mapping[str, Any]) -> list[Any] | dict[str, Any]:
        """The parameters as the driver wants them."""
        given = {**self._constants, **parameters} if self._constants else parameters
        values: Any = (
            {name: given[name] for name in self._names} if self._by_name else [given[name] for name in self._names]
        )
        for place, convert in self._converters:
            values[place] = convert(values[place])
        return cast("list[Any] | dict[str, Any]", values)

    def row(self, values: Sequence[Any]) -> Row[Any]:
        """A row that answers as those of `Connection.execute` do: by attribute, by index, by `_mapping`."""
        if not self._processors:
            return self._make(values)
        processed = list(values)
        for index, process in self._processors:
            processed[index] = process(processed[index])
        return self._make(processed)

    def wrapped(self, error: Exception, connection: Connection, parameters: Any) -> BaseException:
        """The driver's error as SQLAlchemy's, and a connection that broke taken out of use, as `Connection.execute` does it."""
        dialect, driver = connection.dialect, connection.connection.dbapi_connection
        lost = dialect.is_disconnect(cast(Any, error), driver, None)
        if lost:
            connection.invalidate(error)
            # The others in the pool are of the same server.
            connection.engine.dispose()
        return sa.exc.DBAPIError.instance(
            self.text, parameters, error, self.error, connection_invalidated=lost, dialect=dialect
        )


def _record(keys: Sequence[str]) -> Callable[[Sequence[Any]], Row[Any]]:
    """A named tuple for these columns: SQLAlchemy's own Row takes twenty times as long to answer for an attribute."""
    base = namedtuple("base", keys)  # type: ignore[misc]
    record = type("Record", (base,), {"__slots__": (), "_mapping": property(base._asdict)})
    return cast(Callable[[Sequence[Any]], Row[Any]], record._make)  # type: ignore[attr-defined]


def _binder(parameter: sa.BindParameter[Any], convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return _remembering(convert) if isinstance(parameter.type, Moment) else convert


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


def _driver(connection: Connection) -> Any:
    found = connection.connection.dbapi_connection
    if found is None:
        raise RuntimeError("the connection is closed")
    return found
