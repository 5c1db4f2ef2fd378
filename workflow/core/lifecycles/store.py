"""The lifecycle definitions an installation knows: those shipped with the program and those kept because something uses them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config import definitions
from workflow.core import access
from workflow.core.access import PRIVILEGED
from workflow.core.lifecycles import parsing
from workflow.core.lifecycles.terms import Definition, Role
from workflow.ground.refusals import InvalidInput, NotAllowed, NotFound
from workflow.ground.schema import emulation_model, lifecycle_definition, programme_year
from workflow.ground.speech import _

SHORTEST_PREFIX = 6


@dataclass(frozen=True, slots=True)
class Known:
    """A definition with what uses it. running: models that have not ended."""

    definition: Definition
    stored: bool
    years: tuple[int, ...]
    running: int


_definitions: dict[str, Definition] = {}


def definition(connection: Connection, content_hash: str) -> Definition:
    """The lifecycle definition stored under this hash. Its content cannot change, so a process reads it once."""
    found = _definitions.get(content_hash)
    if found is None:
        row = connection.execute(
            sa.select(lifecycle_definition).where(lifecycle_definition.c.hash == content_hash)
        ).first()
        if row is None:
            raise NotFound(
                _("Không có quy trình với mã băm %(content_hash)s.", content_hash=content_hash[:16]), guard="definition"
            )
        found = _definitions[content_hash] = parsing.load(row.source, row.name)
    return found


def put(connection: Connection, now: datetime, new: Definition) -> None:
    """Keep a definition the first time it is used; the same content again changes nothing."""
    known = connection.execute(
        sa.select(lifecycle_definition.c.hash).where(lifecycle_definition.c.hash == new.hash)
    ).first()
    if known is None:
        connection.execute(
            sa.insert(lifecycle_definition),
            {"hash": new.hash, "name": new.id, "source": new.source, "stored_at": now},
        )


@cache
def shipped() -> tuple[Definition, ...]:
    """The definitions that come with the program, in the order in which they are offered."""
    return tuple(parsing.standard(name) for name in definitions.LIFECYCLE_IDS)


def stored_hashes(connection: Connection) -> list[str]:
    """Hashes of the definitions in the database, the oldest first."""
    return list(
        connection.execute(
            sa.select(lifecycle_definition.c.hash).order_by(
                lifecycle_definition.c.stored_at, lifecycle_definition.c.hash
            )
        ).scalars()
    )


def known(connection: Connection) -> list[Definition]:
    """Every definition that may be meant: the stored ones, then the shipped ones that nobody has used yet."""
    stored = [definition(connection, found) for found in stored_hashes(connection)]
    hashes = {definition.hash for definition in stored}
    return [*stored, *(definition for definition in shipped() if definition.hash not in hashes)]


def find(connection: Connection, prefix: str, *, key: str = "definition") -> Definition:
    """The one definition whose hash begins with `prefix` (at least 6 characters).

    Raises InvalidInput, under the form field `key`, when the prefix is too short or fits several, and NotFound when it fits none.
    """
    wanted = prefix.strip().lower()
    if len(wanted) < SHORTEST_PREFIX:
        raise InvalidInput(
            {
                key: _(
                    "Mã băm «%(prefix)s» quá ngắn: cần ít nhất %(shortest_prefix)s ký tự đầu.",
                    prefix=prefix[:70],
                    shortest_prefix=SHORTEST_PREFIX,
                )
            }
        )
    fitting = [definition for definition in known(connection) if definition.hash.startswith(wanted)]
    if not fitting:
        raise NotFound(
            _("Không có quy trình với mã băm «%(prefix)s». Xem các mã bằng: dvk lifecycle list.", prefix=prefix[:70]),
            guard="definition",
        )
    if len(fitting) > 1:
        listed = ", ".join(definition.short_hash for definition in fitting)
        raise InvalidInput(
            {
                key: _(
                    "Mã băm «%(wanted)s» khớp nhiều quy trình: %(listed)s. Hãy ghi dài hơn.",
                    wanted=wanted,
                    listed=listed,
                )
            }
        )
    return fitting[0]


def overview(connection: Connection) -> list[Known]:
    """Every known definition with the years that begin under it and the number of its running models."""
    stored = set(stored_hashes(connection))
    years: dict[str, list[int]] = {}
    for row in connection.execute(
        sa.select(programme_year.c.definition_hash, programme_year.c.year).order_by(programme_year.c.year)
    ):
        years.setdefault(row.definition_hash, []).append(row.year)
    counts = connection.execute(
        sa.select(emulation_model.c.definition_hash, emulation_model.c.state, sa.func.count()).group_by(
            emulation_model.c.definition_hash, emulation_model.c.state
        )
    ).all()
    return [
        Known(
            definition,
            definition.hash in stored,
            tuple(years.get(definition.hash, ())),
            sum(
                models
                for used, state, models in map(tuple, counts)
                if used == definition.hash and state in definition.states and not definition.states[state].end
            ),
        )
        for definition in known(connection)
    ]


def keep(connection: Connection, who: int | str, now: datetime, definition: Definition) -> None:
    """Store a definition so that a year or a migration can name it by its hash, as an administrator."""
    if not access.actor(connection, who, now).holds(PRIVILEGED):
        raise NotAllowed(_("Chỉ quản trị được lưu quy trình."), guard="role")
    put(connection, now, definition)


def roles(connection: Connection) -> dict[str, list[Role]]:
    """Every role that some definition knows, by its id; definitions may differ in the levels at which it counts."""
    found: dict[str, list[Role]] = {}
    for definition in known(connection):
        for role in definition.roles.values():
            found.setdefault(role.id, []).append(role)
    return found
