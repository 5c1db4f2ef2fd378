"""What becomes of a form: its command once and whole, the way on, or the page again with the refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, get_flashed_messages
from sqlalchemy import text

from web.forms.answers import Done, act, press
from web.forms.base import PageForm
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput, NotFound, NotPossible, Refusal


@pytest.fixture
def sent(app: Flask) -> Iterator[None]:
    """A form that somebody sent."""
    with app.test_request_context(method="POST", data={"name": "Hà"}):
        yield


def note(connection: Connection) -> None:
    connection.execute(text("UPDATE account SET position = 'Trưởng thôn'"))


def noted(app: Flask) -> bool:
    database = app.extensions["dvk_database"]
    with database.read() as connection:
        return bool(connection.execute(text("SELECT 1 FROM account WHERE position = 'Trưởng thôn'")).first())


def never(connection: Connection) -> Done:
    raise AssertionError("nothing was to be done")


def done(connection: Connection) -> Done:
    note(connection)
    return Done("Đã lưu.", "/tiep", ["Hãy xem lại."])


def refused_with(refusal: Refusal) -> Any:
    def command(connection: Connection) -> Done:
        note(connection)
        raise refusal

    return command


@pytest.mark.usefixtures("sent")
def test_form_that_is_taken_says_so_and_leads_on(app: Flask) -> None:
    answer = act(PageForm(), done)
    assert answer is not None
    assert (answer.status_code, answer.headers["Location"]) == (302, "/tiep")
    assert get_flashed_messages(with_categories=True) == [("success", "Đã lưu."), ("warning", "Hãy xem lại.")]
    assert noted(app)


@pytest.mark.usefixtures("sent")
def test_form_that_is_refused_leaves_nothing_and_keeps_the_refusal_for_its_page(app: Flask) -> None:
    form, refusal = PageForm(), InvalidInput({"name": "Hãy điền ô này."})
    assert act(form, refused_with(refusal)) is None
    assert form.refusal is refusal
    assert not get_flashed_messages()
    assert not noted(app)


def test_form_that_is_not_sent_or_sent_for_another_row_does_nothing(app: Flask) -> None:
    with app.test_request_context():
        assert act(PageForm(), never) is None
    with app.test_request_context(method="POST", data={"add_row": "rows"}):
        assert act(PageForm(), never) is None


@pytest.mark.usefixtures("sent")
def test_button_that_is_refused_goes_back_and_says_why(app: Flask) -> None:
    answer = press("/cu", refused_with(NotPossible("Đã gửi rồi.")))
    assert answer.headers["Location"] == "/cu"
    assert get_flashed_messages(with_categories=True) == [("error", "Chưa làm được: Đã gửi rồi.")]
    assert not noted(app)


@pytest.mark.usefixtures("sent")
def test_button_for_something_that_is_not_there_finds_nothing() -> None:
    with pytest.raises(NotFound):
        press("/cu", refused_with(NotFound("Không có.")))
