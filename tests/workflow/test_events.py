"""What the history keeps, as events: the text never changes, older entries can be read, and nothing is written past them."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, fields
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import notifications
import web
import workflow
from tests.world import NOW
from workflow.core import events, history
from workflow.core.events import LEFT, NOTED, Event, Stated
from workflow.core.history import By, Passage
from workflow.ground.schema import ITEMS, registration_form
from workflow.stages.inspection.events import InspectionRecorded
from workflow.stages.registration.events import FormChanges, FormReturned, HandedInLate
from workflow.stages.review.events import ReviewOpened

STORED = [
    json.loads(line) for line in (Path(__file__).with_name("stored_events.jsonl")).read_text("utf-8").splitlines()
]
"""Entries as they were chained before there were events: subject, word, text; every set of keys that was written."""
PRODUCT = [
    path
    for package in (workflow, notifications, web)
    for path in sorted(Path(str(package.__file__)).parent.rglob("*.py"))
    if "migrations" not in path.parts
]
ROOT = Path(str(workflow.__file__)).parents[1]
EVENTS = [path for path in PRODUCT if path.name.endswith("events.py") and "@noted(" in path.read_text("utf-8")]
MODULES = [import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in EVENTS]


def written(trigger: str, happened: tuple[Event, ...]) -> str:
    """The text under which these events would be chained today."""
    content = events.merged({}, [one for one in happened if not isinstance(one, Stated)])
    for one in happened:
        content |= one.facts if isinstance(one, Stated) else {}
    entry = history.entry(By(1), NOW, trigger, content, Passage())
    return str(history.chained("model", 1, 1, history.GENESIS, entry)["payload"])


@pytest.mark.parametrize(("subject", "trigger", "payload"), STORED)
def test_text_of_a_stored_entry_is_written_again_to_the_last_byte(subject: str, trigger: str, payload: str) -> None:
    assert written(trigger, events.told(subject, trigger, payload)) == payload


def test_every_noted_event_stands_among_the_stored_ones() -> None:
    assert NOTED.keys() - {(subject, trigger) for subject, trigger, _payload in STORED} == set()


@pytest.mark.parametrize("kind", [*NOTED.values(), *LEFT])
def test_entry_that_lacks_keys_can_be_read(kind: type[Any]) -> None:
    assert isinstance(events.read(kind, "{}"), kind)


def test_what_no_event_knows_is_kept_beside() -> None:
    happened = events.told("model", "submit", '{"late":true,"witness":"Lò Thị Hin"}')
    assert happened == (HandedInLate(late=True), Stated({"witness": "Lò Thị Hin"}))
    assert events.told("model", "long_ago", '{"oddity":1}') == (Stated({"oddity": 1}),)
    assert events.told("model", "accept", "{}") == ()


def test_nonsense_is_read_as_nothing() -> None:
    returned = events.read(FormReturned, '{"resubmit_by":"mai","items":{"goals":"x"}}')
    assert returned == FormReturned(None, ())
    record = events.read(
        InspectionRecorded, '{"members":7,"scores":{"a":"?","b":null},"held_on":"2024-05-02 07:00:00+00:00"}'
    )
    assert (record.members, dict(record.scores), record.held_on) == ((), {"a": None, "b": None}, date(2024, 5, 2))


def test_every_item_and_column_of_the_form_can_have_changed() -> None:
    names = {field.name for field in fields(FormChanges)}
    assert set(ITEMS) <= names
    assert {column.name for column in registration_form.c} - {"id", "model_id"} <= names


def test_a_word_has_one_event_and_a_field_of_steps_one_meaning() -> None:
    with pytest.raises(TypeError, match="two events"):
        events.noted("model", "created")(ReviewOpened)

    @dataclass(frozen=True, slots=True)
    class Again(Event):
        late: bool

    with pytest.raises(TypeError, match="another event"):
        events.left(Again)


def _built(path: Path) -> set[str]:
    """Every name that a module calls, or hands to whoever stores rows and writes the event about them."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    parts = [node.func for node in calls]
    parts += [
        one for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "store" for one in node.args
    ]
    nodes = [node for part in parts for node in ast.walk(part)]
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def test_every_event_is_registered_and_written_by_a_command() -> None:
    kinds = {*NOTED.values(), *LEFT}
    declared = {
        one
        for module in MODULES
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Event) and one.__module__ == module.__name__
    }
    built_upon = {base for one in declared for base in one.__mro__[1:]}
    assert declared - kinds - built_upon == set()
    commands = {name for path in PRODUCT if path not in EVENTS for name in _built(path)}
    assert {kind.__name__ for kind in kinds} - commands == set()


def test_nobody_reads_the_history_past_its_events() -> None:
    raw = [
        f"{path}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "loads"
        and any(isinstance(part, ast.Attribute) and part.attr == "payload" for part in ast.walk(node))
    ]
    assert raw == []
