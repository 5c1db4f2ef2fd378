"""An application on a real database with the small world in it, and browsers without scripts to visit it with."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from config.settings import Settings, load_settings
from tests import world as small_world
from tests.world import PASSWORD, World
from web import create_app
from workflow.ground.database import Database

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([\w.-]+)"')


@dataclass
class Browser:
    """Somebody's browser: keeps cookies, fills in the token of the page it looks at, checks every page it gets."""

    app: Flask
    token: str = ""
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, path: str, status: int = 200, *, query: Mapping[str, str] | None = None, **named: str) -> str:
        """The text of a page that answers with `status`."""
        answer = self.client.get(path, query_string={**(query or {}), **named} or None)
        assert answer.status_code == status, f"GET {path}: {answer.status_code}\n{_said(answer)}"
        return self._read(answer)

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 303) -> TestResponse:
        """Send a form with the token of the last page."""
        answer = self.client.post(path, data={"csrf_token": self.token, **(data or {})})
        assert answer.status_code == status, f"POST {path}: {answer.status_code}\n{_said(answer)}"
        if answer.mimetype == "text/html" and answer.status_code not in (302, 303):
            self._read(answer)
        return answer

    def fill(self, path: str, data: dict[str, Any], status: int = 303) -> TestResponse:
        """Open the page of a form, then send it with the hidden fields it came with."""
        page = self.get(path)
        return self.post(path, {**hidden_fields(page), **data}, status)

    def follow(self, answer: TestResponse) -> str:
        """The page a form leads to."""
        return self.get(answer.headers["Location"])

    def sign_in(self, user_name: str, password: str = PASSWORD) -> Browser:
        """Sign in and come back with the session."""
        self.get("/dang-nhap")
        self.post("/dang-nhap", {"user_name": user_name, "password": password})
        return self

    def _read(self, answer: TestResponse) -> str:
        text = answer.get_data(as_text=True)
        if answer.mimetype == "text/html":
            # Only the token is new whenever a page is shown again: checked once is checked.
            _check_page(_TOKEN.sub(_same_token, text))
            found = _TOKEN.search(text)
            self.token = found[1] if found else self.token
        return text


def hidden_fields(page: str) -> dict[str, str]:
    """Hidden fields of a page's own forms but the token, e.g. the version somebody saw; head and foot have forms of theirs."""
    document = _document(_TOKEN.sub(_same_token, page))
    content = document.find(".//main")
    return {
        one.get("name", ""): one.get("value", "")
        for one in (document if content is None else content).iter("input")
        if one.get("type") == "hidden" and one.get("name") != "csrf_token"
    }


def _same_token(found: re.Match[str]) -> str:
    return found[0].replace(found[1], "token")


def _said(answer: TestResponse) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", text)[:1500]


@lru_cache(maxsize=4)
def _document(text: str) -> Element:
    """The page as a tree; text that is no valid markup is an error."""
    document: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return document


@lru_cache(maxsize=500)
def _check_page(text: str) -> None:
    """What holds for every page: valid markup, one heading, a language, a label for every field, no inline script or style."""
    document = _document(text)
    assert document.get("lang") == "vi"
    assert len(document.findall(".//h1")) == 1
    assert all(one.get("src") and not one.text for one in document.iter("script"))
    assert not [
        one for one in document.iter() if one.get("style") or any(k.startswith("on") for k in dict(one.items()))
    ]
    ids = [found for one in document.iter() if (found := one.get("id"))]
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
    labelled = {one.get("for") for one in document.iter("label")}
    for tag in ("input", "select", "textarea"):
        for one in document.iter(tag):
            if one.get("type") not in ("hidden", "submit"):
                assert one.get("id") in labelled or one.get("aria-label"), (tag, dict(one.items()))
    for one in document.iter("form"):
        if one.get("method") == "post":
            assert [f for f in one.iter("input") if f.get("name") == "csrf_token"], one.get("action")


@pytest.fixture(scope="session")
def world_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the small world in it, to be copied."""
    path = tmp_path_factory.mktemp("world") / "dvk.db"
    database = Database(f"sqlite:///{path}", synchronous="NORMAL")
    small_world.build(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation in an empty folder."""
    env = {"DVK_DATA_DIR": str(tmp_path), "DVK_SECRET_KEY": "k" * 40, "DVK_SQLITE_SYNCHRONOUS": "NORMAL"}
    return load_settings(env, None)


@pytest.fixture
def world(world_file: Path, tmp_path: Path) -> Iterator[World]:
    """The small world in a database of this test's own."""
    shutil.copy(world_file, tmp_path / "dvk.db")
    database = Database(f"sqlite:///{tmp_path / 'dvk.db'}", synchronous="NORMAL")
    yield small_world.found(database)
    database.close()


@pytest.fixture
def app(settings: Settings, world: World) -> Flask:
    """The application on that database."""
    return create_app(settings, world.database)


@pytest.fixture
def visit(app: Flask) -> Callable[[str], Browser]:
    """A browser in which this person has signed in."""
    return lambda user_name: Browser(app).sign_in(user_name)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """A browser in which nobody has signed in."""
    return Browser(app)
