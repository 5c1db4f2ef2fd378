"""What SQLite and PostgreSQL do differently: their engines, the sentences for their errors, and SQL that each writes its own way.

Nothing else asks which of the two it is, but for what only one of them has: the migrations, the index of words, the lock of
the leading scheduler.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from workflow.ground.refusals import DatabaseUnusable
from workflow.ground.speech import _, mark

Synchronous = Literal["FULL", "NORMAL"]

DRIVER_ERRORS = (sa.exc.DBAPIError, sa.exc.TimeoutError, sqlite3.Error, psycopg.Error)
"""What a transaction may meet of its database. TimeoutError: every connection of the pool is taken."""

_KEPT_OPEN = 10
_MOST_ON_SQLITE = 100
_MOST_ON_POSTGRESQL = 30
# The file has room for as many readers as there are threads; a server counts the connections of all its clients.

_BUSY = mark("Cơ sở dữ liệu đang bận quá lâu. Chưa có gì thay đổi; hãy thử lại sau ít phút.")
_SQLITE_SENTENCES = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: mark("Cơ sở dữ liệu chỉ đọc được. Kiểm tra quyền ghi của thư mục dữ liệu rồi thử lại."),
    sqlite3.SQLITE_FULL: mark("Ổ đĩa đã đầy, không ghi được. Chưa có gì thay đổi; hãy giải phóng ổ đĩa rồi thử lại."),
    sqlite3.SQLITE_CANTOPEN: mark("Không mở được tệp cơ sở dữ liệu. Kiểm tra đường dẫn và quyền của thư mục dữ liệu."),
    sqlite3.SQLITE_IOERR: mark("Ổ đĩa báo lỗi khi đọc ghi. Chưa có gì thay đổi; kiểm tra ổ đĩa rồi thử lại."),
    sqlite3.SQLITE_CORRUPT: mark("Tệp cơ sở dữ liệu bị hỏng. Hãy khôi phục từ bản sao lưu gần nhất."),
    sqlite3.SQLITE_NOTADB: mark("Tệp này không phải cơ sở dữ liệu của chương trình. Kiểm tra DVK_DATABASE_URL."),
}
_UNREACHABLE = mark("Không nối được với máy chủ PostgreSQL. Kiểm tra DVK_DATABASE_URL và máy chủ rồi thử lại.")
_POSTGRES_SENTENCES = {
    "55P03": _BUSY,
    "57014": _BUSY,
    "40P01": mark("Hai người cùng ghi một lúc. Chưa có gì thay đổi; hãy thử lại."),
    "25006": _SQLITE_SENTENCES[sqlite3.SQLITE_READONLY],
    "53100": _SQLITE_SENTENCES[sqlite3.SQLITE_FULL],
    # The server takes no more connections, is starting, or was stopped under us.
    **dict.fromkeys(("53300", "57P01", "57P02", "57P03", "08006"), _UNREACHABLE),
}


def sqlite_engines(
    url: URL, synchronous: Synchronous, busy_seconds: float, connections: int | None
) -> tuple[sa.Engine, sa.Engine]:
    """The engines for a file, of one pool: transactions of the first begin as reading, those of the second as writing."""
    path = url.database
    if path and path != ":memory:":
        folder = Path(path).absolute().parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnusable(_SQLITE_SENTENCES[sqlite3.SQLITE_CANTOPEN]) from error
    engine = sa.create_engine(
        url,
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
        **_pool(connections or _MOST_ON_SQLITE, busy_seconds),
    )
    pragmas = (
        f"PRAGMA busy_timeout={int(busy_seconds * 1000)}",
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

    # A deferred transaction that reads first and writes later fails at once under contention, whatever the timeout.
    return _beginning(engine, "BEGIN"), _beginning(sa.create_engine(url, pool=engine.pool), "BEGIN IMMEDIATE")


def _beginning(engine: sa.Engine, statement: str) -> sa.Engine:
    """The engine with what this make needs of its dialect: hints, and a BEGIN of ours, said without an event's detour."""

    def begin(dbapi: Any) -> None:
        dbapi.execute(statement)

    engine.dialect.statement_compiler = _WithHints
    engine.dialect.do_begin = begin  # type: ignore[method-assign,assignment]
    return engine


def postgresql_engine(url: URL, busy_seconds: float, connections: int | None) -> sa.Engine:
    """The engine for a server: a row that somebody else holds is waited for as long as a file would be."""
    return sa.create_engine(
        url,
        connect_args={"options": f"-c lock_timeout={int(busy_seconds * 1000)} -c timezone=UTC"},
        **_pool(connections or _MOST_ON_POSTGRESQL, busy_seconds),
    )


def _pool(connections: int, busy_seconds: float) -> dict[str, Any]:
    """SQLAlchemy's own pool. Who finds every connection taken waits as long as for a lock, and is then told the same."""
    kept = min(_KEPT_OPEN, connections)
    return {
        "poolclass": QueuePool,
        "pool_size": kept,
        "max_overflow": connections - kept,
        "pool_timeout": busy_seconds,
        # The one that was used last has its pages at hand; the others are closed by nobody but take no part.
        "pool_use_lifo": True,
        # Whoever takes a connection ends its own transaction; a second rollback is half of the price of a checkout.
        "pool_reset_on_return": None,
    }


class _WithHints(SQLiteCompiler):
    """Writes `Select.with_hint(table, "INDEXED BY …", "sqlite")` behind the table, which SQLAlchemy leaves to each dialect."""

    def get_from_hint_text(self, table: sa.FromClause, text: str | None) -> str | None:
        return text


def sentence_of(error: BaseException) -> str | None:
    """What to tell a person who can do something about this error of the database; None when it is a fault of the program."""
    if isinstance(error, sa.exc.TimeoutError):
        return _(_BUSY)
    return _sentence(error.orig if isinstance(error, sa.exc.DBAPIError) else error)


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


def insert_new(
    connection: Connection, table: sa.Table, key: Sequence[str] | None = None
) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that leaves a row alone which is there already. key: the columns of the one unique index meant; any when None."""
    return _insert(connection, table).on_conflict_do_nothing(index_elements=key)


def insert_or_update(
    connection: Connection,
    table: sa.Table,
    key: Sequence[str],
    *,
    columns: Sequence[str] = (),
    added: Sequence[str] = (),
) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that changes the row with this key if there is one. columns: take the new value; added: are added to."""
    statement = _insert(connection, table)
    changed: dict[str, Any] = {name: statement.excluded[name] for name in columns}
    changed |= {name: table.c[name] + statement.excluded[name] for name in added}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


def _insert(connection: Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def analyse(connection: Connection) -> None:
    """Let SQLite look at a thousand rows of each index, so that it knows which lead to few; PostgreSQL does that by itself.

    A quarter of a second with a million models: for once a day (https://sqlite.org/lang_analyze.html, "approximate ANALYZE").
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
        connection.exec_driver_sql("ANALYZE")
