"""Whole pages, one WSGI call with session, access and template: the list beside Django's admin, all others within a bound."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter_ns

import sqlalchemy as sa
from flask import Flask
from rich.console import Console
from werkzeug.test import EnvironBuilder, run_wsgi_app

from config.settings import load_settings
from tests.benchmarks.dataset import NOW, Dataset
from tests.benchmarks.measuring import BLOCK, Measurement, p10
from web import create_app
from workflow.across import sample
from workflow.core.people import sessions
from workflow.ground import migrate
from workflow.ground.database import Database
from workflow.ground.schema import account, decision, emulation_model, programme_year
from workflow.stages.implementation.attachments import Store

ROUNDS = 15
ROWS = 50
LIST_BOUND = 2.5e-3
PAGE_BOUND = 25e-3
DAILY_BOUND = 15e-3
DAILY = ("/quyet-dinh", "/don-doc", "/lich")
"""What somebody opens many times a day: pages that begin with these keep the narrower bound."""
PEER = "django==5.2.*"
PEER_FOLDER = Path(".cache/django-peer")

# What somebody who sees everything opens, on the large data set. {district}, {code}: one of them.
PAGES = (
    "/mo-hinh?sau=%3C51",
    "/mo-hinh?sap-xep=ten",
    "/mo-hinh?sap-xep=don-vi",
    "/mo-hinh?sap-xep=trang-thai",
    "/mo-hinh?sap-xep=thay-doi",
    "/mo-hinh?tim=hien+dat",
    "/mo-hinh?tim=khong+co+gi",
    "/mo-hinh?tim={code}",
    "/mo-hinh?loai=individual&sap-xep=ten",
    "/mo-hinh?chang=inspection&tre=1",
    "/mo-hinh?don-vi={district}",
    "/tong-quan",
    "/tong-quan?don-vi={district}",
    "/tong-hop",
    "/tong-hop?don-vi={district}",
    "/quy-trinh",
    "/mo-hinh/{code}",
    "/viec-cua-toi",
    "/phien-binh-xet",
    "/to-trinh",
    "/quyet-dinh",
    "/cong-khai",
    "/cong-khai?sau=%3C500000",
    "/cong-khai?tim=hien+dat",
    "/cong-khai?tim=khong+co+gi",
    "/cong-khai?linh-vuc=kinh_te",
    "/cong-khai?don-vi={district}",
    "/cong-khai/{published}",
)
PUBLISHED_EVERY = 20


class Visitor:
    """Somebody signed in at an application, who asks for one page after the other without a network between."""

    def __init__(self, app: Flask, database: Database, user_name: str) -> None:
        self._app = app
        now = datetime.now(UTC)
        with database.write() as connection:
            key = connection.execute(sa.select(account.c.id).where(account.c.user_name == user_name)).scalar_one()
            self._cookie = f"dvk_session={sessions.open_session(connection, key, now, '127.0.0.1')}"

    def get(self, address: str) -> bytes:
        """The page, which must be there."""
        path, _, query = address.partition("?")
        environ = EnvironBuilder(path=path, query_string=query, headers=[("Cookie", self._cookie)]).get_environ()
        chunks, status, _headers = run_wsgi_app(self._app.wsgi_app, environ)
        if not status.startswith("200"):
            raise RuntimeError(f"{address}: {status}")
        return b"".join(chunks)


class Peer:
    """Django's admin over the same database file, in a process of its own."""

    def __init__(self, python: Path, database: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        script = Path(__file__).with_name("django_admin.py")
        command = [str(python), str(script), str(database), str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=script.parent
        )
        rows = int(self._line())
        if rows != ROWS:
            raise RuntimeError(f"the peer shows {rows} rows")

    def block(self, count: int) -> float:
        """Seconds for one of `count` requests."""
        if self._process.stdin is None:
            raise RuntimeError("the peer has no input")
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()
        return float(self._line())

    def close(self) -> None:
        """End it."""
        self._process.communicate("quit\n")

    def _line(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise RuntimeError("the peer ended")
        return line


def measure(large: Dataset, file: Path, folder: Path) -> list[Measurement]:
    """The list of 50 models on the sample and on the large data set; then every page of the large one."""
    python = _peer_python()
    found = []
    small = Database(f"sqlite:///{folder / 'sample.db'}", synchronous="NORMAL")
    migrate.upgrade(small)
    report = sample.load(small, datetime.now(UTC), Store(folder / "attachments", 10_000_000))
    sampled = application(small, folder)
    found += _list(
        "sample", sampled, small, [entry.user_name for entry in report.accounts], folder / "sample.db", python
    )
    small.close()
    app = application(large.database, folder)
    found += _list(f"{large.models:,} models", app, large.database, [large.reviewer], file, python)
    visitor = Visitor(app, large.database, large.reviewer)
    _publish(large)
    names = {"published": large.codes(large.models // 2 // PUBLISHED_EVERY * PUBLISHED_EVERY, 1)[0]}
    names |= {"district": large.district_code, "code": large.codes(large.models // 2, 1)[0]}
    for address in PAGES:
        place = address.format_map(names)
        visitor.get(place)
        spent = p10(times(lambda place=place: visitor.get(place), 5, 3)) / 1e9  # type: ignore[misc]
        found.append(Measurement(f"page {address}", spent, None, bound_of(address)))
    return found


def bound_of(address: str, daily: tuple[str, ...] = DAILY) -> float:
    """How long a page may take, in seconds; daily: how the addresses begin that keep the narrower bound."""
    return DAILY_BOUND if address.startswith(daily) else PAGE_BOUND


def _publish(large: Dataset) -> None:
    """As if the year had a public page, with every twentieth model recognised by one decision and its registrant agreed."""
    with large.database.write() as connection:
        connection.execute(sa.update(programme_year).values(public=True))
        signed = sa.insert(decision).values(
            issuer_id=1,
            type="recognition",
            number=1,
            dated=NOW.date(),
            signer="Người Ký",
            period="2024",
            recorded_at=NOW,
            recorded_by=2,
        )
        decision_id = connection.execute(signed.returning(decision.c.id)).scalar_one()
        connection.execute(
            sa.update(emulation_model)
            .where(emulation_model.c.id % PUBLISHED_EVERY == 0)
            .values(state="recognised", decision_id=decision_id, recognised_at=NOW, public_agreed_at=NOW)
        )


def _list(
    name: str, app: Flask, database: Database, users: list[str], file: Path, python: Path | None
) -> list[Measurement]:
    """The first page of the list for the first of these people who sees fifty models, beside the peer's."""
    visitor = next(
        one
        for one in (Visitor(app, database, user) for user in users)
        if len(set(re.findall(rb'href="/mo-hinh/(DVK-[\d-]+)"', one.get("/mo-hinh?nam=2024")))) == ROWS
    )
    peer = Peer(python, file, file.parent / "peer") if python is not None else None
    ours, theirs = [], []
    try:
        for turn in range(ROUNDS + 2):
            spent = times(lambda: visitor.get("/mo-hinh?nam=2024"), 1, BLOCK)
            beside = peer.block(3 if turn else 1) if peer is not None else 0.0
            if turn >= 2:
                ours += spent
                theirs.append(int(beside * 1e9))
    finally:
        if peer is not None:
            peer.close()
    mine = p10(ours) / 1e9
    found = [Measurement(f"list of 50 models, whole page, {name}", mine, None, LIST_BOUND)]
    if peer is not None:
        found.append(
            Measurement(f"the same against Django's admin, {name}", mine, p10(theirs) / 1e9, 12, at_least=True)
        )
    return found


def times(page: Callable[[], object], rounds: int, block: int) -> list[int]:
    """Nanoseconds of single calls, garbage collected between the rounds."""
    spent = []
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        for _ in range(block):
            start = perf_counter_ns()
            page()
            spent.append(perf_counter_ns() - start)
        gc.enable()
    return spent


def application(database: Database, folder: Path) -> Flask:
    env: dict[str, str] = {"DVK_DATA_DIR": str(folder), "DVK_SECRET_KEY": "k" * 40, "DVK_SQLITE_SYNCHRONOUS": "NORMAL"}
    return create_app(load_settings(env, None), database)


def _peer_python() -> Path | None:
    """The Python of an environment with Django, made once; None, and a word about it, where it cannot be had."""
    python = (PEER_FOLDER / "bin" / "python").absolute()
    if python.exists():
        return python
    try:
        venv.create(PEER_FOLDER, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", PEER], check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        Console(file=sys.stderr).print(f"Django could not be installed, so nothing is measured against it: {error}")
        return None
    return python
