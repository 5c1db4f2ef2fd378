"""What a lifecycle definition may name: guards, effects and records. Each stage registers its own; the door looks them up here.

A guard reads and answers with a sentence or None; an effect sets columns of the model; a record writes rows of its stage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from workflow.core.engine.context import Context
from workflow.core.lifecycles import vocabulary
from workflow.ground.refusals import Reason

Check = Callable[[Context], str | None]
Step = Callable[[Context], None]

GUARDS: Final[dict[str, Callable[[Context], Reason | None]]] = {}
EFFECTS: Final[dict[str, Step]] = {}
RECORDS: Final[dict[str, Step]] = {}


def guard(check: Check) -> Check:
    """Register a condition under its own name; the sentence it returns becomes the reason."""
    name = check.__name__

    def answering(context: Context) -> Reason | None:
        sentence = check(context)
        return None if sentence is None else Reason(name, name, sentence)

    vocabulary.register(vocabulary.GUARDS, name)
    GUARDS[name] = answering
    return check


def effect(mark: Step) -> Step:
    """Register what a transition marks on the model beside its state, under its own name."""
    vocabulary.register(vocabulary.EFFECTS, mark.__name__)
    EFFECTS[mark.__name__] = mark
    return mark


def writes(name: str) -> Callable[[Step], Step]:
    """Register the writer of a record that a transition may leave behind."""

    def registered(write: Step) -> Step:
        vocabulary.register(vocabulary.RECORDS, name)
        RECORDS[name] = write
        return write

    return registered


def among(context: Context, listed: str) -> bool:
    """Whether somebody behind this act is in a list of people such as ',3,17,'."""
    return any(f",{who}," in listed for who in context.people)


def exists(context: Context, *conditions: sa.ColumnElement[bool]) -> bool:
    """Whether there is a row for which all the conditions hold."""
    return context.connection.execute(sa.select(sa.literal(1)).where(*conditions).limit(1)).first() is not None


def with_people(before: str, context: Context) -> str:
    """',3,17,' with the people of this act added; who is in it stays."""
    people = {int(item) for item in before.split(",") if item} | context.people
    return f",{','.join(str(who) for who in sorted(people))},"
