"""The transactions of a request: one for reading, opened when first needed, and one for each thing written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from flask import Flask, current_app, g, has_request_context, request

from config.settings import Settings
from workflow.ground.database import Connection, Database
from workflow.ground.reading.old_letters import require_unicode
from workflow.stages.implementation.attachments import Store

# Names of the fields for a password: nothing cleans what is typed there.
_SECRETS = frozenset({"password", "again", "current", "new"})


def install(app: Flask) -> None:
    """Give the connections of a request back at its end, whatever happened."""
    app.teardown_appcontext(_finish)


def database() -> Database:
    """The database of this application."""
    found: Database = current_app.extensions["dvk_database"]
    return found


def settings() -> Settings:
    """The settings of this application."""
    found: Settings = current_app.extensions["dvk_settings"]
    return found


def store() -> Store:
    """Where attached files are kept."""
    found: Store = current_app.extensions["dvk_store"]
    return found


def reading() -> Connection:
    """The reading transaction of this request: everything on a page is of one moment."""
    connection: Connection | None = g.get("reading")
    if connection is None:
        stack = ExitStack()
        connection = stack.enter_context(database().read())
        g.reading, g.reading_stack = connection, stack
    return connection


@contextmanager
def writing() -> Iterator[Connection]:
    """One writing transaction: committed when the block ends, rolled back whole by any exception.

    What was read before is let go, so that the page after a refusal shows what is there now. The first one of a request begins
    with what was asked for by `begin_writing_with`. Raises InvalidInput before anything is written when something was typed in
    letters from before Unicode, which cleaning would destroy.
    """
    _finish(None)
    if has_request_context():
        require_unicode(_typed())
    first: Callable[[Connection], None] | None = g.pop("first_in_writing", None)
    with database().write() as connection:
        if first is not None:
            first(connection)
        yield connection


def _typed() -> dict[str, str]:
    """What was typed into the form of this request by the name of its field, and what the files are called; no passwords."""
    typed = {name: "\n".join(values) for name, values in request.form.lists() if name not in _SECRETS}
    return typed | {name: file.filename for name, file in request.files.items() if file.filename}


def begin_writing_with(act: Callable[[Connection], None]) -> None:
    """Do this first in the next writing transaction of this request, so that it is committed or rolled back with it."""
    g.first_in_writing = act


def _finish(error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("reading_stack", None)
    g.pop("reading", None)
    if stack is not None:
        stack.close()
