"""The lifecycle definitions an installation knows: those shipped with the program and those kept because something uses them."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config import definitions
from workflow import lifecycle, programme
from workflow.lifecycle_terms import Definition, Role
from workflow.refusals import InvalidInput, NotFound
from workflow.schema import lifecycle_definition

SHORTEST_PREFIX = 6


@cache
def shipped() -> tuple[Definition, ...]:
    """The definitions that come with the program, in the order in which they are offered."""
    return tuple(lifecycle.standard(name) for name in definitions.LIFECYCLE_IDS)


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
    stored = [programme.definition(connection, found) for found in stored_hashes(connection)]
    hashes = {definition.hash for definition in stored}
    return [*stored, *(definition for definition in shipped() if definition.hash not in hashes)]


def find(connection: Connection, prefix: str, *, key: str = "definition") -> Definition:
    """The one definition whose hash begins with `prefix` (at least 6 characters).

    Raises InvalidInput, under the form field `key`, when the prefix is too short or fits several, and NotFound when it fits none.
    """
    wanted = prefix.strip().lower()
    if len(wanted) < SHORTEST_PREFIX:
        raise InvalidInput({key: f"Mã băm «{prefix[:70]}» quá ngắn: cần ít nhất {SHORTEST_PREFIX} ký tự đầu."})
    fitting = [definition for definition in known(connection) if definition.hash.startswith(wanted)]
    if not fitting:
        raise NotFound(
            f"Không có quy trình với mã băm «{prefix[:70]}». Xem các mã bằng: dvk lifecycle list.", guard="definition"
        )
    if len(fitting) > 1:
        listed = ", ".join(definition.short_hash for definition in fitting)
        raise InvalidInput({key: f"Mã băm «{wanted}» khớp nhiều quy trình: {listed}. Hãy ghi dài hơn."})
    return fitting[0]


def levels(connection: Connection) -> dict[str, str]:
    """Every level of the unit tree that some definition knows, the highest first, with its label."""
    found: dict[str, str] = {}
    for definition in (*shipped(), *known(connection)):
        for level in definition.levels:
            found.setdefault(level.id, level.label)
    return found


def roles(connection: Connection) -> dict[str, list[Role]]:
    """Every role that some definition knows, by its id; definitions may differ in the levels at which it counts."""
    found: dict[str, list[Role]] = {}
    for definition in known(connection):
        for role in definition.roles.values():
            found.setdefault(role.id, []).append(role)
    return found
