"""The transactions of a request: one for reading, opened when first needed, and one for each thing written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from flask import Flask, current_app, g

from config.settings import Settings
from workflow.ground.database import Connection, Database
from workflow.stages.implementation.attachments import Store


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
    with what was asked for by `begin_writing_with`.
    """
    _finish(None)
    first: Callable[[Connection], None] | None = g.pop("first_in_writing", None)
    with database().write() as connection:
        if first is not None:
            first(connection)
        yield connection


def begin_writing_with(act: Callable[[Connection], None]) -> None:
    """Do this first in the next writing transaction of this request, so that it is committed or rolled back with it."""
    g.first_in_writing = act


def _finish(error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("reading_stack", None)
    g.pop("reading", None)
    if stack is not None:
        stack.close()
