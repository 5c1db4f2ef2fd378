"""Values that the history keeps, as people read them."""

from __future__ import annotations

from workflow.across.models.entries import Figure, Kept
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground.reading.quantities import spoken_quantity
from workflow.ground.speech import _


def written(value: Kept) -> str:
    """A kept value; rows of figures as one line each."""
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, str):
        return value
    return "\n".join(_figure(one) for one in value or ())


def _figure(one: Figure) -> str:
    note = f" ({one.note})" if one.note else ""
    return f"{_(_MEASURES.get(one.measure, one.measure))}: {spoken_quantity(one.quantity)}{note}"


_MEASURES = {default.code: default.label for default in standard_defaults().measures}
