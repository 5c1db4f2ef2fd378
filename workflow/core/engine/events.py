"""What happens to any model, whatever its stage."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.core.events import Event, noted


@noted("model", "definition_changed")
@dataclass(frozen=True, slots=True)
class DefinitionChanged(Event):
    """The model goes on under another definition of its lifecycle; both by their hash."""

    from_definition: str
    to_definition: str
