"""Engine and transactions: the one place where SQLite and PostgreSQL differ.

Every write is one short transaction that takes its lock at the start (SQLite) or at the first locked row (PostgreSQL).
Errors of the database that a person can do something about become a `DatabaseUnusable` with a sentence in Vietnamese.
"""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine import Connection as Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from workflow.refusals import DatabaseUnusable
from workflow.speech import _, mark

Synchronous = Literal["FULL", "NORMAL"]

_SQLITE_SENTENCES = {
    sqlite3.SQLITE_BUSY: mark("Cơ sở dữ liệu đang bận quá lâu. Chưa có gì thay đổi; hãy thử lại sau ít phút."),
    sqlite3.SQLITE_LOCKED: mark("Cơ sở dữ liệu đang bận quá lâu. Chưa có gì thay đổi; hãy thử lại sau ít phút."),
    sqlite3.SQLITE_READONLY: mark("Cơ sở dữ liệu chỉ đọc được. Kiểm tra quyền ghi của thư mục dữ liệu rồi thử lại."),
    sqlite3.SQLITE_FULL: mark("Ổ đĩa đã đầy, không ghi được. Chưa có gì thay đổi; hãy giải phóng ổ đĩa rồi thử lại."),
    sqlite3.SQLITE_CANTOPEN: mark("Không mở được tệp cơ sở dữ liệu. Kiểm tra đường dẫn và quyền của thư mục dữ liệu."),
    sqlite3.SQLITE_IOERR: mark("Ổ đĩa báo lỗi khi đọc ghi. Chưa có gì thay đổi; kiểm tra ổ đĩa rồi thử lại."),
    sqlite3.SQLITE_CORRUPT: mark("Tệp cơ sở dữ liệu bị hỏng. Hãy khôi phục từ bản sao lưu gần nhất."),
    sqlite3.SQLITE_NOTADB: mark("Tệp này không phải cơ sở dữ liệu của chương trình. Kiểm tra DVK_DATABASE_URL."),
}
_UNREACHABLE = mark("Không nối được với máy chủ PostgreSQL. Kiểm tra DVK_DATABASE_URL và máy chủ rồi thử lại.")
_POSTGRES_SENTENCES = {
    "55P03": _SQLITE_SENTENCES[sqlite3.SQLITE_BUSY],
    "57014": _SQLITE_SENTENCES[sqlite3.SQLITE_BUSY],
    "40P01": mark("Hai người cùng ghi một lúc. Chưa có gì thay đổi; hãy thử lại."),
    "25006": _SQLITE_SENTENCES[sqlite3.SQLITE_READONLY],
    "53100": _SQLITE_SENTENCES[sqlite3.SQLITE_FULL],
    # The server takes no more connections, is starting, or was stopped under us.
    **dict.fromkeys(("53300", "57P01", "57P02", "57P03", "08006"), _UNREACHABLE),
}


class Database:
    """One engine for a process.

    url: SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg://…` (plain `postgresql://` is taken for the latter).
    busy_seconds: how long a writer waits for another before it gives up.
    """

    def __init__(self, url: str | URL, *, synchronous: Synchronous = "FULL", busy_seconds: float = 10.0) -> None:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.busy_seconds = busy_seconds
        if parsed.get_backend_name() == "sqlite":
            self._engine = self._sqlite(synchronous)
        elif parsed.get_backend_name() == "postgresql":
            self._engine = self._postgresql()
        else:
            raise DatabaseUnusable(
                _(
                    "Không hỗ trợ cơ sở dữ liệu «%(drivername)s». Dùng sqlite:/// hoặc postgresql://.",
                    drivername=parsed.drivername,
                )
            )
        self._reading = _Idle(self._engine)
        self._writing = _Idle(self._engine.execution_options(dvk_writing=True))

    @property
    def engine(self) -> sa.Engine:
        """For migrations and benchmarks; everything else uses `read` and `write`."""
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded database."""
        return self._engine.dialect.name == "sqlite"

    def read(self) -> AbstractContextManager[Connection]:
        """A consistent view for reading. Nothing written in it survives."""
        return _Transaction(self._reading, commits=False)

    def write(self) -> AbstractContextManager[Connection]:
        """One writing transaction: committed at the end, rolled back whole on any exception."""
        return _Transaction(self._writing, commits=True)

    def close(self) -> None:
        """Give all connections back."""
        self._reading.empty()
        self._writing.empty()
        self._engine.dispose()

    def _sqlite(self, synchronous: Synchronous) -> sa.Engine:
        path = self.url.database
        if path and path != ":memory:":
            folder = Path(path).absolute().parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise DatabaseUnusable(_SQLITE_SENTENCES[sqlite3.SQLITE_CANTOPEN]) from error
        engine = sa.create_engine(self.url, connect_args={"timeout": self.busy_seconds, "check_same_thread": False})
        engine.dialect.statement_compiler = _WithHints
        pragmas = (
            f"PRAGMA busy_timeout={int(self.busy_seconds * 1000)}",
            "PRAGMA foreign_keys=ON",
            # REPLACE removes a row without a DELETE trigger otherwise: a way round the append-only history.
            "PRAGMA recursive_triggers=ON",
            f"PRAGMA synchronous={synchronous}",
            "PRAGMA temp_store=MEMORY",
            "PRAGMA cache_size=-65536",
        )

        @event.listens_for(engine, "connect")
        def prepare(dbapi: Any, record: ConnectionPoolEntry) -> None:
            # The driver's own transaction handling is switched off: BEGIN is ours, see below.
            dbapi.isolation_level = None
            for pragma in pragmas:
                dbapi.execute(pragma)
            if dbapi.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                dbapi.execute("PRAGMA journal_mode=WAL")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # A deferred transaction that reads first and writes later fails at once under contention, whatever the timeout.
            writing = connection.get_execution_options().get("dvk_writing")
            connection.connection.dbapi_connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")  # type: ignore[union-attr]

        return engine

    def _postgresql(self) -> sa.Engine:
        milliseconds = int(self.busy_seconds * 1000)
        return sa.create_engine(
            self.url,
            pool_pre_ping=False,
            pool_size=10,
            max_overflow=20,
            connect_args={"options": f"-c lock_timeout={milliseconds} -c timezone=UTC"},
        )


class _WithHints(SQLiteCompiler):
    """Writes `Select.with_hint(table, "INDEXED BY …", "sqlite")` behind the table, which SQLAlchemy leaves to each dialect."""

    def get_from_hint_text(self, table: sa.FromClause, text: str | None) -> str | None:
        return text


class _Idle:
    """Connections between two transactions. Taking one from the engine's pool costs as much as a short transaction does."""

    __slots__ = ("_connections", "_engine")

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connections: deque[Connection] = deque()

    def take(self) -> Connection:
        """A connection without a transaction, for this thread alone until it is given back."""
        try:
            return self._connections.pop()
        except IndexError:
            return self._engine.connect()

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next transaction."""
        self._connections.append(connection)

    def empty(self) -> None:
        """Close every one that is not in use."""
        while self._connections:
            self._connections.pop().close()


class _Transaction:
    """One transaction from entry to exit; errors of the database that a person can mend come out as DatabaseUnusable."""

    __slots__ = ("_commits", "_connection", "_idle")

    def __init__(self, idle: _Idle, *, commits: bool) -> None:
        self._idle = idle
        self._commits = commits

    def __enter__(self) -> Connection:
        try:
            self._connection = self._idle.take()
            try:
                self._connection.begin()
            except BaseException:
                self._connection.close()
                raise
        except _DRIVER_ERRORS as error:
            _raise_readable(error)
            raise
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._commits:
                self._connection.commit()
            else:
                self._connection.rollback()
        except _DRIVER_ERRORS as failure:
            self._connection.close()
            _raise_readable(failure)
            raise
        # After an error of the driver nobody knows what state the connection is in.
        if isinstance(error, _DRIVER_ERRORS):
            self._connection.close()
            _raise_readable(error)
        else:
            self._idle.give_back(self._connection)


_DRIVER_ERRORS = (sa.exc.DBAPIError, sqlite3.Error, psycopg.Error)


def _raise_readable(error: BaseException) -> None:
    sentence = _sentence(error.orig if isinstance(error, sa.exc.DBAPIError) else error)
    if sentence is not None:
        raise DatabaseUnusable(sentence) from error


def locked(statement: sa.Select[Any], *tables: sa.Table) -> sa.Select[Any]:
    """`statement` with its rows locked until the commit. SQLite needs none: its writers are alone from BEGIN IMMEDIATE on."""
    return statement.with_for_update(of=list(tables) if tables else None)


def alone(connection: Connection, task: str) -> None:
    """Let nobody else do this task until the commit. SQLite needs nothing: its writers are alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(task))))


class any_of(sa.ColumnElement[bool]):
    """`column` is one of the values in a JSON list: one parameter instead of thousands, one statement however many.

    values: the list itself, or the name of a parameter that will carry `as_list(values)`.
    """

    type = sa.Boolean()
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - the form SQLAlchemy asks of such a construct
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: sa.ColumnElement[Any], values: Sequence[Any] | str) -> None:
        self.column = column
        self.values: sa.ColumnElement[str] = (
            sa.bindparam(values, type_=sa.Text) if isinstance(values, str) else sa.literal(as_list(values), sa.Text)
        )

    def self_group(self, against: Any = None) -> any_of:
        """As it stands: SQLAlchemy would write `… = 1` behind it on SQLite, and no index serves that."""
        return self


def as_list(values: Sequence[Any]) -> str:
    """The parameter of an `any_of` with a named parameter."""
    return json.dumps(list(values))


@compiles(any_of, "sqlite")
def _any_of_on_sqlite(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = compiler.process(element.column, **options), compiler.process(element.values, **options)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both are compiled expressions


@compiles(any_of, "postgresql")
def _any_of_on_postgresql(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = compiler.process(element.column, **options), compiler.process(element.values, **options)
    kind = compiler.dialect.type_compiler_instance.process(element.column.type)
    return f"{column} IN (SELECT CAST(value AS {kind}) FROM jsonb_array_elements_text(CAST({values} AS jsonb)))"  # noqa: S608


class days_since(sa.ColumnElement[int]):
    """How many days a moment lies behind another one; a day that has begun counts as one. Both are moments."""

    type = sa.Integer()
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - the form SQLAlchemy asks of such a construct
        ("moment", InternalTraversal.dp_clauseelement),
        ("earlier", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, moment: sa.ColumnElement[Any], earlier: sa.ColumnElement[Any]) -> None:
        self.moment = moment
        self.earlier = earlier


@compiles(days_since, "sqlite")
def _days_since_on_sqlite(element: days_since, compiler: SQLCompiler, **options: Any) -> str:
    moment, earlier = compiler.process(element.moment, **options), compiler.process(element.earlier, **options)
    return f"((strftime('%s', {moment}) - strftime('%s', {earlier})) / 86400 + 1)"


@compiles(days_since, "postgresql")
def _days_since_on_postgresql(element: days_since, compiler: SQLCompiler, **options: Any) -> str:
    moment, earlier = compiler.process(element.moment, **options), compiler.process(element.earlier, **options)
    return f"(CAST(floor(EXTRACT(EPOCH FROM {moment} - {earlier}) / 86400) AS INTEGER) + 1)"


def _sentence(error: BaseException | None) -> str | None:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        known = _SQLITE_SENTENCES.get(code & 0xFF) if code is not None else None
        return _(known) if known is not None else None
    state = getattr(error, "sqlstate", None)
    if state in _POSTGRES_SENTENCES:
        return _(_POSTGRES_SENTENCES[state])
    if isinstance(error, psycopg.OperationalError) and state is None:
        return _(_UNREACHABLE)
    return None
