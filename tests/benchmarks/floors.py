"""The floors: what the same work costs with the bare driver, and the ordinary way with an ORM and a machine per object."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session
from transitions import Machine

from workflow.core.lifecycles import parsing
from workflow.ground.database import Database
from workflow.ground.schema import emulation_model, history, metadata, outbox

MOMENT = datetime(2024, 3, 2, 2, 0, tzinfo=UTC)
_HASH = "f" * 64

SELECT = "SELECT id, state, version, last_hash, unit_id FROM emulation_model WHERE code = {p}"
UPDATE = (
    "UPDATE emulation_model SET state = {p}, accepted_at = {p}, version = {p}, last_hash = {p}, changed_at = {p}"
    " WHERE id = {p} AND version = {p}"
)
HISTORY = (
    "INSERT INTO history (subject, subject_id, seq, at, actor_id, behalf, role, trigger, from_state, to_state, reason, field_id,"
    " kind, payload, definition_hash, previous_hash, hash) VALUES (" + ", ".join(["{p}"] * 17) + ")"
)
OUTBOX = (
    "INSERT INTO outbox (model_id, unit_id, trigger, roles, history_seq, created_at) VALUES ("
    + ", ".join(["{p}"] * 6)
    + ")"
)


def history_row(model_id: int, moment: Any, last_hash: str) -> tuple[Any, ...]:
    """A row for `HISTORY`, its hash not computed: the floor is the database's work alone."""
    return (
        "model", model_id, 2, moment, 2, "", "commune_reviewer", "accept", "submitted", "registered", "", 1, "collective",
        "{}", _HASH, last_hash, _HASH,
    )  # fmt: skip


class RawSqlite:
    """sqlite3 alone: select, guarded update, two inserts, one commit."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in (f"synchronous={synchronous}", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-65536"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.select, self.update, self.history, self.outbox = (
            text.format(p="?") for text in (SELECT, UPDATE, HISTORY, OUTBOX)
        )
        self.moment = MOMENT.strftime("%Y-%m-%d %H:%M:%S.%f")

    def transition(self, code: str) -> None:
        """One model from submitted to registered."""
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        model_id, state, version, last_hash, unit_id = run(self.select, (code,)).fetchone()
        done = run(self.update, ("registered", self.moment, version + 1, _HASH, self.moment, model_id, version))
        if state != "submitted" or done.rowcount != 1:
            raise RuntimeError("the floor lost its model")
        run(self.history, history_row(model_id, self.moment, last_hash))
        run(self.outbox, (model_id, unit_id, "accept", "unit_officer", 2, self.moment))
        run("COMMIT")

    def transitions(self, codes: list[str]) -> None:
        """Many models in one commit with executemany."""
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        rows = [cursor.execute(self.select, (code,)).fetchone() for code in codes]
        moment = self.moment
        cursor.executemany(self.update, [("registered", moment, r[2] + 1, _HASH, moment, r[0], r[2]) for r in rows])
        cursor.executemany(self.history, [history_row(r[0], moment, r[3]) for r in rows])
        cursor.executemany(self.outbox, [(r[0], r[4], "accept", "unit_officer", 2, moment) for r in rows])
        cursor.execute("COMMIT")

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()


class RawPostgres:
    """psycopg alone: the same statements."""

    def __init__(self, dsn: str) -> None:
        self.connection = psycopg.connect(dsn)
        self.select, self.update, self.history, self.outbox = (
            text.format(p="%s") for text in (SELECT + " FOR UPDATE", UPDATE, HISTORY, OUTBOX)
        )

    def transition(self, code: str) -> None:
        """One model from submitted to registered."""
        run = self.connection.execute
        row = run(self.select, (code,)).fetchone()
        if row is None:
            raise RuntimeError("the floor lost its model")
        model_id, state, version, last_hash, unit_id = row
        done = run(self.update, ("registered", MOMENT, version + 1, _HASH, MOMENT, model_id, version))
        if state != "submitted" or done.rowcount != 1:
            raise RuntimeError("the floor lost its model")
        run(self.history, history_row(model_id, MOMENT, last_hash))
        run(self.outbox, (model_id, unit_id, "accept", "unit_officer", 2, MOMENT))
        self.connection.commit()

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


class _Base(DeclarativeBase):
    metadata = metadata


class _Model(_Base):
    __table__ = emulation_model


class _History(_Base):
    __table__ = history


class _Outbox(_Base):
    __table__ = outbox


class MachinePerObject:
    """The ordinary way: a mapped object, a machine of its own, the session's flush. Does no access and no hash either."""

    def __init__(self, database: Database) -> None:
        self.engine = database.writing_engine
        definition = parsing.standard("three_tier")
        self.states = [state.id for state in definition.states.values()]
        self.moves = [
            {"trigger": t.trigger, "source": source, "dest": t.target}
            for t in definition.transitions
            for source in t.sources
        ]

    def transition(self, code: str) -> None:
        """One model from submitted to registered."""
        with Session(self.engine) as session:
            model: Any = session.execute(sa.select(_Model).where(emulation_model.c.code == code)).scalar_one()
            before = model.state
            Machine(
                model,
                states=self.states,
                transitions=self.moves,
                initial=before,
                auto_transitions=False,
                send_event=True,
            )
            model.accept()
            model.version += 1
            model.accepted_at = model.changed_at = MOMENT
            entry = {
                "subject": "model",
                "subject_id": model.id,
                "seq": model.version,
                "at": MOMENT,
                "actor_id": 2,
                "behalf": "",
                "role": "commune_reviewer",
                "trigger": "accept",
                "from_state": before,
                "to_state": model.state,
                "field_id": 1,
                "kind": "collective",
                "payload": "{}",
                "definition_hash": _HASH,
                "previous_hash": _HASH,
                "hash": _HASH,
            }
            message = {
                "model_id": model.id,
                "unit_id": model.unit_id,
                "trigger": "accept",
                "roles": "unit_officer",
                "history_seq": model.version,
                "created_at": MOMENT,
            }
            session.add(_History(**entry))
            session.add(_Outbox(**message))
            session.commit()
