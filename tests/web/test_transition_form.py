"""The form of a step: a definition may call its facts whatever it likes, also what every form has or sends already."""

from __future__ import annotations

import pytest
from flask import Flask

from web.forms.transition import transition_form
from workflow.across.models.offers import Offers, Recorded
from workflow.core.lifecycles.terms import Fact
from workflow.ground.refusals import InvalidInput

NAMES = (
    "data",
    "errors",
    "general",
    "present",
    "stated",
    "meta",
    "names",
    "asked",
    "of",
    "csrf_token",
    "version",
    "form_token",
    "code",
    "confirm",
    "password",
    "reason",
    "summary",
)


def fact(name: str) -> Fact:
    return Fact(name, f"Sự việc {name}", "", "line", True, "", 300, ())


@pytest.fixture
def facts() -> tuple[Fact, ...]:
    return tuple(map(fact, NAMES))


def test_facts_with_names_that_a_form_uses_are_asked_and_read(app: Flask, facts: tuple[Fact, ...]) -> None:
    with app.test_request_context():
        asked = transition_form(facts, Offers(recorded=Recorded(summary="đã ghi")), version=7)
        sent = {asked.of(one).name: f"lời của {one.name}" for one in facts}
        assert asked.of(facts[-1]).data == "đã ghi"
        assert asked.present == 7
    assert len(sent) == len(NAMES)
    assert sent["reason"] == "lời của reason"
    assert not sent.keys() & {"csrf_token", "version", "form_token", "code", "confirm", "password"}
    with app.test_request_context(method="POST", data={**sent, "version": "8"}):
        form = transition_form(facts, Offers(), version=7)
        assert form.stated() == {name: f"lời của {name}" for name in NAMES}
        assert form.present == 8


def test_refusals_stand_beside_such_facts(app: Flask, facts: tuple[Fact, ...]) -> None:
    with app.test_request_context(method="POST", data={}):
        form = transition_form(facts, Offers(), version=7)
        form.take(InvalidInput({name: f"Hãy điền {name}." for name in NAMES}))
        assert form.general == []
        assert {one.name: list(form.of(one).errors) for one in facts} == {name: [f"Hãy điền {name}."] for name in NAMES}
        assert len(form.error_summary()) == len(NAMES)
