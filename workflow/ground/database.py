"""Engine and transactions; what SQLite and PostgreSQL do differently is in `dialects`.

Every write is one short transaction that takes its lock at the start (SQLite) or at the first locked row (PostgreSQL).
Errors of the database that a person can do something about become a `DatabaseUnusable` with a sentence in Vietnamese.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine import Connection as Connection

from workflow.ground.dialects import DRIVER_ERRORS, Synchronous, postgresql_engine, sentence_of, sqlite_engines
from workflow.ground.refusals import DatabaseUnusable
from workflow.ground.speech import _


class Database:
    """One engine for a process.

    url: SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg://…` (plain `postgresql://` is taken for the latter).
    busy_seconds: how long a writer waits for another, and everybody for a free connection, before they give up.
    connections: how many transactions there may be at once; what suits the make of the database when None.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        synchronous: Synchronous = "FULL",
        busy_seconds: float = 10.0,
        connections: int | None = None,
    ) -> None:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.busy_seconds = busy_seconds
        if parsed.get_backend_name() == "sqlite":
            self._engine, self._writing = sqlite_engines(parsed, synchronous, busy_seconds, connections)
        elif parsed.get_backend_name() == "postgresql":
            self._engine = self._writing = postgresql_engine(parsed, busy_seconds, connections)
        else:
            raise DatabaseUnusable(
                _(
                    "Không hỗ trợ cơ sở dữ liệu «%(drivername)s». Dùng sqlite:/// hoặc postgresql://.",
                    drivername=parsed.drivername,
                )
            )

    @property
    def engine(self) -> sa.Engine:
        """For migrations and benchmarks; everything else uses `read` and `write`."""
        return self._engine

    @property
    def writing_engine(self) -> sa.Engine:
        """The same, for transactions that write: on SQLite they take their lock at the start."""
        return self._writing

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded database."""
        return self._engine.dialect.name == "sqlite"

    def read(self) -> AbstractContextManager[Connection]:
        """A consistent view for reading. Nothing written in it survives."""
        return _Transaction(self._engine, commits=False)

    def write(self) -> AbstractContextManager[Connection]:
        """One writing transaction: committed at the end, rolled back whole on any exception."""
        return _Transaction(self._writing, commits=True)

    def line(self) -> Connection:
        """A connection outside of every transaction, for what lives as long as a session of the server. The caller closes it."""
        try:
            return self._engine.connect()
        except DRIVER_ERRORS as error:
            _raise_readable(error)
            raise

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


class _Transaction:
    """One transaction from entry to exit; errors of the database that a person can mend come out as DatabaseUnusable."""

    __slots__ = ("_commits", "_connection", "_engine")

    def __init__(self, engine: sa.Engine, *, commits: bool) -> None:
        self._engine = engine
        self._commits = commits

    def __enter__(self) -> Connection:
        try:
            self._connection = self._engine.connect()
            try:
                self._connection.begin()
            except BaseException:
                self._connection.close()
                raise
        except DRIVER_ERRORS as error:
            _raise_readable(error)
            raise
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection = self._connection
        try:
            if kind is None and self._commits:
                connection.commit()
            # Rolls back what is not committed.
            connection.close()
        except DRIVER_ERRORS as failure:
            # Nobody knows what the connection still holds: it does not go back into the pool.
            connection.invalidate()
            connection.close()
            _raise_readable(failure)
            raise
        if isinstance(error, DRIVER_ERRORS):
            _raise_readable(error)


def _raise_readable(error: BaseException) -> None:
    sentence = sentence_of(error)
    if sentence is not None:
        raise DatabaseUnusable(sentence) from error
