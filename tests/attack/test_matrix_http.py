"""Role × state × transition through the pages: the status of every attempt, and the page of every step that is possible."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from config.settings import load_settings
from tests import matrix
from tests.matrix import LATER, ONE_OF_EACH, Case, Stock
from tests.world import PASSWORD
from web import create_app
from workflow.ground.database import Database

STATUS = {"not_found": {404}, "not_possible": {409}, "not_allowed": {403}, "refused": {409, 422}}
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture
def site(stocked_file: tuple[Path, Stock], tmp_path: Path) -> Iterator[tuple[Flask, Database, Stock]]:
    """The application on a copy of the database with a model in every state."""
    path, stock = stocked_file
    shutil.copyfile(path, tmp_path / "dvk.db")
    env = {"DVK_DATA_DIR": str(tmp_path), "DVK_SECRET_KEY": "k" * 40, "DVK_SQLITE_SYNCHRONOUS": "NORMAL"}
    database = Database(f"sqlite:///{tmp_path / 'dvk.db'}", synchronous="NORMAL")
    with time_machine.travel(LATER, tick=False):
        yield create_app(load_settings(env, None), database), database, stock
    database.close()


Visitor = tuple[FlaskClient, str]


def visitor(app: Flask, who: str) -> Visitor:
    """A client in which this person has signed in, and the token of their session."""
    client = app.test_client()
    token = _token(client.get("/dang-nhap").get_data(as_text=True))
    data = {"csrf_token": token, "user_name": who, "password": PASSWORD}
    answer = client.post("/dang-nhap", data=data)
    assert answer.status_code == 303, who
    return client, _token(client.get(answer.headers["Location"]).get_data(as_text=True))


def _token(page: str) -> str:
    found = _TOKEN.search(page)
    assert found is not None
    return found[1]


def address(case: Case) -> str:
    return f"/mo-hinh/{case.code}/buoc/{case.trigger}"


def attempt(visiting: Visitor, case: Case, stock: Stock) -> int:
    """Send the form of a step; lists have rows of their own on the page and were recorded before."""
    client, token = visiting
    stated: dict[str, Any] = matrix.facts(case.step, stock.heir) if case.step else {}
    data = {name: value for name, value in stated.items() if not isinstance(value, list)}
    if isinstance(stated.get("results"), list):
        data |= {"results-0-measure": "labour_days", "results-0-value": "350 ngày công"}
    return client.post(address(case), data={"csrf_token": token, **data}).status_code


@pytest.mark.slow
@pytest.mark.parametrize("who", ONE_OF_EACH)
def test_pages_answer_like_the_engine(site: tuple[Flask, Database, Stock], who: str) -> None:
    app, database, stock = site
    visiting = visitor(app, who)
    tried = 0
    for case in matrix.cases(stock, (who,)):
        expected, _ = matrix.tried(database, case, stock)
        if expected == "done":
            assert visiting[0].get(address(case)).status_code == 200, str(case)
            continue
        before = matrix.model_row(database, case.code)
        status = attempt(visiting, case, stock)
        assert status in STATUS[expected], f"{case}: {expected}, {status}"
        assert matrix.model_row(database, case.code) == before
        tried += 1
    assert tried > 20


@pytest.fixture
def somebody_signed_in(site: tuple[Flask, Database, Stock]) -> Callable[[str], Visitor]:
    """Signs somebody in once and remembers them."""
    known: dict[str, Visitor] = {}

    def sign_in(who: str) -> Visitor:
        if who not in known:
            known[who] = visitor(site[0], who)
        return known[who]

    return sign_in


@pytest.mark.slow
def test_a_step_of_every_state_is_done_through_its_page(
    site: tuple[Flask, Database, Stock], somebody_signed_in: Callable[[str], Visitor]
) -> None:
    """Each model moves on once: the first step that somebody may take, by its form."""
    _, database, stock = site
    moved: set[str] = set()
    for case in matrix.cases(stock, ONE_OF_EACH):
        if case.step is None or case.code in moved or matrix.tried(database, case, stock)[0] != "done":
            continue
        assert attempt(somebody_signed_in(case.who), case, stock) == 303, str(case)
        assert matrix.model_row(database, case.code).state == case.step.target
        moved.add(case.code)
    assert len(moved) >= 14


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_gets_anywhere_without_signing_in(site: tuple[Flask, Database, Stock], method: str) -> None:
    app, database, stock = site
    client = app.test_client()
    for case in matrix.cases(stock, ("staff",)):
        before = matrix.model_row(database, case.code)
        answer = getattr(client, method)(address(case))
        assert answer.status_code in (302, 303, 400), str(case)
        assert "dang-nhap" in answer.headers.get("Location", "dang-nhap")
        assert matrix.model_row(database, case.code) == before


def test_a_form_without_its_token_changes_nothing(site: tuple[Flask, Database, Stock]) -> None:
    app, database, stock = site
    client, _ = visitor(app, "staff2")
    case = next(
        one
        for one in matrix.cases(stock, ("staff2",))
        if one.step is not None and matrix.tried(database, one, stock)[0] == "done"
    )
    before = matrix.model_row(database, case.code)
    assert client.post(address(case), data=matrix.facts(case.step, stock.heir) if case.step else {}).status_code == 400
    assert matrix.model_row(database, case.code) == before
