"""The private PostgreSQL gives every test an empty database of its own, and leaves nothing behind."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.servers import PostgresServer, postgres_server

pytestmark = pytest.mark.postgres


def _databases(server: PostgresServer) -> set[str]:
    with psycopg.connect(server.dsn("postgres")) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def test_postgres_database_is_empty_utf8_and_reached_by_sqlalchemy(postgres_database: str) -> None:
    engine = create_engine(postgres_database)
    try:
        with engine.connect() as connection:
            tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
            assert connection.scalar(text(tables)) == 0
            assert connection.scalar(text("SHOW server_encoding")) == "UTF8"
    finally:
        engine.dispose()


def test_database_after_use_is_dropped(postgres: PostgresServer) -> None:
    before = _databases(postgres)
    with postgres.database() as name:
        assert _databases(postgres) == before | {name}
    assert _databases(postgres) == before


def test_server_asked_to_be_durable_keeps_fsync_on() -> None:
    with postgres_server(durable=True) as server, psycopg.connect(server.dsn("postgres")) as connection:
        settings = {name: connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")}
    assert settings == {"fsync": ("on",), "synchronous_commit": ("on",)}
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn("postgres"), connect_timeout=2)
