"""Every statement that a database is asked, with what was going on; on SQLite, whose driver tells of each with its values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from workflow.ground.database import Database

_VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
_LIST = re.compile(r"\(\?(?:, \?)+\)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as it was run. where: the page, the command or the tick that ran it."""

    where: str
    text: str

    @property
    def form(self) -> str:
        """The statement without its values: two of one form have one plan."""
        return _LIST.sub("(?, …)", _VALUES.sub("?", " ".join(self.text.split())))


@dataclass(slots=True)
class Recorder:
    """Keeps the first statement of each form. Listens from the first connection on."""

    where: str = ""
    found: dict[str, Statement] = field(default_factory=dict)
    temporary: dict[str, None] = field(default_factory=dict)

    def listen(self, database: Database) -> None:
        """Hear every statement of this database, those of triggers too."""

        @event.listens_for(database.engine, "connect")
        def hear(dbapi: Any, _record: Any) -> None:
            dbapi.set_trace_callback(self._heard)

    @contextmanager
    def during(self, where: str) -> Iterator[None]:
        """What is heard meanwhile belongs to this page, command or tick."""
        before, self.where = self.where, where
        try:
            yield
        finally:
            self.where = before

    def _heard(self, text: str) -> None:
        if not self.where:
            return
        text = text.strip()
        if text.startswith("CREATE TEMP"):
            self.temporary.setdefault(text)
        if text.startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            statement = Statement(self.where, text)
            self.found.setdefault(statement.form, statement)
