"""The filters of the list of models, read from its address: a saved link is a saved view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from web.forms.base import printable
from workflow import units
from workflow.lifecycle import Definition
from workflow.listing import Filters
from workflow.refusals import NotFound


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the address asks for, as written and as understood. unknown: a unit code that fits none."""

    written: Mapping[str, str]
    filters: Filters
    unknown_unit: bool

    @property
    def narrowed(self) -> bool:
        """Whether anything beyond the year is asked for."""
        return any(value for name, value in self.written.items() if name != "nam")


NAMES = ("trang-thai", "chang", "linh-vuc", "loai", "don-vi", "tre", "tim")


def read_query(
    connection: Connection,
    args: Mapping[str, str],
    year: sa.Row[Any],
    definition: Definition,
    fields: Sequence[sa.Row[Any]],
) -> ListQuery:
    """Filters from the query of an address. What makes no sense is left out, except a unit that does not exist."""
    written = {name: printable(args.get(name, "")).strip()[:200] for name in NAMES}
    states = tuple(
        state.id
        for state in definition.states.values()
        if (not written["trang-thai"] or state.id == written["trang-thai"])
        and (not written["chang"] or state.stage == written["chang"])
    )
    if not (written["trang-thai"] or written["chang"]):
        states = ()
    path, unknown = "", False
    if written["don-vi"]:
        try:
            path = units.by_code(connection, written["don-vi"]).path
        except NotFound:
            unknown = True
    field_id = next((f.id for f in fields if f.code == written["linh-vuc"]), None)
    filters = Filters(
        year_id=year.id,
        # No state fits both: an empty tuple would mean all of them.
        states=states or (("",) if written["trang-thai"] or written["chang"] else ()),
        field_id=field_id,
        kind=written["loai"] if written["loai"] in ("collective", "individual") else "",
        unit_path=path,
        late=True if written["tre"] == "1" else None,
        search=written["tim"],
    )
    return ListQuery(written, filters, unknown)
