"""What roles and levels are called: as the lifecycle definitions say, so that editing one there shows everywhere.

Where a model is spoken of, its own definition names its states and steps. A role or a level outlives the years, so it is
called as today's edition says: the file in `config/lifecycles` where it was edited after years began under it, then the
definition of the newest year that knows it, then any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition, Named
from workflow.ground.schema import programme_year


def roles(connection: Connection) -> dict[str, str]:
    """Every role that some definition knows → its label in the language spoken now."""
    return _labels(connection, lambda definition: definition.roles.values())


def levels(connection: Connection) -> dict[str, str]:
    """Every level of the unit tree that some definition knows, the highest first → its label in the language spoken now."""
    return _labels(connection, lambda definition: definition.levels)


def _labels(connection: Connection, named_by: Callable[[Definition], Iterable[Named]]) -> dict[str, str]:
    editions = _editions(connection)
    labels: dict[str, str] = {}
    for definition in editions:
        for named in named_by(definition):
            labels.setdefault(named.id, named.label)
    return {named.id: labels[named.id] for one in (*store.shipped(), *editions) for named in named_by(one)}


def _editions(connection: Connection) -> list[Definition]:
    """Every known definition, those first whose word counts for today; one may come twice."""
    stored = [store.definition(connection, found) for found in store.stored_hashes(connection)]
    of_years = [store.definition(connection, found) for found in connection.execute(_OF_YEARS).scalars()]
    begun = [definition.id for definition in of_years]
    unused = [one for one in store.shipped() if one not in stored]
    edited = sorted((one for one in unused if one.id in begun), key=lambda one: begun.index(one.id))
    return [*edited, *of_years, *stored, *unused]


_OF_YEARS = (
    sa.select(programme_year.c.definition_hash)
    .group_by(programme_year.c.definition_hash)
    .order_by(sa.func.max(programme_year.c.year).desc(), programme_year.c.definition_hash)
)
