"""For what has to answer whatever happens to the database: a monitor, and the foot of every page."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from workflow.ground.refusals import DatabaseUnusable


@contextmanager
def as_refusal() -> Iterator[None]:
    """Any error of the database comes out as DatabaseUnusable, also one for which there is no sentence of ours."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:
        raise DatabaseUnusable(str(error)) from error
