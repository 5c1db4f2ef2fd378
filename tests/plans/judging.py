"""What is wrong with a plan: a large table gone through, many rows sorted, many rows read with no bound. Never a time."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from tests.plans.recording import Statement

LARGE: Final = frozenset(
    {
        "emulation_model", "registration_form", "person", "quantity", "plan", "results_report", "change_request",
        "attachment", "blob", "comment", "history", "outbox", "obligation", "report", "report_submission", "reminder",
        "message", "delivery", "delivery_event", "inspection", "inspection_member", "score", "vote",
        "agenda_item", "roster_entry", "achievement_report", "access_log",
    }
)  # fmt: skip
"""Tables with a row or more for each model, obligation or letter. All others grow with the units, the people or the years."""
MANY: Final = frozenset(
    {"year_id", "state", "kind", "subject", "roles", "field_id", "status", "type", "definition_hash", "late"}
)
"""An index entered by these columns alone leads to many rows; by any other it leads to those of one thing or one place."""
FEW: Final = {
    "ix_obligation_untold": "holds due dates that moved since the last tick",
    "ix_obligation_next_step_on": "is entered by the day up to which steps have come; what has come is planned at once",
    "ix_reminder_planned": "holds what is planned and not told yet",
    "ix_outbox_waiting": "holds what nobody was told of since yesterday",
    "ix_delivery_next_at": "holds letters on their way",
    "ix_history_settings": "holds what happened to units and years alone",
}
"""Indexes over rows that are few by their nature."""

_LOOP = re.compile(
    r"^(?P<how>SCAN|SEARCH) (?P<name>\S+)"
    r"(?: USING (?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?(?:(?:INTEGER )?PRIMARY KEY|INDEX (?P<index>\S+)))?"
    r"(?: \((?P<by>.*)\))?"
)
_ALIAS = re.compile(r"\b(\w+) AS (\w+)\b")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a statement's plan."""

    statement: Statement
    table: str
    why: str
    step: str

    def __str__(self) -> str:
        return f"{self.statement.where}: {self.table}: {self.why} ({self.step})\n    {self.statement.form[:1500]}"


class _Step(NamedTuple):
    scope: int
    detail: str


def judge(connection: sqlite3.Connection, statements: Iterable[Statement]) -> list[Fault]:
    """The faults of all these statements. connection: of a database with the tables they ask."""
    return [fault for statement in statements for fault in _faults(connection, statement)]


def _faults(connection: sqlite3.Connection, statement: Statement) -> Iterator[Fault]:
    steps = [_Step(row[1], row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.text}")]
    names = {alias: table for table, alias in _ALIAS.findall(statement.text) if table in LARGE}
    reading = statement.text.startswith(("SELECT", "WITH"))
    bounded = " LIMIT " in statement.text
    sorting = {step.scope for step in steps if step.detail.startswith("USE TEMP B-TREE FOR ORDER BY")}
    for step in steps:
        loop = _LOOP.match(step.detail)
        table = names.get(loop["name"], loop["name"]) if loop else ""
        if not loop or table not in LARGE or loop["index"] in FEW:
            continue
        if loop["how"] == "SCAN":
            yield Fault(statement, table, "is gone through from end to end", step.detail)
        elif reading and _many(loop["by"] or ""):
            if step.scope in sorting:
                yield Fault(statement, table, "has many rows sorted", step.detail)
            elif not bounded:
                yield Fault(statement, table, "has many rows read without a bound", step.detail)


def _many(by: str) -> bool:
    """Whether an index entered so leads to many rows: by a range, or by what many rows share."""
    equal = {term.split("=")[0] for term in by.split(" AND ") if term.endswith("=?")}
    return equal <= MANY
