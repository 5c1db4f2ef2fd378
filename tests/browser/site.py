"""A running installation for the browser: the sample in a database of its own, served on a free port of this machine."""

from __future__ import annotations

import fcntl
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from waitress.server import create_server

from config.settings import Settings, load_settings
from web import create_app
from workflow.across import sample
from workflow.ground import migrate
from workflow.ground.database import Database
from workflow.ground.schema import emulation_model, web_session
from workflow.stages.implementation.attachments import Store

PASSWORD = sample.PASSWORD


@dataclass(frozen=True, slots=True)
class Site:
    """address: without a slash at the end. The database is the one being served."""

    address: str
    database: Database
    settings: Settings

    def state(self, code: str) -> str:
        """The state of a model."""
        return str(self._model(code).state)

    def version(self, code: str) -> int:
        """The version of a model."""
        return int(self._model(code).version)

    def code_of(self, name: str) -> str:
        """The code of the one model with this name."""
        with self.database.read() as connection:
            return str(
                connection.execute(sa.select(emulation_model.c.code).where(emulation_model.c.name == name)).scalar_one()
            )

    def some(self, state: str, *, unit_id: int | None = None) -> str:
        """The code of some model in this state."""
        statement = sa.select(emulation_model.c.code).where(emulation_model.c.state == state)
        if unit_id is not None:
            statement = statement.where(emulation_model.c.unit_id == unit_id)
        with self.database.read() as connection:
            return str(connection.execute(statement.order_by(emulation_model.c.id).limit(1)).scalar_one())

    def end_sessions(self) -> None:
        """As if everybody had been away too long."""
        with self.database.write() as connection:
            connection.execute(sa.delete(web_session))

    def _model(self, code: str) -> sa.Row[Any]:
        wanted: sa.Select[Any] = sa.select(emulation_model).where(emulation_model.c.code == code)
        with self.database.read() as connection:
            return connection.execute(wanted).one()


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A data folder made once for all processes of a test run. Copy it, do not change it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        data = folder / "data"
        if not (folder / "done").exists():
            shutil.rmtree(data, ignore_errors=True)
            make(data)
            (folder / "done").touch()
    return data


def load_sample(data: Path) -> None:
    """A data folder with the sample in it."""
    with without_server(data) as site:
        migrate.upgrade(site.database)
        store = Store(data / "attachments", site.settings.max_upload_bytes)
        sample.load(site.database, datetime.now(UTC), store)


@contextmanager
def without_server(folder: Path) -> Iterator[Site]:
    """A site to be prepared, at no address."""
    settings = _settings(folder)
    database = Database(settings.database_url, synchronous="NORMAL")
    try:
        yield Site("", database, settings)
        with database.engine.connect() as connection:
            # Everything into the one file, so that a copy of it is whole.
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()


@contextmanager
def serving(sample_folder: Path, folder: Path, **set_so: str) -> Iterator[Site]:
    """A site on a copy of the sample. Whoever changes something in it has it to themselves. set_so: settings other than usual."""
    shutil.copytree(sample_folder, folder)
    settings = _settings(folder, **set_so)
    database = Database(settings.database_url, synchronous="NORMAL")
    listener = socket.create_server(("127.0.0.1", 0))
    server = create_server(create_app(settings, database), sockets=[listener], threads=6, ident=None)
    thread = threading.Thread(target=server.run, name="site")
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", database, settings)
    finally:
        server.close()
        thread.join(10)
        server.task_dispatcher.shutdown()
        database.close()


def _settings(folder: Path, **set_so: str) -> Settings:
    usual = {"DVK_DATA_DIR": str(folder), "DVK_SECRET_KEY": "k" * 40, "DVK_SIGN_IN_LIMIT": "1000 per 15 minutes"}
    return load_settings(usual | set_so, env_file=None)
