"""The filters of the list of models, read from its address: a saved link is a saved view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from web.forms.base import printable
from workflow.across.lists.listing import Filters, Order
from workflow.core.access import Actor
from workflow.core.labels import MODEL_KINDS
from workflow.core.lifecycles.terms import Definition
from workflow.core.people.places import find_units
from workflow.core.people.unit import Unit
from workflow.core.programmes.year import Field, Year
from workflow.ground.database import Connection
from workflow.ground.speech import _, _l

NAMES: Final = ("tim", "chang", "trang-thai", "linh-vuc", "loai", "don-vi", "tre")
ORDERS: Final[Mapping[str, tuple[Order, Any]]] = {
    "": ("newest", _l("Mới lập trước")),
    "thay-doi": ("changed", _l("Mới thay đổi trước")),
    "ten": ("name", _l("Tên A–Z")),
    "don-vi": ("unit", _l("Theo đơn vị")),
    "trang-thai": ("state", _l("Theo trạng thái")),
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the address asks for, as written and as understood.

    chips: for each filter that is on its name in the address and what it says. units: those that the words for a unit may mean,
    when they mean not exactly one; unknown_unit: then nothing is listed.
    """

    written: Mapping[str, str]
    filters: Filters
    order: Order
    chips: tuple[tuple[str, str], ...]
    unknown_unit: bool
    units: tuple[Unit, ...]

    @property
    def narrowed(self) -> bool:
        """Whether anything beyond the year is asked for."""
        return bool(self.chips)


def read_query(
    connection: Connection,
    who: Actor,
    args: Mapping[str, str],
    year: Year,
    definition: Definition,
    fields: Sequence[Field],
) -> ListQuery:
    """Filters from the query of an address. What makes no sense is left out, except a unit that does not exist."""
    written = {name: printable(args.get(name, "")).strip()[:200] for name in (*NAMES, "sap-xep")}
    stage, state = written["chang"], written["trang-thai"]
    states: tuple[str, ...] = ()
    if stage or state:
        # No state fits both: an empty tuple would mean all of them.
        states = tuple(
            one.id
            for one in definition.states.values()
            if (not state or one.id == state) and (not stage or one.stage == stage)
        ) or ("",)
    field = next((f for f in fields if f.code == written["linh-vuc"]), None)
    kind = written["loai"] if written["loai"] in MODEL_KINDS else ""
    units = find_units(connection, who, written["don-vi"]) if written["don-vi"] else []
    place = units[0] if len(units) == 1 else None
    filters = Filters(
        year_id=year.id,
        states=states,
        field_id=field.id if field is not None else None,
        kind=kind,
        unit_path=place.path if place is not None else "",
        late=True if written["tre"] == "1" else None,
        search=written["tim"],
    )
    said = {
        "tim": f"“{written['tim']}”" if written["tim"] else "",
        "chang": next((one.label for one in definition.stages if one.id == stage), stage),
        "trang-thai": definition.states[state].label if state in definition.states else state,
        "linh-vuc": _(field.label) if field is not None else "",
        "loai": str(MODEL_KINDS[kind]) if kind else "",
        "don-vi": place.name if place is not None else written["don-vi"],
        "tre": _("Đăng ký trễ") if written["tre"] == "1" else "",
    }
    return ListQuery(
        written,
        filters,
        ORDERS.get(written["sap-xep"], ORDERS[""])[0],
        tuple((name, label) for name, label in said.items() if label),
        unknown_unit=bool(written["don-vi"]) and place is None,
        units=tuple(units) if place is None else (),
    )
