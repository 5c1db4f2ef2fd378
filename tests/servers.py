"""Servers and programs that tests start for themselves: a private PostgreSQL, the system's Chromium.

Nothing here asserts. What is missing is raised as `Absent`; the fixtures turn that into a skip that says why.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

# The first is the same engine without a window around it: a page costs half, a fresh profile a quarter.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "50",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "lc_messages": "C",
    "logging_collector": "off",
}
# What a throw-away cluster need not do; a benchmark of durable commits asks for a server without these.
MEMORY = Path("/dev/shm")  # noqa: S108 - the cluster makes a folder of its own there
ENOUGH_MEMORY = 4 * 1024**3
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Absent(Exception):
    """A program that a test needs is not on this machine; the text says which one."""


@dataclass(frozen=True)
class PostgresServer:
    """A running private cluster; `administration` connects to its `postgres` database."""

    port: int
    owner: str

    def url(self, database: str) -> str:
        """Address in SQLAlchemy's form."""
        return f"postgresql+psycopg://{self.owner}@127.0.0.1:{self.port}/{database}"

    def dsn(self, database: str) -> str:
        """Address in libpq's form, for psycopg itself."""
        return f"postgresql://{self.owner}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """A fresh database for one test, dropped afterwards; yields its name. Empty, or a copy of one nobody is connected to."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            # Copied as files: nothing here has to survive the machine.
            copied = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
            connection.execute(copied)
        try:
            yield name
        finally:
            with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def memory() -> str | None:
    """A folder in memory with room for a cluster, or None: copying a database there takes a tenth of the time."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH_MEMORY:
        return str(MEMORY)
    return None


def find_chromium() -> Path:
    """The system's Chromium. Raises `Absent`."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise Absent(f"no Chromium: none of {', '.join(CHROMIUM_NAMES)} is in PATH")


def find_postgres_binaries() -> Path:
    """The folder holding initdb and postgres. Raises `Absent`.

    A version's own folder is preferred to PATH, where `initdb` may be a wrapper without its server beside it.
    """
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    folders = sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if all((folder / program).exists() for program in ("initdb", "postgres", "pg_ctl")):
            return folder
    raise Absent("no PostgreSQL server: initdb is neither in /usr/lib/postgresql/*/bin nor in PATH")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ordinary_user() -> str | None:
    """Who owns the cluster when we are root, whom PostgreSQL refuses; else None. Raises `Absent`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise Absent("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it")


def _run(command: Sequence[str], user: str | None, folder: Path) -> None:
    if user is None:
        finished = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    else:
        account = pwd.getpwnam(user)
        finished = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        )
    if finished.returncode != 0:
        log = folder / "server.log"
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise RuntimeError(f"{' '.join(command)}\n{finished.stdout}{finished.stderr}{tail}")


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A private cluster on a free port, stopped and removed afterwards. Raises `Absent`.

    `durable` keeps fsync on, as in production: a benchmark wants it, a test does not.
    """
    binaries = find_postgres_binaries()
    user = _ordinary_user()
    # Not pytest's tmp_path: that lies below folders which only we may enter, and a socket's path may not
    # be longer than 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="dvk-pg-", dir=None if durable else memory()))
    data, owner = folder / "data", "dvk"
    try:
        if user is not None:
            shutil.chown(folder, user)
        _run(
            [
                str(binaries / "initdb"),
                f"--pgdata={data}",
                f"--username={owner}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            user,
            folder,
        )
        # Between looking for a free port and opening it somebody else may take it: then take the next one.
        for attempt in range(3):
            port = free_port()
            settings = SETTINGS | ({} if durable else NOT_DURABLE)
            settings |= {"port": str(port), "unix_socket_directories": str(folder)}
            options = " ".join(f"-c {key}={value}" for key, value in settings.items())
            start = [str(binaries / "pg_ctl"), "start", "--wait", "--timeout=60", f"--pgdata={data}"]
            start += [f"--log={folder / 'server.log'}", f"--options={options}"]
            try:
                _run(start, user, folder)
            except RuntimeError:
                if attempt == 2:
                    raise
            else:
                break
        try:
            yield PostgresServer(port=port, owner=owner)
        finally:
            stop = [str(binaries / "pg_ctl"), "stop", "--mode=immediate", "--wait", f"--pgdata={data}"]
            _run(stop, user, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
